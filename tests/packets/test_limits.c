/* SPDX-License-Identifier: BSD-3-Clause */
// test_limits.c - full queues, empty pools, cut frames and absurd reports: counted, and nothing
// lost.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "media/rtcp.h"
#include "rig.h"

#define SCHOOLS 4

static struct rig rig;
static struct rig_endpoint schools[SCHOOLS];
static void *buffers[RIG_BUFFERS];

// The first school's stream goes to all others.
static void
setup(void)
{
	rig_start(&rig, 0, VLAN_NONE);
	for (unsigned i = 0; i < SCHOOLS; i++) {
		rig_add_endpoint(&rig, &schools[i], i, SRTP_AEAD_AES_128_GCM, true);
		rig_prove_path(&rig, &schools[i]);
		if (i > 0)
			rig_connect(&rig, i, &schools[0], &schools[i]);
	}
}

static void
teardown(void)
{
	struct worker_stats stats;
	rig_counters(&rig, &stats);
	for (unsigned i = 1; i < SCHOOLS; i++)
		rig_disconnect(&rig, i);
	for (unsigned i = 0; i < SCHOOLS; i++)
		rig_remove_endpoint(&rig, &schools[i]);
	rig_stop(&rig); // asserts that every buffer is back
}

static uint64_t
drops(enum drop_reason reason)
{
	struct worker_stats stats;
	rig_counters(&rig, &stats);
	return stats.drops[reason];
}

static struct outflow_stats
outflow(uint32_t slot)
{
	struct outflow_stats stats;
	worker_publish(rig.worker, rig.now);
	stats_read_outflow(rig.stats, rig_outflow(slot), &stats);
	return stats;
}

START_TEST(a_full_transmit_queue_drops_each_copy_under_its_flow)
{
	struct rig_frame frame;
	rig_fill_output(&rig);
	rig_rtp(&rig, &schools[0], 100, true, &frame);
	rig_inject(&rig, &frame);
	rig_turn(&rig, 0);
	ck_assert_uint_eq(drops(DROP_TX_FULL), SCHOOLS - 1);
	for (uint32_t i = 1; i < SCHOOLS; i++) {
		ck_assert_uint_eq(outflow(i).drops, 1);
		ck_assert_uint_eq(outflow(i).packets, 0);
	}
	// With room again, the next one reaches everybody.
	while (rig_discard_output(&rig) > 0)
		rig_turn(&rig, 0);
	rig_rtp(&rig, &schools[0], 100, true, &frame);
	rig_inject(&rig, &frame);
	rig_turn(&rig, 0);
	for (unsigned i = 1; i < SCHOOLS; i++)
		ck_assert(rig_take_copy(&rig, &frame));
	ck_assert_uint_eq(drops(DROP_TX_FULL), SCHOOLS - 1);
}
END_TEST

START_TEST(an_empty_pool_costs_the_copies_that_need_a_buffer)
{
	struct rig_frame frame;
	rig_rtp(&rig, &schools[0], 100, true, &frame);
	rig_inject(&rig, &frame);
	unsigned taken = rig_take_buffers(buffers, 0);
	rig_turn(&rig, 0);
	rig_give_buffers(buffers, taken);
	// The last receiver gets the packet's own buffer.
	ck_assert(rig_take_copy(&rig, &frame));
	ck_assert(!rig_take_copy(&rig, &frame));
	ck_assert_uint_eq(drops(DROP_TX_NO_BUFFER), SCHOOLS - 2);
	ck_assert_uint_eq(outflow(1).drops + outflow(2).drops + outflow(3).drops, SCHOOLS - 2);
}
END_TEST

START_TEST(an_empty_pool_answers_no_request_and_counts_it)
{
	struct rig_frame frame;
	rig_stun_request(&schools[1], 231, &frame);
	rig_inject(&rig, &frame);
	unsigned taken = rig_take_buffers(buffers, 0);
	rig_turn(&rig, 0);
	rig_give_buffers(buffers, taken);
	ck_assert_uint_eq(rig_discard_output(&rig), 0);
	ck_assert_uint_eq(drops(DROP_NO_BUFFER), 1);
}
END_TEST

START_TEST(a_frame_in_two_buffers_is_dropped_whole)
{
	struct rig_frame frame;
	for (uint16_t first_bytes = 20; first_bytes < 140; first_bytes += 40) {
		rig_rtp(&rig, &schools[0], 100, true, &frame);
		rig_inject_in_two(&rig, &frame, first_bytes);
		rig_turn(&rig, 0);
	}
	ck_assert(!rig_take_copy(&rig, &frame));
	ck_assert_uint_eq(drops(DROP_SEGMENTED), 3);
}
END_TEST

START_TEST(removing_a_flow_in_full_traffic_ends_it_at_once)
{
	struct rig_frame frame;
	const unsigned packets = 150;
	for (unsigned i = 0; i < packets; i++) {
		rig_rtp(&rig, &schools[0], 100, true, &frame);
		rig_inject(&rig, &frame);
	}
	rig_turn(&rig, 0); // some bursts, and the rest still waits
	uint64_t before = outflow(1).packets, copies = 0;
	ck_assert_uint_gt(before, 0);
	ck_assert_uint_lt(before, packets);
	rig_disconnect(&rig, 1);
	do {
		while (rig_take_copy(&rig, &frame))
			copies++;
	} while (rig_turn(&rig, 0) > 0);
	ck_assert_uint_eq(copies, packets * (SCHOOLS - 2) + before);
	rig_connect(&rig, 1, &schools[0], &schools[1]);
	ck_assert_uint_eq(outflow(1).packets, 0);
}
END_TEST

static void
write_report(const struct rtcp_report_block *block, struct rig_frame *frame)
{
	uint8_t compound[1500];
	struct rig_endpoint *from = &schools[1];
	int bytes = rtcp_write_receiver_report(compound, 1400, from->report_ssrc, block, 1, "r");
	struct srtp_job job = {.context = from->report_outbound,
		.packet = compound,
		.bytes = (uint32_t)bytes,
		.capacity = sizeof compound};
	rig.engine->protect_rtcp(&job, 1);
	ck_assert_int_eq(job.verdict, SRTP_OK);
	rig_datagram(from, compound, (uint16_t)job.bytes, frame);
}

START_TEST(a_report_that_comes_twice_is_read_once)
{
	struct rtcp_report_block block = {.ssrc = schools[0].ssrc, .cumulative_lost = 3};
	struct rig_frame old, newer;
	write_report(&block, &old);
	block.cumulative_lost = 9;
	write_report(&block, &newer);
	rig_inject(&rig, &old);
	rig_inject(&rig, &newer);
	rig_inject(&rig, &old);
	rig_inject(&rig, &newer);
	rig_turn(&rig, 0);
	ck_assert_uint_eq(outflow(1).report_count, 2);
	ck_assert_int_eq(outflow(1).reported_lost, 9);
	ck_assert_uint_eq(drops(DROP_REPLAYED), 2);
}
END_TEST

START_TEST(an_absurd_jitter_is_not_told_as_a_good_one)
{
	// 2^32 microseconds and one millisecond, at 90 kHz.
	struct rtcp_report_block block = {.ssrc = schools[0].ssrc, .jitter = 386547147};
	struct rig_frame frame;
	write_report(&block, &frame);
	rig_inject(&rig, &frame);
	rig_turn(&rig, 0);
	ck_assert_uint_eq(outflow(1).reported_jitter_us, UINT32_MAX);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("limits");
	TCase *tests = tcase_create("what runs out, and what cannot be");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_full_transmit_queue_drops_each_copy_under_its_flow);
	tcase_add_test(tests, an_empty_pool_costs_the_copies_that_need_a_buffer);
	tcase_add_test(tests, an_empty_pool_answers_no_request_and_counts_it);
	tcase_add_test(tests, a_frame_in_two_buffers_is_dropped_whole);
	tcase_add_test(tests, removing_a_flow_in_full_traffic_ends_it_at_once);
	tcase_add_test(tests, a_report_that_comes_twice_is_read_once);
	tcase_add_test(tests, an_absurd_jitter_is_not_told_as_a_good_one);
	suite_add_tcase(suite, tests);
	return suite;
}

int
main(void)
{
	return rig_run_in_fleets(make_suite);
}
