/* SPDX-License-Identifier: BSD-3-Clause */
// test_expand.c - a year's lessons against an independent oracle, and the rules' edges.
#include "../support/lessons_golden.h"

static struct golden_lesson golden[GOLDEN_LESSONS_MAX];

static void
check_year(const char *zone, const char *path)
{
	struct timetable *timetable = fixture_timetable(0, NULL);
	size_t count = golden_read(path, golden);
	struct lesson_list list;

	civil_zone_set(zone);
	ck_assert_int_eq(timetable_expand(timetable, NULL, fixture_date(GOLDEN_FIRST),
				 fixture_date(GOLDEN_LAST), &list),
		0);
	for (size_t i = 0; i < count && i < list.count; i++) {
		ck_assert_str_eq(list.lessons[i].id, golden[i].id);
		ck_assert_int_eq(list.lessons[i].start.ms, golden[i].start_s * 1000);
		ck_assert_int_eq(list.lessons[i].end.ms, golden[i].end_s * 1000);
	}
	ck_assert_uint_eq(list.count, count);
	lesson_list_fini(&list);
	timetable_release(timetable);
}

START_TEST(a_year_in_shanghai_agrees_with_the_oracle)
{
	check_year("Asia/Shanghai", "tests/data/lessons-Shanghai.csv");
}
END_TEST

START_TEST(a_year_with_daylight_saving_agrees_with_the_oracle)
{
	check_year("Europe/Berlin", "tests/data/lessons-Berlin.csv");
}
END_TEST

// The only lesson of a day.
static struct lesson
lesson_on(const struct timetable *timetable, const char *date)
{
	struct lesson_list list;
	struct lesson lesson;

	ck_assert_int_eq(
		timetable_expand(timetable, NULL, fixture_date(date), fixture_date(date), &list),
		0);
	ck_assert_uint_eq(list.count, 1);
	lesson = list.lessons[0];
	lesson_list_fini(&list);
	return lesson;
}

static void
check_times(const char *governing_bell, const char *start, const char *end)
{
	char rules[256];
	struct timetable *timetable;
	struct lesson lesson;

	civil_zone_set("Asia/Shanghai");
	snprintf(rules, sizeof(rules),
		"rule,pair,weekday,period,subject,governing_bell\nr,wuxi-houren,3,4,a,%s\n",
		governing_bell);
	timetable = fixture_timetable(TIMETABLE_RULES, rules);
	lesson = lesson_on(timetable, "2024-10-09");
	ck_assert_str_eq(lesson.id, "r/2024-10-09");
	ck_assert_int_eq(lesson.start.ms, fixture_wall("2024-10-09", start).ms);
	ck_assert_int_eq(lesson.end.ms, fixture_wall("2024-10-09", end).ms);
	timetable_release(timetable);
}

START_TEST(each_governing_bell_gives_the_real_winter_times)
{
	check_times("", "13:20", "14:00");
	check_times("lead", "13:20", "14:00");
	check_times("wuxi", "13:20", "14:00");
	check_times("houren", "13:00", "13:40");
	check_times("intersection", "13:20", "13:40");
	check_times("union", "13:00", "14:00");
	check_times("13:05:30-13:45", "13:05:30", "13:45");
}
END_TEST

START_TEST(a_lesson_carries_its_parts_and_texts)
{
	struct timetable *timetable = fixture_timetable(0, NULL);
	struct lesson lesson;

	civil_zone_set("Asia/Shanghai");
	lesson = lesson_on(timetable, "2024-10-08");
	ck_assert_str_eq(lesson.id, "chinese-tue/2024-10-08");
	ck_assert_str_eq(lesson.title, "语文");
	ck_assert_str_eq(lesson.class_name, "三1班");
	ck_assert_str_eq(lesson.teacher, "王老师");
	ck_assert_uint_eq(lesson.part_count, 2);
	ck_assert_str_eq(lesson.parts[0].endpoint->id, "wuxi-1");
	ck_assert_int_eq(lesson.parts[1].role, LESSON_ASSIST);
	// 8 October still ran the old bells: period 2 of summer, not of winter, is at 9:20 in both.
	ck_assert_int_eq(lesson.start.ms, fixture_wall("2024-10-08", "09:20").ms);
	timetable_release(timetable);
}
END_TEST

START_TEST(before_the_first_bells_there_is_no_lesson)
{
	struct timetable *timetable = fixture_timetable(
		TIMETABLE_RULES, "rule,pair,weekday,period,subject\nr,wuxi-houren,3,4,a\n");
	struct lesson_list list;

	ck_assert_int_eq(timetable_expand(timetable, NULL, fixture_date("2024-01-01"),
				 fixture_date("2024-05-01"), &list),
		0);
	ck_assert_uint_eq(list.count, 1); // Wednesday 1 May, the day on which they come into force
	ck_assert_str_eq(list.lessons[0].id, "r/2024-05-01");
	lesson_list_fini(&list);
	ck_assert_int_eq(timetable_expand(timetable, NULL, fixture_date("2024-01-01"),
				 fixture_date("2034-01-01"), &list),
		-EINVAL);
	timetable_release(timetable);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("expand");
	TCase *tests = tcase_create("expand");

	tcase_add_test(tests, a_year_in_shanghai_agrees_with_the_oracle);
	tcase_add_test(tests, a_year_with_daylight_saving_agrees_with_the_oracle);
	tcase_add_test(tests, each_governing_bell_gives_the_real_winter_times);
	tcase_add_test(tests, a_lesson_carries_its_parts_and_texts);
	tcase_add_test(tests, before_the_first_bells_there_is_no_lesson);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
