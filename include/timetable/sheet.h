/* SPDX-License-Identifier: BSD-3-Clause */
// sheet.h - a week's timetable as a page to print (HTML): of a school, or of the whole county.
#ifndef TIMETABLE_SHEET_H
#define TIMETABLE_SHEET_H

#include "timetable/exceptions.h"
#include "timetable/text.h"
#include "timetable/timetable.h"
#include "timetable/words.h"

struct sheet {
	const struct timetable *timetable;
	const struct plan_exceptions *exceptions; // NULL: none
	const struct lesson_list *lessons;        // of the week, by lessons_list_make()
	struct civil_date monday;
	enum language language;
};

// The Monday of a date's week.
struct civil_date sheet_monday(struct civil_date date);

// A whole HTML document, without scripts and without requests to anywhere. Of a school: its periods
// by weekdays, on one A4 page in landscape. Without a school: the county's master timetable, pairs
// by weekdays, and then a page for each school that has a lesson in the week.
void sheet_write(
	const struct sheet *sheet, const struct timetable_school *school, struct text *out);

#endif
