/* SPDX-License-Identifier: BSD-3-Clause */
// authenticate.c - packet index, replay window and tag of every media packet, in bursts.
//
// RTP is verified where it lies and goes on sealed, byte for byte. RTCP is opened in scratch
// memory, for the statistics; what is forwarded of it is the sealed original.
#include <string.h>

#include "datapath/internal.h"

static enum drop_reason
reason_of(enum srtp_verdict verdict)
{
	switch (verdict) {
	case SRTP_OK:
		return DROP_NONE;
	case SRTP_REPLAYED:
		return DROP_REPLAYED;
	case SRTP_TOO_OLD:
		return DROP_TOO_OLD;
	case SRTP_MALFORMED:
	case SRTP_NO_SPACE:
		return DROP_RTP_MALFORMED;
	case SRTP_AUTH_FAIL:
	default:
		return DROP_AUTHENTICATION;
	}
}

// What a refused packet leaves in its stream's statistics.
static void
note_refusal(struct packet *packet, enum drop_reason reason)
{
	struct stream *stream = packet->stream;

	packet_drop(packet, reason);
	if (reason == DROP_AUTHENTICATION)
		stream->auth_failures++;
	if (packet->kind != PACKET_RTP)
		return;
	if (reason == DROP_REPLAYED)
		reception_duplicate(&stream->reception);
	else if (reason == DROP_TOO_OLD)
		reception_late(&stream->reception);
}

static void
authenticate_rtp(struct worker *worker, struct burst *burst)
{
	struct srtp_job jobs[BURST_PACKETS_MAX];
	struct packet *packets[BURST_PACKETS_MAX];
	unsigned count = 0;

	for (unsigned i = 0; i < burst->count; i++) {
		struct packet *packet = &burst->packets[i];
		if (!packet_is(packet, PACKET_RTP))
			continue;
		packets[count] = packet;
		jobs[count++] = (struct srtp_job){
			.context = packet->stream->context,
			.packet = packet->payload,
			.bytes = packet->frame.payload_bytes,
		};
	}
	if (count == 0)
		return;
	worker->settings.engine->verify_rtp(jobs, count);
	for (unsigned i = 0; i < count; i++) {
		enum drop_reason reason = reason_of(jobs[i].verdict);
		if (reason)
			note_refusal(packets[i], reason);
		packets[i]->index = jobs[i].index;
	}
}

static void
authenticate_rtcp(struct worker *worker, struct burst *burst)
{
	if (!burst_has(burst, PACKET_RTCP))
		return;
	for (unsigned i = 0; i < burst->count; i++) {
		struct packet *packet = &burst->packets[i];
		if (!packet_is(packet, PACKET_RTCP))
			continue;
		if (packet->frame.payload_bytes > SRTP_PACKET_BYTES_MAX) {
			packet_drop(packet, DROP_RTP_MALFORMED);
			continue;
		}
		struct srtp_job job = {
			.context = packet->stream->context,
			.packet = worker->rtcp_scratch[i],
			.bytes = packet->frame.payload_bytes,
			.capacity = SRTP_PACKET_BYTES_MAX,
		};
		memcpy(job.packet, packet->payload, job.bytes);
		worker->settings.engine->unprotect_rtcp(&job, 1);
		enum drop_reason reason = reason_of(job.verdict);
		if (reason)
			note_refusal(packet, reason);
		packet->rtcp = job.packet;
		packet->rtcp_bytes = job.bytes;
	}
}

void
authenticate(struct worker *worker, struct burst *burst)
{
	authenticate_rtp(worker, burst);
	authenticate_rtcp(worker, burst);
}
