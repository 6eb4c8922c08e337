/* SPDX-License-Identifier: BSD-3-Clause */
// reception.h - what the receiver of one RTP stream knows of it (RFC 3550, sections 6.4.1, A.1,
// A.3, A.8).
#ifndef MEDIA_RECEPTION_H
#define MEDIA_RECEPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "media/rtcp.h"
#include "platform/units.h"

// Every packet counted here was authenticated first, so A.1's probation against chance is not
// needed, and the extended sequence number is SRTP's own packet index (RFC 3711, section 3.3.1),
// which cannot be guessed wrong by a long gap.
struct reception {
	uint32_t clock_rate_hz; // ticks a second; > 0
	bool started;
	uint64_t base_index; // of the first packet
	uint64_t highest_index;
	uint64_t packets;    // unique
	uint64_t duplicates; // told by reception_duplicate()
	uint64_t reordered;  // arrived behind a later one
	uint64_t late;       // told by reception_late(): behind the replay window, not in `packets`
	uint64_t frames;     // packets with the marker bit
	uint64_t bytes;      // IP length, as operators count bits
	// Interarrival jitter of A.8, scaled by 16 ticks so that integers keep the fraction. Taken
	// of the first packet of each frame, the one that brings a new time stamp: the rest of a
	// picture leaves its sender in a burst under the same time stamp, which is no jitter.
	uint32_t jitter_q4;
	int64_t transit_ticks;        // of the last packet that counted
	uint32_t frame_timestamps[2]; // the last frames that counted, the newer first
	uint64_t frame_count;         // that counted
	struct mono_time last_arrival;
	int64_t longest_gap_ns; // between two arrivals since reception_gap_take()
	// At the last reception_report_block() (A.3).
	uint64_t reported_expected;
	uint64_t reported_packets;
	// The last sender report, for LSR and DLSR.
	uint32_t last_sr;
	struct mono_time last_sr_arrival;
};

void reception_init(struct reception *r, uint32_t clock_rate_hz);

// One authenticated packet arrived. `index` is its SRTP packet index (ROC << 16 | SEQ), `ip_bytes`
// its IP length.
void reception_update(struct reception *r, uint64_t index, uint32_t timestamp, bool marker,
	uint32_t ip_bytes, struct mono_time now);

// A packet came that had come before, or that is older than the replay window reaches.
void reception_duplicate(struct reception *r);
void reception_late(struct reception *r);

// A sender report on this stream arrived; `ntp` is its 64-bit NTP time (for LSR and DLSR).
void reception_sender_report(struct reception *r, uint64_t ntp, struct mono_time now);

// Packets expected so far, and missing of them (A.3; never negative, since duplicates are not
// counted).
uint64_t reception_expected(const struct reception *r);
uint64_t reception_lost(const struct reception *r);

// Jitter in microseconds, rounded.
uint32_t reception_jitter_us(const struct reception *r);

// The longest time without a packet since the last call, in nanoseconds: the gap that is still open
// at `now` counts too. Starts anew.
int64_t reception_gap_take(struct reception *r, struct mono_time now);

// The report block for the RTCP report that leaves at `now`; moves the interval of fraction_lost
// on. Returns false where nothing arrived yet.
bool reception_report_block(
	struct reception *r, uint32_t ssrc, struct mono_time now, struct rtcp_report_block *out);

#endif
