/* SPDX-License-Identifier: BSD-3-Clause */
// test_plan_rules.c - targets, rules and endpoints: each finding once there, word by word, and once
// absent.
#include "../support/plan_check_fixture.h"

START_TEST(a_week_under_target_is_told_once_for_its_pair)
{
	plan_check_with(TIMETABLE_RULES, RULES THREE);
	assert_only(PLAN_UNDER_TARGET, "2026-08-31", "2026-09-21", 4,
		"ab: 3 lessons in the week from 2026-08-31, with a target of 4 a week and 5 "
		"teaching days; 4 weeks are short, the last from 2026-09-21");
}
END_TEST

START_TEST(a_target_counts_only_teaching_days)
{
	plan_check_with(TIMETABLE_CALENDAR, CALENDAR TERM
		"2026-08-31,off\n2026-09-01,off\n2026-09-09,exam\n2026-09-24,off,,b\n");
	assert_nothing_found();
	ck_assert_uint_eq(check.lesson_count, 12);
}
END_TEST

START_TEST(two_lessons_on_a_day_off_leave_a_week_short)
{
	plan_check_with(
		TIMETABLE_RULES, RULES "r1,ab,1,1,s\nr2,ab,1,2,s\nr3,ab,3,3,s\nr4,ab,4,1,s\n");
	assert_nothing_found();
	struct timetable *timetable = plan_make(TIMETABLE_RULES,
		RULES "r1,ab,1,1,s\nr2,ab,1,2,s\nr3,ab,3,3,s,,,2026-09-09\nr4,ab,4,1,s\n");

	plan_look(timetable, "2026-09-07", 256, NULL);
	assert_nothing_found(); // the short week is over
	plan_look(timetable, "2026-09-06", 256, NULL);
	assert_only(PLAN_UNDER_TARGET, MONDAY, MONDAY, 1,
		"ab: 3 lessons in the week from 2026-08-31, with a target of 4 a week and 5 "
		"teaching days");
	timetable_release(timetable);
}
END_TEST

START_TEST(trainings_do_not_count_for_the_target)
{
	plan_check_with(TIMETABLE_RULES,
		"rule,pair,weekday,period,subject,form\n" THREE "r4,ab,4,1,s,training\n");
	ck_assert_uint_eq(check.finding_count, 1);
	ck_assert_int_eq(check.findings[0].kind, PLAN_UNDER_TARGET);
}
END_TEST

START_TEST(a_rule_that_never_occurs_is_told)
{
	plan_check_with(TIMETABLE_RULES, RULES FOUR "r5,ac,2,1,s,5-9单\n");
	assert_only(PLAN_NEVER, NULL, NULL, 0,
		"r5 (s, weekday 2, period 1, weeks 5-9单) makes no lesson from 2026-08-31 to "
		"2026-09-27: look at its weekday, its weeks, its dates and the calendar");
	plan_check_with(TIMETABLE_RULES, RULES FOUR "r5,ac,2,1,s,3-9单\n");
	assert_nothing_found();
}
END_TEST

START_TEST(a_rule_that_occurred_this_term_is_not_missed_later)
{
	struct timetable *timetable = plan_make(TIMETABLE_RULES, RULES FOUR "r5,ac,2,1,s,1\n");

	plan_look(timetable, "2026-09-20", 256, NULL);
	assert_nothing_found();
	timetable_release(timetable);
}
END_TEST

START_TEST(rules_beyond_their_dates_are_notes)
{
	plan_check_with(TIMETABLE_RULES, RULES FOUR "r5,ac,2,1,s,,,,2026-08-30\n");
	assert_only(PLAN_OUT_OF_DATE, NULL, NULL, 0,
		"r5 (s, weekday 2, period 1) is over since 2026-08-30: its row can go");
	plan_check_with(TIMETABLE_RULES, RULES FOUR "r5,ac,2,1,s,,,2026-09-28,\n");
	assert_only(PLAN_OUT_OF_DATE, NULL, NULL, 0,
		"r5 (s, weekday 2, period 1) begins on 2026-09-28, beyond the last day looked at");
	plan_check_with(TIMETABLE_RULES, RULES FOUR "r5,ac,2,1,s,,,2026-09-22,\n");
	assert_nothing_found();
}
END_TEST

START_TEST(a_part_without_an_endpoint_is_an_error)
{
	struct timetable *timetable = plan_make(TIMETABLE_RULES, RULES FOUR);

	timetable->rules[2].parts[1].endpoint = NULL;
	plan_look(timetable, MONDAY, 256, NULL);
	assert_only(PLAN_NO_ENDPOINT, NULL, NULL, 0,
		"r3 (s, weekday 3, period 3): Beta (b) has no endpoint");
	timetable_release(timetable);
}
END_TEST

START_TEST(endpoints_without_a_common_profile_cannot_meet)
{
	plan_check_with(TIMETABLE_ENDPOINTS,
		"endpoint,school,streams,profiles\na-1,a,audio=opus,\nb-1,b,audio=opus,\n"
		"c-1,c,audio=opus,AEAD_AES_128_GCM\nd-1,d,audio=opus,AES_CM_128_HMAC_SHA1_80\n");
	assert_nothing_found(); // no lesson of c and d yet
	struct timetable *timetable = plan_make(TIMETABLE_RULES, RULES FOUR "r5,cd,1,1,s\n");
	struct timetable_endpoint *endpoints = timetable->endpoints;

	plan_look(timetable, MONDAY, 256, NULL);
	assert_nothing_found();
	endpoints[2].profile_count = 1;
	endpoints[3].profiles[0] = endpoints[3].profiles[1];
	endpoints[3].profile_count = 1;
	plan_look(timetable, MONDAY, 256, NULL);
	assert_only(PLAN_NO_PROFILE, NULL, NULL, 0,
		"r5 (s, weekday 1, period 1): d-1 of Delta has no SRTP profile in common with "
		"those before it");
	timetable_release(timetable);
}
END_TEST

START_TEST(another_endpoint_for_a_day_is_looked_at_too)
{
	const struct plan_exception item = {.kind = PLAN_ENDPOINT,
		.lesson_id = "r1/2026-09-07",
		.school = "b",
		.endpoint = "b-2"};
	const struct plan_exceptions exceptions = {&item, 1};
	struct timetable *timetable = plan_make(TIMETABLE_ENDPOINTS,
		"endpoint,school,streams,profiles\na-1,a,audio=opus,AEAD_AES_128_GCM\n"
		"b-1,b,audio=opus,\nb-2,b,audio=opus,AES_CM_128_HMAC_SHA1_80\n"
		"c-1,c,audio=opus,\nd-1,d,audio=opus,\n");

	plan_look(timetable, MONDAY, 256, &exceptions);
	assert_only(PLAN_NO_PROFILE, "2026-09-07", "2026-09-07", 1,
		"r1 (s, weekday 1, period 1) on 2026-09-07: b-2 of Beta has no SRTP profile in "
		"common with those before it");
	plan_look(timetable, "2026-09-08", 256, &exceptions);
	assert_nothing_found();
	timetable_release(timetable);
}
END_TEST

START_TEST(a_period_that_a_kind_of_day_lacks_is_told)
{
	struct timetable *timetable = plan_make_two(TIMETABLE_BELLS,
		"school,effective_from,period,start,end,kind\n"
		"a,2026-01-01,1,08:00,08:40\na,2026-01-01,2,09:00,09:40\n"
		"a,2026-01-01,3,10:00,10:40\nb,2026-01-01,1,08:00,08:40\n"
		"b,2026-01-01,2,09:00,09:40\nb,2026-01-01,3,10:00,10:40\n"
		"a,2026-01-01,1,08:00,08:30,short\nb,2026-01-01,1,08:00,08:30,short\n",
		TIMETABLE_CALENDAR,
		"date,kind,runs_as,bells\n" TERM
		"2026-09-02,work,2026-09-02,short\n2026-09-16,work,2026-09-16,short\n"
		"2026-09-17,work,2026-09-17,short\n");

	plan_look(timetable, "2026-09-07", 256, NULL);
	ck_assert_uint_eq(check.counts[PLAN_WARNING], 2);
	ck_assert_int_eq(check.findings[1].kind, PLAN_UNDER_TARGET);
	ck_assert_str_eq(check.findings[0].text,
		"r3 (s, weekday 3, period 3): no lesson on 2026-09-16, since the bells of that "
		"kind of day lack its period");
	ck_assert_str_eq(check.findings[0].rules[0], "r3");
	timetable_release(timetable);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("plan_rules");
	TCase *tests = tcase_create("plan_rules");

	tcase_add_test(tests, a_week_under_target_is_told_once_for_its_pair);
	tcase_add_test(tests, a_target_counts_only_teaching_days);
	tcase_add_test(tests, two_lessons_on_a_day_off_leave_a_week_short);
	tcase_add_test(tests, trainings_do_not_count_for_the_target);
	tcase_add_test(tests, a_rule_that_never_occurs_is_told);
	tcase_add_test(tests, a_rule_that_occurred_this_term_is_not_missed_later);
	tcase_add_test(tests, rules_beyond_their_dates_are_notes);
	tcase_add_test(tests, a_part_without_an_endpoint_is_an_error);
	tcase_add_test(tests, endpoints_without_a_common_profile_cannot_meet);
	tcase_add_test(tests, another_endpoint_for_a_day_is_looked_at_too);
	tcase_add_test(tests, a_period_that_a_kind_of_day_lacks_is_told);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
