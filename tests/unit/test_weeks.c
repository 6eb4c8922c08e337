/* SPDX-License-Identifier: BSD-3-Clause */
// test_weeks.c - the weeks of a term, as schools write them.
#include "timetable/weeks.h"

#include <errno.h>

#include "../support/timetable_fixture.h"

// The weeks from 1 to 20 that a text means, as '1' and '0'.
static void
check_weeks(const char *text, const char *expected)
{
	struct week_set weeks;

	ck_assert_msg(weeks_parse(text, &weeks) == 0, "refused: %s", text);
	for (unsigned week = 1; week <= 20; week++)
		ck_assert_msg(weeks_include(&weeks, week) == (expected[week - 1] == '1'),
			"'%s' in week %u", text, week);
}

static const struct {
	const char *text;
	const char *expected;
} sets[] = {
	{"", "11111111111111111111"},
	{"all", "11111111111111111111"},
	{"odd", "10101010101010101010"},
	{"单周", "10101010101010101010"},
	{"even", "01010101010101010101"},
	{"双", "01010101010101010101"},
	{"1-16", "11111111111111110000"},
	{"1-16周", "11111111111111110000"},
	{"1-15单", "10101010101010100000"},
	{"2-16双", "01010101010101010000"},
	{"3 - 8 even", "00010101000000000000"},
	{"7", "00000010000000000000"},
	{"1,3;5-6", "10101100000000000000"},
	{"1-4，9、11单", "11110000101000000000"},
	{"odd;2", "11101010101010101010"},
};

START_TEST(each_way_to_write_weeks_means_its_weeks)
{
	check_weeks(sets[_i].text, sets[_i].expected);
}
END_TEST

START_TEST(only_every_week_is_held_outside_a_term)
{
	struct week_set weeks;

	ck_assert_int_eq(weeks_parse("all", &weeks), 0);
	ck_assert(weeks_include(&weeks, 0));
	ck_assert_int_eq(weeks_parse("even", &weeks), 0);
	ck_assert(!weeks_include(&weeks, 0));
	ck_assert_int_eq(weeks_parse("1-63", &weeks), 0);
	ck_assert(!weeks_include(&weeks, 0));
}
END_TEST

START_TEST(a_term_may_have_more_weeks_than_can_be_named)
{
	struct week_set weeks;

	ck_assert_int_eq(weeks_parse("1-63", &weeks), 0);
	ck_assert(weeks_include(&weeks, 63));
	ck_assert(!weeks_include(&weeks, 64));
	ck_assert(!weeks_include(&weeks, 65 + 64));
	ck_assert_int_eq(weeks_parse("odd", &weeks), 0);
	ck_assert(weeks_include(&weeks, 4001));
	ck_assert(!weeks_include(&weeks, 4002));
}
END_TEST

static const char *const refused[] = {"0", "64", "5-3", "1-", "-4", "1-99", "odds", "1-15单双",
	"2-2单", "weekly", "1,,2", "1,", ",1", "1 2", "all1", "001", "1-16双 x", "４"};

START_TEST(what_is_no_set_of_weeks_is_refused)
{
	struct week_set weeks;

	ck_assert_msg(weeks_parse(refused[_i], &weeks) == -EINVAL, "taken: %s", refused[_i]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("weeks");
	TCase *tests = tcase_create("weeks");

	tcase_add_loop_test(tests, each_way_to_write_weeks_means_its_weeks, 0,
		(int)(sizeof(sets) / sizeof(sets[0])));
	tcase_add_test(tests, only_every_week_is_held_outside_a_term);
	tcase_add_test(tests, a_term_may_have_more_weeks_than_can_be_named);
	tcase_add_loop_test(tests, what_is_no_set_of_weeks_is_refused, 0,
		(int)(sizeof(refused) / sizeof(refused[0])));
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
