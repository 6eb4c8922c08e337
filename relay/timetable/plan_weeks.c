/* SPDX-License-Identifier: BSD-3-Clause */
// plan_weeks.c - pairs with fewer lessons in a week than their target.
#include <errno.h>
#include <stdlib.h>

#include "timetable/pair_week.h"
#include "timetable/plan_internal.h"

static struct civil_date
monday_of(struct civil_date date)
{
	return civil_date_add(date, 1 - civil_weekday(date));
}

static unsigned
teaching_days(
	const struct plan_work *work, const struct timetable_pair *pair, struct civil_date monday)
{
	struct civil_date first = monday, last = civil_date_add(monday, 6);

	if (first.days < work->out->first.days)
		first = work->out->first;
	if (last.days > work->out->last.days)
		last = work->out->last;
	return pair_teaching_days(work->timetable, pair, first, last);
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
		if (lessons[week] < pair_week_due(pair->weekly_target, days))
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
