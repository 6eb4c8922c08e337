/* SPDX-License-Identifier: BSD-3-Clause */
// test_seat.c - two classrooms on a virtual clock, with the wire between them in the test's hands.
#include "classroom/seat.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <stdio.h>

#include "../support/classroom_join.h"
#include "media/demux.h"
#include "media/rtcp.h"
#include "media/rtp.h"

#define QUEUE_MAX 64
#define MEDIA_PORT 5000

struct packet {
	_Alignas(8) uint8_t bytes[SEAT_DATAGRAM_BYTES_MAX];
	size_t length;
	uint16_t port; // towards the player
};

// One classroom and what it sent since the last take_...().
struct room {
	struct seat seat;
	struct packet relay[QUEUE_MAX];
	size_t relay_count;
	struct packet player[QUEUE_MAX];
	size_t player_count;
};

static const struct ip_address media_ip = {{0, 0, IP_MAPPED_WORD_BE, 0x020012c6}}; // 198.18.0.2
static struct room wuxi, houren;
static struct join wuxi_join, houren_join;
static const struct srtp_engine *engine;
static struct mono_time now;
static const struct wall_time wall = {1764000000000};

static bool
to_relay(enum ip_family family, const uint8_t *bytes, size_t length, void *user)
{
	struct room *room = user;
	ck_assert_int_eq(family, IP_V4);
	ck_assert_uint_lt(room->relay_count, QUEUE_MAX);
	struct packet *packet = &room->relay[room->relay_count++];
	memcpy(packet->bytes, bytes, length);
	packet->length = length;
	return true;
}

static void
to_player(uint16_t port, const uint8_t *bytes, size_t length, void *user)
{
	struct room *room = user;
	ck_assert_uint_lt(room->player_count, QUEUE_MAX);
	struct packet *packet = &room->player[room->player_count++];
	memcpy(packet->bytes, bytes, length);
	packet->length = length;
	packet->port = port;
}

static void
fill_random(void *bytes, size_t length, void *user)
{
	static uint8_t next;
	(void)user;
	memset(bytes, ++next, length);
}

static void
start(void)
{
	engine = srtp_engine_libsrtp2();
	ck_assert_ptr_nonnull(engine);
	now = (struct mono_time){50 * NS_IN_S};
	struct room *rooms[] = {&wuxi, &houren};
	for (int i = 0; i < 2; i++) {
		struct seat_edges edges = {to_relay, to_player, fill_random, rooms[i]};
		rooms[i]->relay_count = rooms[i]->player_count = 0;
		seat_init(&rooms[i]->seat, engine, &edges, 6000);
	}
	// wuxi sends 11 and 12; houren receives them, and sends 21 and 22 that wuxi receives.
	test_join_parse(test_join_json(TEST_PROFILE), &wuxi_join);
	test_join_parse(test_join_json(TEST_PROFILE), &houren_join);
	for (int i = 0; i < 2; i++) {
		houren_join.send[i].ssrc = wuxi_join.receive[i].ssrc;
		houren_join.send[i].keys = wuxi_join.receive[i].keys;
		houren_join.receive[i].ssrc = wuxi_join.send[i].ssrc;
		houren_join.receive[i].keys = wuxi_join.send[i].keys;
		strcpy(houren_join.receive[i].endpoint, "wuxi-1");
	}
	houren_join.report.ssrc = 3;
}

static void
stop(void)
{
	seat_fini(&wuxi.seat);
	seat_fini(&houren.seat);
}

// The relay's success to the last request of the room.
static void
bring_up(struct room *room, const struct join *join)
{
	struct hmac_sha1_key key;
	struct stun_message message;
	uint8_t success[STUN_MESSAGE_BYTES_MAX];
	seat_tick(&room->seat, now, wall);
	ck_assert_uint_eq(room->relay_count, 1);
	ck_assert_int_eq(stun_parse(room->relay[0].bytes, room->relay[0].length, &message), 0);
	hmac_sha1_key_init(&key, join->stun.password, strlen(join->stun.password));
	int length = stun_write_success(
		success, sizeof success, message.transaction, &media_ip, 2, &key);
	seat_datagram(&room->seat, success, (size_t)length, &media_ip, htons(MEDIA_PORT), now);
	ck_assert(seat_path_is_up(&room->seat, now));
	room->relay_count = 0;
}

static void
both_live(void)
{
	ck_assert_int_eq(seat_join(&wuxi.seat, &wuxi_join, now), 0);
	ck_assert_int_eq(seat_join(&houren.seat, &houren_join, now), 0);
	bring_up(&wuxi, &wuxi_join);
	bring_up(&houren, &houren_join);
}

static int
input(struct room *room, enum stream_kind kind, uint32_t timestamp)
{
	uint8_t rtp[RTP_HEADER_BYTES + 100] = {0};
	rtp_write(rtp, &(struct rtp_header){.timestamp = timestamp, .payload_type = 97});
	return seat_input(&room->seat, kind, rtp, sizeof rtp, now);
}

// Brings all that one room sent to the other, but STUN. Returns how many.
static size_t
carry(struct room *from, struct room *to)
{
	size_t carried = 0;
	for (size_t i = 0; i < from->relay_count; i++) {
		struct packet *packet = &from->relay[i];
		if (demux_classify(packet->bytes, packet->length) == DEMUX_STUN)
			continue;
		seat_datagram(&to->seat, packet->bytes, packet->length, &media_ip,
			htons(MEDIA_PORT), now);
		carried++;
	}
	from->relay_count = 0;
	return carried;
}

START_TEST(streams_reach_the_other_rooms_players)
{
	both_live();
	for (uint32_t i = 0; i < 10; i++) {
		ck_assert_int_eq(input(&wuxi, STREAM_AUDIO, i), 0);
		ck_assert_int_eq(input(&wuxi, STREAM_TEACHER, i), 0);
	}
	ck_assert_uint_eq(carry(&wuxi, &houren), 20);
	ck_assert_uint_eq(houren.player_count, 20);
	ck_assert_uint_eq(houren.player[0].port, 6000);
	ck_assert_uint_eq(houren.player[1].port, 6002);
	ck_assert_uint_eq(houren.player[0].length, RTP_HEADER_BYTES + 100);
	ck_assert_uint_eq(houren.seat.totals.stray, 0);
}
END_TEST

START_TEST(only_stun_flows_before_the_bell_and_media_by_the_own_clock_after_it)
{
	wuxi_join.state = JOIN_OPEN;
	wuxi_join.live_in_ms = 4000;
	ck_assert_int_eq(seat_join(&wuxi.seat, &wuxi_join, now), 0);
	bring_up(&wuxi, &wuxi_join);
	struct mono_time bell = mono_after_ns(now, 4 * NS_IN_S);
	for (; now.ns < bell.ns; now = mono_after_ns(now, 20 * NS_IN_MS)) {
		ck_assert_int_eq(input(&wuxi, STREAM_AUDIO, 1), 0);
		seat_tick(&wuxi.seat, now, wall);
	}
	for (size_t i = 0; i < wuxi.relay_count; i++)
		ck_assert_int_eq(
			demux_classify(wuxi.relay[i].bytes, wuxi.relay[i].length), DEMUX_STUN);
	ck_assert_uint_eq(wuxi.seat.totals.early, 200);
	// The relay has said nothing since: the bell rings all the same.
	wuxi.relay_count = 0;
	ck_assert_int_eq(seat_state(&wuxi.seat, now), JOIN_LIVE);
	ck_assert_int_eq(input(&wuxi, STREAM_AUDIO, 1), 0);
	ck_assert_uint_eq(wuxi.relay_count, 1);
}
END_TEST

// A second of a check, looked at every 5 ms. Returns how many probes reached the other room.
static unsigned
check_second(void)
{
	struct mono_time end = mono_after_ns(now, NS_IN_S);
	uint64_t before = houren.seat.roster.entries[1].downlink.totals.packets;
	for (; now.ns < end.ns; now = mono_after_ns(now, 5 * NS_IN_MS)) {
		seat_tick(&wuxi.seat, now, wall);
		input(&wuxi, STREAM_AUDIO, 1);
		carry(&wuxi, &houren);
	}
	return (unsigned)(houren.seat.roster.entries[1].downlink.totals.packets - before);
}

START_TEST(in_a_check_probes_flow_and_nothing_of_encoders_or_to_players)
{
	const struct probe_plan plan = {.rung_count = 1,
		.kbit_s = {1000},
		.rung_ms = 1000,
		.pause_ms = 500,
		.begins_in_ms = 1000};
	wuxi_join.check = houren_join.check = plan;
	both_live();
	ck_assert(seat_is_check(&wuxi.seat));
	ck_assert_uint_eq(check_second(), 20);
	unsigned probes = check_second();
	ck_assert_uint_ge(probes, 98);
	ck_assert_uint_le(probes, 100);
	ck_assert_uint_ge(check_second(), 10);
	ck_assert_uint_eq(check_second(), 0);
	ck_assert_uint_eq(houren.player_count, 0);
	ck_assert_uint_eq(houren.seat.roster.entries[0].downlink.totals.packets, 0);
	// The join of a lesson behind it is one as any other.
	seat_leave(&wuxi.seat);
	ck_assert(!seat_is_check(&wuxi.seat));
}
END_TEST

START_TEST(in_a_check_the_receiver_reports_four_times_a_second)
{
	wuxi_join.check = houren_join.check = (struct probe_plan){.rung_count = 1,
		.kbit_s = {1000},
		.rung_ms = 5000,
		.pause_ms = 500,
		.begins_in_ms = 0};
	both_live();
	check_second();
	check_second();
	check_second();
	unsigned reports = 0;
	struct mono_time end = mono_after_ns(now, NS_IN_S);
	for (; now.ns < end.ns; now = mono_after_ns(now, 5 * NS_IN_MS)) {
		houren.relay_count = 0;
		seat_tick(&houren.seat, now, wall);
		for (size_t i = 0; i < houren.relay_count; i++)
			reports += houren.relay[i].bytes[1] == RTCP_RR;
	}
	ck_assert_uint_eq(reports, 4);
}
END_TEST

START_TEST(nothing_flows_after_the_end_of_the_session)
{
	both_live();
	now = mono_after_ns(now, wuxi_join.leave_in_ms * NS_IN_MS);
	ck_assert_int_eq(seat_state(&wuxi.seat, now), JOIN_ENDED);
	ck_assert_int_eq(input(&wuxi, STREAM_AUDIO, 1), 0);
	ck_assert_uint_eq(wuxi.relay_count, 0);
}
END_TEST

START_TEST(nothing_is_sent_before_the_relay_knows_the_path)
{
	ck_assert_int_eq(seat_join(&wuxi.seat, &wuxi_join, now), 0);
	ck_assert_int_eq(input(&wuxi, STREAM_AUDIO, 1), 0);
	ck_assert_uint_eq(wuxi.relay_count, 0);
	bring_up(&wuxi, &wuxi_join);
	ck_assert_int_eq(input(&wuxi, STREAM_AUDIO, 1), 0);
	ck_assert_uint_eq(wuxi.relay_count, 1);
}
END_TEST

START_TEST(kind_that_the_join_does_not_send_is_refused)
{
	both_live();
	ck_assert_int_eq(input(&wuxi, STREAM_SLIDES, 1), -ENOTCONN);
	ck_assert_uint_eq(wuxi.relay_count, 0);
}
END_TEST

START_TEST(update_of_the_same_join_keeps_numbers_keys_and_path)
{
	both_live();
	input(&wuxi, STREAM_AUDIO, 1);
	uint16_t seq = wuxi.seat.uplinks[STREAM_AUDIO].seq;
	struct srtp_context *context = wuxi.seat.uplinks[STREAM_AUDIO].context;
	wuxi_join.bell_in_ms += 300000;
	wuxi_join.leave_in_ms += 300000;
	ck_assert_int_eq(seat_update(&wuxi.seat, &wuxi_join, now), 0);
	ck_assert_uint_eq(wuxi.seat.uplinks[STREAM_AUDIO].seq, seq);
	ck_assert_ptr_eq(wuxi.seat.uplinks[STREAM_AUDIO].context, context);
	ck_assert(seat_path_is_up(&wuxi.seat, now));
	now = mono_after_ns(now, 2400 * NS_IN_S);
	ck_assert_int_eq(seat_state(&wuxi.seat, now), JOIN_LIVE);
}
END_TEST

START_TEST(fresh_join_needs_a_fresh_path)
{
	both_live();
	strcpy(wuxi_join.id, "another");
	ck_assert_int_eq(seat_join(&wuxi.seat, &wuxi_join, now), 0);
	ck_assert(!seat_path_is_up(&wuxi.seat, now));
	bring_up(&wuxi, &wuxi_join);
}
END_TEST

START_TEST(path_that_was_given_up_carries_nothing)
{
	both_live();
	input(&houren, STREAM_AUDIO, 1);
	seat_give_up_path(&wuxi.seat);
	ck_assert_int_eq(input(&wuxi, STREAM_AUDIO, 1), 0);
	seat_tick(&wuxi.seat, now, wall);
	ck_assert_uint_eq(wuxi.relay_count, 0);
	carry(&houren, &wuxi);
	ck_assert_uint_eq(wuxi.player_count, 0);
	ck_assert_int_eq(seat_state(&wuxi.seat, now), JOIN_LIVE);
}
END_TEST

START_TEST(stray_datagrams_are_counted_and_nothing_else)
{
	both_live();
	uint8_t unknown[64] = {0x80, 96};
	uint8_t dtls[64] = {22};
	uint8_t rtcp[8] = {0x80, 200, 0, 1, 0, 0, 0, 77};
	seat_datagram(&wuxi.seat, unknown, sizeof unknown, &media_ip, 2, now);
	seat_datagram(&wuxi.seat, unknown, 4, &media_ip, 2, now);
	seat_datagram(&wuxi.seat, dtls, sizeof dtls, &media_ip, 2, now);
	seat_datagram(&wuxi.seat, rtcp, sizeof rtcp, &media_ip, 2, now);
	seat_datagram(&wuxi.seat, rtcp, 0, &media_ip, 2, now);
	ck_assert_uint_eq(wuxi.seat.totals.stray, 5);
	ck_assert_uint_eq(wuxi.relay_count + wuxi.player_count, 0);
}
END_TEST

// The blocks of the one receiver report among what the room sent, read with the report channel's
// key.
static int
read_receiver_report(struct room *room, const struct join *join, struct rtcp_report_block *blocks)
{
	struct srtp_context *context =
		engine->context_create(&join->report.keys, join->report.ssrc, SRTP_INBOUND, 0);
	int count = -1;
	for (size_t i = 0; i < room->relay_count; i++) {
		struct packet *packet = &room->relay[i];
		struct srtp_job job = {.context = context,
			.packet = packet->bytes,
			.bytes = (uint32_t)packet->length};
		size_t cursor = 0;
		struct rtcp_packet rtcp;
		if (demux_classify(packet->bytes, packet->length) != DEMUX_RTCP)
			continue;
		engine->unprotect_rtcp(&job, 1);
		if (job.verdict != SRTP_OK)
			continue;
		ck_assert_int_eq(count, -1);
		ck_assert_int_eq(rtcp_next(packet->bytes, job.bytes, &cursor, &rtcp), 1);
		ck_assert_uint_eq(rtcp.type, RTCP_RR);
		ck_assert_uint_eq(rtcp.ssrc, join->report.ssrc);
		count = rtcp_read_report_blocks(&rtcp, blocks, RTCP_REPORT_BLOCKS_MAX);
	}
	engine->context_destroy(context);
	return count;
}

START_TEST(receiver_report_holds_a_block_of_each_stream_under_the_reports_key)
{
	struct rtcp_report_block blocks[RTCP_REPORT_BLOCKS_MAX];
	both_live();
	for (uint32_t i = 0; i < 10; i++) {
		input(&wuxi, STREAM_AUDIO, i);
		if (i != 5)
			input(&wuxi, STREAM_TEACHER, i);
		if (i == 3)
			wuxi.relay_count--; // lost on the way: teacher's fourth
	}
	carry(&wuxi, &houren);
	now = mono_after_ns(now, SEAT_REPORT_NS - 1);
	seat_tick(&houren.seat, now, wall);
	ck_assert_int_eq(read_receiver_report(&houren, &houren_join, blocks), -1);
	houren.relay_count = 0;
	now = mono_after_ns(now, 1);
	seat_tick(&houren.seat, now, wall);
	ck_assert_int_eq(read_receiver_report(&houren, &houren_join, blocks), 2);
	ck_assert_uint_eq(blocks[0].ssrc, 11);
	ck_assert_int_eq(blocks[0].cumulative_lost, 0);
	ck_assert_uint_eq(blocks[1].ssrc, 12);
	ck_assert_int_eq(blocks[1].cumulative_lost, 1);
}
END_TEST

START_TEST(sender_report_reaches_the_players_rtcp_port)
{
	both_live();
	input(&wuxi, STREAM_TEACHER, 1);
	carry(&wuxi, &houren);
	houren.player_count = 0;
	now = mono_after_ns(now, UPLINK_REPORT_FIRST_NS);
	seat_tick(&wuxi.seat, now, wall);
	carry(&wuxi, &houren);
	ck_assert_uint_eq(houren.player_count, 1);
	ck_assert_uint_eq(houren.player[0].port, 6003);
	ck_assert_uint_eq(houren.player[0].bytes[1], RTCP_SR);
	ck_assert_uint_eq(houren.seat.totals.stray, 0);
}
END_TEST

START_TEST(relays_report_tells_what_was_lost_on_the_way_to_it)
{
	_Alignas(8) uint8_t bytes[512];
	both_live();
	struct rtcp_report_block block = {.ssrc = 12, .cumulative_lost = 9};
	struct srtp_context *context = engine->context_create(
		&wuxi_join.relay.keys, wuxi_join.relay.ssrc, SRTP_OUTBOUND, 0);
	int length = rtcp_write_receiver_report(
		bytes, sizeof bytes, wuxi_join.relay.ssrc, &block, 1, "relay");
	struct srtp_job job = {.context = context,
		.packet = bytes,
		.bytes = (uint32_t)length,
		.capacity = sizeof bytes};
	engine->protect_rtcp(&job, 1);
	ck_assert_int_eq(job.verdict, SRTP_OK);
	uint8_t forged[512];
	memcpy(forged, bytes, sizeof forged);
	forged[12] ^= 1;
	seat_datagram(&wuxi.seat, forged, job.bytes, &media_ip, 2, now);
	ck_assert_uint_eq(wuxi.seat.relay_lost[STREAM_TEACHER], 0);
	seat_datagram(&wuxi.seat, bytes, job.bytes, &media_ip, 2, now);
	ck_assert_uint_eq(wuxi.seat.relay_lost[STREAM_TEACHER], 9);
	ck_assert_uint_eq(wuxi.seat.relay_lost[STREAM_AUDIO], 0);
	ck_assert_uint_eq(wuxi.player_count, 0);
	engine->context_destroy(context);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("seat");
	TCase *facts = tcase_create("facts");
	tcase_add_checked_fixture(facts, start, stop);
	tcase_add_test(facts, streams_reach_the_other_rooms_players);
	tcase_add_test(facts, only_stun_flows_before_the_bell_and_media_by_the_own_clock_after_it);
	tcase_add_test(facts, in_a_check_probes_flow_and_nothing_of_encoders_or_to_players);
	tcase_add_test(facts, in_a_check_the_receiver_reports_four_times_a_second);
	tcase_add_test(facts, nothing_flows_after_the_end_of_the_session);
	tcase_add_test(facts, nothing_is_sent_before_the_relay_knows_the_path);
	tcase_add_test(facts, kind_that_the_join_does_not_send_is_refused);
	tcase_add_test(facts, update_of_the_same_join_keeps_numbers_keys_and_path);
	tcase_add_test(facts, fresh_join_needs_a_fresh_path);
	tcase_add_test(facts, path_that_was_given_up_carries_nothing);
	tcase_add_test(facts, stray_datagrams_are_counted_and_nothing_else);
	tcase_add_test(facts, receiver_report_holds_a_block_of_each_stream_under_the_reports_key);
	tcase_add_test(facts, sender_report_reaches_the_players_rtcp_port);
	tcase_add_test(facts, relays_report_tells_what_was_lost_on_the_way_to_it);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
