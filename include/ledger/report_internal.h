/* SPDX-License-Identifier: BSD-3-Clause */
// report_internal.h - inside the reports: a report is some tables of cells, written in one of three
// forms; and the counts they are made of.
#ifndef LEDGER_REPORT_INTERNAL_H
#define LEDGER_REPORT_INTERNAL_H

#include <stdbool.h>

#include "ledger/records.h"
#include "ledger/report.h"

#define REPORT_LANGUAGES 2
#define REPORT_TABLES_MAX 4

// What it is called in JSON, and by enum language.
struct report_word {
	const char *key;
	const char *texts[REPORT_LANGUAGES];
};

struct report_column {
	struct report_word word;
	// The columns of a printed page are in every form, those of a spreadsheet also in JSON.
	enum report_format from;
};

enum report_cell_kind {
	REPORT_CELL_NONE,
	REPORT_CELL_TEXT,
	REPORT_CELL_COUNT,
	REPORT_CELL_TENTHS, // of one decimal
	REPORT_CELL_SHARE,  // 1.0 is told as 100 %
	REPORT_CELL_WORD,
	REPORT_CELL_MOMENT, // JSON: in UTC; else the county's time of day
};

enum report_mark {
	REPORT_PLAIN,
	REPORT_GREEN,
	REPORT_AMBER,
	REPORT_RED,
};

struct report_cell {
	enum report_cell_kind kind;
	enum report_mark mark;
	union {
		size_t text; // where it begins in the report's texts
		double number;
		const struct report_word *word;
		struct wall_time moment;
	};
};

struct report_table {
	const struct report_word *word;
	const struct report_column *columns;
	size_t column_count;
	struct report_cell *cells; // row by row
	size_t count;
	size_t capacity;
};

// Begins as all zero but for the question.
struct report {
	const struct report_question *question;
	struct report_table tables[REPORT_TABLES_MAX];
	size_t table_count;
	struct text texts; // the cells', each with its zero
	struct text page;  // of a lesson: written already, instead of the tables
	int64_t next;      // of a list: `after` of the next page; 0 = there is none
	int result;        // the first failure: 0 or -ENOMEM
};

void report_table_begin(struct report *report, const struct report_word *word,
	const struct report_column *columns, size_t count);
// The next cell, row by row.
void report_put_none(struct report *report);
void report_put_text(struct report *report, const char *text);
void report_put_count(struct report *report, int64_t count);
void report_put_tenths(struct report *report, double number);
void report_put_share(struct report *report, double share);
void report_put_word(struct report *report, const struct report_word *word);
void report_put_moment(struct report *report, struct wall_time moment); // 0: none
// Of the cell that was put last.
void report_put_mark(struct report *report, enum report_mark mark);
void report_fini(struct report *report);

size_t report_row_count(const struct report_table *table);
const char *report_cell_text(const struct report *report, const struct report_cell *cell);

// The whole report, in the question's format.
void report_write(const struct report *report, struct text *out);
void report_csv_write(const struct report *report, struct text *out);
void report_json_write(const struct report *report, struct text *out);
void report_html_write(const struct report *report, struct text *out);
// A cell as people read it.
void report_cell_write(const struct report *report, const struct report_cell *cell,
	enum language language, struct text *out);

// --- words

enum report_form_index { // what rows are of: the lesson's forms, then what is done in person
	REPORT_FORM_SYNCHRONOUS = FORM_SYNCHRONOUS,
	REPORT_FORM_TRAINING = FORM_TRAINING,
	REPORT_FORM_OTHER = FORM_OTHER,
	REPORT_FORM_VISIT,
	REPORT_FORM_WORKING_DAY,
	REPORT_FORM_COUNT,
};
#define REPORT_SCOPE_COUNT (SCHOOL_EXTERNAL + 1)

const struct report_word *report_form_word(enum report_form_index form);
const struct report_word *report_scope_word(enum school_scope scope);
const struct report_word *report_verdict_word(enum ledger_verdict verdict);
const struct report_word *report_kind_word(enum report_kind kind);
enum report_mark report_verdict_mark(enum ledger_verdict verdict);
// The index of a name; what is none is `other`, of a scope `external`.
enum report_form_index report_form_find(const char *name);
enum school_scope report_scope_find(const char *name);

// "2026-11-23 – 2026-11-29", or a day and its weekday.
void report_dates_write(const struct report_question *question, struct text *out);

#endif
