/* SPDX-License-Identifier: BSD-3-Clause */
// test_quality.c - limits, lights that do not flicker, and the estimate of speech.
#include "lessons/quality.h"

#include <check.h>
#include <stdlib.h>

static struct line_figures
good_line(void)
{
	return (struct line_figures){.is_judged = true,
		.expected_flows = 3,
		.present_flows = 3,
		.loss_ratio = 0,
		.jitter_ms = 5,
		.round_trip_ms = 20};
}

static void
expect(struct line_figures figures, enum light light, enum quality_reason reason)
{
	struct judgement seen = quality_judge(&quality_limits_default, &figures);
	ck_assert_str_eq(light_name(seen.light), light_name(light));
	ck_assert_int_eq(seen.reason, reason);
}

START_TEST(limits_are_those_of_the_table)
{
	struct line_figures figures = good_line();
	expect(figures, LIGHT_GREEN, QUALITY_FINE);
	figures.loss_ratio = 0.01;
	expect(figures, LIGHT_GREEN, QUALITY_FINE);
	figures.loss_ratio = 0.011;
	expect(figures, LIGHT_AMBER, QUALITY_LOSS);
	figures.loss_ratio = 0.05;
	expect(figures, LIGHT_AMBER, QUALITY_LOSS);
	figures.loss_ratio = 0.051;
	expect(figures, LIGHT_RED, QUALITY_LOSS);
	figures = good_line();
	figures.jitter_ms = 31;
	expect(figures, LIGHT_AMBER, QUALITY_JITTER);
	figures.jitter_ms = 51;
	expect(figures, LIGHT_RED, QUALITY_JITTER);
	figures = good_line();
	figures.round_trip_ms = 151;
	expect(figures, LIGHT_AMBER, QUALITY_ROUND_TRIP);
	figures.round_trip_ms = 301;
	expect(figures, LIGHT_RED, QUALITY_ROUND_TRIP);
}
END_TEST

START_TEST(the_worst_figure_gives_the_reason)
{
	struct line_figures figures = good_line();
	figures.loss_ratio = 0.02;
	figures.jitter_ms = 60;
	expect(figures, LIGHT_RED, QUALITY_JITTER);
	figures.loss_ratio = 0.06;
	expect(figures, LIGHT_RED, QUALITY_LOSS);
}
END_TEST

START_TEST(silence_is_red_after_three_seconds)
{
	struct line_figures figures = good_line();
	figures.silent_s = 2.9;
	expect(figures, LIGHT_GREEN, QUALITY_FINE);
	figures.silent_s = 3;
	expect(figures, LIGHT_RED, QUALITY_SILENT);
}
END_TEST

START_TEST(a_stream_that_does_not_come_is_amber)
{
	struct line_figures figures = good_line();
	figures.present_flows = 2;
	expect(figures, LIGHT_AMBER, QUALITY_MISSING_FLOW);
	figures.loss_ratio = 0.2;
	expect(figures, LIGHT_RED, QUALITY_LOSS);
}
END_TEST

START_TEST(what_is_not_known_is_not_judged)
{
	struct line_figures figures = good_line();
	figures.loss_ratio = figures.jitter_ms = figures.round_trip_ms = -1;
	expect(figures, LIGHT_GREY, QUALITY_FINE);
	figures = good_line();
	figures.loss_ratio = 1;
	figures.is_judged = false;
	expect(figures, LIGHT_GREY, QUALITY_FINE);
}
END_TEST

static const struct judgement green = {LIGHT_GREEN, QUALITY_FINE};
static const struct judgement amber = {LIGHT_AMBER, QUALITY_LOSS};
static const struct judgement red = {LIGHT_RED, QUALITY_LOSS};
static const struct judgement silent = {LIGHT_RED, QUALITY_SILENT};

static enum light
after(struct steady_light *light, struct judgement seen, unsigned looks)
{
	for (unsigned i = 0; i < looks; i++)
		quality_steady(light, seen);
	return light->shown.light;
}

START_TEST(one_bad_look_does_not_turn_the_light)
{
	struct steady_light light = {0};
	ck_assert_int_eq(after(&light, green, 1), LIGHT_GREEN);
	ck_assert_int_eq(after(&light, amber, 1), LIGHT_GREEN);
	ck_assert_int_eq(after(&light, green, 1), LIGHT_GREEN);
	ck_assert_int_eq(after(&light, amber, 1), LIGHT_GREEN);
	ck_assert_int_eq(after(&light, amber, 1), LIGHT_AMBER);
	ck_assert_int_eq(light.shown.reason, QUALITY_LOSS);
}
END_TEST

START_TEST(two_bad_looks_turn_it_to_the_milder)
{
	struct steady_light light = {0};
	after(&light, green, 1);
	after(&light, red, 1);
	ck_assert_int_eq(after(&light, amber, 1), LIGHT_AMBER);
	ck_assert_int_eq(after(&light, red, 2), LIGHT_RED);
}
END_TEST

START_TEST(ten_good_looks_in_a_row_turn_it_back)
{
	struct steady_light light = {0};
	after(&light, green, 1);
	after(&light, red, 2);
	ck_assert_int_eq(after(&light, green, 9), LIGHT_RED);
	ck_assert_int_eq(after(&light, red, 1), LIGHT_RED);
	ck_assert_int_eq(after(&light, green, 9), LIGHT_RED);
	ck_assert_int_eq(after(&light, green, 1), LIGHT_GREEN);
}
END_TEST

START_TEST(it_gets_no_better_than_the_worst_of_the_ten)
{
	struct steady_light light = {0};
	after(&light, green, 1);
	after(&light, red, 2);
	after(&light, green, 5);
	after(&light, amber, 1);
	ck_assert_int_eq(after(&light, green, 4), LIGHT_AMBER);
}
END_TEST

START_TEST(silence_shows_at_once)
{
	struct steady_light light = {0};
	after(&light, green, 1);
	ck_assert_int_eq(after(&light, silent, 1), LIGHT_RED);
}
END_TEST

// The golden values (delay, loss) -> R, MOS of the estimate.
START_TEST(speech_is_estimated_as_g_107_has_it)
{
	static const struct {
		double delay_ms, loss, r, mos;
	} golden[] = {{100, 0, 91.80, 4.38}, {250, 0.01, 76.01, 3.86}, {400, 0.05, 43.31, 2.23}};
	for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
		ck_assert_double_eq_tol(
			quality_rating(golden[i].delay_ms, golden[i].loss), golden[i].r, 0.006);
		ck_assert_double_eq_tol(
			quality_mos(golden[i].delay_ms, golden[i].loss), golden[i].mos, 0.006);
	}
	ck_assert_double_eq(quality_mos(3000, 1), 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("quality");
	TCase *tests = tcase_create("quality");
	tcase_add_test(tests, limits_are_those_of_the_table);
	tcase_add_test(tests, the_worst_figure_gives_the_reason);
	tcase_add_test(tests, silence_is_red_after_three_seconds);
	tcase_add_test(tests, a_stream_that_does_not_come_is_amber);
	tcase_add_test(tests, what_is_not_known_is_not_judged);
	tcase_add_test(tests, one_bad_look_does_not_turn_the_light);
	tcase_add_test(tests, two_bad_looks_turn_it_to_the_milder);
	tcase_add_test(tests, ten_good_looks_in_a_row_turn_it_back);
	tcase_add_test(tests, it_gets_no_better_than_the_worst_of_the_ten);
	tcase_add_test(tests, silence_shows_at_once);
	tcase_add_test(tests, speech_is_estimated_as_g_107_has_it);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
