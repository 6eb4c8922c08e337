/* SPDX-License-Identifier: BSD-3-Clause */
// manual.h - what people enter into the ledger: what was held elsewhere, and corrections.
//
// Pure: from named fields to a row, or to what is wrong with which field.
#ifndef LEDGER_MANUAL_H
#define LEDGER_MANUAL_H

#include "ledger/records.h"
#include "timetable/timetable.h"

#define MANUAL_ERROR_BYTES 256
#define MANUAL_ROWS_MAX 2000 // of one import

enum manual_field {
	MANUAL_DATE,     // "2026-11-23", not in the future; needed
	MANUAL_FORM,     // a lesson's form, "visit" or "working_day"; needed
	MANUAL_PAIR,     // id; or lead and assisted
	MANUAL_LEAD,     // school id
	MANUAL_ASSISTED, // school id; needed where the pair has several
	MANUAL_TITLE,
	MANUAL_SUBJECT,
	MANUAL_CLASS,
	MANUAL_TEACHER,
	MANUAL_ASSISTANT,
	MANUAL_HEADCOUNT, // 0 to 100000
	MANUAL_TIMES,     // "09:20-10:05"
	MANUAL_MINUTES,   // that were held; else those of the times
	MANUAL_VERDICT,   // else delivered; of working days none
	MANUAL_REASON,    // of a correction: needed
	MANUAL_FIELD_COUNT,
};

// Their names, which are also the columns of an import.
extern const struct csv_column manual_columns[MANUAL_FIELD_COUNT];

// A row with what its texts point to.
struct manual_entry {
	struct ledger_entry entry;
	char scope[16];
	char date[CIVIL_DATE_BYTES];
};

// `fields` are UTF-8, NULL or "" where one is not given; the row borrows them, `author` and the
// timetable's names. Returns 0, or -EINVAL with "field: what is wrong" in `error`.
int manual_read(const struct timetable *timetable, const char *const fields[MANUAL_FIELD_COUNT],
	const char *author, struct wall_time now, struct manual_entry *out,
	char error[MANUAL_ERROR_BYTES]);

// The same row with other fields; who, where and when a lesson was stays, but a manual row's date
// can be corrected. Borrows from `row` too.
int manual_correct(const struct ledger_entry *row, const char *const fields[MANUAL_FIELD_COUNT],
	const char *author, struct wall_time now, struct manual_entry *out,
	char error[MANUAL_ERROR_BYTES]);

struct sqlite3;
struct ledger_item; // ledger/ledger_queue.h

// On the reader's thread: a copy of the row of a number, to be freed with free(), and the number of
// the row that corrects it, or 0. 0, -ESRCH where there is no such row, or -errno.
int manual_row_get(struct sqlite3 *database, int64_t number, struct ledger_item **out,
	int64_t *corrected_by_out);

#endif
