/* SPDX-License-Identifier: BSD-3-Clause */
// session_change.c - a session goes on with other endpoints, or its endpoints with the next lesson.
#include <stdio.h>
#include <string.h>

#include "lessons/join_stats.h"
#include "lessons/seats.h"

// The best profile that every planned endpoint supports: a sealed packet is read by all (GCM
// first).
enum srtp_profile
session_profile_choose(const struct lesson *lesson)
{
	static const enum srtp_profile BEST_FIRST[] = {
		SRTP_AEAD_AES_128_GCM,
		SRTP_AEAD_AES_256_GCM,
		SRTP_AES_CM_128_HMAC_SHA1_80,
		SRTP_AES_256_CM_HMAC_SHA1_80,
		SRTP_AES_CM_128_HMAC_SHA1_32,
	};
	for (size_t i = 0; i < sizeof BEST_FIRST / sizeof *BEST_FIRST; i++) {
		size_t supporters = 0;
		for (size_t p = 0; p < lesson->part_count; p++) {
			const struct timetable_endpoint *endpoint = lesson->parts[p].endpoint;
			for (size_t k = 0; k < endpoint->profile_count; k++)
				if (endpoint->profiles[k] == BEST_FIRST[i]) {
					supporters++;
					break;
				}
		}
		if (supporters == lesson->part_count)
			return BEST_FIRST[i];
	}
	return 0;
}

void
session_regroup(struct sessions *sessions, struct session *session)
{
	const struct lesson *lesson = &session->scheduled->lesson;
	struct join *join, *next;
	if (TAILQ_EMPTY(&session->joins))
		session->profile = session_profile_choose(lesson);
	for (join = TAILQ_FIRST(&session->joins); join; join = next) {
		const struct lesson_part *part = lesson_part_find(lesson, join->endpoint);
		next = TAILQ_NEXT(join, link);
		if (part && join_fits(join, part))
			join->part = part;
		else if (part)
			seat_vacate(sessions, seat_find(sessions, join->endpoint));
	}
}

// The live lesson that a join can go on in as it is, or NULL.
static struct session *
join_successor(const struct sessions *sessions, const struct join *join, struct mono_time now)
{
	const struct scheduled_lesson *scheduled =
		sessions->edges.holder(sessions->edges.context, join->endpoint);
	struct session *next = scheduled ? session_of(sessions, scheduled) : NULL;
	const struct lesson_part *part =
		next ? lesson_part_find(&scheduled->lesson, join->endpoint) : NULL;
	if (!part || join->is_failed || next->profile != join->profile ||
		!session_is_passing(next, now) || !join_fits(join, part) ||
		(next->worker != join->worker && !TAILQ_EMPTY(&next->joins)))
		return NULL;
	return next;
}

// A school that is left behind would know keys that the others go on using: then all of them get
// fresh ones.
struct session *
session_successor(struct sessions *sessions, const struct session *session, struct mono_time now)
{
	const struct join *first = TAILQ_FIRST(&session->joins);
	if (scheduler_is_check(&session->scheduled->lesson))
		return NULL; // its probes are counted with no lesson
	struct session *successor = first ? join_successor(sessions, first, now) : NULL;
	for (const struct join *join = first; join && successor; join = TAILQ_NEXT(join, link))
		if (join_successor(sessions, join, now) != successor)
			return NULL;
	return successor;
}

void
session_hand_over(struct sessions *sessions, struct session *session, struct session *successor)
{
	struct join *join, *other;
	size_t already = 0;
	if (sessions->edges.looked)
		TAILQ_FOREACH (join, &session->joins, link)
			flow_look_join(sessions->edges.link.stats, join, sessions->edges.looked,
				sessions->edges.context);
	TAILQ_FOREACH (other, &successor->joins, link)
		already++;
	successor->worker = session->worker;
	while ((join = TAILQ_FIRST(&session->joins))) {
		join->session = successor;
		snprintf(join->lesson, sizeof join->lesson, "%s", session_id(successor));
		join->part = lesson_part_find(&successor->scheduled->lesson, join->endpoint);
		TAILQ_REMOVE(&session->joins, join, link);
		join_stats_begin(join);
		size_t index = 0;
		bool is_connected = true;
		TAILQ_FOREACH (other, &successor->joins, link)
			if (index++ < already)
				is_connected = is_connected &&
					       !joins_connect(sessions->joins, other, join) &&
					       !joins_connect(sessions->joins, join, other);
		TAILQ_INSERT_TAIL(&successor->joins, join, link);
		if (!is_connected) // no slot left: its seat tries again with a fresh join
			join->is_failed = true;
	}
	session_tell(successor, NULL);
}
