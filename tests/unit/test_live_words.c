/* SPDX-License-Identifier: BSD-3-Clause */
// test_live_words.c - the sentence for a school speaks of figures that are bad now.
#include "control/live.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct school_lines lines;

static void
setup(void)
{
	memset(&lines, 0, sizeof lines);
	for (int direction = 0; direction < LINE_DIRECTIONS; direction++)
		lines.lines[direction].figures = (struct line_figures){.is_judged = true,
			.expected_flows = 3,
			.present_flows = 3,
			.jitter_ms = 5,
			.round_trip_ms = 20};
}

// As a look at the lines does.
static void
look(int looks)
{
	for (; looks > 0; looks--) {
		for (int direction = 0; direction < LINE_DIRECTIONS; direction++) {
			struct line *line = &lines.lines[direction];
			line->seen = quality_judge(&quality_limits_default, &line->figures);
			quality_steady(&line->light, line->seen);
		}
	}
}

static void
expect(const char *zh, const char *en)
{
	const struct live_trouble trouble = {
		.school_name = "厚仁", .is_connected = true, .is_live = true, .lines = &lines};
	json_t *words = live_words(&trouble);
	if (!zh) {
		ck_assert(json_is_null(words));
	} else {
		ck_assert_str_eq(json_string_value(json_object_get(words, "zh")), zh);
		ck_assert_str_eq(json_string_value(json_object_get(words, "en")), en);
	}
	json_decref(words);
}

START_TEST(loss_is_told_while_it_lasts_then_that_it_is_over)
{
	struct line *down = &lines.lines[LINE_DOWN];
	look(1);
	expect(NULL, NULL);
	down->figures.loss_ratio = 0.031;
	look(QUALITY_WORSE_LOOKS);
	expect("厚仁：下行丢包 3.1 %", "厚仁: its downlink loses 3.1 % of the packets");
	ck_assert(!line_is_recovering(down));
	down->figures.loss_ratio = 0;
	look(1);
	ck_assert_int_eq(down->light.shown.light, LIGHT_AMBER);
	ck_assert(line_is_recovering(down));
	expect("厚仁：下行正在恢复", "厚仁: its downlink is recovering");
	look(QUALITY_BETTER_LOOKS - 1);
	ck_assert(!line_is_recovering(down));
	expect(NULL, NULL);
}
END_TEST

START_TEST(of_two_reasons_the_one_that_stays_is_told)
{
	struct line *up = &lines.lines[LINE_UP];
	look(1);
	up->figures.loss_ratio = 0.08;
	up->figures.jitter_ms = 40;
	look(QUALITY_WORSE_LOOKS);
	expect("厚仁：上行丢包 8.0 %", "厚仁: its uplink loses 8.0 % of the packets");
	up->figures.loss_ratio = 0;
	look(1);
	ck_assert_int_eq(up->light.shown.light, LIGHT_RED);
	ck_assert_int_eq(up->light.shown.reason, QUALITY_LOSS);
	expect("厚仁：上行抖动 40 毫秒", "厚仁: its uplink jitters by 40 ms");
}
END_TEST

START_TEST(a_line_that_is_bad_goes_before_one_that_recovers)
{
	look(1);
	lines.lines[LINE_UP].figures.loss_ratio = 0.08;
	lines.lines[LINE_DOWN].figures.loss_ratio = 0.02;
	look(QUALITY_WORSE_LOOKS);
	expect("厚仁：上行丢包 8.0 %", "厚仁: its uplink loses 8.0 % of the packets");
	lines.lines[LINE_UP].figures.loss_ratio = 0;
	look(1);
	ck_assert_int_eq(lines.lines[LINE_UP].light.shown.light, LIGHT_RED);
	expect("厚仁：下行丢包 2.0 %", "厚仁: its downlink loses 2.0 % of the packets");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("live_words");
	TCase *tcase = tcase_create("live_words");
	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, loss_is_told_while_it_lasts_then_that_it_is_over);
	tcase_add_test(tcase, of_two_reasons_the_one_that_stays_is_told);
	tcase_add_test(tcase, a_line_that_is_bad_goes_before_one_that_recovers);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
