/* SPDX-License-Identifier: BSD-3-Clause */
// table.h - rows of text in aligned columns, wide letters counted as the two columns they take.
#ifndef RELAYCTL_TABLE_H
#define RELAYCTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX 16

struct table_column {
	const char *title;
	bool right; // aligned to the right, as figures are
};

struct table;

// `columns` must outlive the table. Returns NULL where memory is lacking.
struct table *table_create(const struct table_column *columns, size_t count);
void table_destroy(struct table *table); // NULL is fine

// Appends the next cell, row by row. Control characters are shown as '?', so that no name in the
// relay's answers can steer the terminal. Returns 0 or -ENOMEM.
int table_add(struct table *table, const char *text);

// Prints the titles and at most `rows_max` whole rows, each line ended with `line_end`.
void table_print(const struct table *table, size_t rows_max, const char *line_end, FILE *out);

// The columns that UTF-8 text takes on a terminal; needs an LC_CTYPE of UTF-8.
size_t table_width(const char *text);

#endif
