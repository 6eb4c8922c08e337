/* SPDX-License-Identifier: BSD-3-Clause */
// test_expand.c - a year's lessons against an independent oracle, and the rules' edges.
#include "../support/lessons_golden.h"
#include "../support/plan_scene.h"

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

#define RULES "rule,pair,weekday,period,subject,governing_bell,audience\n"

START_TEST(a_school_s_own_period_counts_where_it_governs)
{
	struct timetable *timetable =
		scene_make(&(struct scene){.rules = RULES "a,wuxi-houren,3,4;houren=5,a,,\n"
							  "b,wuxi-houren,3,4;houren=5,a,houren,\n"
							  "c,wuxi-houren,3,5;houren=6,a,union,\n"
							  "d,wuxi-houren,3,4; houren=5,a,"
							  "intersection,\n"
							  "e,wuxi-houren,3,4,a,intersection,\n"});

	// The two schools' periods 4 share 20 minutes, the lead's 4 and the other's 5 share 10.
	scene_check(timetable, NULL, "2024-10-09", "2024-10-09",
		"a/2024-10-09 13:20-14:00 wuxi-1+houren-1\n"
		"e/2024-10-09 13:20-13:40 wuxi-1+houren-1\n"
		"b/2024-10-09 13:50-14:35 wuxi-1+houren-1\n"
		"d/2024-10-09 13:50-14:00 wuxi-1+houren-1\n"
		"c/2024-10-09 14:10-15:25 wuxi-1+houren-1",
		"");
	ck_assert_int_eq(timetable->rules[0].period, 4);
	ck_assert_int_eq(timetable->rules[0].parts[0].period, 4);
	ck_assert_int_eq(timetable->rules[0].parts[1].period, 5);
	timetable_release(timetable);
}
END_TEST

START_TEST(a_rule_of_a_grade_follows_its_band_s_bells)
{
	struct timetable *timetable = scene_make(
		&(struct scene){.bells = "school,effective_from,period,start,end,audience\n"
					 "wuxi,2024-05-01,1,08:00,08:40,\n"
					 "wuxi,2024-05-01,1,08:20,09:00,三—六年级\n"
					 "houren,2024-05-01,1,08:30,09:10,\n",
			.rules = RULES "all,wuxi-houren,3,1,a,,\nlow,wuxi-houren,3,1,a,,一二年级\n"
				       "high,wuxi-houren,3,1,a,,五年级\n"
				       "both,wuxi-houren,3,1,a,intersection,四年级\n"});

	scene_check(timetable, NULL, "2024-10-09", "2024-10-09",
		"all/2024-10-09 08:00-08:40 wuxi-1+houren-1\n"
		"low/2024-10-09 08:00-08:40 wuxi-1+houren-1\n"
		"high/2024-10-09 08:20-09:00 wuxi-1+houren-1\n"
		"both/2024-10-09 08:30-09:00 wuxi-1+houren-1",
		"");
	timetable_release(timetable);
}
END_TEST

static const struct {
	const char *rule;
	const char *reason;
} refused[] = {
	{"r,wuxi-houren,3,4;houren=7,a,houren,\n",
		"rule 'r' on 2024-05-01: school 'houren' has no period 7 in its bells from"},
	{"r,wuxi-houren,3,4;houren=6,a,intersection,\n",
		"the schools' periods 4 have no time in common"},
	{"r,wuxi-houren,3,4;houren,a,,\n", "'houren' is not of the form school=1 to school=32"},
	{"r,wuxi-houren,3,4;houren=33,a,,\n", "'houren=33' is not of the form"},
	{"r,wuxi-houren,3,4;houren=,a,,\n", "'houren=' is not of the form"},
	{"r,wuxi-houren,3,4;jian=5,a,,\n", "'jian' does not assist or listen in pair"},
	{"r,wuxi-houren,3,4;hou=5,a,,\n", "'hou' does not assist or listen in pair"},
	{"r,wuxi-houren,3,4;wuxi=5,a,,\n", "'wuxi' does not assist or listen in pair"},
	{"r,wuxi-houren,3,4;houren=5;houren=5,a,,\n", "school 'houren' is there twice"},
	{"r,wuxi-houren,3,houren=5,a,,\n", "period 'houren=5' is not 1 to 32"},
	{"r,wuxi-houren,3,7,a,,三年级\n",
		"has no period 7 in its bells from 2024-05-01 on for 三年级"},
};

START_TEST(periods_that_cannot_be_are_refused)
{
	char rules[512];

	snprintf(rules, sizeof(rules), RULES "%s", refused[_i].rule);
	scene_refuse(&(struct scene){.rules = rules}, "rules.csv", 2, refused[_i].reason);
}
END_TEST

START_TEST(an_audience_that_two_bands_claim_is_refused_with_both)
{
	scene_refuse(&(struct scene){.bells = "school,effective_from,period,start,end,audience\n"
					      "wuxi,2024-05-01,1,08:00,08:40,三四年级\n"
					      "wuxi,2024-05-01,1,08:20,09:00,四五年级\n",
			     .rules = RULES "r,wuxi-houren,3,1,a,,四年级\n"},
		"rules.csv", 2,
		"audience '四年级' fits two bands, '三四年级' and '四五年级', of period 1 of "
		"school 'wuxi' from 2024-05-01 on");
}
END_TEST

// The year's lessons, as text.
static char *
year_of(const struct scene *scene, const char *leaving_out)
{
	struct timetable *timetable = scene_make(scene);
	struct lesson_list list;
	size_t bytes = 200000, count = 0;
	char *text = calloc(1, bytes);

	ck_assert_int_eq(timetable_expand(timetable, NULL, fixture_date(GOLDEN_FIRST),
				 fixture_date(GOLDEN_LAST), &list),
		0);
	for (size_t i = 0; i < list.count; i++) {
		const struct lesson *lesson = &list.lessons[i];

		ck_assert_int_gt(lesson->end.ms, lesson->start.ms);
		if (leaving_out != NULL && strcmp(lesson->rule->id, leaving_out) == 0)
			continue;
		count += (size_t)snprintf(text + count, bytes - count, "%s %lld %lld %u\n",
			lesson->id, (long long)lesson->start.ms, (long long)lesson->end.ms,
			lesson->term_week);
		ck_assert_uint_lt(count, bytes);
	}
	ck_assert_uint_gt(list.count, 250);
	lesson_list_fini(&list);
	timetable_release(timetable);
	return text;
}

static char *
joined(const char *a, const char *b)
{
	char *text = calloc(1, strlen(a) + strlen(b) + 1);

	strcpy(text, a);
	return strcat(text, b);
}

START_TEST(inserting_a_rule_or_a_period_moves_nothing_else)
{
	char *rules = fixture_read(FIXTURE_COUNTY "/rules.csv");
	char *bells = fixture_read(FIXTURE_COUNTY "/bells.csv");
	char *head = strchr(rules, '\n') + 1;
	char *before = year_of(&(struct scene){.rules = rules, .bells = bells}, NULL);
	char *inserted, *more_rules, *more_bells, *after;

	// Before all others, and by the same schools at the same time.
	*(head - 1) = '\0';
	inserted = joined(rules, "\naa-new,wuxi-houren,2,2,all,语文,,,,lead,,,\n");
	more_rules = joined(inserted, head);
	more_bells = joined(bells, "wuxi,2024-10-09,第七节,7,15:55,16:35,,\n"
				   "wuxi,2024-10-09,晨读,8,08:00,08:20,,\n"
				   "houren,2024-05-01,第七节,7,16:05,16:45,,\n");
	after = year_of(&(struct scene){.rules = more_rules, .bells = more_bells}, "aa-new");
	ck_assert_str_eq(before, after);
	free(rules);
	free(bells);
	free(before);
	free(inserted);
	free(more_rules);
	free(more_bells);
	free(after);
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
	tcase_add_test(tests, a_school_s_own_period_counts_where_it_governs);
	tcase_add_test(tests, a_rule_of_a_grade_follows_its_band_s_bells);
	tcase_add_loop_test(tests, periods_that_cannot_be_are_refused, 0,
		(int)(sizeof(refused) / sizeof(refused[0])));
	tcase_add_test(tests, an_audience_that_two_bands_claim_is_refused_with_both);
	tcase_add_test(tests, inserting_a_rule_or_a_period_moves_nothing_else);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
