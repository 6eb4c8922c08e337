/* SPDX-License-Identifier: BSD-3-Clause */
// readers.h - inside the timetable layer: each reader makes one file's part of a timetable.
#ifndef TIMETABLE_READERS_H
#define TIMETABLE_READERS_H

#include <stddef.h>

#include "timetable/timetable.h"

// In the order of enum timetable_file: each refers to what the ones before it made. Each parses its
// file's bytes into timetable->tables. 0, -ENOMEM or -EINVAL with *error.
int schools_read(
	struct timetable *timetable, const struct timetable_bytes *file, struct file_error *error);
int endpoints_read(
	struct timetable *timetable, const struct timetable_bytes *file, struct file_error *error);
int bells_read(
	struct timetable *timetable, const struct timetable_bytes *file, struct file_error *error);
int pairs_read(
	struct timetable *timetable, const struct timetable_bytes *file, struct file_error *error);
int rules_read(
	struct timetable *timetable, const struct timetable_bytes *file, struct file_error *error);

// Whether an id can be used in a path and a URL: letters, digits, '.', '_' and '-', not empty, not
// too long.
int id_check(const char *file, unsigned line, const char *column, const char *id,
	struct file_error *error);

// The fields of a table that nothing else looks into: not too long, no control characters.
int fields_check(const char *file, const struct csv_table *table, struct file_error *error);

// No two rows of `table` have the same field `column`.
int fields_check_unique(const char *file, const struct csv_table *table, size_t column,
	const char *what, struct file_error *error);

// Takes the next item of a list "a;b;c" off *cursor, blanks around it trimmed. Returns false at the
// end; an item that is too long is cut and so matches nothing.
bool list_next(const char **cursor, char item[TIMETABLE_TEXT_BYTES_MAX]);
size_t list_count(const char *list);

const struct timetable_pair *timetable_pair_find(const struct timetable *timetable, const char *id);
// The school's first endpoint in the file, or NULL.
const struct timetable_endpoint *timetable_endpoint_of(
	const struct timetable *timetable, const struct timetable_school *school);

bool rule_has_school(const struct timetable_rule *rule, const struct timetable_school *school);

// When a rule's lesson of a date begins and ends. Returns 0; -ENOENT where a school that governs
// has no bell table in force yet; or -EINVAL with `reason` where its tables make no lesson: the
// period is missing, or the intersection is empty.
int rule_times(const struct timetable *timetable, const struct timetable_rule *rule,
	struct civil_date date, struct bell_interval *out, char reason[FILE_ERROR_REASON_BYTES]);

#endif
