/* SPDX-License-Identifier: BSD-3-Clause */
// csv_table.h - a CSV file's bytes as rows of named fields, each row with its line (RFC 4180).
#ifndef TIMETABLE_CSV_TABLE_H
#define TIMETABLE_CSV_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "timetable/file_error.h"

#define CSV_TABLE_COLUMNS_MAX 16
#define CSV_TABLE_ROWS_MAX 20000
#define CSV_TABLE_FILE_BYTES_MAX (16 * 1024 * 1024)

struct csv_column {
	const char *name;
	bool is_required; // in the header row; an optional column that is absent reads as ""
};

struct csv_row {
	unsigned line;                             // where the row begins, 1-based
	const char *fields[CSV_TABLE_COLUMNS_MAX]; // by the index of struct csv_column; never NULL
};

struct csv_table {
	struct csv_row *rows; // without the header
	size_t count;
	char *text; // what the fields point into
};

// UTF-8 with or without byte order mark, LF or CRLF, quoted fields, blanks around a field trimmed,
// empty lines skipped. The header row names the columns, in any order. Returns 0, -ENOMEM, or
// -EINVAL with *error: a column that is unknown, doubled or missing, too many or too few fields, an
// open quote, bytes that are not UTF-8, a control character, a limit.
int csv_table_parse(const char *file, const void *bytes, size_t count,
	const struct csv_column *columns, size_t column_count, struct csv_table *out,
	struct file_error *error);
void csv_table_fini(struct csv_table *table);

#endif
