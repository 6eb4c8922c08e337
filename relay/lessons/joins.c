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

// What it has made, joins_destroy() takes back, also where this fails. 0 or -ENOMEM.
static int
desk_init(struct joins *joins, uint32_t worker, const struct worker_link *link)
{
	const struct stats_limits *limits = stats_limits_get(link->stats);
	uint32_t count = limits->worker_count;
	struct worker_desk *desk = &joins->desks[worker];
	desk->courier = courier_create(link, worker, joins_message_returned, joins);
	int result = desk->courier ? 0 : -ENOMEM;
	if (!result)
		result = slots_init(&desk->legs, stats_share(limits->leg_count, count, worker));
	if (!result)
		result = slots_init(
			&desk->streams, stats_share(limits->stream_count, count, worker));
	if (!result)
		result = slots_init(
			&desk->outflows, stats_share(limits->outflow_count, count, worker));
	return result;
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
	joins->by_leg = calloc(limits->leg_count + 1, sizeof *joins->by_leg);
	joins->desks = calloc(limits->worker_count, sizeof *joins->desks);
	if (joins->desks)
		joins->worker_count = limits->worker_count;
	bool is_made = joins->by_leg && joins->desks;
	for (uint32_t i = 0; is_made && i < joins->worker_count; i++)
		is_made = !desk_init(joins, i, link);
	if (!is_made) {
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
	for (uint32_t i = 0; i < joins->worker_count; i++) {
		struct worker_desk *desk = &joins->desks[i];
		courier_destroy(desk->courier);
		slots_fini(&desk->legs);
		slots_fini(&desk->streams);
		slots_fini(&desk->outflows);
	}
	free(joins->desks);
	totals_fini(&joins->totals);
	free(joins->by_leg);
	free(joins);
}

static struct courier *
courier_of(const struct joins *joins, const struct join *join)
{
	return joins->desks[join->worker].courier;
}

static void
join_send(struct joins *joins, struct join *join, const struct join_request *request)
{
	struct message message = {
		.type = MESSAGE_LEG_ADD,
		.owner = join,
		.leg = join->leg,
	};
	courier_send(courier_of(joins, join), &message);
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
		courier_send(courier_of(joins, join), &message);
	}
}

int
joins_add(struct joins *joins, const struct join_request *request, struct join **join_out)
{
	struct join *join = calloc(1, sizeof *join);
	if (!join)
		return -ENOMEM;
	join->part = request->part;
	join->worker = request->worker;
	join->profile = request->profile;
	join->leg.live = request->is_live;
	TAILQ_INIT(&join->receives);
	snprintf(join->endpoint, sizeof join->endpoint, "%s", request->part->endpoint->id);
	snprintf(join->school, sizeof join->school, "%s", request->part->school->id);

	int result = slots_acquire(&joins->desks[join->worker].legs, &join->leg.leg);
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
	struct slots *slots = &joins->desks[to->worker].outflows;
	assert(from->worker == to->worker);
	if (needed > slots_free_count(slots))
		return -ENOSPC;
	for (size_t i = 1; i < from->stream_count; i++) {
		struct join_stream *stream = &from->streams[i];
		struct join_outflow *outflow = calloc(1, sizeof *outflow);
		if (!outflow)
			return -ENOMEM;
		outflow->stream = stream;
		outflow->to = to;
		rates_init(&outflow->rates);
		int result = slots_acquire(slots, &outflow->slot);
		assert(!result);
		(void)result;
		TAILQ_INSERT_TAIL(&stream->copies, outflow, stream_link);
		TAILQ_INSERT_TAIL(&to->receives, outflow, join_link);
		struct message message = {
			.type = MESSAGE_OUTFLOW_ADD,
			.owner = outflow,
			.outflow = {outflow->slot, stream->slot, to->leg.leg},
		};
		courier_send(courier_of(joins, to), &message);
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
	courier_send(courier_of(joins, join), &message);
}

void
joins_capture(struct joins *joins, uint32_t stream, struct capture *capture, bool is_on)
{
	uint32_t share = joins->desks[0].streams.range.count;
	struct message message = {
		.type = MESSAGE_CAPTURE,
		.capture = {stream, is_on, capture},
	};
	courier_send(joins->desks[stream / share].courier, &message);
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
	courier_send(courier_of(joins, leaver), &message);
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
		courier_send(courier_of(joins, join), &message);
		join->streams[i].codec = NULL;
	}
	struct message message = {
		.type = MESSAGE_LEG_REMOVE,
		.owner = join,
		.leg = {.leg = join->leg.leg},
	};
	courier_send(courier_of(joins, join), &message);
	join->session = NULL;
	join->part = NULL;
	TAILQ_INSERT_TAIL(&joins->leaving, join, link);
}

uint32_t
joins_drain(struct joins *joins)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < joins->worker_count; i++)
		count += courier_drain(joins->desks[i].courier);
	return count;
}

uint32_t
joins_pending_count(const struct joins *joins)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < joins->worker_count; i++)
		count += courier_pending_count(joins->desks[i].courier);
	return count;
}

uint64_t
joins_refused_count(const struct joins *joins)
{
	uint64_t count = 0;
	for (uint32_t i = 0; i < joins->worker_count; i++)
		count += courier_refused_count(joins->desks[i].courier);
	return count;
}

struct stats_limits
joins_free_of(const struct joins *joins, uint32_t worker)
{
	const struct worker_desk *desk = &joins->desks[worker];
	return (struct stats_limits){
		.worker_count = 1,
		.leg_count = slots_free_count(&desk->legs),
		.stream_count = slots_free_count(&desk->streams),
		.outflow_count = slots_free_count(&desk->outflows),
	};
}

struct stats_limits
joins_free_get(const struct joins *joins)
{
	struct stats_limits sum = {.worker_count = joins->worker_count};
	for (uint32_t i = 0; i < joins->worker_count; i++) {
		struct stats_limits one = joins_free_of(joins, i);
		sum.leg_count += one.leg_count;
		sum.stream_count += one.stream_count;
		sum.outflow_count += one.outflow_count;
	}
	return sum;
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
