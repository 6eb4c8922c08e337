/* SPDX-License-Identifier: BSD-3-Clause */
// schools.c - reads schools.csv.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/readers.h"

enum { SCHOOL, NAME, SCOPE, CONTACT, PHONE, BELL_OFFSET_S, COLUMN_COUNT };

static const struct csv_column columns[COLUMN_COUNT] = {
	[SCHOOL] = {"school", true},
	[NAME] = {"name", true},
	[SCOPE] = {"scope", false},
	[CONTACT] = {"contact", false},
	[PHONE] = {"phone", false},
	[BELL_OFFSET_S] = {"bell_offset_s", false},
};

static const char *const scope_names[] = {
	[SCHOOL_COUNTY] = "county",
	[SCHOOL_CITY] = "city",
	[SCHOOL_PROVINCE] = "province",
	[SCHOOL_EXTERNAL] = "external",
};

const char *
school_scope_name(enum school_scope scope)
{
	return scope_names[scope];
}

static int
scope_read(const char *file, const struct csv_row *row, enum school_scope *out,
	struct file_error *error)
{
	const char *text = row->fields[SCOPE];

	*out = SCHOOL_COUNTY;
	if (text[0] == '\0')
		return 0;
	for (size_t i = 0; i < sizeof(scope_names) / sizeof(scope_names[0]); i++) {
		if (strcmp(text, scope_names[i]) == 0) {
			*out = (enum school_scope)i;
			return 0;
		}
	}
	return file_error_set(error, file, row->line,
		"scope '%s' is not county, city, province or external", text);
}

static int
offset_read(const char *file, const struct csv_row *row, int *out, struct file_error *error)
{
	const char *text = row->fields[BELL_OFFSET_S];
	const char *digits = text + (text[0] == '-' || text[0] == '+');
	char *rest;
	long offset_s;

	*out = 0;
	if (text[0] == '\0')
		return 0;
	offset_s = strtol(text, &rest, 10);
	if (digits[0] < '0' || digits[0] > '9' || *rest != '\0' ||
		labs(offset_s) > TIMETABLE_BELL_OFFSET_S_MAX)
		return file_error_set(error, file, row->line,
			"bell_offset_s '%s' is not -%d to %d seconds", text,
			TIMETABLE_BELL_OFFSET_S_MAX, TIMETABLE_BELL_OFFSET_S_MAX);
	*out = (int)offset_s;
	return 0;
}

static int
school_read(const char *file, const struct csv_row *row, struct timetable_school *school,
	struct file_error *error)
{
	int result = id_check(file, row->line, "school", row->fields[SCHOOL], error);

	if (result != 0)
		return result;
	if (row->fields[NAME][0] == '\0')
		return file_error_set(error, file, row->line, "'name' is empty");
	school->id = row->fields[SCHOOL];
	school->name = row->fields[NAME];
	school->contact = row->fields[CONTACT];
	school->phone = row->fields[PHONE];
	school->line = row->line;
	result = scope_read(file, row, &school->scope, error);
	return result != 0 ? result : offset_read(file, row, &school->bell_offset_s, error);
}

int
schools_read(
	struct timetable *timetable, const struct timetable_bytes *file, struct file_error *error)
{
	struct csv_table *table = &timetable->tables[TIMETABLE_SCHOOLS];
	int result = csv_table_parse(
		file->file, file->bytes, file->count, columns, COLUMN_COUNT, table, error);

	if (result == 0)
		result = fields_check(file->file, table, error);
	if (result == 0)
		result = fields_check_unique(file->file, table, SCHOOL, "school", error);
	if (result != 0)
		return result;
	timetable->schools = calloc(table->count + 1, sizeof(*timetable->schools));
	if (timetable->schools == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < table->count && result == 0; i++) {
		result = school_read(file->file, &table->rows[i], &timetable->schools[i], error);
		timetable->school_count++;
	}
	return result;
}

const struct timetable_school *
timetable_school_find(const struct timetable *timetable, const char *id)
{
	for (size_t i = 0; i < timetable->school_count; i++) {
		if (strcmp(timetable->schools[i].id, id) == 0)
			return &timetable->schools[i];
	}
	return NULL;
}
