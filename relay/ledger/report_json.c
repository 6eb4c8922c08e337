// SPDX-License-Identifier: BSD-3-Clause
// report_json.c - a report for programs: each table a list of objects.
#include <errno.h>
#include <stdlib.h>

#include <jansson.h>

#include "ledger/report_internal.h"

static json_t *
cell_view(const struct report *report, const struct report_cell *cell)
{
	char moment[CIVIL_UTC_BYTES];
	switch (cell->kind) {
	case REPORT_CELL_TEXT:
		return json_string(report_cell_text(report, cell));
	case REPORT_CELL_COUNT:
		return json_integer((json_int_t)cell->number);
	case REPORT_CELL_TENTHS:
	case REPORT_CELL_SHARE:
		return json_real(cell->number);
	case REPORT_CELL_WORD:
		return json_string(cell->word->key);
	case REPORT_CELL_MOMENT:
		civil_format_utc(cell->moment, moment);
		return json_string(moment);
	default:
		return json_null();
	}
}

static json_t *
row_view(const struct report *report, const struct report_table *table,
	const struct report_cell *cells)
{
	static const char *const marks[] = {NULL, "green", "amber", "red"};
	json_t *row = json_object();
	for (size_t i = 0; i < table->column_count; i++) {
		json_object_set_new(row, table->columns[i].word.key, cell_view(report, &cells[i]));
		if (cells[i].mark != REPORT_PLAIN && cells[i].kind != REPORT_CELL_WORD)
			json_object_set_new(row, "light", json_string(marks[cells[i].mark]));
	}
	return row;
}

void
report_json_write(const struct report *report, struct text *out)
{
	const struct report_question *question = report->question;
	char first[CIVIL_DATE_BYTES], last[CIVIL_DATE_BYTES];
	civil_date_format(question->first, first);
	civil_date_format(question->last, last);
	json_t *object = json_pack("{s:s}", "report", report_kind_name(question->kind));
	if (question->kind != REPORT_LESSON && question->kind != REPORT_LIST) {
		json_object_set_new(object, "first", json_string(first));
		json_object_set_new(object, "last", json_string(last));
	}
	for (size_t i = 0; i < report->table_count; i++) {
		const struct report_table *table = &report->tables[i];
		json_t *rows = json_array();
		for (size_t row = 0; row < report_row_count(table); row++)
			json_array_append_new(rows,
				row_view(report, table, &table->cells[row * table->column_count]));
		json_object_set_new(object, table->word->key, rows);
	}
	if (question->kind == REPORT_LIST)
		json_object_set_new(
			object, "next", report->next ? json_integer(report->next) : json_null());
	char *bytes = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(10));
	json_decref(object);
	if (!bytes)
		out->result = -ENOMEM;
	else
		text_add(out, bytes);
	free(bytes);
}
