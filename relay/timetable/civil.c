/* SPDX-License-Identifier: BSD-3-Clause */
// civil.c - dates, weekdays and times of day as the county writes them, and their moments in UTC.
#include "timetable/civil.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define YEAR_MIN 1900
#define YEAR_MAX 9999

int
civil_zone_set(const char *name)
{
	if (setenv("TZ", name, 1) != 0)
		return -ENOMEM;
	tzset();
	return 0;
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

int
civil_date_make(int year, int month, int day, struct civil_date *out)
{
	struct tm parts = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};

	if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12)
		return -EINVAL;
	if (day < 1 || day > days_in_month(year, month))
		return -EINVAL;
	out->days = (int32_t)(timegm(&parts) / CIVIL_DAY_S);
	return 0;
}

// Reads `count` decimal digits; -1 where there is another character.
static int
digits_read(const char *text, int count)
{
	int value = 0;

	for (int i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

int
civil_date_parse(const char *text, struct civil_date *out)
{
	int year = digits_read(text, 4);
	int month = year < 0 || text[4] != '-' ? -1 : digits_read(text + 5, 2);
	int day = month < 0 || text[7] != '-' ? -1 : digits_read(text + 8, 2);

	if (day < 0 || text[10] != '\0')
		return -EINVAL;
	return civil_date_make(year, month, day, out);
}

void
civil_date_format(struct civil_date date, char text[CIVIL_DATE_BYTES])
{
	time_t seconds = (time_t)date.days * CIVIL_DAY_S;
	struct tm parts;

	assert(date.days >= CIVIL_DATE_MIN.days);
	assert(date.days <= CIVIL_DATE_MAX.days);
	gmtime_r(&seconds, &parts);
	strftime(text, CIVIL_DATE_BYTES, "%Y-%m-%d", &parts);
}

struct civil_date
civil_date_add(struct civil_date date, int days)
{
	return (struct civil_date){date.days + days};
}

int
civil_weekday(struct civil_date date)
{
	int since_monday = (date.days + 3) % 7; // 1970-01-01 was a Thursday

	return (since_monday < 0 ? since_monday + 7 : since_monday) + 1;
}

int
civil_time_parse(const char *text, int32_t *second_of_day_out)
{
	int hour = digits_read(text, 2);
	int minute = hour < 0 || text[2] != ':' ? -1 : digits_read(text + 3, 2);
	int second = 0;

	if (minute < 0)
		return -EINVAL;
	if (text[5] != '\0') {
		second = text[5] != ':' ? -1 : digits_read(text + 6, 2);
		if (second < 0 || text[8] != '\0')
			return -EINVAL;
	}
	if (hour > 23 || minute > 59 || second > 59)
		return -EINVAL;
	*second_of_day_out = hour * 3600 + minute * 60 + second;
	return 0;
}

static int64_t
offset_at(int64_t utc_s)
{
	time_t seconds = (time_t)utc_s;
	struct tm parts;

	localtime_r(&seconds, &parts);
	return parts.tm_gmtoff;
}

struct wall_time
civil_to_wall(struct civil_date date, int32_t second_of_day)
{
	int64_t local_s = (int64_t)date.days * CIVIL_DAY_S + second_of_day;
	// No zone changes its offset twice in two days, so these are the offsets before and after a
	// change that is near.
	int64_t before_s = local_s - offset_at(local_s - CIVIL_DAY_S);
	int64_t after_s = local_s - offset_at(local_s + CIVIL_DAY_S);
	bool is_before = before_s + offset_at(before_s) == local_s;
	bool is_after = after_s + offset_at(after_s) == local_s;

	return (struct wall_time){(is_after && !is_before ? after_s : before_s) * MS_IN_S};
}

// Of a moment before 1970 too, the second that has begun.
static int64_t
wall_seconds(struct wall_time wall)
{
	int64_t seconds = wall.ms / MS_IN_S;

	return wall.ms % MS_IN_S < 0 ? seconds - 1 : seconds;
}

static int64_t
local_seconds(struct wall_time wall)
{
	int64_t utc_s = wall_seconds(wall);

	return utc_s + offset_at(utc_s);
}

struct civil_date
civil_date_of(struct wall_time wall)
{
	int64_t seconds = local_seconds(wall);
	int64_t days = seconds / CIVIL_DAY_S;

	return (struct civil_date){(int32_t)(seconds % CIVIL_DAY_S < 0 ? days - 1 : days)};
}

int32_t
civil_second_of(struct wall_time wall)
{
	int64_t second = local_seconds(wall) % CIVIL_DAY_S;

	return (int32_t)(second < 0 ? second + CIVIL_DAY_S : second);
}

void
civil_format_utc(struct wall_time wall, char text[CIVIL_UTC_BYTES])
{
	time_t seconds = (time_t)wall_seconds(wall);
	int milliseconds = (int)(wall.ms - (int64_t)seconds * MS_IN_S);
	struct tm parts;
	size_t bytes;

	gmtime_r(&seconds, &parts);
	bytes = strftime(text, CIVIL_UTC_BYTES, "%Y-%m-%dT%H:%M:%S", &parts);
	if (milliseconds != 0)
		snprintf(text + bytes, CIVIL_UTC_BYTES - bytes, ".%03dZ", milliseconds);
	else
		snprintf(text + bytes, CIVIL_UTC_BYTES - bytes, "Z");
}
