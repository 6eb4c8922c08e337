/* SPDX-License-Identifier: BSD-3-Clause */
// school_scope.h - inside the control port: what is a school's own.
#ifndef CONTROL_SCHOOL_SCOPE_H
#define CONTROL_SCHOOL_SCOPE_H

#include <stdbool.h>

#include "http/http_server.h"
#include "timetable/timetable.h"

#define SCHOOL_EXTEND_MINUTES 5
#define SCHOOL_EXTEND_MINUTES_MAX 15 // beyond the plan's closing bell, in all

struct control;

bool school_takes_part(const struct lesson *lesson, const char *school);

// The school's device for a call or a check: the first that is connected, else the first. NULL: it
// has none.
const char *school_device(const struct control *control, const struct timetable_school *school);

// Whether the asker, a school, may move the bell of the request's session by so much: it is its own
// lesson, not beyond the limit, and in no following lesson's way. Otherwise it has been answered.
bool school_may_extend(
	const struct control *control, struct http_request *request, unsigned minutes);

#endif
