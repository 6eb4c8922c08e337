/* SPDX-License-Identifier: BSD-3-Clause */
// report.c - the relay's own RTCP receiver report to an endpoint: how its uplink arrives here
// (RFC 3550, section 6.4.2).
#include "datapath/internal.h"
#include "media/rtcp.h"

#define CNAME "relay"
#define SRTCP_TRAILER_BYTES_MAX 64

void
report_send(struct worker *worker, struct leg *leg, struct mono_time now)
{
	struct rtcp_report_block blocks[LEG_STREAMS_MAX];
	unsigned count = 0;

	for (unsigned i = 0; i < leg->stream_count; i++) {
		struct stream *stream = &worker->tables.streams[leg->streams[i]];
		if (reception_report_block(&stream->reception, stream->ssrc, now, &blocks[count]))
			count++;
	}
	if (count == 0)
		return;

	uint8_t packet[RTCP_COMPOUND_BYTES_MAX + SRTCP_TRAILER_BYTES_MAX];
	int bytes = rtcp_write_receiver_report(
		packet, RTCP_COMPOUND_BYTES_MAX, leg->relay_ssrc, blocks, count, CNAME);
	if (bytes < 0)
		return;
	struct srtp_job job = {
		.context = leg->relay_context,
		.packet = packet,
		.bytes = (uint32_t)bytes,
		.capacity = sizeof packet,
	};
	worker->settings.engine->protect_rtcp(&job, 1);
	if (job.verdict != SRTP_OK)
		return;
	transmit_own_datagram(worker, &leg->path.tuple,
		transmit_next_hop(worker, &leg->path.tuple.remote, &leg->path.next_hop), packet,
		(uint16_t)job.bytes);
}
