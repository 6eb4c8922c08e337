/* SPDX-License-Identifier: BSD-3-Clause */
// timetable.c - a county's timetable from the bytes of its files, checked as a whole.
#include "timetable/timetable.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/readers.h"
#include "timetable/slot_names.h"

typedef int (*file_reader)(
	struct timetable *timetable, const struct timetable_bytes *file, struct file_error *error);

static const file_reader readers[TIMETABLE_FILE_COUNT] = {
	[TIMETABLE_SCHOOLS] = schools_read,
	[TIMETABLE_ENDPOINTS] = endpoints_read,
	[TIMETABLE_BELLS] = bells_read,
	[TIMETABLE_PAIRS] = pairs_read,
	[TIMETABLE_RULES] = rules_read,
	[TIMETABLE_CALENDAR] = calendar_read,
	[TIMETABLE_SLOTS] = slots_read,
};

static int
file_read(struct timetable *timetable, enum timetable_file number,
	const struct timetable_bytes *file, struct file_error *error)
{
	if (file->file == NULL && number >= TIMETABLE_FILE_REQUIRED_COUNT)
		return 0;
	timetable->files[number] = strdup(file->file);
	if (timetable->files[number] == NULL)
		return -ENOMEM;
	return readers[number](timetable, file, error);
}

int
timetable_create(const struct timetable_policies *policies,
	const struct timetable_bytes files[TIMETABLE_FILE_COUNT], struct timetable **out,
	struct file_error *error)
{
	struct timetable *timetable = calloc(1, sizeof(*timetable));
	int result = 0;

	*out = NULL;
	if (timetable == NULL)
		return -ENOMEM;
	timetable->references = 1;
	timetable->policies = *policies;
	timetable->parts_store = parts_store_create();
	if (timetable->parts_store == NULL)
		result = -ENOMEM;
	for (size_t i = 0; i < TIMETABLE_FILE_COUNT && result == 0; i++)
		result = file_read(timetable, (enum timetable_file)i, &files[i], error);
	if (result == 0)
		result = rules_check(timetable, error);
	if (result != 0) {
		timetable_release(timetable);
		return result;
	}
	*out = timetable;
	return 0;
}

struct timetable *
timetable_acquire(struct timetable *timetable)
{
	assert(timetable->references > 0);
	timetable->references++;
	return timetable;
}

void
timetable_release(struct timetable *timetable)
{
	if (timetable == NULL)
		return;
	assert(timetable->references > 0);
	if (--timetable->references > 0)
		return;
	for (size_t i = 0; i < timetable->rule_count; i++)
		free(timetable->rules[i].parts);
	for (size_t i = 0; i < timetable->pair_count; i++) {
		free(timetable->pairs[i].assisted);
		free(timetable->pairs[i].listeners);
	}
	if (timetable->slots != NULL)
		slot_names_fini(timetable->slots);
	free(timetable->slots);
	calendar_destroy(timetable->calendar);
	parts_store_destroy(timetable->parts_store);
	free(timetable->rules);
	free(timetable->pairs);
	free(timetable->bells);
	free(timetable->endpoints);
	free(timetable->schools);
	for (size_t i = 0; i < TIMETABLE_FILE_COUNT; i++) {
		csv_table_fini(&timetable->tables[i]);
		free(timetable->files[i]);
	}
	free(timetable);
}
