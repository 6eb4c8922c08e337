/* SPDX-License-Identifier: BSD-3-Clause */
// seats.h - where each endpoint sits: connected or not, and its join where it belongs.
#ifndef LESSONS_SEATS_H
#define LESSONS_SEATS_H

#include "lessons/sessions.h"

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

// The endpoint's part in a lesson, or NULL; and whether the join that it has can go on in that
// part.
const struct lesson_part *lesson_part_find(const struct lesson *lesson, const char *endpoint_id);
bool join_fits(const struct join *join, const struct lesson_part *part);

// What an endpoint is to be told at the end of this turn: the weightiest notice counts.
void session_notice_raise(struct join *join, enum sessions_notice notice);

// Everybody in the session but `but` learns that it has changed.
void session_tell(struct session *session, const struct join *but);

// Whether media may pass at `now`: from a moment before the bell on.
bool session_is_passing(const struct session *session, struct mono_time now);

// The best profile that every planned endpoint supports, or 0.
enum srtp_profile session_profile_choose(const struct lesson *lesson);

// Chooses the worker of a session that has no join.
void session_place(const struct sessions *sessions, struct session *session);

// The lesson has other parts now: who stays keeps its join, and one that shall speak instead of
// listen, or the reverse, loses it. Who is out is put where it belongs when its seat is settled.
void session_regroup(struct sessions *sessions, struct session *session);

// Where everybody who is in the session goes on with everybody in a lesson whose media passes, at
// the same worker; or NULL.
struct session *session_successor(
	struct sessions *sessions, const struct session *session, struct mono_time now);

// Back to back: keys, paths and media go on; only the lesson that they belong to is another.
void session_hand_over(
	struct sessions *sessions, struct session *session, struct session *successor);

#endif
