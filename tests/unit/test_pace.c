/* SPDX-License-Identifier: BSD-3-Clause */
// test_pace.c - when a worker polls, pauses and naps.
#include "datapath/pace.h"

#include <check.h>
#include <stdlib.h>

static struct pace pace;
static struct mono_time now;

static void
setup(void)
{
	pace_init(&pace, 50000);
	now.ns = NS_IN_S;
}

// Turns of 10 us each; every `every`-th finds a packet.
static void
run(unsigned turns, unsigned every)
{
	for (unsigned i = 1; i <= turns; i++) {
		now.ns += 10 * NS_IN_US;
		pace_turn(&pace, every && i % every == 0, now);
	}
}

START_TEST(an_empty_turn_is_followed_by_a_pause_at_first)
{
	run(PACE_PAUSES - 1, 0);
	ck_assert_int_eq(pace_wait_ns(&pace, true), 0);
}
END_TEST

START_TEST(naps_grow_to_their_most)
{
	run(PACE_PAUSES, 0);
	ck_assert_int_eq(pace_wait_ns(&pace, false), PACE_NAP_LEAST_NS);
	run(1, 0);
	ck_assert_int_eq(pace_wait_ns(&pace, false), 2 * PACE_NAP_LEAST_NS);
	run(100000, 0);
	ck_assert_int_eq(pace_wait_ns(&pace, false), PACE_NAP_WITHOUT_SESSION_NS);
}
END_TEST

START_TEST(an_open_session_keeps_naps_short)
{
	for (unsigned i = 0; i < 100; i++) {
		run(1, 0);
		ck_assert_int_le(pace_wait_ns(&pace, true), 100 * NS_IN_US);
	}
	run(100000, 0);
	ck_assert_int_gt(pace_wait_ns(&pace, false), 100 * NS_IN_US);
	// It opens: at the next turn already, and without a packet.
	ck_assert_int_eq(pace_wait_ns(&pace, true), 100 * NS_IN_US);
}
END_TEST

START_TEST(a_packet_ends_the_naps)
{
	run(100000, 0);
	run(1, 1);
	run(1, 0);
	ck_assert_int_eq(pace_wait_ns(&pace, true), 0);
}
END_TEST

START_TEST(above_the_rate_it_never_naps)
{
	run(20000, 1); // 100 000 a second
	run(1000, 0);
	ck_assert_int_eq(pace_wait_ns(&pace, true), 0);
}
END_TEST

START_TEST(below_the_rate_it_naps_again)
{
	run(20000, 1);
	run(40000, 0);
	ck_assert_int_gt(pace_wait_ns(&pace, true), 0);
}
END_TEST

START_TEST(a_rate_of_zero_forbids_naps)
{
	pace_init(&pace, 0);
	run(100000, 0);
	ck_assert_int_eq(pace_wait_ns(&pace, false), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pace");
	TCase *tests = tcase_create("pace");
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, an_empty_turn_is_followed_by_a_pause_at_first);
	tcase_add_test(tests, naps_grow_to_their_most);
	tcase_add_test(tests, an_open_session_keeps_naps_short);
	tcase_add_test(tests, a_packet_ends_the_naps);
	tcase_add_test(tests, above_the_rate_it_never_naps);
	tcase_add_test(tests, below_the_rate_it_naps_again);
	tcase_add_test(tests, a_rate_of_zero_forbids_naps);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
