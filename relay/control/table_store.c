/* SPDX-License-Identifier: BSD-3-Clause */
// table_store.c - the timetable's tables as files: read, tried with one replaced, and rewritten
// whole.
#include "control/table_store.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/source_file.h"
#include "platform/atomic_file.h"

static const char *const names[TIMETABLE_FILE_COUNT] = {
	[TIMETABLE_SCHOOLS] = "schools",
	[TIMETABLE_ENDPOINTS] = "endpoints",
	[TIMETABLE_BELLS] = "bells",
	[TIMETABLE_PAIRS] = "pairs",
	[TIMETABLE_RULES] = "rules",
	[TIMETABLE_CALENDAR] = "calendar",
	[TIMETABLE_SLOTS] = "slots",
};

const char *
table_name(enum timetable_file table)
{
	return names[table];
}

int
table_find(const char *name, enum timetable_file *out)
{
	for (size_t i = 0; i < TIMETABLE_FILE_COUNT; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum timetable_file)i;
			return 0;
		}
	}
	return -ENOENT;
}

void
table_file_fini(struct table_file *file)
{
	free(file->bytes);
	file->bytes = NULL;
}

int
table_store_read(const struct timetable *timetable, enum timetable_file table,
	struct table_file *out, struct file_error *error)
{
	char reason[SOURCE_FILE_REASON_BYTES];
	*out = (struct table_file){.path = timetable->files[table]};
	if (!out->path)
		return -ENOENT;
	int result = source_file_read(
		out->path, CSV_TABLE_FILE_BYTES_MAX, &out->bytes, &out->count, reason);
	if (result == -EINVAL)
		return file_error_set(error, out->path, 0, "cannot be read: %s", reason);
	if (result == 0)
		table_mark_make(out->bytes, out->count, out->mark);
	return result;
}

static int
refuse_hand_edit(struct file_error *error, const char *path)
{
	file_error_set(error, path, 0,
		"was edited by hand since the timetable was read: reload first, or put it back");
	return -ESTALE;
}

// Every other file as it was when the timetable was made of them; `files[]` gets their bytes.
static int
read_others(const struct config *config, enum timetable_file replaced,
	struct table_file files[TIMETABLE_FILE_COUNT], struct file_error *error)
{
	char mark[TABLE_MARK_BYTES];
	table_mark_of_file(config->timetable_path, mark);
	if (strcmp(mark, config->marks.conf) != 0)
		return refuse_hand_edit(error, config->timetable_path);
	for (size_t i = 0; i < TIMETABLE_FILE_COUNT; i++) {
		if (i == replaced)
			continue;
		int result = table_store_read(config->timetable, i, &files[i], error);
		if (result == -ENOENT)
			continue; // an optional one
		if (result != 0)
			return result;
		if (strcmp(files[i].mark, config->marks.tables[i]) != 0)
			return refuse_hand_edit(error, files[i].path);
	}
	return 0;
}

int
table_store_check(const struct config *config, enum timetable_file table, const void *bytes,
	size_t count, struct timetable **fresh_out, struct file_error *error)
{
	const struct timetable *timetable = config->timetable;
	struct table_file files[TIMETABLE_FILE_COUNT] = {0};
	struct timetable_bytes texts[TIMETABLE_FILE_COUNT];
	if (!timetable->files[table])
		return -ENOENT;
	int result = read_others(config, table, files, error);
	for (size_t i = 0; i < TIMETABLE_FILE_COUNT; i++)
		texts[i] = (struct timetable_bytes){
			timetable->files[i], files[i].bytes, files[i].count};
	texts[table].bytes = bytes;
	texts[table].count = count;
	if (result == 0)
		result = timetable_create(&timetable->policies, texts, fresh_out, error);
	for (size_t i = 0; i < TIMETABLE_FILE_COUNT; i++)
		table_file_fini(&files[i]);
	return result;
}

int
table_store_write(const struct table_file *before, const void *bytes, size_t count)
{
	char path[PATH_MAX], kept[PATH_MAX + sizeof TABLE_BEFORE_SUFFIX];
	struct stat status;
	// A link stays a link: what it leads to is replaced.
	if (!realpath(before->path, path) || stat(path, &status) != 0)
		return -errno;
	mode_t mode = status.st_mode & 07777;
	snprintf(kept, sizeof kept, "%s" TABLE_BEFORE_SUFFIX, path);
	int result = atomic_file_replace(kept, before->bytes, before->count, mode);
	if (result == 0)
		result = atomic_file_replace(path, bytes, count, mode);
	// The technician who edits it by hand still may. Where that is not allowed, it is the
	// relay's.
	if (result == 0 && chown(path, status.st_uid, status.st_gid) != 0)
		return 0;
	return result;
}
