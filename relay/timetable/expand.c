/* SPDX-License-Identifier: BSD-3-Clause */
// expand.c - weekly rules, bells, calendar and exceptions become dated lessons.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/exception_index.h"

struct expansion {
	const struct timetable *timetable;
	struct exception_index index;
	bool wants_cancelled;
	struct civil_date first;
	struct civil_date last;
	struct lesson_list *list;
	size_t capacity;
};

static int
lesson_compare(const void *left, const void *right)
{
	const struct lesson *a = left;
	const struct lesson *b = right;

	if (a->start.ms != b->start.ms)
		return a->start.ms < b->start.ms ? -1 : 1;
	return strcmp(a->id, b->id);
}

// Room for one more, or NULL.
static struct lesson *
lesson_add(struct expansion *expansion)
{
	struct lesson_list *list = expansion->list;
	size_t wanted = expansion->capacity == 0 ? 64 : expansion->capacity * 2;
	struct lesson *lessons;

	if (list->count == expansion->capacity) {
		lessons = realloc(list->lessons, wanted * sizeof(*lessons));
		if (lessons == NULL)
			return NULL;
		list->lessons = lessons;
		expansion->capacity = wanted;
	}
	return &list->lessons[list->count++];
}

// The endpoint that an exception gives to a school's part, or the rule's.
static const struct timetable_endpoint *
endpoint_choose(const struct timetable *timetable, const struct lesson_change *change,
	const struct lesson_part *part)
{
	for (size_t i = 0; i < change->count; i++) {
		const struct plan_exception *exception = change->refs[i].exception;
		const struct timetable_endpoint *endpoint;

		if (exception->kind != PLAN_ENDPOINT ||
			strcmp(exception->school, part->school->id) != 0)
			continue;
		endpoint = timetable_endpoint_find(timetable, exception->endpoint);
		if (endpoint != NULL && endpoint->school == part->school)
			return endpoint;
	}
	return part->endpoint;
}

// Who takes part on the day, with what. Returns how many; *assist_count_out of them assist.
static size_t
parts_choose(const struct expansion *expansion, const struct timetable_rule *rule,
	const struct lesson_change *change, struct lesson_part parts[TIMETABLE_PARTS_MAX],
	size_t *assist_count_out)
{
	const struct timetable *timetable = expansion->timetable;
	size_t count = 0;

	*assist_count_out = 0;
	for (size_t i = 0; i < rule->part_count; i++) {
		struct lesson_part part = rule->parts[i];
		bool is_off = change->is_moved
				      ? school_has_day_off(timetable, part.school, change->date)
				      : school_is_off(timetable, part.school, rule, change->date);

		if (part.role != LESSON_LEAD && is_off)
			continue;
		part.endpoint = endpoint_choose(timetable, change, &part);
		if (change->is_moved)
			part.period = change->slot.times.end_s != 0
					      ? 0
					      : slot_period(rule, &change->slot, &part);
		*assist_count_out += part.role == LESSON_ASSIST;
		parts[count++] = part;
	}
	return count;
}

static bool
parts_are_the_rule_s(const struct timetable_rule *rule, const struct lesson_part *parts)
{
	for (size_t i = 0; i < rule->part_count; i++) {
		if (parts[i].endpoint != rule->parts[i].endpoint ||
			parts[i].period != rule->parts[i].period)
			return false;
	}
	return true;
}

// Whether the lesson is held, and its parts: the rule's own unless they differ. 0 or -ENOMEM.
static int
lesson_decide(const struct expansion *expansion, const struct planned_lesson *planned,
	const struct lesson_change *change, struct lesson *lesson)
{
	const struct timetable *timetable = expansion->timetable;
	const struct timetable_rule *rule = lesson->rule;
	struct lesson_part parts[TIMETABLE_PARTS_MAX];
	bool is_lead_off = change->is_moved
				   ? school_has_day_off(timetable, rule->pair->lead, change->date)
				   : planned->is_lead_off;
	size_t assist_count, count;

	lesson->parts = rule->parts;
	lesson->part_count = rule->part_count;
	if (change->is_cancelled || is_lead_off) {
		lesson->cancellation =
			change->is_cancelled ? CANCELLED_EXCEPTION : CANCELLED_LEAD_OFF;
		return 0;
	}
	count = parts_choose(expansion, rule, change, parts, &assist_count);
	if (assist_count == 0) {
		lesson->cancellation = CANCELLED_ASSISTED_OFF;
		return 0;
	}
	if (count == rule->part_count && parts_are_the_rule_s(rule, parts))
		return 0;
	lesson->parts = parts_store_take(timetable->parts_store, parts, count);
	lesson->part_count = count;
	return lesson->parts == NULL ? -ENOMEM : 0;
}

// When it is, or would be. 0, or a negative number where the bells make no lesson.
static int
lesson_time(const struct expansion *expansion, const struct lesson_change *change,
	struct lesson *lesson)
{
	const struct timetable *timetable = expansion->timetable;
	struct lesson_slot slot = change->slot;
	char reason[FILE_ERROR_REASON_BYTES];
	struct bell_interval times;
	int result = rule_times(timetable, lesson->rule, &slot, lesson->date, &times, reason);

	if (result == -ERANGE) {
		if (lesson->cancellation == LESSON_HELD)
			lesson->cancellation = CANCELLED_NO_PERIOD;
		slot.is_ordinary_day = true;
		result = rule_times(timetable, lesson->rule, &slot, lesson->date, &times, reason);
	}
	if (result != 0)
		return result;
	lesson->start = civil_to_wall(lesson->date, times.start_s);
	lesson->end = civil_to_wall(lesson->date, times.end_s);
	return 0;
}

static int
lesson_make(struct expansion *expansion, const struct timetable_rule *rule, struct civil_date date,
	const struct planned_lesson *planned, const struct lesson_change *change)
{
	char text[CIVIL_DATE_BYTES];
	struct lesson *added;
	struct lesson lesson = {
		.rule = rule,
		.planned = date,
		.date = change->date,
		.term_week = planned->term_week,
		.title = rule->subject,
		.subject = rule->subject,
		.class_name = rule->class_name,
		.teacher = rule->teacher,
		.form = rule->form,
	};

	if (lesson_decide(expansion, planned, change, &lesson) != 0)
		return -ENOMEM;
	// That the bells make a lesson has been checked when the timetable was made, but for dates
	// before the first of them.
	if (lesson_time(expansion, change, &lesson) != 0)
		return 0;
	if ((lesson.cancellation != LESSON_HELD) != expansion->wants_cancelled)
		return 0;
	civil_date_format(date, text);
	snprintf(lesson.id, sizeof(lesson.id), "%s/%s", rule->id, text);
	added = lesson_add(expansion);
	if (added == NULL)
		return -ENOMEM;
	*added = lesson;
	return 0;
}

static int
date_expand(struct expansion *expansion, struct civil_date date)
{
	const struct timetable *timetable = expansion->timetable;

	for (size_t i = 0; i < timetable->rule_count; i++) {
		const struct timetable_rule *rule = &timetable->rules[i];
		struct planned_lesson planned = planned_lesson_get(timetable, rule, date);
		struct lesson_change change;

		if (!planned.is_planned)
			continue;
		change = lesson_change_get(&expansion->index, timetable, rule, date);
		if (!change.is_moved && lesson_make(expansion, rule, date, &planned, &change) != 0)
			return -ENOMEM;
	}
	return 0;
}

// The lessons that an exception has put on the dates, from wherever they were planned.
static int
moved_expand(struct expansion *expansion)
{
	const struct exception_index *index = &expansion->index;

	for (size_t i = 0; i < index->count; i++) {
		const struct exception_ref *ref = &index->refs[i];
		struct planned_lesson planned;
		struct lesson_change change;

		if (i > 0 && ref[-1].rule == ref->rule && ref[-1].planned.days == ref->planned.days)
			continue;
		change = lesson_change_get(index, expansion->timetable, ref->rule, ref->planned);
		if (!change.is_moved || change.date.days < expansion->first.days ||
			change.date.days > expansion->last.days)
			continue;
		planned = planned_lesson_get(expansion->timetable, ref->rule, ref->planned);
		if (lesson_make(expansion, ref->rule, ref->planned, &planned, &change) != 0)
			return -ENOMEM;
	}
	return 0;
}

static int
expand(struct expansion *expansion, const struct plan_exceptions *exceptions)
{
	struct lesson_list *list = expansion->list;
	struct civil_date date = expansion->first;
	int result;

	*list = (struct lesson_list){NULL, 0};
	if (expansion->last.days - expansion->first.days >= TIMETABLE_EXPAND_DAYS_MAX)
		return -EINVAL;
	result = exception_index_init(&expansion->index, expansion->timetable, exceptions);
	for (; date.days <= expansion->last.days && result == 0; date.days++)
		result = date_expand(expansion, date);
	if (result == 0)
		result = moved_expand(expansion);
	exception_index_fini(&expansion->index);
	if (result != 0)
		lesson_list_fini(list);
	if (list->count > 1)
		qsort(list->lessons, list->count, sizeof(*list->lessons), lesson_compare);
	return result;
}

int
timetable_expand(const struct timetable *timetable, const struct plan_exceptions *exceptions,
	struct civil_date first, struct civil_date last, struct lesson_list *out)
{
	struct expansion expansion = {
		.timetable = timetable, .first = first, .last = last, .list = out};

	return expand(&expansion, exceptions);
}

int
timetable_expand_cancelled(const struct timetable *timetable,
	const struct plan_exceptions *exceptions, struct civil_date first, struct civil_date last,
	struct lesson_list *out)
{
	struct expansion expansion = {.timetable = timetable,
		.wants_cancelled = true,
		.first = first,
		.last = last,
		.list = out};

	return expand(&expansion, exceptions);
}

void
lesson_list_fini(struct lesson_list *list)
{
	free(list->lessons);
	*list = (struct lesson_list){NULL, 0};
}

const char *
lesson_cancellation_name(enum lesson_cancellation cancellation)
{
	static const char *const names[] = {
		[LESSON_HELD] = "held",
		[CANCELLED_EXCEPTION] = "exception",
		[CANCELLED_LEAD_OFF] = "lead_off",
		[CANCELLED_ASSISTED_OFF] = "assisted_off",
		[CANCELLED_NO_PERIOD] = "no_period",
	};

	return names[cancellation];
}
