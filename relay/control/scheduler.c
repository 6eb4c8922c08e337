/* SPDX-License-Identifier: BSD-3-Clause */
// scheduler.c - which lesson opens, goes live, closes and ends when; keeps no clock of its own.
#include "control/scheduler.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/scheduler_state.h"

_Static_assert(SCHEDULER_ENDED_MAX == ENDED_IDS_MAX, "one limit under two names");

struct scheduler *
scheduler_create(struct timetable *timetable)
{
	struct scheduler *scheduler = calloc(1, sizeof(*scheduler));

	if (scheduler == NULL)
		return NULL;
	if (ended_ids_init(&scheduler->ended) != 0) {
		free(scheduler);
		return NULL;
	}
	scheduler->timetable = timetable_acquire(timetable);
	return scheduler;
}

static void
running_lesson_destroy(struct running_lesson *running)
{
	timetable_release(running->public.timetable);
	free(running->parts);
	free(running);
}

static void
departed_free(struct scheduler *scheduler)
{
	while (scheduler->departed != NULL) {
		struct running_lesson *next = scheduler->departed->next_departed;

		running_lesson_destroy(scheduler->departed);
		scheduler->departed = next;
	}
}

void
scheduler_destroy(struct scheduler *scheduler)
{
	if (scheduler == NULL)
		return;
	departed_free(scheduler);
	for (size_t i = 0; i < scheduler->running_count; i++)
		running_lesson_destroy(scheduler->running[i]);
	lesson_list_fini(&scheduler->plan);
	ended_ids_fini(&scheduler->ended);
	timetable_release(scheduler->timetable);
	free(scheduler);
}

void
scheduler_set_timetable(struct scheduler *scheduler, struct timetable *timetable)
{
	timetable_acquire(timetable);
	timetable_release(scheduler->timetable);
	scheduler->timetable = timetable;
	lesson_list_fini(&scheduler->plan);
	scheduler->has_plan = false;
}

static int
plan_refresh(struct scheduler *scheduler, struct wall_time wall)
{
	struct civil_date today = civil_date_of(wall);
	struct lesson_list plan;

	if (scheduler->has_plan && scheduler->plan_date.days == today.days)
		return 0;
	if (timetable_expand(scheduler->timetable, NULL, civil_date_add(today, -1),
		    civil_date_add(today, SCHEDULER_DAYS_AHEAD), &plan) != 0)
		return -ENOMEM;
	lesson_list_fini(&scheduler->plan);
	scheduler->plan = plan;
	scheduler->plan_date = today;
	scheduler->has_plan = true;
	return 0;
}

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

struct running_lesson *
scheduler_running_find(const struct scheduler *scheduler, const char *id)
{
	for (size_t i = 0; i < scheduler->running_count; i++) {
		if (strcmp(scheduler->running[i]->public.lesson.id, id) == 0)
			return scheduler->running[i];
	}
	return NULL;
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

static int
lessons_open(struct scheduler *scheduler, struct wall_time wall, struct mono_time mono)
{
	int64_t before_ms = scheduler->timetable->policies.open_before_s * MS_IN_S;

	for (size_t i = 0; i < scheduler->plan.count; i++) {
		const struct lesson *lesson = &scheduler->plan.lessons[i];

		if (lesson->start.ms - before_ms > wall.ms)
			break;
		if (!is_to_come(scheduler, lesson, wall))
			continue;
		if (!mono_reached(mono, opening_at(scheduler, lesson, wall, mono)))
			continue;
		if (scheduler->running_count == SCHEDULER_RUNNING_MAX) {
			scheduler->stats.running_full++;
			break;
		}
		if (scheduler_run(scheduler, lesson, wall, mono) == NULL)
			return -ENOMEM;
	}
	return 0;
}

// What happens next to a running lesson, and when; what is due at once counts from its opening.
static enum scheduler_event_type
next_event(const struct running_lesson *running, struct mono_time *at_out)
{
	const struct scheduled_lesson *public = &running->public;

	*at_out = running->opened_at;
	if (running->open_is_due)
		return SCHEDULER_OPEN;
	if (running->end_is_due)
		return SCHEDULER_END;
	if (running->changed_is_due)
		return SCHEDULER_CHANGED;
	if (running->live_is_due)
		return SCHEDULER_LIVE;
	switch (public->state) {
	case LESSON_OPEN:
		*at_out = public->live_at;
		return SCHEDULER_LIVE;
	case LESSON_LIVE:
		*at_out = public->bell_at;
		return SCHEDULER_GRACE;
	default:
		*at_out = public->end_at;
		return SCHEDULER_END;
	}
}

// The running lesson to which something happens first, by `mono`; or NULL.
static struct running_lesson *
due_find(const struct scheduler *scheduler, struct mono_time mono)
{
	struct running_lesson *first = NULL;
	struct mono_time first_at = mono;

	for (size_t i = 0; i < scheduler->running_count; i++) {
		struct mono_time at;

		next_event(scheduler->running[i], &at);
		if (at.ns < first_at.ns || (first == NULL && at.ns == first_at.ns)) {
			first = scheduler->running[i];
			first_at = at;
		}
	}
	return first;
}

// A lesson that is live or in grace and holds an endpoint that `next` now needs, or NULL.
static struct running_lesson *
superseded_find(const struct scheduler *scheduler, const struct running_lesson *next)
{
	for (size_t i = 0; i < scheduler->running_count; i++) {
		struct running_lesson *running = scheduler->running[i];

		if (running == next || running->public.state == LESSON_OPEN)
			continue;
		if (lesson_shares_endpoint(&running->public.lesson, &next->public.lesson))
			return running;
	}
	return NULL;
}

static void
depart(struct scheduler *scheduler, struct running_lesson *running)
{
	size_t at = 0;

	while (scheduler->running[at] != running)
		at++;
	scheduler->running_count--;
	memmove(&scheduler->running[at], &scheduler->running[at + 1],
		(scheduler->running_count - at) * sizeof(scheduler->running[0]));
	running->public.state = LESSON_ENDED;
	if (ended_ids_add(&scheduler->ended, running->public.lesson.id))
		scheduler->stats.ended_forgotten++;
	running->next_departed = scheduler->departed;
	scheduler->departed = running;
}

static void
event_apply(struct scheduler *scheduler, struct running_lesson *running,
	enum scheduler_event_type type, struct scheduler_event *out)
{
	*out = (struct scheduler_event){type, &running->public};
	switch (type) {
	case SCHEDULER_OPEN:
		running->open_is_due = false;
		break;
	case SCHEDULER_CHANGED:
		running->changed_is_due = false;
		break;
	case SCHEDULER_LIVE:
		running->live_is_due = false;
		running->public.state = LESSON_LIVE;
		break;
	case SCHEDULER_GRACE:
		running->public.state = LESSON_GRACE;
		break;
	case SCHEDULER_END:
		depart(scheduler, running);
		break;
	}
}

int
scheduler_step(struct scheduler *scheduler, struct wall_time wall, struct mono_time mono,
	struct scheduler_event *events, size_t capacity, size_t *count_out)
{
	struct running_lesson *running;
	int result;

	departed_free(scheduler);
	result = plan_refresh(scheduler, wall);
	if (result == 0)
		result = lessons_open(scheduler, wall, mono);
	*count_out = 0;
	while (*count_out < capacity && (running = due_find(scheduler, mono)) != NULL) {
		struct mono_time at;
		enum scheduler_event_type type = next_event(running, &at);
		struct running_lesson *superseded =
			type == SCHEDULER_LIVE ? superseded_find(scheduler, running) : NULL;

		if (superseded != NULL) {
			superseded->public.end_reason = SCHEDULER_END_SUPERSEDED;
			running = superseded;
			type = SCHEDULER_END;
		}
		event_apply(scheduler, running, type, &events[(*count_out)++]);
	}
	return result;
}

struct mono_time
scheduler_next(const struct scheduler *scheduler, struct wall_time wall, struct mono_time mono)
{
	struct mono_time next = mono_after_ns(mono, 3600 * NS_IN_S);
	struct mono_time at;

	for (size_t i = 0; i < scheduler->running_count; i++) {
		next_event(scheduler->running[i], &at);
		if (at.ns < next.ns)
			next = at;
	}
	for (size_t i = 0; i < scheduler->plan.count; i++) {
		const struct lesson *lesson = &scheduler->plan.lessons[i];

		at = mono_after_ns(mono_at(lesson->start, wall, mono),
			-(int64_t)scheduler->timetable->policies.open_before_s * NS_IN_S);
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
	return next.ns < mono.ns ? mono : next;
}
