/* SPDX-License-Identifier: BSD-3-Clause */
// test_scheduler_open.c - what opens when, whatever the clock does: steps, leap seconds, 2038.
#include "../support/scheduler_world.h"

#define HOUR_S 3600
#define DAY_S 86400

static const int64_t steps_s[] = {HOUR_S, -HOUR_S, DAY_S, -DAY_S};

START_TEST(a_step_before_a_lesson_that_is_taken_back_skips_nothing)
{
	int64_t by_s = steps_s[_i];

	world_start(ONE, "08:30");
	pass(60);
	set_clock_by(by_s == HOUR_S ? by_s + 600 : by_s); // 09:41: the lesson seems over
	check_story("");
	pass(60);
	set_clock_by(by_s == HOUR_S ? -by_s - 600 : -by_s);
	pass(25 * 60); // 08:57
	check_story("open a");
	pass(180 + 40 * 60 + 120);
	check_story("live a; grace a; end a");
	world_stop();
}
END_TEST

START_TEST(a_step_of_an_hour_or_a_day_in_a_lesson_and_back_leaves_all_bells_where_they_were)
{
	int64_t by_s = steps_s[_i];

	world_start(TWO, "08:57");
	step();
	pass(180 + 600);
	check_story("open a; live a");
	set_clock_by(by_s);
	pass(300);
	set_clock_by(-by_s);
	pass(1200);
	check_story("");
	pass(300); // 09:40
	check_story("open b; grace a; end a; live b");
	set_clock_by(by_s);
	pass(40 * 60 - 1);
	ck_assert_int_eq(state_of("b/2024-10-09"), LESSON_LIVE);
	set_clock_by(-by_s);
	pass(1 + 120);
	check_story("grace b; end b");
	pass(DAY_S);
	check_story("");
	world_stop();
}
END_TEST

// UTC's midnight, where leap seconds come, is 08:00 here.
#define AROUND_EIGHT HEADER "a,wuxi-houren,3,1,x,07:21-08:01,\nb,wuxi-houren,3,1,x,08:01-08:41,\n"

START_TEST(a_leap_second_that_comes_twice_rings_no_bell_twice)
{
	struct mono_time live;

	world_start(AROUND_EIGHT, "07:20:59");
	pass(1);
	check_story("open a; live a");
	live = mono;
	pass(39 * 60);
	check_story("open b");
	set_clock_by(-1); // 07:59:59 again
	pass(59);
	check_story("");
	pass(1);
	// By the monotonic clock, to the second; b had opened by then and follows without a gap.
	check_story("grace a; end a; live b");
	ck_assert_int_eq(mono_since_ns(mono, live), 40 * 60 * NS_IN_S);
	pass(40 * 60);
	check_story("grace b");
	world_stop();
}
END_TEST

START_TEST(a_leap_second_left_out_cuts_nothing)
{
	world_start(AROUND_EIGHT, "07:20:59");
	pass(1 + 39 * 60);
	check_story("open a; live a; open b");
	set_clock_by(1);
	pass(59);
	check_story("");
	pass(1 + 40 * 60);
	check_story("grace a; end a; live b; grace b");
	world_stop();
}
END_TEST

START_TEST(a_smeared_leap_second_moves_no_bell_by_more_than_its_smear)
{
	struct mono_time live = {0};
	size_t told = 0;

	world_start(AROUND_EIGHT, "07:17:59");
	// For a day the clock is slow by one second in 86400, here in steps of a millisecond.
	for (int ms = 0; ms < 90 * 60 * 1000 && told < 3; ms++) {
		wall.ms += ms % 86400 == 0 ? 0 : 1;
		mono.ns += NS_IN_MS;
		if (ms % 10 != 0)
			continue;
		step();
		if (strcmp(story, "open a; live a") == 0 && told == 0) {
			live = mono;
			told = 1;
		}
		if (told == 1 && strstr(story, "grace a") != NULL) {
			// b was planned by the smeared clock: at most 28 ms later than a's bell.
			int64_t length_ns = mono_since_ns(mono, live);

			ck_assert_int_ge(length_ns, 40 * 60 * NS_IN_S - 10 * NS_IN_MS);
			ck_assert_int_le(length_ns, 40 * 60 * NS_IN_S + 10 * NS_IN_MS);
			told = 2;
		}
		if (told == 2 && strstr(story, "live b") != NULL) {
			ck_assert_int_le(
				mono_since_ns(mono, live), 40 * 60 * NS_IN_S + 50 * NS_IN_MS);
			told = 3;
		}
	}
	ck_assert_uint_eq(told, 3);
	check_story("open a; live a; open b; grace a; end a; live b");
	world_stop();
}
END_TEST

static void
far_lesson(const char *rule, const char *date, const char *time, const char *id, int64_t start_s)
{
	world_start(rule, "09:00");
	wall = fixture_wall(date, time); // eight minutes before the bell
	pass(5 * 60);
	check_story("open a");
	ck_assert_int_eq(scheduler_find(scheduler, id)->lesson.start.ms, start_s * MS_IN_S);
	pass(3 * 60);
	check_story("live a");
	set_clock_by(HOUR_S);
	set_clock_by(-HOUR_S);
	pass(40 * 60 - 1);
	check_story("");
	pass(1);
	check_story("grace a");
	pass(120 + DAY_S);
	check_story("end a");
	world_stop();
}

START_TEST(a_lesson_across_the_end_of_32_bits_is_held_once_and_whole)
{
	// Tuesday 19 January 2038: 11:14:08 here is 2^31 s after 1970.
	far_lesson(HEADER "a,wuxi-houren,2,1,x,11:00-11:40,\n", "2038-01-19", "10:52",
		"a/2038-01-19", INT64_C(2147482800));
}
END_TEST

START_TEST(a_lesson_of_2040_is_held_like_any_other)
{
	// Monday 27 February 2040.
	far_lesson(HEADER "a,wuxi-houren,1,1,x,09:00-09:40,\n", "2040-02-27", "08:52",
		"a/2040-02-27", INT64_C(2213917200));
}
END_TEST

START_TEST(the_next_opening_is_known_ahead)
{
	struct mono_time next;

	world_start(ONE, "08:30");
	step();
	next = scheduler_next(scheduler, wall, mono);
	ck_assert_int_eq(mono_since_ns(next, mono), 27 * 60 * NS_IN_S);
	world_stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scheduler_open");
	TCase *tests = tcase_create("scheduler_open");
	int step_count = (int)(sizeof(steps_s) / sizeof(steps_s[0]));

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(
		tests, a_step_before_a_lesson_that_is_taken_back_skips_nothing, 0, step_count);
	tcase_add_loop_test(tests,
		a_step_of_an_hour_or_a_day_in_a_lesson_and_back_leaves_all_bells_where_they_were, 0,
		step_count);
	tcase_add_test(tests, a_leap_second_that_comes_twice_rings_no_bell_twice);
	tcase_add_test(tests, a_leap_second_left_out_cuts_nothing);
	tcase_add_test(tests, a_smeared_leap_second_moves_no_bell_by_more_than_its_smear);
	tcase_add_test(tests, a_lesson_across_the_end_of_32_bits_is_held_once_and_whole);
	tcase_add_test(tests, a_lesson_of_2040_is_held_like_any_other);
	tcase_add_test(tests, the_next_opening_is_known_ahead);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
