/* SPDX-License-Identifier: BSD-3-Clause */
// sessions.c - lessons while the relay holds them open: who is in them, and what each is to be
// told.
#include "lessons/sessions.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lessons/join_stats.h"
#include "lessons/seats.h"
#include "platform/log.h"

struct sessions *
sessions_create(const struct sessions_edges *edges)
{
	struct sessions *sessions = calloc(1, sizeof *sessions);
	if (!sessions)
		return NULL;
	sessions->edges = *edges;
	TAILQ_INIT(&sessions->list);
	TAILQ_INIT(&sessions->seats);
	sessions->joins = joins_create(edges->engine, &edges->link);
	if (!sessions->joins) {
		free(sessions);
		return NULL;
	}
	joins_watch(sessions->joins, edges->looked, edges->context);
	return sessions;
}

static void
notice_send(struct sessions *sessions, struct seat *seat)
{
	struct join *join = seat->join;
	enum sessions_notice notice = join->notice;
	join->notice = NOTICE_NONE;
	if (seat->is_connected)
		sessions->edges.notify(
			sessions->edges.context, seat->endpoint, notice, join, join->id, NULL);
}

// Sends what notices have gathered: at most one for each join and turn. Updates first, so that who
// receives knows a stream before who sends it begins.
static void
notices_send(struct sessions *sessions)
{
	static const int order[] = {NOTICE_UPDATE, NOTICE_JOIN};
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		struct seat *seat;
		TAILQ_FOREACH (seat, &sessions->seats, link)
			if (seat->join && seat->join->notice == order[i])
				notice_send(sessions, seat);
	}
}

static void
session_gate(struct sessions *sessions, struct session *session, struct mono_time now)
{
	struct join *join;
	if (session_is_passing(session, now))
		TAILQ_FOREACH (join, &session->joins, link)
			joins_gate(sessions->joins, join, true);
}

static void
session_open(struct sessions *sessions, const struct scheduled_lesson *scheduled)
{
	struct session *session = calloc(1, sizeof *session);
	if (!session) {
		log_error("session %s: out of memory", scheduled->lesson.id);
		return;
	}
	session->scheduled = scheduled;
	session->profile = session_profile_choose(&scheduled->lesson);
	TAILQ_INIT(&session->joins);
	TAILQ_INSERT_TAIL(&sessions->list, session, link);
	if (session->profile)
		log_info("session %s: open", scheduled->lesson.id);
	else
		log_error("session %s: its endpoints have no SRTP profile in common: see profiles "
			  "in endpoints.csv",
			scheduled->lesson.id);
}

static const char *
end_reason_text(enum scheduler_end_reason reason)
{
	switch (reason) {
	case SCHEDULER_END_PLANNED:
		break;
	case SCHEDULER_END_OPERATOR:
		return "ended by the operator";
	case SCHEDULER_END_SUPERSEDED:
		return "the next lesson has begun";
	}
	return "the lesson is over";
}

// The joins' endpoints are told to leave, unless they are wanted elsewhere at once.
static void
session_end(struct sessions *sessions, struct session *session, struct mono_time now)
{
	const char *reason = end_reason_text(session->scheduled->end_reason);
	struct session *successor = session_successor(sessions, session, now);
	TAILQ_REMOVE(&sessions->list, session, link);
	if (successor)
		session_hand_over(sessions, session, successor);
	struct join *join;
	while ((join = TAILQ_FIRST(&session->joins))) {
		struct seat *seat = seat_find(sessions, join->endpoint);
		assert(seat && seat->join == join);
		char left[JOIN_ID_BYTES];
		memcpy(left, join->id, sizeof left);
		seat_vacate(sessions, seat);
		if (!seat_settle(sessions, seat, now) && seat->is_connected)
			sessions->edges.notify(sessions->edges.context, seat->endpoint,
				NOTICE_LEAVE, NULL, left, reason);
	}
	log_info("session %s: %s", session_id(session), reason);
	free(session);
}

static void
session_move(struct sessions *sessions, struct session *session, enum scheduler_event_type type,
	struct mono_time now)
{
	if (type == SCHEDULER_CHANGED)
		session_regroup(sessions, session);
	session_gate(sessions, session, now);
	session_tell(session, NULL);
	if (type != SCHEDULER_CHANGED)
		log_info("session %s: %s", session_id(session),
			type == SCHEDULER_LIVE ? "live" : "the closing bell, grace");
}

void
sessions_follow(struct sessions *sessions, const struct scheduler_event *events, size_t count,
	struct mono_time now)
{
	// A lesson that ends and one that goes live may come in one step: first all openings, so
	// that whoever leaves the one finds the other.
	for (size_t i = 0; i < count; i++)
		if (events[i].type == SCHEDULER_OPEN)
			session_open(sessions, events[i].lesson);
	for (size_t i = 0; i < count; i++) {
		struct session *session = session_of(sessions, events[i].lesson);
		if (!session || events[i].type == SCHEDULER_OPEN)
			continue;
		if (events[i].type == SCHEDULER_END)
			session_end(sessions, session, now);
		else
			session_move(sessions, session, events[i].type, now);
	}
	struct seat *seat;
	if (count > 0)
		TAILQ_FOREACH (seat, &sessions->seats, link)
			seat_settle(sessions, seat, now);
	notices_send(sessions);
}

void
sessions_connect(struct sessions *sessions, const char *endpoint_id, const char *held_join,
	struct mono_time now)
{
	struct seat *seat = seat_get(sessions, endpoint_id);
	if (!seat)
		return;
	seat->is_connected = true;
	seat->retry_at = now;
	if (seat->join && !strcmp(seat->join->id, held_join))
		session_notice_raise(seat->join, NOTICE_UPDATE);
	else if (seat->join)
		seat_vacate(sessions, seat);
	if (!seat_settle(sessions, seat, now) && *held_join)
		sessions->edges.notify(sessions->edges.context, endpoint_id, NOTICE_LEAVE, NULL,
			held_join, "no lesson is on");
	notices_send(sessions);
}

void
sessions_disconnect(struct sessions *sessions, const char *endpoint_id)
{
	struct seat *seat = seat_find(sessions, endpoint_id);
	if (seat)
		seat->is_connected = false;
}

void
sessions_evict(struct sessions *sessions, const char *endpoint_id)
{
	struct seat *seat = seat_find(sessions, endpoint_id);
	if (!seat)
		return;
	seat->is_connected = false;
	if (seat->join)
		seat_vacate(sessions, seat);
	notices_send(sessions);
}

int
sessions_rejoin(struct sessions *sessions, const char *endpoint_id, const char *join_id,
	struct mono_time now)
{
	struct seat *seat = seat_find(sessions, endpoint_id);
	if (!seat || !seat->join || strcmp(seat->join->id, join_id))
		return -ENOENT;
	sessions->counters.rejoins++;
	seat_vacate(sessions, seat);
	seat->retry_at = mono_after_ns(seat->joined_at, SESSIONS_REJOIN_MS * NS_IN_MS);
	seat_settle(sessions, seat, now);
	notices_send(sessions);
	return 0;
}

void
sessions_step(struct sessions *sessions, struct mono_time now)
{
	joins_drain(sessions->joins);
	if (sessions->is_closed)
		return;
	struct session *session;
	TAILQ_FOREACH (session, &sessions->list, link)
		session_gate(sessions, session, now);
	struct seat *seat;
	TAILQ_FOREACH (seat, &sessions->seats, link) {
		if (seat->join && seat->join->is_failed) {
			sessions->counters.joins_failed++;
			seat_vacate(sessions, seat);
			seat->retry_at = mono_after_ns(now, SESSIONS_RETRY_MS * NS_IN_MS);
		}
		if (!seat->join && seat->is_connected && mono_reached(now, seat->retry_at))
			seat_settle(sessions, seat, now);
	}
	notices_send(sessions);
}

void
sessions_sample(struct sessions *sessions, struct mono_time now)
{
	const struct stats *board = sessions->edges.link.stats;
	struct session *session;
	TAILQ_FOREACH (session, &sessions->list, link) {
		struct join *join;
		TAILQ_FOREACH (join, &session->joins, link) {
			for (size_t i = 0; i < join->stream_count; i++)
				join_stats_sample_inflow(board, &join->streams[i], now);
			struct join_outflow *outflow;
			TAILQ_FOREACH (outflow, &join->receives, join_link)
				join_stats_sample_outflow(board, outflow, now);
			if (sessions->edges.looked)
				flow_look_join(board, join, sessions->edges.looked,
					sessions->edges.context);
		}
	}
}

void
sessions_close(struct sessions *sessions)
{
	sessions->is_closed = true;
	struct session *session;
	while ((session = TAILQ_FIRST(&sessions->list))) {
		struct join *join;
		while ((join = TAILQ_FIRST(&session->joins)))
			seat_vacate(sessions, seat_find(sessions, join->endpoint));
		TAILQ_REMOVE(&sessions->list, session, link);
		free(session);
	}
}

void
sessions_destroy(struct sessions *sessions)
{
	if (!sessions)
		return;
	sessions_close(sessions);
	joins_destroy(sessions->joins);
	struct seat *seat;
	while ((seat = TAILQ_FIRST(&sessions->seats))) {
		TAILQ_REMOVE(&sessions->seats, seat, link);
		free(seat);
	}
	free(sessions);
}

const struct session_list *
sessions_list(const struct sessions *sessions)
{
	return &sessions->list;
}

const char *
session_id(const struct session *session)
{
	return session->scheduled->lesson.id;
}

struct session *
sessions_find(const struct sessions *sessions, const char *id)
{
	struct session *session;
	TAILQ_FOREACH (session, &sessions->list, link)
		if (!strcmp(session_id(session), id))
			return session;
	return NULL;
}

bool
sessions_is_connected(const struct sessions *sessions, const char *endpoint_id)
{
	const struct seat *seat = seat_find(sessions, endpoint_id);
	return seat && seat->is_connected;
}

const struct join *
sessions_join_of(const struct sessions *sessions, const char *endpoint_id)
{
	const struct seat *seat = seat_find(sessions, endpoint_id);
	return seat ? seat->join : NULL;
}

struct join *
session_join_find(const struct session *session, const char *endpoint_id)
{
	struct join *join;
	TAILQ_FOREACH (join, &session->joins, link)
		if (!strcmp(join->endpoint, endpoint_id))
			return join;
	return NULL;
}

bool
session_accepts(const struct session *session, const struct timetable_endpoint *endpoint)
{
	if (TAILQ_EMPTY(&session->joins))
		return true;
	for (size_t i = 0; i < endpoint->profile_count; i++)
		if (endpoint->profiles[i] == session->profile)
			return true;
	return false;
}

struct joins *
sessions_joins(const struct sessions *sessions)
{
	return sessions->joins;
}

uint32_t
sessions_pending_count(const struct sessions *sessions)
{
	return joins_pending_count(sessions->joins);
}

struct sessions_counters
sessions_counters(const struct sessions *sessions)
{
	return sessions->counters;
}
