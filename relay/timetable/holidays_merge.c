// SPDX-License-Identifier: BSD-3-Clause
// holidays_merge.c - a calendar.csv with the published days that it lacks.
#include <errno.h>
#include <string.h>

#include "timetable/csv_text.h"
#include "timetable/holidays.h"

// In the order in which they are written.
enum { DATE, KIND, RUNS_AS, NOTE, SCHOOL, BELLS, COLUMN_COUNT };

static const struct csv_column columns[COLUMN_COUNT] = {
	[DATE] = {"date", true},
	[KIND] = {"kind", true},
	[RUNS_AS] = {"runs_as", false},
	[NOTE] = {"note", false},
	[SCHOOL] = {"school", false},
	[BELLS] = {"bells", false},
};

static const char *
kind_of(const struct holiday *day)
{
	return day->is_off ? "off" : "work";
}

// Only columns that some row uses are written; those before `school` always.
static size_t
columns_used(const struct csv_table *table)
{
	size_t used = SCHOOL;

	for (size_t i = 0; i < table->count; i++) {
		for (size_t column = used; column < COLUMN_COUNT; column++) {
			if (table->rows[i].fields[column][0] != '\0')
				used = column + 1;
		}
	}
	return used;
}

// Whether the county's calendar has the day. 0, 1, or -EINVAL where it says the contrary.
static int
day_find(const char *file, const struct csv_table *table, const struct holiday *day,
	struct file_error *error)
{
	char date[CIVIL_DATE_BYTES];
	const char *contrary = day->is_off ? "work" : "off";

	civil_date_format(day->date, date);
	for (size_t i = 0; i < table->count; i++) {
		const struct csv_row *row = &table->rows[i];

		if (strcmp(row->fields[DATE], date) != 0 || row->fields[SCHOOL][0] != '\0')
			continue;
		if (strcmp(row->fields[KIND], kind_of(day)) == 0)
			return 1;
		if (strcmp(row->fields[KIND], contrary) == 0)
			return file_error_set(error, file, row->line,
				"%s is '%s' here and '%s' in the list (%.60s): take this row out "
				"where the list is right",
				date, contrary, kind_of(day), day->name);
	}
	return 0;
}

static void
day_write(const struct holiday *day, size_t column_count, struct text *out)
{
	char date[CIVIL_DATE_BYTES];
	const char *fields[COLUMN_COUNT] = {date, kind_of(day), "", day->name, "", ""};

	civil_date_format(day->date, date);
	csv_text_add_row(out, fields, column_count);
}

int
holidays_merge(const struct holidays *holidays, const struct timetable_bytes *before,
	struct text *out, struct holidays_merge *count_out, struct file_error *error)
{
	const char *header[COLUMN_COUNT];
	struct csv_table table = {.count = 0};
	size_t column_count;
	int result = 0;

	*count_out = (struct holidays_merge){0, 0};
	if (before != NULL && before->count > 0)
		result = csv_table_parse(before->file, before->bytes, before->count, columns,
			COLUMN_COUNT, &table, error);
	if (result != 0)
		return result;
	column_count = columns_used(&table);
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		header[i] = columns[i].name;
	csv_text_add_row(out, header, column_count);
	for (size_t i = 0; i < table.count; i++)
		csv_text_add_row(out, table.rows[i].fields, column_count);
	for (size_t i = 0; i < holidays->count && result == 0; i++) {
		int found = before == NULL
				    ? 0
				    : day_find(before->file, &table, &holidays->days[i], error);

		if (found == 0)
			day_write(&holidays->days[i], column_count, out);
		count_out->added += found == 0;
		count_out->present += found == 1;
		result = found < 0 ? found : out->result;
	}
	csv_table_fini(&table);
	return result;
}
