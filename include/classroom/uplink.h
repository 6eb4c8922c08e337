/* SPDX-License-Identifier: BSD-3-Clause */
// uplink.h - one stream that is sent: plain RTP of the local encoder in, SRTP datagrams out.
#ifndef CLASSROOM_UPLINK_H
#define CLASSROOM_UPLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classroom/join.h"
#include "platform/units.h"
#include "srtp/engine.h"

// With UDP, IP, the tag and a VPN's overhead this still fits a 1500-byte line.
#define UPLINK_RTP_BYTES_MAX 1400
// What protecting adds at most: tag and SRTCP index.
#define UPLINK_OVERHEAD_BYTES 32

#define UPLINK_REPORT_FIRST_NS NS_IN_S
#define UPLINK_REPORT_NS (5 * NS_IN_S)
// A stream silent for longer sends no more sender reports (RFC 3550, section 6.4).
#define UPLINK_SILENT_NS (10 * NS_IN_S)

// Since the program started, over all joins.
struct uplink_totals {
	uint64_t packets;
	uint64_t frames;   // packets with the marker bit
	uint64_t bytes;    // of the datagrams
	uint64_t oversize; // longer than UPLINK_RTP_BYTES_MAX, dropped
	uint64_t malformed;
};

// One kind's stream; lives as long as the program. Between joins it has no context.
struct uplink {
	const struct srtp_engine *engine;
	struct srtp_context *context; // NULL: no join
	uint32_t ssrc;
	uint8_t payload_type;
	uint32_t clock_rate_hz;
	uint16_t seq; // of the next packet
	// Of this join, for the sender reports.
	uint32_t packet_count;
	uint32_t octet_count;
	uint32_t last_timestamp;
	struct mono_time last_packet;
	struct mono_time next_report;
	struct uplink_totals totals;
};

void uplink_init(struct uplink *uplink, const struct srtp_engine *engine);

// Begins a stream of a new join: `random` chooses the first sequence number, below 2^15 (so that a
// lost first packet never makes the receiver's guess of the rollover counter wrong). Returns 0, or
// -ENOMEM.
int uplink_join(struct uplink *uplink, const struct join_stream *stream, uint16_t random,
	struct mono_time now);

// Ends it and wipes its keys. The totals stay.
void uplink_leave(struct uplink *uplink);

// One packet of the local encoder becomes a datagram in out[0..capacity): the join's SSRC and
// payload type, the next sequence number, the encoder's timestamp. Returns its bytes, or -EBADMSG
// (no RTP), -EMSGSIZE (longer than UPLINK_RTP_BYTES_MAX; counted), -ENOTCONN (no join), -EIO (the
// engine).
int uplink_packet(struct uplink *uplink, const uint8_t *rtp, size_t length, struct mono_time now,
	uint8_t *out, size_t capacity);

// The sender report that is due at `now` (RFC 3550, section 6.4.1), protected. `random` spreads the
// next one over 0.5 to 1.5 of the interval (section 6.2). Returns its bytes, 0 where none is due,
// or -EIO.
int uplink_report(struct uplink *uplink, struct mono_time now, struct wall_time wall,
	const char *cname, uint32_t random, uint8_t *out, size_t capacity);

#endif
