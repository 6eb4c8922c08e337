/* SPDX-License-Identifier: BSD-3-Clause */
// stats.c - boards of counters under sequence locks: one writer, readers that never hold it up.
#include "platform/stats.h"

#include <stdlib.h>
#include <string.h>

#define CACHE_LINE_BYTES 64

// The counter is odd while the writer is inside; a reader tries again where it was odd or has
// moved.
#define GUARDED(type)                                                                              \
	struct {                                                                                   \
		uint32_t sequence;                                                                 \
		struct type value;                                                                 \
	}

typedef struct {
	_Alignas(CACHE_LINE_BYTES) GUARDED(worker_stats);
} guarded_worker;
typedef GUARDED(leg_stats) guarded_leg;
typedef GUARDED(inflow_stats) guarded_inflow;
typedef GUARDED(outflow_stats) guarded_outflow;

struct stats {
	struct stats_limits limits;
	guarded_worker *workers;   // written: each its own, read: control
	guarded_leg *legs;         // written: worker, read: control
	guarded_inflow *inflows;   // written: worker, read: control
	guarded_outflow *outflows; // written: worker, read: control
};

static void *
allocate_lines(size_t bytes)
{
	void *lines = aligned_alloc(CACHE_LINE_BYTES, bytes);
	if (lines)
		memset(lines, 0, bytes);
	return lines;
}

// Slots that nobody uses are never touched.
static void *
allocate_slots(size_t count, size_t bytes)
{
	return calloc(count ? count : 1, bytes);
}

struct stats *
stats_create(const struct stats_limits *limits)
{
	struct stats *stats = calloc(1, sizeof *stats);
	if (!stats)
		return NULL;
	stats->limits = *limits;
	if (stats->limits.worker_count == 0)
		stats->limits.worker_count = 1;
	stats->workers = allocate_lines(stats->limits.worker_count * sizeof *stats->workers);
	stats->legs = allocate_slots(limits->leg_count, sizeof *stats->legs);
	stats->inflows = allocate_slots(limits->stream_count, sizeof *stats->inflows);
	stats->outflows = allocate_slots(limits->outflow_count, sizeof *stats->outflows);
	if (!stats->workers || !stats->legs || !stats->inflows || !stats->outflows) {
		stats_destroy(stats);
		return NULL;
	}
	return stats;
}

void
stats_destroy(struct stats *stats)
{
	if (!stats)
		return;
	free(stats->outflows);
	free(stats->inflows);
	free(stats->legs);
	free(stats->workers);
	free(stats);
}

struct slot_bytes
stats_slot_bytes(void)
{
	return (struct slot_bytes){
		.leg = sizeof(guarded_leg),
		.stream = sizeof(guarded_inflow),
		.outflow = sizeof(guarded_outflow),
	};
}

struct slot_range
stats_share(uint32_t slots, uint32_t worker_count, uint32_t worker)
{
	uint32_t count = slots / worker_count;
	return (struct slot_range){worker * count, count};
}

const struct stats_limits *
stats_limits_get(const struct stats *stats)
{
	return &stats->limits;
}

static void
publish(uint32_t *sequence, void *to, const void *from, size_t bytes)
{
	uint32_t next = __atomic_load_n(sequence, __ATOMIC_RELAXED) + 1;
	__atomic_store_n(sequence, next, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	memcpy(to, from, bytes);
	__atomic_store_n(sequence, next + 1, __ATOMIC_RELEASE);
}

static void
read_copy(const uint32_t *sequence, void *to, const void *from, size_t bytes)
{
	uint32_t before, after;
	do {
		before = __atomic_load_n(sequence, __ATOMIC_ACQUIRE);
		memcpy(to, from, bytes);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		after = __atomic_load_n(sequence, __ATOMIC_RELAXED);
	} while (before != after || before & 1);
}

void
stats_publish_worker(struct stats *stats, uint32_t worker, const struct worker_stats *from)
{
	publish(&stats->workers[worker].sequence, &stats->workers[worker].value, from,
		sizeof *from);
}

void
stats_publish_leg(struct stats *stats, uint32_t leg, const struct leg_stats *from)
{
	publish(&stats->legs[leg].sequence, &stats->legs[leg].value, from, sizeof *from);
}

void
stats_publish_inflow(struct stats *stats, uint32_t stream, const struct inflow_stats *from)
{
	publish(&stats->inflows[stream].sequence, &stats->inflows[stream].value, from,
		sizeof *from);
}

void
stats_publish_outflow(struct stats *stats, uint32_t outflow, const struct outflow_stats *from)
{
	publish(&stats->outflows[outflow].sequence, &stats->outflows[outflow].value, from,
		sizeof *from);
}

void
stats_read_worker(const struct stats *stats, uint32_t worker, struct worker_stats *to)
{
	read_copy(&stats->workers[worker].sequence, to, &stats->workers[worker].value, sizeof *to);
}

static void
add_worker(struct worker_stats *sum, const struct worker_stats *one)
{
	sum->heartbeat += one->heartbeat;
	if (one->heartbeat_ns < sum->heartbeat_ns)
		sum->heartbeat_ns = one->heartbeat_ns;
	sum->busy_ns += one->busy_ns;
	sum->frames_in += one->frames_in;
	sum->handed_in += one->handed_in;
	sum->handed_out += one->handed_out;
	sum->bytes_in += one->bytes_in;
	sum->forwarded += one->forwarded;
	sum->consumed += one->consumed;
	sum->copies += one->copies;
	sum->originated += one->originated;
	sum->transmitted += one->transmitted;
	sum->bytes_out += one->bytes_out;
	sum->messages += one->messages;
	for (unsigned i = 0; i < DROP_REASON_COUNT; i++)
		sum->drops[i] += one->drops[i];
	for (unsigned i = 0; i < DELAY_BUCKETS; i++)
		sum->delays[i] += one->delays[i];
}

void
stats_read_workers(const struct stats *stats, struct worker_stats *to)
{
	stats_read_worker(stats, 0, to);
	for (uint32_t i = 1; i < stats->limits.worker_count; i++) {
		struct worker_stats one;
		stats_read_worker(stats, i, &one);
		add_worker(to, &one);
	}
}

void
stats_read_leg(const struct stats *stats, uint32_t leg, struct leg_stats *to)
{
	read_copy(&stats->legs[leg].sequence, to, &stats->legs[leg].value, sizeof *to);
}

void
stats_read_inflow(const struct stats *stats, uint32_t stream, struct inflow_stats *to)
{
	read_copy(&stats->inflows[stream].sequence, to, &stats->inflows[stream].value, sizeof *to);
}

void
stats_read_outflow(const struct stats *stats, uint32_t outflow, struct outflow_stats *to)
{
	read_copy(&stats->outflows[outflow].sequence, to, &stats->outflows[outflow].value,
		sizeof *to);
}
