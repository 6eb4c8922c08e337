/* SPDX-License-Identifier: BSD-3-Clause */
// test_holidays.c - a year's published list becomes calendar rows, and contradictions are named.
#include "timetable/holidays.h"

#include "../support/timetable_fixture.h"

static struct holidays list;
static struct holidays_merge sums;
static struct file_error error;

static int
read_text(const char *text)
{
	const struct timetable_bytes file = {"h", text, strlen(text)};

	error = (struct file_error){"", 0, ""};
	return holidays_read(&file, &list, &error);
}

static void
read_file(const char *path)
{
	char *text = fixture_read(path);

	ck_assert_msg(read_text(text) == 0, "%u: %s", error.line, error.reason);
	free(text);
}

static int
merge(const char *before, struct text *out)
{
	const struct timetable_bytes file = {"calendar.csv", before, strlen(before)};

	*out = (struct text){0};
	return holidays_merge(&list, &file, out, &sums, &error);
}

static void
check_refused(const char *text, unsigned line, const char *reason)
{
	ck_assert_msg(read_text(text) == -EINVAL, "taken: %s", text);
	ck_assert_msg(error.line == line, "line %u (%s) for %s", error.line, error.reason, text);
	ck_assert_msg(strstr(error.reason, reason) != NULL, "'%s' for %s", error.reason, text);
	ck_assert_ptr_null(list.days);
}

// The six working weekends of 2026, each a Saturday or a Sunday.
static void
check_working_weekends(void)
{
	static const char *const expected[] = {
		"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"};
	size_t found = 0;

	for (size_t i = 0; i < list.count; i++) {
		if (list.days[i].is_off)
			continue;
		ck_assert_uint_lt(found, 6);
		ck_assert_int_eq(list.days[i].date.days, fixture_date(expected[found]).days);
		ck_assert_int_ge(civil_weekday(list.days[i].date), 6);
		found++;
	}
	ck_assert_uint_eq(found, 6);
	ck_assert_uint_eq(list.count, 39);
}

START_TEST(the_list_of_2026_has_its_six_working_weekends)
{
	read_file("tests/data/holidays-2026.json");
	check_working_weekends();
	ck_assert_str_eq(list.days[0].name, "元旦");
	ck_assert_uint_eq(list.days[0].line, 4);
	ck_assert_uint_eq(list.days[38].line, 42);
	holidays_fini(&list);
	read_file("tests/data/holidays-2026.csv");
	check_working_weekends();
	ck_assert_uint_eq(list.days[38].line, 40);
	holidays_fini(&list);
}
END_TEST

START_TEST(days_become_rows_and_make_up_days_have_no_mapping)
{
	struct text out;

	ck_assert_int_eq(read_text("{\"days\":[{\"name\":\"国庆节\",\"date\":\"2024-10-12\","
				   "\"isOffDay\":false},{\"name\":\"国庆节\",\"date\":"
				   "\"2024-10-01\",\"isOffDay\":true}],\"year\":2024}"),
		0);
	ck_assert_int_eq(merge("", &out), 0);
	ck_assert_str_eq(out.bytes, "date,kind,runs_as,note\n2024-10-01,off,,国庆节\n"
				    "2024-10-12,work,,国庆节\n");
	ck_assert_uint_eq(sums.added, 2);
	text_fini(&out);
	holidays_fini(&list);
}
END_TEST

START_TEST(the_spreadsheet_s_words_are_understood)
{
	ck_assert_int_eq(read_text("isOffDay,date\n休,2024-10-01\n班,2024-10-12\nTRUE,2024-10-02\n"
				   "0,2024-09-29\n"),
		0);
	ck_assert_uint_eq(list.count, 4);
	ck_assert(!list.days[0].is_off);
	ck_assert(list.days[1].is_off);
	ck_assert(list.days[2].is_off);
	ck_assert(!list.days[3].is_off);
	holidays_fini(&list);
}
END_TEST

START_TEST(importing_twice_adds_nothing_and_keeps_the_mapping)
{
	const char *before = "date,kind,runs_as,note,school,bells\n"
			     "2026-03-02,week1,,,,\n"
			     "2026-05-09,work,2026-05-04,\"runs, as Monday\",,\n"
			     "2026-05-01,work,,,wuxi,\n"
			     "2026-06-05,work,,,,exam-day\n";
	struct text out;
	char *first;

	read_file("tests/data/holidays-2026.json");
	ck_assert_int_eq(merge(before, &out), 0);
	ck_assert_uint_eq(sums.added, 38);
	ck_assert_uint_eq(sums.present, 1);
	// What was there stands first and unchanged.
	ck_assert_int_eq(strncmp(out.bytes, before, strlen(before)), 0);
	ck_assert_ptr_nonnull(strstr(out.bytes, "\n2026-05-01,off,,劳动节,,\n"));
	first = strdup(out.bytes);
	text_fini(&out);
	ck_assert_int_eq(merge(first, &out), 0);
	ck_assert_str_eq(out.bytes, first);
	ck_assert_uint_eq(sums.added, 0);
	ck_assert_uint_eq(sums.present, 39);
	text_fini(&out);
	free(first);
	holidays_fini(&list);
}
END_TEST

START_TEST(a_day_that_is_off_here_and_work_there_is_named)
{
	struct text out;

	read_file("tests/data/holidays-2026.json");
	ck_assert_int_eq(merge("date,kind\n2026-05-09,off\n", &out), -EINVAL);
	ck_assert_str_eq(error.file, "calendar.csv");
	ck_assert_uint_eq(error.line, 2);
	ck_assert_ptr_nonnull(strstr(error.reason, "2026-05-09 is 'off' here and 'work' in"));
	text_fini(&out);
	ck_assert_int_eq(merge("date,kind\n2026-05-09,holiday\n2026-05-04,work\n", &out), -EINVAL);
	ck_assert_uint_eq(error.line, 3);
	text_fini(&out);
	holidays_fini(&list);
}
END_TEST

START_TEST(what_is_no_list_is_named_with_its_line)
{
	check_refused("", 1, "no header");
	check_refused("{\n\"days\":[\n", 3, "not JSON");
	check_refused("{\"holidays\":[]}", 1, "no list 'days'");
	check_refused("[]", 1, "no list 'days'");
	check_refused("{\"days\":[]}", 0, "no days");
	check_refused("{\"days\":[\n{\"date\":\"2024-10-01\",\"isOffDay\":true},\n"
		      "{\"date\":\"2024-02-30\",\"isOffDay\":true}]}",
		3, "'2024-02-30' is not a date");
	check_refused("{\"days\":[{\"date\":\"2024-10-01\",\"isOffDay\":\"yes\"}]}", 1, "day 1 of");
	check_refused("{\"days\":[1]}", 0, "day 1 of");
	check_refused("{\"days\":[\n{\"date\":\"2024-10-01\",\"isOffDay\":true},\n"
		      "{\"date\":\"2024-10-01\",\"isOffDay\":false}]}",
		3, "already on line 2");
	check_refused(
		"{\"days\":[{\"name\":\"a\\u0007\",\"date\":\"2024-10-01\",\"isOffDay\":true}]}", 1,
		"control");
	check_refused("date,isOffDay\n2024-10-01,maybe\n", 2, "'maybe' is not true or false");
	check_refused("date,isOffDay\n2024-10-01,1\n2024-10-01,1\n", 3, "already on line 2");
	check_refused("date,colour\n2024-10-01,1\n", 1, "unknown column");
}
END_TEST

static Suite *
holidays_suite(void)
{
	Suite *suite = suite_create("holidays");
	TCase *cases = tcase_create("holidays");

	tcase_add_test(cases, the_list_of_2026_has_its_six_working_weekends);
	tcase_add_test(cases, days_become_rows_and_make_up_days_have_no_mapping);
	tcase_add_test(cases, the_spreadsheet_s_words_are_understood);
	tcase_add_test(cases, importing_twice_adds_nothing_and_keeps_the_mapping);
	tcase_add_test(cases, a_day_that_is_off_here_and_work_there_is_named);
	tcase_add_test(cases, what_is_no_list_is_named_with_its_line);
	suite_add_tcase(suite, cases);
	return suite;
}

int
main(void)
{
	return fixture_run(holidays_suite());
}
