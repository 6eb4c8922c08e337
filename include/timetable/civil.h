/* SPDX-License-Identifier: BSD-3-Clause */
// civil.h - dates, weekdays and times of day as the county writes them, and their moments in UTC.
#ifndef TIMETABLE_CIVIL_H
#define TIMETABLE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/units.h"

// A date of the Gregorian calendar, as days since 1970-01-01. Years 1900 to 9999.
struct civil_date {
	int32_t days;
};

#define CIVIL_DATE_MIN ((struct civil_date){-25567})
#define CIVIL_DATE_MAX ((struct civil_date){2932896})
#define CIVIL_DAY_S 86400

#define CIVIL_DATE_BYTES 11 // "2026-11-23" and its terminator
#define CIVIL_UTC_BYTES 25  // "2026-11-23T01:20:00.500Z"

// Sets the zone of the whole process (TZ and tzset); call it before threads start or from the one
// thread that uses civil time. The name must be checked before: libc takes an unknown one for UTC.
// Returns 0 or -ENOMEM.
int civil_zone_set(const char *name);

// 0, or -EINVAL where there is no such date.
int civil_date_make(int year, int month, int day, struct civil_date *out);

// "YYYY-MM-DD", all of the text. 0 or -EINVAL.
int civil_date_parse(const char *text, struct civil_date *out);
void civil_date_format(struct civil_date date, char text[CIVIL_DATE_BYTES]);

struct civil_date civil_date_add(struct civil_date date, int days);

// 1 = Monday .. 7 = Sunday (ISO 8601).
int civil_weekday(struct civil_date date);

// "HH:MM" or "HH:MM:SS", all of the text, to seconds since midnight. 0 or -EINVAL.
int civil_time_parse(const char *text, int32_t *second_of_day_out);

// The moment of a date and time of day in the zone. A time that comes twice (clocks set back) is
// the first; a time that does not come (clocks set forward) is taken by the offset before the
// change, so that it is as much later as the clocks were set forward.
struct wall_time civil_to_wall(struct civil_date date, int32_t second_of_day);

// The county's date and second of the day at a moment.
struct civil_date civil_date_of(struct wall_time wall);
int32_t civil_second_of(struct wall_time wall);

// RFC 3339 in UTC, "2026-11-23T01:20:00Z"; milliseconds only where they are not 0.
void civil_format_utc(struct wall_time wall, char text[CIVIL_UTC_BYTES]);

#endif
