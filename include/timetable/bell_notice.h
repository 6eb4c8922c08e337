/* SPDX-License-Identifier: BSD-3-Clause */
// bell_notice.h - a school's bell notice, pasted as text, as rows of bells.csv, with an account of
// what each line was taken for.
#ifndef TIMETABLE_BELL_NOTICE_H
#define TIMETABLE_BELL_NOTICE_H

#include <stdbool.h>

#include "timetable/slot_names.h"
#include "timetable/text.h"
#include "timetable/timetable.h"

#define BELL_NOTICE_BYTES_MAX (64 * 1024)
#define BELL_NOTICE_LINES_MAX 500
#define BELL_NOTICE_ROWS_MAX 200
#define BELL_NOTICE_TEXT_BYTES_MAX 120 // of a name, an audience or a note
#define BELL_NOTICE_ACCOUNT_BYTES_MAX 320

struct bell_notice_row {
	char name[BELL_NOTICE_TEXT_BYTES_MAX]; // without blanks
	char audience[BELL_NOTICE_TEXT_BYTES_MAX];
	char note[BELL_NOTICE_TEXT_BYTES_MAX];
	struct bell_interval times; // end_s 0: open-ended
	int period;                 // 0: none
	unsigned line;              // of its time
};

struct bell_notice_line {
	unsigned line;
	bool is_refused;
	char text[BELL_NOTICE_TEXT_BYTES_MAX];       // as pasted, cut where it is too long
	char account[BELL_NOTICE_ACCOUNT_BYTES_MAX]; // what it was taken for, or why it was not
};

struct bell_notice {
	char title[BELL_NOTICE_TEXT_BYTES_MAX]; // as pasted: "" where there is none
	struct civil_date effective_from;
	struct bell_notice_row *rows; // in the notice's order
	size_t row_count;
	struct bell_notice_line *lines; // each line that is not blank
	size_t line_count;
};

// Reads UTF-8 text without byte order mark (text_encoding_decode() makes it). `effective_from`
// (NULL: none) is taken where the notice has no date of its own; two that differ are an error.
// Times without a mark run on: each is the first one, on a clock of 12 or of 24 hours, that is not
// before the row above. Returns 0, -ENOMEM, or -EINVAL with *error, the first of what is wrong;
// then *out has no rows, but still the lines, with all that is wrong. Ends with bell_notice_fini()
// in any case.
int bell_notice_read(const struct timetable_bytes *file, const struct slot_names *slots,
	const struct civil_date *effective_from, struct bell_notice *out, struct file_error *error);
void bell_notice_fini(struct bell_notice *notice);

// Appends the account, as it is printed for confirmation: each line's number, its text, and what it
// was taken for.
void bell_notice_tell(const struct bell_notice *notice, struct text *out);

// Appends the notice's rows as bells.csv has them, with its header row.
void bell_notice_write(const struct bell_notice *notice, const char *school, struct text *out);

struct bell_notice_merge {
	size_t added;
	size_t replaced; // rows that the school had from that date on, for ordinary days
};

// Appends the bells.csv `before` with the notice's rows for `school` instead of those that it had
// from the same date on for ordinary days. Returns 0, -ENOMEM, or -EINVAL with *error of `before`.
int bell_notice_merge(const struct bell_notice *notice, const char *school,
	const struct timetable_bytes *before, struct text *out, struct bell_notice_merge *count_out,
	struct file_error *error);

#endif
