/* SPDX-License-Identifier: BSD-3-Clause */
// planned.c - whether the weekly plan and the calendar put a rule's lesson on a date.
#include "timetable/readers.h"

static bool
is_held(const struct timetable_rule *rule, const struct calendar_day *day, struct civil_date date)
{
	return day->is_taught && civil_weekday(day->runs_as) == rule->weekday &&
	       date.days >= rule->from.days && date.days <= rule->until.days &&
	       weeks_include(&rule->week_set, day->term_week);
}

struct planned_lesson
planned_lesson_get(const struct timetable *timetable, const struct timetable_rule *rule,
	struct civil_date date)
{
	const struct timetable_school *lead = rule->pair->lead;
	struct calendar_day day = calendar_day_get(timetable, lead, date);

	if (is_held(rule, &day, date))
		return (struct planned_lesson){true, false, day.term_week};
	// Only a day that the school itself has taken out of the county's plan cancels a lesson.
	if (!day.is_taught && calendar_day_without_own(timetable, lead, date, &day) &&
		is_held(rule, &day, date))
		return (struct planned_lesson){true, true, day.term_week};
	return (struct planned_lesson){false, false, 0};
}

bool
school_is_off(const struct timetable *timetable, const struct timetable_school *school,
	const struct timetable_rule *rule, struct civil_date date)
{
	struct calendar_day day = calendar_day_get(timetable, school, date);

	return !day.is_taught || civil_weekday(day.runs_as) != rule->weekday;
}

bool
school_has_day_off(const struct timetable *timetable, const struct timetable_school *school,
	struct civil_date date)
{
	enum calendar_kind kind = calendar_day_get(timetable, school, date).kind;

	return kind == CALENDAR_OFF || kind == CALENDAR_EXAM;
}
