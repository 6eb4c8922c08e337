/* SPDX-License-Identifier: BSD-3-Clause */
// test_scheduler_find.c - what runs in each minute of a school year of 24 schools, against the
// oracle in Python.
#include "../support/year_golden.h"
#include "lessons/scheduler.h"

#define MINUTE_MS (60 * MS_IN_S)
#define RUNNING_AT_ONCE_MAX 64

static struct year_lesson golden[YEAR_LESSONS_MAX];
static struct plan_exception items[YEAR_EXCEPTIONS_MAX];
static struct timetable *timetable;
static struct scheduler *scheduler;

static void
year_start(void)
{
	struct plan_exceptions exceptions = {items, year_exceptions(items)};

	timetable = year_timetable();
	scheduler = scheduler_create(timetable);
	ck_assert_ptr_nonnull(scheduler);
	ck_assert_int_eq(scheduler_set_exceptions(scheduler, &exceptions), 0);
}

static void
year_stop(void)
{
	scheduler_destroy(scheduler);
	timetable_release(timetable);
}

// Keeps of the oracle's lessons those that are held.
static size_t
held_read(void)
{
	size_t count = year_golden_read(golden);
	size_t held = 0;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(golden[i].state, "held") == 0)
			golden[held++] = golden[i];
	}
	return held;
}

// What the policies make of a lesson's bells at a moment; LESSON_ENDED also before it opens.
static enum lesson_state
state_at(const struct year_lesson *lesson, int64_t now_ms)
{
	int64_t start_ms = lesson->start_s * MS_IN_S;
	int64_t end_ms = lesson->end_s * MS_IN_S;

	if (now_ms < start_ms - 180 * MS_IN_S || now_ms >= end_ms + 120 * MS_IN_S)
		return LESSON_ENDED;
	if (now_ms < start_ms)
		return LESSON_OPEN;
	return now_ms < end_ms ? LESSON_LIVE : LESSON_GRACE;
}

// Everything that the oracle has running runs, in its state, and nothing else does. *first is the
// first lesson that has not ended for good.
static size_t
check_minute(int64_t now_ms, size_t *first, size_t count)
{
	size_t running = 0;

	while (*first < count && now_ms > (golden[*first].start_s + 86400) * MS_IN_S)
		(*first)++;
	for (size_t i = *first; i < count; i++) {
		enum lesson_state state = state_at(&golden[i], now_ms);
		const struct scheduled_lesson *found;

		if (now_ms < golden[i].start_s * MS_IN_S - 180 * MS_IN_S)
			break;
		if (state == LESSON_ENDED)
			continue;
		running++;
		found = scheduler_find(scheduler, golden[i].id);
		ck_assert_msg(found != NULL, "%s does not run", golden[i].id);
		ck_assert_msg(found->state == state, "%s is %s", golden[i].id,
			lesson_state_name(found->state));
	}
	ck_assert_uint_eq(scheduler_running_count(scheduler), running);
	return running;
}

START_TEST(in_every_minute_of_the_year_there_runs_what_the_oracle_has)
{
	struct scheduler_event events[RUNNING_AT_ONCE_MAX];
	struct wall_time wall = fixture_wall(YEAR_FIRST, "00:00");
	struct wall_time last = fixture_wall(YEAR_LAST, "23:59");
	struct mono_time mono = {INT64_C(1000) * NS_IN_S};
	size_t count = held_read();
	size_t first = 0, most = 0, minutes = 0;

	year_start();
	for (; wall.ms <= last.ms; wall.ms += MINUTE_MS, mono.ns += MINUTE_MS * NS_IN_MS) {
		size_t event_count, running;

		ck_assert_int_eq(scheduler_step(scheduler, wall, mono, events, RUNNING_AT_ONCE_MAX,
					 &event_count),
			0);
		ck_assert_uint_lt(event_count, RUNNING_AT_ONCE_MAX);
		running = check_minute(wall.ms, &first, count);
		most = running > most ? running : most;
		minutes++;
	}
	ck_assert_uint_eq(minutes, 341 * 1440);
	ck_assert_uint_gt(most, 4);
	ck_assert_uint_eq(scheduler_ended_count(scheduler), count);
	year_stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scheduler_find");
	TCase *tests = tcase_create("scheduler_find");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, in_every_minute_of_the_year_there_runs_what_the_oracle_has);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
