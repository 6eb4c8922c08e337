// SPDX-License-Identifier: BSD-3-Clause
// slot_names.c - slots.csv: which names in a school's bell notice are which numbered period.
#include "timetable/slot_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/readers.h"

enum { LABEL, PERIOD, COLUMN_COUNT };

static const struct csv_column columns[COLUMN_COUNT] = {
	[LABEL] = {"label", true},
	[PERIOD] = {"period", true},
};

const char slot_names_default[] = "label,period\n"
				  "第一节,1\n第二节,2\n第三节,3\n第四节,4\n第五节,5\n"
				  "第六节,6\n第七节,7\n第八节,8\n第九节,9\n第十节,10\n"
				  "学生到校,\n晨间活动,\n大课间活动,\n中饭,\n阅读写字,\n"
				  "午间阅读,\n课外活动,\n放晚学,\n四点半学堂,\n"
				  "四点半放晚学,\n清校,\n";

static int
slot_name_read(const char *file, const struct csv_row *row, struct slot_name *name,
	struct file_error *error)
{
	const char *text = row->fields[PERIOD];
	char *rest;
	long number = strtol(text, &rest, 10);

	*name = (struct slot_name){.label = row->fields[LABEL]};
	if (name->label[0] == '\0')
		return file_error_set(error, file, row->line, "'label' is empty");
	if (text[0] == '\0')
		return 0;
	if (text[0] < '0' || text[0] > '9' || *rest != '\0' || number < 1 ||
		number > TIMETABLE_PERIOD_MAX)
		return file_error_set(error, file, row->line, "period '%s' is not 1 to %d", text,
			TIMETABLE_PERIOD_MAX);
	name->period = (int)number;
	return 0;
}

int
slot_names_read(
	const struct timetable_bytes *file, struct slot_names *out, struct file_error *error)
{
	struct csv_table *table = &out->table;
	int result;

	*out = (struct slot_names){0};
	result = csv_table_parse(
		file->file, file->bytes, file->count, columns, COLUMN_COUNT, table, error);
	if (result == 0)
		result = fields_check(file->file, table, error);
	if (result == 0)
		result = fields_check_unique(file->file, table, LABEL, "label", error);
	if (result == 0) {
		out->names = calloc(table->count + 1, sizeof(*out->names));
		result = out->names == NULL ? -ENOMEM : 0;
	}
	for (size_t i = 0; i < table->count && result == 0; i++) {
		result = slot_name_read(file->file, &table->rows[i], &out->names[i], error);
		out->count++;
	}
	if (result != 0)
		slot_names_fini(out);
	return result;
}

void
slot_names_fini(struct slot_names *names)
{
	free(names->names);
	csv_table_fini(&names->table);
	*names = (struct slot_names){0};
}

const struct slot_name *
slot_names_find(const struct slot_names *names, const char *label)
{
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->names[i].label, label) == 0)
			return &names->names[i];
	}
	return NULL;
}
