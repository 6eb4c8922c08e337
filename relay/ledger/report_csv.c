// SPDX-License-Identifier: BSD-3-Clause
// report_csv.c - a report for a spreadsheet: its tables below each other, an empty line between.
#include "ledger/report_internal.h"
#include "timetable/csv_text.h"

static void
titles_write(const struct report_table *table, enum language language, struct text *out)
{
	bool is_first = true;
	for (size_t i = 0; i < table->column_count; i++) {
		if (table->columns[i].from > REPORT_CSV)
			continue;
		if (!is_first)
			text_add(out, ",");
		csv_text_add_field(out, table->columns[i].word.texts[language]);
		is_first = false;
	}
	text_add(out, "\r\n");
}

static void
row_write(const struct report *report, const struct report_table *table,
	const struct report_cell *cells, struct text *out)
{
	bool is_first = true;
	struct text field = {0};
	for (size_t i = 0; i < table->column_count; i++) {
		if (table->columns[i].from > REPORT_CSV)
			continue;
		if (!is_first)
			text_add(out, ",");
		is_first = false;
		if (cells[i].kind == REPORT_CELL_TEXT) {
			csv_text_add_guarded(out, report_cell_text(report, &cells[i]));
			continue;
		}
		field.count = 0;
		report_cell_write(report, &cells[i], report->question->language, &field);
		if (field.result)
			out->result = field.result;
		else if (field.count > 0)
			csv_text_add_field(out, field.bytes);
	}
	text_fini(&field);
	text_add(out, "\r\n");
}

void
report_csv_write(const struct report *report, struct text *out)
{
	text_add(out, CSV_TEXT_MARK);
	for (size_t i = 0; i < report->table_count; i++) {
		const struct report_table *table = &report->tables[i];
		if (i > 0)
			text_add(out, "\r\n");
		titles_write(table, report->question->language, out);
		for (size_t row = 0; row < report_row_count(table); row++)
			row_write(report, table, &table->cells[row * table->column_count], out);
	}
}
