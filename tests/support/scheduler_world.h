/* SPDX-License-Identifier: BSD-3-Clause */
// scheduler_world.h - a scheduler with two clocks of its own, and the story of what it said.
#ifndef TESTS_SCHEDULER_WORLD_H
#define TESTS_SCHEDULER_WORLD_H

#include "lessons/scheduler.h"
#include "timetable_fixture.h"

#define EVENTS_MAX 64
#define MONO_START_NS (INT64_C(5000) * NS_IN_S)

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
static inline void
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

static inline void
world_stop(void)
{
	scheduler_destroy(scheduler);
	timetable_release(timetable);
}

static inline void
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
static inline void
pass(int64_t seconds)
{
	for (int64_t i = 0; i < seconds; i++) {
		wall.ms += MS_IN_S;
		mono.ns += NS_IN_S;
		step();
	}
}

static inline void
set_clock_by(int64_t seconds)
{
	wall.ms += seconds * MS_IN_S;
	step();
}

#define check_story(expected)                                                                      \
	do {                                                                                       \
		ck_assert_str_eq(story, expected);                                                 \
		story[0] = '\0';                                                                   \
	} while (0)

static inline enum lesson_state
state_of(const char *id)
{
	const struct scheduled_lesson *lesson = scheduler_find(scheduler, id);

	return lesson == NULL ? LESSON_ENDED : lesson->state;
}

#define ONE HEADER "a,wuxi-houren,3,1,x,09:00-09:40,\n"
#define TWO ONE "b,wuxi-houren,3,1,x,09:40-10:20,\n"

#endif
