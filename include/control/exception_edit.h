/* SPDX-License-Identifier: BSD-3-Clause */
// exception_edit.h - inside the control port: one-day changes as JSON, and whether lessons get into
// each other's way by them.
#ifndef CONTROL_EXCEPTION_EDIT_H
#define CONTROL_EXCEPTION_EDIT_H

#include <jansson.h>

#include "ledger/ledger_plan.h"
#include "timetable/exceptions.h"

#define EXCEPTION_REASON_BYTES 512

// Reads {"kind", "lesson", "to_date", "to_period", "to_times", "with", "school", "endpoint"}: what
// the kind needs and nothing else. 0 or -EINVAL with `reason`.
int exception_read(json_t *body, struct plan_exception *out, char reason[EXCEPTION_REASON_BYTES]);

// The same members, those that its kind has. NULL where memory is lacking.
json_t *exception_view(const struct plan_exception *exception);

// The lesson as it is held with the exceptions. 0, -ENOENT (it is not held) or -ENOMEM.
int exception_lesson_find(struct timetable *timetable, const struct plan_exceptions *exceptions,
	const char *id, struct lesson *out);

// Whether a lesson, where the exceptions put it, needs an endpoint that another lesson has at the
// same time. 0, -ENOMEM, or -EINVAL with `reason`, which names both.
int exception_clash_check(struct timetable *timetable, const struct plan_exceptions *exceptions,
	const char *id, char reason[EXCEPTION_REASON_BYTES]);

// Whether the endpoints that the lesson is then held with share an SRTP profile. Same returns.
int exception_profile_check(struct timetable *timetable, const struct plan_exceptions *exceptions,
	const char *id, char reason[EXCEPTION_REASON_BYTES]);

#endif
