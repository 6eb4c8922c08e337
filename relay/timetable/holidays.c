// SPDX-License-Identifier: BSD-3-Clause
// holidays.c - a year's published days off and make-up working days, as rows of calendar.csv.
#include "timetable/holidays.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/csv_text.h"
#include "timetable/readers.h"

enum { DATE, NAME, IS_OFF_DAY, COLUMN_COUNT };

static const struct csv_column columns[COLUMN_COUNT] = {
	[DATE] = {"date", true},
	[NAME] = {"name", false},
	[IS_OFF_DAY] = {"isOffDay", true},
};

static int
day_compare(const void *left, const void *right)
{
	const struct holiday *a = left;
	const struct holiday *b = right;

	return (a->date.days > b->date.days) - (a->date.days < b->date.days);
}

static int
days_sort(const char *file, struct holidays *holidays, struct file_error *error)
{
	char text[CIVIL_DATE_BYTES];

	qsort(holidays->days, holidays->count, sizeof(*holidays->days), day_compare);
	for (size_t i = 1; i < holidays->count; i++) {
		const struct holiday *day = &holidays->days[i];
		const struct holiday *before = day - 1;
		bool is_later = day->line >= before->line;

		if (day->date.days != before->date.days)
			continue;
		civil_date_format(day->date, text);
		return file_error_set(error, file, is_later ? day->line : before->line,
			"%s is already on line %u", text, is_later ? before->line : day->line);
	}
	return 0;
}

static int
day_take(const char *file, unsigned line, const char *date, const char *name, struct holiday *day,
	struct file_error *error)
{
	day->line = line;
	if (civil_date_parse(date, &day->date) != 0)
		return file_error_set(
			error, file, line, "date '%.60s' is not a date YYYY-MM-DD", date);
	if (strlen(name) >= sizeof(day->name))
		return file_error_set(error, file, line, "the name of %s is too long", date);
	for (const char *c = name; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return file_error_set(error, file, line,
				"the name of %s holds a control character", date);
	}
	memcpy(day->name, name, strlen(name) + 1);
	return 0;
}

static int
days_allocate(const char *file, size_t count, struct holidays *out, struct file_error *error)
{
	if (count == 0)
		return file_error_set(error, file, 0, "the list holds no days");
	if (count > HOLIDAYS_MAX)
		return file_error_set(error, file, 0, "more than %d days", HOLIDAYS_MAX);
	out->days = calloc(count, sizeof(*out->days));
	return out->days == NULL ? -ENOMEM : 0;
}

// jansson keeps no lines, so they are counted up to each key where it stands in the text.
static unsigned
key_line(const char **cursor, const char *key, unsigned line)
{
	const char *found = strstr(*cursor, key);

	for (; found != NULL && *cursor < found; (*cursor)++)
		line += **cursor == '\n';
	*cursor += found != NULL;
	return line;
}

static int
days_read_json(const char *file, const char *text, const json_t *list, struct holidays *out,
	struct file_error *error)
{
	const char *cursor = text;
	unsigned line = key_line(&cursor, "\"days\"", 1);
	int result = days_allocate(file, json_array_size(list), out, error);

	for (size_t i = 0; i < json_array_size(list) && result == 0; i++) {
		const json_t *item = json_array_get(list, i);
		const char *date = json_string_value(json_object_get(item, "date"));
		const char *name = json_string_value(json_object_get(item, "name"));
		const json_t *is_off = json_object_get(item, "isOffDay");

		if (date != NULL)
			line = key_line(&cursor, "\"date\"", line);
		if (date == NULL || !json_is_boolean(is_off))
			return file_error_set(error, file, date == NULL ? 0 : line,
				"day %zu of the list has no 'date' or no 'isOffDay' that is true "
				"or false",
				i + 1);
		out->days[i].is_off = json_is_true(is_off);
		result = day_take(file, line, date, name == NULL ? "" : name,
			&out->days[out->count++], error);
	}
	return result;
}

static int
json_read(const char *file, const char *text, struct holidays *out, struct file_error *error)
{
	json_error_t reason;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &reason);
	const json_t *list = json_object_get(root, "days");
	int result;

	if (root == NULL)
		return file_error_set(error, file, reason.line > 0 ? (unsigned)reason.line : 0,
			"this is not JSON: %s", reason.text);
	if (!json_is_array(list))
		result = file_error_set(error, file, 1, "there is no list 'days' in it");
	else
		result = days_read_json(file, text, list, out, error);
	json_decref(root);
	return result;
}

static int
is_off_read(const char *text, bool *out)
{
	static const char *const yes[] = {"true", "TRUE", "True", "1", "休", "off"};
	static const char *const no[] = {"false", "FALSE", "False", "0", "班", "work"};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		*out = strcmp(text, yes[i]) == 0;
		if (*out || strcmp(text, no[i]) == 0)
			return 0;
	}
	return -EINVAL;
}

static int
csv_read(const struct timetable_bytes *file, struct holidays *out, struct file_error *error)
{
	struct csv_table table;
	int result = csv_table_parse(
		file->file, file->bytes, file->count, columns, COLUMN_COUNT, &table, error);

	if (result != 0)
		return result;
	result = days_allocate(file->file, table.count, out, error);
	for (size_t i = 0; i < table.count && result == 0; i++) {
		const struct csv_row *row = &table.rows[i];
		struct holiday *day = &out->days[out->count++];

		result = day_take(
			file->file, row->line, row->fields[DATE], row->fields[NAME], day, error);
		if (result == 0 && is_off_read(row->fields[IS_OFF_DAY], &day->is_off) != 0)
			result = file_error_set(error, file->file, row->line,
				"isOffDay '%.60s' is not true or false, 1 or 0, 休 or 班",
				row->fields[IS_OFF_DAY]);
	}
	csv_table_fini(&table);
	return result;
}

int
holidays_read(const struct timetable_bytes *file, struct holidays *out, struct file_error *error)
{
	char *text = strndup(file->bytes, file->count);
	int result;

	*out = (struct holidays){NULL, 0};
	if (text == NULL)
		return -ENOMEM;
	if (strchr("{[", text[strspn(text, " \t\r\n")]) != NULL && strlen(text) == file->count &&
		file->count > 0)
		result = json_read(file->file, text, out, error);
	else
		result = csv_read(file, out, error);
	free(text);
	if (result == 0)
		result = days_sort(file->file, out, error);
	if (result != 0)
		holidays_fini(out);
	return result;
}

void
holidays_fini(struct holidays *holidays)
{
	free(holidays->days);
	*holidays = (struct holidays){NULL, 0};
}
