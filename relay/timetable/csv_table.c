/* SPDX-License-Identifier: BSD-3-Clause */
// csv_table.c - a CSV file's bytes as rows of named fields, each row with its line (RFC 4180).
#include "timetable/csv_table.h"

#include <assert.h>
#include <csv.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/text_encoding.h"

#define ABSENT SIZE_MAX

struct parse {
	const char *file;
	const struct csv_column *columns;
	size_t column_count;
	struct csv_table *table;
	struct file_error *error;
	size_t capacity; // of table->rows
	char *text_end;  // where the next field goes
	// By position in the file: the index of the column.
	size_t order[CSV_TABLE_COLUMNS_MAX];
	size_t order_count;
	bool has_header;
	// The row being read.
	const char *fields[CSV_TABLE_COLUMNS_MAX];
	size_t field_count;
	bool has_text;  // some field is not empty
	bool has_ended; // its end has been seen
	unsigned line;
	int result; // the first failure; after it nothing is taken in
};

static int
text_check(const char *file, const char *text, size_t count, struct file_error *error)
{
	unsigned line = 1;
	size_t step;

	if (count > CSV_TABLE_FILE_BYTES_MAX)
		return file_error_set(error, file, 0, "the file has more than %d bytes",
			CSV_TABLE_FILE_BYTES_MAX);
	for (size_t i = 0; i < count; i += step) {
		unsigned char byte = (unsigned char)text[i];

		step = text_utf8_bytes(text + i, count - i);
		if (step == 0)
			return file_error_set(error, file, line,
				"this is not UTF-8 text: save the file as \"CSV UTF-8\"");
		if (byte == 0x7f || byte == 0 || (byte < 0x20 && strchr("\t\r\n", byte) == NULL))
			return file_error_set(error, file, line, "control character 0x%02x", byte);
		if (byte == '\n' || (byte == '\r' && text[i + (i + 1 < count)] != '\n'))
			line++;
	}
	return 0;
}

static void
field_take(void *bytes, size_t count, void *context)
{
	struct parse *parse = context;

	if (parse->result != 0)
		return;
	if (parse->field_count == CSV_TABLE_COLUMNS_MAX) {
		parse->result = file_error_set(parse->error, parse->file, parse->line,
			"more than %d fields", CSV_TABLE_COLUMNS_MAX);
		return;
	}
	parse->fields[parse->field_count++] = parse->text_end;
	if (count > 0)
		memcpy(parse->text_end, bytes, count);
	parse->text_end[count] = '\0';
	parse->text_end += count + 1;
	parse->has_text = parse->has_text || count > 0;
}

static size_t
column_find(const struct parse *parse, const char *name)
{
	for (size_t i = 0; i < parse->column_count; i++) {
		if (strcmp(parse->columns[i].name, name) == 0)
			return i;
	}
	return ABSENT;
}

static int
header_take(struct parse *parse)
{
	bool is_there[CSV_TABLE_COLUMNS_MAX] = {false};

	for (size_t i = 0; i < parse->field_count; i++) {
		size_t column = column_find(parse, parse->fields[i]);

		if (column == ABSENT)
			return file_error_set(parse->error, parse->file, parse->line,
				"unknown column '%s'", parse->fields[i]);
		if (is_there[column])
			return file_error_set(parse->error, parse->file, parse->line,
				"column '%s' is there twice", parse->fields[i]);
		is_there[column] = true;
		parse->order[i] = column;
	}
	parse->order_count = parse->field_count;
	for (size_t i = 0; i < parse->column_count; i++) {
		if (parse->columns[i].is_required && !is_there[i])
			return file_error_set(parse->error, parse->file, parse->line,
				"column '%s' is missing", parse->columns[i].name);
	}
	parse->has_header = true;
	return 0;
}

static int
row_take(struct parse *parse)
{
	struct csv_table *table = parse->table;
	struct csv_row *row;

	if (parse->field_count != parse->order_count)
		return file_error_set(parse->error, parse->file, parse->line,
			"%zu fields, but the header names %zu columns", parse->field_count,
			parse->order_count);
	if (table->count == CSV_TABLE_ROWS_MAX)
		return file_error_set(parse->error, parse->file, parse->line, "more than %d rows",
			CSV_TABLE_ROWS_MAX);
	if (table->count == parse->capacity) {
		size_t capacity = parse->capacity == 0 ? 64 : parse->capacity * 2;
		struct csv_row *rows = realloc(table->rows, capacity * sizeof(*rows));

		if (rows == NULL)
			return -ENOMEM;
		table->rows = rows;
		parse->capacity = capacity;
	}
	row = &table->rows[table->count++];
	row->line = parse->line;
	for (size_t i = 0; i < CSV_TABLE_COLUMNS_MAX; i++)
		row->fields[i] = "";
	for (size_t i = 0; i < parse->order_count; i++)
		row->fields[parse->order[i]] = parse->fields[i];
	return 0;
}

static void
row_end(int terminator, void *context)
{
	struct parse *parse = context;

	(void)terminator;
	// Spreadsheets write rows of commas below the last row.
	if (parse->result == 0 && parse->has_text)
		parse->result = parse->has_header ? row_take(parse) : header_take(parse);
	parse->field_count = 0;
	parse->has_text = false;
	parse->has_ended = true;
}

// One line with its terminator: LF, CRLF or CR.
static size_t
line_bytes(const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (text[i] == '\n')
			return i + 1;
		if (text[i] == '\r')
			return i + 1 < count && text[i + 1] == '\n' ? i + 2 : i + 1;
	}
	return count;
}

static bool
is_blank(const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strchr(" \t\r\n", text[i]) == NULL)
			return false;
	}
	return true;
}

// libcsv counts no lines, so it is given one line at a time.
static int
lines_parse(struct parse *parse, struct csv_parser *parser, const char *text, size_t count)
{
	unsigned line = 1;
	bool is_open = false; // a quoted field goes on in the next line

	for (size_t at = 0, bytes; at < count; at += bytes, line++) {
		bytes = line_bytes(text + at, count - at);
		if (!is_open && is_blank(text + at, bytes))
			continue;
		if (!is_open)
			parse->line = line;
		parse->has_ended = false;
		if (csv_parse(parser, text + at, bytes, field_take, row_end, parse) != bytes) {
			if (csv_error(parser) != CSV_EPARSE)
				return -ENOMEM;
			return file_error_set(parse->error, parse->file, line,
				"a quote (\") in a field that is not quoted as a whole");
		}
		is_open = !parse->has_ended;
		if (parse->result != 0)
			return parse->result;
	}
	if (csv_fini(parser, field_take, row_end, parse) != 0)
		return file_error_set(
			parse->error, parse->file, parse->line, "a quote (\") is not closed");
	return parse->result;
}

int
csv_table_parse(const char *file, const void *bytes, size_t count, const struct csv_column *columns,
	size_t column_count, struct csv_table *out, struct file_error *error)
{
	struct parse parse = {.file = file,
		.columns = columns,
		.column_count = column_count,
		.table = out,
		.error = error};
	struct csv_parser parser;
	const char *text = bytes;
	int result;

	assert(column_count <= CSV_TABLE_COLUMNS_MAX);
	*out = (struct csv_table){0};
	if (count >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		count -= 3;
	}
	result = text_check(file, text, count, error);
	if (result != 0)
		return result;
	// Every field is followed by a separator or the end, whose place its terminator takes.
	out->text = parse.text_end = malloc(count + 2);
	if (out->text == NULL)
		return -ENOMEM;
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
		result = -ENOMEM;
		goto free_table;
	}
	result = lines_parse(&parse, &parser, text, count);
	csv_free(&parser);
	if (result == 0 && !parse.has_header)
		result = file_error_set(error, file, 1, "no header row");
	if (result == 0)
		return 0;
free_table:
	csv_table_fini(out);
	return result;
}

void
csv_table_fini(struct csv_table *table)
{
	free(table->rows);
	free(table->text);
	*table = (struct csv_table){0};
}
