/* SPDX-License-Identifier: BSD-3-Clause */
// test_lessons_csv.c - tables of lessons and rules hold what the plan holds, for spreadsheets too.
#include "../support/timetable_fixture.h"

#include "timetable/lessons_csv.h"
#include "timetable/lessons_list.h"
#include "timetable/rules_import.h"

static const char rules[] =
	"rule,pair,weekday,period,weeks,subject,class,teacher,form,until\n"
	"chinese-tue,wuxi-houren,2,2,all,语文,三1班,王老师,synchronous,\n"
	"maths-thu,wuxi-houren,4,4;houren=5,all,\"数学, \"\"几何\"\"\",三1班,=1+1,,\n"
	"training,three,3,1,all,@教师培训,,-x,training,2024-12-31\n";

static const struct csv_column columns[] = {{"date", true}, {"weekday", true}, {"begins", true},
	{"ends", true}, {"status", true}, {"reason", true}, {"subject", true}, {"class", true},
	{"teacher", true}, {"form", true}, {"lead", true}, {"assisted", true}, {"listeners", true},
	{"pair", true}, {"term_week", true}, {"planned_date", true}};
enum { DATE, WEEKDAY, BEGINS, ENDS, STATUS, REASON, SUBJECT, CLASS, TEACHER, FORM, LEAD, ASSISTED };

static struct timetable *timetable;
static struct text text;

static void
setup(void)
{
	ck_assert_int_eq(civil_zone_set("Asia/Shanghai"), 0);
	timetable = fixture_timetable(TIMETABLE_RULES, rules);
	text = (struct text){0};
}

static void
teardown(void)
{
	text_fini(&text);
	timetable_release(timetable);
}

static void
lessons(const struct plan_exceptions *exceptions, const char *first, const char *last)
{
	struct lesson_list list;

	ck_assert_int_eq(lessons_list_make(timetable, exceptions, fixture_date(first),
				 fixture_date(last), &list),
		0);
	lessons_csv_write(&list, exceptions, &text);
	ck_assert_int_eq(text.result, 0);
	lesson_list_fini(&list);
}

START_TEST(a_table_is_byte_for_byte_what_a_spreadsheet_opens)
{
	const struct plan_exception changes[] = {
		{.kind = PLAN_MOVE,
			.lesson_id = "chinese-tue/2024-10-15",
			.to_date = fixture_date("2024-10-16"),
			.to_period = 6},
		{.kind = PLAN_CANCEL, .lesson_id = "training/2024-10-16"},
	};
	const struct plan_exceptions exceptions = {changes, 2};

	lessons(&exceptions, "2024-10-14", "2024-10-18");
	ck_assert_str_eq(text.bytes,
		"\xef\xbb\xbf"
		"date,weekday,begins,ends,status,reason,subject,class,teacher,form,lead,assisted,"
		"listeners,pair,term_week,planned_date,lesson\r\n"
		"2024-10-16,3,08:30,09:10,cancelled,exception,'@教师培训,,'-x,training,"
		"巫溪中心小学 (101),厚仁中心小学 (201);建设小学 (301),,three,,2024-10-16,"
		"training/2024-10-16\r\n"
		"2024-10-16,3,15:05,15:45,moved,,语文,三1班,王老师,synchronous,"
		"巫溪中心小学 (101),厚仁中心小学 (201),,wuxi-houren,,2024-10-15,"
		"chinese-tue/2024-10-15\r\n"
		"2024-10-17,4,13:20,14:00,planned,,\"数学, \"\"几何\"\"\",三1班,'=1+1,synchronous,"
		"巫溪中心小学 (101),厚仁中心小学 (201),,wuxi-houren,,2024-10-17,"
		"maths-thu/2024-10-17\r\n");
}
END_TEST

START_TEST(a_table_of_a_year_is_read_back_row_by_row)
{
	struct lesson_list list;
	struct csv_table table;
	struct file_error error;
	// The last column does not fit a table of ours: cut it off every row.
	struct text cut = {0};

	lessons(NULL, "2024-09-01", "2025-07-01");
	for (const char *at = text.bytes; *at != '\0';) {
		const char *end = strstr(at, "\r\n");
		const char *comma = end;

		while (*comma != ',')
			comma--;
		text_add_bytes(&cut, at, (size_t)(comma - at));
		text_add(&cut, "\r\n");
		at = end + 2;
	}
	ck_assert_msg(csv_table_parse("t", cut.bytes, cut.count, columns,
			      sizeof(columns) / sizeof(*columns), &table, &error) == 0,
		"%u: %s", error.line, error.reason);
	ck_assert_int_eq(lessons_list_make(timetable, NULL, fixture_date("2024-09-01"),
				 fixture_date("2025-07-01"), &list),
		0);
	ck_assert_uint_gt(list.count, 80);
	ck_assert_uint_eq(table.count, list.count);
	for (size_t i = 0; i < list.count; i++) {
		const char *const *fields = table.rows[i].fields;
		const struct lesson *lesson = &list.lessons[i];
		bool is_formula = strchr("=@", lesson->subject[0]) != NULL;

		ck_assert_int_eq(fixture_wall(fields[DATE], fields[BEGINS]).ms, lesson->start.ms);
		ck_assert_int_eq(fixture_wall(fields[DATE], fields[ENDS]).ms, lesson->end.ms);
		ck_assert_int_eq(atoi(fields[WEEKDAY]), civil_weekday(lesson->date));
		ck_assert_str_eq(fields[SUBJECT] + is_formula, lesson->subject);
		ck_assert_str_eq(fields[CLASS], lesson->class_name);
		ck_assert_str_eq(fields[STATUS], "planned");
	}
	csv_table_fini(&table);
	lesson_list_fini(&list);
	text_fini(&cut);
}
END_TEST

START_TEST(seconds_of_a_bell_are_told_only_where_there_are_some)
{
	timetable_release(timetable);
	timetable = fixture_timetable(TIMETABLE_RULES,
		"rule,pair,weekday,period,subject,governing_bell\n"
		"a,three,2,1,x,\n"
		"b,three,2,,y,16:30:30-17:15\n");
	lessons(NULL, "2024-10-15", "2024-10-15");
	ck_assert_ptr_nonnull(strstr(text.bytes, ",08:30,09:10,"));
	ck_assert_ptr_nonnull(strstr(text.bytes, ",16:30:30,17:15,"));
}
END_TEST

START_TEST(importing_an_export_of_the_rules_changes_nothing)
{
	struct rules_difference difference;
	struct file_error error;
	const struct timetable_bytes before = {"rules.csv", rules, strlen(rules)};
	struct timetable *again;

	lessons_csv_write_rules(timetable, &text);
	ck_assert_int_eq(text.result, 0);
	ck_assert_int_eq(strncmp(text.bytes, "\xef\xbb\xbf", 3), 0);
	const struct timetable_bytes after = {"export.csv", text.bytes, text.count};
	ck_assert_msg(rules_difference_make(&before, &after, &difference, &error) == 0, "%s:%u: %s",
		error.file, error.line, error.reason);
	ck_assert_uint_eq(difference.count, 0);
	ck_assert_uint_eq(difference.unchanged, 3);
	rules_difference_fini(&difference);
	again = fixture_timetable(TIMETABLE_RULES, text.bytes);
	ck_assert_uint_eq(again->rule_count, 3);
	ck_assert_str_eq(again->rules[1].teacher, "=1+1");
	ck_assert_int_eq(again->rules[1].parts[1].period, 5);
	timetable_release(again);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {a_table_is_byte_for_byte_what_a_spreadsheet_opens,
		a_table_of_a_year_is_read_back_row_by_row,
		seconds_of_a_bell_are_told_only_where_there_are_some,
		importing_an_export_of_the_rules_changes_nothing};
	Suite *suite = suite_create("lessons_csv");
	TCase *test_case = tcase_create("lessons_csv");

	tcase_add_checked_fixture(test_case, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++)
		tcase_add_test(test_case, tests[i]);
	suite_add_tcase(suite, test_case);
	return fixture_run(suite);
}
