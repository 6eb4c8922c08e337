/* SPDX-License-Identifier: BSD-3-Clause */
// test_capture.c - headers of one stream go into the ring while a capture is on, payloads never.
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "media/rtp.h"
#include "platform/capture.h"
#include "rig.h"

#define HEADER_BYTES (ETHERNET_HEADER_BYTES + IPV4_HEADER_BYTES + UDP_HEADER_BYTES)

static struct rig rig;
static struct rig_endpoint a, b;
static struct capture *capture;

static void
start(void)
{
	rig_start(&rig, 0, VLAN_NONE);
	rig_add_endpoint(&rig, &a, 0, SRTP_AEAD_AES_128_GCM, true);
	rig_add_endpoint(&rig, &b, 1, SRTP_AEAD_AES_128_GCM, true);
	rig_connect(&rig, 0, &a, &b);
	rig_prove_path(&rig, &a);
	rig_prove_path(&rig, &b);
	capture = capture_create();
	ck_assert_ptr_nonnull(capture);
}

static void
stop(void)
{
	rig_disconnect(&rig, 0);
	rig_remove_endpoint(&rig, &a);
	rig_remove_endpoint(&rig, &b);
	rig_stop(&rig);
	capture_destroy(capture);
}

static int
turn(bool is_on, uint32_t stream, struct capture *into)
{
	struct message message = {.type = MESSAGE_CAPTURE,
		.capture = {.stream = stream, .is_on = is_on, .capture = into}};
	return rig_tell(&rig, &message);
}

static void
send(struct rig_endpoint *from, unsigned count, uint16_t payload_bytes)
{
	for (unsigned i = 0; i < count; i++) {
		struct rig_frame frame;
		rig_rtp(&rig, from, payload_bytes, false, &frame);
		rig_inject(&rig, &frame);
		rig_turn(&rig, NS_IN_MS);
		rig_discard_output(&rig);
	}
}

START_TEST(each_packet_of_the_stream_leaves_its_headers)
{
	struct capture_record record;
	struct inflow_stats before, after;
	start();
	uint32_t stream = 2 * a.leg;
	send(&a, 5, 100);
	worker_publish(rig.worker, rig.now);
	stats_read_inflow(rig.stats, stream, &before);
	ck_assert(!capture_take(capture, &record));
	ck_assert_int_eq(turn(true, stream, capture), 0);
	uint16_t first_seq = a.seq;
	send(&a, 20, 300);
	ck_assert_int_eq(turn(false, stream, capture), 0);
	worker_publish(rig.worker, rig.now);
	stats_read_inflow(rig.stats, stream, &after);
	send(&a, 3, 100);

	unsigned count = 0;
	for (; capture_take(capture, &record); count++) {
		struct rtp_header rtp;
		ck_assert_uint_eq(record.byte_count, HEADER_BYTES + RTP_HEADER_BYTES);
		ck_assert_uint_ge(record.frame_bytes, HEADER_BYTES + RTP_HEADER_BYTES + 300);
		ck_assert_int_eq(rtp_parse(record.bytes + HEADER_BYTES, RTP_HEADER_BYTES, &rtp), 0);
		ck_assert_uint_eq(rtp.ssrc, a.ssrc);
		ck_assert_uint_eq(rtp.seq, (uint16_t)(first_seq + count));
	}
	ck_assert_uint_eq(count, 20);
	ck_assert_uint_eq(after.packets - before.packets, 20);
	ck_assert_uint_eq(capture_missed(capture), 0);
	stop();
}
END_TEST

START_TEST(a_forged_packet_leaves_nothing)
{
	struct capture_record record;
	struct rig_frame frame;
	start();
	ck_assert_int_eq(turn(true, 2 * a.leg, capture), 0);
	rig_rtp(&rig, &a, 100, false, &frame);
	frame.bytes[frame.length - 1] ^= 1;
	rig_inject(&rig, &frame);
	rig_turn(&rig, NS_IN_MS);
	ck_assert(!capture_take(capture, &record));
	stop();
}
END_TEST

START_TEST(what_finds_no_room_is_counted_and_media_goes_on)
{
	struct capture_record record;
	struct inflow_stats stats;
	start();
	ck_assert_int_eq(turn(true, 2 * a.leg, capture), 0);
	send(&a, CAPTURE_RECORDS_MAX + 7, 10);
	ck_assert_uint_eq(capture_missed(capture), 7);
	unsigned count = 0;
	while (capture_take(capture, &record))
		count++;
	ck_assert_uint_eq(count, CAPTURE_RECORDS_MAX);
	worker_publish(rig.worker, rig.now);
	stats_read_inflow(rig.stats, 2 * a.leg, &stats);
	ck_assert_uint_eq(stats.packets, CAPTURE_RECORDS_MAX + 7);
	stop();
}
END_TEST

START_TEST(a_capture_ends_with_its_stream_and_its_end_is_never_refused)
{
	struct capture_record record;
	start();
	uint32_t stream = 2 * a.leg;
	struct capture *other = capture_create();
	ck_assert_int_eq(turn(true, stream, capture), 0);
	ck_assert_int_eq(turn(true, stream, other), -EEXIST);
	ck_assert_int_eq(turn(false, stream, other), 0); // is not that one's end
	send(&a, 1, 10);
	ck_assert(capture_take(capture, &record));
	rig_disconnect(&rig, 0);
	rig_remove_endpoint(&rig, &a);
	ck_assert_int_eq(turn(true, stream, other), -EINVAL);
	ck_assert_int_eq(turn(false, stream, capture), 0);
	rig_add_endpoint(&rig, &a, 0, SRTP_AEAD_AES_128_GCM, true);
	rig_connect(&rig, 0, &a, &b);
	rig_prove_path(&rig, &a);
	send(&a, 1, 10);
	ck_assert(!capture_take(capture, &record));
	capture_destroy(other);
	stop();
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("capture");
	TCase *facts = tcase_create("facts");
	tcase_set_timeout(facts, 60);
	tcase_add_test(facts, each_packet_of_the_stream_leaves_its_headers);
	tcase_add_test(facts, a_forged_packet_leaves_nothing);
	tcase_add_test(facts, what_finds_no_room_is_counted_and_media_goes_on);
	tcase_add_test(facts, a_capture_ends_with_its_stream_and_its_end_is_never_refused);
	suite_add_tcase(suite, facts);
	return suite;
}

int
main(void)
{
	return rig_run_in_fleets(make_suite);
}
