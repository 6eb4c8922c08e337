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

#define SCHOOLS "school,name,bell_offset_s\n"
#define BELLS "school,effective_from,name,period,start,end,audience,kind\n"
#define NO_RULES "rule,pair,weekday,period,subject\n"
#define NO_PAIRS "pair,lead,assisted\n"
#define NO_ENDPOINTS "endpoint,school,streams\n"

// With one school, "a", and what its bells are; the result of timetable_create().
static int
bells_try(const char *schools, const char *bells, struct timetable **out, struct file_error *error)
{
	const char *texts[TIMETABLE_FILE_COUNT] = {[TIMETABLE_SCHOOLS] = schools,
		[TIMETABLE_ENDPOINTS] = NO_ENDPOINTS,
		[TIMETABLE_BELLS] = bells,
		[TIMETABLE_PAIRS] = NO_PAIRS,
		[TIMETABLE_RULES] = NO_RULES};

	return fixture_create(texts, out, error);
}

static struct timetable *
bells_make(const char *schools, const char *bells)
{
	struct file_error error = {"", 0, ""};
	struct timetable *timetable;

	ck_assert_msg(bells_try(schools, bells, &timetable, &error) == 0, "%s:%u: %s", error.file,
		error.line, error.reason);
	return timetable;
}

// When a period of "a" is, or what bell_period_get() returned.
static void
check_period(const struct timetable *timetable, const char *date, const char *kind,
	const char *audience, int period, int expected, int32_t start_s, int32_t end_s)
{
	struct audience of_rule = audience_make(audience);
	struct bell_interval times;

	ck_assert_int_eq(bell_period_get(timetable, &timetable->schools[0], kind, &of_rule,
				 fixture_date(date), period, &times),
		expected);
	if (expected == 0) {
		ck_assert_int_eq(times.start_s, start_s);
		ck_assert_int_eq(times.end_s, end_s);
	}
}

#define AT(hour, minute) ((hour)*3600 + (minute)*60)

START_TEST(an_offset_moves_every_bell_of_the_school)
{
	struct timetable *timetable = bells_make(SCHOOLS "a,A,-45\nb,B,\nc,C,+600\n",
		BELLS "a,2024-05-01,,1,08:00,08:40,,\na,2024-05-01,,2,09:00,09:40,,short\n"
		      "a,2024-05-01,,1,09:00,09:40,三年级,\nc,2024-05-01,,1,08:00,08:40,,\n");

	check_period(timetable, "2024-05-01", "", "", 1, 0, AT(8, 0) - 45, AT(8, 40) - 45);
	check_period(timetable, "2024-05-01", "short", "", 2, 0, AT(9, 0) - 45, AT(9, 40) - 45);
	check_period(timetable, "2024-05-01", "", "三年级", 1, 0, AT(9, 0) - 45, AT(9, 40) - 45);
	ck_assert_int_eq(
		bell_table_find(timetable, &timetable->schools[2], fixture_date("2024-05-01"))
			->periods[1]
			.start_s,
		AT(8, 10));
	ck_assert_int_eq(timetable->schools[1].bell_offset_s, 0);
	timetable_release(timetable);
}
END_TEST

START_TEST(a_kind_of_day_has_its_own_tables_and_dates)
{
	struct timetable *timetable = bells_make(SCHOOLS "a,A,\n",
		BELLS "a,2024-05-01,,1,08:00,08:40,,\na,2024-10-09,,1,08:30,09:10,,\n"
		      "a,2024-09-01,,1,08:15,08:35,,short\n");

	check_period(timetable, "2024-08-31", "short", "", 1, -ENOENT, 0, 0);
	check_period(timetable, "2024-09-01", "short", "", 1, 0, AT(8, 15), AT(8, 35));
	check_period(timetable, "2024-10-09", "short", "", 1, 0, AT(8, 15), AT(8, 35));
	check_period(timetable, "2024-10-09", "", "", 1, 0, AT(8, 30), AT(9, 10));
	check_period(timetable, "2024-10-08", "", "", 1, 0, AT(8, 0), AT(8, 40));
	check_period(timetable, "2024-10-09", "short", "", 2, -ERANGE, 0, 0);
	check_period(timetable, "2024-10-09", "shor", "", 1, -ENOENT, 0, 0);
	timetable_release(timetable);
}
END_TEST

START_TEST(a_band_s_bells_ring_for_its_grades_alone)
{
	struct timetable *timetable = bells_make(SCHOOLS "a,A,\n",
		BELLS "a,2024-05-01,,4,13:00,13:40,,\na,2024-05-01,,4,13:30,14:10,三—六年级,\n"
		      "a,2024-05-01,,5,15:00,15:40,合唱团,\na,2024-05-01,,6,16:00,16:40,三年级,\n"
		      "a,2024-05-01,,6,17:00,17:40,三四年级,\n"
		      "a,2024-05-01,放晚学,,16:00,,五六年级,\n"
		      "a,2024-10-09,,4,13:10,13:50,,\n");

	check_period(timetable, "2024-05-01", "", "", 4, 0, AT(13, 0), AT(13, 40));
	check_period(timetable, "2024-05-01", "", "一年级", 4, 0, AT(13, 0), AT(13, 40));
	check_period(timetable, "2024-05-01", "", "四年级", 4, 0, AT(13, 30), AT(14, 10));
	check_period(timetable, "2024-05-01", "", "合唱团", 5, 0, AT(15, 0), AT(15, 40));
	check_period(timetable, "2024-05-01", "", "", 5, -ERANGE, 0, 0);
	check_period(timetable, "2024-05-01", "", "三年级", 6, -EINVAL, 0, 0);
	check_period(timetable, "2024-05-01", "", "四年级", 6, 0, AT(17, 0), AT(17, 40));
	// A newer notice replaces the one before it, bands and all.
	check_period(timetable, "2024-10-09", "", "四年级", 4, 0, AT(13, 10), AT(13, 50));
	check_period(timetable, "2024-10-09", "", "合唱团", 5, -ERANGE, 0, 0);
	timetable_release(timetable);
}
END_TEST

static const struct {
	const char *schools;
	const char *bells;
	const char *file;
	unsigned line;
	const char *reason;
} broken[] = {
	{SCHOOLS "a,A,601\n", BELLS, "schools.csv", 2, "bell_offset_s '601' is not -600 to 600"},
	{SCHOOLS "a,A,-601\n", BELLS, "schools.csv", 2, "bell_offset_s '-601'"},
	{SCHOOLS "a,A,1.5\n", BELLS, "schools.csv", 2, "bell_offset_s '1.5'"},
	{SCHOOLS "a,A,late\n", BELLS, "schools.csv", 2, "bell_offset_s 'late'"},
	{SCHOOLS "a,A,--5\n", BELLS, "schools.csv", 2, "bell_offset_s '--5'"},
	{SCHOOLS "a,A,-60\n", BELLS "a,2024-05-01,,1,00:00:59,00:40,,\n", "bells.csv", 2,
		"00:00:59 to 00:40 with bell_offset_s -60 of school 'a' does not lie in one day"},
	{SCHOOLS "a,A,60\n", BELLS "a,2024-05-01,,1,23:00,23:59:30,,\n", "bells.csv", 2,
		"does not lie in one day"},
	{SCHOOLS "a,A,\n",
		BELLS "a,2024-05-01,,1,08:00,08:40,三年级,\na,2024-05-01,,1,09:00,09:40,,\n"
		      "a,2024-05-01,,1,10:00,10:40,三年级,\n",
		"bells.csv", 4, "period 1 of a from 2024-05-01 on is there twice"},
};

START_TEST(bells_that_cannot_ring_are_refused)
{
	struct file_error error = {"", 0, ""};
	struct timetable *timetable;

	ck_assert_int_eq(
		bells_try(broken[_i].schools, broken[_i].bells, &timetable, &error), -EINVAL);
	ck_assert_str_eq(error.file, broken[_i].file);
	ck_assert_msg(strstr(error.reason, broken[_i].reason) != NULL, "%s", error.reason);
	ck_assert_uint_eq(error.line, broken[_i].line);
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
	tcase_add_test(tests, an_offset_moves_every_bell_of_the_school);
	tcase_add_test(tests, a_kind_of_day_has_its_own_tables_and_dates);
	tcase_add_test(tests, a_band_s_bells_ring_for_its_grades_alone);
	tcase_add_loop_test(tests, bells_that_cannot_ring_are_refused, 0,
		(int)(sizeof(broken) / sizeof(broken[0])));
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
