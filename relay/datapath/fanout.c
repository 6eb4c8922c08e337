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

// The outflows of the packet's stream whose receivers can be reached now.
static unsigned
collect(struct worker *worker, const struct stream *stream, struct outflow **outflows)
{
	unsigned count = 0;
	struct outflow *outflow;
	for (uint32_t slot = stream->outflows; slot != NO_SLOT; slot = outflow->next_sent) {
		outflow = &worker->tables.outflows[slot];
		const struct leg *leg = &worker->tables.legs[outflow->leg];
		if (leg->path.is_up && leg->is_live)
			outflows[count++] = outflow;
	}
	return count;
}

// The payload lies behind the headers already, or in the next buffer of the chain.
static void
write_headers(uint8_t *at, const struct packet *packet, const struct leg *leg)
{
	const struct frame *frame = &packet->frame;
	be16_t checksum_be = checksum_udp_readdress_sums(
		frame->udp_checksum_be, packet->leg->headers.tuple_sum, leg->headers.tuple_sum);
	if (checksum_be == 0 && !leg->headers.is_v4)
		// Over IPv6 there is no datagram without a checksum (RFC 8200, section 8.1).
		checksum_be = checksum_udp_payload(
			&leg->path.tuple, packet->payload, frame->payload_bytes);
	transmit_put_headers(
		&leg->headers, at, packet->stream->dscp, frame->payload_bytes, checksum_be);
}

static struct rte_mbuf *
buffer_for(struct worker *worker, uint32_t bytes)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(worker->settings.pool);
	if (mbuf && !rte_pktmbuf_append(mbuf, (uint16_t)bytes)) {
		rte_pktmbuf_free(mbuf);
		return NULL;
	}
	return mbuf;
}

static struct rte_mbuf *
copy_for(struct worker *worker, const struct packet *packet, const struct leg *leg)
{
	unsigned header_bytes = leg->headers.count;
	uint16_t payload_bytes = packet->frame.payload_bytes;
	struct rte_mbuf *mbuf = buffer_for(worker, header_bytes + payload_bytes);
	if (!mbuf)
		return NULL;
	uint8_t *at = rte_pktmbuf_mtod(mbuf, uint8_t *);
	memcpy(at + header_bytes, packet->payload, payload_bytes);
	write_headers(at, packet, leg);
	return mbuf;
}

// Headers of its own before the packet's one payload, for a device that sends chains.
static struct rte_mbuf *
refer_for(struct worker *worker, const struct packet *packet, const struct leg *leg)
{
	struct rte_mbuf *mbuf = buffer_for(worker, leg->headers.count);
	if (!mbuf)
		return NULL;
	write_headers(rte_pktmbuf_mtod(mbuf, uint8_t *), packet, leg);
	rte_mbuf_refcnt_update(packet->mbuf, 1);
	mbuf->next = packet->mbuf;
	mbuf->nb_segs = 2;
	mbuf->pkt_len += packet->frame.payload_bytes;
	return mbuf;
}

static void
cut_to_payload(struct packet *packet)
{
	struct rte_mbuf *mbuf = packet->mbuf;
	const struct frame *frame = &packet->frame;

	rte_pktmbuf_adj(mbuf, frame->payload_offset);
	rte_pktmbuf_trim(mbuf, (uint16_t)(rte_pktmbuf_data_len(mbuf) - frame->payload_bytes));
	mbuf->ol_flags = 0;
}

// Takes the packet's own buffer and puts the new headers before its payload.
static struct rte_mbuf *
move_for(struct packet *packet, const struct leg *leg)
{
	struct rte_mbuf *mbuf = packet->mbuf;

	cut_to_payload(packet);
	uint8_t *at = (uint8_t *)rte_pktmbuf_prepend(mbuf, leg->headers.count);
	if (!at)
		return NULL;
	write_headers(at, packet, leg);
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
	struct leg *leg = &worker->tables.legs[outflow->leg];
	const struct headers *headers = transmit_headers(worker, leg);
	uint32_t ip_bytes = (uint32_t)headers->ip_bytes + packet->frame.payload_bytes;

	worker->stats.copies++;
	if (packet->kind == PACKET_RTCP)
		outflow->stats.rtcp_packets++;
	if (ip_bytes > worker->settings.ip_bytes_max) {
		drop_copy(worker, outflow, DROP_TX_TOO_LONG);
		return;
	}
	struct rte_mbuf *mbuf = packet->is_shared ? refer_for(worker, packet, leg)
				: is_last         ? move_for(packet, leg)
						  : copy_for(worker, packet, leg);
	if (!mbuf) {
		drop_copy(worker, outflow, DROP_TX_NO_BUFFER);
		return;
	}
	transmit_queue(worker, mbuf, packet->kind == PACKET_RTP ? outflow : NULL, ip_bytes);
}

static bool
is_to_forward(const struct packet *packet)
{
	return packet_is(packet, PACKET_RTP) || packet_is(packet, PACKET_RTCP);
}

// With many flows, what leads to a receiver comes from afar: outflow, leg, its headers.
static void
prefetch_receivers(struct worker *worker, const struct burst *burst)
{
	const struct tables *tables = &worker->tables;
	for (unsigned i = 0; i < burst->count; i++) {
		const struct packet *packet = &burst->packets[i];
		if (is_to_forward(packet) && packet->stream->outflow_count > 0)
			rte_prefetch0(&tables->outflows[packet->stream->outflows]);
	}
	for (unsigned i = 0; i < burst->count; i++) {
		const struct packet *packet = &burst->packets[i];
		if (!is_to_forward(packet) || packet->stream->outflow_count == 0)
			continue;
		const struct leg *leg =
			&tables->legs[tables->outflows[packet->stream->outflows].leg];
		rte_prefetch0(leg);
		rte_prefetch0(&leg->headers);
		rte_prefetch0((const uint8_t *)&leg->headers + RTE_CACHE_LINE_SIZE);
	}
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
	// The sums of both tuples are needed: the sender's headers are kept for that too.
	transmit_headers(worker, packet->leg);
	packet->is_shared = count > 1 && worker->settings.sends_chains;
	if (packet->is_shared)
		cut_to_payload(packet);
	for (unsigned i = 0; i < count; i++)
		send_copy(worker, packet, outflows[i], i + 1 == count);
	packet->fate = PACKET_FORWARDED;
}

void
fanout(struct worker *worker, struct burst *burst)
{
	prefetch_receivers(worker, burst);
	for (unsigned i = 0; i < burst->count; i++) {
		struct packet *packet = &burst->packets[i];
		if (is_to_forward(packet))
			forward(worker, packet);
	}
}
