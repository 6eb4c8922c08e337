/* SPDX-License-Identifier: BSD-3-Clause */
// joins.c - what an endpoint holds in a session: credentials, keys, SSRCs, and their slots at the
// worker.
#include "lessons/joins.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lessons/joins_internal.h"
#include <openssl/crypto.h>

#define REPORT_CLOCK_RATE_HZ 90000 // any but 0: reports have no time stamps

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
	joins->courier = courier_create(link, JOINS_WORKER, joins_message_returned, joins);
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
joins_watch(struct joins *joins, flow_looked told, void *context)
{
	joins->told = told;
	joins->told_context = context;
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
			join_outflow_gone(joins, outflow);
		for (size_t i = 0; i < join->stream_count; i++) {
			while ((outflow = TAILQ_FIRST(&join->streams[i].copies)))
				join_outflow_gone(joins, outflow);
			if (join->streams[i].context)
				join_stream_gone(joins, &join->streams[i]);
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
	result = join_make_leg(joins, join);
	if (!result)
		result = join_make_streams(joins, join);
	if (result) {
		for (size_t i = 0; i < join->stream_count; i++)
			join_stream_gone(joins, &join->streams[i]);
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

void
joins_capture(struct joins *joins, uint32_t stream, struct capture *capture, bool is_on)
{
	struct message message = {
		.type = MESSAGE_CAPTURE,
		.capture = {stream, is_on, capture},
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
	TAILQ_FOREACH (outflow, &join->receives, join_link)
		outflow_remove(joins, outflow, join);
	for (size_t i = 0; i < join->stream_count; i++)
		TAILQ_FOREACH (outflow, &join->streams[i].copies, stream_link)
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
