/* SPDX-License-Identifier: BSD-3-Clause */
// report_rows.h - inside the reports: the rows that a question is about, and what a pair's come to.
#ifndef LEDGER_REPORT_ROWS_H
#define LEDGER_REPORT_ROWS_H

#include <sqlite3.h>

#include "ledger/report_internal.h"

#define REPORT_ID_BYTES 64
#define REPORT_NAMES_BYTES 512

enum report_order {
	REPORT_BY_NUMBER,
	REPORT_BY_TIME,
	REPORT_BY_PAIR, // then lesson: what is one lesson stands together
};

// The entry's texts are valid during the call. Returns 0 to go on, else what ends the reading.
typedef int (*report_row_fn)(void *context, const struct ledger_entry *entry);

// Each row of the question's dates, pair, school and lesson, corrected. Returns 0, -errno, or what
// `tell` did.
int report_rows_each(sqlite3 *database, const struct report_question *question,
	enum report_order order, report_row_fn tell, void *context);

// What stands in a year, month or week for one form.
struct report_counts {
	unsigned planned; // by the timetable, whatever came of it
	unsigned delivered;
	unsigned partial;
	unsigned missed;
	unsigned cancelled;
	unsigned extra;
	uint64_t headcount;
};

void report_counts_add(struct report_counts *sum, const struct report_counts *more);

struct report_pair {
	const struct timetable_pair *pair; // NULL: not in the timetable (any more), or ad hoc
	char id[REPORT_ID_BYTES];
	char names[REPORT_NAMES_BYTES]; // "巫溪中心小学 + 厚仁中心小学"
	enum school_scope scope;
	struct report_counts forms[REPORT_FORM_COUNT]; // of working days: the days
};

struct report_pairs {
	struct report_pair *pairs; // the timetable's in its order, then others
	size_t count;
	size_t capacity;
	int result;
};

// To be freed with report_pairs_fini(), also where it fails: 0 or -errno.
int report_pairs_make(
	sqlite3 *database, const struct report_question *question, struct report_pairs *out);
void report_pairs_fini(struct report_pairs *pairs);

// Of all forms but what is done in person.
struct report_counts report_pair_lessons(const struct report_pair *pair);

// Each fills the report by its question. 0 or -errno.
int report_rows_fill(sqlite3 *database, struct report *report); // list and day
int report_week_fill(sqlite3 *database, struct report *report);
int report_month_fill(sqlite3 *database, struct report *report);
int report_year_fill(sqlite3 *database, struct report *report);
int report_heatmap_fill(sqlite3 *database, struct report *report);
int report_lesson_fill(sqlite3 *database, struct report *report);

// A row's cells, under these columns.
extern const struct report_column report_entry_columns[];
extern const size_t report_entry_column_count;
void report_put_entry(struct report *report, const struct ledger_entry *entry);

#endif
