/* SPDX-License-Identifier: BSD-3-Clause */
// fanout.c - one authenticated packet becomes one per receiver.
//
// A single receiver gets the packet's own buffer. Several get headers of their own before the one
// payload where the device sends chains; else copies, but for the last.
#include <string.h>

#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "datapath/internal.h"
#include "media/checksum.h"

// Somebody who is to have the packet.
struct receiver {
	struct outflow *outflow;
	struct leg *leg;
};

// Those of the packet's stream who can be reached now.
static unsigned
collect(struct worker *worker, const struct stream *stream, struct receiver *receivers)
{
	unsigned count = 0;
	struct outflow *outflow;
	for (uint32_t slot = stream->outflows; slot != NO_SLOT; slot = outflow->next_sent) {
		outflow = &worker->tables.outflows[slot];
		struct leg *leg = &worker->tables.legs[outflow->leg];
		if (leg->path.is_up && leg->is_live)
			receivers[count++] = (struct receiver){outflow, leg};
	}
	return count;
}

// The payload lies behind the headers already, or in the next buffer of the chain.
static void
write_headers(uint8_t *at, const struct packet *packet, const struct leg *leg)
{
	const struct frame *frame = &packet->frame;
	be16_t checksum_be = checksum_udp_readdress_sums(
		frame->udp_checksum_be, packet->leg->path.tuple_sum, leg->path.tuple_sum);
	if (checksum_be == 0 && !leg->headers.is_v4)
		// Over IPv6 there is no datagram without a checksum (RFC 8200, section 8.1).
		checksum_be = checksum_udp_payload(
			&leg->path.tuple, packet->payload, frame->payload_bytes);
	transmit_put_headers(
		&leg->headers, at, packet->stream->dscp, frame->payload_bytes, checksum_be);
}

static struct rte_mbuf *
copy_for(struct worker *worker, const struct packet *packet, const struct leg *leg)
{
	unsigned header_bytes = leg->headers.count;
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
	write_headers(at, packet, leg);
	return mbuf;
}

// Headers of its own before the packet's one payload, for a device that sends chains. Takes one of
// the packet's references with it.
static struct rte_mbuf *
refer_for(struct worker *worker, const struct packet *packet, const struct leg *leg)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(worker->settings.pool);
	if (!mbuf)
		return NULL;
	write_headers(rte_pktmbuf_mtod(mbuf, uint8_t *), packet, leg);
	mbuf->data_len = leg->headers.count;
	mbuf->next = packet->mbuf;
	mbuf->nb_segs = 2;
	mbuf->pkt_len = (uint32_t)leg->headers.count + packet->frame.payload_bytes;
	return mbuf;
}

// Leaves of the packet's buffer the payload, with so many bytes of room before it. Returns where
// they begin, or NULL where there is no room.
static uint8_t *
cut_to_payload(struct packet *packet, uint16_t room_bytes)
{
	struct rte_mbuf *mbuf = packet->mbuf; // one segment: classify saw to that
	unsigned payload_at = (unsigned)mbuf->data_off + packet->frame.payload_offset;

	if (payload_at < room_bytes)
		return NULL;
	mbuf->data_off = (uint16_t)(payload_at - room_bytes);
	mbuf->data_len = (uint16_t)(room_bytes + packet->frame.payload_bytes);
	mbuf->pkt_len = mbuf->data_len;
	mbuf->ol_flags = 0;
	return packet->payload - room_bytes;
}

// Takes the packet's own buffer and puts the new headers before its payload.
static struct rte_mbuf *
move_for(struct packet *packet, const struct leg *leg)
{
	struct rte_mbuf *mbuf = packet->mbuf;
	uint8_t *at = cut_to_payload(packet, leg->headers.count);

	if (!at)
		return NULL;
	write_headers(at, packet, leg);
	packet->mbuf = NULL;
	return mbuf;
}

// The copy for one receiver. Returns DROP_NONE, or why it cannot be sent.
static enum drop_reason
send_copy(struct worker *worker, struct packet *packet, const struct receiver *to, bool is_last)
{
	const struct headers *headers = transmit_headers(worker, to->leg);
	uint32_t ip_bytes = (uint32_t)headers->ip_bytes + packet->frame.payload_bytes;
	bool is_rtp = packet->kind == PACKET_RTP;

	if (!is_rtp)
		to->outflow->stats.rtcp_packets++;
	if (ip_bytes > worker->settings.ip_bytes_max)
		return DROP_TX_TOO_LONG;
	struct rte_mbuf *mbuf = packet->is_shared ? refer_for(worker, packet, to->leg)
				: is_last         ? move_for(packet, to->leg)
						  : copy_for(worker, packet, to->leg);
	if (!mbuf)
		return DROP_TX_NO_BUFFER;
	transmit_queue(worker, mbuf, is_rtp ? to->outflow : NULL, ip_bytes);
	return DROP_NONE;
}

static void
drop_copy(struct worker *worker, struct packet *packet, const struct receiver *to,
	enum drop_reason reason)
{
	worker->stats.drops[reason]++;
	to->outflow->stats.drops++;
	if (packet->is_shared)
		rte_pktmbuf_free(packet->mbuf); // the reference that was this copy's
}

static void
forward(struct worker *worker, struct packet *packet)
{
	struct receiver receivers[SESSION_LEGS_MAX];
	if (!packet->leg->is_live) {
		packet_drop(packet, DROP_NOT_LIVE);
		return;
	}
	unsigned count = collect(worker, packet->stream, receivers);
	if (count == 0) {
		packet_drop(packet, DROP_NO_RECEIVER);
		return;
	}
	packet->is_shared = count > 1 && worker->settings.sends_chains;
	if (packet->is_shared) {
		cut_to_payload(packet, 0);
		// All references at once, one a copy: beyond the first each would be a locked
		// instruction.
		rte_mbuf_refcnt_update(packet->mbuf, (int16_t)(count - 1));
	}
	for (unsigned i = 0; i < count; i++) {
		enum drop_reason reason = send_copy(worker, packet, &receivers[i], i + 1 == count);
		if (reason)
			drop_copy(worker, packet, &receivers[i], reason);
	}
	if (packet->is_shared)
		packet->mbuf = NULL;
	worker->stats.copies += count;
	packet->fate = PACKET_FORWARDED;
}

// The packets that go on. With many flows, what leads to their receivers comes from afar, so it is
// asked for now: outflow, leg, its headers.
static unsigned
gather(const struct worker *worker, struct burst *burst, struct packet **packets)
{
	const struct tables *tables = &worker->tables;
	unsigned count = 0;

	for (unsigned i = 0; i < burst->count; i++) {
		struct packet *packet = &burst->packets[i];
		if (!packet_is_media(packet))
			continue;
		packets[count++] = packet;
		if (packet->stream->outflows != NO_SLOT)
			rte_prefetch0(&tables->outflows[packet->stream->outflows]);
	}
	for (unsigned i = 0; i < count; i++) {
		uint32_t slot = packets[i]->stream->outflows;
		if (slot == NO_SLOT)
			continue;
		const struct leg *leg = &tables->legs[tables->outflows[slot].leg];
		rte_prefetch0(leg);
		rte_prefetch0(&leg->headers);
		rte_prefetch0((const uint8_t *)&leg->headers + RTE_CACHE_LINE_SIZE);
	}
	return count;
}

void
fanout(struct worker *worker, struct burst *burst)
{
	struct packet *packets[BURST_PACKETS_MAX];
	unsigned count = gather(worker, burst, packets);

	for (unsigned i = 0; i < count; i++)
		forward(worker, packets[i]);
}
