/* SPDX-License-Identifier: BSD-3-Clause */
// test_scheduler.c - lessons open and end by the plan, whatever is done to the wall clock.
#include "../support/lessons_golden.h"
#include "../support/scheduler_world.h"

START_TEST(a_lesson_opens_early_goes_live_by_the_bell_and_ends_after_its_grace)
{
	world_start(ONE, "08:56:59");
	step();
	check_story("");
	pass(1);
	check_story("open a");
	pass(179);
	check_story("");
	pass(1);
	check_story("live a");
	ck_assert_int_eq(wall.ms, fixture_wall("2024-10-09", "09:00").ms);
	pass(40 * 60 - 1);
	check_story("");
	pass(1);
	check_story("grace a");
	pass(119);
	check_story("");
	pass(1);
	check_story("end a");
	pass(600);
	check_story("");
	ck_assert_str_eq(scheduler_ended_get(scheduler, 0), "a/2024-10-09");
	world_stop();
}
END_TEST

static void
check_year(const char *zone, const char *path)
{
	static struct golden_lesson golden[GOLDEN_LESSONS_MAX];
	size_t count = golden_read(path, golden);
	size_t live_count = 0, grace_count = 0, end_count = 0;
	struct scheduler_event events[EVENTS_MAX];
	struct wall_time last;

	world_start(NULL, "08:00");
	civil_zone_set(zone);
	wall = fixture_wall(GOLDEN_FIRST, "00:00");
	last = fixture_wall("2025-09-01", "00:00");
	while (wall.ms < last.ms) {
		size_t event_count;
		struct mono_time next;

		scheduler_step(scheduler, wall, mono, events, EVENTS_MAX, &event_count);
		for (size_t i = 0; i < event_count; i++) {
			const struct lesson *lesson = &events[i].lesson->lesson;

			if (events[i].type == SCHEDULER_LIVE) {
				ck_assert_str_eq(lesson->id, golden[live_count].id);
				ck_assert_int_eq(wall.ms, golden[live_count++].start_s * 1000);
			} else if (events[i].type == SCHEDULER_GRACE) {
				ck_assert_str_eq(lesson->id, golden[grace_count].id);
				ck_assert_int_eq(wall.ms, golden[grace_count++].end_s * 1000);
			} else if (events[i].type == SCHEDULER_END) {
				ck_assert_int_eq(wall.ms, (golden[end_count++].end_s + 120) * 1000);
			}
		}
		next = scheduler_next(scheduler, wall, mono);
		ck_assert_int_gt(next.ns, mono.ns);
		wall.ms += (next.ns - mono.ns) / NS_IN_MS;
		mono = next;
	}
	ck_assert_uint_eq(live_count, count);
	ck_assert_uint_eq(grace_count, count);
	ck_assert_uint_eq(end_count, count);
	world_stop();
}

START_TEST(a_simulated_year_gives_exactly_the_oracle_s_lessons)
{
	check_year("Asia/Shanghai", "tests/data/lessons-Shanghai.csv");
}
END_TEST

START_TEST(a_simulated_year_with_daylight_saving_does_so_too)
{
	check_year("Europe/Berlin", "tests/data/lessons-Berlin.csv");
}
END_TEST

static const int64_t clock_steps_s[] = {-400 * 86400, -86400, -7200, -3600, -1800, -60, 60, 1800,
	2400, 2700, 3600, 7200, 86400, 400 * 86400};

START_TEST(no_step_of_the_clock_cuts_repeats_or_skips_a_running_lesson)
{
	int64_t by_s = clock_steps_s[_i];

	// b follows a with the same endpoints, so a step lands in b's time too.
	world_start(TWO, "08:56:59");
	pass(1 + 180 + 600); // ten minutes into a
	check_story("open a; live a");
	set_clock_by(by_s);
	pass(1800 - 181);
	check_story("");
	ck_assert_int_eq(state_of("a/2024-10-09"), LESSON_LIVE);
	set_clock_by(-by_s);
	pass(181);
	check_story("open b; grace a; end a; live b");
	pass(40 * 60 + 120);
	check_story("grace b; end b");
	pass(600);
	check_story("");
	world_stop();
}
END_TEST

START_TEST(no_step_of_the_clock_touches_lead_in_or_grace)
{
	int64_t by_s = clock_steps_s[_i];

	world_start(ONE, "08:57");
	step();
	pass(60);
	check_story("open a");
	set_clock_by(by_s);
	pass(119);
	check_story("");
	pass(1);
	check_story("live a");
	set_clock_by(-by_s);
	pass(40 * 60);
	check_story("grace a");
	set_clock_by(by_s);
	pass(119);
	check_story("");
	pass(1);
	check_story("end a");
	world_stop();
}
END_TEST

START_TEST(a_step_into_the_next_lesson_waits_for_the_bell_of_the_running_one)
{
	world_start(TWO, "08:57");
	step();
	pass(180 + 600);
	check_story("open a; live a");
	set_clock_by(
		45 * 60); // 09:55 by the wall, 30 minutes of a left; b's bell then rings at 10:25
	pass(1800 - 180 - 1);
	check_story("");
	pass(181);
	// By the wall b is over before a is: there is nothing left of it.
	check_story("grace a");
	pass(120);
	check_story("end a");
	world_stop();

	world_start(TWO, "08:57");
	step();
	pass(180 + 600);
	check_story("open a; live a");
	set_clock_by(
		20 * 60); // 09:30 by the wall; at a's closing bell it is 10:00, in the middle of b
	pass(1800 - 181);
	check_story("");
	pass(1);
	check_story("open b");
	pass(180);
	check_story("grace a; end a; live b");
	pass(20 * 60);
	check_story("grace b");
	world_stop();
}
END_TEST

START_TEST(a_lesson_that_ended_is_not_repeated_when_the_clock_goes_back)
{
	world_start(ONE, "08:57");
	step();
	pass(180 + 40 * 60 + 120);
	check_story("open a; live a; grace a; end a");
	set_clock_by(-30 * 60);
	pass(3600);
	check_story("");
	world_stop();
}
END_TEST

START_TEST(a_restart_in_mid_lesson_opens_it_at_once)
{
	world_start(ONE, "09:10");
	step();
	check_story("open a; live a");
	pass(30 * 60);
	check_story("grace a");
	world_stop();
	world_start(ONE, "09:41"); // after the closing bell there is nothing to resume
	step();
	check_story("");
	world_stop();
}
END_TEST

START_TEST(what_had_ended_before_a_restart_stays_ended)
{
	world_start(ONE, "09:10");
	ck_assert_int_eq(scheduler_ended_add(scheduler, "a/2024-10-09"), 0);
	ck_assert_int_eq(scheduler_ended_add(scheduler, "a/2024-10-09"), 0);
	ck_assert_uint_eq(scheduler_ended_count(scheduler), 1);
	ck_assert_int_eq(scheduler_ended_add(scheduler, ""), -EINVAL);
	step();
	check_story("");
	world_stop();
}
END_TEST

START_TEST(where_the_plan_overlaps_the_later_lesson_takes_over)
{
	world_start(ONE "b,three,3,1,x,09:30-10:10,\n", "08:57");
	step();
	pass(180 + 1800);
	check_story("open a; live a; open b; end a; live b");
	world_stop();
	world_start(ONE "b,three,3,1,x,09:30-10:10,\n", "09:35");
	step();
	check_story("open a; live a; open b; end a; live b");
	world_stop();
}
END_TEST

START_TEST(a_running_lesson_finishes_by_the_plan_it_opened_with)
{
	world_start(ONE, "09:10");
	step();
	check_story("open a; live a");
	timetable_release(timetable);
	timetable = fixture_timetable(TIMETABLE_RULES,
		HEADER "a,wuxi-houren,3,1,x,09:00-09:20,\nc,listened,3,1,x,09:30-09:50,\n");
	scheduler_set_timetable(scheduler, timetable);
	pass(20 * 60); // 09:30: c, which shares endpoints, takes over by the plan
	check_story("open c; end a; live c");
	world_stop();
	world_start(ONE, "09:10");
	step();
	timetable_release(timetable);
	timetable = fixture_timetable(TIMETABLE_RULES, HEADER); // all rules are gone
	scheduler_set_timetable(scheduler, timetable);
	pass(30 * 60 + 120);
	check_story("open a; live a; grace a; end a");
	world_stop();
}
END_TEST

START_TEST(events_that_do_not_fit_come_with_the_next_call)
{
	struct scheduler_event event;
	size_t count;

	world_start(ONE, "09:10");
	ck_assert_int_eq(scheduler_step(scheduler, wall, mono, &event, 1, &count), 0);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(event.type, SCHEDULER_OPEN);
	ck_assert_int_eq(scheduler_step(scheduler, wall, mono, &event, 1, &count), 0);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(event.type, SCHEDULER_LIVE);
	ck_assert_int_eq(scheduler_step(scheduler, wall, mono, &event, 1, &count), 0);
	ck_assert_uint_eq(count, 0);
	world_stop();
}
END_TEST

START_TEST(the_oldest_ended_lesson_gives_way_and_is_counted)
{
	char id[LESSON_ID_BYTES_MAX];

	world_start(ONE, "07:00");
	for (int i = 0; i <= SCHEDULER_ENDED_MAX; i++) {
		snprintf(id, sizeof(id), "r%d/2024-10-01", i);
		ck_assert_int_eq(scheduler_ended_add(scheduler, id), 0);
	}
	ck_assert_uint_eq(scheduler_ended_count(scheduler), SCHEDULER_ENDED_MAX);
	ck_assert_str_eq(scheduler_ended_get(scheduler, 0), "r1/2024-10-01");
	ck_assert_str_eq(scheduler_ended_get(scheduler, SCHEDULER_ENDED_MAX - 1), id);
	ck_assert_uint_eq(scheduler_stats(scheduler)->ended_forgotten, 1);
	world_stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scheduler");
	TCase *tests = tcase_create("scheduler");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_lesson_opens_early_goes_live_by_the_bell_and_ends_after_its_grace);
	tcase_add_test(tests, a_simulated_year_gives_exactly_the_oracle_s_lessons);
	tcase_add_test(tests, a_simulated_year_with_daylight_saving_does_so_too);
	tcase_add_loop_test(tests, no_step_of_the_clock_cuts_repeats_or_skips_a_running_lesson, 0,
		(int)(sizeof(clock_steps_s) / sizeof(clock_steps_s[0])));
	tcase_add_loop_test(tests, no_step_of_the_clock_touches_lead_in_or_grace, 0,
		(int)(sizeof(clock_steps_s) / sizeof(clock_steps_s[0])));
	tcase_add_test(tests, a_step_into_the_next_lesson_waits_for_the_bell_of_the_running_one);
	tcase_add_test(tests, a_lesson_that_ended_is_not_repeated_when_the_clock_goes_back);
	tcase_add_test(tests, a_restart_in_mid_lesson_opens_it_at_once);
	tcase_add_test(tests, what_had_ended_before_a_restart_stays_ended);
	tcase_add_test(tests, where_the_plan_overlaps_the_later_lesson_takes_over);
	tcase_add_test(tests, a_running_lesson_finishes_by_the_plan_it_opened_with);
	tcase_add_test(tests, events_that_do_not_fit_come_with_the_next_call);
	tcase_add_test(tests, the_oldest_ended_lesson_gives_way_and_is_counted);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
