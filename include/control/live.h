/* SPDX-License-Identifier: BSD-3-Clause */
// live.h - what operators watch: the lessons that are on, each school's lines and lights, and what
// is wrong in words.
#ifndef CONTROL_LIVE_H
#define CONTROL_LIVE_H

#include <jansson.h>

#include "lessons/lines.h"

struct control;

// LIVE of relay/control/README.md, of all lessons, or where `school` is not NULL of those that it
// takes part in. A new reference, NULL where memory is lacking.
json_t *view_live(const struct control *control, const char *school);

// The last five minutes of a session's lines; NULL where it is not open.
json_t *view_live_history(const struct control *control, const struct session *session);

// What is wrong with a school in a lesson, the gravest thing in one sentence for people.
struct live_trouble {
	const char *school_name;
	bool is_connected;
	bool is_live;
	int64_t absent_s; // not connected for so long; negative: never since the relay's start
	const struct school_lines *lines; // NULL: not looked at yet
};

// {"zh", "en"}, or null where nothing is wrong.
json_t *live_words(const struct live_trouble *trouble);

#endif
