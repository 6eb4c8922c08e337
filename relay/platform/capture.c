/* SPDX-License-Identifier: BSD-3-Clause */
// capture.c - headers of one stream's packets on their way from the worker to control.
#include "platform/capture.h"

#include <stdlib.h>
#include <string.h>

#include <rte_ring.h>
#include <rte_ring_elem.h>

#define RING_SIZE (CAPTURE_RECORDS_MAX + 1)

struct capture {
	struct rte_ring *ring; // in memory of its own, no memzone: captures come and go
	uint64_t missed;       // written: worker, read: control
	bool is_back;          // written, read: control
};

_Static_assert(sizeof(struct capture_record) % 4 == 0, "as rte_ring's elements are");

struct capture *
capture_create(void)
{
	struct capture *capture = calloc(1, sizeof *capture);
	ssize_t bytes = rte_ring_get_memsize_elem(sizeof(struct capture_record), RING_SIZE);
	if (!capture || bytes < 0)
		goto free_capture;
	capture->ring = aligned_alloc(RTE_CACHE_LINE_SIZE, (size_t)bytes);
	if (!capture->ring)
		goto free_capture;
	if (rte_ring_init(capture->ring, "capture", RING_SIZE, RING_F_SP_ENQ | RING_F_SC_DEQ) == 0)
		return capture;
	free(capture->ring);

free_capture:
	free(capture);
	return NULL;
}

void
capture_destroy(struct capture *capture)
{
	if (!capture)
		return;
	free(capture->ring);
	free(capture);
}

void
capture_put(struct capture *capture, const uint8_t *frame, uint16_t frame_bytes,
	unsigned header_bytes, struct mono_time now)
{
	struct capture_record record = {.at_ns = now.ns, .frame_bytes = frame_bytes};
	record.byte_count =
		(uint16_t)(header_bytes < sizeof record.bytes ? header_bytes : sizeof record.bytes);
	memcpy(record.bytes, frame, record.byte_count);
	if (rte_ring_sp_enqueue_elem(capture->ring, &record, sizeof record) != 0)
		__atomic_store_n(&capture->missed, capture->missed + 1, __ATOMIC_RELAXED);
}

bool
capture_take(struct capture *capture, struct capture_record *record_out)
{
	return rte_ring_sc_dequeue_elem(capture->ring, record_out, sizeof *record_out) == 0;
}

uint64_t
capture_missed(const struct capture *capture)
{
	return __atomic_load_n(&capture->missed, __ATOMIC_RELAXED);
}

void
capture_give_back(struct capture *capture)
{
	capture->is_back = true;
}

bool
capture_is_back(const struct capture *capture)
{
	return capture->is_back;
}
