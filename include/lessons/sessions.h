/* SPDX-License-Identifier: BSD-3-Clause */
// sessions.h - lessons while the relay holds them open: who is in them, and what each is to be
// told.
#ifndef LESSONS_SESSIONS_H
#define LESSONS_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "lessons/joins.h"
#include "lessons/scheduler.h"

#define SESSIONS_RETRY_MS 5000    // until a join that could not be made is tried again
#define SESSIONS_GATE_LEAD_MS 250 // a leg is opened for media so long before the bell
#define SESSIONS_REJOIN_MS 1000   // between two joins that an endpoint itself gives up

struct session {
	TAILQ_ENTRY(session) link;
	const struct scheduled_lesson *scheduled;
	enum srtp_profile profile; // 0: its endpoints have none in common
	uint32_t worker;           // owns its joins; nothing as long as it has none
	struct join_list joins;
};

TAILQ_HEAD(session_list, session);

// What an endpoint is told by sessions_notify.
enum sessions_notice {
	NOTICE_NONE,
	NOTICE_UPDATE, // the join that it holds, changed
	NOTICE_JOIN,   // a fresh join
	NOTICE_LEAVE,  // `join_id` is over; `reason` is for people
};

// `join` is NULL with NOTICE_LEAVE. Must not call back into sessions.
typedef void (*sessions_notify)(void *context, const char *endpoint_id, enum sessions_notice notice,
	const struct join *join, const char *join_id, const char *reason);

// The running lesson that an endpoint belongs to, or NULL, as scheduler_holder() says.
typedef const struct scheduled_lesson *(*sessions_holder)(void *context, const char *endpoint_id);

struct sessions_edges {
	const struct srtp_engine *engine;
	struct worker_link link;
	sessions_notify notify;
	sessions_holder holder;
	flow_looked looked; // NULL: nobody looks
	void *context;      // of all
};

// Since creation.
struct sessions_counters {
	uint64_t joins_made;
	uint64_t joins_failed; // no slot left, or refused by the worker
	uint64_t rejoins;      // given up by their endpoints
};

struct sessions;

// Returns NULL where memory is lacking.
struct sessions *sessions_create(const struct sessions_edges *edges);
// Only right where nothing is pending, or the worker has stopped.
void sessions_destroy(struct sessions *sessions);

// Follows the scheduler. All events of one step come in one call; a lesson is not looked at any
// more once its SCHEDULER_END was among them. Where all who are in a lesson that ends go on in one
// that is live, they take their joins along: keys, paths and media go on, and so do the flows'
// counters.
void sessions_follow(struct sessions *sessions, const struct scheduler_event *events, size_t count,
	struct mono_time now);

// An endpoint's event stream is there. `held_join` is what it still holds of this instance, or "".
// Where that is current it is told NOTICE_UPDATE and keeps it; else it gets a fresh one, or
// NOTICE_LEAVE.
void sessions_connect(struct sessions *sessions, const char *endpoint_id, const char *held_join,
	struct mono_time now);

// Its stream is gone. The join stays: media outlives the control connection.
void sessions_disconnect(struct sessions *sessions, const char *endpoint_id);

// The endpoint's credential is no good any more: its join goes, and it gets none until it connects
// anew.
void sessions_evict(struct sessions *sessions, const char *endpoint_id);

// The endpoint gives `join_id` up. Returns 0, or -ENOENT where that is not its join.
int sessions_rejoin(struct sessions *sessions, const char *endpoint_id, const char *join_id,
	struct mono_time now);

// Takes the worker's acknowledgements, and tries again what could not be done. Often.
void sessions_step(struct sessions *sessions, struct mono_time now);

// Looks at all flows' counters for their rates, and tells what is new. Once a second.
void sessions_sample(struct sessions *sessions, struct mono_time now);

// Takes everything back from the worker; nobody is told. sessions_step() until nothing is pending.
void sessions_close(struct sessions *sessions);

const struct session_list *sessions_list(const struct sessions *sessions);
struct session *sessions_find(const struct sessions *sessions, const char *id);
bool sessions_is_connected(const struct sessions *sessions, const char *endpoint_id);
const struct join *sessions_join_of(const struct sessions *sessions, const char *endpoint_id);
struct join *session_join_find(const struct session *session, const char *endpoint_id);
const char *session_id(const struct session *session);

// Whether an endpoint can read and be read in the session without new keys for those who are in it.
bool session_accepts(const struct session *session, const struct timetable_endpoint *endpoint);

struct joins *sessions_joins(const struct sessions *sessions);
uint32_t sessions_pending_count(const struct sessions *sessions);
struct sessions_counters sessions_counters(const struct sessions *sessions);

// What a worker owns: sessions that somebody has joined, and the joins in them.
struct session_load {
	size_t session_count;
	size_t leg_count;
};
struct session_load sessions_load_of(const struct sessions *sessions, uint32_t worker);

#endif
