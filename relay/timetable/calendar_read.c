/* SPDX-License-Identifier: BSD-3-Clause */
// calendar_read.c - reads calendar.csv into the county's and the schools' days and terms.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/calendar_internal.h"

enum { DATE, KIND, RUNS_AS, NOTE, SCHOOL, BELLS, COLUMN_COUNT };

static const struct csv_column columns[COLUMN_COUNT] = {
	[DATE] = {"date", true},
	[KIND] = {"kind", true},
	[RUNS_AS] = {"runs_as", false},
	[NOTE] = {"note", false},
	[SCHOOL] = {"school", false},
	[BELLS] = {"bells", false},
};

static int
row_compare(const void *left, const void *right)
{
	const struct calendar_row *a = left;
	const struct calendar_row *b = right;

	if (a->date.days != b->date.days)
		return a->date.days < b->date.days ? -1 : 1;
	return (a->line > b->line) - (a->line < b->line);
}

static int
runs_as_read(
	const struct calendar_reading *reading, const struct csv_row *row, struct calendar_row *day)
{
	const char *text = row->fields[RUNS_AS];

	if (text[0] == '\0')
		return 0;
	if (day->kind != CALENDAR_WORK)
		return file_error_set(reading->error, reading->file, row->line,
			"runs_as %s: only a day of kind 'work' runs another day's lessons, and "
			"this one is '%s'",
			text, row->fields[KIND]);
	if (civil_date_parse(text, &day->runs_as) != 0)
		return file_error_set(reading->error, reading->file, row->line,
			"runs_as '%s' is not a date YYYY-MM-DD", text);
	day->is_mapped = true;
	return 0;
}

static bool
bells_are_known(const struct timetable *timetable, const char *kind)
{
	for (size_t i = 0; i < timetable->bell_count; i++) {
		if (strcmp(timetable->bells[i].kind, kind) == 0)
			return true;
	}
	return false;
}

static int
day_read(const struct calendar_reading *reading, const struct csv_row *row, enum calendar_kind kind,
	struct civil_date date, struct calendar_scope *scope)
{
	struct calendar_row *day = &scope->rows[scope->row_count++];

	*day = (struct calendar_row){
		.date = date, .kind = kind, .bells = row->fields[BELLS], .line = row->line};
	if (day->bells[0] != '\0' && kind != CALENDAR_WORK)
		return file_error_set(reading->error, reading->file, row->line,
			"bells '%s' on a day of kind '%s', which has no lessons", day->bells,
			row->fields[KIND]);
	if (day->bells[0] != '\0' && !bells_are_known(reading->timetable, day->bells))
		return file_error_set(reading->error, reading->file, row->line,
			"bells '%s': no school has bells of that kind in %s", day->bells,
			reading->timetable->files[TIMETABLE_BELLS]);
	return runs_as_read(reading, row, day);
}

static int
mark_read(const struct calendar_reading *reading, const struct csv_row *row,
	enum calendar_mark_kind kind, struct civil_date date, struct calendar_rows *rows)
{
	rows->marks[rows->mark_count++] = (struct calendar_mark){date, kind, row->line};
	if (row->fields[RUNS_AS][0] != '\0' || row->fields[BELLS][0] != '\0')
		return file_error_set(reading->error, reading->file, row->line,
			"a row of kind '%s' has no runs_as and no bells: the day takes a row of "
			"its own",
			row->fields[KIND]);
	if (kind == MARK_WEEK1 && civil_weekday(date) != 1)
		return file_error_set(reading->error, reading->file, row->line,
			"week1 %s is not a Monday", row->fields[DATE]);
	return 0;
}

static int
row_read(const struct calendar_reading *reading, const struct csv_row *row,
	struct calendar_rows *rows)
{
	static const struct {
		const char *name;
		bool is_mark;
		int kind;
	} kinds[] = {
		{"week1", true, MARK_WEEK1},
		{"end", true, MARK_END},
		{"off", false, CALENDAR_OFF},
		{"exam", false, CALENDAR_EXAM},
		{"work", false, CALENDAR_WORK},
	};
	struct civil_date date;

	if (civil_date_parse(row->fields[DATE], &date) != 0)
		return file_error_set(reading->error, reading->file, row->line,
			"date '%s' is not a date YYYY-MM-DD", row->fields[DATE]);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(row->fields[KIND], kinds[i].name) != 0)
			continue;
		if (kinds[i].is_mark)
			return mark_read(
				reading, row, (enum calendar_mark_kind)kinds[i].kind, date, rows);
		return day_read(reading, row, (enum calendar_kind)kinds[i].kind, date, rows->scope);
	}
	return file_error_set(reading->error, reading->file, row->line,
		"kind '%s' is not week1, end, off, work or exam", row->fields[KIND]);
}

// Two rows of a date: each class of rows, days and marks, has its own.
static int
doubles_check(const struct calendar_reading *reading, const struct calendar_rows *rows,
	const char *school)
{
	const struct calendar_scope *scope = rows->scope;
	char date[CIVIL_DATE_BYTES];
	unsigned lines[2] = {0, 0};

	for (size_t i = 1; i < scope->row_count && lines[1] == 0; i++) {
		if (scope->rows[i - 1].date.days != scope->rows[i].date.days)
			continue;
		civil_date_format(scope->rows[i].date, date);
		lines[0] = scope->rows[i - 1].line;
		lines[1] = scope->rows[i].line;
	}
	for (size_t i = 1; i < rows->mark_count && lines[1] == 0; i++) {
		if (rows->marks[i - 1].date.days != rows->marks[i].date.days)
			continue;
		civil_date_format(rows->marks[i].date, date);
		lines[0] = rows->marks[i - 1].line;
		lines[1] = rows->marks[i].line;
	}
	if (lines[1] == 0)
		return 0;
	return file_error_set(reading->error, reading->file, lines[1],
		"%s of %s%s is already on line %u", date,
		school[0] == '\0' ? "the county" : "school ", school, lines[0]);
}

// Reads the rows of one school, or of the county (""). scope->rows and rows->marks have room for
// all the table's rows that are theirs.
static int
scope_read(const struct calendar_reading *reading, const char *school, struct calendar_rows *rows)
{
	int result = 0;

	for (size_t i = 0; i < reading->table->count && result == 0; i++) {
		const struct csv_row *row = &reading->table->rows[i];

		if (strcmp(row->fields[SCHOOL], school) == 0)
			result = row_read(reading, row, rows);
	}
	qsort(rows->scope->rows, rows->scope->row_count, sizeof(*rows->scope->rows), row_compare);
	qsort(rows->marks, rows->mark_count, sizeof(*rows->marks), calendar_mark_compare);
	return result != 0 ? result : doubles_check(reading, rows, school);
}

static size_t
rows_count(const struct csv_table *table, const char *school)
{
	size_t count = 0;

	for (size_t i = 0; i < table->count; i++)
		count += strcmp(table->rows[i].fields[SCHOOL], school) == 0;
	return count;
}

static int
scope_create(const struct calendar_reading *reading, const char *school, struct calendar_rows *rows)
{
	size_t most = rows_count(reading->table, school) + 1;

	rows->scope->rows = calloc(most, sizeof(*rows->scope->rows));
	rows->marks = calloc(most, sizeof(*rows->marks));
	if (rows->scope->rows == NULL || rows->marks == NULL)
		return -ENOMEM;
	return scope_read(reading, school, rows);
}

static int
school_scope_create(const struct calendar_reading *reading, const struct timetable_school *school,
	const struct calendar_rows *county)
{
	struct calendar *calendar = reading->timetable->calendar;
	struct calendar_scope *scope = calloc(1, sizeof(*scope));
	struct calendar_rows rows = {.scope = scope};
	int result;

	if (scope == NULL)
		return -ENOMEM;
	calendar->schools[school - reading->timetable->schools] = scope;
	result = scope_create(reading, school->id, &rows);
	scope->has_own_terms = rows.mark_count > 0;
	if (result == 0 && scope->has_own_terms) {
		result = calendar_marks_merge(&rows, county);
		if (result == 0)
			result = calendar_terms_make(reading, &rows);
	} else {
		scope->terms = county->scope->terms;
		scope->term_count = county->scope->term_count;
	}
	free(rows.marks);
	return result != 0 ? result
			   : calendar_days_check(reading, scope, county->scope, school->id);
}

static int
schools_create(const struct calendar_reading *reading, const struct calendar_rows *county)
{
	struct timetable *timetable = reading->timetable;

	for (size_t i = 0; i < reading->table->count; i++) {
		const struct csv_row *row = &reading->table->rows[i];
		const struct timetable_school *school;
		int result;

		if (row->fields[SCHOOL][0] == '\0')
			continue;
		school = timetable_school_find(timetable, row->fields[SCHOOL]);
		if (school == NULL)
			return file_error_set(reading->error, reading->file, row->line,
				"unknown school '%s'", row->fields[SCHOOL]);
		if (calendar_scope_of(timetable, school) != NULL)
			continue;
		result = school_scope_create(reading, school, county);
		if (result != 0)
			return result;
	}
	return 0;
}

int
calendar_read(
	struct timetable *timetable, const struct timetable_bytes *file, struct file_error *error)
{
	struct csv_table *table = &timetable->tables[TIMETABLE_CALENDAR];
	const struct calendar_reading reading = {timetable, file->file, table, error};
	struct calendar_rows county = {0};
	struct calendar *calendar;
	int result = csv_table_parse(
		file->file, file->bytes, file->count, columns, COLUMN_COUNT, table, error);

	if (result == 0)
		result = fields_check(file->file, table, error);
	if (result != 0)
		return result;
	timetable->calendar = calendar = calloc(1, sizeof(*calendar));
	if (calendar == NULL)
		return -ENOMEM;
	calendar->schools = calloc(timetable->school_count + 1, sizeof(struct calendar_scope *));
	if (calendar->schools == NULL)
		return -ENOMEM;
	calendar->school_count = timetable->school_count;
	county.scope = &calendar->county;
	result = scope_create(&reading, "", &county);
	if (result == 0)
		result = calendar_terms_make(&reading, &county);
	if (result == 0)
		result = calendar_days_check(&reading, county.scope, county.scope, "");
	if (result == 0)
		result = schools_create(&reading, &county);
	free(county.marks);
	return result;
}

void
calendar_destroy(struct calendar *calendar)
{
	if (calendar == NULL)
		return;
	for (size_t i = 0; i < calendar->school_count; i++) {
		struct calendar_scope *scope = calendar->schools[i];

		if (scope == NULL)
			continue;
		if (scope->has_own_terms)
			free(scope->terms);
		free(scope->rows);
		free(scope);
	}
	free(calendar->county.terms);
	free(calendar->county.rows);
	free(calendar->schools);
	free(calendar);
}
