/* SPDX-License-Identifier: BSD-3-Clause */
// test_uplink.c - what is sent: rewritten headers, consecutive numbers, sender reports, limits.
#include "classroom/uplink.h"

#include <check.h>
#include <errno.h>
#include <string.h>

#include "media/rtcp.h"
#include "media/rtp.h"

#define PAYLOAD_BYTES 40
#define CNAME "abc@classroom"
#define WALL_MS INT64_C(1764000000500)

static struct uplink uplink;
static struct join_stream stream;
static struct srtp_context *receiver;
static const struct srtp_engine *engine;
static struct mono_time now;

static void
start(void)
{
	engine = srtp_engine_libsrtp2();
	ck_assert_ptr_nonnull(engine);
	now = (struct mono_time){5 * NS_IN_S};
	memset(&stream, 0, sizeof stream);
	stream.kind = STREAM_TEACHER;
	stream.ssrc = 0xabcdef01;
	stream.payload_type = 96;
	stream.clock_rate_hz = 90000;
	ck_assert_int_eq(srtp_keys_generate(SRTP_AEAD_AES_128_GCM, &stream.keys), 0);
	uplink_init(&uplink, engine);
	ck_assert_int_eq(uplink_join(&uplink, &stream, 0xffff, now), 0);
	receiver = engine->context_create(&stream.keys, stream.ssrc, SRTP_INBOUND, 0);
}

static void
stop(void)
{
	uplink_leave(&uplink);
	engine->context_destroy(receiver);
}

// The encoder's packet `i` becomes a datagram in out. Returns its bytes, or the error.
static int
encode(unsigned i, size_t payload_bytes, uint8_t *out)
{
	uint8_t rtp[2048] = {0};
	struct rtp_header header = {.payload_type = 33,
		.marker = i % 2,
		.seq = (uint16_t)(i * 7),
		.timestamp = i * 3000,
		.ssrc = 0x01020304};
	rtp_write(rtp, &header);
	memset(rtp + RTP_HEADER_BYTES, (int)i, payload_bytes);
	return uplink_packet(&uplink, rtp, RTP_HEADER_BYTES + payload_bytes, now, out, 2048);
}

static struct rtp_header
decode(uint8_t *datagram, int length)
{
	struct rtp_header header;
	struct srtp_job job = {.context = receiver, .packet = datagram, .bytes = (uint32_t)length};
	engine->unprotect_rtp(&job, 1);
	ck_assert_int_eq(job.verdict, SRTP_OK);
	ck_assert_int_eq(rtp_parse(datagram, job.bytes, &header), 0);
	return header;
}

START_TEST(header_is_the_joins_and_time_marker_and_content_the_encoders)
{
	_Alignas(8) uint8_t datagram[2048];
	for (unsigned i = 0; i < 10; i++) {
		int length = encode(i, PAYLOAD_BYTES, datagram);
		ck_assert_int_eq(length, RTP_HEADER_BYTES + PAYLOAD_BYTES + 16);
		struct rtp_header header = decode(datagram, length);
		ck_assert_uint_eq(header.ssrc, 0xabcdef01);
		ck_assert_uint_eq(header.payload_type, 96);
		ck_assert_uint_eq(header.seq, 0x7fff + i);
		ck_assert_uint_eq(header.timestamp, i * 3000);
		ck_assert_int_eq(header.marker, i % 2);
		for (int at = 0; at < PAYLOAD_BYTES; at++)
			ck_assert_uint_eq(datagram[RTP_HEADER_BYTES + at], i);
	}
	ck_assert_uint_eq(uplink.totals.packets, 10);
	ck_assert_uint_eq(uplink.totals.frames, 5);
	ck_assert_uint_eq(uplink.totals.bytes, 10 * (RTP_HEADER_BYTES + PAYLOAD_BYTES + 16));
}
END_TEST

START_TEST(first_sequence_number_is_below_2_to_15)
{
	for (unsigned random = 0; random <= 0xffff; random += 0x1fff) {
		ck_assert_int_eq(uplink_join(&uplink, &stream, (uint16_t)random, now), 0);
		ck_assert_uint_lt(uplink.seq, 0x8000);
		ck_assert_uint_eq(uplink.seq, random & 0x7fff);
	}
}
END_TEST

START_TEST(packets_too_long_for_the_line_are_dropped_and_counted)
{
	uint8_t datagram[2048];
	ck_assert_int_gt(encode(1, UPLINK_RTP_BYTES_MAX - RTP_HEADER_BYTES, datagram), 0);
	ck_assert_int_eq(
		encode(2, UPLINK_RTP_BYTES_MAX - RTP_HEADER_BYTES + 1, datagram), -EMSGSIZE);
	ck_assert_uint_eq(uplink.totals.oversize, 1);
	ck_assert_uint_eq(uplink.totals.packets, 1);
	// No number is used up by it.
	ck_assert_uint_eq(uplink.seq, 0x8000);
}
END_TEST

START_TEST(what_is_no_rtp_is_dropped_and_counted)
{
	uint8_t datagram[2048];
	static const uint8_t rtcp[] = {0x80, 200, 0, 6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
	ck_assert_int_eq(uplink_packet(&uplink, rtcp, sizeof rtcp, now, datagram, 2048), -EBADMSG);
	ck_assert_int_eq(uplink_packet(&uplink, rtcp, 0, now, datagram, 2048), -EBADMSG);
	ck_assert_uint_eq(uplink.totals.malformed, 2);
}
END_TEST

START_TEST(without_a_join_nothing_is_sent)
{
	uint8_t datagram[2048];
	uplink_leave(&uplink);
	ck_assert_int_eq(encode(1, PAYLOAD_BYTES, datagram), -ENOTCONN);
	ck_assert_int_eq(
		uplink_report(&uplink, now, (struct wall_time){0}, CNAME, 0, datagram, 2048), 0);
}
END_TEST

START_TEST(totals_outlive_a_join)
{
	uint8_t datagram[2048];
	encode(1, PAYLOAD_BYTES, datagram);
	uplink_leave(&uplink);
	stream.ssrc++;
	ck_assert_int_eq(uplink_join(&uplink, &stream, 9, now), 0);
	encode(1, PAYLOAD_BYTES, datagram);
	ck_assert_uint_eq(uplink.totals.packets, 2);
	ck_assert_uint_eq(uplink.totals.frames, 2);
	ck_assert_uint_eq(uplink.packet_count, 1);
}
END_TEST

static int
report(uint32_t random, uint8_t *out)
{
	return uplink_report(&uplink, now, (struct wall_time){WALL_MS}, CNAME, random, out, 1400);
}

START_TEST(sender_report_maps_rtp_time_to_wall_time)
{
	_Alignas(8) uint8_t out[1400];
	ck_assert_int_eq(report(0, out), 0);
	encode(1, PAYLOAD_BYTES, out);
	encode(2, PAYLOAD_BYTES, out);
	now = mono_after_ns(now, UPLINK_REPORT_FIRST_NS);
	int length = report(0, out);
	ck_assert_int_gt(length, 0);

	struct srtp_job job = {.context = receiver, .packet = out, .bytes = (uint32_t)length};
	engine->unprotect_rtcp(&job, 1);
	ck_assert_int_eq(job.verdict, SRTP_OK);
	size_t cursor = 0;
	struct rtcp_packet packet;
	struct rtcp_sender_info info;
	ck_assert_int_eq(rtcp_next(out, job.bytes, &cursor, &packet), 1);
	ck_assert_uint_eq(packet.type, RTCP_SR);
	ck_assert_uint_eq(packet.ssrc, stream.ssrc);
	ck_assert_int_eq(rtcp_read_sender_info(&packet, &info), 0);
	// One second passed since the packet of 6000: 90000 ticks.
	ck_assert_uint_eq(info.rtp_timestamp, 6000 + 90000);
	ck_assert_uint_eq(info.ntp >> 32, WALL_MS / 1000 + 2208988800);
	ck_assert_uint_eq(info.ntp & 0xffffffff, 0x80000000);
	ck_assert_uint_eq(info.packet_count, 2);
	ck_assert_uint_eq(info.octet_count, 2 * PAYLOAD_BYTES);
	ck_assert_int_eq(rtcp_next(out, job.bytes, &cursor, &packet), 1);
	ck_assert_uint_eq(packet.type, RTCP_SDES);
}
END_TEST

START_TEST(sender_reports_come_every_2_5_to_7_5_seconds)
{
	uint8_t out[2048];
	static const uint32_t randoms[] = {0, UINT32_MAX, 0};
	static const int64_t waits_ms[] = {2500, 7500, 2500};
	encode(1, PAYLOAD_BYTES, out);
	now = mono_after_ns(now, UPLINK_REPORT_FIRST_NS);
	for (int i = 0; i < 3; i++) {
		encode(1, PAYLOAD_BYTES, out);
		ck_assert_int_gt(report(randoms[i], out), 0);
		now = mono_after_ns(now, waits_ms[i] * NS_IN_MS - 10000);
		ck_assert_int_eq(report(randoms[i], out), 0);
		now = mono_after_ns(now, 10000);
	}
}
END_TEST

START_TEST(silent_stream_sends_no_reports)
{
	uint8_t out[2048];
	encode(1, PAYLOAD_BYTES, out);
	now = mono_after_ns(now, UPLINK_SILENT_NS + 1);
	ck_assert_int_eq(report(0, out), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("uplink");
	TCase *facts = tcase_create("facts");
	tcase_add_checked_fixture(facts, start, stop);
	tcase_add_test(facts, header_is_the_joins_and_time_marker_and_content_the_encoders);
	tcase_add_test(facts, first_sequence_number_is_below_2_to_15);
	tcase_add_test(facts, packets_too_long_for_the_line_are_dropped_and_counted);
	tcase_add_test(facts, what_is_no_rtp_is_dropped_and_counted);
	tcase_add_test(facts, without_a_join_nothing_is_sent);
	tcase_add_test(facts, totals_outlive_a_join);
	tcase_add_test(facts, sender_report_maps_rtp_time_to_wall_time);
	tcase_add_test(facts, sender_reports_come_every_2_5_to_7_5_seconds);
	tcase_add_test(facts, silent_stream_sends_no_reports);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
