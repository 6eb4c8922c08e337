/* SPDX-License-Identifier: BSD-3-Clause */
// view.h - a list of JSON objects as a table: which member goes in which column, and in what form.
#ifndef RELAYCTL_VIEW_H
#define RELAYCTL_VIEW_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#define VIEW_CELL_BYTES_MAX 256
#define VIEW_ALL_ROWS ((size_t)-1)

enum view_form {
	VIEW_TEXT,    // a string, or a list of strings
	VIEW_COUNT,   // a whole number
	VIEW_TENTHS,  // a number with one decimal
	VIEW_SSRC,    // hexadecimal, as packet analysers show it
	VIEW_PERCENT, // of a ratio
	VIEW_YES,     // a boolean
	VIEW_CLOCK,   // RFC 3339 as this machine's time of day
	VIEW_MOMENT,  // with its date
	VIEW_AGE,     // milliseconds as seconds
	VIEW_SPAN,    // seconds as h:mm:ss
};

struct view_column {
	const char *title;
	const char *key; // of the member; absent or null is shown as "-"
	enum view_form form;
};

// One value in its form.
void view_cell(const json_t *value, enum view_form form, char text[VIEW_CELL_BYTES_MAX]);

// Prints a text, each control character as '?': no name in an answer can steer the terminal.
void view_print_text(const char *text, FILE *out);

// Prints an array of objects, at most `rows_max` of them, each line ended with `line_end`. Returns
// 0 or -ENOMEM.
int view_print(const json_t *list, const struct view_column *columns, size_t count, size_t rows_max,
	const char *line_end, FILE *out);

#define VIEW_COLUMNS(columns) (columns), sizeof(columns) / sizeof((columns)[0])

#endif
