// SPDX-License-Identifier: BSD-3-Clause
// rules_import.c - what an imported rules table would change, told before it is applied.
#include "timetable/rules_import.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/readers.h"

// The column that names the rule.
static size_t
id_column(void)
{
	size_t column = 0;

	while (strcmp(rules_columns[column].name, "rule") != 0) {
		column++;
		assert(column < rules_column_count);
	}
	return column;
}

static const char *
row_id(const struct csv_row *row)
{
	return row->fields[id_column()];
}

static int
row_compare(const void *left, const void *right)
{
	const struct csv_row *const *a = left;
	const struct csv_row *const *b = right;

	return strcmp(row_id(*a), row_id(*b));
}

// The table's rows by rule, to be freed by the caller; NULL where memory is lacking.
static const struct csv_row **
rows_sorted(const struct csv_table *table)
{
	const struct csv_row **rows = calloc(table->count + 1, sizeof(*rows));

	if (rows == NULL)
		return NULL;
	for (size_t i = 0; i < table->count; i++)
		rows[i] = &table->rows[i];
	qsort(rows, table->count, sizeof(*rows), row_compare);
	return rows;
}

static const struct csv_row *
row_find(const struct csv_row **rows, size_t count, const struct csv_row *key)
{
	const struct csv_row **found = bsearch(&key, rows, count, sizeof(*rows), row_compare);

	return found == NULL ? NULL : *found;
}

// Fills in the fields that differ; `before` or `after` may be NULL.
static void
change_fill(struct rules_change *change, const struct csv_row *before, const struct csv_row *after)
{
	size_t id = id_column();

	*change = (struct rules_change){
		.kind = before == NULL  ? RULES_ADDED
			: after == NULL ? RULES_REMOVED
					: RULES_CHANGED,
		.rule = row_id(before == NULL ? after : before),
		.line_before = before == NULL ? 0 : before->line,
		.line_after = after == NULL ? 0 : after->line,
	};
	for (size_t i = 0; i < rules_column_count; i++) {
		const char *old = before == NULL ? "" : before->fields[i];
		const char *new = after == NULL ? "" : after->fields[i];

		if (i != id && strcmp(old, new) != 0)
			change->fields[change->field_count++] =
				(struct rules_field){rules_columns[i].name, old, new};
	}
}

static int
changes_make(struct rules_difference *out)
{
	const struct csv_row **before = rows_sorted(&out->before);
	const struct csv_row **after = rows_sorted(&out->after);
	int result = 0;

	out->changes = calloc(out->before.count + out->after.count + 1, sizeof(*out->changes));
	if (before == NULL || after == NULL || out->changes == NULL) {
		result = -ENOMEM;
		goto free_rows;
	}
	for (size_t i = 0; i < out->before.count; i++) {
		const struct csv_row *row = &out->before.rows[i];
		const struct csv_row *other = row_find(after, out->after.count, row);

		change_fill(&out->changes[out->count], row, other);
		out->removed += other == NULL;
		out->changed += other != NULL && out->changes[out->count].field_count > 0;
		out->unchanged += other != NULL && out->changes[out->count].field_count == 0;
		if (other == NULL || out->changes[out->count].field_count > 0)
			out->count++;
	}
	for (size_t i = 0; i < out->after.count; i++) {
		if (row_find(before, out->before.count, &out->after.rows[i]) != NULL)
			continue;
		change_fill(&out->changes[out->count++], NULL, &out->after.rows[i]);
		out->added++;
	}
free_rows:
	free(before);
	free(after);
	return result;
}

static int
table_read(const struct timetable_bytes *file, struct csv_table *out, struct file_error *error)
{
	int result = csv_table_parse(file->file, file->bytes, file->count, rules_columns,
		rules_column_count, out, error);

	if (result == 0)
		result = fields_check(file->file, out, error);
	if (result == 0)
		result = fields_check_unique(file->file, out, id_column(), "rule", error);
	return result;
}

int
rules_difference_make(const struct timetable_bytes *before, const struct timetable_bytes *after,
	struct rules_difference *out, struct file_error *error)
{
	int result;

	*out = (struct rules_difference){.count = 0};
	result = table_read(before, &out->before, error);
	if (result == 0)
		result = table_read(after, &out->after, error);
	if (result == 0)
		result = changes_make(out);
	if (result != 0)
		rules_difference_fini(out);
	return result;
}

void
rules_difference_fini(struct rules_difference *difference)
{
	free(difference->changes);
	csv_table_fini(&difference->before);
	csv_table_fini(&difference->after);
	*difference = (struct rules_difference){.count = 0};
}

static void
change_tell(const struct rules_change *change, struct text *out)
{
	static const char *const words[] = {
		[RULES_ADDED] = "added",
		[RULES_REMOVED] = "removed",
		[RULES_CHANGED] = "changed",
	};
	const char *between = ": ";

	text_add_format(out, "%-7s  %s", words[change->kind], change->rule);
	for (size_t i = 0; i < change->field_count; i++) {
		const struct rules_field *field = &change->fields[i];

		text_add_format(out, "%s%s ", between, field->column);
		if (change->kind == RULES_CHANGED)
			text_add_format(out, "'%s' -> '%s'", field->before, field->after);
		else
			text_add(out, change->kind == RULES_ADDED ? field->after : field->before);
		between = ", ";
	}
	text_add(out, "\n");
}

void
rules_difference_tell(const struct rules_difference *difference, struct text *out)
{
	for (size_t i = 0; i < difference->count; i++)
		change_tell(&difference->changes[i], out);
	text_add_format(out, "%zu added, %zu removed, %zu changed, %zu unchanged\n",
		difference->added, difference->removed, difference->changed, difference->unchanged);
}
