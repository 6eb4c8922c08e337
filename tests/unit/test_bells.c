/* SPDX-License-Identifier: BSD-3-Clause */
// test_bells.c - the two schools' published bells, and the minutes that their periods share.
#include "../support/timetable_fixture.h"

static struct timetable *
winter(void)
{
	char *bells = fixture_read("tests/data/bells-2024-winter.csv");
	const char *texts[TIMETABLE_FILE_COUNT] = {[TIMETABLE_BELLS] = bells,
		[TIMETABLE_PAIRS] = "pair,lead,assisted\n",
		[TIMETABLE_RULES] = "rule,pair,weekday,period,subject\n"};
	struct file_error error = {"", 0, ""};
	struct timetable *timetable;

	ck_assert_msg(fixture_create(texts, &timetable, &error) == 0, "%s:%u: %s", error.file,
		error.line, error.reason);
	free(bells);
	return timetable;
}

static const struct bell_table *
table_of(const struct timetable *timetable, const char *school, const char *date)
{
	return bell_table_find(
		timetable, timetable_school_find(timetable, school), fixture_date(date));
}

START_TEST(all_36_pairs_of_periods_share_the_published_minutes)
{
	struct timetable *timetable = winter();
	const struct bell_table *wuxi = table_of(timetable, "wuxi", "2024-10-09");
	const struct bell_table *houren = table_of(timetable, "houren", "2024-10-09");
	char *golden = fixture_read("tests/data/overlap-minutes.csv");
	char *line = strchr(golden, '\n') + 1;
	size_t count = 0;

	for (int i = 1; i <= 6; i++) {
		char *at = strchr(line, ',');

		for (int j = 1; j <= 6; j++, count++) {
			int expected = (int)strtol(at + 1, &at, 10);

			ck_assert_msg(bell_overlap_minutes(wuxi->periods[i], houren->periods[j]) ==
					      expected,
				"P%d and P%d", i, j);
		}
		line = strchr(line, '\n') + 1;
	}
	ck_assert_uint_eq(count, 36);
	free(golden);
	timetable_release(timetable);
}
END_TEST

START_TEST(periods_that_only_touch_share_nothing)
{
	const struct bell_interval a = {100, 700};
	const struct bell_interval b = {700, 900};
	const struct bell_interval within = {200, 320};

	ck_assert_int_eq(bell_overlap_minutes(a, b), 0);
	ck_assert_int_eq(bell_overlap_minutes(b, a), 0);
	ck_assert_int_eq(bell_overlap_minutes(a, a), 10);
	ck_assert_int_eq(bell_overlap_minutes(a, within), 2);
}
END_TEST

START_TEST(the_newest_table_in_force_governs)
{
	struct timetable *timetable =
		fixture_timetable(TIMETABLE_RULES, "rule,pair,weekday,period,subject\n");

	ck_assert_ptr_null(table_of(timetable, "wuxi", "2024-04-30"));
	ck_assert_int_eq(table_of(timetable, "wuxi", "2024-05-01")->effective_from.days,
		fixture_date("2024-05-01").days);
	ck_assert_int_eq(table_of(timetable, "wuxi", "2024-10-08")->effective_from.days,
		fixture_date("2024-05-01").days);
	ck_assert_int_eq(table_of(timetable, "wuxi", "2024-10-09")->effective_from.days,
		fixture_date("2024-10-09").days);
	ck_assert_int_eq(table_of(timetable, "houren", "2030-01-01")->effective_from.days,
		fixture_date("2025-05-01").days);
	ck_assert_int_eq(
		table_of(timetable, "jian", "2030-01-01")->periods[1].start_s, 8 * 3600 + 20);
	ck_assert_int_eq(table_of(timetable, "jian", "2030-01-01")->periods[3].end_s, 0);
	timetable_release(timetable);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bells");
	TCase *tests = tcase_create("bells");

	tcase_add_test(tests, all_36_pairs_of_periods_share_the_published_minutes);
	tcase_add_test(tests, periods_that_only_touch_share_nothing);
	tcase_add_test(tests, the_newest_table_in_force_governs);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
