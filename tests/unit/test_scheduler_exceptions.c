/* SPDX-License-Identifier: BSD-3-Clause */
// test_scheduler_exceptions.c - one-day changes and new plans, before the bell and in mid-lesson.
#include "../support/scheduler_world.h"

#define MINUTE_S 60

static void
except(enum plan_exception_kind kind, const char *id, int32_t start_s, int32_t end_s)
{
	struct plan_exception exception = {.kind = kind, .to_times = {start_s, end_s}};
	const struct plan_exceptions exceptions = {&exception, 1};

	strcpy(exception.lesson_id, id);
	ck_assert_int_eq(civil_date_parse("2024-10-09", &exception.to_date), 0);
	ck_assert_int_eq(scheduler_set_exceptions(scheduler, &exceptions), 0);
	memset(&exception, 0, sizeof(exception)); // they were copied
}

static void
plan_anew(const char *rules)
{
	timetable_release(timetable);
	timetable = fixture_timetable(TIMETABLE_RULES, rules);
	scheduler_set_timetable(scheduler, timetable);
}

START_TEST(a_cancelled_lesson_does_not_open)
{
	const struct plan_exceptions none = {NULL, 0};

	world_start(TWO, "08:50");
	except(PLAN_CANCEL, "a/2024-10-09", 0, 0);
	pass(20 * MINUTE_S);
	check_story("");
	ck_assert_uint_eq(scheduler_exceptions(scheduler)->count, 1);
	ck_assert_int_eq(scheduler_set_exceptions(scheduler, &none), 0);
	step();
	check_story("open a; live a");
	world_stop();
}
END_TEST

START_TEST(a_moved_lesson_opens_where_it_went_under_its_own_id)
{
	world_start(ONE, "08:50");
	except(PLAN_MOVE, "a/2024-10-09", 10 * 3600, 10 * 3600 + 40 * MINUTE_S);
	pass(20 * MINUTE_S);
	check_story("");
	pass(51 * MINUTE_S);
	check_story("open a; live a");
	ck_assert_ptr_nonnull(scheduler_find(scheduler, "a/2024-10-09"));
	pass(43 * MINUTE_S);
	check_story("grace a; end a");
	world_stop();
}
END_TEST

START_TEST(exceptions_stay_with_a_new_timetable)
{
	world_start(ONE, "08:50");
	except(PLAN_CANCEL, "a/2024-10-09", 0, 0);
	plan_anew(TWO);
	pass(30 * MINUTE_S);
	check_story("");
	pass(21 * MINUTE_S);
	check_story("open b; live b");
	world_stop();
}
END_TEST

START_TEST(a_live_lesson_finishes_by_the_plan_it_opened_with)
{
	world_start(ONE, "08:50");
	pass(20 * MINUTE_S);
	check_story("open a; live a");
	except(PLAN_CANCEL, "a/2024-10-09", 0, 0);
	pass(29 * MINUTE_S);
	check_story("");
	ck_assert_uint_ne(
		scheduler_differences(scheduler, scheduler_find(scheduler, "a/2024-10-09")), 0);
	pass(4 * MINUTE_S);
	check_story("grace a; end a");
	world_stop();
}
END_TEST

START_TEST(a_lesson_that_a_change_puts_into_a_live_one_waits_for_its_bell)
{
	world_start(ONE, "08:50");
	pass(20 * MINUTE_S);
	check_story("open a; live a");
	plan_anew(HEADER "b,wuxi-houren,3,1,x,09:00-09:40,\nc,wuxi-houren,3,1,x,09:05-10:00,\n");
	pass(29 * MINUTE_S);
	check_story("");
	pass(2 * MINUTE_S);
	check_story("grace a; open c; end a; live c");
	world_stop();
}
END_TEST

START_TEST(a_bell_that_is_still_to_ring_rings_by_the_new_plan)
{
	world_start(ONE, "08:50");
	pass(20 * MINUTE_S);
	check_story("open a; live a");
	plan_anew(HEADER "a,wuxi-houren,3,1,x,09:00-09:40,\nb,wuxi-houren,3,1,x,09:20-10:00,\n");
	pass(8 * MINUTE_S);
	check_story("open b");
	pass(3 * MINUTE_S);
	check_story("end a; live b");
	world_stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scheduler_exceptions");
	TCase *tests = tcase_create("scheduler_exceptions");

	tcase_add_test(tests, a_cancelled_lesson_does_not_open);
	tcase_add_test(tests, a_moved_lesson_opens_where_it_went_under_its_own_id);
	tcase_add_test(tests, exceptions_stay_with_a_new_timetable);
	tcase_add_test(tests, a_live_lesson_finishes_by_the_plan_it_opened_with);
	tcase_add_test(tests, a_lesson_that_a_change_puts_into_a_live_one_waits_for_its_bell);
	tcase_add_test(tests, a_bell_that_is_still_to_ring_rings_by_the_new_plan);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
