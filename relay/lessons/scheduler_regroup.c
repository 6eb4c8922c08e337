/* SPDX-License-Identifier: BSD-3-Clause */
// scheduler_regroup.c - a lesson that runs goes on with other endpoints.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lessons/scheduler_state.h"

static const struct lesson_part *
part_find(const struct lesson *lesson, const char *endpoint_id)
{
	for (size_t i = 0; i < lesson->part_count; i++) {
		if (strcmp(lesson->parts[i].endpoint->id, endpoint_id) == 0)
			return &lesson->parts[i];
	}
	return NULL;
}

static int
parts_fill(const struct timetable *timetable, const struct lesson *kept,
	const char *const *endpoint_ids, size_t count, size_t speaker_count,
	struct lesson_part *parts)
{
	for (size_t i = 0; i < count; i++) {
		const struct lesson_part *old =
			kept == NULL ? NULL : part_find(kept, endpoint_ids[i]);
		const struct timetable_endpoint *endpoint =
			old != NULL ? old->endpoint
				    : timetable_endpoint_find(timetable, endpoint_ids[i]);

		if (endpoint == NULL)
			return -ENODEV;
		for (size_t j = 0; j < i; j++) {
			if (strcmp(endpoint_ids[j], endpoint_ids[i]) == 0)
				return -EINVAL;
		}
		parts[i].school = endpoint->school;
		parts[i].endpoint = endpoint;
		parts[i].period = old != NULL ? old->period : 0;
		parts[i].role = i >= speaker_count ? LESSON_LISTEN
				: i == 0           ? LESSON_LEAD
						   : LESSON_ASSIST;
	}
	return 0;
}

int
scheduler_parts_make(const struct timetable *timetable, const struct lesson *kept,
	const char *const *endpoint_ids, size_t count, size_t listener_count,
	struct lesson_part **parts_out)
{
	int result;

	if (count < 2 || count > TIMETABLE_PARTS_MAX || listener_count >= count)
		return -EINVAL;
	*parts_out = calloc(count, sizeof(**parts_out));
	if (*parts_out == NULL)
		return -ENOMEM;
	result = parts_fill(
		timetable, kept, endpoint_ids, count, count - listener_count, *parts_out);
	if (result != 0) {
		free(*parts_out);
		*parts_out = NULL;
	}
	return result;
}

// Whether another lesson needs a newcomer now. One in its grace gives way, where `ends_grace`.
static bool
newcomer_is_busy(struct scheduler *scheduler, const struct running_lesson *running,
	const struct lesson_part *part, bool ends_grace, struct mono_time mono)
{
	for (size_t i = 0; i < scheduler->running_count; i++) {
		struct running_lesson *other = scheduler->running[i];
		const struct scheduled_lesson *public = &other->public;

		if (other == running || other->end_is_due ||
			part_find(&public->lesson, part->endpoint->id) == NULL)
			continue;
		if (public->state == LESSON_LIVE ||
			(public->state == LESSON_OPEN && mono_reached(mono, public->live_at)))
			return true;
		if (public->state == LESSON_GRACE && ends_grace) {
			other->end_is_due = true;
			other->public.end_reason = SCHEDULER_END_SUPERSEDED;
		}
	}
	return false;
}

static int
newcomers_check(struct scheduler *scheduler, struct running_lesson *running,
	const struct lesson_part *parts, size_t count, bool ends_grace, struct mono_time mono)
{
	for (size_t i = 0; i < count; i++) {
		if (part_find(&running->public.lesson, parts[i].endpoint->id) == NULL &&
			newcomer_is_busy(scheduler, running, &parts[i], ends_grace, mono))
			return -EBUSY;
	}
	return 0;
}

// The newcomers' plan may be newer than the lesson's own.
static int
plan_hold(struct scheduler *scheduler, struct running_lesson *running)
{
	struct timetable **held;

	if (running->public.timetable == scheduler->timetable)
		return 0;
	for (size_t i = 0; i < running->held_count; i++) {
		if (running->held[i] == scheduler->timetable)
			return 0;
	}
	held = realloc(running->held, (running->held_count + 1) * sizeof(*held));
	if (held == NULL)
		return -ENOMEM;
	held[running->held_count++] = timetable_acquire(scheduler->timetable);
	running->held = held;
	return 0;
}

static void
parts_take(struct scheduler *scheduler, struct running_lesson *running, struct lesson_part *parts,
	size_t count, size_t listener_count)
{
	struct scheduled_lesson *public = &running->public;
	struct lesson_edit *edit = scheduler_edit_find(scheduler, public->lesson.id);

	running->parts_before = running->parts;
	running->parts = parts;
	public->lesson.parts = parts;
	public->lesson.part_count = count;
	public->is_edited = true;
	running->changed_is_due = true;
	if (edit == NULL)
		return;
	edit->endpoint_count = count;
	edit->listener_count = listener_count;
	for (size_t i = 0; i < count; i++)
		strcpy(edit->endpoints[i], parts[i].endpoint->id);
}

int
scheduler_regroup(struct scheduler *scheduler, const char *id, const char *const *endpoint_ids,
	size_t count, size_t listener_count, struct mono_time mono)
{
	struct running_lesson *running = scheduler_running_find(scheduler, id);
	struct lesson_part *parts;
	int result;

	if (running == NULL || running->end_is_due)
		return -ENOENT;
	if (running->parts_before != NULL && running->changed_is_due)
		return -EAGAIN;
	free(running->parts_before);
	running->parts_before = NULL;
	result = scheduler_parts_make(scheduler->timetable, &running->public.lesson, endpoint_ids,
		count, listener_count, &parts);
	if (result != 0)
		return result;
	result = newcomers_check(scheduler, running, parts, count, false, mono);
	if (result == 0)
		result = scheduler_edit_reserve(scheduler, &running->public);
	if (result == 0)
		result = plan_hold(scheduler, running);
	if (result != 0) {
		free(parts);
		return result;
	}
	if (running->public.state != LESSON_OPEN)
		newcomers_check(scheduler, running, parts, count, true, mono);
	parts_take(scheduler, running, parts, count, listener_count);
	return 0;
}
