/* SPDX-License-Identifier: BSD-3-Clause */
// test_plan_check.c - rooms, minutes, peak and days: each finding once there, word by word, and
// once absent.
#include "../support/plan_check_fixture.h"

START_TEST(a_sound_plan_has_no_findings)
{
	plan_check_with(TIMETABLE_RULES, RULES FOUR);
	assert_nothing_found();
	ck_assert_uint_eq(check.lesson_count, 16);
	ck_assert_int_eq(check.first.days, fixture_date("2026-08-31").days);
	ck_assert_int_eq(check.last.days, fixture_date("2026-09-27").days);
	ck_assert_uint_eq(check.peak.legs, 2);
	ck_assert_uint_eq(check.peak.lessons, 1);
	ck_assert_int_eq(check.peak.at.ms, fixture_wall("2026-08-31", "07:57").ms);
}
END_TEST

START_TEST(one_room_in_two_lessons_at_once_names_both)
{
	plan_check_with(TIMETABLE_RULES, RULES FOUR "r5,ac,1,1,music,,08:20-09:00\n");
	assert_only(PLAN_ROOM_TWICE, "2026-08-31", "2026-09-21", 4,
		"a-1 of Alpha: in two lessons at once, r1 (s, 08:00-08:40) and r5 (music, "
		"08:20-09:00), on 4 dates from 2026-08-31 to 2026-09-21");
	ck_assert_str_eq(first_rules[0], "r1");
	ck_assert_str_eq(first_rules[1], "r5");
}
END_TEST

START_TEST(two_rooms_in_the_same_two_lessons_are_one_finding)
{
	plan_check_with(TIMETABLE_RULES, RULES FOUR "r5,ab,1,1,music,2\n");
	assert_only(PLAN_ROOM_TWICE, "2026-09-07", "2026-09-07", 1,
		"a-1 of Alpha and 1 more: in two lessons at once, r1 (s, 08:00-08:40) and r5 "
		"(music, 08:00-08:40), on 2026-09-07");
}
END_TEST

START_TEST(lead_in_and_grace_that_overlap_are_a_note)
{
	plan_check_with(TIMETABLE_RULES, RULES FOUR "r5,ac,1,1,music,,08:44-08:59\n");
	assert_only(PLAN_HANDOVER, "2026-08-31", "2026-09-21", 4,
		"a-1 of Alpha: little time between r1 (s, 08:00-08:40) and r5 (music, "
		"08:44-08:59), on 4 dates from 2026-08-31 to 2026-09-21: the later one goes live "
		"by its bell and ends the earlier one's grace");
}
END_TEST

START_TEST(lessons_with_time_between_them_do_not_meet)
{
	plan_check_with(TIMETABLE_RULES, RULES FOUR "r5,ac,1,1,music,,08:45-08:59\n");
	assert_nothing_found();
}
END_TEST

START_TEST(few_shared_minutes_come_with_better_slots)
{
	plan_check_with(TIMETABLE_RULES, RULES THREE "r4,ab,4,4,s\n");
	assert_only(PLAN_FEW_MINUTES, "2026-09-03", "2026-09-03", 4,
		"r4 (s): period 4 of Alpha (13:20-14:00) and period 4 of Beta (13:00-13:40) share "
		"20 of 40 minutes; better that weekday, and free: period 1 with 1 of Beta (40 of "
		"40), period 2 with 2 of Beta (40 of 40), period 3 with 3 of Beta (40 of 40)");
}
END_TEST

START_TEST(a_slot_is_proposed_only_where_every_room_is_free)
{
	plan_check_with(TIMETABLE_RULES,
		RULES THREE "r4,ab,4,4,s\nr5,ac,4,1,t,3,lead\nr6,ac,4,1,u,,09:40-10:01\n");
	assert_only(PLAN_FEW_MINUTES, "2026-09-03", "2026-09-03", 4,
		"r4 (s): period 4 of Alpha (13:20-14:00) and period 4 of Beta (13:00-13:40) share "
		"20 of 40 minutes; better that weekday, and free: period 2 with 2 of Beta (40 of "
		"40), period 4 with 5 of Beta (32 of 40)");
}
END_TEST

START_TEST(four_fifths_of_the_period_are_enough)
{
	plan_check_with(TIMETABLE_RULES, RULES THREE "r4,ab,4,4;b=5,s\n");
	assert_nothing_found();
	ck_assert_uint_eq(check.shared_count, 4);
	ck_assert_int_eq(check.shared[3].lead_period, 4);
	ck_assert_int_eq(check.shared[3].school_period, 5);
	ck_assert_int_eq(check.shared[3].lead_minutes, 40);
	ck_assert_int_eq(check.shared[3].shared_minutes, 32);
	ck_assert_uint_eq(check.shared[3].count, 4);
}
END_TEST

START_TEST(explicit_times_are_agreed_whatever_the_bells_say)
{
	plan_check_with(TIMETABLE_RULES, RULES THREE "r4,ab,4,4,s,,13:10-13:50\n");
	assert_nothing_found();
	ck_assert_uint_eq(check.shared_count, 3);
}
END_TEST

// The row of a rule by the bells of its first lesson.
static const struct plan_shared *
shared_row(const char *rule)
{
	for (size_t i = 0; i < check.shared_count; i++) {
		if (strcmp(check.shared[i].rule->id, rule) == 0)
			return &check.shared[i];
	}
	ck_abort_msg("no row of rule %s", rule);
}

// The minutes that the two real schools share, each lead period with each assisted one.
START_TEST(shared_minutes_are_those_of_the_published_tables)
{
	char rules[4096] = "rule,pair,weekday,period,subject\n";
	struct timetable *timetable;
	char line[128];
	FILE *file = fopen("tests/data/overlap-minutes.csv", "r");

	civil_zone_set("Asia/Shanghai");
	for (int i = 0; i < 36; i++)
		snprintf(rules + strlen(rules), sizeof(rules) - strlen(rules),
			"r%d%d,wuxi-houren,3,%d;houren=%d,s\n", i / 6 + 1, i % 6 + 1, i / 6 + 1,
			i % 6 + 1);
	timetable = fixture_timetable(TIMETABLE_RULES, rules);
	plan_look(timetable, "2024-10-09", 256, NULL);
	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	for (int lead = 1; lead <= 6; lead++) {
		int minutes[6];

		ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
		ck_assert_int_eq(sscanf(line, "P%*d,%d,%d,%d,%d,%d,%d", &minutes[0], &minutes[1],
					 &minutes[2], &minutes[3], &minutes[4], &minutes[5]),
			6);
		for (int assisted = 1; assisted <= 6; assisted++) {
			char rule[TIMETABLE_ID_BYTES_MAX];

			snprintf(rule, sizeof(rule), "r%d%d", lead, assisted);
			ck_assert_int_eq(shared_row(rule)->shared_minutes, minutes[assisted - 1]);
		}
	}
	fclose(file);
	timetable_release(timetable);
}
END_TEST

START_TEST(the_peak_is_told_where_it_passes_the_limit)
{
	struct timetable *timetable =
		plan_make(TIMETABLE_RULES, RULES FOUR "r5,cd,2,1,s,3,09:30-10:10\n");

	plan_look(timetable, MONDAY, 4, NULL);
	assert_nothing_found();
	ck_assert_uint_eq(check.peak.legs, 4);
	ck_assert_uint_eq(check.peak.lessons, 2);
	ck_assert_int_eq(check.peak.at.ms, fixture_wall("2026-09-15", "09:27").ms);
	plan_look(timetable, MONDAY, 3, NULL);
	assert_only(PLAN_CAPACITY, "2026-09-15", "2026-09-15", 1,
		"4 endpoints at once, but the relay has room for 3 (legs in relay.conf): on "
		"2026-09-15 at 09:27");
	timetable_release(timetable);
}
END_TEST

START_TEST(lessons_at_once_have_a_limit_of_their_own)
{
	struct timetable *timetable =
		plan_make(TIMETABLE_RULES, RULES FOUR "r5,cd,2,1,s,3,09:30-10:10\n");
	struct plan_question question = {.timetable = timetable,
		.today = fixture_date(MONDAY),
		.legs_max = 256,
		.lessons_max = 1};

	ck_assert_int_eq(plan_check(&question, &check), 0);
	assert_only(PLAN_CAPACITY, "2026-09-15", "2026-09-15", 1,
		"2 lessons at once, but the relay has room for 1: on 2026-09-15 at 09:27");
	question.lessons_max = 2;
	plan_check_fini(&check);
	ck_assert_int_eq(plan_check(&question, &check), 0);
	assert_nothing_found();
	timetable_release(timetable);
}
END_TEST

START_TEST(what_closes_makes_room_for_what_opens_then)
{
	// r2 ends at 9:40 and closes at 9:42; r5 opens at 9:42.
	plan_check_with(TIMETABLE_RULES, RULES FOUR "r5,cd,2,1,s,3,09:45-10:10\n");
	ck_assert_uint_eq(check.peak.legs, 2);
	plan_check_with(TIMETABLE_RULES, RULES FOUR "r5,cd,2,1,s,3,09:44:59-10:10\n");
	ck_assert_uint_eq(check.peak.legs, 4);
}
END_TEST

START_TEST(a_make_up_day_without_a_mapping_is_told)
{
	plan_check_with(TIMETABLE_CALENDAR, CALENDAR TERM "2026-09-12,work\n");
	assert_only(PLAN_UNMAPPED_DAY, "2026-09-12", "2026-09-12", 1,
		"on 2026-09-12 a day is made up, but the calendar does not say which day's lessons "
		"it runs: fill in its runs_as; until then nothing opens");
	plan_check_with(TIMETABLE_CALENDAR, CALENDAR TERM "2026-09-12,work,,b\n");
	assert_only(PLAN_UNMAPPED_DAY, "2026-09-12", "2026-09-12", 1,
		"on 2026-09-12, Beta (b) makes up, but the calendar does not say which day's "
		"lessons it runs: fill in its runs_as; until then nothing opens");
	plan_check_with(TIMETABLE_CALENDAR, CALENDAR TERM "2026-09-12,work,2026-09-07\n");
	assert_nothing_found();
	ck_assert_uint_eq(check.lesson_count, 17);
}
END_TEST

START_TEST(a_calendar_without_a_term_ahead_is_told_alone)
{
	struct timetable *timetable = plan_make(TIMETABLE_RULES, RULES FOUR);

	plan_look(timetable, "2026-09-28", 256, NULL);
	assert_only(PLAN_NO_TERM, "2026-09-28", "2027-09-27", 0,
		"the calendar has no term before 2027-09-27: no lesson will open; add the next "
		"term's week1 and end");
	plan_look(timetable, "2026-09-27", 256, NULL);
	assert_nothing_found();
	timetable_release(timetable);
}
END_TEST

START_TEST(a_make_up_day_of_a_later_week_does_not_end_the_term)
{
	struct timetable *timetable = plan_make(
		TIMETABLE_CALENDAR, CALENDAR TERM "2026-09-06,work,2026-09-25\n2026-09-25,off\n");

	plan_look(timetable, "2026-09-14", 256, NULL);
	assert_nothing_found();
	ck_assert_int_eq(check.first.days, fixture_date(MONDAY).days);
	ck_assert_int_eq(check.last.days, fixture_date("2026-09-27").days);
	timetable_release(timetable);
}
END_TEST

START_TEST(a_term_without_an_end_is_looked_at_for_a_year_to_either_side)
{
	struct timetable *timetable = plan_make(TIMETABLE_CALENDAR, CALENDAR "2020-08-31,week1\n");

	plan_look(timetable, "2026-09-14", 256, NULL);
	assert_nothing_found();
	ck_assert_int_eq(check.first.days, fixture_date("2025-09-14").days);
	ck_assert_int_eq(check.last.days, fixture_date("2027-09-13").days);
	timetable_release(timetable);
}
END_TEST

START_TEST(the_next_terms_are_looked_at_too)
{
	struct timetable *timetable = plan_make(TIMETABLE_CALENDAR,
		CALENDAR TERM "2027-02-22,week1\n2027-07-04,end\n2027-08-30,week1\n");

	plan_look(timetable, "2026-08-01", 256, NULL);
	ck_assert_int_eq(check.first.days, fixture_date(MONDAY).days);
	ck_assert_int_eq(check.last.days, fixture_date("2027-07-04").days);
	timetable_release(timetable);
}
END_TEST

START_TEST(without_a_calendar_a_year_is_looked_at)
{
	plan_check_with(TIMETABLE_CALENDAR, NULL);
	assert_nothing_found();
	ck_assert_int_eq(check.last.days - check.first.days, PLAN_DAYS_AHEAD - 1);
	ck_assert_uint_eq(check.lesson_count, 4 * 52 + 1); // it ends on a Monday
}
END_TEST

START_TEST(the_gravest_come_first_and_the_rest_are_counted)
{
	char *rules = NULL;
	size_t bytes;
	FILE *text = open_memstream(&rules, &bytes);

	fputs(RULES THREE "r5,ac,1,1,music\n", text);
	for (int i = 0; i < PLAN_FINDINGS_MAX + 5; i++)
		fprintf(text, "x%d,ac,7,1,s,9\n", i);
	fclose(text);
	plan_check_with(TIMETABLE_RULES, rules);
	free(rules);
	ck_assert_uint_eq(check.finding_count, PLAN_FINDINGS_MAX);
	ck_assert_int_eq(check.findings[0].kind, PLAN_ROOM_TWICE);
	ck_assert_int_eq(check.findings[1].kind, PLAN_UNDER_TARGET);
	ck_assert_int_eq(check.findings[2].kind, PLAN_NEVER);
	ck_assert_uint_eq(check.counts[PLAN_ERROR], 1);
	ck_assert_uint_eq(check.counts[PLAN_WARNING], PLAN_FINDINGS_MAX + 6);
	ck_assert_uint_eq(check.left_out, 7);
}
END_TEST

START_TEST(a_text_that_is_too_long_is_cut_between_characters)
{
	struct plan_finding finding = {.kind = PLAN_NEVER};
	size_t whole = (sizeof(finding.text) - 2) / 3 * 3;

	plan_say(&finding, "x");
	for (size_t i = 0; i < sizeof(finding.text); i++)
		plan_say(&finding, "课");
	ck_assert_uint_eq(strlen(finding.text), 1 + whole);
	ck_assert_str_eq(finding.text + strlen(finding.text) - 3, "课");
}
END_TEST

// Every table of conf/county, as timetable.conf there names them.
START_TEST(the_county_of_24_schools_has_only_the_notes_that_are_meant)
{
	static const char *const names[TIMETABLE_FILE_COUNT] = {"schools.csv", "endpoints.csv",
		"bells.csv", "pairs.csv", "rules.csv", "calendar.csv", "slots.csv"};
	const struct timetable_policies policies = {.open_before_s = 180, .grace_s = 120};
	struct timetable_bytes files[TIMETABLE_FILE_COUNT];
	struct file_error error = {"", 0, ""};
	struct timetable *timetable;
	char path[64];

	civil_zone_set("Asia/Shanghai");
	for (size_t i = 0; i < TIMETABLE_FILE_COUNT; i++) {
		snprintf(path, sizeof(path), "conf/county/%s", names[i]);
		files[i].file = names[i];
		files[i].bytes = fixture_read(path);
		files[i].count = strlen(files[i].bytes);
	}
	ck_assert_msg(timetable_create(&policies, files, &timetable, &error) == 0, "%s:%u: %s",
		error.file, error.line, error.reason);
	plan_look(timetable, "2026-08-24", 256, NULL);
	for (size_t i = 0; i < check.finding_count; i++)
		ck_assert_msg(plan_kind_severity(check.findings[i].kind) == PLAN_NOTE, "%s",
			check.findings[i].text);
	ck_assert_uint_eq(check.finding_count, 2);
	ck_assert_str_eq(check.findings[0].rules[0], "maths-until-summer");
	ck_assert_str_eq(check.findings[1].rules[0], "bilian-preparation");
	ck_assert_str_eq(check.findings[1].rules[1], "bilian-maths-tue");
	ck_assert_uint_gt(check.lesson_count, 14 * 4 * 35);
	ck_assert_int_eq(check.last.days, fixture_date("2027-06-30").days);
	timetable_release(timetable);
	for (size_t i = 0; i < TIMETABLE_FILE_COUNT; i++)
		free((void *)files[i].bytes);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("plan_check");
	TCase *tests = tcase_create("plan_check");

	tcase_add_test(tests, a_sound_plan_has_no_findings);
	tcase_add_test(tests, one_room_in_two_lessons_at_once_names_both);
	tcase_add_test(tests, two_rooms_in_the_same_two_lessons_are_one_finding);
	tcase_add_test(tests, lead_in_and_grace_that_overlap_are_a_note);
	tcase_add_test(tests, lessons_with_time_between_them_do_not_meet);
	tcase_add_test(tests, few_shared_minutes_come_with_better_slots);
	tcase_add_test(tests, a_slot_is_proposed_only_where_every_room_is_free);
	tcase_add_test(tests, four_fifths_of_the_period_are_enough);
	tcase_add_test(tests, explicit_times_are_agreed_whatever_the_bells_say);
	tcase_add_test(tests, shared_minutes_are_those_of_the_published_tables);
	tcase_add_test(tests, the_peak_is_told_where_it_passes_the_limit);
	tcase_add_test(tests, lessons_at_once_have_a_limit_of_their_own);
	tcase_add_test(tests, what_closes_makes_room_for_what_opens_then);
	tcase_add_test(tests, a_make_up_day_without_a_mapping_is_told);
	tcase_add_test(tests, a_calendar_without_a_term_ahead_is_told_alone);
	tcase_add_test(tests, a_make_up_day_of_a_later_week_does_not_end_the_term);
	tcase_add_test(tests, a_term_without_an_end_is_looked_at_for_a_year_to_either_side);
	tcase_add_test(tests, the_next_terms_are_looked_at_too);
	tcase_add_test(tests, without_a_calendar_a_year_is_looked_at);
	tcase_add_test(tests, the_gravest_come_first_and_the_rest_are_counted);
	tcase_add_test(tests, a_text_that_is_too_long_is_cut_between_characters);
	tcase_add_test(tests, the_county_of_24_schools_has_only_the_notes_that_are_meant);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
