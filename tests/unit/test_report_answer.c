/* SPDX-License-Identifier: BSD-3-Clause */
// test_report_answer.c - what a ledger's reports count, and how they are written.
#include "../support/ledger_rows.h"

#include <jansson.h>

static struct timetable *timetable;
static struct text text;

static void
setup(void)
{
	const char *texts[TIMETABLE_FILE_COUNT] = {NULL};
	struct file_error error = {"", 0, ""};
	ck_assert_int_eq(civil_zone_set("Asia/Shanghai"), 0);
	texts[TIMETABLE_CALENDAR] = rows_calendar;
	ck_assert_msg(fixture_create(texts, &timetable, &error) == 0, "%s", error.reason);
	timetable->policies.monthly_visits = 1;
	timetable->policies.monthly_working_days = 3;
	timetable->policies.plan_synchronous = 4;
	timetable->policies.plan_training = 1;
	text = (struct text){0};
	books_start();
	rows_fill();
}

static void
teardown(void)
{
	books_stop();
	text_fini(&text);
	timetable_release(timetable);
}

static struct report_question
question_of(enum report_kind kind, enum report_format format, const char *first, const char *last)
{
	return (struct report_question){.kind = kind,
		.format = format,
		.timetable = timetable,
		.first = fixture_date(first),
		.last = fixture_date(last),
		.today = fixture_date("2024-10-21"),
		.live_seconds = 50,
		.limits = {.loss = {0.01, 0.05},
			.jitter_ms = {30, 50},
			.round_trip_ms = {150, 300},
			.silent_s = 3}};
}

static const char *
ask(const struct report_question *question)
{
	text_fini(&text);
	ck_assert_int_eq(books_ask(question, &text), 0);
	return text.bytes;
}

// To be dropped by the caller.
static json_t *
ask_json(const struct report_question *question)
{
	json_t *json = json_loads(ask(question), 0, NULL);
	ck_assert_msg(json != NULL, "%s", text.bytes);
	return json;
}

// The row of a list whose member `key` is `value`.
static const json_t *
row_of(const json_t *json, const char *list, const char *key, const char *value)
{
	size_t index;
	json_t *row;
	json_array_foreach(json_object_get(json, list), index, row)
	{
		const char *found = json_string_value(json_object_get(row, key));
		if (found && strcmp(found, value) == 0)
			return row;
	}
	ck_abort_msg("no %s %s: %s", key, value, text.bytes);
}

static int
number_at(const json_t *row, const char *key)
{
	const json_t *value = json_object_get(row, key);
	ck_assert_msg(json_is_number(value), "%s is no number: %s", key, text.bytes);
	return (int)json_number_value(value);
}

static void
expect_numbers(const json_t *row, const char *const keys[], const int *numbers)
{
	for (size_t i = 0; keys[i]; i++)
		ck_assert_msg(number_at(row, keys[i]) == numbers[i], "%s is %d, not %d", keys[i],
			number_at(row, keys[i]), numbers[i]);
}

static size_t
occurrences(const char *what)
{
	size_t count = 0;
	for (const char *at = text.bytes; (at = strstr(at, what)); at++)
		count++;
	return count;
}

static const char *const week_keys[] = {"target", "teaching_days", "due", "planned", "delivered",
	"partial", "missed", "cancelled", "extra", "trainings", NULL};

START_TEST(a_week_is_held_against_the_target_of_its_teaching_days)
{
	static const int first[] = {4, 5, 4, 4, 3, 0, 1, 0, 1, 0};
	struct report_question question =
		question_of(REPORT_WEEK, REPORT_JSON, "2024-10-07", "2024-10-13");
	json_t *json = ask_json(&question);
	const json_t *row = row_of(json, "pairs", "pair", "wuxi-houren");
	expect_numbers(row, week_keys, first);
	ck_assert_str_eq(json_string_value(json_object_get(row, "state")), "short");
	json_decref(json);
	// Three days of school owe two lessons, and three were delivered: but the week is not over
	// until its Sunday.
	question.last = fixture_date("2024-10-10");
	question.today = fixture_date("2024-10-10");
	json = ask_json(&question);
	row = row_of(json, "pairs", "pair", "wuxi-houren");
	ck_assert_int_eq(number_at(row, "due"), 2);
	ck_assert_int_eq(number_at(row, "delivered"), 2);
	ck_assert_str_eq(json_string_value(json_object_get(row, "state")), "met");
	// A pair without a row is there all the same.
	row = row_of(json, "pairs", "pair", "listened");
	ck_assert_int_eq(number_at(row, "delivered"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(row, "state")), "open");
	json_decref(json);
}
END_TEST

START_TEST(a_correction_takes_the_place_of_its_row_in_lists_and_sums)
{
	struct report_question question =
		question_of(REPORT_DAY, REPORT_JSON, "2024-10-09", "2024-10-09");
	json_t *json = ask_json(&question);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "entries")), 1);
	const json_t *row = json_array_get(json_object_get(json, "entries"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(row, "verdict")), "delivered");
	ck_assert_str_eq(json_string_value(json_object_get(row, "corrected_by")), "张老师");
	ck_assert_str_eq(json_string_value(json_object_get(row, "reason")), "断电后补课");
	ck_assert_int_eq(number_at(row, "corrects"), 2);
	json_decref(json);
	question.kind = REPORT_LIST;
	question.is_all = true;
	json = ask_json(&question);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "entries")), 2);
	json_decref(json);
}
END_TEST

START_TEST(of_two_corrections_of_one_row_the_later_counts)
{
	struct ledger_entry entry = rows_lesson("2024-10-09", "english-wed/2024-10-09", "09:20");
	struct report_question question =
		question_of(REPORT_DAY, REPORT_JSON, "2024-10-09", "2024-10-09");
	entry.kind = LEDGER_CORRECTION;
	entry.corrects = 2; // as the one before
	entry.verdict = LEDGER_MISSED;
	books_enter(&entry);
	json_t *json = ask_json(&question);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "entries")), 1);
	const json_t *row = json_array_get(json_object_get(json, "entries"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(row, "verdict")), "missed");
	json_decref(json);
	question.kind = REPORT_LESSON;
	snprintf(question.lesson, sizeof question.lesson, "english-wed/2024-10-09");
	json = ask_json(&question);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "records")), 1);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "history")), 3);
	json_decref(json);
}
END_TEST

START_TEST(a_month_counts_visits_and_days_on_site)
{
	static const char *const keys[] = {"visits_due", "visits", "working_days_due",
		"working_days", "delivered", "trainings", "cancelled", NULL};
	static const int expected[] = {1, 1, 3, 2, 3, 1, 1};
	struct report_question question =
		question_of(REPORT_MONTH, REPORT_JSON, "2024-10-01", "2024-10-31");
	rows_fill_second_week();
	json_t *json = ask_json(&question);
	const json_t *row = row_of(json, "pairs", "pair", "wuxi-houren");
	expect_numbers(row, keys, expected);
	ck_assert_str_eq(json_string_value(json_object_get(row, "state")), "open");
	json_decref(json);
	question.today = fixture_date("2024-11-01");
	json = ask_json(&question);
	row = row_of(json, "pairs", "pair", "wuxi-houren");
	ck_assert_str_eq(json_string_value(json_object_get(row, "state")), "short");
	// A month without school asks for nothing.
	question.first = fixture_date("2024-08-01");
	question.last = fixture_date("2024-08-31");
	json_decref(json);
	json = ask_json(&question);
	row = row_of(json, "pairs", "pair", "wuxi-houren");
	ck_assert_int_eq(number_at(row, "visits_due"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(row, "state")), "met");
	json_decref(json);
}
END_TEST

START_TEST(a_year_is_told_by_form_pair_and_scope_against_the_plan)
{
	struct report_question question =
		question_of(REPORT_YEAR, REPORT_JSON, "2024-01-01", "2024-12-31");
	rows_fill_second_week();
	json_t *json = ask_json(&question);
	const json_t *row = row_of(json, "completion", "form", "synchronous");
	ck_assert_int_eq(number_at(row, "delivered"), 3);
	ck_assert_double_eq(json_real_value(json_object_get(row, "rate")), 0.75);
	// One training live, as good as its better school; one held elsewhere.
	row = row_of(json, "completion", "form", "training");
	ck_assert_int_eq(number_at(row, "delivered"), 2);
	ck_assert_double_eq(json_real_value(json_object_get(row, "rate")), 2);
	row = row_of(json, "completion", "form", "total");
	ck_assert_double_eq(json_real_value(json_object_get(row, "rate")), 1);
	row = row_of(json, "scopes", "scope", "county");
	ck_assert_int_eq(number_at(row, "synchronous"), 3);
	ck_assert_int_eq(number_at(row, "schools"), 2);
	ck_assert_int_eq(number_at(row, "headcount"), 57 + 62 + 20);
	row = row_of(json, "scopes", "scope", "city");
	ck_assert_int_eq(number_at(row, "training"), 1);
	ck_assert_int_eq(number_at(row, "pairs"), 1);
	// Wuxi and Houren; Jian is of the city.
	ck_assert_int_eq(number_at(row, "schools"), 2);
	row = row_of(json, "pairs", "pair", "wuxi-houren");
	ck_assert_int_eq(number_at(row, "planned"), 5);
	ck_assert_double_eq(json_real_value(json_object_get(row, "rate")), 0.6);
	row = row_of(json, "forms", "form", "synchronous");
	ck_assert_int_eq(number_at(row, "extra"), 1);
	json_decref(json);
	timetable->policies.plan_synchronous = timetable->policies.plan_training = 0;
	json = ask_json(&question);
	row = row_of(json, "completion", "form", "total");
	ck_assert(json_is_null(json_object_get(row, "rate")));
	json_decref(json);
}
END_TEST

START_TEST(reports_are_of_one_pair_or_one_school_where_asked)
{
	struct report_question question =
		question_of(REPORT_YEAR, REPORT_JSON, "2024-01-01", "2024-12-31");
	rows_fill_second_week();
	snprintf(question.school, sizeof question.school, "jian");
	json_t *json = ask_json(&question);
	ck_assert_int_eq(number_at(row_of(json, "completion", "form", "total"), "delivered"), 0);
	json_decref(json);
	question.school[0] = '\0';
	snprintf(question.pair, sizeof question.pair, "three");
	json = ask_json(&question);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "pairs")), 1);
	ck_assert_int_eq(number_at(row_of(json, "completion", "form", "total"), "delivered"), 1);
	json_decref(json);
}
END_TEST

START_TEST(a_list_comes_in_pages)
{
	struct report_question question =
		question_of(REPORT_LIST, REPORT_JSON, "2024-10-01", "2024-10-31");
	static const int numbers[] = {1, 3, 4, 5, 6};
	size_t seen = 0;
	question.limit = 2;
	for (unsigned page = 0; page < 3; page++) {
		json_t *json = ask_json(&question);
		size_t index;
		json_t *row;
		json_array_foreach(json_object_get(json, "entries"), index, row)
		{
			ck_assert_uint_lt(seen, 5);
			ck_assert_int_eq(number_at(row, "number"), numbers[seen++]);
		}
		json_t *next = json_object_get(json, "next");
		ck_assert_int_eq(json_is_integer(next), page < 2);
		question.after = json_integer_value(next);
		json_decref(json);
	}
	ck_assert_uint_eq(seen, 5);
}
END_TEST

START_TEST(a_heat_map_has_a_cell_for_each_school_and_week)
{
	struct report_question question =
		question_of(REPORT_HEATMAP, REPORT_JSON, "2024-01-01", "2024-12-31");
	rows_fill_second_week();
	json_t *json = ask_json(&question);
	const json_t *cells = json_object_get(json, "cells");
	// Two schools in two weeks: trainings are no lessons.
	ck_assert_uint_eq(json_array_size(cells), 4);
	for (size_t i = 0; i < 4; i++) {
		static const char *const weeks[] = {"2024-10-07", "2024-10-14"};
		const json_t *cell = json_array_get(cells, i);
		ck_assert_str_eq(json_string_value(json_object_get(cell, "school")),
			i < 2 ? "houren" : "wuxi");
		ck_assert_str_eq(json_string_value(json_object_get(cell, "week")), weeks[i % 2]);
		ck_assert_int_eq(number_at(cell, "planned"), i % 2 == 0 ? 4 : 1);
		ck_assert_int_eq(number_at(cell, "delivered"), i % 2 == 0 ? 3 : 0);
		ck_assert_int_eq(number_at(cell, "missed"), i % 2 == 0 ? 1 : 0);
		ck_assert_int_eq(number_at(cell, "cancelled"), i % 2 == 0 ? 0 : 1);
	}
	json_decref(json);
}
END_TEST

static void
expect_golden(const char *name)
{
	char path[128];
	snprintf(path, sizeof path, "tests/data/%s", name);
	if (getenv("WRITE_GOLDEN")) {
		FILE *file = fopen(path, "wb");
		fwrite(text.bytes, 1, text.count, file);
		fclose(file);
	}
	char *expected = fixture_read(path);
	ck_assert_str_eq(text.bytes, expected);
	free(expected);
}

START_TEST(a_day_and_a_year_are_byte_for_byte_what_they_were)
{
	struct report_question question =
		question_of(REPORT_DAY, REPORT_CSV, "2024-10-07", "2024-10-18");
	rows_fill_second_week();
	ask(&question);
	expect_golden("ledger-day.csv");
	question.format = REPORT_HTML;
	question.language = LANGUAGE_ENGLISH;
	ask(&question);
	expect_golden("ledger-day-en.html");
	question = question_of(REPORT_YEAR, REPORT_HTML, "2024-01-01", "2024-12-31");
	ask(&question);
	expect_golden("ledger-year.html");
	question.format = REPORT_JSON;
	ask(&question);
	expect_golden("ledger-year.json");
}
END_TEST

START_TEST(a_text_that_would_be_a_formula_or_a_tag_is_none)
{
	struct report_question question =
		question_of(REPORT_LIST, REPORT_CSV, "2024-10-01", "2024-10-31");
	rows_fill_second_week();
	question.is_all = true;
	ask(&question);
	ck_assert_int_eq(strncmp(text.bytes, "\xef\xbb\xbf", 3), 0);
	ck_assert_uint_eq(occurrences(",'=1+1,"), 1);
	ck_assert_uint_eq(occurrences(",=1+1,"), 0);
	question.format = REPORT_HTML;
	ask(&question);
	ck_assert_uint_eq(occurrences("<古诗>"), 0);
	ck_assert_uint_eq(occurrences("&#60;古诗&#62; &#38; 词"), 1);
	ck_assert_uint_eq(occurrences("<script"), 0);
}
END_TEST

START_TEST(a_lesson_has_its_lights_minute_by_minute)
{
	static const char lesson[] = "chinese-tue/2024-10-08";
	struct report_question question =
		question_of(REPORT_LESSON, REPORT_JSON, "2024-10-08", "2024-10-08");
	snprintf(question.lesson, sizeof question.lesson, lesson);
	rows_fill_minutes(lesson, fixture_wall("2024-10-08", "09:20"), 40);
	struct ledger_entry entry = rows_lesson("2024-10-08", "other/2024-10-08", "08:00");
	books_enter(&entry); // behind the minutes, which are then on the disk
	json_t *json = ask_json(&question);
	const json_t *minutes = json_object_get(json, "minutes");
	ck_assert_uint_eq(json_array_size(minutes), 40 * 4);
	for (size_t i = 0; i < 160; i++) {
		const json_t *row = json_array_get(minutes, i);
		const char *line = json_string_value(json_object_get(row, "line"));
		bool is_uplink = strcmp(line, "assisted_up") == 0;
		const char *expected = is_uplink && i / 4 == 5                   ? "amber"
				       : is_uplink && (i / 4 == 6 || i / 4 == 7) ? "red"
				       : !strcmp(line, "to_lead") && i / 4 == 8  ? "amber"
										 : "green";
		ck_assert_str_eq(json_string_value(json_object_get(row, "state")), expected);
		ck_assert_int_eq(number_at(row, "live"), i / 4 != 7);
	}
	json_decref(json);
	snprintf(question.lesson, sizeof question.lesson, "nothing/2024-10-08");
	text_fini(&text);
	ck_assert_int_eq(books_ask(&question, &text), -ESRCH);
}
END_TEST

START_TEST(a_lessons_lights_are_as_the_configuration_says)
{
	static const char lesson[] = "chinese-tue/2024-10-08";
	struct report_question question =
		question_of(REPORT_LESSON, REPORT_CSV, "2024-10-08", "2024-10-08");
	snprintf(question.lesson, sizeof question.lesson, lesson);
	question.limits = (struct report_limits){.loss = {0.02, 0.20},
		.jitter_ms = {60, 90},
		.round_trip_ms = {12, 300},
		.silent_s = 30};
	rows_fill_minutes(lesson, fixture_wall("2024-10-08", "09:20"), 40);
	struct ledger_entry entry = rows_lesson("2024-10-08", "other/2024-10-08", "08:00");
	books_enter(&entry);
	ask(&question);
	// 10 % of loss, and 20 s without a packet, are no more than fair; a jitter of 42 ms is
	// good, a round trip of just 12 ms too.
	ck_assert_uint_eq(occurrences("较差"), 0);
	ck_assert_uint_eq(occurrences("一般"), 2);
	question.format = REPORT_HTML;
	ask(&question);
	ck_assert_uint_eq(
		occurrences("丢包≤2%，抖动≤60ms，往返≤12ms；一般＝至20%，90ms，300ms；"), 1);
	ck_assert_uint_eq(occurrences("或30秒无数据"), 1);
	question.format = REPORT_CSV;
	question.limits.round_trip_ms.amber = 11.9;
	ask(&question);
	ck_assert_uint_eq(occurrences("良好"), 0);
}
END_TEST

START_TEST(a_lessons_page_is_byte_for_byte_what_it_was)
{
	static const char lesson[] = "english-wed/2024-10-09";
	struct report_question question =
		question_of(REPORT_LESSON, REPORT_HTML, "2024-10-09", "2024-10-09");
	snprintf(question.lesson, sizeof question.lesson, lesson);
	rows_fill_minutes(lesson, fixture_wall("2024-10-09", "09:20"), 40);
	struct ledger_entry entry = rows_lesson("2024-10-08", "other/2024-10-08", "08:00");
	books_enter(&entry);
	ask(&question);
	expect_golden("ledger-lesson.html");
	ck_assert_uint_eq(occurrences("张老师 2024-10-09 15:02；原记录 #2：部分完成 12/40"), 1);
}
END_TEST

START_TEST(each_assisted_school_has_a_page_of_its_own)
{
	struct report_question question =
		question_of(REPORT_LESSON, REPORT_HTML, "2024-10-15", "2024-10-15");
	snprintf(question.lesson, sizeof question.lesson, "art/2024-10-15");
	rows_fill_second_week();
	ask(&question);
	ck_assert_uint_eq(occurrences("<section>"), 2);
	ck_assert_uint_eq(occurrences("<td>建设小学</td>"), 1);
	// To a school only its own.
	snprintf(question.school, sizeof question.school, "jian");
	ask(&question);
	ck_assert_uint_eq(occurrences("<section>"), 1);
	ck_assert_uint_eq(occurrences("<td>厚仁中心小学</td>"), 0);
}
END_TEST

START_TEST(a_long_lesson_has_the_worst_of_several_minutes_in_a_cell)
{
	struct ledger_entry entry = rows_lesson("2024-10-14", "long/2024-10-14", "09:00");
	struct report_question question =
		question_of(REPORT_LESSON, REPORT_HTML, "2024-10-14", "2024-10-14");
	snprintf(question.lesson, sizeof question.lesson, "long/2024-10-14");
	rows_fill_minutes("long/2024-10-14", entry.planned_start, 300);
	entry.planned_end.ms = entry.real_end.ms = entry.planned_start.ms + 300 * 60 * MS_IN_S;
	books_enter(&entry);
	ask(&question);
	ck_assert_uint_eq(occurrences("每格3分钟"), 1);
	ck_assert_uint_eq(occurrences("<table class=\"band"), 4);
	// Minutes 3 to 5 are one cell, and so are 6 to 8.
	ck_assert_uint_eq(occurrences("<td class=\"amber\">3.0</td><td class=\"red\">10</td>"), 1);
	ck_assert_uint_eq(occurrences("<td>○</td>"), 1);
	question.format = REPORT_JSON;
	json_t *json = ask_json(&question);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "minutes")), 300 * 4);
	json_decref(json);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {a_week_is_held_against_the_target_of_its_teaching_days,
		a_correction_takes_the_place_of_its_row_in_lists_and_sums,
		of_two_corrections_of_one_row_the_later_counts,
		a_month_counts_visits_and_days_on_site,
		a_year_is_told_by_form_pair_and_scope_against_the_plan,
		reports_are_of_one_pair_or_one_school_where_asked, a_list_comes_in_pages,
		a_heat_map_has_a_cell_for_each_school_and_week,
		a_day_and_a_year_are_byte_for_byte_what_they_were,
		a_text_that_would_be_a_formula_or_a_tag_is_none,
		a_lesson_has_its_lights_minute_by_minute,
		a_lessons_lights_are_as_the_configuration_says,
		a_lessons_page_is_byte_for_byte_what_it_was,
		each_assisted_school_has_a_page_of_its_own,
		a_long_lesson_has_the_worst_of_several_minutes_in_a_cell};
	Suite *suite = suite_create("report_answer");
	TCase *test_case = tcase_create("report_answer");
	tcase_add_checked_fixture(test_case, setup, teardown);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_test(test_case, tests[i]);
	suite_add_tcase(suite, test_case);
	return fixture_run(suite);
}
