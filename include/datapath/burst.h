/* SPDX-License-Identifier: BSD-3-Clause */
// burst.h - the packets that walk down the stages together, and what each stage found out about
// them.
#ifndef DATAPATH_BURST_H
#define DATAPATH_BURST_H

#include <stdbool.h>
#include <stdint.h>

#include "media/frame.h"
#include "media/rtp.h"
#include "platform/drop_reasons.h"
#include "platform/units.h"

struct rte_mbuf;

#define BURST_PACKETS_MAX 32

// Every packet ends in one of the last four; a stage leaves alone what has ended.
enum packet_fate {
	PACKET_PENDING,
	PACKET_FORWARDED,
	PACKET_CONSUMED,
	PACKET_DROPPED,
	PACKET_HANDED, // to the worker that owns its session, which counts what becomes of it
};

enum packet_kind {
	PACKET_ARP,
	PACKET_ND,
	PACKET_ICMP_ECHO,
	PACKET_STUN,
	PACKET_RTP, // what stands from here on is media
	PACKET_RTCP,
};

struct packet {
	struct rte_mbuf *mbuf; // NULL once it was handed on to transmission
	enum packet_fate fate;
	enum drop_reason reason; // of PACKET_DROPPED

	// written: classify
	enum packet_kind kind;
	struct frame frame;
	uint8_t *payload; // frame.payload_bytes of it

	// written: resolve
	struct leg *leg;
	struct stream *stream;
	struct rtp_header rtp; // PACKET_RTP only

	// written: authenticate
	uint64_t index;      // SRTP packet index
	const uint8_t *rtcp; // PACKET_RTCP only: the decrypted compound
	uint32_t rtcp_bytes;
	bool is_shared;        // its copies lead to its one buffer. written: fanout
	bool is_sender_report; // PACKET_RTCP only: the compound begins with SR. written: account
};

struct burst {
	struct mono_time now;
	unsigned count;
	uint32_t kinds; // a bit for each kind that is among them; written: classify
	struct packet packets[BURST_PACKETS_MAX];
};

static inline void
packet_drop(struct packet *packet, enum drop_reason reason)
{
	packet->fate = PACKET_DROPPED;
	packet->reason = reason;
}

// Whether classify found any of this kind: a stage that has nothing to do walks over nothing.
static inline bool
burst_has(const struct burst *burst, enum packet_kind kind)
{
	return burst->kinds >> kind & 1;
}

static inline bool
packet_is(const struct packet *packet, enum packet_kind kind)
{
	return packet->fate == PACKET_PENDING && packet->kind == kind;
}

static inline bool
packet_is_media(const struct packet *packet)
{
	return packet->fate == PACKET_PENDING && packet->kind >= PACKET_RTP;
}

#endif
