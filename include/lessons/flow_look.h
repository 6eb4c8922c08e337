/* SPDX-License-Identifier: BSD-3-Clause */
// flow_look.h - what each flow did since it was last looked at, and in which lesson: each packet is
// told once, also those of a join that has gone.
#ifndef LESSONS_FLOW_LOOK_H
#define LESSONS_FLOW_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/messages.h"
#include "platform/stats.h"

struct join;
struct join_outflow;
struct join_stream;

// How far a flow's counters have been told.
struct flow_told {
	uint64_t packets;
	uint64_t bytes;
	uint64_t expected;
	int64_t lost;
	uint64_t report_count;         // outbound
	uint32_t reported_highest_seq; // outbound
};

struct flow_look {
	const char *lesson; // id; the join's last where it has gone
	const char *school; // who sends
	const char *endpoint;
	const char *to_school; // outbound: who receives; "" inbound
	enum stream_kind kind;
	bool is_outbound;
	// Since the last look. What a receiver expected before its first report is what was sent
	// to it.
	uint64_t packets;
	uint64_t bytes;
	uint64_t expected;
	int64_t lost;            // negative where late packets made good what seemed lost
	uint32_t jitter_us;      // 0: nothing new
	uint32_t longest_gap_us; // inbound, of the last 10 s
	uint32_t rtt_us;         // of the sender's, outbound of the receiver's leg; 0: not known
	int64_t last_packet_ns;  // inbound, mono_time; 0: none yet
};

// Must not call back into sessions.
typedef void (*flow_looked)(void *context, const struct flow_look *look);

// Tell what is new of a flow. A report stream has nothing to tell.
void flow_look_in(
	const struct stats *board, struct join_stream *stream, flow_looked told, void *context);
void flow_look_out(
	const struct stats *board, struct join_outflow *outflow, flow_looked told, void *context);

// All that a join sends and receives.
void flow_look_join(const struct stats *board, struct join *join, flow_looked told, void *context);

#endif
