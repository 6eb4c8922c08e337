/* SPDX-License-Identifier: BSD-3-Clause */
// downlink.h - one stream that is received: SRTP in, plain RTP for the local player out.
//
// The player sees one unbroken stream: when the sender joins again (other SSRC, sequence numbers
// and timestamps), SSRC, sequence and time go on where they were.
#ifndef CLASSROOM_DOWNLINK_H
#define CLASSROOM_DOWNLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classroom/join.h"
#include "media/reception.h"
#include "platform/units.h"
#include "srtp/engine.h"

// A stream whose packets fail for this long has a wrong rollover counter or key: ask again.
#define DOWNLINK_FAILING_NS NS_IN_S

// Since the program started, over all joins of the sender.
struct downlink_totals {
	uint64_t packets; // unique
	uint64_t frames;  // packets with the marker bit
	uint64_t bytes;
	uint64_t lost;   // of the joins before this one
	uint64_t failed; // authentication failures
	uint64_t replayed;
};

// One (endpoint, kind); keeps its place and local SSRC between joins.
struct downlink {
	const struct srtp_engine *engine;
	struct srtp_context *context; // NULL: not received now
	uint32_t ssrc;                // the sender's
	uint32_t clock_rate_hz;
	uint32_t local_ssrc;  // the player's
	uint8_t payload_type; // the player's too
	struct reception reception;
	struct downlink_totals totals;
	// Failures since the last good packet.
	bool failing;
	struct mono_time failing_since;
	// What to add so that the player's numbers go on.
	bool has_offsets;
	bool continues; // something was delivered before this join
	uint16_t seq_offset;
	uint32_t timestamp_offset;
	uint64_t first_index; // of this join
	// The newest packet delivered.
	bool delivered;
	uint64_t newest_index;
	uint16_t newest_seq;
	uint32_t newest_timestamp;
	struct mono_time newest_time;
};

void downlink_init(
	struct downlink *downlink, const struct srtp_engine *engine, uint32_t local_ssrc);

// Begins to receive `stream`, whose sender joined (again). Returns 0, or -ENOMEM.
int downlink_join(struct downlink *downlink, const struct join_stream *stream);

// The same stream again with the rollover counter of this moment. Counts and offsets stay. Returns
// 0, or -ENOMEM.
int downlink_resume(struct downlink *downlink, const struct join_stream *stream);

// Stops receiving and wipes the keys. What the player was told last is kept.
void downlink_leave(struct downlink *downlink);

// An SRTP packet with this stream's SSRC came. Where it verifies, packet[0..] becomes the player's
// plain RTP. Returns its bytes, 0 where there is nothing to deliver (older than this join's first
// packet, which would overlap the join before), or -EBADMSG where it does not verify or came
// before.
int downlink_packet(
	struct downlink *downlink, uint8_t *packet, size_t length, struct mono_time now);

// An SRTCP compound whose first SSRC is this stream's came. Where it verifies and holds a sender
// report, writes one for the player with the player's SSRC and timestamp. Returns its bytes, 0
// where there is nothing to deliver, or -EBADMSG. `cname` ties the streams of one sender together.
int downlink_control(struct downlink *downlink, uint8_t *compound, size_t length,
	struct mono_time now, const char *cname, uint8_t *out, size_t capacity);

// Whether every packet has failed for DOWNLINK_FAILING_NS.
bool downlink_is_failing(const struct downlink *downlink, struct mono_time now);

// Lost packets of all joins.
uint64_t downlink_lost(const struct downlink *downlink);

#endif
