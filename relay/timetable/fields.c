/* SPDX-License-Identifier: BSD-3-Clause */
// fields.c - checks that every table of the timetable shares: ids, texts, lists, no doubles.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/readers.h"

#define ID_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

int
id_check(const char *file, unsigned line, const char *column, const char *id,
	struct file_error *error)
{
	if (id[0] == '\0')
		return file_error_set(error, file, line, "'%s' is empty", column);
	if (strlen(id) >= TIMETABLE_ID_BYTES_MAX)
		return file_error_set(error, file, line, "%s '%.60s' is longer than %d characters",
			column, id, TIMETABLE_ID_BYTES_MAX - 1);
	if (id[strspn(id, ID_CHARACTERS)] != '\0')
		return file_error_set(error, file, line,
			"%s '%s' may hold only letters a-z, digits, '.', '_' and '-'", column, id);
	return 0;
}

int
fields_check(const char *file, const struct csv_table *table, struct file_error *error)
{
	for (size_t row = 0; row < table->count; row++) {
		for (size_t i = 0; i < CSV_TABLE_COLUMNS_MAX; i++) {
			const char *field = table->rows[row].fields[i];
			unsigned line = table->rows[row].line;

			// A list may name every endpoint of a large session.
			if (strlen(field) >= TIMETABLE_ID_BYTES_MAX * TIMETABLE_PARTS_MAX ||
				(strlen(field) >= TIMETABLE_TEXT_BYTES_MAX && !strchr(field, ';')))
				return file_error_set(error, file, line,
					"a field is too long: '%.60s...'", field);
			if (strpbrk(field, "\r\n\t") != NULL)
				return file_error_set(
					error, file, line, "a field holds a line break or a tab");
		}
	}
	return 0;
}

struct keyed_line {
	const char *key;
	unsigned line;
};

static int
keyed_line_compare(const void *left, const void *right)
{
	const struct keyed_line *a = left;
	const struct keyed_line *b = right;
	int order = strcmp(a->key, b->key);

	return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

int
fields_check_unique(const char *file, const struct csv_table *table, size_t column,
	const char *what, struct file_error *error)
{
	struct keyed_line *keys = calloc(table->count + 1, sizeof(*keys));
	int result = 0;

	if (keys == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < table->count; i++) {
		keys[i].key = table->rows[i].fields[column];
		keys[i].line = table->rows[i].line;
	}
	qsort(keys, table->count, sizeof(*keys), keyed_line_compare);
	for (size_t i = 1; i < table->count && result == 0; i++) {
		if (strcmp(keys[i - 1].key, keys[i].key) == 0)
			result = file_error_set(error, file, keys[i].line,
				"%s '%s' is already on line %u", what, keys[i].key,
				keys[i - 1].line);
	}
	free(keys);
	return result;
}

bool
list_next(const char **cursor, char item[TIMETABLE_TEXT_BYTES_MAX])
{
	const char *start = *cursor + strspn(*cursor, "; ");
	size_t bytes = strcspn(start, ";");

	*cursor = start + bytes;
	if (bytes == 0)
		return false;
	while (start[bytes - 1] == ' ')
		bytes--;
	if (bytes >= TIMETABLE_TEXT_BYTES_MAX)
		bytes = TIMETABLE_TEXT_BYTES_MAX - 1;
	memcpy(item, start, bytes);
	item[bytes] = '\0';
	return true;
}

size_t
list_count(const char *list)
{
	char item[TIMETABLE_TEXT_BYTES_MAX];
	size_t count = 0;

	while (list_next(&list, item))
		count++;
	return count;
}

bool
word_take(const char **text, const char *word)
{
	size_t bytes = strlen(word);

	if (strncmp(*text, word, bytes) != 0)
		return false;
	*text += bytes;
	return true;
}

bool
word_take_any(const char **text, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (word_take(text, *words))
			return true;
	}
	return false;
}
