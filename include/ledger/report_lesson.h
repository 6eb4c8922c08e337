/* SPDX-License-Identifier: BSD-3-Clause */
// report_lesson.h - inside the reports: a lesson's record with its quality, minute by minute.
#ifndef LEDGER_REPORT_LESSON_H
#define LEDGER_REPORT_LESSON_H

#include "ledger/report_internal.h"

#define LESSON_MINUTES_MAX 1440

// Each school's way to the relay, as the relay measured it, and from there to the other, as that
// one reported.
enum lesson_line {
	LESSON_LEAD_UP,
	LESSON_ASSISTED_UP,
	LESSON_TO_ASSISTED,
	LESSON_TO_LEAD,
	LESSON_LINE_COUNT,
};

// Of all streams of a line in a minute, the worst; seconds are the best stream's.
struct lesson_cell {
	bool is_known;
	double loss; // ratio; below 0: not known
	uint32_t jitter_us;
	uint32_t rtt_us; // 0: not known
	uint32_t gap_us;
	uint32_t media_s;
	uint32_t audio_s;
};

// One assisted school's record.
struct lesson_record {
	const struct ledger_entry *entry;    // as it counts
	const struct ledger_entry *original; // what that one corrects in the end; NULL: nothing
	struct wall_time start;              // of the first minute
	unsigned minute_count;               // up to LESSON_MINUTES_MAX
	struct lesson_cell *minutes[LESSON_LINE_COUNT];
};

enum report_mark lesson_cell_mark(
	const struct report_limits *limits, const struct lesson_cell *cell);
// Of `count` minutes from `first` on the worst of everything.
struct lesson_cell lesson_cell_fold(
	const struct lesson_record *record, enum lesson_line line, unsigned first, unsigned count);
const struct report_word *lesson_line_word(enum lesson_line line);

// A page of A4 for each record.
void report_sheet_write(const struct report_question *question, const struct lesson_record *records,
	size_t count, struct text *out);

#endif
