/* SPDX-License-Identifier: BSD-3-Clause */
// bells.c - reads bells.csv: each school's periods on a kind of day from a date on, for everyone
// and for grade bands.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/readers.h"

enum { SCHOOL, EFFECTIVE_FROM, NAME, PERIOD, START, END, AUDIENCE, NOTE, KIND, COLUMN_COUNT };

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

int
bell_overlap_minutes(struct bell_interval a, struct bell_interval b)
{
	int32_t start_s = a.start_s > b.start_s ? a.start_s : b.start_s;
	int32_t end_s = a.end_s < b.end_s ? a.end_s : b.end_s;

	return end_s > start_s ? (end_s - start_s) / 60 : 0;
}

// In one school's tables of a kind, by date.
static int
bell_table_compare_dates(const struct bell_table *a, const struct bell_table *b)
{
	int order;

	// Both point into the array of schools.
	if (a->school != b->school)
		return a->school < b->school ? -1 : 1;
	order = strcmp(a->kind, b->kind);
	if (order != 0)
		return order;
	return (a->effective_from.days > b->effective_from.days) -
	       (a->effective_from.days < b->effective_from.days);
}

static int
bell_table_compare(const void *left, const void *right)
{
	const struct bell_table *a = left;
	const struct bell_table *b = right;
	int order = bell_table_compare_dates(a, b);

	return order != 0 ? order : strcmp(a->audience.text, b->audience.text);
}

size_t
bell_tables_find(const struct timetable *timetable, const struct timetable_school *school,
	const char *kind, struct civil_date date, const struct bell_table **first_out)
{
	const struct bell_table key = {.school = school, .kind = kind, .effective_from = date};
	const struct bell_table *bells = timetable->bells;
	size_t low = 0; // tables before it are not after the key
	size_t high = timetable->bell_count;
	size_t first;

	*first_out = NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (bell_table_compare_dates(&bells[middle], &key) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || bells[low - 1].school != school || strcmp(bells[low - 1].kind, kind) != 0)
		return 0;
	first = low - 1;
	while (first > 0 && bell_table_compare_dates(&bells[first - 1], &bells[first]) == 0)
		first--;
	*first_out = &bells[first];
	return low - first;
}

const struct bell_table *
bell_table_find(const struct timetable *timetable, const struct timetable_school *school,
	struct civil_date date)
{
	const struct bell_table *first;

	bell_tables_find(timetable, school, "", date, &first);
	return first;
}

int
bell_period_get(const struct timetable *timetable, const struct timetable_school *school,
	const char *kind, const struct audience *audience, struct civil_date date, int period,
	struct bell_interval *out)
{
	const struct bell_table *tables;
	size_t count = bell_tables_find(timetable, school, kind, date, &tables);
	bool is_of_audience = false;

	*out = (struct bell_interval){0, 0};
	if (count == 0)
		return -ENOENT;
	for (size_t i = 0; i < count; i++) {
		const struct bell_interval *times = &tables[i].periods[period];
		bool is_everyone = tables[i].audience.text[0] == '\0';

		if (times->end_s == 0 ||
			(!is_everyone && !audience_fits(&tables[i].audience, audience)))
			continue;
		if (is_of_audience)
			return -EINVAL;
		*out = *times;
		is_of_audience = !is_everyone;
	}
	return out->end_s == 0 ? -ERANGE : 0;
}

// The table of a row, made where it is the first. Everyone's is always there, so that a notice
// replaces the one before it as a whole. NULL where memory is lacking.
static struct bell_table *
bell_table_take(struct timetable *timetable, const struct bell_table *wanted)
{
	struct bell_table *table;
	size_t count = timetable->bell_count;

	// Rows of one table follow one another, so the search starts at the end.
	for (size_t i = count; i > 0; i--) {
		if (bell_table_compare(&timetable->bells[i - 1], wanted) == 0)
			return &timetable->bells[i - 1];
	}
	// Room is made at each power of two.
	if ((count & (count - 1)) == 0) {
		table = realloc(timetable->bells, (count == 0 ? 1 : 2 * count) * sizeof(*table));
		if (table == NULL)
			return NULL;
		timetable->bells = table;
	}
	table = &timetable->bells[timetable->bell_count++];
	*table = *wanted;
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

// The times of a row, as the school's bells ring them.
static int
offset_apply(const char *file, const struct csv_row *row, const struct timetable_school *school,
	struct bell_interval *times, struct file_error *error)
{
	times->start_s += school->bell_offset_s;
	times->end_s += school->bell_offset_s;
	if (times->start_s < 0 || times->end_s > CIVIL_DAY_S)
		return file_error_set(error, file, row->line,
			"%s to %s with bell_offset_s %d of school '%s' does not lie in one day",
			row->fields[START], row->fields[END], school->bell_offset_s, school->id);
	return 0;
}

static int
period_add(struct timetable *timetable, const char *file, const struct csv_row *row,
	const struct bell_table *wanted, int period, struct file_error *error)
{
	struct bell_table *table = bell_table_take(timetable, wanted);
	struct bell_interval interval;
	int result;

	if (table == NULL)
		return -ENOMEM;
	if (table->periods[period].end_s != 0)
		return file_error_set(error, file, row->line,
			"period %d of %s from %s on is there twice", period, wanted->school->id,
			row->fields[EFFECTIVE_FROM]);
	result = interval_read(file, row, false, &interval, error);
	if (result == 0)
		result = offset_apply(file, row, wanted->school, &interval, error);
	if (result == 0)
		table->periods[period] = interval;
	return result;
}

static int
bell_read(struct timetable *timetable, const char *file, const struct csv_row *row,
	struct file_error *error)
{
	struct bell_table wanted = {.kind = row->fields[KIND],
		.audience = audience_make(""),
		.line = row->line,
		.school = timetable_school_find(timetable, row->fields[SCHOOL])};
	struct bell_interval interval;
	int period = 0;

	if (wanted.school == NULL)
		return file_error_set(
			error, file, row->line, "unknown school '%s'", row->fields[SCHOOL]);
	if (civil_date_parse(row->fields[EFFECTIVE_FROM], &wanted.effective_from) != 0)
		return file_error_set(error, file, row->line,
			"effective_from '%s' is not a date YYYY-MM-DD",
			row->fields[EFFECTIVE_FROM]);
	if (row->fields[PERIOD][0] != '\0' && period_read(row->fields[PERIOD], &period) != 0)
		return file_error_set(error, file, row->line, "period '%s' is not 1 to %d",
			row->fields[PERIOD], TIMETABLE_PERIOD_MAX);
	if (bell_table_take(timetable, &wanted) == NULL)
		return -ENOMEM;
	if (period == 0)
		return interval_read(file, row, true, &interval, error);
	wanted.audience = audience_make(row->fields[AUDIENCE]);
	return period_add(timetable, file, row, &wanted, period, error);
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
	for (size_t i = 0; i < table->count && result == 0; i++)
		result = bell_read(timetable, file->file, &table->rows[i], error);
	if (timetable->bell_count > 1)
		qsort(timetable->bells, timetable->bell_count, sizeof(*timetable->bells),
			bell_table_compare);
	return result;
}
