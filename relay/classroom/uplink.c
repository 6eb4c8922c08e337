/* SPDX-License-Identifier: BSD-3-Clause */
// uplink.c - rewrites the encoder's RTP to what the join says, protects it, and reports on it.
#include "classroom/uplink.h"

#include <errno.h>
#include <string.h>

#include "media/demux.h"
#include "media/rtcp.h"
#include "media/rtp.h"

#define SEQ_FIRST_MASK 0x7fff
// A random word in steps whose product with an interval fits 64 bits.
#define RANDOM_STEP 65536
#define RANDOM_STEPS (UINT32_MAX / RANDOM_STEP)
// Seconds from 1900, where NTP counts from, to 1970.
#define NTP_UNIX_OFFSET_S UINT64_C(2208988800)

void
uplink_init(struct uplink *uplink, const struct srtp_engine *engine)
{
	memset(uplink, 0, sizeof *uplink);
	uplink->engine = engine;
}

int
uplink_join(struct uplink *uplink, const struct join_stream *stream, uint16_t random,
	struct mono_time now)
{
	uplink_leave(uplink);
	uplink->context =
		uplink->engine->context_create(&stream->keys, stream->ssrc, SRTP_OUTBOUND, 0);
	if (!uplink->context)
		return -ENOMEM;
	uplink->ssrc = stream->ssrc;
	uplink->payload_type = stream->payload_type;
	uplink->clock_rate_hz = stream->clock_rate_hz;
	uplink->seq = random & SEQ_FIRST_MASK;
	uplink->packet_count = 0;
	uplink->octet_count = 0;
	uplink->last_packet = now;
	return 0;
}

void
uplink_leave(struct uplink *uplink)
{
	uplink->engine->context_destroy(uplink->context);
	uplink->context = NULL;
}

// The encoder's header with our numbers. CSRCs, extension, marker and padding stay as they are.
static void
rewrite(const struct uplink *uplink, uint8_t *packet, bool marker)
{
	packet[1] = (uint8_t)((marker ? 0x80 : 0) | uplink->payload_type);
	packet[2] = (uint8_t)(uplink->seq >> 8);
	packet[3] = (uint8_t)uplink->seq;
	packet[8] = (uint8_t)(uplink->ssrc >> 24);
	packet[9] = (uint8_t)(uplink->ssrc >> 16);
	packet[10] = (uint8_t)(uplink->ssrc >> 8);
	packet[11] = (uint8_t)uplink->ssrc;
}

int
uplink_packet(struct uplink *uplink, const uint8_t *rtp, size_t length, struct mono_time now,
	uint8_t *out, size_t capacity)
{
	struct rtp_header header;
	if (!uplink->context)
		return -ENOTCONN;
	if (demux_classify(rtp, length) != DEMUX_RTP || rtp_parse(rtp, length, &header) != 0) {
		uplink->totals.malformed++;
		return -EBADMSG;
	}
	if (length > UPLINK_RTP_BYTES_MAX || length + UPLINK_OVERHEAD_BYTES > capacity) {
		uplink->totals.oversize++;
		return -EMSGSIZE;
	}

	memcpy(out, rtp, length);
	rewrite(uplink, out, header.marker);
	struct srtp_job job = {.context = uplink->context,
		.packet = out,
		.bytes = (uint32_t)length,
		.capacity = (uint32_t)capacity};
	uplink->engine->protect_rtp(&job, 1);
	if (job.verdict != SRTP_OK)
		return -EIO;

	if (uplink->packet_count == 0)
		uplink->next_report = mono_after_ns(now, UPLINK_REPORT_FIRST_NS);
	uplink->seq++;
	uplink->packet_count++;
	uplink->octet_count += (uint32_t)(length - header.header_bytes);
	uplink->last_timestamp = header.timestamp;
	uplink->last_packet = now;
	uplink->totals.packets++;
	uplink->totals.frames += header.marker;
	uplink->totals.bytes += job.bytes;
	return (int)job.bytes;
}

static uint64_t
ntp_from_wall(struct wall_time wall)
{
	uint64_t seconds = (uint64_t)(wall.ms / MS_IN_S) + NTP_UNIX_OFFSET_S;
	uint64_t fraction = ((uint64_t)(wall.ms % MS_IN_S) << 32) / (uint64_t)MS_IN_S;
	return seconds << 32 | fraction;
}

// RTP ticks in `ns` nanoseconds; whole seconds apart, so that a long silence does not overflow.
static uint32_t
ticks(int64_t ns, uint32_t clock_rate_hz)
{
	int64_t whole = ns / NS_IN_S * clock_rate_hz;
	return (uint32_t)(whole + ns % NS_IN_S * clock_rate_hz / NS_IN_S);
}

int
uplink_report(struct uplink *uplink, struct mono_time now, struct wall_time wall, const char *cname,
	uint32_t random, uint8_t *out, size_t capacity)
{
	if (!uplink->context || uplink->packet_count == 0 ||
		!mono_reached(now, uplink->next_report))
		return 0;
	int64_t spread_ns = (int64_t)(random / RANDOM_STEP) * UPLINK_REPORT_NS / RANDOM_STEPS;
	uplink->next_report = mono_after_ns(now, UPLINK_REPORT_NS / 2 + spread_ns);
	int64_t silent_ns = mono_since_ns(now, uplink->last_packet);
	if (silent_ns > UPLINK_SILENT_NS)
		return 0;

	struct rtcp_sender_info info = {
		.ntp = ntp_from_wall(wall),
		.rtp_timestamp = uplink->last_timestamp + ticks(silent_ns, uplink->clock_rate_hz),
		.packet_count = uplink->packet_count,
		.octet_count = uplink->octet_count,
	};
	if (capacity < UPLINK_OVERHEAD_BYTES)
		return -EIO;
	int length = rtcp_write_sender_report(
		out, capacity - UPLINK_OVERHEAD_BYTES, uplink->ssrc, &info, NULL, 0, cname);
	if (length < 0)
		return -EIO;
	struct srtp_job job = {.context = uplink->context,
		.packet = out,
		.bytes = (uint32_t)length,
		.capacity = (uint32_t)capacity};
	uplink->engine->protect_rtcp(&job, 1);
	return job.verdict == SRTP_OK ? (int)job.bytes : -EIO;
}
