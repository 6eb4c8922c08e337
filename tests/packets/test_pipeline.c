/* SPDX-License-Identifier: BSD-3-Clause */
// test_pipeline.c - real packets through the real stages: forwarded, consumed or dropped, and
// counted once.
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/checksum.h"
#include "media/rtcp.h"
#include "media/rtp.h"
#include "rig.h"

static struct rig rig;
static struct rig_endpoint a, b;

// a's stream goes to b, b's to a.
static void
start_lesson(enum srtp_profile profile, bool live)
{
	rig_start(&rig, 0, VLAN_NONE);
	rig_add_endpoint(&rig, &a, 0, profile, live);
	rig_add_endpoint(&rig, &b, 1, profile, live);
	rig_connect(&rig, 0, &a, &b);
	rig_connect(&rig, 1, &b, &a);
}

static void
end_lesson(void)
{
	struct worker_stats stats;
	rig_counters(&rig, &stats);
	rig_disconnect(&rig, 0);
	rig_disconnect(&rig, 1);
	rig_remove_endpoint(&rig, &a);
	rig_remove_endpoint(&rig, &b);
	rig_stop(&rig);
}

static uint64_t
drops(enum drop_reason reason)
{
	struct worker_stats stats;
	rig_counters(&rig, &stats);
	return stats.drops[reason];
}

static void
inject_and_turn(const struct rig_frame *frame)
{
	rig_inject(&rig, frame);
	rig_turn(&rig, NS_IN_MS);
}

static void
check_sealed_copy(const struct rig_frame *sent, const struct rig_frame *received,
	const struct rig_endpoint *to)
{
	struct frame in, out;
	const uint8_t *sent_payload = rig_payload(sent, &in);
	const uint8_t *payload = rig_payload(received, &out);
	ck_assert_uint_eq(in.payload_bytes, out.payload_bytes);
	ck_assert_mem_eq(sent_payload, payload, in.payload_bytes);
	ck_assert_mem_eq(&out.destination, &to->mac, MAC_BYTES);
	// Seen from the copy, remote is who sent it: the relay.
	ck_assert_uint_eq(ntohl(ip_v4_be(&out.tuple.remote)), RIG_ADDRESS);
	ck_assert_uint_eq(ntohl(ip_v4_be(&out.tuple.local)), to->ip);
	ck_assert_uint_eq(ntohs(out.tuple.remote_port_be), RIG_MEDIA_PORT);
	ck_assert_uint_eq(ntohs(out.tuple.local_port_be), to->port);
	const uint8_t *ip = received->bytes + out.l3_offset;
	ck_assert_uint_eq(ip[1] >> 2, 34);
	uint8_t udp[RIG_FRAME_BYTES_MAX];
	uint16_t udp_bytes = (uint16_t)(UDP_HEADER_BYTES + out.payload_bytes);
	memcpy(udp, received->bytes + out.l4_offset, udp_bytes);
	memset(udp + 6, 0, 2);
	ck_assert_uint_eq(out.udp_checksum_be,
		checksum_udp(&out.tuple.remote, &out.tuple.local, udp, udp_bytes));
}

START_TEST(sealed_packet_reaches_the_paired_endpoint_unchanged)
{
	start_lesson(_i ? SRTP_AEAD_AES_128_GCM : SRTP_AES_CM_128_HMAC_SHA1_80, true);
	rig_prove_path(&rig, &a);
	rig_prove_path(&rig, &b);
	for (int i = 0; i < 100; i++) {
		struct rig_frame sent, received;
		rig_rtp(&rig, &a, (uint16_t)(i * 11), false, &sent);
		inject_and_turn(&sent);
		ck_assert(rig_take_copy(&rig, &received));
		check_sealed_copy(&sent, &received, &b);
		ck_assert(!rig_take_copy(&rig, &received));
	}
	struct inflow_stats in;
	struct outflow_stats out;
	stats_read_inflow(rig.stats, 2 * a.leg, &in);
	worker_publish(rig.worker, rig.now);
	stats_read_inflow(rig.stats, 2 * a.leg, &in);
	stats_read_outflow(rig.stats, rig_outflow(0), &out);
	ck_assert_uint_eq(in.packets, 100);
	ck_assert_uint_eq(in.lost, 0);
	ck_assert_uint_eq(out.packets, 100);
	ck_assert_uint_eq(out.bytes, in.bytes);
	end_lesson();
}
END_TEST

START_TEST(each_copy_is_counted_once_by_its_delay_in_the_relay)
{
	struct worker_stats stats;
	struct delay_summary delay;
	start_lesson(SRTP_AEAD_AES_128_GCM, true);
	rig_prove_path(&rig, &a);
	rig_prove_path(&rig, &b);
	rig_counters(&rig, &stats);
	delay_summarise(NULL, stats.delays, &delay);
	ck_assert_uint_eq(delay.count, 0); // STUN is no media
	for (int i = 0; i < 50; i++) {
		struct rig_frame frame;
		rig_rtp(&rig, &a, 200, false, &frame);
		rig_inject(&rig, &frame);
		rig_turn(&rig, NS_IN_MS);
		rig_discard_output(&rig);
	}
	rig_counters(&rig, &stats);
	delay_summarise(NULL, stats.delays, &delay);
	ck_assert_uint_eq(delay.count, 50);
	ck_assert_int_gt(delay.median_ns, 0);
	ck_assert_int_lt(delay.median_ns, 10 * NS_IN_MS);
	end_lesson();
}
END_TEST

START_TEST(every_sequence_number_wraps_and_none_is_lost)
{
	start_lesson(SRTP_AEAD_AES_128_GCM, true);
	rig_prove_path(&rig, &a);
	rig_prove_path(&rig, &b);
	for (int i = 0; i < 70000; i++) {
		struct rig_frame frame;
		rig_rtp(&rig, &a, 20, false, &frame);
		rig_inject(&rig, &frame);
		rig_turn(&rig, 20 * NS_IN_US);
		rig_discard_output(&rig);
	}
	struct inflow_stats in;
	worker_publish(rig.worker, rig.now);
	stats_read_inflow(rig.stats, 2 * a.leg, &in);
	ck_assert_uint_eq(in.packets, 70000);
	ck_assert_uint_eq(in.expected, 70000);
	ck_assert_uint_eq(in.roc, 1);
	end_lesson();
}
END_TEST

START_TEST(media_before_the_bell_is_dropped_and_flows_after_it)
{
	struct rig_frame frame;
	start_lesson(SRTP_AEAD_AES_128_GCM, false);
	rig_prove_path(&rig, &a);
	rig_prove_path(&rig, &b);
	rig_rtp(&rig, &a, 100, false, &frame);
	inject_and_turn(&frame);
	ck_assert(!rig_take_copy(&rig, &frame));
	ck_assert_uint_eq(drops(DROP_NOT_LIVE), 1);
	for (uint32_t i = 0; i < 2; i++) {
		struct message message = {.type = MESSAGE_LEG_GATE,
			.leg = {.leg = i == 0 ? a.leg : b.leg, .live = true}};
		ck_assert_int_eq(rig_tell(&rig, &message), 0);
	}
	rig_rtp(&rig, &a, 100, false, &frame);
	inject_and_turn(&frame);
	ck_assert(rig_take_copy(&rig, &frame));
	end_lesson();
}
END_TEST

START_TEST(media_without_a_proved_path_is_dropped)
{
	struct rig_frame frame;
	start_lesson(SRTP_AEAD_AES_128_GCM, true);
	rig_prove_path(&rig, &b);
	rig_rtp(&rig, &a, 100, false, &frame);
	inject_and_turn(&frame);
	ck_assert(!rig_take_copy(&rig, &frame));
	ck_assert_uint_eq(drops(DROP_UNKNOWN_PATH), 1);
	end_lesson();
}
END_TEST

START_TEST(media_for_an_absent_receiver_is_counted_as_having_none)
{
	struct rig_frame frame;
	start_lesson(SRTP_AEAD_AES_128_GCM, true);
	rig_prove_path(&rig, &a);
	rig_rtp(&rig, &a, 100, false, &frame);
	inject_and_turn(&frame);
	ck_assert(!rig_take_copy(&rig, &frame));
	ck_assert_uint_eq(drops(DROP_NO_RECEIVER), 1);
	end_lesson();
}
END_TEST

START_TEST(every_flipped_bit_is_refused)
{
	struct rig_frame frame;
	start_lesson(_i ? SRTP_AEAD_AES_128_GCM : SRTP_AES_CM_128_HMAC_SHA1_80, true);
	rig_prove_path(&rig, &a);
	rig_prove_path(&rig, &b);
	rig_rtp(&rig, &a, 40, false, &frame);
	struct frame parsed;
	rig_payload(&frame, &parsed);
	for (unsigned bit = 0; bit < 8u * parsed.payload_bytes; bit++) {
		struct rig_frame damaged = frame;
		damaged.bytes[parsed.payload_offset + bit / 8] ^= (uint8_t)(1u << bit % 8);
		inject_and_turn(&damaged);
		ck_assert_msg(!rig_take_copy(&rig, &damaged), "bit %u", bit);
	}
	// The untouched packet still goes through: no forgery moved the index.
	inject_and_turn(&frame);
	ck_assert(rig_take_copy(&rig, &frame));
	struct inflow_stats in;
	worker_publish(rig.worker, rig.now);
	stats_read_inflow(rig.stats, 2 * a.leg, &in);
	ck_assert_uint_eq(in.packets, 1);
	end_lesson();
}
END_TEST

START_TEST(a_replayed_packet_is_forwarded_once)
{
	struct rig_frame frame, out;
	start_lesson(SRTP_AEAD_AES_128_GCM, true);
	rig_prove_path(&rig, &a);
	rig_prove_path(&rig, &b);
	rig_rtp(&rig, &a, 40, false, &frame);
	for (int i = 0; i < 5; i++)
		inject_and_turn(&frame);
	ck_assert(rig_take_copy(&rig, &out));
	ck_assert(!rig_take_copy(&rig, &out));
	ck_assert_uint_eq(drops(DROP_REPLAYED), 4);
	struct inflow_stats in;
	stats_read_inflow(rig.stats, 2 * a.leg, &in);
	ck_assert_uint_eq(in.duplicates, 4);
	ck_assert_uint_eq(in.lost, 0);
	end_lesson();
}
END_TEST

START_TEST(lost_packets_are_counted_lost)
{
	struct rig_frame frame;
	start_lesson(SRTP_AEAD_AES_128_GCM, true);
	rig_prove_path(&rig, &a);
	rig_prove_path(&rig, &b);
	for (int i = 0; i < 100; i++) {
		rig_rtp(&rig, &a, 40, false, &frame);
		if (i % 10 != 5)
			inject_and_turn(&frame);
	}
	struct inflow_stats in;
	worker_publish(rig.worker, rig.now);
	stats_read_inflow(rig.stats, 2 * a.leg, &in);
	ck_assert_uint_eq(in.packets, 90);
	ck_assert_uint_eq(in.lost, 10);
	end_lesson();
}
END_TEST

START_TEST(one_lead_reaches_every_assisted_school)
{
	struct rig_frame sent, received;
	rig_start(&rig, 0, VLAN_NONE);
	static struct rig_endpoint schools[40];
	const unsigned count = 40;
	for (unsigned i = 0; i < count; i++) {
		rig_add_endpoint(&rig, &schools[i], i, SRTP_AEAD_AES_128_GCM, true);
		rig_prove_path(&rig, &schools[i]);
		if (i > 0)
			rig_connect(&rig, i, &schools[0], &schools[i]);
	}
	rig_rtp(&rig, &schools[0], 1100, true, &sent);
	inject_and_turn(&sent);
	bool seen[40] = {false};
	for (unsigned i = 1; i < count; i++) {
		struct frame parsed;
		ck_assert(rig_take_copy(&rig, &received));
		rig_payload(&received, &parsed);
		unsigned to = (ntohl(ip_v4_be(&parsed.tuple.local)) >> 8 & 0xff) - 1;
		ck_assert(to > 0 && to < count && !seen[to]);
		seen[to] = true;
		check_sealed_copy(&sent, &received, &schools[to]);
	}
	ck_assert(!rig_take_copy(&rig, &received));
	struct worker_stats stats;
	rig_counters(&rig, &stats);
	ck_assert_uint_eq(stats.forwarded, 1);
	ck_assert_uint_eq(stats.copies, count - 1);
	for (unsigned i = 1; i < count; i++)
		rig_disconnect(&rig, i);
	for (unsigned i = 0; i < count; i++)
		rig_remove_endpoint(&rig, &schools[i]);
	rig_stop(&rig);
}
END_TEST

static void
send_rtcp(struct rig_endpoint *from, struct srtp_context *context, uint8_t *compound, int bytes,
	struct rig_frame *frame)
{
	struct srtp_job job = {
		.context = context, .packet = compound, .bytes = (uint32_t)bytes, .capacity = 1500};
	rig.engine->protect_rtcp(&job, 1);
	ck_assert_int_eq(job.verdict, SRTP_OK);
	rig_datagram(from, compound, (uint16_t)job.bytes, frame);
	inject_and_turn(frame);
}

START_TEST(a_sender_report_follows_its_stream)
{
	uint8_t compound[1500];
	struct rtcp_sender_info info = {.ntp = 0x1122334455667788};
	struct rig_frame sent, received;
	start_lesson(SRTP_AEAD_AES_128_GCM, true);
	rig_prove_path(&rig, &a);
	rig_prove_path(&rig, &b);
	int bytes = rtcp_write_sender_report(compound, 1400, a.ssrc, &info, NULL, 0, "a");
	send_rtcp(&a, a.outbound, compound, bytes, &sent);
	ck_assert(rig_take_copy(&rig, &received));
	check_sealed_copy(&sent, &received, &b);
	end_lesson();
}
END_TEST

START_TEST(a_receiver_report_is_read_and_ends_at_the_relay)
{
	uint8_t compound[1500];
	struct rtcp_report_block block = {
		.fraction_lost = 26, .cumulative_lost = 7, .highest_seq = 0x10005, .jitter = 900};
	struct rig_frame frame;
	start_lesson(SRTP_AEAD_AES_128_GCM, true);
	block.ssrc = a.ssrc;
	rig_prove_path(&rig, &a);
	rig_prove_path(&rig, &b);
	int bytes = rtcp_write_receiver_report(compound, 1400, b.report_ssrc, &block, 1, "b");
	send_rtcp(&b, b.report_outbound, compound, bytes, &frame);
	ck_assert(!rig_take_copy(&rig, &frame));
	struct outflow_stats out;
	worker_publish(rig.worker, rig.now);
	stats_read_outflow(rig.stats, rig_outflow(0), &out);
	ck_assert_uint_eq(out.report_count, 1);
	ck_assert_int_eq(out.reported_lost, 7);
	ck_assert_uint_eq(out.reported_fraction_lost, 26);
	ck_assert_uint_eq(out.reported_jitter_us, 10000);
	end_lesson();
}
END_TEST

START_TEST(the_relay_reports_to_the_sender_under_its_own_key)
{
	struct rig_frame frame;
	start_lesson(SRTP_AEAD_AES_128_GCM, true);
	rig_prove_path(&rig, &a);
	for (int i = 0; i < 10; i++) {
		rig_rtp(&rig, &a, 40, false, &frame);
		if (i != 4)
			inject_and_turn(&frame);
	}
	rig_discard_output(&rig);
	struct srtp_context *inbound =
		rig.engine->context_create(&a.keys, a.credentials.relay_ssrc, SRTP_INBOUND, 0);
	bool found = false;
	for (int i = 0; i < 60 && !found; i++) {
		rig_turn(&rig, 100 * NS_IN_MS);
		while (rig_take(&rig, &frame) && !found) {
			struct frame parsed;
			uint8_t *payload = (uint8_t *)rig_payload(&frame, &parsed);
			if (payload[1] != RTCP_RR)
				continue;
			struct srtp_job job = {.context = inbound,
				.packet = payload,
				.bytes = parsed.payload_bytes,
				.capacity = 1500};
			rig.engine->unprotect_rtcp(&job, 1);
			ck_assert_int_eq(job.verdict, SRTP_OK);
			struct rtcp_packet part;
			struct rtcp_report_block block;
			size_t cursor = 0;
			ck_assert_int_eq(rtcp_next(payload, job.bytes, &cursor, &part), 1);
			ck_assert_int_eq(rtcp_read_report_blocks(&part, &block, 1), 1);
			ck_assert_uint_eq(block.ssrc, a.ssrc);
			ck_assert_int_eq(block.cumulative_lost, 1);
			found = true;
		}
	}
	ck_assert(found);
	rig_discard_output(&rig);
	rig.engine->context_destroy(inbound);
	end_lesson();
}
END_TEST

START_TEST(the_longest_gap_is_told_for_ten_seconds)
{
	struct rig_frame frame;
	struct inflow_stats in;
	start_lesson(SRTP_AEAD_AES_128_GCM, true);
	rig_prove_path(&rig, &a);
	rig_prove_path(&rig, &b);
	for (int i = 0; i < 150; i++) {
		rig_rtp(&rig, &a, 40, false, &frame);
		rig_inject(&rig, &frame);
		rig_turn(&rig, i == 20 ? 1500 * NS_IN_MS : 100 * NS_IN_MS);
		rig_discard_output(&rig);
		stats_read_inflow(rig.stats, 2 * a.leg, &in);
		if (i == 25)
			ck_assert_uint_eq(in.longest_gap_us, 1500000);
	}
	ck_assert_uint_eq(in.longest_gap_us, 100000);
	end_lesson();
}
END_TEST

START_TEST(whoever_looks_at_the_board_finds_every_copy_accounted_for)
{
	struct rig_frame frame;
	start_lesson(SRTP_AEAD_AES_128_GCM, true);
	rig_prove_path(&rig, &a);
	rig_prove_path(&rig, &b);
	for (int i = 0; i < 200; i++) {
		rig_rtp(&rig, &a, 40, false, &frame);
		rig_inject(&rig, &frame);
		rig_turn(&rig, 50 * NS_IN_MS);
		rig_discard_output(&rig);
		rig_check_board(&rig);
	}
	end_lesson();
}
END_TEST

START_TEST(messages_out_of_order_change_nothing)
{
	start_lesson(SRTP_AEAD_AES_128_GCM, true);
	struct message leg = {.type = MESSAGE_LEG_REMOVE, .leg.leg = a.leg};
	ck_assert_int_eq(rig_tell(&rig, &leg), -EINVAL);
	struct message stream = {.type = MESSAGE_STREAM_REMOVE, .stream.stream = 2 * a.leg};
	ck_assert_int_eq(rig_tell(&rig, &stream), -EINVAL);
	struct message outflow = {.type = MESSAGE_OUTFLOW_ADD,
		.outflow = {.outflow = rig_outflow(9), .stream = 2 * a.leg, .leg = b.leg}};
	ck_assert_int_eq(rig_tell(&rig, &outflow), -EEXIST);
	outflow.outflow.leg = a.leg;
	ck_assert_int_eq(rig_tell(&rig, &outflow), -EINVAL);
	struct message again = {.type = MESSAGE_LEG_ADD, .leg = a.credentials};
	ck_assert_int_eq(rig_tell(&rig, &again), -EEXIST);
	end_lesson();
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("pipeline");
	TCase *tests = tcase_create("packets");
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, sealed_packet_reaches_the_paired_endpoint_unchanged, 0, 2);
	tcase_add_test(tests, each_copy_is_counted_once_by_its_delay_in_the_relay);
	tcase_add_test(tests, every_sequence_number_wraps_and_none_is_lost);
	tcase_add_test(tests, media_before_the_bell_is_dropped_and_flows_after_it);
	tcase_add_test(tests, media_without_a_proved_path_is_dropped);
	tcase_add_test(tests, media_for_an_absent_receiver_is_counted_as_having_none);
	tcase_add_loop_test(tests, every_flipped_bit_is_refused, 0, 2);
	tcase_add_test(tests, a_replayed_packet_is_forwarded_once);
	tcase_add_test(tests, lost_packets_are_counted_lost);
	tcase_add_test(tests, one_lead_reaches_every_assisted_school);
	tcase_add_test(tests, a_sender_report_follows_its_stream);
	tcase_add_test(tests, a_receiver_report_is_read_and_ends_at_the_relay);
	tcase_add_test(tests, the_relay_reports_to_the_sender_under_its_own_key);
	tcase_add_test(tests, the_longest_gap_is_told_for_ten_seconds);
	tcase_add_test(tests, whoever_looks_at_the_board_finds_every_copy_accounted_for);
	tcase_add_test(tests, messages_out_of_order_change_nothing);
	suite_add_tcase(suite, tests);
	return suite;
}

int
main(void)
{
	const struct srtp_engine *ipsec_mb = srtp_engine_ipsec_mb();
	if (!ipsec_mb) {
		fputs("this processor has no AVX2: ipsec-mb cannot be tested\n", stderr);
		return EXIT_FAILURE;
	}
	puts("on libsrtp2");
	rig_use_engine(srtp_engine_libsrtp2());
	int failed = rig_run_in_fleets(make_suite);
	puts("on ipsec-mb");
	rig_use_engine(ipsec_mb);
	failed |= rig_run_in_fleets(make_suite);
	puts("on ipsec-mb, by chained buffers");
	rig_use_chains(true);
	return failed | rig_run_in_fleets(make_suite);
}
