/* SPDX-License-Identifier: BSD-3-Clause */
// table_edit.h - inside the control port: how a table would change, or has changed, as JSON and as
// text.
#ifndef CONTROL_TABLE_EDIT_H
#define CONTROL_TABLE_EDIT_H

#include <jansson.h>

#include "control/parts.h"
#include "control/table_store.h"

#define TABLE_EDIT_LINES_MAX 200 // of those removed or added that an answer lists

struct table_edit {
	enum timetable_file table;
	struct table_file before; // as it is on the disk
	const char *bytes;        // what shall be in its place
	size_t count;
	char mark[TABLE_MARK_BYTES]; // of these bytes
};

// {"table", "etag", "lines_removed", "lines_added", "removed": [...], "added": [...],
// "lessons_today", "exceptions_lost": [...]} for the timetable that it makes. NULL where memory is
// lacking.
json_t *table_edit_view(
	const struct control *control, const struct table_edit *edit, struct timetable *fresh);

// The removed lines (or the added ones) behind the version, for the audit log; freed with free().
char *table_edit_text(const struct table_edit *edit, bool is_before);

#endif
