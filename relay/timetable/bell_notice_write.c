// SPDX-License-Identifier: BSD-3-Clause
// bell_notice_write.c - a notice told for confirmation, as rows of bells.csv, and merged into them.
#include <stdio.h>
#include <string.h>

#include "timetable/bell_notice_internal.h"
#include "timetable/csv_text.h"

enum {
	SCHOOL,
	EFFECTIVE_FROM,
	NAME,
	PERIOD,
	START,
	END,
	AUDIENCE,
	NOTE,
	KIND,
	COLUMN_COUNT,
	PLAIN_COLUMN_COUNT = KIND // where no row has a kind of day
};

static const struct csv_column columns[COLUMN_COUNT] = {
	[SCHOOL] = {"school", true},
	[EFFECTIVE_FROM] = {"effective_from", true},
	[NAME] = {"name", false},
	[PERIOD] = {"period", true},
	[START] = {"start", true},
	[END] = {"end", true},
	[AUDIENCE] = {"audience", false},
	[NOTE] = {"note", false},
	[KIND] = {"kind", false},
};

void
bell_notice_tell(const struct bell_notice *notice, struct text *out)
{
	for (size_t i = 0; i < notice->line_count; i++) {
		const struct bell_notice_line *line = &notice->lines[i];

		text_add_format(out, "%4u  %s  %s %s\n", line->line, line->text,
			line->is_refused ? "NOT READ:" : "->", line->account);
	}
}

static void
header_write(struct text *out, size_t count)
{
	for (size_t i = 0; i < count; i++)
		text_add_format(out, "%s%s", i > 0 ? "," : "", columns[i].name);
	text_add(out, "\n");
}

static void
rows_write(
	const struct bell_notice *notice, const char *school, size_t column_count, struct text *out)
{
	char date[CIVIL_DATE_BYTES];

	civil_date_format(notice->effective_from, date);
	for (size_t i = 0; i < notice->row_count; i++) {
		const struct bell_notice_row *row = &notice->rows[i];
		char period[12] = "";
		char start[NOTICE_CLOCK_BYTES];
		char end[NOTICE_CLOCK_BYTES] = "";
		const char *fields[COLUMN_COUNT] = {
			school, date, row->name, period, start, end, row->audience, row->note, ""};

		if (row->period > 0)
			snprintf(period, sizeof(period), "%d", row->period);
		notice_clock_format(row->times.start_s, start);
		if (row->times.end_s > 0)
			notice_clock_format(row->times.end_s, end);
		csv_text_add_row(out, fields, column_count);
	}
}

void
bell_notice_write(const struct bell_notice *notice, const char *school, struct text *out)
{
	header_write(out, PLAIN_COLUMN_COUNT);
	rows_write(notice, school, PLAIN_COLUMN_COUNT, out);
}

static bool
has_kinds(const struct csv_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		if (table->rows[i].fields[KIND][0] != '\0')
			return true;
	}
	return false;
}

int
bell_notice_merge(const struct bell_notice *notice, const char *school,
	const struct timetable_bytes *before, struct text *out, struct bell_notice_merge *count_out,
	struct file_error *error)
{
	char date[CIVIL_DATE_BYTES];
	struct csv_table table;
	size_t column_count;
	int result = csv_table_parse(
		before->file, before->bytes, before->count, columns, COLUMN_COUNT, &table, error);

	*count_out = (struct bell_notice_merge){.added = notice->row_count};
	if (result != 0)
		return result;
	civil_date_format(notice->effective_from, date);
	column_count = has_kinds(&table) ? COLUMN_COUNT : PLAIN_COLUMN_COUNT;
	header_write(out, column_count);
	for (size_t i = 0; i < table.count; i++) {
		const char *const *fields = table.rows[i].fields;
		bool is_replaced = strcmp(fields[SCHOOL], school) == 0 &&
				   strcmp(fields[EFFECTIVE_FROM], date) == 0 &&
				   fields[KIND][0] == '\0';

		// The new rows stand where the first of the old ones stood.
		if (is_replaced && count_out->replaced++ == 0)
			rows_write(notice, school, column_count, out);
		if (!is_replaced)
			csv_text_add_row(out, fields, column_count);
	}
	if (count_out->replaced == 0)
		rows_write(notice, school, column_count, out);
	csv_table_fini(&table);
	return out->result;
}
