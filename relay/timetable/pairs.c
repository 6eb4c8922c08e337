/* SPDX-License-Identifier: BSD-3-Clause */
// pairs.c - reads pairs.csv: which schools share lessons.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/readers.h"

#define WEEKLY_TARGET_DEFAULT 4
#define WEEKLY_TARGET_MAX 100

enum { PAIR, LEAD, ASSISTED, LISTENERS, WEEKLY_TARGET, COLUMN_COUNT };

static const struct csv_column columns[COLUMN_COUNT] = {
	[PAIR] = {"pair", true},
	[LEAD] = {"lead", true},
	[ASSISTED] = {"assisted", true},
	[LISTENERS] = {"listeners", false},
	[WEEKLY_TARGET] = {"weekly_target", false},
};

static bool
has_school(const struct timetable_pair *pair, const struct timetable_school *school)
{
	bool has = pair->lead == school;

	for (size_t i = 0; i < pair->assisted_count; i++)
		has = has || pair->assisted[i] == school;
	for (size_t i = 0; i < pair->listener_count; i++)
		has = has || pair->listeners[i] == school;
	return has;
}

static int
school_list_read(const struct timetable *timetable, const char *file, const struct csv_row *row,
	size_t column, struct timetable_pair *pair, const struct timetable_school ***schools,
	size_t *count, struct file_error *error)
{
	const char *cursor = row->fields[column];
	char item[TIMETABLE_TEXT_BYTES_MAX];

	*schools = calloc(list_count(cursor) + 1, sizeof(**schools));
	if (*schools == NULL)
		return -ENOMEM;
	while (list_next(&cursor, item)) {
		const struct timetable_school *school = timetable_school_find(timetable, item);

		if (school == NULL)
			return file_error_set(error, file, row->line, "unknown school '%s' in '%s'",
				item, columns[column].name);
		if (has_school(pair, school))
			return file_error_set(
				error, file, row->line, "school '%s' is there twice", item);
		(*schools)[(*count)++] = school;
	}
	return 0;
}

static int
target_read(const char *file, const struct csv_row *row, unsigned *out, struct file_error *error)
{
	const char *text = row->fields[WEEKLY_TARGET];
	char *rest;
	long number;

	*out = WEEKLY_TARGET_DEFAULT;
	if (text[0] == '\0')
		return 0;
	number = strtol(text, &rest, 10);
	if (text[0] < '0' || text[0] > '9' || *rest != '\0' || number > WEEKLY_TARGET_MAX)
		return file_error_set(error, file, row->line, "weekly_target '%s' is not 0 to %d",
			text, WEEKLY_TARGET_MAX);
	*out = (unsigned)number;
	return 0;
}

static int
pair_read(const struct timetable *timetable, const char *file, const struct csv_row *row,
	struct timetable_pair *pair, struct file_error *error)
{
	int result = id_check(file, row->line, "pair", row->fields[PAIR], error);

	if (result != 0)
		return result;
	pair->id = row->fields[PAIR];
	pair->line = row->line;
	pair->lead = timetable_school_find(timetable, row->fields[LEAD]);
	if (pair->lead == NULL)
		return file_error_set(
			error, file, row->line, "unknown school '%s' in 'lead'", row->fields[LEAD]);
	result = school_list_read(timetable, file, row, ASSISTED, pair, &pair->assisted,
		&pair->assisted_count, error);
	if (result == 0 && pair->assisted_count == 0)
		result = file_error_set(error, file, row->line, "'assisted' is empty");
	if (result == 0)
		result = school_list_read(timetable, file, row, LISTENERS, pair, &pair->listeners,
			&pair->listener_count, error);
	if (result == 0 && 1 + pair->assisted_count + pair->listener_count > TIMETABLE_PARTS_MAX)
		result = file_error_set(
			error, file, row->line, "more than %d schools", TIMETABLE_PARTS_MAX);
	if (result == 0)
		result = target_read(file, row, &pair->weekly_target, error);
	return result;
}

int
pairs_read(
	struct timetable *timetable, const struct timetable_bytes *file, struct file_error *error)
{
	struct csv_table *table = &timetable->tables[TIMETABLE_PAIRS];
	int result = csv_table_parse(
		file->file, file->bytes, file->count, columns, COLUMN_COUNT, table, error);

	if (result == 0)
		result = fields_check(file->file, table, error);
	if (result == 0)
		result = fields_check_unique(file->file, table, PAIR, "pair", error);
	if (result != 0)
		return result;
	timetable->pairs = calloc(table->count + 1, sizeof(*timetable->pairs));
	if (timetable->pairs == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < table->count && result == 0; i++) {
		timetable->pair_count++;
		result = pair_read(
			timetable, file->file, &table->rows[i], &timetable->pairs[i], error);
	}
	return result;
}

const struct timetable_pair *
timetable_pair_find(const struct timetable *timetable, const char *id)
{
	for (size_t i = 0; i < timetable->pair_count; i++) {
		if (strcmp(timetable->pairs[i].id, id) == 0)
			return &timetable->pairs[i];
	}
	return NULL;
}
