/* SPDX-License-Identifier: BSD-3-Clause */
// exceptions.h - one-day changes of the plan: a single lesson cancelled, moved, swapped, or given
// another endpoint.
//
// A lesson is named by its id, `rule/planned-date`, which it keeps wherever it goes.
#ifndef TIMETABLE_EXCEPTIONS_H
#define TIMETABLE_EXCEPTIONS_H

#include <stddef.h>

#include "timetable/timetable.h"

enum plan_exception_kind {
	PLAN_CANCEL,
	PLAN_MOVE,     // to `to_date`, and to `to_period` or `to_times`
	PLAN_SWAP,     // with `other_id`: each takes the other's date and period
	PLAN_ENDPOINT, // `school` takes part with `endpoint`
};

// Plain memory without pointers into anything, so that it can be stored and copied.
struct plan_exception {
	enum plan_exception_kind kind;
	char lesson_id[LESSON_ID_BYTES_MAX];
	struct civil_date to_date;
	// 1..TIMETABLE_PERIOD_MAX, of all schools. 0: `to_times`, or where that is 0 too, as
	// planned.
	int to_period;
	struct bell_interval to_times;
	char other_id[LESSON_ID_BYTES_MAX];
	char school[TIMETABLE_ID_BYTES_MAX];
	char endpoint[TIMETABLE_ID_BYTES_MAX];
};

struct plan_exceptions {
	const struct plan_exception *items;
	size_t count;
};

// Whether items[index] can be carried out on the timetable beside the ones before it. 0, -ENOMEM,
// or -EINVAL with `reason`, which names both sides: a lesson that is not in the plan, is cancelled,
// moved or swapped already, would go to a day off, to a period that is not there or to where it is;
// an endpoint that is unknown or not of that school.
int plan_exception_check(const struct timetable *timetable,
	const struct plan_exceptions *exceptions, size_t index,
	char reason[FILE_ERROR_REASON_BYTES]);

const char *plan_exception_kind_name(enum plan_exception_kind kind); // "cancel", "move", ...
int plan_exception_kind_parse(const char *text, enum plan_exception_kind *out); // 0 or -EINVAL

#endif
