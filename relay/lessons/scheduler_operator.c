/* SPDX-License-Identifier: BSD-3-Clause */
// scheduler_operator.c - what an operator asks of the scheduler: ad-hoc lessons, the end, the
// board.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lessons/scheduler_state.h"

#define ADHOC "adhoc/"
#define CALL ADHOC "call-" // the id says what it is, also after a restart
#define CHECK ADHOC "check-"

static bool
is_minutes(unsigned minutes)
{
	return minutes >= 1 && minutes <= SCHEDULER_MINUTES_MAX;
}

static bool
is_known(const struct scheduler *scheduler, const char *id)
{
	return scheduler_find(scheduler, id) != NULL || ended_ids_has(&scheduler->ended, id);
}

static void
adhoc_name(struct scheduler *scheduler, const char *prefix, struct wall_time wall,
	char id[LESSON_ID_BYTES_MAX])
{
	struct wall_time second = {wall.ms - wall.ms % MS_IN_S};
	char text[CIVIL_UTC_BYTES];

	civil_format_utc(second, text);
	do {
		snprintf(id, LESSON_ID_BYTES_MAX, "%s%s-%u", prefix, text,
			++scheduler->adhoc_number);
	} while (is_known(scheduler, id));
}

// Whether a lesson that is live, or goes live with the next step, has one of the lesson's
// endpoints.
static bool
is_busy(const struct scheduler *scheduler, const struct lesson *lesson, struct mono_time mono)
{
	for (size_t i = 0; i < scheduler->running_count; i++) {
		const struct scheduled_lesson *running = &scheduler->running[i]->public;
		bool is_live =
			running->state == LESSON_LIVE ||
			(running->state == LESSON_OPEN && mono_reached(mono, running->live_at));

		if (is_live && !scheduler->running[i]->end_is_due &&
			!scheduler_is_check(&running->lesson) &&
			lesson_shares_endpoint(&running->lesson, lesson))
			return true;
	}
	return false;
}

bool
scheduler_is_check(const struct lesson *lesson)
{
	return strncmp(lesson->id, CHECK, strlen(CHECK)) == 0;
}

static enum lesson_form
adhoc_form(const struct lesson *lesson)
{
	if (scheduler_is_check(lesson))
		return FORM_INSPECTION;
	return strncmp(lesson->id, CALL, strlen(CALL)) == 0 ? FORM_PREPARATION : FORM_SYNCHRONOUS;
}

static int
adhoc_run(struct scheduler *scheduler, struct lesson *lesson, const char *title,
	struct lesson_part *parts, struct wall_time wall, struct mono_time mono,
	struct running_lesson **out)
{
	struct running_lesson *running;

	lesson->parts = parts;
	if (is_busy(scheduler, lesson, mono))
		return -EBUSY;
	if (scheduler->running_count == SCHEDULER_RUNNING_MAX)
		return -ENOSPC;
	lesson->class_name = "";
	lesson->teacher = "";
	lesson->form = adhoc_form(lesson);
	running = scheduler_run(scheduler, lesson, wall, mono);
	if (running == NULL)
		return -ENOMEM;
	// It does not wait for a lesson that only prepares to go live.
	running->public.live_at = mono;
	running->parts = parts;
	strcpy(running->title, title);
	running->public.lesson.title = running->title;
	running->public.lesson.subject = running->title;
	*out = running;
	return 0;
}

static int
adhoc_open(struct scheduler *scheduler, struct lesson *lesson, const char *const *endpoint_ids,
	size_t listener_count, const char *title, struct wall_time wall, struct mono_time mono,
	struct running_lesson **out)
{
	struct lesson_part *parts;
	int result;

	if (strlen(title) >= TIMETABLE_TEXT_BYTES_MAX)
		return -EINVAL;
	result = scheduler_parts_make(scheduler->timetable, NULL, endpoint_ids, lesson->part_count,
		listener_count, &parts);
	if (result != 0)
		return result == -ENODEV ? -ENOENT : result;
	result = adhoc_run(scheduler, lesson, title, parts, wall, mono, out);
	if (result != 0)
		free(parts);
	return result;
}

static int
open_now(struct scheduler *scheduler, const char *prefix, const char *const *endpoint_ids,
	size_t count, unsigned minutes, const char *title, struct wall_time wall,
	struct mono_time mono, const struct scheduled_lesson **out)
{
	struct lesson lesson = {.start = wall,
		.end = {wall.ms + minutes * 60 * MS_IN_S},
		.date = civil_date_of(wall),
		.part_count = count};
	struct running_lesson *running;
	int result;

	if (!is_minutes(minutes))
		return -EINVAL;
	adhoc_name(scheduler, prefix, wall, lesson.id);
	result = adhoc_open(scheduler, &lesson, endpoint_ids, 0, title, wall, mono, &running);
	if (result == 0)
		*out = &running->public;
	return result;
}

int
scheduler_open_adhoc(struct scheduler *scheduler, const char *const *endpoint_ids, size_t count,
	unsigned minutes, const char *title, struct wall_time wall, struct mono_time mono,
	const struct scheduled_lesson **out)
{
	return open_now(scheduler, ADHOC, endpoint_ids, count, minutes, title, wall, mono, out);
}

int
scheduler_open_call(struct scheduler *scheduler, const char *const *endpoint_ids, size_t count,
	unsigned minutes, const char *title, struct wall_time wall, struct mono_time mono,
	const struct scheduled_lesson **out)
{
	return open_now(scheduler, CALL, endpoint_ids, count, minutes, title, wall, mono, out);
}

int
scheduler_open_check(struct scheduler *scheduler, const char *const *endpoint_ids, size_t count,
	unsigned minutes, const char *title, struct wall_time wall, struct mono_time mono,
	const struct scheduled_lesson **out)
{
	return open_now(scheduler, CHECK, endpoint_ids, count, minutes, title, wall, mono, out);
}

int
scheduler_restore_adhoc(struct scheduler *scheduler, const char *id,
	const char *const *endpoint_ids, size_t count, size_t listener_count, const char *title,
	struct wall_time start, struct wall_time end, struct wall_time wall, struct mono_time mono)
{
	struct lesson lesson = {
		.start = start, .end = end, .date = civil_date_of(start), .part_count = count};
	struct running_lesson *running;

	if (strncmp(id, ADHOC, strlen(ADHOC)) != 0 || strlen(id) >= LESSON_ID_BYTES_MAX)
		return -EINVAL;
	if (scheduler_find(scheduler, id) != NULL)
		return -EEXIST;
	if (end.ms <= wall.ms || ended_ids_has(&scheduler->ended, id))
		return -ETIME;
	if (start.ms >= end.ms || end.ms - start.ms > 2 * SCHEDULER_MINUTES_MAX * 60 * MS_IN_S)
		return -EINVAL;
	strcpy(lesson.id, id);
	return adhoc_open(
		scheduler, &lesson, endpoint_ids, listener_count, title, wall, mono, &running);
}

int
scheduler_end(struct scheduler *scheduler, const char *id)
{
	struct running_lesson *running = scheduler_running_find(scheduler, id);

	if (running == NULL || running->end_is_due)
		return -ENOENT;
	running->end_is_due = true;
	running->public.end_reason = SCHEDULER_END_OPERATOR;
	return 0;
}

static int
board_compare(const void *left, const void *right)
{
	const struct board_lesson *a = left;
	const struct board_lesson *b = right;

	if (a->lesson.start.ms != b->lesson.start.ms)
		return a->lesson.start.ms < b->lesson.start.ms ? -1 : 1;
	return strcmp(a->lesson.id, b->lesson.id);
}

static bool
list_has(const struct lesson_list *list, const char *id)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->lessons[i].id, id) == 0)
			return true;
	}
	return false;
}

static struct board_lesson
board_lesson_make(
	const struct scheduler *scheduler, const struct lesson *planned, struct wall_time wall)
{
	const struct scheduled_lesson *running = scheduler_find(scheduler, planned->id);
	const struct timetable *timetable =
		running == NULL ? scheduler->timetable : running->timetable;
	struct board_lesson board = {*planned, LESSON_PLANNED, {0}, {0}};

	if (running != NULL) {
		board.lesson = running->lesson;
		board.state = running->state;
	} else if (planned->end.ms <= wall.ms || ended_ids_has(&scheduler->ended, planned->id)) {
		board.state = LESSON_ENDED;
	}
	board.opens.ms = board.lesson.start.ms - timetable->policies.open_before_s * MS_IN_S;
	board.closes.ms = board.lesson.end.ms + timetable->policies.grace_s * MS_IN_S;
	return board;
}

int
scheduler_lessons_of(const struct scheduler *scheduler, struct civil_date date,
	struct wall_time wall, struct board_lesson **out, size_t *count_out)
{
	struct lesson_list list;
	size_t count = 0;

	if (timetable_expand(scheduler->timetable, &scheduler->exceptions, date, date, &list) != 0)
		return -ENOMEM;
	*out = calloc(list.count + scheduler->running_count + 1, sizeof(**out));
	if (*out == NULL) {
		lesson_list_fini(&list);
		return -ENOMEM;
	}
	for (size_t i = 0; i < list.count; i++)
		(*out)[count++] = board_lesson_make(scheduler, &list.lessons[i], wall);
	// Ad-hoc lessons, and those of the plan before a reload.
	for (size_t i = 0; i < scheduler->running_count; i++) {
		const struct lesson *lesson = &scheduler->running[i]->public.lesson;

		if (lesson->date.days == date.days && !list_has(&list, lesson->id))
			(*out)[count++] = board_lesson_make(scheduler, lesson, wall);
	}
	lesson_list_fini(&list);
	qsort(*out, count, sizeof(**out), board_compare);
	*count_out = count;
	return 0;
}
