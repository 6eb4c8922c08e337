/* SPDX-License-Identifier: BSD-3-Clause */
// sheet_internal.h - inside the sheets: what their files share.
#ifndef TIMETABLE_SHEET_INTERNAL_H
#define TIMETABLE_SHEET_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "timetable/calendar.h"
#include "timetable/sheet.h"

#define SHEET_DAYS 7

// The week as a school's calendar sees it; a weekend day is shown where there is something on it.
struct sheet_week {
	struct calendar_day days[SHEET_DAYS];
	bool is_shown[SHEET_DAYS];
};

// `school` NULL: the county's; `lessons`: those of the sheet that concern it.
struct sheet_week sheet_week_make(const struct sheet *sheet, const struct timetable_school *school,
	const struct lesson *const *lessons, size_t count);

// "09:20–10:05"; seconds only where they are not 0.
void sheet_write_times(struct bell_interval times, struct text *out);
// A lesson's bells as times of the county's day.
struct bell_interval sheet_times_of(const struct lesson *lesson);
// "调课 10-08" or "停课" in front of what is not as planned.
void sheet_write_mark(
	const struct sheet *sheet, const struct lesson *lesson, bool is_held, struct text *out);
// The page's heading, and the table's row of weekdays behind one cell that says `corner`.
void sheet_write_heading(const struct sheet *sheet, const char *name, enum word title,
	const struct timetable_school *school, struct text *out);
void sheet_write_weekdays(const struct sheet *sheet, const struct sheet_week *week,
	enum word corner, struct text *out);

// sheet_school.c: the page of a school, whose lessons are given in the order of the list.
void sheet_write_school(const struct sheet *sheet, const struct timetable_school *school,
	const struct lesson *const *lessons, size_t count, struct text *out);

#endif
