/* SPDX-License-Identifier: BSD-3-Clause */
// seats.h - where each endpoint sits: connected or not, and its join where it belongs.
#ifndef CONTROL_SEATS_H
#define CONTROL_SEATS_H

#include "control/sessions.h"

// One endpoint that has connected once, or is in a session now.
struct seat {
	TAILQ_ENTRY(seat) link;
	char endpoint[TIMETABLE_ID_BYTES_MAX];
	bool is_connected;
	struct join *join;
	struct mono_time joined_at;
	struct mono_time retry_at; // no join before
};

TAILQ_HEAD(seat_list, seat);

struct sessions {
	struct sessions_edges edges;
	struct joins *joins;
	struct session_list list;
	struct seat_list seats;
	struct sessions_counters counters;
	bool is_closed;
};

// NULL where the endpoint has never been seen; made where there is none yet (NULL: out of memory).
struct seat *seat_find(const struct sessions *sessions, const char *endpoint_id);
struct seat *seat_get(struct sessions *sessions, const char *endpoint_id);

// Takes the seat's join away. The endpoint is not told: the caller knows what comes instead.
void seat_vacate(struct sessions *sessions, struct seat *seat);

// Puts the endpoint where the scheduler wants it. Returns whether it has a join now.
bool seat_settle(struct sessions *sessions, struct seat *seat, struct mono_time now);

// NULL where the lesson has no session.
struct session *session_of(
	const struct sessions *sessions, const struct scheduled_lesson *scheduled);

// What an endpoint is to be told at the end of this turn: the weightiest notice counts.
void session_notice_raise(struct join *join, enum sessions_notice notice);

// Everybody in the session but `but` learns that it has changed.
void session_tell(struct session *session, const struct join *but);

// Whether media may pass at `now`: from a moment before the bell on.
bool session_is_passing(const struct session *session, struct mono_time now);

#endif
