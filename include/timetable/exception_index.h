/* SPDX-License-Identifier: BSD-3-Clause */
// exception_index.h - inside the expansion: what the exceptions make of one planned lesson.
#ifndef TIMETABLE_EXCEPTION_INDEX_H
#define TIMETABLE_EXCEPTION_INDEX_H

#include "timetable/exceptions.h"
#include "timetable/readers.h"

// One side of an exception.
struct exception_ref {
	const struct timetable_rule *rule;
	struct civil_date planned;
	size_t at; // in the list: what comes first counts
	const struct plan_exception *exception;
	// Of a swap: the other side.
	const struct timetable_rule *other_rule;
	struct civil_date other_planned;
};

struct exception_index {
	struct exception_ref *refs; // by rule, planned date, place in the list
	size_t count;
};

// Where the exceptions leave a planned lesson.
struct lesson_change {
	const struct exception_ref *refs; // all of the lesson's
	size_t count;
	bool is_cancelled;
	bool is_moved;
	struct civil_date date;
	struct lesson_slot slot;
};

// The lesson of an id. 0, or -EINVAL with `reason` where the plan has none such.
int lesson_id_resolve(const struct timetable *timetable, const char *id,
	const struct timetable_rule **rule_out, struct civil_date *planned_out,
	char reason[FILE_ERROR_REASON_BYTES]);

// Those whose lessons are in the plan. `exceptions` may be NULL. 0 or -ENOMEM.
int exception_index_init(struct exception_index *index, const struct timetable *timetable,
	const struct plan_exceptions *exceptions);
void exception_index_fini(struct exception_index *index);

struct lesson_change lesson_change_get(const struct exception_index *index,
	const struct timetable *timetable, const struct timetable_rule *rule,
	struct civil_date planned);

#endif
