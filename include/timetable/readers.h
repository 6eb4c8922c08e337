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
int calendar_read(
	struct timetable *timetable, const struct timetable_bytes *file, struct file_error *error);
int slots_read(
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

// Takes a word off the front of *text, if it is there; or the first of a list that ends with NULL.
bool word_take(const char **text, const char *word);
bool word_take_any(const char **text, const char *const *words);

// The school's first endpoint in the file, or NULL.
const struct timetable_endpoint *timetable_endpoint_of(
	const struct timetable *timetable, const struct timetable_school *school);

bool rule_has_school(const struct timetable_rule *rule, const struct timetable_school *school);

// The parts of a rule whose pair is known, without endpoints and periods. 0 or -ENOMEM.
int rule_parts_make(struct timetable_rule *rule);
// "4" or "4;houren=5"; and a list of endpoints. 0 or -EINVAL with *error.
int rule_periods_read(const char *file, unsigned line, const char *list,
	struct timetable_rule *rule, struct file_error *error);
int rule_endpoints_read(const struct timetable *timetable, const char *file, unsigned line,
	const char *list, struct timetable_rule *rule, struct file_error *error);
// A number from 1 to `most`. 0 or -EINVAL.
int rule_number_read(const char *text, int most, int *out);

// Where in a day a lesson is held instead of where its rule puts it.
struct lesson_slot {
	const struct timetable_rule *as; // whose periods; NULL = its own rule's
	int period;                      // of all schools, instead of those; 0 = those
	struct bell_interval times;      // instead of any period; end_s 0 = none
	bool is_ordinary_day;            // the ordinary bells ring, whatever the calendar says
};

// The period that a school has its lesson in.
int slot_period(const struct timetable_rule *rule, const struct lesson_slot *slot,
	const struct lesson_part *part);

// When a rule's lesson in a slot (NULL = its own) of a date begins and ends. Returns 0; -ENOENT
// where a school that governs has no bell table in force yet; -ERANGE where the bells of a day that
// is not ordinary lack the period; or -EINVAL with `reason` where its tables make no lesson: the
// period is missing, or the intersection is empty. `reason` is filled in with each of them.
int rule_times(const struct timetable *timetable, const struct timetable_rule *rule,
	const struct lesson_slot *slot, struct civil_date date, struct bell_interval *out,
	char reason[FILE_ERROR_REASON_BYTES]);

// The rows that are a school's own, or NULL.
const struct calendar_scope *calendar_scope_of(
	const struct timetable *timetable, const struct timetable_school *school);

// The day as it would be without the school's own row of that date. Returns false where it has
// none.
bool calendar_day_without_own(const struct timetable *timetable,
	const struct timetable_school *school, struct civil_date date, struct calendar_day *out);

void calendar_destroy(struct calendar *calendar); // NULL is fine

// Every rule against every bell table and every day of the calendar that it will meet. 0 or -EINVAL
// with *error.
int rules_check(const struct timetable *timetable, struct file_error *error);

// What the plan says of a rule on a date, before any exception.
struct planned_lesson {
	bool is_planned;
	bool is_lead_off; // planned by the county, but the lead's own calendar has no lessons
	unsigned term_week;
};
struct planned_lesson planned_lesson_get(const struct timetable *timetable,
	const struct timetable_rule *rule, struct civil_date date);

// A school's part of a rule goes where its own day has no lessons, or runs another weekday's.
bool school_is_off(const struct timetable *timetable, const struct timetable_school *school,
	const struct timetable_rule *rule, struct civil_date date);

// A lesson that was put there by hand needs only that there are lessons.
bool school_has_day_off(const struct timetable *timetable, const struct timetable_school *school,
	struct civil_date date);

// Keeps a copy of parts, once for all that are equal. NULL where memory is lacking.
struct parts_store *parts_store_create(void);
const struct lesson_part *parts_store_take(
	struct parts_store *store, const struct lesson_part *parts, size_t count);
void parts_store_destroy(struct parts_store *store); // NULL is fine

#endif
