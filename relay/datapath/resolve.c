/* SPDX-License-Identifier: BSD-3-Clause */
// resolve.c - finds the leg of a media packet by its 5-tuple, and the stream by its SSRC.
#include <stddef.h>

#include <rte_prefetch.h>

#include "datapath/internal.h"

#define SSRC_OFFSET_RTCP 4 // RFC 3550, section 6.4: of the compound's first packet
#define RTCP_HEADER_BYTES 8

// Reads the sender's SSRC. Returns false where the header is malformed.
static bool
read_ssrc(struct packet *packet, uint32_t *ssrc_out)
{
	uint16_t length = packet->frame.payload_bytes;
	if (packet->kind == PACKET_RTP) {
		if (rtp_parse(packet->payload, length, &packet->rtp) != 0)
			return false;
		*ssrc_out = packet->rtp.ssrc;
		return true;
	}
	if (length < RTCP_HEADER_BYTES)
		return false;
	const uint8_t *at = packet->payload + SSRC_OFFSET_RTCP;
	*ssrc_out = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	return true;
}

// What the stages behind will look at.
static void
prefetch_stream(const struct stream *stream)
{
	for (size_t i = 0; i < offsetof(struct stream, outflows); i += RTE_CACHE_LINE_SIZE)
		rte_prefetch0((const uint8_t *)stream + i);
}

static void
resolve_packet(struct worker *worker, struct packet *packet, struct leg *leg)
{
	uint32_t ssrc;
	if (!leg) {
		packet_drop(packet, DROP_UNKNOWN_PATH);
		return;
	}
	if (!read_ssrc(packet, &ssrc)) {
		packet_drop(packet, DROP_RTP_MALFORMED);
		return;
	}
	packet->leg = leg;
	packet->stream = tables_find_stream(&worker->tables, leg, ssrc);
	if (packet->stream)
		prefetch_stream(packet->stream);
	else
		packet_drop(packet, DROP_UNKNOWN_SSRC);
}

void
resolve(struct worker *worker, struct burst *burst)
{
	struct packet *media[BURST_PACKETS_MAX];
	const struct tuple *tuples[BURST_PACKETS_MAX];
	struct leg *legs[BURST_PACKETS_MAX];
	unsigned count = 0;

	for (unsigned i = 0; i < burst->count; i++) {
		if (!packet_is_media(&burst->packets[i]))
			continue;
		media[count] = &burst->packets[i];
		tuples[count++] = &burst->packets[i].frame.tuple;
	}
	if (count == 0)
		return;
	tables_find_legs(&worker->tables, tuples, count, legs);
	for (unsigned i = 0; i < count; i++)
		resolve_packet(worker, media[i], legs[i]);
}
