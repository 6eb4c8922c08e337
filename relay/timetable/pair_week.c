// SPDX-License-Identifier: BSD-3-Clause
// pair_week.c - how many lessons a pair owes in a week that is not whole.
#include "timetable/pair_week.h"

#define SCHOOL_WEEK_DAYS 5

static bool
is_teaching_day(const struct timetable *timetable, const struct timetable_pair *pair,
	struct civil_date date)
{
	struct calendar_day day = calendar_day_get(timetable, pair->lead, date);

	if (!day.is_taught || civil_weekday(day.runs_as) > SCHOOL_WEEK_DAYS)
		return false;
	for (size_t i = 0; i < pair->assisted_count; i++) {
		if (calendar_day_get(timetable, pair->assisted[i], date).is_taught)
			return true;
	}
	return false;
}

unsigned
pair_teaching_days(const struct timetable *timetable, const struct timetable_pair *pair,
	struct civil_date first, struct civil_date last)
{
	unsigned count = 0;

	for (struct civil_date date = first; date.days <= last.days; date.days++)
		count += is_teaching_day(timetable, pair, date);
	return count;
}

unsigned
pair_week_due(unsigned weekly_target, unsigned teaching_days)
{
	unsigned due = weekly_target * teaching_days / SCHOOL_WEEK_DAYS;

	return due < weekly_target ? due : weekly_target;
}
