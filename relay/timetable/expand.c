/* SPDX-License-Identifier: BSD-3-Clause */
// expand.c - weekly rules, bells and calendar become dated lessons.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/readers.h"

static bool
governs(const struct timetable_rule *rule, const struct lesson_part *part)
{
	switch (rule->bell) {
	case BELL_LEAD:
		return part->role == LESSON_LEAD;
	case BELL_SCHOOL:
		return part->school == rule->bell_school;
	case BELL_INTERSECTION:
	case BELL_UNION:
		return part->role != LESSON_LISTEN;
	case BELL_EXPLICIT:
		break;
	}
	return false;
}

static void
interval_merge(struct bell_interval *times, struct bell_interval other, enum governing_bell bell)
{
	bool takes_earlier = bell == BELL_UNION;

	if ((other.start_s < times->start_s) == takes_earlier)
		times->start_s = other.start_s;
	if ((other.end_s > times->end_s) == takes_earlier)
		times->end_s = other.end_s;
}

int
rule_times(const struct timetable *timetable, const struct timetable_rule *rule,
	struct civil_date date, struct bell_interval *out, char reason[FILE_ERROR_REASON_BYTES])
{
	bool is_first = true;

	*out = rule->bell_times;
	for (size_t i = 0; i < rule->part_count; i++) {
		const struct timetable_school *school = rule->parts[i].school;
		const struct bell_table *table;

		if (!governs(rule, &rule->parts[i]))
			continue;
		table = bell_table_find(timetable, school, date);
		if (table == NULL) {
			snprintf(reason, FILE_ERROR_REASON_BYTES,
				"school '%s' has no bells in force", school->id);
			return -ENOENT;
		}
		if (table->periods[rule->period].end_s == 0) {
			char from[CIVIL_DATE_BYTES];

			civil_date_format(table->effective_from, from);
			snprintf(reason, FILE_ERROR_REASON_BYTES,
				"school '%s' has no period %d in its bells from %s on", school->id,
				rule->period, from);
			return -EINVAL;
		}
		if (is_first)
			*out = table->periods[rule->period];
		else
			interval_merge(out, table->periods[rule->period], rule->bell);
		is_first = false;
	}
	if (out->end_s <= out->start_s) {
		snprintf(reason, FILE_ERROR_REASON_BYTES,
			"the schools' periods %d have no time in common", rule->period);
		return -EINVAL;
	}
	return 0;
}

static bool
is_held(const struct timetable *timetable, const struct timetable_rule *rule,
	struct civil_date date)
{
	struct calendar_day day = calendar_day_get(timetable, rule->pair->lead, date);

	return day.is_taught && civil_weekday(day.runs_as) == rule->weekday &&
	       date.days >= rule->from.days && date.days <= rule->until.days &&
	       weeks_include(&rule->week_set, day.term_week);
}

static void
lesson_make(const struct timetable_rule *rule, struct civil_date date, struct bell_interval times,
	struct lesson *out)
{
	char text[CIVIL_DATE_BYTES];

	civil_date_format(date, text);
	*out = (struct lesson){
		.rule = rule,
		.planned = date,
		.date = date,
		.start = civil_to_wall(date, times.start_s),
		.end = civil_to_wall(date, times.end_s),
		.title = rule->subject,
		.subject = rule->subject,
		.class_name = rule->class_name,
		.teacher = rule->teacher,
		.form = rule->form,
		.parts = rule->parts,
		.part_count = rule->part_count,
	};
	snprintf(out->id, sizeof(out->id), "%s/%s", rule->id, text);
}

static int
lesson_compare(const void *left, const void *right)
{
	const struct lesson *a = left;
	const struct lesson *b = right;

	if (a->start.ms != b->start.ms)
		return a->start.ms < b->start.ms ? -1 : 1;
	return strcmp(a->id, b->id);
}

static int
list_grow(struct lesson_list *list, size_t *capacity)
{
	size_t wanted = *capacity == 0 ? 64 : *capacity * 2;
	struct lesson *lessons;

	if (list->count < *capacity)
		return 0;
	lessons = realloc(list->lessons, wanted * sizeof(*lessons));
	if (lessons == NULL)
		return -ENOMEM;
	list->lessons = lessons;
	*capacity = wanted;
	return 0;
}

static int
date_expand(const struct timetable *timetable, struct civil_date date, struct lesson_list *list,
	size_t *capacity)
{
	char reason[FILE_ERROR_REASON_BYTES];
	struct bell_interval times;

	for (size_t i = 0; i < timetable->rule_count; i++) {
		const struct timetable_rule *rule = &timetable->rules[i];

		if (!is_held(timetable, rule, date))
			continue;
		// That it makes a lesson has been checked when the timetable was made.
		if (rule_times(timetable, rule, date, &times, reason) != 0)
			continue;
		if (list_grow(list, capacity) != 0)
			return -ENOMEM;
		lesson_make(rule, date, times, &list->lessons[list->count++]);
	}
	return 0;
}

int
timetable_expand(const struct timetable *timetable, const struct plan_exceptions *exceptions,
	struct civil_date first, struct civil_date last, struct lesson_list *out)
{
	size_t capacity = 0;

	(void)exceptions;
	*out = (struct lesson_list){NULL, 0};
	if (last.days - first.days >= TIMETABLE_EXPAND_DAYS_MAX)
		return -EINVAL;
	for (struct civil_date date = first; date.days <= last.days; date.days++) {
		if (date_expand(timetable, date, out, &capacity) != 0) {
			lesson_list_fini(out);
			return -ENOMEM;
		}
	}
	if (out->count > 1)
		qsort(out->lessons, out->count, sizeof(*out->lessons), lesson_compare);
	return 0;
}

void
lesson_list_fini(struct lesson_list *list)
{
	free(list->lessons);
	*list = (struct lesson_list){NULL, 0};
}
