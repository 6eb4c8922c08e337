/* SPDX-License-Identifier: BSD-3-Clause */
// account.c - counts every authenticated packet into its flow, and reads what receivers report.
#include <rte_mbuf.h>

#include "datapath/internal.h"
#include "media/rtcp.h"
#include "platform/capture.h"

static void
account_rtp(struct packet *packet, struct mono_time now)
{
	reception_update(&packet->stream->reception, packet->index, packet->rtp.timestamp,
		packet->rtp.marker, packet->frame.ip_bytes, now);
	if (packet->stream->capture) {
		const struct rte_mbuf *mbuf = packet->mbuf;
		capture_put(packet->stream->capture, rte_pktmbuf_mtod(mbuf, const uint8_t *),
			rte_pktmbuf_data_len(mbuf),
			packet->frame.payload_offset + packet->rtp.header_bytes, now);
	}
}

// One report block speaks of what this leg receives (RFC 3550, section 6.4.1).
static void
account_block(struct worker *worker, const struct leg *leg, const struct rtcp_report_block *block,
	struct mono_time now)
{
	struct outflow *outflow = tables_find_outflow(&worker->tables, leg, block->ssrc);
	if (!outflow)
		return;
	const struct stream *stream = &worker->tables.streams[outflow->stream];
	struct outflow_stats *stats = &outflow->stats;
	stats->report_count++;
	stats->reported_highest_seq = block->highest_seq;
	// What is still under way when the receiver reports is not missing.
	stats->reported_sent = (uint32_t)stats->packets -
			       ((uint32_t)stream->reception.highest_index - block->highest_seq);
	stats->reported_lost = block->cumulative_lost;
	stats->reported_fraction_lost = block->fraction_lost;
	uint64_t jitter_us =
		(uint64_t)block->jitter * (NS_IN_S / NS_IN_US) / stream->reception.clock_rate_hz;
	// An absurd figure must not wrap to a good one.
	stats->reported_jitter_us = jitter_us > UINT32_MAX ? UINT32_MAX : (uint32_t)jitter_us;
	stats->reported_ns = now.ns;
}

static void
account_rtcp(struct worker *worker, struct packet *packet, struct mono_time now)
{
	struct rtcp_report_block blocks[RTCP_REPORT_BLOCKS_MAX];
	struct rtcp_packet part;
	size_t cursor = 0;
	bool is_first = true;
	int more;

	packet->is_sender_report = false;
	while ((more = rtcp_next(packet->rtcp, packet->rtcp_bytes, &cursor, &part)) == 1) {
		struct rtcp_sender_info info;
		if (part.type == RTCP_SR && part.ssrc == packet->stream->ssrc &&
			rtcp_read_sender_info(&part, &info) == 0) {
			reception_sender_report(&packet->stream->reception, info.ntp, now);
			packet->is_sender_report |= is_first;
		}
		if (part.type == RTCP_SR || part.type == RTCP_RR) {
			int count = rtcp_read_report_blocks(&part, blocks, RTCP_REPORT_BLOCKS_MAX);
			for (int i = 0; i < count; i++)
				account_block(worker, packet->leg, &blocks[i], now);
		}
		is_first = false;
	}
	if (more < 0) {
		packet_drop(packet, DROP_RTP_MALFORMED);
		return;
	}
	packet->stream->rtcp_packets++;
	// Who begins with a receiver report speaks to the relay alone.
	if (!packet->is_sender_report || packet->stream->kind == STREAM_REPORT)
		packet->fate = PACKET_CONSUMED;
}

void
account(struct worker *worker, struct burst *burst)
{
	for (unsigned i = 0; i < burst->count; i++) {
		struct packet *packet = &burst->packets[i];
		if (!packet_is_media(packet))
			continue;
		packet->leg->stats.last_heard_ns = burst->now.ns;
		worker->stats.bytes_in += packet->frame.ip_bytes;
		if (packet->kind == PACKET_RTCP)
			account_rtcp(worker, packet, burst->now);
		else if (!packet->leg->is_live || packet->stream->kind == STREAM_REPORT)
			packet_drop(packet, DROP_NOT_LIVE);
		else
			account_rtp(packet, burst->now);
	}
}
