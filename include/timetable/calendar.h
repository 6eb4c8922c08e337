/* SPDX-License-Identifier: BSD-3-Clause */
// calendar.h - which days are taught, and which date's lessons such a day runs.
#ifndef TIMETABLE_CALENDAR_H
#define TIMETABLE_CALENDAR_H

#include <stdbool.h>

#include "timetable/civil.h"

// Terms, holidays and make-up days. None can be made yet: NULL is the calendar without exceptions.
struct calendar;

struct calendar_day {
	bool is_taught;
	// Weekday and term week of this date choose the rules ("2024-10-12 runs 2024-10-04"); the
	// bells are those of the actual date.
	struct civil_date runs_as;
};

struct calendar_day calendar_day_get(const struct calendar *calendar, struct civil_date date);

// Whether a rule's `weeks` are held in the term week of `runs_as`.
bool calendar_weeks_include(
	const struct calendar *calendar, const char *weeks, struct civil_date runs_as);

// Whether `weeks` can be understood; today only "" and "all" can.
bool calendar_weeks_is_known(const char *weeks);

#endif
