/* SPDX-License-Identifier: BSD-3-Clause */
// plan_weeks.c - pairs with fewer lessons in a week than their target.
#include <errno.h>
#include <stdlib.h>

#include "timetable/plan_internal.h"

#define SCHOOL_WEEK_DAYS 5

static struct civil_date
monday_of(struct civil_date date)
{
	return civil_date_add(date, 1 - civil_weekday(date));
}

// A day on which the pair could have a lesson: a school day of its lead and of an assisted school.
static bool
is_teaching_day(
	const struct plan_work *work, const struct timetable_pair *pair, struct civil_date date)
{
	struct calendar_day day = calendar_day_get(work->timetable, pair->lead, date);

	if (!day.is_taught || civil_weekday(day.runs_as) > SCHOOL_WEEK_DAYS)
		return false;
	for (size_t i = 0; i < pair->assisted_count; i++) {
		if (calendar_day_get(work->timetable, pair->assisted[i], date).is_taught)
			return true;
	}
	return false;
}

static unsigned
teaching_days(
	const struct plan_work *work, const struct timetable_pair *pair, struct civil_date monday)
{
	unsigned count = 0;

	for (int i = 0; i < 7; i++) {
		struct civil_date date = civil_date_add(monday, i);

		if (date.days >= work->out->first.days && date.days <= work->out->last.days)
			count += is_teaching_day(work, pair, date);
	}
	return count;
}

static void
week_tell(struct plan_work *work, const struct timetable_pair *pair, struct civil_date monday,
	unsigned lessons, unsigned days, struct plan_finding **finding)
{
	char text[CIVIL_DATE_BYTES];

	if (*finding != NULL) {
		(*finding)->last = monday;
		(*finding)->count++;
		return;
	}
	*finding = plan_finding_add(work, PLAN_UNDER_TARGET);
	(*finding)->pair = pair->id;
	(*finding)->first = (*finding)->last = monday;
	(*finding)->count = 1;
	civil_date_format(monday, text);
	plan_say(*finding,
		"%s: %u lessons in the week from %s, with a target of %u a week and %u teaching "
		"days",
		pair->id, lessons, text, pair->weekly_target, days);
}

// The target is cut to the share of a week of five days, rounded down: a lesson a day on all days
// but one is a full week's four, and stays enough whichever days are off.
static void
pair_check(struct plan_work *work, const struct timetable_pair *pair, const uint16_t *lessons,
	struct civil_date monday, size_t week_count)
{
	struct plan_finding *finding = NULL;

	for (size_t week = 0; week < week_count; week++, monday = civil_date_add(monday, 7)) {
		unsigned days;

		if (lessons[week] >= pair->weekly_target ||
			monday.days + 6 < work->question->today.days)
			continue;
		days = teaching_days(work, pair, monday);
		if (lessons[week] < pair->weekly_target * days / SCHOOL_WEEK_DAYS)
			week_tell(work, pair, monday, lessons[week], days, &finding);
	}
	if (finding != NULL && finding->count > 1) {
		char text[CIVIL_DATE_BYTES];

		civil_date_format(finding->last, text);
		plan_say(finding, "; %u weeks are short, the last from %s", finding->count, text);
	}
}

// Synchronous lessons are what the target counts; trainings and calls are counted apart.
int
plan_weeks_check(struct plan_work *work)
{
	struct civil_date monday = monday_of(work->out->first);
	size_t week_count = (size_t)(work->out->last.days - monday.days) / 7 + 1;
	size_t pair_count = work->timetable->pair_count;
	uint16_t *lessons;

	if (work->is_termless)
		return 0;
	lessons = calloc(pair_count * week_count + 1, sizeof(*lessons));
	if (lessons == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < work->list.count; i++) {
		const struct lesson *lesson = &work->list.lessons[i];
		size_t pair = (size_t)(lesson->rule->pair - work->timetable->pairs);
		size_t week = (size_t)(lesson->date.days - monday.days) / 7;

		if (lesson->form == FORM_SYNCHRONOUS &&
			lessons[pair * week_count + week] < UINT16_MAX)
			lessons[pair * week_count + week]++;
	}
	for (size_t i = 0; i < pair_count; i++)
		pair_check(work, &work->timetable->pairs[i], &lessons[i * week_count], monday,
			week_count);
	free(lessons);
	return 0;
}
