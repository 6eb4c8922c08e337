/* SPDX-License-Identifier: BSD-3-Clause */
// test_pair_week.c - a week with days off owes its share of the target, rounded down.
#include "../support/timetable_fixture.h"

#include "timetable/pair_week.h"

// The National Day week of 2024, a make-up Saturday, and a day that one school alone is off.
static const char calendar[] = "date,kind,runs_as,note,school\n"
			       "2024-09-02,week1,,,\n"
			       "2024-10-07,off,,国庆节,\n"
			       "2024-10-12,work,2024-10-04,,\n"
			       "2024-10-10,off,,sports day,houren\n";

static struct timetable *timetable;

static void
setup(void)
{
	const char *texts[TIMETABLE_FILE_COUNT] = {NULL};
	struct file_error error = {"", 0, ""};

	texts[TIMETABLE_CALENDAR] = calendar;
	ck_assert_int_eq(civil_zone_set("Asia/Shanghai"), 0);
	ck_assert_msg(fixture_create(texts, &timetable, &error) == 0, "%s:%u: %s", error.file,
		error.line, error.reason);
}

static void
teardown(void)
{
	timetable_release(timetable);
}

static unsigned
days_of(const char *pair, const char *first, const char *last)
{
	return pair_teaching_days(timetable, timetable_pair_find(timetable, pair),
		fixture_date(first), fixture_date(last));
}

START_TEST(weekends_are_not_taught_but_make_up_days_are)
{
	ck_assert_uint_eq(days_of("wuxi-houren", "2024-10-14", "2024-10-20"), 5);
	ck_assert_uint_eq(days_of("wuxi-houren", "2024-10-12", "2024-10-13"), 1);
	ck_assert_uint_eq(days_of("wuxi-houren", "2024-10-14", "2024-10-14"), 1);
	ck_assert_uint_eq(days_of("wuxi-houren", "2024-08-26", "2024-09-01"), 0);
}
END_TEST

START_TEST(a_day_on_which_every_assisted_school_is_off_does_not_count)
{
	ck_assert_uint_eq(days_of("wuxi-houren", "2024-10-07", "2024-10-13"), 4);
	// The third school of the other pair is there that day.
	ck_assert_uint_eq(days_of("three", "2024-10-07", "2024-10-13"), 5);
}
END_TEST

START_TEST(a_short_week_owes_its_share_rounded_down)
{
	static const unsigned due[] = {0, 0, 1, 2, 3, 4};

	for (unsigned days = 0; days <= 5; days++)
		ck_assert_uint_eq(pair_week_due(4, days), due[days]);
	ck_assert_uint_eq(pair_week_due(0, 5), 0);
	// A make-up Saturday after five days does not ask for more than the target.
	ck_assert_uint_eq(pair_week_due(5, 6), 5);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {weekends_are_not_taught_but_make_up_days_are,
		a_day_on_which_every_assisted_school_is_off_does_not_count,
		a_short_week_owes_its_share_rounded_down};
	Suite *suite = suite_create("pair_week");
	TCase *test_case = tcase_create("pair_week");

	tcase_add_checked_fixture(test_case, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++)
		tcase_add_test(test_case, tests[i]);
	suite_add_tcase(suite, test_case);
	return fixture_run(suite);
}
