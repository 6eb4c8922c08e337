/* SPDX-License-Identifier: BSD-3-Clause */
// calendar.c - which days are taught, and which date's lessons such a day runs.
#include "timetable/calendar.h"

#include <assert.h>

#include "timetable/timetable.h"

struct calendar_day
calendar_day_get(const struct timetable *timetable, const struct timetable_school *school,
	struct civil_date date)
{
	assert(timetable->calendar == NULL); // nothing makes one yet
	(void)school;
	return (struct calendar_day){.is_taught = true, .runs_as = date, .bells = ""};
}
