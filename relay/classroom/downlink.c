/* SPDX-License-Identifier: BSD-3-Clause */
// downlink.c - verifies and decrypts one stream, measures it, and renumbers it for the player.
#include "classroom/downlink.h"

#include <errno.h>
#include <string.h>

#include "media/rtcp.h"
#include "media/rtp.h"

// What IPv4 and UDP add: operators count IP bytes.
#define IP_UDP_BYTES 28

void
downlink_init(struct downlink *downlink, const struct srtp_engine *engine, uint32_t local_ssrc)
{
	memset(downlink, 0, sizeof *downlink);
	downlink->engine = engine;
	downlink->local_ssrc = local_ssrc;
}

int
downlink_resume(struct downlink *downlink, const struct join_stream *stream)
{
	struct srtp_context *context = downlink->engine->context_create(
		&stream->keys, stream->ssrc, SRTP_INBOUND, stream->roc);
	if (!context)
		return -ENOMEM;
	downlink->engine->context_destroy(downlink->context);
	downlink->context = context;
	downlink->failing = false;
	return 0;
}

int
downlink_join(struct downlink *downlink, const struct join_stream *stream)
{
	downlink_leave(downlink);
	int result = downlink_resume(downlink, stream);
	if (result != 0)
		return result;
	downlink->ssrc = stream->ssrc;
	downlink->clock_rate_hz = stream->clock_rate_hz;
	downlink->payload_type = stream->payload_type;
	reception_init(&downlink->reception, stream->clock_rate_hz);
	return 0;
}

void
downlink_leave(struct downlink *downlink)
{
	if (!downlink->context)
		return;
	downlink->engine->context_destroy(downlink->context);
	downlink->context = NULL;
	if (downlink->reception.started)
		downlink->totals.lost += reception_lost(&downlink->reception);
	downlink->has_offsets = false;
	downlink->failing = false;
}

uint64_t
downlink_lost(const struct downlink *downlink)
{
	bool is_current = downlink->context && downlink->reception.started;
	return downlink->totals.lost + (is_current ? reception_lost(&downlink->reception) : 0);
}

static uint32_t
ticks(int64_t ns, uint32_t clock_rate_hz)
{
	int64_t whole = ns / NS_IN_S * clock_rate_hz;
	return (uint32_t)(whole + ns % NS_IN_S * clock_rate_hz / NS_IN_S);
}

// The first packet of a join decides how its numbers map to the player's: behind what was delivered
// last, and later by the time that has passed since.
static void
choose_offsets(struct downlink *downlink, const struct rtp_header *header, uint64_t index,
	struct mono_time now)
{
	downlink->has_offsets = true;
	downlink->continues = downlink->delivered;
	downlink->first_index = index;
	downlink->newest_index = index;
	downlink->seq_offset = 0;
	downlink->timestamp_offset = 0;
	if (!downlink->delivered)
		return;
	uint32_t passed = ticks(mono_since_ns(now, downlink->newest_time), downlink->clock_rate_hz);
	downlink->seq_offset = (uint16_t)(downlink->newest_seq + 1 - header->seq);
	downlink->timestamp_offset = downlink->newest_timestamp + passed - header->timestamp;
}

static void
count_verdict(struct downlink *downlink, enum srtp_verdict verdict, struct mono_time now)
{
	switch (verdict) {
	case SRTP_OK:
		downlink->failing = false;
		break;
	case SRTP_REPLAYED:
		reception_duplicate(&downlink->reception);
		downlink->totals.replayed++;
		break;
	case SRTP_TOO_OLD:
		reception_late(&downlink->reception);
		downlink->totals.replayed++;
		break;
	case SRTP_AUTH_FAIL:
	case SRTP_MALFORMED:
	case SRTP_NO_SPACE:
		downlink->totals.failed++;
		if (!downlink->failing)
			downlink->failing_since = now;
		downlink->failing = true;
		break;
	}
}

// Puts the player's numbers into a decrypted packet.
static void
renumber(struct downlink *downlink, uint8_t *packet, struct rtp_header *header, uint64_t index,
	struct mono_time now)
{
	uint16_t seq = (uint16_t)(header->seq + downlink->seq_offset);
	uint32_t timestamp = header->timestamp + downlink->timestamp_offset;
	const uint32_t words[2] = {timestamp, downlink->local_ssrc};
	packet[2] = (uint8_t)(seq >> 8);
	packet[3] = (uint8_t)seq;
	for (int i = 0; i < 8; i++)
		packet[4 + i] = (uint8_t)(words[i / 4] >> (24 - i % 4 * 8));

	if (downlink->delivered && index < downlink->newest_index)
		return;
	downlink->delivered = true;
	downlink->newest_index = index;
	downlink->newest_seq = seq;
	downlink->newest_timestamp = timestamp;
	downlink->newest_time = now;
}

int
downlink_packet(struct downlink *downlink, uint8_t *packet, size_t length, struct mono_time now)
{
	struct rtp_header header;
	if (!downlink->context || rtp_parse(packet, length, &header) != 0)
		return -EBADMSG;

	struct srtp_job job = {.context = downlink->context,
		.packet = packet,
		.bytes = (uint32_t)length,
		.capacity = (uint32_t)length};
	downlink->engine->unprotect_rtp(&job, 1);
	count_verdict(downlink, job.verdict, now);
	if (job.verdict != SRTP_OK)
		return -EBADMSG;

	uint32_t ip_bytes = (uint32_t)length + IP_UDP_BYTES;
	reception_update(
		&downlink->reception, job.index, header.timestamp, header.marker, ip_bytes, now);
	downlink->totals.packets++;
	downlink->totals.frames += header.marker;
	downlink->totals.bytes += ip_bytes;

	if (!downlink->has_offsets)
		choose_offsets(downlink, &header, job.index, now);
	else if (downlink->continues && job.index < downlink->first_index)
		return 0;
	renumber(downlink, packet, &header, job.index, now);
	return (int)job.bytes;
}

int
downlink_control(struct downlink *downlink, uint8_t *compound, size_t length, struct mono_time now,
	const char *cname, uint8_t *out, size_t capacity)
{
	if (!downlink->context)
		return -EBADMSG;
	struct srtp_job job = {.context = downlink->context,
		.packet = compound,
		.bytes = (uint32_t)length,
		.capacity = (uint32_t)length};
	downlink->engine->unprotect_rtcp(&job, 1);
	if (job.verdict != SRTP_OK)
		return -EBADMSG;

	size_t cursor = 0;
	struct rtcp_packet packet;
	struct rtcp_sender_info info;
	while (rtcp_next(compound, job.bytes, &cursor, &packet) == 1) {
		if (packet.type != RTCP_SR || packet.ssrc != downlink->ssrc ||
			rtcp_read_sender_info(&packet, &info) != 0)
			continue;
		if (downlink->reception.started)
			reception_sender_report(&downlink->reception, info.ntp, now);
		if (!downlink->has_offsets)
			return 0;
		info.rtp_timestamp += downlink->timestamp_offset;
		int written = rtcp_write_sender_report(
			out, capacity, downlink->local_ssrc, &info, NULL, 0, cname);
		return written > 0 ? written : 0;
	}
	return 0;
}

bool
downlink_is_failing(const struct downlink *downlink, struct mono_time now)
{
	return downlink->context && downlink->failing &&
	       mono_since_ns(now, downlink->failing_since) >= DOWNLINK_FAILING_NS;
}
