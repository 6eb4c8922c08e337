/* SPDX-License-Identifier: BSD-3-Clause */
// test_rates.c - bit rate and loss of the last seconds.
#include <check.h>
#include <math.h>

#include "lessons/rates.h"

static struct rates rates;

static void
setup(void)
{
	rates_init(&rates);
}

static void
look(double second, uint64_t bytes, uint32_t expected, int64_t lost)
{
	struct rates_sample sample = {
		.at = {(int64_t)(second * NS_IN_S)},
		.bytes = bytes,
		.has_loss = true,
		.expected = expected,
		.lost = lost,
	};
	rates_add(&rates, &sample);
}

static void
look_unreported(double second, uint64_t bytes)
{
	struct rates_sample sample = {.at = {(int64_t)(second * NS_IN_S)}, .bytes = bytes};
	rates_add(&rates, &sample);
}

static void
assert_near(double value, double wanted)
{
	ck_assert_msg(fabs(value - wanted) < 1e-6, "%.12f is not %.12f", value, wanted);
}

START_TEST(one_look_tells_nothing)
{
	assert_near(rates_kbit_s(&rates), 0);
	assert_near(rates_loss_ratio(&rates), 0);
	look(1, 100000, 100, 50);
	assert_near(rates_kbit_s(&rates), 0);
	assert_near(rates_loss_ratio(&rates), 0);
}
END_TEST

START_TEST(the_bit_rate_is_the_mean_of_two_seconds)
{
	look(0, 0, 0, 0);
	look(1, 1000000, 0, 0); // not looked at any more
	look(2, 1001000, 0, 0);
	look(3, 1003000, 0, 0);
	assert_near(rates_kbit_s(&rates), 3000 * 8 / 2 / 1000.0);
}
END_TEST

START_TEST(the_bit_rate_goes_by_the_clock_not_by_the_looks)
{
	look(0, 0, 0, 0);
	look(0.5, 1000, 0, 0);
	assert_near(rates_kbit_s(&rates), 1000 * 8 / 0.5 / 1000);
}
END_TEST

START_TEST(a_look_some_milliseconds_late_does_not_shorten_the_window)
{
	look(0, 0, 0, 0);
	look(1.003, 1000, 0, 0);
	look(2.01, 5000, 0, 0);
	assert_near(rates_kbit_s(&rates), 5000 * 8 / 2.01 / 1000);
}
END_TEST

START_TEST(after_a_long_pause_the_last_two_looks_count)
{
	look(0, 0, 0, 0);
	look(1, 1000, 0, 0);
	look(7, 7000, 0, 0);
	assert_near(rates_kbit_s(&rates), 6000 * 8 / 6.0 / 1000);
}
END_TEST

START_TEST(silence_brings_the_bit_rate_to_nothing)
{
	look(0, 0, 0, 0);
	look(1, 9000, 0, 0);
	look(2, 9000, 0, 0);
	look(3, 9000, 0, 0);
	assert_near(rates_kbit_s(&rates), 0);
}
END_TEST

START_TEST(a_bad_minute_is_forgiven_after_ten_seconds)
{
	look(0, 0, 0, 0);
	look(1, 0, 100, 50);
	assert_near(rates_loss_ratio(&rates), 0.5);
	for (int second = 2; second <= 10; second++)
		look(second, 0, (uint32_t)(100 * second), 50);
	assert_near(rates_loss_ratio(&rates), 0.05);
	look(11, 0, 1100, 50);
	assert_near(rates_loss_ratio(&rates), 0);
}
END_TEST

START_TEST(a_late_packet_makes_no_negative_loss)
{
	look(0, 0, 100, 5);
	look(1, 0, 200, 3);
	assert_near(rates_loss_ratio(&rates), 0);
}
END_TEST

START_TEST(more_lost_than_expected_is_all)
{
	look(0, 0, 100, 0);
	look(1, 0, 110, 30);
	assert_near(rates_loss_ratio(&rates), 1);
}
END_TEST

START_TEST(the_loss_starts_where_the_receiver_first_reported)
{
	look_unreported(0, 0);
	look_unreported(1, 0);
	look(2, 0, 40000, 7); // its numbers start anywhere
	assert_near(rates_loss_ratio(&rates), 0);
	look(3, 0, 40100, 17);
	assert_near(rates_loss_ratio(&rates), 0.1);
}
END_TEST

START_TEST(the_highest_number_may_wrap)
{
	look(0, 0, UINT32_MAX - 49, 0);
	look(1, 0, 50, 20);
	assert_near(rates_loss_ratio(&rates), 0.2);
}
END_TEST

START_TEST(a_window_counts_what_happened_in_it)
{
	struct rates_window window;
	for (int second = 0; second <= 70; second++) {
		struct rates_sample sample = {
			.at = {(int64_t)second * NS_IN_S},
			.packets = (uint64_t)(48 * second),
			.bytes = (uint64_t)(1000 * second),
			.has_loss = true,
			.expected = (uint32_t)(50 * second),
			.lost = 2 * second,
			.duplicates = (uint32_t)second,
			.reordered = (uint32_t)(3 * second),
			.jitter_us = second == 70 ? 11000 : 1000,
			.longest_gap_us = second == 30 ? 900000 : 20000,
		};
		rates_add(&rates, &sample);
	}
	ck_assert(rates_window(&rates, 1, &window));
	ck_assert_uint_eq(window.packets, 48);
	ck_assert_int_eq(window.missing, 2);
	assert_near(window.jitter_ms, 11);
	assert_near(window.longest_gap_ms, 20);
	ck_assert(rates_window(&rates, 10, &window));
	ck_assert_uint_eq(window.expected, 500);
	ck_assert_uint_eq(window.duplicates, 10);
	ck_assert_uint_eq(window.reordered, 30);
	assert_near(window.jitter_ms, 2);
	assert_near(window.kbit_s, 8);
	ck_assert(rates_window(&rates, 60, &window));
	ck_assert_uint_eq(window.packets, 60 * 48);
	assert_near(window.loss_ratio, 0.04);
	assert_near(window.longest_gap_ms, 900);
}
END_TEST

START_TEST(a_lesson_counts_from_its_beginning)
{
	struct rates_window window;
	rates.base.has_loss = rates.has_base = true; // an inflow: from its first packet
	look(1, 1000, 100, 10);
	look(2, 2000, 200, 20);
	ck_assert(rates_lesson(&rates, &window));
	ck_assert_uint_eq(window.expected, 200);
	ck_assert_int_eq(window.missing, 20);
	rates_begin(&rates);
	look(3, 3000, 300, 25);
	ck_assert(rates_lesson(&rates, &window));
	ck_assert_uint_eq(window.expected, 100);
	ck_assert_int_eq(window.missing, 5);
	assert_near(window.kbit_s, 8);
}
END_TEST

static Suite *
rates_suite(void)
{
	Suite *suite = suite_create("rates");
	TCase *tcase = tcase_create("rates");
	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, one_look_tells_nothing);
	tcase_add_test(tcase, the_bit_rate_is_the_mean_of_two_seconds);
	tcase_add_test(tcase, the_bit_rate_goes_by_the_clock_not_by_the_looks);
	tcase_add_test(tcase, a_look_some_milliseconds_late_does_not_shorten_the_window);
	tcase_add_test(tcase, after_a_long_pause_the_last_two_looks_count);
	tcase_add_test(tcase, silence_brings_the_bit_rate_to_nothing);
	tcase_add_test(tcase, a_bad_minute_is_forgiven_after_ten_seconds);
	tcase_add_test(tcase, a_late_packet_makes_no_negative_loss);
	tcase_add_test(tcase, more_lost_than_expected_is_all);
	tcase_add_test(tcase, the_loss_starts_where_the_receiver_first_reported);
	tcase_add_test(tcase, the_highest_number_may_wrap);
	tcase_add_test(tcase, a_window_counts_what_happened_in_it);
	tcase_add_test(tcase, a_lesson_counts_from_its_beginning);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(rates_suite());
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
