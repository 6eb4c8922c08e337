// SPDX-License-Identifier: BSD-3-Clause
// test_delay.c - the histogram of delays: every delay in its bucket, and what is read back.
#include <check.h>
#include <stddef.h>
#include <stdlib.h>

#include "platform/delay.h"

START_TEST(every_bucket_begins_where_the_one_before_ends)
{
	for (unsigned i = 1; i < DELAY_BUCKETS; i++) {
		ck_assert_int_gt(delay_bucket_ns(i), delay_bucket_ns(i - 1));
		ck_assert_uint_eq(delay_bucket(delay_bucket_ns(i)), i);
		ck_assert_uint_eq(delay_bucket(delay_bucket_ns(i) - 1), i - 1);
	}
}
END_TEST

START_TEST(what_is_out_of_range_is_in_the_outer_buckets)
{
	ck_assert_uint_eq(delay_bucket(-5), 0);
	ck_assert_uint_eq(delay_bucket(0), 0);
	ck_assert_uint_eq(delay_bucket(INT64_MAX), DELAY_BUCKETS - 1);
	ck_assert_int_gt(delay_bucket_ns(DELAY_BUCKETS - 1), 50 * 1000 * 1000);
}
END_TEST

START_TEST(a_bucket_is_at_most_a_quarter_wide)
{
	for (unsigned i = 1; i < DELAY_BUCKETS; i++)
		ck_assert_int_le(
			4 * (delay_bucket_ns(i + 1) - delay_bucket_ns(i)), delay_bucket_ns(i));
}
END_TEST

START_TEST(a_summary_is_of_what_came_between_two_looks)
{
	uint64_t before[DELAY_BUCKETS] = {0}, now[DELAY_BUCKETS] = {0};
	struct delay_summary summary;
	// Older packets: slow ones that must not show.
	before[delay_bucket(40 * 1000 * 1000)] = now[delay_bucket(40 * 1000 * 1000)] = 1000;
	for (int i = 0; i < 100; i++)
		now[delay_bucket(i < 60 ? 10000 : 90000)]++;
	now[delay_bucket(3000)]++;
	delay_summarise(before, now, &summary);
	ck_assert_uint_eq(summary.count, 101);
	ck_assert_int_le(summary.min_ns, 3000);
	ck_assert_int_gt(summary.min_ns, 2000);
	ck_assert_int_gt(summary.median_ns, 7500);
	ck_assert_int_lt(summary.median_ns, 12500);
	ck_assert_int_ge(summary.max_ns, 90000);
	ck_assert_int_lt(summary.max_ns, 113000);
}
END_TEST

START_TEST(no_packets_have_no_delay)
{
	uint64_t counts[DELAY_BUCKETS] = {7};
	struct delay_summary summary;
	delay_summarise(counts, counts, &summary);
	ck_assert_uint_eq(summary.count, 0);
	ck_assert_int_eq(summary.max_ns, 0);
	delay_summarise(NULL, counts, &summary);
	ck_assert_uint_eq(summary.count, 7);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("delay");
	TCase *tests = tcase_create("delay");
	tcase_add_test(tests, every_bucket_begins_where_the_one_before_ends);
	tcase_add_test(tests, what_is_out_of_range_is_in_the_outer_buckets);
	tcase_add_test(tests, a_bucket_is_at_most_a_quarter_wide);
	tcase_add_test(tests, a_summary_is_of_what_came_between_two_looks);
	tcase_add_test(tests, no_packets_have_no_delay);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
