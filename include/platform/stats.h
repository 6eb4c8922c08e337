/* SPDX-License-Identifier: BSD-3-Clause */
// stats.h - the counters a worker writes and control reads, without either waiting for the other.
//
// A worker counts in memory of its own and publishes copies here, each guarded by a sequence lock:
// some times a second, and whenever it acknowledges a message about it: a removal leaves the last
// figures, an addition the first.
#ifndef PLATFORM_STATS_H
#define PLATFORM_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/delay.h"
#include "platform/drop_reasons.h"
#include "platform/ip.h"
#include "platform/units.h"

// One inbound flow (a stream as it reaches the relay). Cumulative since the stream was added.
struct inflow_stats {
	uint32_t ssrc;
	uint32_t roc;      // the rollover counter now, for those who join late
	uint64_t packets;  // unique, authenticated
	uint64_t bytes;    // IP length
	uint64_t frames;   // packets with the RTP marker bit
	uint64_t expected; // RFC 3550, A.3
	uint64_t lost;
	uint64_t duplicates;
	uint64_t reordered;
	uint64_t late;
	uint64_t auth_failures;
	uint64_t rtcp_packets; // sender reports
	uint32_t jitter_us;
	uint32_t longest_gap_us; // between two packets, in the last 10 s
	uint32_t recent_gap_us;  // the same in this second of the monotonic clock and the last
	int64_t last_packet_ns;  // mono_time of the last packet; 0: none yet
};

// One outbound flow (a stream as it leaves for one receiver).
struct outflow_stats {
	uint64_t packets; // handed to the device
	uint64_t bytes;   // IP length
	uint64_t drops;   // made, but not transmitted
	uint64_t rtcp_packets;
	// What the receiver last reported by RTCP. 0 in report_count: nothing yet.
	uint64_t report_count;
	uint32_t reported_highest_seq;
	uint32_t reported_sent;          // packets handed to the device up to that one, modulo 2^32
	int32_t reported_lost;           // cumulative
	uint32_t reported_fraction_lost; // of 256
	uint32_t reported_jitter_us;
	int64_t reported_ns; // mono_time of the last report
};

struct leg_stats {
	bool is_up; // a path is proved
	struct ip_address remote;
	be16_t remote_port_be;
	uint64_t path_changes;
	uint64_t stun_requests; // good ones
	uint64_t stun_failures; // wrong integrity, replayed, over the rate
	uint32_t rtt_us;        // of the relay's last own STUN request; 0: not known
	int64_t last_heard_ns;  // mono_time of the last authenticated packet; 0: never
};

// Worker-wide. frames_in + handed_in = forwarded + consumed + handed_out + the sum of drops at
// reception; copies + originated = transmitted + the sum of drops at transmission.
struct worker_stats {
	uint64_t heartbeat;   // loops
	int64_t heartbeat_ns; // mono_time of the last loop
	int64_t busy_ns;      // time in loops that had work
	uint64_t frames_in;   // from the device
	uint64_t handed_in;   // from other workers, who had received them
	uint64_t handed_out;
	uint64_t bytes_in; // IP length of what was authenticated
	uint64_t forwarded;
	uint64_t consumed;
	uint64_t copies;
	uint64_t originated; // ARP, echo replies, STUN, RTCP of the relay's own
	uint64_t transmitted;
	uint64_t bytes_out; // IP length of what was transmitted
	uint64_t messages;
	uint64_t drops[DROP_REASON_COUNT];
	// Media copies by how long the relay had them: from the poll that took the packet from the
	// device to the hand-over of its copy.
	uint64_t delays[DELAY_BUCKETS];
};

struct stats_limits {
	uint32_t worker_count; // 1..WORKERS_MAX; 0: one
	// Of all workers together; each owns an equal share.
	uint32_t leg_count;
	uint32_t stream_count;
	uint32_t outflow_count;
};

// The slots that one worker owns, of a table of which every worker has an equal share.
struct slot_range {
	uint32_t first;
	uint32_t count;
};
struct slot_range stats_share(uint32_t slots, uint32_t worker_count, uint32_t worker);

// Memory of one slot of each kind, in use.
struct slot_bytes {
	uint32_t leg;
	uint32_t stream;
	uint32_t outflow;
};
struct slot_bytes stats_slot_bytes(void); // the board's

// The flows of a usual classroom, in each direction.
#define LEG_FLOWS_USUAL 4

// The packet path's memory for what is in use.
struct flow_memory {
	struct slot_bytes whole; // tables, SRTP contexts and board
	uint32_t flow;           // a usual classroom's, its leg's too, over its flows in and out
};

struct stats; // the board of all workers

// Allocates a board with all counters 0. Returns NULL where memory is lacking.
struct stats *stats_create(const struct stats_limits *limits);
void stats_destroy(struct stats *stats);
const struct stats_limits *stats_limits_get(const struct stats *stats);

// written: worker
void stats_publish_worker(struct stats *stats, uint32_t worker, const struct worker_stats *from);
void stats_publish_leg(struct stats *stats, uint32_t leg, const struct leg_stats *from);
void stats_publish_inflow(struct stats *stats, uint32_t stream, const struct inflow_stats *from);
void stats_publish_outflow(struct stats *stats, uint32_t outflow, const struct outflow_stats *from);

// read: control. A consistent copy.
void stats_read_worker(const struct stats *stats, uint32_t worker, struct worker_stats *to);
// The sums over all workers, each as it stood at a moment of its own; heartbeat_ns is the oldest.
void stats_read_workers(const struct stats *stats, struct worker_stats *to);
void stats_read_leg(const struct stats *stats, uint32_t leg, struct leg_stats *to);
void stats_read_inflow(const struct stats *stats, uint32_t stream, struct inflow_stats *to);
void stats_read_outflow(const struct stats *stats, uint32_t outflow, struct outflow_stats *to);

#endif
