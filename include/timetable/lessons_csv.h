/* SPDX-License-Identifier: BSD-3-Clause */
// lessons_csv.h - dated lessons and weekly rules as tables that a spreadsheet opens.
//
// UTF-8 with a byte order mark, without which Excel shows no Chinese, and CRLF (RFC 4180).
#ifndef TIMETABLE_LESSONS_CSV_H
#define TIMETABLE_LESSONS_CSV_H

#include "timetable/exceptions.h"
#include "timetable/text.h"
#include "timetable/timetable.h"

// A row for each lesson, its times in the county's zone; `exceptions` (NULL: none) tell what was
// moved. A text that a spreadsheet would take for a formula gets an apostrophe before it.
void lessons_csv_write(
	const struct lesson_list *list, const struct plan_exceptions *exceptions, struct text *out);

// rules.csv as it is in force: importing it changes nothing.
void lessons_csv_write_rules(const struct timetable *timetable, struct text *out);

#endif
