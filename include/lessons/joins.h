/* SPDX-License-Identifier: BSD-3-Clause */
// joins.h - what an endpoint holds in a session: credentials, keys, SSRCs, and their slots at the
// worker.
#ifndef LESSONS_JOINS_H
#define LESSONS_JOINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "lessons/flow_look.h"
#include "lessons/rates.h"
#include "lessons/totals.h"
#include "lessons/worker_link.h"
#include "platform/units.h"
#include "srtp/engine.h"
#include "timetable/timetable.h"

#define JOIN_ID_BYTES 33 // 128 random bits in hexadecimal, and a terminator

struct join;
struct session;

TAILQ_HEAD(join_outflow_list, join_outflow);

// One stream as it reaches the relay.
struct join_stream {
	struct join *join;
	enum stream_kind kind;
	const struct timetable_codec *codec; // NULL of a report stream; gone with the session
	uint32_t slot;
	uint32_t ssrc;
	struct srtp_keys keys;
	struct srtp_context *context; // the worker's from STREAM_ADD to the ack of STREAM_REMOVE
	bool is_added;                // the worker has acknowledged it
	struct rates rates;
	uint64_t lost_most; // so that the counter never falls
	struct flow_told told;
	struct join_outflow_list copies;
};

// One stream as it leaves for one receiver.
struct join_outflow {
	TAILQ_ENTRY(join_outflow) stream_link;
	TAILQ_ENTRY(join_outflow) join_link;
	struct join_stream *stream;
	struct join *to;
	uint32_t slot;
	bool is_added;
	struct rates rates;
	uint64_t lost_most;
	struct flow_told told;
};

// Fresh in every part for each join; lives until the worker has acknowledged its leg's removal.
struct join {
	TAILQ_ENTRY(join) link; // of the session's joins, or of those that are leaving
	char id[JOIN_ID_BYTES];
	char endpoint[TIMETABLE_ID_BYTES_MAX];
	char school[TIMETABLE_ID_BYTES_MAX];
	char lesson[LESSON_ID_BYTES_MAX]; // its last where it is leaving
	struct session *session;          // NULL once it is leaving
	const struct lesson_part *part;   // NULL once it is leaving
	uint32_t worker;                  // owns all of it
	enum srtp_profile profile;
	struct message_leg leg; // as sent
	struct srtp_keys relay_keys;
	struct join_stream streams[LEG_STREAMS_MAX]; // the report stream first
	size_t stream_count;
	struct join_outflow_list receives;
	bool is_added;
	bool is_failed; // the worker refused a part of it
	bool is_leaving;
	int notice; // written: sessions, what its endpoint is to be told
};

TAILQ_HEAD(join_list, join);

struct joins;

// The engine and the link's context must outlive it. Returns NULL where memory is lacking.
struct joins *joins_create(const struct srtp_engine *engine, const struct worker_link *link);

// Who is told what flows that are going did at last.
void joins_watch(struct joins *joins, flow_looked told, void *context);

// Only right where nothing is pending, or the worker has stopped.
void joins_destroy(struct joins *joins);

// What a new join is made from.
struct join_request {
	const struct lesson_part *part;
	uint32_t worker;
	enum srtp_profile profile;
	uint8_t audio_dscp;
	uint8_t video_dscp;
	bool is_live; // whether media may flow at once
};

// Makes keys and contexts and sends the leg and its streams to the worker. Returns 0, -ENOSPC (all
// of the worker's legs or streams are taken), -ENOMEM or -EIO (no randomness, or the engine
// refused).
int joins_add(struct joins *joins, const struct join_request *request, struct join **join_out);

// Sends each of `from`'s media streams on to `to`, which one worker owns. Returns 0, -ENOSPC with
// nothing sent, or -ENOMEM.
int joins_connect(struct joins *joins, struct join *from, struct join *to);

// Opens or shuts the leg for media.
void joins_gate(struct joins *joins, struct join *join, bool is_live);

// Takes the outflows to and from it, its streams and its leg back, in this order. Nothing may lead
// to the join afterwards; it goes when the worker has acknowledged.
void joins_remove(struct joins *joins, struct join *join);

// The headers of the stream in that slot go into `capture` from now on, or no more: then
// capture_is_back() says when the worker has it no longer. A beginning that the worker refuses
// leaves it empty.
void joins_capture(struct joins *joins, uint32_t stream, struct capture *capture, bool is_on);

// Takes what the workers have acknowledged. Returns how many messages came back.
uint32_t joins_drain(struct joins *joins);
uint32_t joins_pending_count(const struct joins *joins);
uint64_t joins_refused_count(const struct joins *joins);

// What is left of one worker's slots, and of all workers' together; worker_count is of how many.
struct stats_limits joins_free_of(const struct joins *joins, uint32_t worker);
struct stats_limits joins_free_get(const struct joins *joins);

// Those that are leaving: still counted until they are gone.
struct join_list *joins_leaving(struct joins *joins);

// What flows that are gone amounted to.
const struct totals *joins_totals(const struct joins *joins);

#endif
