/* SPDX-License-Identifier: BSD-3-Clause */
// pair_week.h - how many lessons a pair owes in a week that is not whole.
#ifndef TIMETABLE_PAIR_WEEK_H
#define TIMETABLE_PAIR_WEEK_H

#include "timetable/timetable.h"

// The days from `first` to `last`, both included, on which the pair could have a lesson: school
// days of its lead and of an assisted school, Monday to Friday by the plan that they run.
unsigned pair_teaching_days(const struct timetable *timetable, const struct timetable_pair *pair,
	struct civil_date first, struct civil_date last);

// The weekly target cut to the share of a week of five days, rounded down: a lesson a day on all
// days but one is a full week's four, and stays enough whichever days are off.
unsigned pair_week_due(unsigned weekly_target, unsigned teaching_days);

#endif
