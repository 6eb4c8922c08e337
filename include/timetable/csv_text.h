/* SPDX-License-Identifier: BSD-3-Clause */
// csv_text.h - fields written so that a CSV reader gives them back as they are (RFC 4180).
#ifndef TIMETABLE_CSV_TEXT_H
#define TIMETABLE_CSV_TEXT_H

#include <stddef.h>

#include "timetable/text.h"

// In front of a table, so that spreadsheet programs take it for UTF-8.
#define CSV_TEXT_MARK "\xef\xbb\xbf"

// Quoted where it has to be.
void csv_text_add_field(struct text *text, const char *field);

// The same for a spreadsheet: what it would take for a formula has an apostrophe before it.
void csv_text_add_guarded(struct text *text, const char *field);

// A whole row with its line end.
void csv_text_add_row(struct text *text, const char *const *fields, size_t count);

#endif
