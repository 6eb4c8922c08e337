/* SPDX-License-Identifier: BSD-3-Clause */
// test_scheduler_regroup.c - a lesson that runs goes on with other endpoints, and its bells stay.
#include "../support/scheduler_world.h"

#define A "a/2024-10-09"

static int
regroup(const char *first, const char *second, const char *third, size_t listener_count)
{
	const char *const ids[] = {first, second, third};

	return scheduler_regroup(scheduler, A, ids, third == NULL ? 2 : 3, listener_count, mono);
}

static const char *
holder_of(const char *endpoint_id)
{
	const struct scheduled_lesson *holder = scheduler_holder(scheduler, endpoint_id);

	return holder == NULL ? "nothing" : holder->lesson.id;
}

START_TEST(a_lesson_takes_another_endpoint_and_keeps_its_bells)
{
	const struct lesson *lesson;

	world_start(ONE, "09:10");
	step();
	check_story("open a; live a");
	ck_assert_int_eq(regroup("wuxi-1", "houren-1", "jian-1", 1), 0);
	step();
	check_story("changed a");
	lesson = &scheduler_find(scheduler, A)->lesson;
	ck_assert_uint_eq(lesson->part_count, 3);
	ck_assert_int_eq(lesson->parts[0].role, LESSON_LEAD);
	ck_assert_int_eq(lesson->parts[2].role, LESSON_LISTEN);
	ck_assert_str_eq(lesson->parts[2].school->id, "jian");
	ck_assert_str_eq(holder_of("jian-1"), A);
	pass(30 * 60);
	check_story("grace a");
	world_stop();
}
END_TEST

START_TEST(who_is_replaced_is_free_again)
{
	world_start(ONE, "09:10");
	step();
	ck_assert_int_eq(regroup("wuxi-2", "houren-1", NULL, 0), 0);
	ck_assert_str_eq(holder_of("wuxi-1"), "nothing");
	ck_assert_str_eq(holder_of("wuxi-2"), A);
	step();
	ck_assert_int_eq(regroup("jian-1", "houren-1", NULL, 0), 0);
	step();
	ck_assert_int_eq(regroup("wuxi-1", "houren-1", NULL, 0), 0);
	ck_assert_int_eq(regroup("wuxi-1", "jian-1", NULL, 0), -EAGAIN); // not told yet
	step();
	check_story("open a; live a; changed a; changed a; changed a");
	ck_assert_str_eq(holder_of("wuxi-1"), A);
	world_stop();
}
END_TEST

START_TEST(a_group_that_makes_no_lesson_is_refused)
{
	const char *const one[] = {"wuxi-1"};

	world_start(ONE, "09:10");
	step();
	ck_assert_int_eq(regroup("wuxi-1", "wuxi-1", NULL, 0), -EINVAL);
	ck_assert_int_eq(regroup("wuxi-1", "nobody-1", NULL, 0), -ENODEV);
	ck_assert_int_eq(regroup("wuxi-1", "houren-1", NULL, 2), -EINVAL);
	ck_assert_int_eq(scheduler_regroup(scheduler, A, one, 1, 0, mono), -EINVAL);
	ck_assert_int_eq(scheduler_regroup(scheduler, "b/1", one, 1, 0, mono), -ENOENT);
	ck_assert(!scheduler_find(scheduler, A)->is_edited);
	ck_assert_uint_eq(scheduler_find(scheduler, A)->lesson.part_count, 2);
	world_stop();
}
END_TEST

START_TEST(a_newcomer_in_another_live_lesson_stays_there)
{
	const char *const pair[] = {"wuxi-2", "jian-1"};
	const struct scheduled_lesson *adhoc;

	world_start(ONE, "09:10");
	step();
	ck_assert_int_eq(scheduler_open_adhoc(scheduler, pair, 2, 10, "t", wall, mono, &adhoc), 0);
	step();
	ck_assert_int_eq(regroup("wuxi-1", "houren-1", "jian-1", 0), -EBUSY);
	ck_assert_uint_eq(scheduler_find(scheduler, A)->lesson.part_count, 2);
	pass(10 * 60); // now it is in its grace, and gives way
	check_story("open a; live a; open adhoc; live adhoc; grace adhoc");
	ck_assert_int_eq(regroup("wuxi-1", "houren-1", "jian-1", 0), 0);
	step();
	ck_assert_str_eq(holder_of("jian-1"), A);
	ck_assert_uint_eq(scheduler_running_count(scheduler), 1);
	world_stop();
}
END_TEST

START_TEST(an_endpoint_of_a_newer_plan_may_come_and_both_plans_last)
{
	world_start(ONE, "09:10");
	step();
	timetable_release(timetable);
	timetable = fixture_timetable(TIMETABLE_ENDPOINTS,
		"endpoint,school,streams\nwuxi-1,wuxi,audio=opus\nhouren-1,houren,audio=opus\n"
		"wuxi-2,wuxi,audio=opus\njian-1,jian,audio=opus\njian-9,jian,audio=opus\n");
	scheduler_set_timetable(scheduler, timetable);
	step();
	ck_assert_int_eq(regroup("wuxi-1", "jian-9", NULL, 0), 0);
	step();
	// The newer plan goes too; its endpoint is still the lesson's.
	timetable_release(timetable);
	timetable = fixture_timetable(TIMETABLE_RULES, HEADER);
	scheduler_set_timetable(scheduler, timetable);
	pass(60);
	ck_assert_str_eq(scheduler_find(scheduler, A)->lesson.parts[1].endpoint->id, "jian-9");
	ck_assert_str_eq(scheduler_find(scheduler, A)->lesson.parts[1].school->id, "jian");
	pass(30 * 60 + 120);
	ck_assert_uint_eq(scheduler_running_count(scheduler), 0);
	world_stop();
}
END_TEST

START_TEST(the_next_lesson_of_a_newcomer_takes_over_at_its_bell)
{
	world_start(ONE "c,listened,3,1,x,09:30-10:10,\n", "09:10");
	step();
	ck_assert_int_eq(regroup("wuxi-1", "jian-1", NULL, 0), 0);
	pass(20 * 60);
	check_story("open a; live a; changed a; open c; end a; live c");
	world_stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scheduler_regroup");
	TCase *tests = tcase_create("scheduler_regroup");

	tcase_add_test(tests, a_lesson_takes_another_endpoint_and_keeps_its_bells);
	tcase_add_test(tests, who_is_replaced_is_free_again);
	tcase_add_test(tests, a_group_that_makes_no_lesson_is_refused);
	tcase_add_test(tests, a_newcomer_in_another_live_lesson_stays_there);
	tcase_add_test(tests, an_endpoint_of_a_newer_plan_may_come_and_both_plans_last);
	tcase_add_test(tests, the_next_lesson_of_a_newcomer_takes_over_at_its_bell);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
