/* SPDX-License-Identifier: BSD-3-Clause */
// test_scheduler.c - lessons open and end by the plan, whatever is done to the wall clock.
#include "control/scheduler.h"

#include "../support/lessons_golden.h"

#define EVENTS_MAX 64
#define MONO_START_NS (INT64_C(5000) * NS_PER_S)

// A small world: two clocks, and what the scheduler said.
static struct timetable *timetable;
static struct scheduler *scheduler;
static struct wall_time wall;
static struct mono_time mono;
static char story[4096]; // "open a/2024-10-09; live ..." of all events so far

static const char *const event_names[] = {
	[SCHEDULER_OPEN] = "open",
	[SCHEDULER_LIVE] = "live",
	[SCHEDULER_GRACE] = "grace",
	[SCHEDULER_END] = "end",
	[SCHEDULER_CHANGED] = "changed",
};

#define HEADER "rule,pair,weekday,period,subject,governing_bell,from\n"

// Wednesday 9 October 2024 at `time`, with these rules; NULL: the county's.
static void
world_start(const char *rules, const char *time)
{
	civil_zone_set("Asia/Shanghai");
	timetable = fixture_timetable(TIMETABLE_RULES, rules);
	scheduler = scheduler_create(timetable);
	ck_assert_ptr_nonnull(scheduler);
	wall = fixture_wall("2024-10-09", time);
	mono = (struct mono_time){MONO_START_NS};
	story[0] = '\0';
}

static void
world_stop(void)
{
	scheduler_destroy(scheduler);
	timetable_release(timetable);
}

static void
step(void)
{
	struct scheduler_event events[EVENTS_MAX];
	size_t count;

	ck_assert_int_eq(scheduler_step(scheduler, wall, mono, events, EVENTS_MAX, &count), 0);
	for (size_t i = 0; i < count; i++) {
		size_t used = strlen(story);
		const char *id = events[i].lesson->lesson.id;

		snprintf(story + used, sizeof(story) - used, "%s%s %.*s", used == 0 ? "" : "; ",
			event_names[events[i].type], (int)strcspn(id, "/"), id);
	}
}

// Time goes by, in steps of a second.
static void
pass(int64_t seconds)
{
	for (int64_t i = 0; i < seconds; i++) {
		wall.ms += MS_PER_S;
		mono.ns += NS_PER_S;
		step();
	}
}

static void
set_clock_by(int64_t seconds)
{
	wall.ms += seconds * MS_PER_S;
	step();
}

#define check_story(expected)                                                                      \
	do {                                                                                       \
		ck_assert_str_eq(story, expected);                                                 \
		story[0] = '\0';                                                                   \
	} while (0)

static enum lesson_state
state_of(const char *id)
{
	const struct scheduled_lesson *lesson = scheduler_find(scheduler, id);

	return lesson == NULL ? LESSON_ENDED : lesson->state;
}

#define ONE HEADER "a,wuxi-houren,3,1,x,09:00-09:40,\n"
#define TWO ONE "b,wuxi-houren,3,1,x,09:40-10:20,\n"

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
		wall.ms += (next.ns - mono.ns) / NS_PER_MS;
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

START_TEST(a_lesson_ended_by_the_operator_stays_ended)
{
	world_start(ONE, "09:10");
	step();
	ck_assert_int_eq(scheduler_end(scheduler, "a/2024-10-09"), 0);
	ck_assert_int_eq(scheduler_end(scheduler, "a/2024-10-09"), -ENOENT);
	step();
	check_story("open a; live a; end a");
	pass(60);
	check_story("");
	ck_assert_int_eq(scheduler_end(scheduler, "a/2024-10-09"), -ENOENT);
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

START_TEST(lessons_without_a_common_endpoint_run_side_by_side)
{
	static const char *const others[] = {"wuxi-2", "jian-1"};
	const struct scheduled_lesson *adhoc;

	world_start(ONE, "09:00");
	step();
	ck_assert_int_eq(scheduler_open_adhoc(scheduler, others, 2, 60, "", wall, mono, &adhoc), 0);
	pass(40 * 60 + 120);
	check_story("open a; live a; open adhoc; live adhoc; grace a; end a");
	ck_assert_int_eq(adhoc->state, LESSON_LIVE);
	world_stop();
}
END_TEST

START_TEST(an_extension_moves_the_bell_and_the_next_lesson_still_takes_over)
{
	const struct scheduled_lesson *a;

	world_start(TWO, "09:00");
	step();
	check_story("open a; live a");
	a = scheduler_find(scheduler, "a/2024-10-09");
	ck_assert_int_eq(scheduler_extend(scheduler, "a/2024-10-09", 5, mono), 0);
	ck_assert_int_eq(a->lesson.end.ms, fixture_wall("2024-10-09", "09:45").ms);
	ck_assert_int_eq(scheduler_extend(scheduler, "a/2024-10-09", 0, mono), -EINVAL);
	ck_assert_int_eq(scheduler_extend(scheduler, "b/2024-10-09", 5, mono), -ENOENT);
	pass(40 * 60);
	check_story("changed a; open b; end a; live b");
	world_stop();
}
END_TEST

START_TEST(an_extension_in_grace_makes_the_lesson_live_again)
{
	world_start(ONE, "09:00");
	step();
	pass(40 * 60 + 60);
	check_story("open a; live a; grace a");
	ck_assert_int_eq(scheduler_extend(scheduler, "a/2024-10-09", 5, mono), 0);
	step();
	check_story("changed a; live a");
	pass(299);
	check_story("");
	pass(1);
	check_story("grace a");
	pass(120);
	check_story("end a");
	world_stop();
}
END_TEST

static const char *const pair[] = {"wuxi-1", "houren-1"};

START_TEST(an_ad_hoc_lesson_is_live_at_once_and_ends_by_itself)
{
	const struct scheduled_lesson *lesson;

	world_start(ONE, "16:15");
	ck_assert_int_eq(
		scheduler_open_adhoc(scheduler, pair, 2, 10, "检查", wall, mono, &lesson), 0);
	ck_assert_str_eq(lesson->lesson.id, "adhoc/2024-10-09T08:15:00Z-1");
	ck_assert_str_eq(lesson->lesson.title, "检查");
	ck_assert_int_eq(lesson->lesson.parts[0].role, LESSON_LEAD);
	ck_assert_str_eq(lesson->lesson.parts[1].endpoint->id, "houren-1");
	ck_assert_ptr_null(lesson->lesson.rule);
	step();
	check_story("open adhoc; live adhoc");
	pass(600);
	check_story("grace adhoc");
	pass(120);
	check_story("end adhoc");
	world_stop();
}
END_TEST

START_TEST(an_ad_hoc_lesson_is_refused_with_its_reason)
{
	static const char *const unknown[] = {"wuxi-1", "nowhere-1"};
	static const char *const twice[] = {"wuxi-1", "wuxi-1"};
	const struct scheduled_lesson *lesson;

	world_start(ONE, "09:10");
	step();
	ck_assert_int_eq(
		scheduler_open_adhoc(scheduler, pair, 2, 10, "", wall, mono, &lesson), -EBUSY);
	ck_assert_int_eq(
		scheduler_open_adhoc(scheduler, unknown, 2, 10, "", wall, mono, &lesson), -ENOENT);
	ck_assert_int_eq(
		scheduler_open_adhoc(scheduler, twice, 2, 10, "", wall, mono, &lesson), -EINVAL);
	ck_assert_int_eq(
		scheduler_open_adhoc(scheduler, pair, 1, 10, "", wall, mono, &lesson), -EINVAL);
	ck_assert_int_eq(
		scheduler_open_adhoc(scheduler, pair, 2, 0, "", wall, mono, &lesson), -EINVAL);
	ck_assert_uint_eq(scheduler_running_count(scheduler), 1);
	world_stop();
}
END_TEST

START_TEST(an_ad_hoc_lesson_runs_in_the_lead_in_until_the_bell)
{
	const struct scheduled_lesson *lesson;

	world_start(ONE, "08:58");
	step();
	check_story("open a");
	ck_assert_int_eq(scheduler_open_adhoc(scheduler, pair, 2, 10, "", wall, mono, &lesson), 0);
	step();
	check_story("open adhoc; live adhoc");
	ck_assert_ptr_eq(scheduler_holder(scheduler, "wuxi-1"), lesson);
	ck_assert_ptr_null(scheduler_holder(scheduler, "jian-1"));
	pass(120);
	check_story("end adhoc; live a");
	ck_assert_str_eq(scheduler_holder(scheduler, "wuxi-1")->lesson.id, "a/2024-10-09");
	world_stop();
}
END_TEST

START_TEST(an_ad_hoc_lesson_goes_on_after_a_restart)
{
	const char *id = "adhoc/2024-10-09T08:15:00Z-1";
	struct wall_time start, end;
	const struct scheduled_lesson *other;

	world_start(ONE, "16:20");
	start = fixture_wall("2024-10-09", "16:15");
	end = fixture_wall("2024-10-09", "16:25");
	ck_assert_int_eq(
		scheduler_restore_adhoc(scheduler, "a/1", pair, 2, "", start, end, wall, mono),
		-EINVAL);
	ck_assert_int_eq(
		scheduler_restore_adhoc(scheduler, id, pair, 2, "t", start, wall, wall, mono),
		-ETIME);
	ck_assert_int_eq(
		scheduler_restore_adhoc(scheduler, id, pair, 2, "t", start, end, wall, mono), 0);
	ck_assert_int_eq(
		scheduler_restore_adhoc(scheduler, id, pair, 2, "t", start, end, wall, mono),
		-EEXIST);
	ck_assert_int_eq(
		scheduler_open_adhoc(scheduler, pair, 2, 5, "", wall, mono, &other), -EBUSY);
	step();
	check_story("open adhoc; live adhoc");
	pass(300);
	check_story("grace adhoc");
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

START_TEST(the_board_shows_the_day_with_what_runs)
{
	struct board_lesson *board;
	const struct scheduled_lesson *adhoc;
	static const char *const third[] = {"jian-1", "wuxi-2"};
	size_t count;

	world_start(TWO "c,wuxi-houren,3,1,x,08:00-08:40,\n", "09:10");
	step();
	ck_assert_int_eq(scheduler_open_adhoc(scheduler, third, 2, 5, "z", wall, mono, &adhoc), 0);
	ck_assert_int_eq(scheduler_extend(scheduler, "a/2024-10-09", 5, mono), 0);
	step();
	ck_assert_int_eq(
		scheduler_lessons_of(scheduler, fixture_date("2024-10-09"), wall, &board, &count),
		0);
	ck_assert_uint_eq(count, 4);
	ck_assert_str_eq(board[0].lesson.id, "c/2024-10-09");
	ck_assert_int_eq(board[0].state, LESSON_ENDED);
	ck_assert_int_eq(board[1].state, LESSON_LIVE);
	ck_assert_int_eq(board[1].closes.ms, fixture_wall("2024-10-09", "09:47").ms);
	ck_assert_str_eq(board[2].lesson.id, adhoc->lesson.id);
	ck_assert_int_eq(board[3].state, LESSON_PLANNED);
	ck_assert_int_eq(board[3].opens.ms, fixture_wall("2024-10-09", "09:37").ms);
	ck_assert_str_eq(lesson_state_name(board[3].state), "planned");
	free(board);
	ck_assert_str_eq(scheduler_next_lesson(scheduler, "wuxi-1", wall)->id, "b/2024-10-09");
	ck_assert_ptr_null(scheduler_next_lesson(scheduler, "jian-1", wall));
	pass(3600 + 600);
	ck_assert_str_eq(scheduler_next_lesson(scheduler, "wuxi-1", wall)->id, "c/2024-10-16");
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
	tcase_add_test(tests, a_step_into_the_next_lesson_waits_for_the_bell_of_the_running_one);
	tcase_add_test(tests, a_lesson_that_ended_is_not_repeated_when_the_clock_goes_back);
	tcase_add_test(tests, a_restart_in_mid_lesson_opens_it_at_once);
	tcase_add_test(tests, what_had_ended_before_a_restart_stays_ended);
	tcase_add_test(tests, a_lesson_ended_by_the_operator_stays_ended);
	tcase_add_test(tests, where_the_plan_overlaps_the_later_lesson_takes_over);
	tcase_add_test(tests, lessons_without_a_common_endpoint_run_side_by_side);
	tcase_add_test(tests, an_extension_moves_the_bell_and_the_next_lesson_still_takes_over);
	tcase_add_test(tests, an_extension_in_grace_makes_the_lesson_live_again);
	tcase_add_test(tests, an_ad_hoc_lesson_is_live_at_once_and_ends_by_itself);
	tcase_add_test(tests, an_ad_hoc_lesson_is_refused_with_its_reason);
	tcase_add_test(tests, an_ad_hoc_lesson_runs_in_the_lead_in_until_the_bell);
	tcase_add_test(tests, an_ad_hoc_lesson_goes_on_after_a_restart);
	tcase_add_test(tests, a_running_lesson_finishes_by_the_plan_it_opened_with);
	tcase_add_test(tests, events_that_do_not_fit_come_with_the_next_call);
	tcase_add_test(tests, the_board_shows_the_day_with_what_runs);
	tcase_add_test(tests, the_oldest_ended_lesson_gives_way_and_is_counted);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
