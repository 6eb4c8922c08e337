/* SPDX-License-Identifier: BSD-3-Clause */
// capture.h - headers of one stream's packets on their way from the worker to control: a bounded
// ring with one writer and one reader. Never a payload, so never what a key protects.
#ifndef PLATFORM_CAPTURE_H
#define PLATFORM_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/units.h"

#define CAPTURE_BYTES_MAX 132    // of a frame: Ethernet, VLAN, IPv6, UDP, RTP and some extension
#define CAPTURE_RECORDS_MAX 4095 // wait at most; the next is counted as missed

struct capture_record {
	int64_t at_ns;        // mono_time of its burst
	uint16_t frame_bytes; // the whole frame's
	uint16_t byte_count;  // of `bytes`
	uint8_t bytes[CAPTURE_BYTES_MAX];
};

struct capture;

// Returns NULL where memory is lacking.
struct capture *capture_create(void);
void capture_destroy(struct capture *capture);

// The worker's side: the first `header_bytes` of a frame, or CAPTURE_BYTES_MAX where that is less.
void capture_put(struct capture *capture, const uint8_t *frame, uint16_t frame_bytes,
	unsigned header_bytes, struct mono_time now);

// Control's side. Taking returns false where nothing waits.
bool capture_take(struct capture *capture, struct capture_record *record_out);
uint64_t capture_missed(const struct capture *capture); // found no room, so far

// Whether the worker has it no more, so that nothing will be added to what waits.
void capture_give_back(struct capture *capture);
bool capture_is_back(const struct capture *capture);

#endif
