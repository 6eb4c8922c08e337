/* SPDX-License-Identifier: BSD-3-Clause */
// calendar_internal.h - inside the calendar: what its files share.
#ifndef TIMETABLE_CALENDAR_INTERNAL_H
#define TIMETABLE_CALENDAR_INTERNAL_H

#include "timetable/readers.h"

// Days and terms as calendar.csv gives them, of the county or of one school.
struct calendar_row {
	struct civil_date date;
	enum calendar_kind kind; // OFF, EXAM or WORK
	bool is_mapped;
	struct civil_date runs_as;
	const char *bells;
	unsigned line;
};

struct calendar_term {
	struct civil_date first; // a Monday
	struct civil_date last;  // CIVIL_DATE_MAX where none is told
	unsigned line;
};

struct calendar_scope {
	struct calendar_row *rows; // by date
	size_t row_count;
	struct calendar_term *terms; // by date; a school's without rows for them are the county's
	size_t term_count;
	bool has_own_terms; // of a school; else `terms` is the county's array
};

struct calendar {
	struct calendar_scope county;
	struct calendar_scope **schools; // by the school's index; NULL where it has no rows
	size_t school_count;
};

const struct calendar_row *calendar_row_find(
	const struct calendar_scope *scope, struct civil_date date);
const struct calendar_term *calendar_term_find(
	const struct calendar_scope *scope, struct civil_date date);

enum calendar_mark_kind { MARK_WEEK1, MARK_END };

// A row that begins or ends a term.
struct calendar_mark {
	struct civil_date date;
	enum calendar_mark_kind kind;
	unsigned line;
};

// What was read of one scope, before it is a calendar.
struct calendar_rows {
	struct calendar_scope *scope;
	struct calendar_mark *marks; // by date
	size_t mark_count;
};

struct calendar_reading {
	struct timetable *timetable;
	const char *file;
	const struct csv_table *table;
	struct file_error *error;
};

int calendar_mark_compare(const void *left, const void *right);

// A school's marks of a kind replace all of the county's of that kind. 0 or -ENOMEM.
int calendar_marks_merge(struct calendar_rows *rows, const struct calendar_rows *county);

// A term lasts to its `end`, or to the day before the next week1. 0, -ENOMEM or -EINVAL.
int calendar_terms_make(const struct calendar_reading *reading, const struct calendar_rows *rows);

// The rows that hold for a school or the county ("", and `own` is `county`), its own and those of
// the county that it has not replaced, against its terms. 0 or -EINVAL.
int calendar_days_check(const struct calendar_reading *reading, const struct calendar_scope *own,
	const struct calendar_scope *county, const char *school);

#endif
