/* SPDX-License-Identifier: BSD-3-Clause */
// report.h - what is asked of the ledger, and how it is to be told.
//
// Rows that were corrected count as their correction says. A lesson of several assisted schools is
// one lesson, as good as the best of its rows. Counted as held is what is `delivered`; `extra` is
// told beside it and counts nowhere until a correction makes it more.
#ifndef LEDGER_REPORT_H
#define LEDGER_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "timetable/text.h"
#include "timetable/timetable.h"
#include "timetable/words.h"

#define REPORT_ROWS_MAX 1000 // of one page of a list

enum report_kind {
	REPORT_LIST, // rows by their number
	REPORT_DAY,
	REPORT_WEEK,
	REPORT_MONTH,
	REPORT_YEAR,
	REPORT_LESSON,
	REPORT_HEATMAP, // schools by weeks; JSON only
	REPORT_KIND_COUNT,
};

enum report_format {
	REPORT_HTML,
	REPORT_CSV,
	REPORT_JSON,
	REPORT_FORMAT_COUNT,
};

// Above `amber` a figure is amber, above `red` red.
struct report_limit {
	double amber, red;
};

// Of the lights of a lesson's sheet.
struct report_limits {
	struct report_limit loss; // 0..1
	struct report_limit jitter_ms;
	struct report_limit round_trip_ms;
	double silent_s; // without any packet: red
};

struct report_question {
	enum report_kind kind;
	enum report_format format;
	enum language language;
	// Read, never expanded: the caller keeps a reference until the answer is there.
	const struct timetable *timetable;
	struct civil_date first; // both included; of a list and a lesson: any
	struct civil_date last;
	struct civil_date today;
	char pair[TIMETABLE_ID_BYTES_MAX];   // "": all
	char school[TIMETABLE_ID_BYTES_MAX]; // "": all; lead or assisted
	char lesson[LESSON_ID_BYTES_MAX];
	int64_t after;  // of a list: rows with higher numbers
	unsigned limit; // of a list: at most so many rows
	bool is_all;    // of a list: also the rows that a correction replaces
	// Of a lesson: a minute is live where both ends had so many seconds of audio.
	unsigned live_seconds;
	struct report_limits limits;
};

struct sqlite3;

// Runs on the reader's thread (ledger_query()). 0, -errno, -ESRCH where there is no such lesson,
// -EFBIG where the answer is beyond TEXT_BYTES_MAX.
int report_answer(
	struct sqlite3 *database, const struct report_question *question, struct text *out);

// "text/html; charset=utf-8", ...
const char *report_content_type(enum report_format format);
const char *report_kind_name(enum report_kind kind); // "list", "day", ...

#endif
