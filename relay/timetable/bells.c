/* SPDX-License-Identifier: BSD-3-Clause */
// bells.c - reads bells.csv: each school's periods from a date on.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/readers.h"

enum { SCHOOL, EFFECTIVE_FROM, NAME, PERIOD, START, END, AUDIENCE, NOTE, COLUMN_COUNT };

static const struct csv_column columns[COLUMN_COUNT] = {
	[SCHOOL] = {"school", true},
	[EFFECTIVE_FROM] = {"effective_from", true},
	[NAME] = {"name", false},
	[PERIOD] = {"period", true},
	[START] = {"start", true},
	[END] = {"end", true},
	[AUDIENCE] = {"audience", false},
	[NOTE] = {"note", false},
};

int
bell_overlap_minutes(struct bell_interval a, struct bell_interval b)
{
	int32_t start_s = a.start_s > b.start_s ? a.start_s : b.start_s;
	int32_t end_s = a.end_s < b.end_s ? a.end_s : b.end_s;

	return end_s > start_s ? (end_s - start_s) / 60 : 0;
}

static int
bell_table_compare(const void *left, const void *right)
{
	const struct bell_table *a = left;
	const struct bell_table *b = right;

	// Both point into the array of schools.
	if (a->school != b->school)
		return a->school < b->school ? -1 : 1;
	return (a->effective_from.days > b->effective_from.days) -
	       (a->effective_from.days < b->effective_from.days);
}

const struct bell_table *
bell_table_find(const struct timetable *timetable, const struct timetable_school *school,
	struct civil_date date)
{
	const struct bell_table key = {.school = school, .effective_from = date};
	size_t low = 0; // tables before it are not after the key
	size_t high = timetable->bell_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (bell_table_compare(&timetable->bells[middle], &key) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || timetable->bells[low - 1].school != school)
		return NULL;
	return &timetable->bells[low - 1];
}

static struct bell_table *
bell_table_take(struct timetable *timetable, const struct timetable_school *school,
	struct civil_date effective_from)
{
	struct bell_table *table;

	// Rows of one table follow one another, so the search starts at the end.
	for (size_t i = timetable->bell_count; i > 0; i--) {
		table = &timetable->bells[i - 1];
		if (table->school == school && table->effective_from.days == effective_from.days)
			return table;
	}
	table = &timetable->bells[timetable->bell_count++];
	table->school = school;
	table->effective_from = effective_from;
	return table;
}

static int
time_read(const char *file, const struct csv_row *row, size_t column, int32_t *out,
	struct file_error *error)
{
	if (civil_time_parse(row->fields[column], out) != 0)
		return file_error_set(error, file, row->line,
			"%s '%s' is not a time HH:MM or HH:MM:SS", columns[column].name,
			row->fields[column]);
	return 0;
}

static int
interval_read(const char *file, const struct csv_row *row, bool is_open_allowed,
	struct bell_interval *out, struct file_error *error)
{
	int result = time_read(file, row, START, &out->start_s, error);

	if (result != 0)
		return result;
	if (is_open_allowed && row->fields[END][0] == '\0')
		return 0;
	result = time_read(file, row, END, &out->end_s, error);
	if (result == 0 && out->end_s <= out->start_s)
		result = file_error_set(error, file, row->line, "end %s is not after start %s",
			row->fields[END], row->fields[START]);
	return result;
}

static int
period_read(const char *text, int *out)
{
	char *rest;
	long number = strtol(text, &rest, 10);

	if (text[0] < '0' || text[0] > '9' || *rest != '\0' || number < 1 ||
		number > TIMETABLE_PERIOD_MAX)
		return -EINVAL;
	*out = (int)number;
	return 0;
}

static int
bell_read(struct timetable *timetable, const char *file, const struct csv_row *row,
	struct file_error *error)
{
	const struct timetable_school *school =
		timetable_school_find(timetable, row->fields[SCHOOL]);
	struct bell_interval interval = {0, 0};
	struct bell_table *table;
	struct civil_date date;
	int period = 0;
	int result;

	if (school == NULL)
		return file_error_set(
			error, file, row->line, "unknown school '%s'", row->fields[SCHOOL]);
	if (civil_date_parse(row->fields[EFFECTIVE_FROM], &date) != 0)
		return file_error_set(error, file, row->line,
			"effective_from '%s' is not a date YYYY-MM-DD",
			row->fields[EFFECTIVE_FROM]);
	if (row->fields[PERIOD][0] != '\0' && period_read(row->fields[PERIOD], &period) != 0)
		return file_error_set(error, file, row->line, "period '%s' is not 1 to %d",
			row->fields[PERIOD], TIMETABLE_PERIOD_MAX);
	result = interval_read(file, row, period == 0, &interval, error);
	if (result != 0)
		return result;
	table = bell_table_take(timetable, school, date);
	if (period == 0)
		return 0;
	if (table->periods[period].end_s != 0)
		return file_error_set(error, file, row->line,
			"period %d of %s from %s on is there twice", period, school->id,
			row->fields[EFFECTIVE_FROM]);
	table->periods[period] = interval;
	return 0;
}

// At most one table for each change of school or date between rows.
static size_t
bell_tables_most(const struct csv_table *table)
{
	size_t count = 0;

	for (size_t i = 0; i < table->count; i++) {
		const char *const *fields = table->rows[i].fields;

		if (i == 0 || strcmp(fields[SCHOOL], table->rows[i - 1].fields[SCHOOL]) != 0 ||
			strcmp(fields[EFFECTIVE_FROM], table->rows[i - 1].fields[EFFECTIVE_FROM]) !=
				0)
			count++;
	}
	return count;
}

int
bells_read(
	struct timetable *timetable, const struct timetable_bytes *file, struct file_error *error)
{
	struct csv_table *table = &timetable->tables[TIMETABLE_BELLS];
	int result = csv_table_parse(
		file->file, file->bytes, file->count, columns, COLUMN_COUNT, table, error);

	if (result == 0)
		result = fields_check(file->file, table, error);
	if (result != 0)
		return result;
	timetable->bells = calloc(bell_tables_most(table) + 1, sizeof(*timetable->bells));
	if (timetable->bells == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < table->count && result == 0; i++)
		result = bell_read(timetable, file->file, &table->rows[i], error);
	qsort(timetable->bells, timetable->bell_count, sizeof(*timetable->bells),
		bell_table_compare);
	return result;
}
