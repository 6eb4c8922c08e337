/* SPDX-License-Identifier: BSD-3-Clause */
// test_downlink.c - what is received: decrypted, measured, and one unbroken stream for the player.
#include "classroom/downlink.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "classroom/uplink.h"
#include "media/rtcp.h"
#include "media/rtp.h"

#define PAYLOAD_BYTES 60
#define LOCAL_SSRC 0x10ca1000
#define STEP_NS (20 * NS_IN_MS)
#define STEP_TICKS 960 // of 48 kHz

struct datagram {
	_Alignas(8) uint8_t bytes[512];
	int length;
};

static const struct srtp_engine *engine;
static struct uplink sender;
static struct join_stream stream;
static struct downlink downlink;
static struct mono_time now;
static uint32_t encoder_timestamp;

// The sender joins (again): fresh key and SSRC, a first number and a first timestamp.
static void
sender_joins(uint16_t first_seq, uint32_t first_timestamp)
{
	static uint32_t ssrc = 0x5e4d0000;
	memset(&stream, 0, sizeof stream);
	strcpy(stream.endpoint, "houren-1");
	stream.kind = STREAM_AUDIO;
	stream.ssrc = ++ssrc;
	stream.payload_type = 111;
	stream.clock_rate_hz = 48000;
	ck_assert_int_eq(srtp_keys_generate(SRTP_AEAD_AES_128_GCM, &stream.keys), 0);
	ck_assert_int_eq(uplink_join(&sender, &stream, first_seq, now), 0);
	encoder_timestamp = first_timestamp;
}

static void
start(void)
{
	engine = srtp_engine_libsrtp2();
	ck_assert_ptr_nonnull(engine);
	now = (struct mono_time){100 * NS_IN_S};
	uplink_init(&sender, engine);
	sender_joins(1000, 5000);
	downlink_init(&downlink, engine, LOCAL_SSRC);
	ck_assert_int_eq(downlink_join(&downlink, &stream), 0);
}

static void
stop(void)
{
	uplink_leave(&sender);
	downlink_leave(&downlink);
}

static struct datagram
make(void)
{
	uint8_t rtp[RTP_HEADER_BYTES + PAYLOAD_BYTES];
	struct rtp_header header = {.marker = true, .timestamp = encoder_timestamp};
	struct datagram datagram;
	rtp_write(rtp, &header);
	memset(rtp + RTP_HEADER_BYTES, (int)encoder_timestamp, PAYLOAD_BYTES);
	datagram.length =
		uplink_packet(&sender, rtp, sizeof rtp, now, datagram.bytes, sizeof datagram.bytes);
	ck_assert_int_gt(datagram.length, 0);
	encoder_timestamp += STEP_TICKS;
	now = mono_after_ns(now, STEP_NS);
	return datagram;
}

// What the player gets of a datagram. Returns downlink_packet()'s result.
static int
take(struct datagram datagram, struct rtp_header *header_out)
{
	int length = downlink_packet(&downlink, datagram.bytes, (size_t)datagram.length, now);
	if (length > 0 && header_out)
		ck_assert_int_eq(rtp_parse(datagram.bytes, (size_t)length, header_out), 0);
	return length;
}

START_TEST(player_gets_plain_rtp_with_its_own_ssrc)
{
	struct rtp_header header;
	struct datagram datagram = make();
	int length = downlink_packet(&downlink, datagram.bytes, (size_t)datagram.length, now);
	ck_assert_int_eq(length, RTP_HEADER_BYTES + PAYLOAD_BYTES);
	ck_assert_int_eq(rtp_parse(datagram.bytes, (size_t)length, &header), 0);
	ck_assert_uint_eq(header.ssrc, LOCAL_SSRC);
	ck_assert_uint_eq(header.seq, 1000);
	ck_assert_uint_eq(header.timestamp, 5000);
	ck_assert_uint_eq(header.payload_type, 111);
	ck_assert(header.marker);
	for (int i = 0; i < PAYLOAD_BYTES; i++)
		ck_assert_uint_eq(datagram.bytes[RTP_HEADER_BYTES + i], (uint8_t)5000);
	ck_assert_uint_eq(downlink.totals.packets, 1);
	ck_assert_uint_eq(downlink.totals.frames, 1);
}
END_TEST

START_TEST(numbers_go_on_when_the_sender_joins_again)
{
	struct rtp_header before, after;
	for (int i = 0; i < 50; i++)
		ck_assert_int_gt(take(make(), &before), 0);
	downlink_leave(&downlink);
	now = mono_after_ns(now, 2 * NS_IN_S - STEP_NS);
	sender_joins(31234, 0xfffffff0);
	ck_assert_int_eq(downlink_join(&downlink, &stream), 0);
	ck_assert_int_gt(take(make(), &after), 0);
	ck_assert_uint_eq(after.ssrc, before.ssrc);
	ck_assert_uint_eq(after.seq, (uint16_t)(before.seq + 1));
	// Two seconds passed, and so they do for the player.
	ck_assert_uint_eq(after.timestamp, before.timestamp + 2 * 48000);
	ck_assert_int_gt(take(make(), &before), 0);
	ck_assert_uint_eq(before.seq, (uint16_t)(after.seq + 1));
	ck_assert_uint_eq(before.timestamp, after.timestamp + STEP_TICKS);
	ck_assert_uint_eq(downlink.totals.packets, 52);
	ck_assert_uint_eq(downlink_lost(&downlink), 0);
}
END_TEST

START_TEST(packets_from_before_a_rejoin_do_not_overlap_the_old_ones)
{
	take(make(), NULL);
	sender_joins(2000, 0);
	ck_assert_int_eq(downlink_join(&downlink, &stream), 0);
	struct datagram first = make(), second = make();
	ck_assert_int_gt(take(second, NULL), 0);
	ck_assert_int_eq(take(first, NULL), 0);
	ck_assert_uint_eq(downlink.totals.packets, 3);
}
END_TEST

START_TEST(reordered_packets_keep_their_places)
{
	struct rtp_header header;
	struct datagram packets[4] = {make(), make(), make(), make()};
	static const int order[] = {1, 0, 3, 2};
	for (int i = 0; i < 4; i++) {
		ck_assert_int_gt(take(packets[order[i]], &header), 0);
		ck_assert_uint_eq(header.seq, 1000 + order[i]);
	}
	ck_assert_uint_eq(downlink_lost(&downlink), 0);
	ck_assert_uint_eq(downlink.reception.reordered, 2);
}
END_TEST

START_TEST(losses_are_counted_over_all_joins)
{
	take(make(), NULL);
	make();
	make();
	take(make(), NULL);
	ck_assert_uint_eq(downlink_lost(&downlink), 2);
	downlink_leave(&downlink);
	ck_assert_uint_eq(downlink_lost(&downlink), 2);
	sender_joins(5, 0);
	ck_assert_int_eq(downlink_join(&downlink, &stream), 0);
	ck_assert_uint_eq(downlink_lost(&downlink), 2);
	take(make(), NULL);
	make();
	take(make(), NULL);
	ck_assert_uint_eq(downlink_lost(&downlink), 3);
}
END_TEST

START_TEST(whole_lesson_wraps_without_a_gap)
{
	struct rtp_header header;
	sender_joins(32767, 0);
	ck_assert_int_eq(downlink_join(&downlink, &stream), 0);
	for (unsigned i = 0; i < 140000; i++) {
		ck_assert_int_gt(take(make(), &header), 0);
		ck_assert_uint_eq(header.seq, (uint16_t)(32767 + i));
	}
	ck_assert_uint_eq(downlink_lost(&downlink), 0);
	ck_assert_uint_eq(engine->context_roc(downlink.context), 2);
}
END_TEST

// The sender is behind its first wrap when the receiver joins.
static void
send_beyond_the_wrap(void)
{
	sender_joins(32000, 0);
	for (int i = 0; i < 40000; i++)
		make();
}

START_TEST(late_joiner_with_the_rollover_counter_decodes_from_the_first_packet)
{
	struct rtp_header header;
	send_beyond_the_wrap();
	stream.roc = 1;
	ck_assert_int_eq(downlink_join(&downlink, &stream), 0);
	ck_assert_int_gt(take(make(), &header), 0);
	ck_assert_uint_eq(header.seq, (uint16_t)(32000 + 40000));
	ck_assert(!downlink_is_failing(&downlink, now));
}
END_TEST

START_TEST(late_joiner_with_a_wrong_counter_asks_after_a_second_and_recovers)
{
	send_beyond_the_wrap();
	ck_assert_int_eq(downlink_join(&downlink, &stream), 0);
	ck_assert_int_eq(take(make(), NULL), -EBADMSG);
	ck_assert(!downlink_is_failing(&downlink, now));
	for (int i = 0; i < 50; i++)
		ck_assert_int_eq(take(make(), NULL), -EBADMSG);
	ck_assert(downlink_is_failing(&downlink, now));
	ck_assert_uint_eq(downlink.totals.failed, 51);

	stream.roc = 1;
	ck_assert_int_eq(downlink_resume(&downlink, &stream), 0);
	ck_assert(!downlink_is_failing(&downlink, now));
	ck_assert_int_gt(take(make(), NULL), 0);
}
END_TEST

START_TEST(forgeries_among_good_packets_never_look_like_a_wrong_counter)
{
	for (int i = 0; i < 200; i++) {
		struct datagram good = make(), forged = good;
		forged.bytes[forged.length - 1] ^= 1;
		ck_assert_int_eq(take(forged, NULL), -EBADMSG);
		ck_assert_int_gt(take(good, NULL), 0);
		ck_assert(!downlink_is_failing(&downlink, now));
	}
	ck_assert_uint_eq(downlink.totals.failed, 200);
	ck_assert_uint_eq(downlink_lost(&downlink), 0);
}
END_TEST

START_TEST(replayed_packet_is_not_delivered_twice)
{
	struct datagram packet = make();
	ck_assert_int_gt(take(packet, NULL), 0);
	ck_assert_int_eq(take(packet, NULL), -EBADMSG);
	ck_assert_uint_eq(downlink.totals.packets, 1);
	ck_assert_uint_eq(downlink.totals.replayed, 1);
	ck_assert_uint_eq(downlink.totals.failed, 0);
}
END_TEST

static int
control(uint8_t *out, size_t capacity)
{
	_Alignas(8) uint8_t compound[1400];
	struct wall_time wall = {1764000000000};
	int length = uplink_report(&sender, now, wall, "x", 0, compound, sizeof compound);
	ck_assert_int_gt(length, 0);
	return downlink_control(
		&downlink, compound, (size_t)length, now, "houren-1", out, capacity);
}

START_TEST(sender_report_reaches_the_player_in_the_players_time)
{
	uint8_t out[1400];
	struct rtp_header last;
	size_t cursor = 0;
	struct rtcp_packet packet;
	struct rtcp_sender_info info;
	take(make(), NULL);
	now = mono_after_ns(now, NS_IN_S);
	sender_joins(7, 123456);
	ck_assert_int_eq(downlink_join(&downlink, &stream), 0);
	take(make(), &last);
	now = mono_after_ns(now, 2 * NS_IN_S - STEP_NS);
	int length = control(out, sizeof out);
	ck_assert_int_gt(length, 0);
	ck_assert_int_eq(rtcp_next(out, (size_t)length, &cursor, &packet), 1);
	ck_assert_uint_eq(packet.type, RTCP_SR);
	ck_assert_uint_eq(packet.ssrc, LOCAL_SSRC);
	ck_assert_int_eq(rtcp_read_sender_info(&packet, &info), 0);
	ck_assert_uint_eq(info.rtp_timestamp, last.timestamp + 2 * 48000);
	ck_assert_uint_eq(info.ntp >> 32, 1764000000 + 2208988800);
	ck_assert_uint_ne(downlink.reception.last_sr, 0);
}
END_TEST

START_TEST(sender_report_before_the_first_packet_is_not_delivered)
{
	uint8_t out[1400];
	make();
	now = mono_after_ns(now, NS_IN_S);
	ck_assert_int_eq(control(out, sizeof out), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("downlink");
	TCase *facts = tcase_create("facts");
	tcase_set_timeout(facts, 60);
	tcase_add_checked_fixture(facts, start, stop);
	tcase_add_test(facts, player_gets_plain_rtp_with_its_own_ssrc);
	tcase_add_test(facts, numbers_go_on_when_the_sender_joins_again);
	tcase_add_test(facts, packets_from_before_a_rejoin_do_not_overlap_the_old_ones);
	tcase_add_test(facts, reordered_packets_keep_their_places);
	tcase_add_test(facts, losses_are_counted_over_all_joins);
	tcase_add_test(facts, whole_lesson_wraps_without_a_gap);
	tcase_add_test(facts, late_joiner_with_the_rollover_counter_decodes_from_the_first_packet);
	tcase_add_test(facts, late_joiner_with_a_wrong_counter_asks_after_a_second_and_recovers);
	tcase_add_test(facts, forgeries_among_good_packets_never_look_like_a_wrong_counter);
	tcase_add_test(facts, replayed_packet_is_not_delivered_twice);
	tcase_add_test(facts, sender_report_reaches_the_player_in_the_players_time);
	tcase_add_test(facts, sender_report_before_the_first_packet_is_not_delivered);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
