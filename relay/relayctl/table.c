// SPDX-License-Identifier: BSD-3-Clause
// table.c - keeps the cells, and measures them when it prints.
#include "relayctl/table.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define GAP "  "

struct table {
	const struct table_column *columns;
	size_t column_count;
	char **cells; // row by row
	size_t cell_count;
	size_t cell_room;
};

struct table *
table_create(const struct table_column *columns, size_t count)
{
	assert(count > 0);
	assert(count <= TABLE_COLUMNS_MAX);
	struct table *table = calloc(1, sizeof *table);
	if (!table)
		return NULL;
	table->columns = columns;
	table->column_count = count;
	return table;
}

void
table_destroy(struct table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->cell_count; i++)
		free(table->cells[i]);
	free(table->cells);
	free(table);
}

static int
make_room(struct table *table)
{
	if (table->cell_count < table->cell_room)
		return 0;
	size_t room = table->cell_room ? 2 * table->cell_room : 64;
	char **cells = reallocarray(table->cells, room, sizeof *cells);
	if (!cells)
		return -ENOMEM;
	table->cells = cells;
	table->cell_room = room;
	return 0;
}

int
table_add(struct table *table, const char *text)
{
	if (make_room(table) < 0)
		return -ENOMEM;
	char *cell = strdup(text);
	if (!cell)
		return -ENOMEM;
	for (char *c = cell; *c; c++) {
		if (iscntrl((unsigned char)*c))
			*c = '?';
	}
	table->cells[table->cell_count++] = cell;
	return 0;
}

size_t
table_width(const char *text)
{
	mbstate_t state = {0};
	size_t width = 0;
	while (*text) {
		wchar_t letter;
		size_t bytes = mbrtowc(&letter, text, MB_LEN_MAX, &state);
		if (bytes == (size_t)-1 || bytes == (size_t)-2) {
			// Not UTF-8: a terminal shows a substitute for the byte.
			memset(&state, 0, sizeof state);
			width++;
			text++;
			continue;
		}
		int columns = wcwidth(letter);
		width += columns < 0 ? 1 : (size_t)columns;
		text += bytes;
	}
	return width;
}

static void
print_cell(const struct table *table, size_t column, const char *text, size_t width, FILE *out)
{
	int space = (int)(width - table_width(text));
	bool last = column + 1 == table->column_count;
	if (table->columns[column].right)
		fprintf(out, "%*s%s", space, "", text);
	else
		fprintf(out, "%s%*s", text, last ? 0 : space, "");
	if (!last)
		fputs(GAP, out);
}

void
table_print(const struct table *table, size_t rows_max, const char *line_end, FILE *out)
{
	size_t rows = table->cell_count / table->column_count;
	if (rows > rows_max)
		rows = rows_max;
	size_t widths[TABLE_COLUMNS_MAX];
	for (size_t column = 0; column < table->column_count; column++) {
		widths[column] = table_width(table->columns[column].title);
		for (size_t row = 0; row < rows; row++) {
			size_t width =
				table_width(table->cells[row * table->column_count + column]);
			if (width > widths[column])
				widths[column] = width;
		}
	}
	for (size_t column = 0; column < table->column_count; column++)
		print_cell(table, column, table->columns[column].title, widths[column], out);
	fputs(line_end, out);
	for (size_t row = 0; row < rows; row++) {
		for (size_t column = 0; column < table->column_count; column++)
			print_cell(table, column, table->cells[row * table->column_count + column],
				widths[column], out);
		fputs(line_end, out);
	}
}
