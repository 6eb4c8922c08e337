/* SPDX-License-Identifier: BSD-3-Clause */
// seats.c - where each endpoint sits: connected or not, and its join where it belongs.
#include "lessons/seats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/log.h"

struct seat *
seat_find(const struct sessions *sessions, const char *endpoint_id)
{
	struct seat *seat;
	TAILQ_FOREACH (seat, &sessions->seats, link)
		if (!strcmp(seat->endpoint, endpoint_id))
			return seat;
	return NULL;
}

struct seat *
seat_get(struct sessions *sessions, const char *endpoint_id)
{
	struct seat *seat = seat_find(sessions, endpoint_id);
	if (seat)
		return seat;
	seat = calloc(1, sizeof *seat);
	if (!seat)
		return NULL;
	snprintf(seat->endpoint, sizeof seat->endpoint, "%s", endpoint_id);
	TAILQ_INSERT_TAIL(&sessions->seats, seat, link);
	return seat;
}

void
session_notice_raise(struct join *join, enum sessions_notice notice)
{
	if (join->notice < (int)notice)
		join->notice = notice;
}

void
session_tell(struct session *session, const struct join *but)
{
	struct join *join;
	TAILQ_FOREACH (join, &session->joins, link)
		if (join != but)
			session_notice_raise(join, NOTICE_UPDATE);
}

// Whether media may pass at `now`. An endpoint starts by its own clock, which may run a little
// ahead: its first packets are a key frame, and must not be lost at a gate that is just opening.
bool
session_is_passing(const struct session *session, struct mono_time now)
{
	const struct scheduled_lesson *scheduled = session->scheduled;
	if (scheduled->state == LESSON_OPEN)
		now = mono_after_ns(now, SESSIONS_GATE_LEAD_MS * NS_IN_MS);
	return scheduled->state != LESSON_OPEN || mono_reached(now, scheduled->live_at);
}

struct session *
session_of(const struct sessions *sessions, const struct scheduled_lesson *scheduled)
{
	struct session *session;
	TAILQ_FOREACH (session, &sessions->list, link)
		if (session->scheduled == scheduled)
			return session;
	return NULL;
}

void
seat_vacate(struct sessions *sessions, struct seat *seat)
{
	struct join *join = seat->join;
	struct session *session = join->session;
	seat->join = NULL;
	TAILQ_REMOVE(&session->joins, join, link);
	joins_remove(sessions->joins, join);
	session_tell(session, NULL);
}

const struct lesson_part *
lesson_part_find(const struct lesson *lesson, const char *endpoint_id)
{
	for (size_t i = 0; i < lesson->part_count; i++)
		if (!strcmp(lesson->parts[i].endpoint->id, endpoint_id))
			return &lesson->parts[i];
	return NULL;
}

// After a reload an endpoint of the same name may send other streams than its join was made for.
bool
join_fits(const struct join *join, const struct lesson_part *part)
{
	const struct timetable_endpoint *endpoint = part->endpoint;
	size_t wanted = part->role == LESSON_LISTEN ? 0 : endpoint->stream_count;
	if (join->stream_count != wanted + 1)
		return false;
	for (size_t i = 0; i < wanted; i++)
		if (join->streams[i + 1].kind != endpoint->streams[i].kind ||
			join->streams[i + 1].codec != endpoint->streams[i].codec)
			return false;
	return true;
}

// Everybody's streams to the newcomer, and the newcomer's to everybody.
static int
session_connect_all(struct sessions *sessions, struct session *session, struct join *newcomer)
{
	for (struct join *other = TAILQ_FIRST(&session->joins); other;
		other = TAILQ_NEXT(other, link)) {
		if (other == newcomer)
			continue;
		int result = joins_connect(sessions->joins, other, newcomer);
		if (!result)
			result = joins_connect(sessions->joins, newcomer, other);
		if (result)
			return result;
	}
	return 0;
}

static int
seat_fill(struct sessions *sessions, struct seat *seat, struct session *session,
	const struct lesson_part *part, struct mono_time now)
{
	const struct timetable_policies *policies = &session->scheduled->timetable->policies;
	struct join_request request = {
		.part = part,
		.profile = session->profile,
		.audio_dscp = policies->audio_dscp,
		.video_dscp = policies->video_dscp,
		.is_live = session_is_passing(session, now),
	};
	struct join *join;
	if (TAILQ_EMPTY(&session->joins))
		session_place(sessions, session);
	request.worker = session->worker;
	int result = joins_add(sessions->joins, &request, &join);
	if (result)
		return result;
	join->session = session;
	snprintf(join->lesson, sizeof join->lesson, "%s", session_id(session));
	seat->join = join;
	TAILQ_INSERT_TAIL(&session->joins, join, link);
	result = session_connect_all(sessions, session, join);
	if (result) {
		seat_vacate(sessions, seat);
		return result;
	}
	session_notice_raise(join, NOTICE_JOIN);
	session_tell(session, join);
	return 0;
}

bool
seat_settle(struct sessions *sessions, struct seat *seat, struct mono_time now)
{
	const struct scheduled_lesson *scheduled =
		sessions->edges.holder(sessions->edges.context, seat->endpoint);
	struct session *session = scheduled ? session_of(sessions, scheduled) : NULL;
	const struct lesson_part *part =
		session ? lesson_part_find(&scheduled->lesson, seat->endpoint) : NULL;
	char left[JOIN_ID_BYTES] = "";

	if (seat->join && seat->join->session != session) {
		memcpy(left, seat->join->id, sizeof left);
		seat_vacate(sessions, seat);
	}
	if (!seat->join && part && session->profile && seat->is_connected &&
		mono_reached(now, seat->retry_at)) {
		int result = seat_fill(sessions, seat, session, part, now);
		if (result) {
			log_error("%s cannot join %s at worker %u: %s (each worker has an equal "
				  "share of limits.legs in relay.conf)",
				seat->endpoint, session_id(session), session->worker,
				strerror(-result));
			sessions->counters.joins_failed++;
			seat->retry_at = mono_after_ns(now, SESSIONS_RETRY_MS * NS_IN_MS);
		} else {
			sessions->counters.joins_made++;
			seat->joined_at = now;
		}
	}
	if (*left && !seat->join && seat->is_connected)
		sessions->edges.notify(sessions->edges.context, seat->endpoint, NOTICE_LEAVE, NULL,
			left, session ? "another lesson" : "it is not in this lesson any more");
	return seat->join;
}
