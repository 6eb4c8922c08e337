/* SPDX-License-Identifier: BSD-3-Clause */
// calendar.h - terms, days off and make-up days: which days are taught, and which date's lessons
// such a day runs.
//
// Every question is asked for a school, whose own rows of calendar.csv come before the county's:
// its row of a date replaces the county's, its `week1` rows replace all of the county's, and so do
// its `end` rows. NULL instead of a school is the county itself.
#ifndef TIMETABLE_CALENDAR_H
#define TIMETABLE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>

#include "timetable/civil.h"

#define CALENDAR_ALARM_DAYS 14 // how long before an unmapped make-up day its alarm begins

struct timetable;
struct timetable_school;
struct calendar; // what calendar.csv says; NULL: every day is an ordinary day, and no day has a
		 // week

enum calendar_kind {
	CALENDAR_ORDINARY, // no row names it
	CALENDAR_OFF,
	CALENDAR_EXAM, // no lessons either
	CALENDAR_WORK, // make-up day, or one with other bells
};

struct calendar_day {
	enum calendar_kind kind;
	bool is_taught;   // of a make-up day only where `runs_as` is given; never outside the terms
	bool is_unmapped; // a make-up day in a term without `runs_as`
	// Weekday and term week of this date choose the rules ("2024-10-12 runs 2024-10-04"); the
	// bells are those of the actual date.
	struct civil_date runs_as;
	unsigned term_week; // of `runs_as`, from 1, holiday weeks counted; 0 = it is in no term
	const char *bells;  // the kind of day whose bells ring; "" = ordinary
	unsigned line;      // of the row that names it, in calendar.csv; 0 = none
};

struct calendar_day calendar_day_get(const struct timetable *timetable,
	const struct timetable_school *school, struct civil_date date);

// Whether the school has a term at all.
bool calendar_has_terms(const struct timetable *timetable, const struct timetable_school *school);

// A make-up day of a term without a mapping: no lesson is held on it until somebody says whose.
struct calendar_alarm {
	struct civil_date date;
	const struct timetable_school *school; // NULL = the county
	unsigned line;
};

// Those from `today` to CALENDAR_ALARM_DAYS later, by date, the county's first, to
// out[0..capacity). Returns how many there are, which may be more.
size_t calendar_alarms(const struct timetable *timetable, struct civil_date today,
	struct calendar_alarm *out, size_t capacity);

#endif
