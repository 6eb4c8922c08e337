/* SPDX-License-Identifier: BSD-3-Clause */
// scheduler_open.c - which planned lesson opens now, and by which moments it runs.
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lessons/scheduler_state.h"

bool
lesson_shares_endpoint(const struct lesson *a, const struct lesson *b)
{
	for (size_t i = 0; i < a->part_count; i++) {
		for (size_t j = 0; j < b->part_count; j++) {
			// By name: after a reload the same endpoint has another address.
			if (strcmp(a->parts[i].endpoint->id, b->parts[j].endpoint->id) == 0)
				return true;
		}
	}
	return false;
}

// Where the plan lets `next` begin within the running lesson, its beginning lies on the running
// lesson's own course; else it waits for the closing bell. Without a step of the clock neither ever
// delays anything.
static struct mono_time
earliest_after(const struct scheduled_lesson *running, const struct lesson *next)
{
	int64_t left_ms = running->lesson.end.ms - next->start.ms;

	if (next->start.ms < running->lesson.start.ms || left_ms <= 0)
		return running->bell_at;
	return mono_after_ns(running->bell_at, -left_ms * NS_IN_MS);
}

struct mono_time
scheduler_earliest_live(const struct scheduler *scheduler, const struct lesson *lesson)
{
	struct mono_time earliest = {INT64_MIN};

	for (size_t i = 0; i < scheduler->running_count; i++) {
		const struct running_lesson *running = scheduler->running[i];
		struct mono_time after;

		if (running->end_is_due || !lesson_shares_endpoint(&running->public.lesson, lesson))
			continue;
		after = earliest_after(&running->public, lesson);
		if (after.ns > earliest.ns)
			earliest = after;
	}
	return earliest;
}

static struct mono_time
mono_at(struct wall_time moment, struct wall_time wall, struct mono_time mono)
{
	return mono_after_ns(mono, (moment.ms - wall.ms) * NS_IN_MS);
}

struct running_lesson *
scheduler_run(struct scheduler *scheduler, const struct lesson *lesson, struct wall_time wall,
	struct mono_time mono)
{
	struct running_lesson *running = calloc(1, sizeof(*running));
	struct mono_time earliest = scheduler_earliest_live(scheduler, lesson);
	struct scheduled_lesson *public;

	assert(scheduler->running_count < SCHEDULER_RUNNING_MAX);
	if (running == NULL)
		return NULL;
	public = &running->public;
	public->lesson = *lesson;
	public->state = LESSON_OPEN;
	public->live_at = mono_at(lesson->start, wall, mono);
	if (public->live_at.ns < mono.ns)
	public->live_at = mono;
	if (public->live_at.ns < earliest.ns)
	public->live_at = earliest;
	public->bell_at = mono_at(lesson->end, wall, mono);
	public->end_at =
		mono_after_ns(public->bell_at, scheduler->timetable->policies.grace_s * NS_IN_S);
	public->timetable = timetable_acquire(scheduler->timetable);
	running->opened_at = mono;
	running->plan_number = scheduler->plan_number;
	running->open_is_due = true;
	scheduler->running[scheduler->running_count++] = running;
	return running;
}

// When a planned lesson may open, INT64_MAX where there would be nothing left of it.
static struct mono_time
opening_at(const struct scheduler *scheduler, const struct lesson *lesson, struct wall_time wall,
	struct mono_time mono)
{
	int64_t before_ns = scheduler->timetable->policies.open_before_s * NS_IN_S;
	struct mono_time opening = mono_after_ns(mono_at(lesson->start, wall, mono), -before_ns);
	struct mono_time earliest = scheduler_earliest_live(scheduler, lesson);

	if (mono_reached(earliest, mono_at(lesson->end, wall, mono)))
		return (struct mono_time){INT64_MAX};
	if (earliest.ns != INT64_MIN && earliest.ns - before_ns > opening.ns)
		opening = mono_after_ns(earliest, -before_ns);
	return opening;
}

static bool
is_to_come(const struct scheduler *scheduler, const struct lesson *lesson, struct wall_time wall)
{
	return lesson->end.ms > wall.ms && scheduler_running_find(scheduler, lesson->id) == NULL &&
	       !ended_ids_has(&scheduler->ended, lesson->id);
}

// Whether a change of the plan has put the lesson into one that is live: that one finishes by the
// plan it opened with. A bell that is still to ring is the next lesson's, whoever planned it.
static bool
is_late_newcomer(
	const struct scheduler *scheduler, const struct lesson *lesson, struct wall_time wall)
{
	if (lesson->start.ms > wall.ms)
		return false;
	for (size_t i = 0; i < scheduler->running_count; i++) {
		const struct running_lesson *running = scheduler->running[i];

		if (running->public.state == LESSON_LIVE && !running->end_is_due &&
			running->plan_number != scheduler->plan_number &&
			lesson_shares_endpoint(&running->public.lesson, lesson))
			return true;
	}
	return false;
}

// Opens a lesson of the plan, as it was edited, where its time has come. Returns 0, -EAGAIN (not
// yet), -ENOSPC or -ENOMEM.
static int
lesson_open(struct scheduler *scheduler, struct lesson lesson, struct wall_time wall,
	struct mono_time mono)
{
	const struct lesson_edit *edit = scheduler_edit_find(scheduler, lesson.id);
	struct running_lesson *running;
	struct lesson_part *parts;
	int result;

	if (edit != NULL)
		lesson.end = edit->end;
	if (!is_to_come(scheduler, &lesson, wall))
		return -EAGAIN;
	result = scheduler_edit_apply(scheduler, &lesson, &parts);
	if (result == 0 && !mono_reached(mono, opening_at(scheduler, &lesson, wall, mono)))
		result = -EAGAIN;
	if (result == 0 && is_late_newcomer(scheduler, &lesson, wall))
		result = -EAGAIN;
	if (result == 0 && scheduler->running_count == SCHEDULER_RUNNING_MAX)
		result = -ENOSPC;
	if (result == 0) {
		running = scheduler_run(scheduler, &lesson, wall, mono);
		result = running == NULL ? -ENOMEM : 0;
	}
	if (result != 0) {
		free(parts);
		return result;
	}
	running->parts = parts;
	running->public.is_edited = edit != NULL;
	return 0;
}

int
scheduler_open_due(struct scheduler *scheduler, struct wall_time wall, struct mono_time mono)
{
	int64_t before_ms = scheduler->timetable->policies.open_before_s * MS_IN_S;

	for (size_t i = 0; i < scheduler->plan.count; i++) {
		const struct lesson *lesson = &scheduler->plan.lessons[i];
		int result;

		if (lesson->start.ms - before_ms > wall.ms)
			break;
		result = lesson_open(scheduler, *lesson, wall, mono);
		if (result == -ENOMEM)
			return result;
		if (result == -ENOSPC) {
			scheduler->stats.running_full++;
			break;
		}
	}
	return 0;
}

struct mono_time
scheduler_next_opening(const struct scheduler *scheduler, struct wall_time wall,
	struct mono_time mono, struct mono_time until)
{
	int64_t before_ns = scheduler->timetable->policies.open_before_s * NS_IN_S;
	struct mono_time next = until;

	for (size_t i = 0; i < scheduler->plan.count; i++) {
		const struct lesson *lesson = &scheduler->plan.lessons[i];
		struct mono_time at = mono_after_ns(mono_at(lesson->start, wall, mono), -before_ns);

		if (at.ns >= next.ns)
			break;
		if (!is_to_come(scheduler, lesson, wall))
			continue;
		at = opening_at(scheduler, lesson, wall, mono);
		// One that could have opened waits for room.
		if (at.ns <= mono.ns)
			at = mono_after_ns(mono, NS_IN_S);
		if (at.ns < next.ns)
			next = at;
	}
	return next;
}
