/* SPDX-License-Identifier: BSD-3-Clause */
// scheduler.c - which lesson opens, goes live, closes and ends when; keeps no clock of its own.
#include "lessons/scheduler.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lessons/scheduler_state.h"

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
	while (running->held_count > 0)
		timetable_release(running->held[--running->held_count]);
	free(running->held);
	free(running->parts);
	free(running->parts_before);
	free(running);
}

// What the last step told of may go.
static void
told_free(struct scheduler *scheduler)
{
	for (size_t i = 0; i < scheduler->running_count; i++) {
		struct running_lesson *running = scheduler->running[i];

		if (running->changed_is_due)
			continue;
		free(running->parts_before);
		running->parts_before = NULL;
	}
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
	told_free(scheduler);
	for (size_t i = 0; i < scheduler->running_count; i++)
		running_lesson_destroy(scheduler->running[i]);
	lesson_list_fini(&scheduler->plan);
	scheduler_edits_fini(scheduler);
	ended_ids_fini(&scheduler->ended);
	free((void *)scheduler->exceptions.items);
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
	scheduler->plan_number++;
}

static int
plan_refresh(struct scheduler *scheduler, struct wall_time wall)
{
	struct civil_date today = civil_date_of(wall);
	struct lesson_list plan;

	if (scheduler->has_plan && scheduler->plan_date.days == today.days)
		return 0;
	if (timetable_expand(scheduler->timetable, &scheduler->exceptions,
		    civil_date_add(today, -1), civil_date_add(today, SCHEDULER_DAYS_AHEAD),
		    &plan) != 0)
		return -ENOMEM;
	lesson_list_fini(&scheduler->plan);
	scheduler->plan = plan;
	scheduler->plan_date = today;
	scheduler->has_plan = true;
	scheduler_edits_expire(scheduler, wall);
	return 0;
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
	scheduler_edit_forget(scheduler, running->public.lesson.id);
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

	told_free(scheduler);
	result = plan_refresh(scheduler, wall);
	if (result == 0)
		result = scheduler_open_due(scheduler, wall, mono);
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
	at = scheduler_next_opening(scheduler, wall, mono, next);
	if (at.ns < next.ns)
		next = at;
	return next.ns < mono.ns ? mono : next;
}
