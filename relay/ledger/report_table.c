// SPDX-License-Identifier: BSD-3-Clause
// report_table.c - the tables of a report while they fill.
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/report_internal.h"
#include "timetable/text_encoding.h"

#define CELLS_FIRST 256

void
report_table_begin(struct report *report, const struct report_word *word,
	const struct report_column *columns, size_t count)
{
	assert(report->table_count < REPORT_TABLES_MAX);
	report->tables[report->table_count++] =
		(struct report_table){.word = word, .columns = columns, .column_count = count};
}

static void
put(struct report *report, struct report_cell cell)
{
	assert(report->table_count > 0);
	struct report_table *table = &report->tables[report->table_count - 1];
	if (table->count == table->capacity) {
		size_t capacity = table->capacity ? table->capacity * 2 : CELLS_FIRST;
		struct report_cell *cells = realloc(table->cells, capacity * sizeof *cells);
		if (!cells) {
			report->result = -ENOMEM;
			return;
		}
		table->cells = cells;
		table->capacity = capacity;
	}
	table->cells[table->count++] = cell;
}

void
report_put_none(struct report *report)
{
	put(report, (struct report_cell){.kind = REPORT_CELL_NONE});
}

void
report_put_text(struct report *report, const char *text)
{
	struct report_cell cell = {.kind = REPORT_CELL_TEXT, .text = report->texts.count};
	text_add_bytes(&report->texts, text, strlen(text) + 1);
	if (report->texts.result)
		report->result = report->texts.result;
	else // a limit may have cut it within a character
		text_utf8_mend(report->texts.bytes + cell.text);
	put(report, cell);
}

void
report_put_count(struct report *report, int64_t count)
{
	put(report, (struct report_cell){.kind = REPORT_CELL_COUNT, .number = (double)count});
}

void
report_put_tenths(struct report *report, double number)
{
	put(report, (struct report_cell){
			    .kind = REPORT_CELL_TENTHS, .number = round(number * 10) / 10});
}

void
report_put_share(struct report *report, double share)
{
	put(report, (struct report_cell){
			    .kind = REPORT_CELL_SHARE, .number = round(share * 1e4) / 1e4});
}

void
report_put_word(struct report *report, const struct report_word *word)
{
	put(report, (struct report_cell){.kind = REPORT_CELL_WORD, .word = word});
}

void
report_put_moment(struct report *report, struct wall_time moment)
{
	if (moment.ms == 0)
		report_put_none(report);
	else
		put(report, (struct report_cell){.kind = REPORT_CELL_MOMENT, .moment = moment});
}

void
report_put_mark(struct report *report, enum report_mark mark)
{
	struct report_table *table = &report->tables[report->table_count - 1];
	if (table->count > 0)
		table->cells[table->count - 1].mark = mark;
}

void
report_fini(struct report *report)
{
	for (size_t i = 0; i < report->table_count; i++)
		free(report->tables[i].cells);
	text_fini(&report->texts);
	text_fini(&report->page);
	report->table_count = 0;
}

size_t
report_row_count(const struct report_table *table)
{
	return table->count / table->column_count;
}

const char *
report_cell_text(const struct report *report, const struct report_cell *cell)
{
	return report->texts.bytes + cell->text;
}

void
report_cell_write(const struct report *report, const struct report_cell *cell,
	enum language language, struct text *out)
{
	int second;
	switch (cell->kind) {
	case REPORT_CELL_NONE:
		break;
	case REPORT_CELL_TEXT:
		text_add(out, report_cell_text(report, cell));
		break;
	case REPORT_CELL_COUNT:
		text_add_format(out, "%.0f", cell->number);
		break;
	case REPORT_CELL_TENTHS:
		text_add_format(out, "%.1f", cell->number);
		break;
	case REPORT_CELL_SHARE:
		text_add_format(out, "%.1f%%", cell->number * 100);
		break;
	case REPORT_CELL_WORD:
		text_add(out, cell->word->texts[language]);
		break;
	case REPORT_CELL_MOMENT:
		second = civil_second_of(cell->moment);
		text_add_format(out, "%02d:%02d", second / 3600, second / 60 % 60);
		break;
	}
}

void
report_write(const struct report *report, struct text *out)
{
	if (report->result) {
		out->result = report->result;
		return;
	}
	if (report->page.count > 0) {
		text_add_bytes(out, report->page.bytes, report->page.count);
		return;
	}
	switch (report->question->format) {
	case REPORT_CSV:
		report_csv_write(report, out);
		break;
	case REPORT_HTML:
		report_html_write(report, out);
		break;
	default:
		report_json_write(report, out);
		break;
	}
}
