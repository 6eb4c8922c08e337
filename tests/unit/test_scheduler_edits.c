/* SPDX-License-Identifier: BSD-3-Clause */
// test_scheduler_edits.c - a closing bell that is moved forward, and what a reload makes of a
// lesson that runs.
#include "../support/scheduler_world.h"

#define A "a/2024-10-09"

static const struct scheduled_lesson *
a(void)
{
	return scheduler_find(scheduler, A);
}

static int
cut_by_s(int64_t seconds)
{
	return scheduler_cut(scheduler, A, mono_after_ns(a()->bell_at, -seconds * NS_IN_S), mono);
}

START_TEST(a_lesson_that_is_cut_ends_by_its_new_bell_and_has_its_grace)
{
	world_start(ONE, "08:57");
	step();
	pass(180 + 600);
	check_story("open a; live a");
	ck_assert_int_eq(cut_by_s(900), 0);
	ck_assert(a()->is_edited);
	pass(1);
	check_story("changed a");
	pass(900 - 2);
	check_story("");
	pass(1); // 09:25
	check_story("grace a");
	pass(120);
	check_story("end a");
	pass(3600);
	check_story(""); // the plan's own bell is at 09:40
	world_stop();
}
END_TEST

START_TEST(cut_to_a_moment_that_is_past_rings_at_once)
{
	world_start(ONE, "09:10");
	step();
	check_story("open a; live a");
	ck_assert_int_eq(cut_by_s(3000), 0);
	step();
	check_story("changed a; grace a");
	ck_assert_int_eq(cut_by_s(60), -EALREADY);
	world_stop();
}
END_TEST

START_TEST(a_cut_that_is_none_is_refused)
{
	world_start(ONE, "08:57");
	step();
	ck_assert_int_eq(scheduler_cut(scheduler, "b/2024-10-09", mono, mono), -ENOENT);
	ck_assert_int_eq(cut_by_s(0), -EINVAL);
	ck_assert_int_eq(cut_by_s(-60), -EINVAL);
	ck_assert_int_eq(cut_by_s(40 * 60), -EINVAL); // nothing would be left of it
	ck_assert_int_eq(cut_by_s(41 * 60), -EINVAL);
	ck_assert(!a()->is_edited);
	ck_assert_uint_eq(scheduler_edit_count(scheduler), 0);
	ck_assert_int_eq(cut_by_s(39 * 60), 0);
	world_stop();
}
END_TEST

START_TEST(the_next_lesson_keeps_its_bell_when_the_one_before_is_cut)
{
	world_start(TWO, "09:20");
	step();
	ck_assert_int_eq(cut_by_s(600), 0);
	pass(20 * 60);
	check_story("open a; live a; changed a; grace a; end a; open b; live b");
	world_stop();
}
END_TEST

START_TEST(cut_and_extended_add_up)
{
	int64_t planned_ms;

	world_start(ONE, "09:10");
	step();
	planned_ms = a()->lesson.end.ms;
	ck_assert_int_eq(cut_by_s(600), 0);
	ck_assert_int_eq(scheduler_extend(scheduler, A, 15, mono), 0);
	ck_assert_int_eq(a()->lesson.end.ms, planned_ms + 300 * MS_IN_S);
	ck_assert_uint_eq(scheduler_edit_count(scheduler), 1);
	ck_assert_int_eq(scheduler_edit_get(scheduler, 0)->end.ms, planned_ms + 300 * MS_IN_S);
	world_stop();
}
END_TEST

START_TEST(a_reload_tells_how_what_runs_differs)
{
	static const struct {
		const char *rules;
		unsigned differences;
	} plans[] = {
		{ONE, 0},
		{HEADER, LESSON_DIFFERS_GONE},
		{HEADER "a,wuxi-houren,3,1,x,09:00-09:45,\n", LESSON_DIFFERS_TIMES},
		{HEADER "a,listened,3,1,x,09:00-09:40,\n", LESSON_DIFFERS_ENDPOINTS},
		{HEADER "a,wuxi-houren,3,1,y,09:05-09:40,\n",
			LESSON_DIFFERS_TIMES | LESSON_DIFFERS_SUBJECT},
	};

	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		world_start(ONE, "09:10");
		step();
		timetable_release(timetable);
		timetable = fixture_timetable(TIMETABLE_RULES, plans[i].rules);
		scheduler_set_timetable(scheduler, timetable);
		step();
		ck_assert_uint_eq(scheduler_differences(scheduler, a()), plans[i].differences);
		pass(30 * 60);
		check_story("open a; live a; grace a");
		world_stop();
	}
}
END_TEST

START_TEST(an_edit_that_makes_no_sense_is_not_restored)
{
	struct lesson_edit edit = {.id = "no-slash", .end = {1}};

	world_start(ONE, "08:00");
	ck_assert_int_eq(scheduler_edit_restore(scheduler, &edit), -EINVAL);
	strcpy(edit.id, A);
	edit.endpoint_count = 2;
	strcpy(edit.endpoints[0], "wuxi-1");
	strcpy(edit.endpoints[1], "wuxi-1");
	ck_assert_int_eq(scheduler_edit_restore(scheduler, &edit), -EINVAL);
	ck_assert_uint_eq(scheduler_edit_count(scheduler), 0);
	strcpy(edit.endpoints[1], "nobody-1");
	edit.end = fixture_wall("2024-10-09", "09:20");
	ck_assert_int_eq(scheduler_edit_restore(scheduler, &edit), -ENODEV);
	pass(80 * 60); // its bell is taken all the same
	check_story("open a; live a; grace a");
	world_stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scheduler_edits");
	TCase *tests = tcase_create("scheduler_edits");

	tcase_add_test(tests, a_lesson_that_is_cut_ends_by_its_new_bell_and_has_its_grace);
	tcase_add_test(tests, cut_to_a_moment_that_is_past_rings_at_once);
	tcase_add_test(tests, a_cut_that_is_none_is_refused);
	tcase_add_test(tests, the_next_lesson_keeps_its_bell_when_the_one_before_is_cut);
	tcase_add_test(tests, cut_and_extended_add_up);
	tcase_add_test(tests, a_reload_tells_how_what_runs_differs);
	tcase_add_test(tests, an_edit_that_makes_no_sense_is_not_restored);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
