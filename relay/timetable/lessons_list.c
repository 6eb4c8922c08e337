// SPDX-License-Identifier: BSD-3-Clause
// lessons_list.c - held and cancelled lessons of some dates as one list, which all exports show.
#include "timetable/lessons_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int
lesson_compare(const void *left, const void *right)
{
	const struct lesson *a = left;
	const struct lesson *b = right;

	if (a->start.ms != b->start.ms)
		return a->start.ms < b->start.ms ? -1 : 1;
	return strcmp(a->id, b->id);
}

int
lessons_list_make(const struct timetable *timetable, const struct plan_exceptions *exceptions,
	struct civil_date first, struct civil_date last, struct lesson_list *out)
{
	struct lesson_list cancelled = {NULL, 0};
	struct lesson *lessons;
	int result = timetable_expand(timetable, exceptions, first, last, out);

	if (result != 0)
		return result;
	result = timetable_expand_cancelled(timetable, exceptions, first, last, &cancelled);
	if (result != 0)
		goto fini_held;
	if (cancelled.count == 0)
		return 0;
	lessons = realloc(out->lessons, (out->count + cancelled.count) * sizeof(*lessons));
	if (lessons == NULL) {
		result = -ENOMEM;
		goto fini_cancelled;
	}
	memcpy(lessons + out->count, cancelled.lessons, cancelled.count * sizeof(*lessons));
	out->lessons = lessons;
	out->count += cancelled.count;
	qsort(lessons, out->count, sizeof(*lessons), lesson_compare);
	lesson_list_fini(&cancelled);
	return 0;

fini_cancelled:
	lesson_list_fini(&cancelled);
fini_held:
	lesson_list_fini(out);
	return result;
}

unsigned
lesson_change_count(const struct plan_exceptions *exceptions, const struct lesson *lesson)
{
	unsigned count = 0;

	for (size_t i = 0; exceptions != NULL && i < exceptions->count; i++) {
		const struct plan_exception *item = &exceptions->items[i];

		if (strcmp(item->lesson_id, lesson->id) == 0 ||
			(item->kind == PLAN_SWAP && strcmp(item->other_id, lesson->id) == 0))
			count++;
	}
	return count;
}

bool
lesson_is_moved(const struct plan_exceptions *exceptions, const struct lesson *lesson)
{
	if (lesson->cancellation != LESSON_HELD)
		return false;
	if (lesson->date.days != lesson->planned.days)
		return true;
	for (size_t i = 0; exceptions != NULL && i < exceptions->count; i++) {
		const struct plan_exception *item = &exceptions->items[i];

		if (item->kind == PLAN_MOVE && strcmp(item->lesson_id, lesson->id) == 0)
			return true;
		if (item->kind == PLAN_SWAP && (strcmp(item->lesson_id, lesson->id) == 0 ||
						       strcmp(item->other_id, lesson->id) == 0))
			return true;
	}
	return false;
}

static const struct lesson_part *
part_find(const struct lesson_part *parts, size_t count, const struct timetable_school *school)
{
	for (size_t i = 0; i < count; i++) {
		if (parts[i].school == school)
			return &parts[i];
	}
	return NULL;
}

const struct lesson_part *
lesson_part_of(
	const struct lesson *lesson, const struct timetable_school *school, bool *is_held_out)
{
	const struct lesson_part *part = part_find(lesson->parts, lesson->part_count, school);

	*is_held_out = part != NULL && lesson->cancellation == LESSON_HELD;
	if (part == NULL && lesson->rule != NULL)
		part = part_find(lesson->rule->parts, lesson->rule->part_count, school);
	return part;
}
