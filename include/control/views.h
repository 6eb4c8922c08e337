/* SPDX-License-Identifier: BSD-3-Clause */
// views.h - the objects of relay/control/README.md as JSON.
#ifndef CONTROL_VIEWS_H
#define CONTROL_VIEWS_H

#include <jansson.h>

#include "control/presence.h"
#include "lessons/scheduler.h"
#include "lessons/sessions.h"

// What every view needs to know. Borrowed.
struct view {
	const struct stats *board;
	struct mono_time mono;
	struct wall_time wall;
	const char *instance;
	const char *const *media_addresses; // by enum ip_family; "": none
	uint16_t media_port;
};

// New references; NULL where memory is lacking.

// JOIN. Holds keys: for its endpoint's eyes only. `join` is in a session.
json_t *view_join(const struct view *view, const struct join *join);

// SESSION. `presence` tells who is connected.
json_t *view_session(
	const struct view *view, const struct session *session, const struct presence *presence);

// Who takes part in a lesson, the lead first.
json_t *view_parts(const struct lesson *lesson);

// LESSON.
json_t *view_lesson(const struct board_lesson *lesson);

// Appends the FLOWs of a session to an array: those that come in, then those that go out.
void view_flows_append(const struct view *view, const struct session *session, json_t *array);

// DIFFERENCEs: the lessons that run and finish by another plan than the scheduler's present one.
json_t *view_differences(const struct scheduler *scheduler);

// "2026-11-23T01:20:00Z", in whole seconds.
json_t *view_time(struct wall_time time);

// The relay's media address of this family as JSON: null where there is none.
json_t *view_media_address(const char *const *media_addresses, enum ip_family family);

// "198.18.0.7:5000" or "[fd00:198:18::7]:5000" of a leg whose path is proved, else null.
json_t *view_leg_address(const struct leg_stats *leg);

#endif
