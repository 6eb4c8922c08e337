/* SPDX-License-Identifier: BSD-3-Clause */
// fanout.c - one authenticated packet becomes one per receiver: copies for all but the last, who
// gets the packet itself.
#include <string.h>

#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "datapath/internal.h"
#include "media/checksum.h"

// The outflows of the packet's stream whose receivers can be reached now.
static unsigned
collect(struct worker *worker, const struct stream *stream, struct outflow **outflows)
{
	unsigned count = 0;
	for (uint32_t i = 0; i < stream->outflow_count; i++) {
		struct outflow *outflow = &worker->tables.outflows[stream->outflows[i]];
		const struct leg *leg = &worker->tables.legs[outflow->leg];
		if (leg->path.is_up && leg->is_live)
			outflows[count++] = outflow;
	}
	return count;
}

static enum ip_family
family_of(const struct leg *leg)
{
	return ip_family(&leg->path.tuple.remote);
}

// The payload lies behind the headers already.
static void
write_headers(
	struct worker *worker, uint8_t *at, const struct packet *packet, const struct leg *leg)
{
	const struct frame *frame = &packet->frame;
	struct datagram_headers headers = {
		.tuple = &leg->path.tuple,
		.next_hop = transmit_next_hop(worker, &leg->path.tuple.remote, &leg->path.next_hop),
		.dscp = packet->stream->dscp,
		.payload_bytes = frame->payload_bytes,
		.udp_checksum_be = checksum_udp_readdress(
			frame->udp_checksum_be, &frame->tuple, &leg->path.tuple),
	};
	transmit_write_headers(worker, at, &headers);
	// Over IPv6 there is no datagram without a checksum (RFC 8200, section 8.1).
	if (headers.udp_checksum_be == 0 && family_of(leg) == IP_V6)
		transmit_fill_checksum(worker, at, &headers);
}

static struct rte_mbuf *
copy_for(struct worker *worker, const struct packet *packet, const struct leg *leg)
{
	unsigned header_bytes = transmit_header_bytes(worker, family_of(leg));
	uint16_t payload_bytes = packet->frame.payload_bytes;
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(worker->settings.pool);
	if (!mbuf)
		return NULL;
	uint8_t *at = (uint8_t *)rte_pktmbuf_append(mbuf, (uint16_t)(header_bytes + payload_bytes));
	if (!at) {
		rte_pktmbuf_free(mbuf);
		return NULL;
	}
	memcpy(at + header_bytes, packet->payload, payload_bytes);
	write_headers(worker, at, packet, leg);
	return mbuf;
}

// Takes the packet's own buffer: cuts it to the payload and puts the new headers before that.
static struct rte_mbuf *
move_for(struct worker *worker, struct packet *packet, const struct leg *leg)
{
	struct rte_mbuf *mbuf = packet->mbuf;
	const struct frame *frame = &packet->frame;

	rte_pktmbuf_adj(mbuf, frame->payload_offset);
	rte_pktmbuf_trim(mbuf, (uint16_t)(rte_pktmbuf_data_len(mbuf) - frame->payload_bytes));
	mbuf->ol_flags = 0;
	uint8_t *at = (uint8_t *)rte_pktmbuf_prepend(
		mbuf, (uint16_t)transmit_header_bytes(worker, family_of(leg)));
	if (!at)
		return NULL;
	write_headers(worker, at, packet, leg);
	packet->mbuf = NULL;
	return mbuf;
}

static void
drop_copy(struct worker *worker, struct outflow *outflow, enum drop_reason reason)
{
	worker->stats.drops[reason]++;
	outflow->stats.drops++;
}

static void
send_copy(struct worker *worker, struct packet *packet, struct outflow *outflow, bool is_last)
{
	const struct leg *leg = &worker->tables.legs[outflow->leg];
	uint32_t ip_bytes = transmit_ip_header_bytes(family_of(leg)) + packet->frame.payload_bytes;

	worker->stats.copies++;
	if (packet->kind == PACKET_RTCP)
		outflow->stats.rtcp_packets++;
	if (ip_bytes > worker->settings.ip_bytes_max) {
		drop_copy(worker, outflow, DROP_TX_TOO_LONG);
		return;
	}
	struct rte_mbuf *mbuf =
		is_last ? move_for(worker, packet, leg) : copy_for(worker, packet, leg);
	if (!mbuf) {
		drop_copy(worker, outflow, DROP_TX_NO_BUFFER);
		return;
	}
	transmit_queue(worker, mbuf, packet->kind == PACKET_RTP ? outflow : NULL, ip_bytes);
}

static void
forward(struct worker *worker, struct packet *packet)
{
	struct outflow *outflows[SESSION_LEGS_MAX];
	if (!packet->leg->is_live) {
		packet_drop(packet, DROP_NOT_LIVE);
		return;
	}
	unsigned count = collect(worker, packet->stream, outflows);
	if (count == 0) {
		packet_drop(packet, DROP_NO_RECEIVER);
		return;
	}
	for (unsigned i = 0; i < count; i++)
		send_copy(worker, packet, outflows[i], i + 1 == count);
	packet->fate = PACKET_FORWARDED;
}

void
fanout(struct worker *worker, struct burst *burst)
{
	for (unsigned i = 0; i < burst->count; i++) {
		struct packet *packet = &burst->packets[i];
		if (packet_is(packet, PACKET_RTP) || packet_is(packet, PACKET_RTCP))
			forward(worker, packet);
	}
}
