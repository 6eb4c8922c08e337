/* SPDX-License-Identifier: BSD-3-Clause */
// plan_days.c - which days a plan is checked for, and what their calendar lacks.
#include <errno.h>
#include <stdlib.h>

#include "timetable/calendar_internal.h"
#include "timetable/plan_internal.h"

// From the first day of the term that runs or comes next, to the last day of a term in the time
// ahead. A term whose end nobody told began long ago, perhaps.
static void
days_choose(struct plan_work *work)
{
	const struct calendar *calendar = work->timetable->calendar;
	struct civil_date today = work->question->today;
	struct civil_date farthest = civil_date_add(today, PLAN_DAYS_AHEAD - 1);
	bool has_first = false;

	work->out->first = today;
	work->out->last = farthest;
	if (!calendar_has_terms(work->timetable, NULL))
		return;
	for (size_t i = 0; i < calendar->county.term_count; i++) {
		const struct calendar_term *term = &calendar->county.terms[i];

		if (term->last.days < today.days || term->first.days > farthest.days)
			continue;
		if (!has_first)
			work->out->first = term->first;
		has_first = true;
		work->out->last = term->last.days < farthest.days ? term->last : farthest;
	}
	work->is_termless = !has_first;
	if (work->out->first.days < today.days - PLAN_DAYS_AHEAD)
		work->out->first = civil_date_add(today, -PLAN_DAYS_AHEAD);
}

static int
midnights_make(struct plan_work *work)
{
	size_t count = (size_t)(work->out->last.days - work->out->first.days) + 2;

	work->midnights = calloc(count, sizeof(*work->midnights));
	if (work->midnights == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		work->midnights[i] = civil_to_wall(civil_date_add(work->out->first, (int)i), 0);
	return 0;
}

// Asking the zone for each lesson takes longer than all the rest. It need not be asked on a day of
// 24 hours.
struct bell_interval
plan_times_get(const struct plan_work *work, const struct lesson *lesson)
{
	const struct wall_time *midnight =
		&work->midnights[lesson->date.days - work->out->first.days];

	if (midnight[1].ms - midnight[0].ms != CIVIL_DAY_S * MS_IN_S)
		return (struct bell_interval){
			civil_second_of(lesson->start), civil_second_of(lesson->end)};
	return (struct bell_interval){(int32_t)((lesson->start.ms - midnight->ms) / MS_IN_S),
		(int32_t)((lesson->end.ms - midnight->ms) / MS_IN_S)};
}

int
plan_days_expand(struct plan_work *work)
{
	int result;

	days_choose(work);
	result = midnights_make(work);
	if (result != 0)
		return result;
	result = timetable_expand(work->timetable, work->question->exceptions, work->out->first,
		work->out->last, &work->list);
	work->out->lesson_count = work->list.count;
	return result;
}

static void
unmapped_add(struct plan_work *work, const struct timetable_school *school, struct civil_date date)
{
	struct plan_finding *finding = plan_finding_add(work, PLAN_UNMAPPED_DAY);

	finding->first = finding->last = date;
	finding->count = 1;
	plan_say_dates(finding);
	if (school != NULL)
		plan_say(finding, ", %s (%s) makes up", school->name, school->id);
	else
		plan_say(finding, " a day is made up");
	plan_say(finding, ", but the calendar does not say which day's lessons it runs: fill in "
			  "its runs_as; until then nothing opens");
}

// A school's days repeat the county's but where it has a row of its own.
static void
school_days_check(struct plan_work *work, const struct timetable_school *school)
{
	struct civil_date date = work->out->first;

	if (date.days < work->question->today.days)
		date = work->question->today;
	for (; date.days <= work->out->last.days; date.days++) {
		struct calendar_day day = calendar_day_get(work->timetable, school, date);

		if (day.is_unmapped &&
			(school == NULL ||
				calendar_day_get(work->timetable, NULL, date).line != day.line))
			unmapped_add(work, school, date);
	}
}

int
plan_days_check(struct plan_work *work)
{
	struct plan_finding *finding;
	char end[CIVIL_DATE_BYTES];

	if (work->is_termless) {
		finding = plan_finding_add(work, PLAN_NO_TERM);
		finding->first = work->out->first;
		finding->last = work->out->last;
		civil_date_format(finding->last, end);
		plan_say(finding,
			"the calendar has no term before %s: no lesson will open; add the next "
			"term's week1 and end",
			end);
		return 0;
	}
	if (work->timetable->calendar == NULL)
		return 0;
	school_days_check(work, NULL);
	for (size_t i = 0; i < work->timetable->school_count; i++) {
		const struct timetable_school *school = &work->timetable->schools[i];

		if (calendar_scope_of(work->timetable, school) != NULL)
			school_days_check(work, school);
	}
	return 0;
}
