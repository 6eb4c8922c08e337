/* SPDX-License-Identifier: BSD-3-Clause */
// test_copied_tokens.c - two machines with one token are told, one that moves or reconnects is not.
#include "control/copied_tokens.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define ONE "198.18.1.7:40312"
#define OTHER "198.18.1.8:40312"

static struct copied_tokens tokens;
static struct wall_time now;

static void
setup(void)
{
	tokens = (struct copied_tokens){0};
	now.ms = 1000 * MS_IN_S;
}

// `count` turns, one each `each_s`. Returns how many of them raised the alarm.
static unsigned
turns(unsigned count, int each_s)
{
	unsigned raised = 0;
	for (unsigned i = 0; i < count; i++) {
		now.ms += each_s * MS_IN_S;
		raised += copied_tokens_replaced(
			&tokens, "wuxi-1", i % 2 ? OTHER : ONE, i % 2 ? ONE : OTHER, now);
	}
	return raised;
}

START_TEST(four_turns_within_a_minute_are_one_alarm)
{
	ck_assert_uint_eq(turns(3, 10), 0);
	ck_assert_uint_eq(turns(9, 10), 1);
	ck_assert_uint_eq(tokens.count, 1);
	ck_assert(copied_token_is_alarm(&tokens.list[0], now));
	ck_assert_int_eq(tokens.list[0].since.ms, 1040 * MS_IN_S);
}
END_TEST

START_TEST(turns_over_a_longer_time_are_none)
{
	ck_assert_uint_eq(turns(50, 21), 0);
	ck_assert(!copied_token_is_alarm(&tokens.list[0], now));
}
END_TEST

START_TEST(the_same_machine_may_reconnect_as_often_as_it_likes)
{
	for (int i = 0; i < 20; i++)
		ck_assert(!copied_tokens_replaced(
			&tokens, "wuxi-1", "[fd00::1]:1000", "[fd00::1]:1001", now));
	ck_assert_uint_eq(tokens.count, 0);
}
END_TEST

START_TEST(it_ends_ten_minutes_after_the_last_turn_and_may_come_back)
{
	ck_assert_uint_eq(turns(4, 1), 1);
	now.ms += (COPIED_TOKENS_HELD_S - 1) * MS_IN_S;
	ck_assert(copied_token_is_alarm(&tokens.list[0], now));
	now.ms += MS_IN_S;
	ck_assert(!copied_token_is_alarm(&tokens.list[0], now));
	ck_assert_uint_eq(turns(4, 1), 1);
}
END_TEST

START_TEST(a_full_list_forgets_the_quietest)
{
	ck_assert_uint_eq(turns(4, 1), 1);
	for (int i = 0; i < COPIED_TOKENS_MAX; i++) {
		char endpoint[16];
		snprintf(endpoint, sizeof endpoint, "e%d", i);
		now.ms += 1;
		copied_tokens_replaced(&tokens, endpoint, ONE, OTHER, now);
	}
	ck_assert_uint_eq(tokens.count, COPIED_TOKENS_MAX);
	ck_assert_str_eq(tokens.list[0].endpoint, "e63");
	ck_assert(!tokens.list[0].is_alarm);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("copied_tokens");
	TCase *tcase = tcase_create("copied_tokens");
	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, four_turns_within_a_minute_are_one_alarm);
	tcase_add_test(tcase, turns_over_a_longer_time_are_none);
	tcase_add_test(tcase, the_same_machine_may_reconnect_as_often_as_it_likes);
	tcase_add_test(tcase, it_ends_ten_minutes_after_the_last_turn_and_may_come_back);
	tcase_add_test(tcase, a_full_list_forgets_the_quietest);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
