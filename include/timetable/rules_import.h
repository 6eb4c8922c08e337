/* SPDX-License-Identifier: BSD-3-Clause */
// rules_import.h - what an imported rules table would change, told before it is applied.
//
// Whether it makes a timetable with the county's other tables is for timetable_create() to say: the
// control port asks it before it writes anything.
#ifndef TIMETABLE_RULES_IMPORT_H
#define TIMETABLE_RULES_IMPORT_H

#include "timetable/text.h"
#include "timetable/timetable.h"

enum rules_change_kind {
	RULES_ADDED,
	RULES_REMOVED,
	RULES_CHANGED,
};

struct rules_field {
	const char *column;
	const char *before;
	const char *after;
};

struct rules_change {
	enum rules_change_kind kind;
	const char *rule;
	unsigned line_before; // 0: not in it
	unsigned line_after;
	// Those that differ; of an added or removed rule, those that are not empty.
	struct rules_field fields[CSV_TABLE_COLUMNS_MAX];
	size_t field_count;
};

struct rules_difference {
	struct rules_change *changes; // removed and changed in the old table's order, then added
	size_t count;
	size_t added;
	size_t removed;
	size_t changed;
	size_t unchanged;
	struct csv_table before; // what the texts point into
	struct csv_table after;
};

// Compares two rules.csv in UTF-8, rule by rule. The order of rows and columns does not matter; an
// absent column is an empty one. Returns 0, -ENOMEM, or -EINVAL with *error naming the file.
int rules_difference_make(const struct timetable_bytes *before, const struct timetable_bytes *after,
	struct rules_difference *out, struct file_error *error);
void rules_difference_fini(struct rules_difference *difference);

// Appends it for a person, a line for each change and one of the sums.
void rules_difference_tell(const struct rules_difference *difference, struct text *out);

#endif
