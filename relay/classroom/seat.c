/* SPDX-License-Identifier: BSD-3-Clause */
// seat.c - leads each datagram and each tick to the path, stream or report it belongs to.
#include "classroom/seat.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "media/demux.h"
#include "media/rtcp.h"
#include "media/rtp.h"

void
seat_init(struct seat *seat, const struct srtp_engine *engine, const struct seat_edges *edges,
	uint16_t first_port)
{
	memset(seat, 0, sizeof *seat);
	seat->engine = engine;
	seat->edges = *edges;
	// A name that tells nothing about the school, the same for all streams (RFC 7022).
	uint64_t random;
	edges->random(&random, sizeof random, edges->user);
	snprintf(seat->cname, sizeof seat->cname, "%016" PRIx64 "@classroom", random);
	uint32_t local_ssrc;
	edges->random(&local_ssrc, sizeof local_ssrc, edges->user);
	roster_init(&seat->roster, engine, first_port, local_ssrc);
	for (int i = 0; i < KIND_COUNT; i++)
		uplink_init(&seat->uplinks[i], engine);
}

void
seat_fini(struct seat *seat)
{
	seat_leave(seat);
	roster_fini(&seat->roster);
}

void
seat_give_up_path(struct seat *seat)
{
	if (!seat->has_path)
		return;
	seat->has_path = false;
	path_fini(&seat->path);
}

void
seat_leave(struct seat *seat)
{
	seat->joined = false;
	memset(&seat->probe, 0, sizeof seat->probe);
	seat_give_up_path(seat);
	roster_leave(&seat->roster);
	for (int i = 0; i < KIND_COUNT; i++)
		uplink_leave(&seat->uplinks[i]);
	seat->engine->context_destroy(seat->report_context);
	seat->engine->context_destroy(seat->relay_context);
	seat->report_context = NULL;
	seat->relay_context = NULL;
}

// Contexts and streams of a fresh join.
static int
set_up(struct seat *seat, const struct join *join, struct mono_time now)
{
	seat->report_ssrc = join->report.ssrc;
	seat->relay_ssrc = join->relay.ssrc;
	seat->report_context = seat->engine->context_create(
		&join->report.keys, join->report.ssrc, SRTP_OUTBOUND, 0);
	seat->relay_context =
		seat->engine->context_create(&join->relay.keys, join->relay.ssrc, SRTP_INBOUND, 0);
	if (!seat->report_context || !seat->relay_context)
		return -ENOMEM;
	for (size_t i = 0; i < join->send_count; i++) {
		uint16_t random;
		seat->edges.random(&random, sizeof random, seat->edges.user);
		const struct join_stream *stream = &join->send[i];
		if (uplink_join(&seat->uplinks[stream->kind], stream, random, now) != 0)
			return -ENOMEM;
	}
	return roster_apply(&seat->roster, join, true, now);
}

int
seat_join(struct seat *seat, const struct join *join, struct mono_time now)
{
	seat_give_up_path(seat);
	for (int i = 0; i < KIND_COUNT; i++)
		uplink_leave(&seat->uplinks[i]);
	seat->engine->context_destroy(seat->report_context);
	seat->engine->context_destroy(seat->relay_context);
	memset(seat->relay_lost, 0, sizeof seat->relay_lost);
	int result = set_up(seat, join, now);
	if (result != 0) {
		seat_leave(seat);
		return result;
	}
	const bool has[IP_FAMILIES] = {
		ip_is_set(&join->media[IP_V4]), ip_is_set(&join->media[IP_V6])};
	path_init(&seat->path, &join->stun, has, now);
	seat->has_path = true;
	seat->joined = true;
	seat->times = join_times_from(join, now);
	seat->next_report = mono_after_ns(now, SEAT_REPORT_NS);
	memset(&seat->probe, 0, sizeof seat->probe);
	probe_set(&seat->probe, &join->check, now);
	return 0;
}

int
seat_update(struct seat *seat, const struct join *join, struct mono_time now)
{
	seat->times = join_times_from(join, now);
	probe_set(&seat->probe, &join->check, now);
	return roster_apply(&seat->roster, join, false, now);
}

enum join_state
seat_state(const struct seat *seat, struct mono_time now)
{
	return seat->joined ? join_state_at(&seat->times, now) : JOIN_ENDED;
}

bool
seat_is_check(const struct seat *seat)
{
	return seat->joined && seat->probe.plan.rung_count > 0;
}

bool
seat_is_live(const struct seat *seat, struct mono_time now)
{
	enum join_state state = seat_state(seat, now);
	return state == JOIN_LIVE || state == JOIN_GRACE;
}

bool
seat_path_is_up(const struct seat *seat, struct mono_time now)
{
	return seat->has_path && path_is_up(&seat->path, now);
}

static void
to_relay(struct seat *seat, const uint8_t *bytes, size_t length)
{
	seat->edges.to_relay(seat->path.family, bytes, length, seat->edges.user);
}

static void
send_stun_request(struct seat *seat, struct mono_time now)
{
	uint8_t transaction[STUN_TRANSACTION_BYTES];
	uint8_t bytes[STUN_MESSAGE_BYTES_MAX];
	if (!mono_reached(now, seat->path.next_request))
		return;
	seat->edges.random(transaction, sizeof transaction, seat->edges.user);
	size_t length = path_poll(&seat->path, now, transaction, bytes, sizeof bytes);
	if (length > 0 &&
		!seat->edges.to_relay(seat->path.asking, bytes, length, seat->edges.user) &&
		path_unsent(&seat->path, now))
		send_stun_request(seat, now);
}

static void
take_stun(struct seat *seat, const uint8_t *bytes, size_t length, const struct ip_address *source,
	be16_t source_port_be, struct mono_time now)
{
	uint8_t answer[STUN_MESSAGE_BYTES_MAX];
	size_t answer_bytes = path_receive(
		&seat->path, bytes, length, source, source_port_be, now, answer, sizeof answer);
	if (answer_bytes > 0)
		seat->edges.to_relay(ip_family(source), answer, answer_bytes, seat->edges.user);
	send_stun_request(seat, now);
}

static void
take_rtp(struct seat *seat, uint8_t *bytes, size_t length, struct mono_time now)
{
	struct rtp_header header;
	if (rtp_parse(bytes, length, &header) != 0) {
		seat->totals.stray++;
		return;
	}
	struct roster_entry *entry = roster_find(&seat->roster, header.ssrc);
	if (!entry) {
		seat->totals.stray++;
		return;
	}
	int plain_bytes = downlink_packet(&entry->downlink, bytes, length, now);
	if (plain_bytes > 0 && !seat_is_check(seat))
		seat->edges.to_player(entry->port, bytes, (size_t)plain_bytes, seat->edges.user);
}

// The relay's own receiver reports: what became of our streams on the way to it.
static void
take_relay_report(struct seat *seat, uint8_t *bytes, size_t length)
{
	struct srtp_job job = {.context = seat->relay_context,
		.packet = bytes,
		.bytes = (uint32_t)length,
		.capacity = (uint32_t)length};
	seat->engine->unprotect_rtcp(&job, 1);
	if (job.verdict != SRTP_OK) {
		seat->totals.stray++;
		return;
	}
	size_t cursor = 0;
	struct rtcp_packet packet;
	while (rtcp_next(bytes, job.bytes, &cursor, &packet) == 1) {
		struct rtcp_report_block blocks[RTCP_REPORT_BLOCKS_MAX];
		if (packet.type != RTCP_RR && packet.type != RTCP_SR)
			continue;
		int count = rtcp_read_report_blocks(&packet, blocks, RTCP_REPORT_BLOCKS_MAX);
		for (int i = 0; i < count * KIND_COUNT; i++) {
			const struct rtcp_report_block *block = &blocks[i / KIND_COUNT];
			const struct uplink *uplink = &seat->uplinks[i % KIND_COUNT];
			if (uplink->context && uplink->ssrc == block->ssrc)
				seat->relay_lost[i % KIND_COUNT] =
					block->cumulative_lost > 0
						? (uint64_t)block->cumulative_lost
						: 0;
		}
	}
}

static void
take_rtcp(struct seat *seat, uint8_t *bytes, size_t length, struct mono_time now)
{
	uint8_t out[RTCP_COMPOUND_BYTES_MAX];
	if (length < 8) {
		seat->totals.stray++;
		return;
	}
	uint32_t ssrc = (uint32_t)bytes[4] << 24 | (uint32_t)bytes[5] << 16 |
			(uint32_t)bytes[6] << 8 | bytes[7];
	if (ssrc == seat->relay_ssrc) {
		take_relay_report(seat, bytes, length);
		return;
	}
	struct roster_entry *entry = roster_find(&seat->roster, ssrc);
	if (!entry) {
		seat->totals.stray++;
		return;
	}
	int out_bytes = downlink_control(
		&entry->downlink, bytes, length, now, entry->endpoint, out, sizeof out);
	if (out_bytes > 0 && !seat_is_check(seat))
		seat->edges.to_player(
			(uint16_t)(entry->port + 1), out, (size_t)out_bytes, seat->edges.user);
}

void
seat_datagram(struct seat *seat, uint8_t *bytes, size_t length, const struct ip_address *source,
	be16_t source_port_be, struct mono_time now)
{
	if (!seat->joined || !seat->has_path) {
		seat->totals.stray++;
		return;
	}
	switch (demux_classify(bytes, length)) {
	case DEMUX_STUN:
		take_stun(seat, bytes, length, source, source_port_be, now);
		break;
	case DEMUX_RTP:
		take_rtp(seat, bytes, length, now);
		break;
	case DEMUX_RTCP:
		take_rtcp(seat, bytes, length, now);
		break;
	case DEMUX_DTLS:
	case DEMUX_OTHER:
		seat->totals.stray++;
		break;
	}
}

static int
send_packet(struct seat *seat, enum stream_kind kind, const uint8_t *rtp, size_t length,
	struct mono_time now)
{
	_Alignas(8) uint8_t out[SEAT_DATAGRAM_BYTES_MAX];
	// What is sent before the relay knows the path would be lost there.
	if (!seat_is_live(seat, now) || !seat->has_path || !seat->path.succeeded) {
		seat->totals.early++;
		return 0;
	}
	int bytes = uplink_packet(&seat->uplinks[kind], rtp, length, now, out, sizeof out);
	if (bytes == -EIO)
		seat->totals.engine_errors++;
	if (bytes < 0)
		return bytes;
	to_relay(seat, out, (size_t)bytes);
	return 0;
}

int
seat_input(struct seat *seat, enum stream_kind kind, const uint8_t *rtp, size_t length,
	struct mono_time now)
{
	return seat_is_check(seat) ? 0 : send_packet(seat, kind, rtp, length, now);
}

// They go where the lesson's most goes: in a video stream, where there is one.
static void
send_probes(struct seat *seat, struct mono_time now)
{
	uint8_t rtp[PROBE_RTP_BYTES] = {0};
	int kind = KIND_COUNT - 1;
	while (kind > 0 && !seat->uplinks[kind].context)
		kind--;
	// Each carries the moment of its sending, so that jitter is the line's and not our pace's.
	uint64_t ticks = (uint64_t)(now.ns / NS_IN_US) * seat->uplinks[kind].clock_rate_hz /
			 (NS_IN_S / NS_IN_US);
	rtp_write(rtp, &(struct rtp_header){.timestamp = (uint32_t)ticks});
	for (unsigned due = probe_take_due(&seat->probe, now); due > 0; due--)
		send_packet(seat, (enum stream_kind)kind, rtp, sizeof rtp, now);
}

static void
send_sender_reports(struct seat *seat, struct mono_time now, struct wall_time wall)
{
	_Alignas(8) uint8_t out[RTCP_COMPOUND_BYTES_MAX];
	for (int i = 0; i < KIND_COUNT; i++) {
		uint32_t random;
		seat->edges.random(&random, sizeof random, seat->edges.user);
		int bytes = uplink_report(
			&seat->uplinks[i], now, wall, seat->cname, random, out, sizeof out);
		if (bytes > 0)
			to_relay(seat, out, (size_t)bytes);
		else if (bytes < 0)
			seat->totals.engine_errors++;
	}
}

static void
send_receiver_report(struct seat *seat, const struct rtcp_report_block *blocks, size_t count)
{
	_Alignas(8) uint8_t out[RTCP_COMPOUND_BYTES_MAX];
	int length = rtcp_write_receiver_report(out, sizeof out - UPLINK_OVERHEAD_BYTES,
		seat->report_ssrc, blocks, count, seat->cname);
	if (length < 0)
		return;
	struct srtp_job job = {.context = seat->report_context,
		.packet = out,
		.bytes = (uint32_t)length,
		.capacity = sizeof out};
	seat->engine->protect_rtcp(&job, 1);
	if (job.verdict == SRTP_OK)
		to_relay(seat, out, job.bytes);
	else
		seat->totals.engine_errors++;
}

// One compound holds RTCP_REPORT_BLOCKS_MAX blocks; more streams take more compounds.
static void
send_receiver_reports(struct seat *seat, struct mono_time now)
{
	struct rtcp_report_block blocks[RTCP_REPORT_BLOCKS_MAX];
	size_t count = 0;
	for (size_t i = 0; i < ROSTER_MAX; i++) {
		struct roster_entry *entry = &seat->roster.entries[i];
		struct downlink *downlink = &entry->downlink;
		if (!entry->listed || !downlink->context)
			continue;
		if (!reception_report_block(
			    &downlink->reception, downlink->ssrc, now, &blocks[count]))
			continue;
		if (++count == RTCP_REPORT_BLOCKS_MAX) {
			send_receiver_report(seat, blocks, count);
			count = 0;
		}
	}
	if (count > 0)
		send_receiver_report(seat, blocks, count);
}

void
seat_tick(struct seat *seat, struct mono_time now, struct wall_time wall)
{
	if (!seat->joined || !seat->has_path)
		return;
	send_stun_request(seat, now);
	// Before the bell only STUN may flow.
	if (!seat_is_live(seat, now))
		return;
	send_sender_reports(seat, now, wall);
	send_probes(seat, now);
	if (mono_reached(now, seat->next_report)) {
		seat->next_report = mono_after_ns(
			now, seat_is_check(seat) ? SEAT_CHECK_REPORT_NS : SEAT_REPORT_NS);
		send_receiver_reports(seat, now);
	}
}
