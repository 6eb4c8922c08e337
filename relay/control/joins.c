/* SPDX-License-Identifier: BSD-3-Clause */
// joins.c - what an endpoint holds in a session: credentials, keys, SSRCs, and their slots at the
// worker.
#include "control/joins.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "control/courier.h"
#include "control/join_stats.h"
#include "control/slots.h"
#include "platform/log.h"

#define REPORT_CLOCK_RATE_HZ 90000 // any but 0: reports have no time stamps

struct joins {
	const struct srtp_engine *engine;
	const struct stats *board;
	struct courier *courier;
	struct slots legs;
	struct slots streams;
	struct slots outflows;
	struct join **by_leg; // who has a slot; for the search of a free SSRC
	struct join_list leaving;
	struct totals totals;
};

// Counters of what is gone stay in the school's totals.
static void
totals_fold(struct joins *joins, const char *school, enum stream_kind kind,
	enum flow_direction direction, const struct flow_counters *counters)
{
	struct totals_entry *entry = totals_get(&joins->totals, school, kind, direction);
	if (entry)
		flow_counters_add(&entry->counters, counters);
}

static void
outflow_gone(struct joins *joins, struct join_outflow *outflow)
{
	struct flow_counters counters;
	join_stats_count_outflow(joins->board, outflow, &counters);
	totals_fold(joins, outflow->to->school, outflow->stream->kind, FLOW_OUT, &counters);
	slots_release(&joins->outflows, outflow->slot);
	TAILQ_REMOVE(&outflow->stream->copies, outflow, stream_link);
	TAILQ_REMOVE(&outflow->to->receives, outflow, join_link);
	free(outflow);
}

static void
stream_gone(struct joins *joins, struct join_stream *stream)
{
	assert(TAILQ_EMPTY(&stream->copies));
	struct flow_counters counters;
	join_stats_count_inflow(joins->board, stream, &counters);
	if (stream->kind != STREAM_REPORT)
		totals_fold(joins, stream->join->school, stream->kind, FLOW_IN, &counters);
	joins->engine->context_destroy(stream->context);
	stream->context = NULL;
	srtp_keys_wipe(&stream->keys);
	slots_release(&joins->streams, stream->slot);
}

static void
join_gone(struct joins *joins, struct join *join)
{
	assert(TAILQ_EMPTY(&join->receives));
	joins->engine->context_destroy(join->leg.relay_context);
	joins->by_leg[join->leg.leg] = NULL;
	slots_release(&joins->legs, join->leg.leg);
	TAILQ_REMOVE(&joins->leaving, join, link);
	OPENSSL_cleanse(join, sizeof *join);
	free(join);
}

// A refused addition spoils its join: sessions takes it back and tries again. A removal is over in
// any case: the worker has nothing under that number any more.
static void
message_returned(void *context, const struct message *message)
{
	struct joins *joins = context;
	struct join *join = NULL;
	bool is_addition = true;
	switch (message->type) {
	case MESSAGE_LEG_ADD:
		join = message->owner;
		join->is_added = !message->result;
		break;
	case MESSAGE_STREAM_ADD:
		join = ((struct join_stream *)message->owner)->join;
		((struct join_stream *)message->owner)->is_added = !message->result;
		break;
	case MESSAGE_OUTFLOW_ADD:
		join = ((struct join_outflow *)message->owner)->to;
		((struct join_outflow *)message->owner)->is_added = !message->result;
		break;
	case MESSAGE_LEG_GATE:
		is_addition = false;
		break;
	case MESSAGE_OUTFLOW_REMOVE:
		outflow_gone(joins, message->owner);
		return;
	case MESSAGE_STREAM_REMOVE:
		stream_gone(joins, message->owner);
		return;
	case MESSAGE_LEG_REMOVE:
		join_gone(joins, message->owner);
		return;
	}
	if (is_addition && message->result) {
		log_error("the worker refused a part of %s's join: %s", join->endpoint,
			strerror(-message->result));
		join->is_failed = true;
	}
}

struct joins *
joins_create(const struct srtp_engine *engine, const struct worker_link *link)
{
	const struct stats_limits *limits = stats_limits_get(link->stats);
	struct joins *joins = calloc(1, sizeof *joins);
	if (!joins)
		return NULL;
	joins->engine = engine;
	joins->board = link->stats;
	TAILQ_INIT(&joins->leaving);
	totals_init(&joins->totals);
	joins->courier = courier_create(link, message_returned, joins);
	joins->by_leg = calloc(limits->leg_count + 1, sizeof *joins->by_leg);
	if (!joins->courier || !joins->by_leg || slots_init(&joins->legs, limits->leg_count) ||
		slots_init(&joins->streams, limits->stream_count) ||
		slots_init(&joins->outflows, limits->outflow_count)) {
		joins_destroy(joins);
		return NULL;
	}
	return joins;
}

void
joins_destroy(struct joins *joins)
{
	if (!joins)
		return;
	struct join *join;
	while ((join = TAILQ_FIRST(&joins->leaving))) {
		struct join_outflow *outflow;
		while ((outflow = TAILQ_FIRST(&join->receives)))
			outflow_gone(joins, outflow);
		for (size_t i = 0; i < join->stream_count; i++) {
			while ((outflow = TAILQ_FIRST(&join->streams[i].copies)))
				outflow_gone(joins, outflow);
			if (join->streams[i].context)
				stream_gone(joins, &join->streams[i]);
		}
		join_gone(joins, join);
	}
	courier_destroy(joins->courier);
	slots_fini(&joins->legs);
	slots_fini(&joins->streams);
	slots_fini(&joins->outflows);
	totals_fini(&joins->totals);
	free(joins->by_leg);
	free(joins);
}

static int
random_fill(void *bytes, size_t count)
{
	return RAND_bytes(bytes, (int)count) == 1 ? 0 : -EIO;
}

static int
random_hex(char *text, size_t digits)
{
	uint8_t bytes[32];
	assert(digits / 2 <= sizeof bytes);
	if (random_fill(bytes, digits / 2))
		return -EIO;
	for (size_t i = 0; i < digits / 2; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	OPENSSL_cleanse(bytes, sizeof bytes);
	return 0;
}

static bool
ssrc_is_taken(const struct joins *joins, uint32_t ssrc)
{
	if (ssrc == 0)
		return true;
	for (uint32_t leg = 0; leg < joins->legs.capacity; leg++) {
		const struct join *join = joins->by_leg[leg];
		if (!join)
			continue;
		if (join->leg.relay_ssrc == ssrc)
			return true;
		for (size_t i = 0; i < join->stream_count; i++)
			if (join->streams[i].ssrc == ssrc)
				return true;
	}
	return false;
}

static int
ssrc_choose(const struct joins *joins, uint32_t *out)
{
	uint32_t ssrc; // not in its place yet: there it would be found taken
	do {
		if (random_fill(&ssrc, sizeof ssrc))
			return -EIO;
	} while (ssrc_is_taken(joins, ssrc));
	*out = ssrc;
	return 0;
}

// The stream is part of the join from stream_count on: then the cleanup knows it.
static int
stream_make(struct joins *joins, struct join *join, enum stream_kind kind,
	const struct timetable_codec *codec)
{
	struct join_stream *stream = &join->streams[join->stream_count];
	stream->join = join;
	stream->kind = kind;
	stream->codec = codec;
	TAILQ_INIT(&stream->copies);
	rates_init(&stream->rates);
	if (ssrc_choose(joins, &stream->ssrc) || srtp_keys_generate(join->profile, &stream->keys))
		return -EIO;
	int result = slots_acquire(&joins->streams, &stream->slot);
	if (result)
		return result;
	stream->context =
		joins->engine->context_create(&stream->keys, stream->ssrc, SRTP_INBOUND, 0);
	if (!stream->context) {
		slots_release(&joins->streams, stream->slot);
		return -EIO;
	}
	join->stream_count++;
	return 0;
}

static int
streams_make(struct joins *joins, struct join *join)
{
	int result = stream_make(joins, join, STREAM_REPORT, NULL);
	const struct timetable_endpoint *endpoint = join->part->endpoint;
	if (join->part->role == LESSON_LISTEN)
		return result;
	for (size_t i = 0; !result && i < endpoint->stream_count; i++)
		result = stream_make(
			joins, join, endpoint->streams[i].kind, endpoint->streams[i].codec);
	return result;
}

static int
leg_make(struct joins *joins, struct join *join)
{
	uint64_t nonce;
	struct message_leg *leg = &join->leg;
	if (random_fill(&nonce, sizeof nonce) || random_hex(join->id, JOIN_ID_BYTES - 1) ||
		random_hex(leg->endpoint_user, 16) ||
		random_hex(leg->relay_password, STUN_PASSWORD_BYTES_MAX - 1) ||
		random_hex(leg->endpoint_password, STUN_PASSWORD_BYTES_MAX - 1) ||
		srtp_keys_generate(join->profile, &join->relay_keys) ||
		ssrc_choose(joins, &leg->relay_ssrc))
		return -EIO;
	leg_user(leg->relay_user, JOINS_WORKER, leg->leg, nonce);
	leg->relay_context =
		joins->engine->context_create(&join->relay_keys, leg->relay_ssrc, SRTP_OUTBOUND, 0);
	return leg->relay_context ? 0 : -EIO;
}

static void
join_send(struct joins *joins, struct join *join, const struct join_request *request)
{
	struct message message = {
		.type = MESSAGE_LEG_ADD,
		.owner = join,
		.leg = join->leg,
	};
	courier_send(joins->courier, &message);
	OPENSSL_cleanse(&message, sizeof message);
	for (size_t i = 0; i < join->stream_count; i++) {
		struct join_stream *stream = &join->streams[i];
		message = (struct message){
			.type = MESSAGE_STREAM_ADD,
			.owner = stream,
			.stream =
				{
					.stream = stream->slot,
					.leg = join->leg.leg,
					.kind = stream->kind,
					.ssrc = stream->ssrc,
					.clock_rate_hz = stream->codec
								 ? stream->codec->clock_rate_hz
								 : REPORT_CLOCK_RATE_HZ,
					.dscp = stream->kind == STREAM_AUDIO ? request->audio_dscp
									     : request->video_dscp,
					.context = stream->context,
				},
		};
		courier_send(joins->courier, &message);
	}
}

int
joins_add(struct joins *joins, const struct join_request *request, struct join **join_out)
{
	struct join *join = calloc(1, sizeof *join);
	if (!join)
		return -ENOMEM;
	join->part = request->part;
	join->profile = request->profile;
	join->leg.live = request->is_live;
	TAILQ_INIT(&join->receives);
	snprintf(join->endpoint, sizeof join->endpoint, "%s", request->part->endpoint->id);
	snprintf(join->school, sizeof join->school, "%s", request->part->school->id);

	int result = slots_acquire(&joins->legs, &join->leg.leg);
	if (result) {
		free(join);
		return result;
	}
	// From here on join_gone() takes everything back.
	joins->by_leg[join->leg.leg] = join;
	TAILQ_INSERT_TAIL(&joins->leaving, join, link);
	result = leg_make(joins, join);
	if (!result)
		result = streams_make(joins, join);
	if (result) {
		for (size_t i = 0; i < join->stream_count; i++)
			stream_gone(joins, &join->streams[i]);
		join_gone(joins, join);
		return result;
	}
	TAILQ_REMOVE(&joins->leaving, join, link);
	join_send(joins, join, request);
	*join_out = join;
	return 0;
}

int
joins_connect(struct joins *joins, struct join *from, struct join *to)
{
	size_t needed = from->stream_count - 1; // all but the report stream
	if (needed > slots_free_count(&joins->outflows))
		return -ENOSPC;
	for (size_t i = 1; i < from->stream_count; i++) {
		struct join_stream *stream = &from->streams[i];
		struct join_outflow *outflow = calloc(1, sizeof *outflow);
		if (!outflow)
			return -ENOMEM;
		outflow->stream = stream;
		outflow->to = to;
		rates_init(&outflow->rates);
		int result = slots_acquire(&joins->outflows, &outflow->slot);
		assert(!result);
		(void)result;
		TAILQ_INSERT_TAIL(&stream->copies, outflow, stream_link);
		TAILQ_INSERT_TAIL(&to->receives, outflow, join_link);
		struct message message = {
			.type = MESSAGE_OUTFLOW_ADD,
			.owner = outflow,
			.outflow = {outflow->slot, stream->slot, to->leg.leg},
		};
		courier_send(joins->courier, &message);
	}
	return 0;
}

void
joins_gate(struct joins *joins, struct join *join, bool is_live)
{
	if (join->leg.live == is_live)
		return;
	join->leg.live = is_live;
	struct message message = {
		.type = MESSAGE_LEG_GATE,
		.owner = join,
		.leg = {.leg = join->leg.leg, .live = is_live},
	};
	courier_send(joins->courier, &message);
}

// An outflow whose other end leaves too was sent for removal by whichever left first.
static void
outflow_remove(struct joins *joins, struct join_outflow *outflow, const struct join *leaver)
{
	const struct join *other = outflow->to == leaver ? outflow->stream->join : outflow->to;
	if (other->is_leaving)
		return;
	struct message message = {
		.type = MESSAGE_OUTFLOW_REMOVE,
		.owner = outflow,
		.outflow = {outflow->slot, outflow->stream->slot, outflow->to->leg.leg},
	};
	courier_send(joins->courier, &message);
}

void
joins_remove(struct joins *joins, struct join *join)
{
	assert(!join->is_leaving);
	struct join_outflow *outflow;
	TAILQ_FOREACH(outflow, &join->receives, join_link)
	outflow_remove(joins, outflow, join);
	for (size_t i = 0; i < join->stream_count; i++)
		TAILQ_FOREACH(outflow, &join->streams[i].copies, stream_link)
	outflow_remove(joins, outflow, join);
	join->is_leaving = true;

	for (size_t i = join->stream_count; i-- > 0;) {
		struct message message = {
			.type = MESSAGE_STREAM_REMOVE,
			.owner = &join->streams[i],
			.stream = {.stream = join->streams[i].slot, .leg = join->leg.leg},
		};
		courier_send(joins->courier, &message);
		join->streams[i].codec = NULL;
	}
	struct message message = {
		.type = MESSAGE_LEG_REMOVE,
		.owner = join,
		.leg = {.leg = join->leg.leg},
	};
	courier_send(joins->courier, &message);
	join->session = NULL;
	join->part = NULL;
	TAILQ_INSERT_TAIL(&joins->leaving, join, link);
}

uint32_t
joins_drain(struct joins *joins)
{
	return courier_drain(joins->courier);
}

uint32_t
joins_pending_count(const struct joins *joins)
{
	return courier_pending_count(joins->courier);
}

uint64_t
joins_refused_count(const struct joins *joins)
{
	return courier_refused_count(joins->courier);
}

struct stats_limits
joins_free_get(const struct joins *joins)
{
	return (struct stats_limits){
		.leg_count = slots_free_count(&joins->legs),
		.stream_count = slots_free_count(&joins->streams),
		.outflow_count = slots_free_count(&joins->outflows),
	};
}

struct join_list *
joins_leaving(struct joins *joins)
{
	return &joins->leaving;
}

const struct totals *
joins_totals(const struct joins *joins)
{
	return &joins->totals;
}
