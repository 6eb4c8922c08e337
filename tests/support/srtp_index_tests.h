/* SPDX-License-Identifier: BSD-3-Clause */
// srtp_index_tests.h - what every engine must make of packet indices, replays and rollovers (RFC
// 3711, 3.3).
#ifndef SUPPORT_SRTP_INDEX_TESTS_H
#define SUPPORT_SRTP_INDEX_TESTS_H

#include "srtp_fixture.h"

START_TEST(index_goes_on_over_the_wrap)
{
	start(profiles[_i], 0);
	for (uint64_t i = 30000; i < 65536; i += 20000)
		expect_index(i);
	expect_index(65530);
	expect_index(65533);
	ck_assert_uint_eq(engine->context_roc(inbound), 0);
	expect_index(65536 + 1); // SEQ 1
	ck_assert_uint_eq(engine->context_roc(inbound), 1);
	expect_index(65535); // reordered: from before the wrap
	expect_index(65536); // SEQ 0
	expect_index(65534);
	expect_verdict(65535, SRTP_REPLAYED);
	expect_verdict(65536, SRTP_REPLAYED);
	ck_assert_uint_eq(engine->context_roc(inbound), 1);
	for (uint64_t i = 70000; i < 5 * 65536; i += 30000)
		expect_index(i);
	ck_assert_uint_eq(engine->context_roc(inbound), 4);
	stop();
}
END_TEST

// Below a rollover counter of 0 there is nothing: a leap forward at the start cannot mean the past.
START_TEST(leap_in_the_first_round_is_no_step_back)
{
	start(profiles[_i], 0);
	expect_index(10);
	expect_index(10 + 0x8001);
	ck_assert_uint_eq(engine->context_roc(inbound), 0);
	expect_index(65536 + 10);
	ck_assert_uint_eq(engine->context_roc(inbound), 1);
	stop();
}
END_TEST

START_TEST(sender_goes_on_over_the_wrap)
{
	start(profiles[_i], 0);
	for (uint64_t i = 20000; i < 3 * 65536; i += 11111) {
		struct packet p = plain_rtp((uint16_t)i, PACKET_BYTES), expected = sealed_rtp(i),
			      got;
		struct srtp_job job = run(engine->protect_rtp, outbound, &p, &got);
		ck_assert_int_eq(job.verdict, SRTP_OK);
		ck_assert_uint_eq(job.index, i);
		ck_assert_mem_eq(got.bytes, expected.bytes, expected.length);
		ck_assert_uint_eq(engine->context_roc(outbound), i >> 16);
	}
	stop();
}
END_TEST

START_TEST(late_joiner_needs_the_rollover_counter)
{
	for (uint32_t roc = 1; roc < 4; roc++) {
		for (uint32_t seq = 0; seq < 65536; seq += 13107) {
			start(profiles[_i], roc);
			uint64_t index = (uint64_t)roc << 16 | seq;
			ck_assert_uint_eq(engine->context_roc(inbound), roc);
			expect_verdict(index + 65536, SRTP_AUTH_FAIL);
			ck_assert_uint_eq(engine->context_roc(inbound), roc);
			expect_index(index);
			expect_verdict(index, SRTP_REPLAYED);
			expect_index(index - 1); // across the wrap too, where seq is 0
			expect_index(index + 30000);
			ck_assert_uint_eq(engine->context_roc(inbound), (index + 30000) >> 16);
			stop();

			start(profiles[_i], 0);
			for (uint64_t i = index; i < index + 5; i++)
				expect_verdict(i, SRTP_AUTH_FAIL);
			stop();
		}
	}
}
END_TEST

// A sender that reorders, repeats and jumps, judged by a window kept the plain way.
START_TEST(verdicts_follow_a_plain_window)
{
	static bool seen[8 * 65536];
	start(profiles[_i], 0);
	uint32_t random = 12345;
	uint64_t highest = 2000;
	expect_index(highest);
	seen[highest] = true;
	int counts[SRTP_TOO_OLD + 1] = {0};
	for (int i = 0; i < 20000; i++) {
		random = random * 1664525 + 1013904223;
		ck_assert_uint_lt(highest + 100, sizeof seen);
		uint64_t index = highest + random % 60 - 30 + (random >> 8) % 40;
		if (random >> 28 == 0)
			index = highest - (random >> 8) % 1200;
		if (random >> 28 == 1)
			index = highest - (WINDOW - 2) - (random >> 8) % 4;
		enum srtp_verdict expected = SRTP_OK;
		if (index + WINDOW <= highest)
			expected = SRTP_TOO_OLD;
		else if (seen[index])
			expected = SRTP_REPLAYED;
		else
			expect_index(index);
		if (expected != SRTP_OK)
			expect_verdict(index, expected);
		counts[expected]++;
		seen[index] = true;
		if (index > highest)
			highest = index;
	}
	ck_assert_uint_gt(highest, 2 * 65536);
	ck_assert_int_gt(counts[SRTP_OK], 1000);
	ck_assert_int_gt(counts[SRTP_REPLAYED], 100);
	ck_assert_int_gt(counts[SRTP_TOO_OLD], 100);
	stop();
}
END_TEST

// The same index twice under one key would be a two-time pad.
START_TEST(sender_never_protects_an_index_twice)
{
	start(profiles[_i], 0);
	struct packet p = plain_rtp(500, PACKET_BYTES), got;
	ck_assert_int_eq(run(engine->protect_rtp, outbound, &p, &got).verdict, SRTP_OK);
	ck_assert_int_eq(run(engine->protect_rtp, outbound, &p, &got).verdict, SRTP_REPLAYED);
	ck_assert_uint_eq(got.length, p.length);
	stop();
}
END_TEST

static inline void
add_index_tests(TCase *tests)
{
	tcase_add_loop_test(tests, index_goes_on_over_the_wrap, 0, PROFILE_COUNT);
	tcase_add_loop_test(tests, leap_in_the_first_round_is_no_step_back, 0, PROFILE_COUNT);
	tcase_add_loop_test(tests, sender_goes_on_over_the_wrap, 0, PROFILE_COUNT);
	tcase_add_loop_test(tests, late_joiner_needs_the_rollover_counter, 0, PROFILE_COUNT);
	tcase_add_loop_test(tests, verdicts_follow_a_plain_window, 0, PROFILE_COUNT);
	tcase_add_loop_test(tests, sender_never_protects_an_index_twice, 0, PROFILE_COUNT);
}

#endif
