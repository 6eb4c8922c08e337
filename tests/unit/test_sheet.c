/* SPDX-License-Identifier: BSD-3-Clause */
// test_sheet.c - a printed week is the plan, on a page of its own, and asks for nothing.
#include "../support/timetable_fixture.h"

#include "timetable/lessons_list.h"
#include "timetable/sheet.h"

// The week in which the summer bells end: a day off's last, the winter bells, a make-up day.
static const char calendar[] = "date,kind,runs_as,note,school\n"
			       "2024-09-02,week1,,,\n"
			       "2024-10-07,off,,国庆节,\n"
			       "2024-10-12,work,2024-10-04,,\n"
			       "2024-10-10,off,,sports day,jian\n";
static const char rules[] =
	"rule,pair,weekday,period,weeks,subject,class,teacher,form,governing_bell,from,until\n"
	"chinese-mon,wuxi-houren,1,1,all,语文,三1班,王老师,,,,\n"
	"chinese-tue,wuxi-houren,2,4,all,语文,三1班,王老师,,,,\n"
	"english-wed,wuxi-houren,3,4;houren=5,all,英语,三1班,,,,,\n"
	"maths-thu,wuxi-houren,4,2,all,数学,三1班,,,,,\n"
	"science-fri,wuxi-houren,5,5,all,\"<b>科学</b> & \"\"x\"\"\",三1班,,,houren,,\n"
	"art-fri,wuxi-houren,5,2,odd,美术,三1班,,,,,\n"
	"training-thu,three,4,,all,教师培训,,,training,16:30:30-17:15,,\n";

static const struct plan_exception changes[] = {
	{.kind = PLAN_MOVE,
		.lesson_id = "maths-thu/2024-10-10",
		.to_date = {20005}, // 10-09
		.to_period = 6},
	{.kind = PLAN_CANCEL, .lesson_id = "science-fri/2024-10-11"},
};
static const struct plan_exceptions exceptions = {changes, 2};

static struct timetable *timetable;
static struct lesson_list list;
static struct text text;

static void
setup_with(const char *rules_text, const char *schools_text)
{
	const char *texts[TIMETABLE_FILE_COUNT] = {NULL};
	struct file_error error = {"", 0, ""};

	texts[TIMETABLE_RULES] = rules_text;
	texts[TIMETABLE_SCHOOLS] = schools_text;
	texts[TIMETABLE_CALENDAR] = calendar;
	ck_assert_int_eq(civil_zone_set("Asia/Shanghai"), 0);
	ck_assert_msg(fixture_create(texts, &timetable, &error) == 0, "%s:%u: %s", error.file,
		error.line, error.reason);
	text = (struct text){0};
	list = (struct lesson_list){0};
}

static void
setup(void)
{
	setup_with(rules, NULL);
}

static void
teardown(void)
{
	text_fini(&text);
	lesson_list_fini(&list);
	timetable_release(timetable);
}

static void
sheet(const char *school, const char *date, enum language language)
{
	struct sheet what = {
		.timetable = timetable,
		.exceptions = &exceptions,
		.lessons = &list,
		.monday = sheet_monday(fixture_date(date)),
		.language = language,
	};

	text_fini(&text);
	lesson_list_fini(&list);
	ck_assert_int_eq(lessons_list_make(timetable, &exceptions, what.monday,
				 civil_date_add(what.monday, 6), &list),
		0);
	sheet_write(&what, school != NULL ? timetable_school_find(timetable, school) : NULL, &text);
	ck_assert_int_eq(text.result, 0);
}

static size_t
occurrences(const char *what)
{
	size_t count = 0;

	for (const char *at = text.bytes; (at = strstr(at, what)) != NULL; at++)
		count++;
	return count;
}

// What stands between the nth time `before` and the `after` behind it.
static const char *
between(const char *before, size_t n, const char *after)
{
	static char found[4096];
	const char *at = text.bytes;
	const char *end;

	for (size_t i = 0; i <= n; i++) {
		at = strstr(at, before);
		ck_assert_msg(at != NULL, "%s", before);
		at += strlen(before);
	}
	end = strstr(at, after);
	ck_assert_ptr_nonnull(end);
	snprintf(found, sizeof(found), "%.*s", (int)(end - at), at);
	return found;
}

START_TEST(a_page_is_byte_for_byte_what_it_was)
{
	char *expected = fixture_read("tests/data/sheet-houren.html");

	sheet("houren", "2024-10-09", LANGUAGE_CHINESE);
	ck_assert_str_eq(text.bytes, expected);
	free(expected);
}
END_TEST

START_TEST(the_week_begins_on_monday)
{
	const struct civil_date monday = fixture_date("2024-10-07");

	for (int day = 0; day < 7; day++)
		ck_assert_int_eq(sheet_monday(civil_date_add(monday, day)).days, monday.days);
	ck_assert_int_eq(sheet_monday(civil_date_add(monday, 7)).days, monday.days + 7);
}
END_TEST

START_TEST(every_lesson_of_the_week_is_on_the_page_of_each_of_its_schools)
{
	static const char *const schools[] = {"wuxi", "houren", "jian"};
	static const size_t counts[] = {7, 7, 1};

	for (size_t i = 0; i < 3; i++) {
		sheet(schools[i], "2024-10-09", LANGUAGE_CHINESE);
		ck_assert_uint_eq(occurrences("<section"), 1);
		ck_assert_uint_eq(occurrences("<div>"), counts[i]);
	}
}
END_TEST

START_TEST(a_row_has_the_bells_of_its_school_and_tells_when_they_change)
{
	sheet("wuxi", "2024-10-09", LANGUAGE_CHINESE);
	ck_assert_str_eq(between(">第2节", 0, "</th>"), "<small>09:20–10:05</small>");
	// Monday is off, Tuesday still has the summer bells.
	ck_assert_str_eq(between(">第4节", 0, "</th>"),
		"<small>周二 13:50–14:30</small><small>周三–周六 13:20–14:00</small>");
	sheet("houren", "2024-10-16", LANGUAGE_ENGLISH);
	ck_assert_str_eq(between(">Period 4", 0, "</th>"), "<small>13:00–13:40</small>");
}
END_TEST

START_TEST(a_lesson_is_in_the_row_of_its_own_schools_period)
{
	sheet("houren", "2024-10-16", LANGUAGE_CHINESE);
	ck_assert_ptr_nonnull(strstr(between(">第5节", 0, "</tr>"), "英语"));
	ck_assert_ptr_nonnull(strstr(between(">其他时间", 0, "</tr>"), "教师培训"));
	sheet("wuxi", "2024-10-16", LANGUAGE_CHINESE);
	ck_assert_ptr_nonnull(strstr(between(">第4节", 0, "</tr>"), "英语"));
}
END_TEST

START_TEST(changed_lessons_are_marked)
{
	sheet("wuxi", "2024-10-09", LANGUAGE_CHINESE);
	ck_assert_uint_eq(occurrences("<span class=\"mark\">"), 2);
	ck_assert_ptr_nonnull(
		strstr(between(">第6节", 0, "</tr>"), "调课 10-10</span> <b>数学</b>"));
	ck_assert_ptr_nonnull(strstr(between(">第5节", 0, "</tr>"), "停课</span> <s>"));
	sheet("jian", "2024-10-09", LANGUAGE_ENGLISH);
	ck_assert_ptr_nonnull(
		strstr(between(">Period 5", 0, "</tr>"), "cancelled</span> <s>教师培训"));
}
END_TEST

START_TEST(days_that_are_not_ordinary_say_so)
{
	sheet("wuxi", "2024-10-09", LANGUAGE_CHINESE);
	ck_assert_str_eq(between("星期一 10-07", 0, "</th>"), "<small>放假</small>");
	ck_assert_str_eq(between("星期六 10-12", 0, "</th>"), "<small>课表同 2024-10-04</small>");
	ck_assert_uint_eq(occurrences("星期日"), 0);
	ck_assert_uint_eq(occurrences("第6周"), 1);
	sheet("wuxi", "2024-10-16", LANGUAGE_ENGLISH);
	ck_assert_uint_eq(occurrences("Saturday"), 0);
	ck_assert_uint_eq(occurrences("week 7 of the term"), 1);
}
END_TEST

START_TEST(the_county_has_its_master_timetable_and_a_page_for_each_school_with_lessons)
{
	sheet(NULL, "2024-10-09", LANGUAGE_CHINESE);
	ck_assert_uint_eq(occurrences("<section"), 4);
	ck_assert_uint_eq(occurrences("结对课堂大课表"), 1);
	ck_assert_ptr_nonnull(strstr(
		between("<th class=\"row\">巫溪中心小学 + 厚仁中心小学</th>", 0, "</tr>"), "语文"));
	sheet(NULL, "2023-10-09", LANGUAGE_CHINESE); // before the term
	ck_assert_uint_eq(occurrences("<section"), 1);
}
END_TEST

// Goes over the document's tags: only these, and no attribute that leads elsewhere.
static void
check_tags(void)
{
	static const char *const allowed[] = {"!DOCTYPE html", "html", "head", "meta", "title",
		"style", "body", "section", "h1", "p", "table", "thead", "tbody", "tr", "th", "td",
		"div", "span", "b", "s", "br", "small"};

	for (const char *at = text.bytes; (at = strchr(at, '<')) != NULL; at++) {
		const char *name = at + 1 + (at[1] == '/');
		bool is_known = false;

		for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++) {
			size_t bytes = strlen(allowed[i]);

			if (strncmp(name, allowed[i], bytes) == 0 &&
				strchr(" >", name[bytes]) != NULL)
				is_known = true;
		}
		ck_assert_msg(is_known, "%.40s", at);
	}
	ck_assert_uint_eq(occurrences("src="), 0);
	ck_assert_uint_eq(occurrences("href="), 0);
	ck_assert_uint_eq(occurrences("url("), 0);
	ck_assert_uint_eq(occurrences("http:"), 0);
	ck_assert_uint_eq(occurrences("https:"), 0);
	ck_assert_uint_eq(occurrences("@import"), 0);
}

START_TEST(no_text_of_a_table_becomes_a_tag)
{
	static const char evil[] = "</title><script src='//x'>&\"\"";
	char schools[512], evil_rules[1024];

	sheet("wuxi", "2024-10-16", LANGUAGE_CHINESE);
	ck_assert_ptr_nonnull(strstr(text.bytes, "&#60;b&#62;科学&#60;/b&#62; &#38; &#34;x&#34;"));
	check_tags();
	snprintf(schools, sizeof(schools),
		"school,name,scope\nwuxi,\"%s\",county\nhouren,\"%s\",county\njian,\"%s\",county\n",
		evil, evil, evil);
	snprintf(evil_rules, sizeof(evil_rules),
		"rule,pair,weekday,period,subject,class,teacher,form\n"
		"a,three,2,2,\"%s\",\"%s\",\"%s\",training\n",
		evil, evil, evil);
	teardown();
	setup_with(evil_rules, schools);
	snprintf(timetable->policies.county, sizeof(timetable->policies.county), "<script>");
	sheet(NULL, "2024-10-16", LANGUAGE_ENGLISH);
	ck_assert_uint_eq(occurrences("<script"), 0);
	ck_assert_uint_ge(occurrences("&#60;script"), 10);
	ck_assert_uint_eq(occurrences("</title>"), 1);
}
END_TEST

START_TEST(a_week_without_lessons_says_so)
{
	sheet("jian", "2023-10-09", LANGUAGE_ENGLISH);
	ck_assert_uint_eq(occurrences("No paired lessons in this week"), 1);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {a_page_is_byte_for_byte_what_it_was, the_week_begins_on_monday,
		every_lesson_of_the_week_is_on_the_page_of_each_of_its_schools,
		a_row_has_the_bells_of_its_school_and_tells_when_they_change,
		a_lesson_is_in_the_row_of_its_own_schools_period, changed_lessons_are_marked,
		days_that_are_not_ordinary_say_so,
		the_county_has_its_master_timetable_and_a_page_for_each_school_with_lessons,
		no_text_of_a_table_becomes_a_tag, a_week_without_lessons_says_so};
	Suite *suite = suite_create("sheet");
	TCase *test_case = tcase_create("sheet");

	tcase_add_checked_fixture(test_case, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++)
		tcase_add_test(test_case, tests[i]);
	suite_add_tcase(suite, test_case);
	return fixture_run(suite);
}
