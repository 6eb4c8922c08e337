/* SPDX-License-Identifier: BSD-3-Clause */
// calendar.c - which days are taught, and which date's lessons such a day runs.
#include "timetable/calendar.h"

#include <assert.h>
#include <string.h>

#include "timetable/calendar_internal.h"

const struct calendar_row *
calendar_row_find(const struct calendar_scope *scope, struct civil_date date)
{
	size_t low = 0; // rows before it are before the date
	size_t high = scope->row_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (scope->rows[middle].date.days < date.days)
			low = middle + 1;
		else
			high = middle;
	}
	return low < scope->row_count && scope->rows[low].date.days == date.days ? &scope->rows[low]
										 : NULL;
}

const struct calendar_term *
calendar_term_find(const struct calendar_scope *scope, struct civil_date date)
{
	for (size_t i = 0; i < scope->term_count; i++) {
		const struct calendar_term *term = &scope->terms[i];

		if (date.days >= term->first.days && date.days <= term->last.days)
			return term;
	}
	return NULL;
}

const struct calendar_scope *
calendar_scope_of(const struct timetable *timetable, const struct timetable_school *school)
{
	const struct calendar *calendar = timetable->calendar;

	if (calendar == NULL || school == NULL)
		return NULL;
	assert((size_t)(school - timetable->schools) < calendar->school_count);
	return calendar->schools[school - timetable->schools];
}

// Weeks run from Monday to Sunday and count from the term's first Monday, holiday weeks too.
static unsigned
week_of(const struct calendar_term *term, struct civil_date date)
{
	return term == NULL ? 0 : (unsigned)(date.days - term->first.days) / 7 + 1;
}

static struct calendar_day
day_make(const struct calendar_scope *terms, const struct calendar_row *row, struct civil_date date)
{
	bool is_in_term = terms->term_count == 0 || calendar_term_find(terms, date) != NULL;
	struct calendar_day day = {.kind = CALENDAR_ORDINARY, .runs_as = date, .bells = ""};

	if (row != NULL) {
		day.kind = row->kind;
		day.bells = row->bells;
		day.line = row->line;
		if (row->is_mapped)
			day.runs_as = row->runs_as;
	}
	day.is_unmapped = day.kind == CALENDAR_WORK && !row->is_mapped && is_in_term;
	day.is_taught = is_in_term && (day.kind == CALENDAR_ORDINARY ||
					      (day.kind == CALENDAR_WORK && row->is_mapped));
	day.term_week = week_of(calendar_term_find(terms, day.runs_as), day.runs_as);
	return day;
}

struct calendar_day
calendar_day_get(const struct timetable *timetable, const struct timetable_school *school,
	struct civil_date date)
{
	const struct calendar *calendar = timetable->calendar;
	const struct calendar_scope *own = calendar_scope_of(timetable, school);
	const struct calendar_row *row = NULL;

	if (calendar == NULL)
		return (struct calendar_day){.is_taught = true, .runs_as = date, .bells = ""};
	if (own != NULL)
		row = calendar_row_find(own, date);
	if (row == NULL)
		row = calendar_row_find(&calendar->county, date);
	return day_make(own != NULL ? own : &calendar->county, row, date);
}

bool
calendar_day_without_own(const struct timetable *timetable, const struct timetable_school *school,
	struct civil_date date, struct calendar_day *out)
{
	const struct calendar_scope *own = calendar_scope_of(timetable, school);

	if (own == NULL || calendar_row_find(own, date) == NULL)
		return false;
	*out = day_make(own, calendar_row_find(&timetable->calendar->county, date), date);
	return true;
}

bool
calendar_has_terms(const struct timetable *timetable, const struct timetable_school *school)
{
	const struct calendar_scope *own = calendar_scope_of(timetable, school);

	if (timetable->calendar == NULL)
		return false;
	return (own != NULL ? own : &timetable->calendar->county)->term_count > 0;
}

size_t
calendar_alarms(const struct timetable *timetable, struct civil_date today,
	struct calendar_alarm *out, size_t capacity)
{
	size_t count = 0;

	if (timetable->calendar == NULL)
		return 0;
	for (int ahead = 0; ahead <= CALENDAR_ALARM_DAYS; ahead++) {
		struct civil_date date = civil_date_add(today, ahead);
		struct calendar_day county = calendar_day_get(timetable, NULL, date);

		if (county.is_unmapped && count++ < capacity)
			out[count - 1] = (struct calendar_alarm){date, NULL, county.line};
		for (size_t i = 0; i < timetable->school_count; i++) {
			const struct timetable_school *school = &timetable->schools[i];
			struct calendar_day day;

			if (calendar_scope_of(timetable, school) == NULL)
				continue;
			day = calendar_day_get(timetable, school, date);
			// The county's alarm is for its schools too.
			if (!day.is_unmapped || (county.is_unmapped && day.line == county.line))
				continue;
			if (count++ < capacity)
				out[count - 1] = (struct calendar_alarm){date, school, day.line};
		}
	}
	return count;
}
