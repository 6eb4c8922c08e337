/* SPDX-License-Identifier: BSD-3-Clause */
// scheduler_edits.c - what an operator changes of a lesson that runs, kept for a restart; its
// closing bell.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lessons/scheduler_state.h"

struct lesson_edit *
scheduler_edit_find(const struct scheduler *scheduler, const char *id)
{
	for (size_t i = 0; i < scheduler->edit_count; i++) {
		if (strcmp(scheduler->edits[i]->id, id) == 0)
			return scheduler->edits[i];
	}
	return NULL;
}

void
scheduler_edit_forget(struct scheduler *scheduler, const char *id)
{
	for (size_t i = 0; i < scheduler->edit_count; i++) {
		if (strcmp(scheduler->edits[i]->id, id) != 0)
			continue;
		free(scheduler->edits[i]);
		scheduler->edits[i] = scheduler->edits[--scheduler->edit_count];
		return;
	}
}

void
scheduler_edits_expire(struct scheduler *scheduler, struct wall_time wall)
{
	for (size_t i = scheduler->edit_count; i-- > 0;) {
		const struct lesson_edit *edit = scheduler->edits[i];

		if (scheduler_running_find(scheduler, edit->id) == NULL &&
			edit->end.ms + CIVIL_DAY_S * MS_IN_S < wall.ms)
			scheduler_edit_forget(scheduler, edit->id);
	}
}

void
scheduler_edits_fini(struct scheduler *scheduler)
{
	while (scheduler->edit_count > 0)
		free(scheduler->edits[--scheduler->edit_count]);
}

size_t
scheduler_edit_count(const struct scheduler *scheduler)
{
	return scheduler->edit_count;
}

const struct lesson_edit *
scheduler_edit_get(const struct scheduler *scheduler, size_t index)
{
	return scheduler->edits[index];
}

// Its edit, made where there is none yet. Returns 0, -ENOSPC or -ENOMEM.
static int
edit_get(struct scheduler *scheduler, const char *id, struct lesson_edit **out)
{
	*out = scheduler_edit_find(scheduler, id);
	if (*out != NULL)
		return 0;
	if (scheduler->edit_count == SCHEDULER_EDITS_MAX)
		return -ENOSPC;
	*out = calloc(1, sizeof(**out));
	if (*out == NULL)
		return -ENOMEM;
	strcpy((*out)->id, id);
	scheduler->edits[scheduler->edit_count++] = *out;
	return 0;
}

int
scheduler_edit_restore(struct scheduler *scheduler, const struct lesson_edit *edit)
{
	const char *ids[TIMETABLE_PARTS_MAX];
	struct lesson_part *parts = NULL;
	struct lesson_edit *own;
	int result = 0, made;

	if (edit->id[0] == '\0' || strchr(edit->id, '/') == NULL ||
		edit->endpoint_count > TIMETABLE_PARTS_MAX)
		return -EINVAL;
	for (size_t i = 0; i < edit->endpoint_count; i++)
		ids[i] = edit->endpoints[i];
	if (edit->endpoint_count > 0)
		result = scheduler_parts_make(scheduler->timetable, NULL, ids, edit->endpoint_count,
			edit->listener_count, &parts);
	free(parts);
	if (result != 0 && result != -ENODEV)
		return result;
	made = edit_get(scheduler, edit->id, &own);
	if (made != 0)
		return made;
	*own = *edit;
	if (result != 0)
		own->endpoint_count = 0;
	return result;
}

int
scheduler_edit_apply(
	const struct scheduler *scheduler, struct lesson *lesson, struct lesson_part **parts_out)
{
	const struct lesson_edit *edit = scheduler_edit_find(scheduler, lesson->id);
	const char *ids[TIMETABLE_PARTS_MAX];
	int result;

	*parts_out = NULL;
	if (edit == NULL)
		return 0;
	lesson->end = edit->end;
	if (edit->endpoint_count == 0)
		return 0;
	for (size_t i = 0; i < edit->endpoint_count; i++)
		ids[i] = edit->endpoints[i];
	result = scheduler_parts_make(scheduler->timetable, NULL, ids, edit->endpoint_count,
		edit->listener_count, parts_out);
	// A reload since then may have taken an endpoint away: then the plan's own hold the lesson.
	if (result != 0)
		return result == -ENOMEM ? result : 0;
	lesson->parts = *parts_out;
	lesson->part_count = edit->endpoint_count;
	return 0;
}

static bool
is_minutes(unsigned minutes)
{
	return minutes >= 1 && minutes <= SCHEDULER_MINUTES_MAX;
}

static void
bell_move(struct scheduler *scheduler, struct running_lesson *running, int64_t later_ns)
{
	struct scheduled_lesson *public = &running->public;
	struct lesson_edit *edit;

	public->bell_at = mono_after_ns(public->bell_at, later_ns);
	public->end_at = mono_after_ns(public->end_at, later_ns);
	public->lesson.end.ms += later_ns / NS_IN_MS;
	public->is_edited = true;
	running->changed_is_due = true;
	edit = scheduler_edit_find(scheduler, public->lesson.id);
	if (edit != NULL)
		edit->end = public->lesson.end;
}

int
scheduler_edit_reserve(struct scheduler *scheduler, const struct scheduled_lesson *public)
{
	struct lesson_edit *edit;
	int result;

	if (public->lesson.rule == NULL)
		return 0;
	result = edit_get(scheduler, public->lesson.id, &edit);
	if (result == 0)
		edit->end = public->lesson.end;
	return result;
}

int
scheduler_extend(
	struct scheduler *scheduler, const char *id, unsigned minutes, struct mono_time mono)
{
	struct running_lesson *running = scheduler_running_find(scheduler, id);
	int64_t more_ns;
	int result;

	if (running == NULL || running->end_is_due)
		return -ENOENT;
	if (!is_minutes(minutes))
		return -EINVAL;
	result = scheduler_edit_reserve(scheduler, &running->public);
	if (result != 0)
		return result;
	more_ns = minutes * 60 * NS_IN_S;
	if (mono_reached(mono, running->public.bell_at))
		more_ns += mono_since_ns(mono, running->public.bell_at);
	bell_move(scheduler, running, more_ns);
	running->live_is_due = running->public.state == LESSON_GRACE;
	return 0;
}

int
scheduler_cut(struct scheduler *scheduler, const char *id, struct mono_time bell_at,
	struct mono_time mono)
{
	struct running_lesson *running = scheduler_running_find(scheduler, id);
	struct scheduled_lesson *public;
	int result;

	if (running == NULL || running->end_is_due)
		return -ENOENT;
	public = &running->public;
	if (mono_reached(mono, public->bell_at))
		return -EALREADY;
	if (bell_at.ns < mono.ns)
		bell_at = mono;
	if (bell_at.ns >= public->bell_at.ns ||
		(public->state == LESSON_OPEN && bell_at.ns <= public->live_at.ns))
		return -EINVAL;
	result = scheduler_edit_reserve(scheduler, public);
	if (result == 0)
		bell_move(scheduler, running, bell_at.ns - public->bell_at.ns);
	return result;
}

static bool
is_same_group(const struct lesson *a, const struct lesson *b)
{
	if (a->part_count != b->part_count)
		return false;
	for (size_t i = 0; i < a->part_count; i++) {
		if (a->parts[i].role != b->parts[i].role ||
			strcmp(a->parts[i].endpoint->id, b->parts[i].endpoint->id) != 0)
			return false;
	}
	return true;
}

static bool
is_same_content(const struct lesson *a, const struct lesson *b)
{
	return strcmp(a->title, b->title) == 0 && strcmp(a->subject, b->subject) == 0 &&
	       strcmp(a->class_name, b->class_name) == 0 && strcmp(a->teacher, b->teacher) == 0 &&
	       a->form == b->form;
}

unsigned
scheduler_differences(const struct scheduler *scheduler, const struct scheduled_lesson *running)
{
	const struct lesson *lesson = &running->lesson;
	unsigned differences = 0;

	if (lesson->rule == NULL)
		return 0;
	for (size_t i = 0; i < scheduler->plan.count; i++) {
		const struct lesson *planned = &scheduler->plan.lessons[i];

		if (strcmp(planned->id, lesson->id) != 0)
			continue;
		if (planned->start.ms != lesson->start.ms || planned->end.ms != lesson->end.ms)
			differences |= LESSON_DIFFERS_TIMES;
		if (!is_same_group(planned, lesson))
			differences |= LESSON_DIFFERS_ENDPOINTS;
		if (!is_same_content(planned, lesson))
			differences |= LESSON_DIFFERS_SUBJECT;
		return differences;
	}
	return LESSON_DIFFERS_GONE;
}
