/* SPDX-License-Identifier: BSD-3-Clause */
// session_place.c - which worker owns a session with all that its endpoints hold in it.
#include "lessons/seats.h"

// A lesson that shares an endpoint with it, so that one may hand its joins over to the other back
// to back: that only goes at one worker. NULL where none has joins.
static const struct session *
neighbour_find(const struct sessions *sessions, const struct session *session)
{
	const struct session *other;
	TAILQ_FOREACH (other, &sessions->list, link)
		if (other != session && !TAILQ_EMPTY(&other->joins) &&
			lesson_shares_endpoint(
				&other->scheduled->lesson, &session->scheduled->lesson))
			return other;
	return NULL;
}

// At its first join, not at its opening: until then it may be regrouped, or given the joins of a
// lesson that nobody had joined either when it opened.
void
session_place(const struct sessions *sessions, struct session *session)
{
	uint32_t worker_count = stats_limits_get(sessions->edges.link.stats)->worker_count;
	const struct session *neighbour = neighbour_find(sessions, session), *other;
	size_t expected[WORKERS_MAX] = {0}; // endpoints
	if (neighbour) {
		session->worker = neighbour->worker;
		return;
	}
	TAILQ_FOREACH (other, &sessions->list, link)
		if (other != session && !TAILQ_EMPTY(&other->joins))
			expected[other->worker] += other->scheduled->lesson.part_count;
	for (uint32_t i = 0; i < worker_count; i++)
		if (expected[i] < expected[session->worker])
			session->worker = i;
}

struct session_load
sessions_load_of(const struct sessions *sessions, uint32_t worker)
{
	struct session_load load = {0};
	const struct session *session;
	TAILQ_FOREACH (session, &sessions->list, link) {
		const struct join *join;
		if (session->worker != worker || TAILQ_EMPTY(&session->joins))
			continue;
		load.session_count++;
		TAILQ_FOREACH (join, &session->joins, link)
			load.leg_count++;
	}
	return load;
}
