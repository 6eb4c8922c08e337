/* SPDX-License-Identifier: BSD-3-Clause */
// table_store.h - the timetable's tables as files: read, tried with one replaced, and rewritten
// whole.
//
// The control port alone rewrites them. A hand edit counts after a reload: until then the edited
// file may be replaced by somebody who names its version, but nothing else is built upon it.
#ifndef CONTROL_TABLE_STORE_H
#define CONTROL_TABLE_STORE_H

#include <stddef.h>

#include "control/config.h"
#include "control/table_mark.h"

#define TABLE_BEFORE_SUFFIX "~" // of the version before, beside the file: "rules.csv~"

// A table's file as it is on the disk.
struct table_file {
	const char *path; // the timetable's
	char *bytes;      // with a NUL behind them
	size_t count;
	char mark[TABLE_MARK_BYTES];
};

// A table's name: "schools", "endpoints", ..., and back: 0 or -ENOENT.
const char *table_name(enum timetable_file table);
int table_find(const char *name, enum timetable_file *out);

// Returns 0, -ENOENT (timetable.conf names no such table), -ENOMEM, or -EINVAL with *error.
int table_store_read(const struct timetable *timetable, enum timetable_file table,
	struct table_file *out, struct file_error *error);
void table_file_fini(struct table_file *file);

// Makes the timetable that it would be with these bytes in the table's place; nothing is written.
// `config` holds what is in force. Returns 0, -ENOENT as above, -ENOMEM, -EINVAL with *error (a
// contradiction), or -ESTALE with *error: another file was edited by hand and not reloaded.
int table_store_check(const struct config *config, enum timetable_file table, const void *bytes,
	size_t count, struct timetable **fresh_out, struct file_error *error);

// Puts the bytes in the file's place, on the disk, whole or not at all; what was there before is
// kept beside it. Returns 0 or -errno: then the file is as it was.
int table_store_write(const struct table_file *before, const void *bytes, size_t count);

#endif
