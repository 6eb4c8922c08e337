/* SPDX-License-Identifier: BSD-3-Clause */
// test_backoff.c - the waits between tries: bounds, growth, jitter.
#include "classroom/backoff.h"

#include <check.h>
#include <stdlib.h>

START_TEST(first_retry_comes_within_100_ms)
{
	struct backoff backoff = {0};
	ck_assert_int_eq(backoff_next_ns(&backoff, UINT32_MAX), 100 * NS_IN_MS);
	backoff_reset(&backoff);
	ck_assert_int_eq(backoff_next_ns(&backoff, 0), 50 * NS_IN_MS);
}
END_TEST

START_TEST(steps_double_up_to_three_seconds)
{
	static const int64_t steps_ms[] = {100, 200, 400, 800, 1600, 3000, 3000, 3000};
	struct backoff backoff = {0};
	for (size_t i = 0; i < sizeof steps_ms / sizeof steps_ms[0]; i++)
		ck_assert_int_eq(backoff_next_ns(&backoff, UINT32_MAX), steps_ms[i] * NS_IN_MS);
}
END_TEST

START_TEST(no_wait_is_ever_above_the_cap_or_below_half_its_step)
{
	struct backoff backoff = {0};
	srand(1);
	for (int i = 0; i < 100000; i++) {
		int64_t wait_ns = backoff_next_ns(&backoff, (uint32_t)rand() << 1);
		ck_assert_int_le(wait_ns, BACKOFF_CAP_NS);
		ck_assert_int_ge(wait_ns, i >= 6 ? BACKOFF_CAP_NS / 2 : BACKOFF_FIRST_NS / 2);
	}
}
END_TEST

START_TEST(failures_without_end_do_not_overflow)
{
	struct backoff backoff = {.failures = UINT32_MAX};
	ck_assert_int_eq(backoff_next_ns(&backoff, UINT32_MAX), BACKOFF_CAP_NS);
	ck_assert_uint_eq(backoff.failures, UINT32_MAX);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("backoff");
	TCase *facts = tcase_create("facts");
	tcase_add_test(facts, first_retry_comes_within_100_ms);
	tcase_add_test(facts, steps_double_up_to_three_seconds);
	tcase_add_test(facts, no_wait_is_ever_above_the_cap_or_below_half_its_step);
	tcase_add_test(facts, failures_without_end_do_not_overflow);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
