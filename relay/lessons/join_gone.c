/* SPDX-License-Identifier: BSD-3-Clause */
// join_gone.c - what the worker has acknowledged: refused additions, and what is free again.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "lessons/join_stats.h"
#include "lessons/joins_internal.h"
#include "platform/capture.h"
#include "platform/log.h"

// Counters of what is gone stay in the school's totals.
static void
totals_fold(struct joins *joins, const char *school, enum stream_kind kind,
	enum flow_direction direction, const struct flow_counters *counters)
{
	struct totals_entry *entry = totals_get(&joins->totals, school, kind, direction);
	if (entry)
		flow_counters_add(&entry->counters, counters);
}

void
join_outflow_gone(struct joins *joins, struct join_outflow *outflow)
{
	struct flow_counters counters;
	join_stats_count_outflow(joins->board, outflow, &counters);
	if (joins->told)
		flow_look_out(joins->board, outflow, joins->told, joins->told_context);
	totals_fold(joins, outflow->to->school, outflow->stream->kind, FLOW_OUT, &counters);
	slots_release(&joins->desks[outflow->to->worker].outflows, outflow->slot);
	TAILQ_REMOVE(&outflow->stream->copies, outflow, stream_link);
	TAILQ_REMOVE(&outflow->to->receives, outflow, join_link);
	free(outflow);
}

void
join_stream_gone(struct joins *joins, struct join_stream *stream)
{
	assert(TAILQ_EMPTY(&stream->copies));
	struct flow_counters counters;
	join_stats_count_inflow(joins->board, stream, &counters);
	if (joins->told)
		flow_look_in(joins->board, stream, joins->told, joins->told_context);
	if (stream->kind != STREAM_REPORT)
		totals_fold(joins, stream->join->school, stream->kind, FLOW_IN, &counters);
	joins->engine->context_destroy(stream->context);
	stream->context = NULL;
	srtp_keys_wipe(&stream->keys);
	slots_release(&joins->desks[stream->join->worker].streams, stream->slot);
}

void
join_gone(struct joins *joins, struct join *join)
{
	assert(TAILQ_EMPTY(&join->receives));
	joins->engine->context_destroy(join->leg.relay_context);
	joins->by_leg[join->leg.leg] = NULL;
	slots_release(&joins->desks[join->worker].legs, join->leg.leg);
	TAILQ_REMOVE(&joins->leaving, join, link);
	OPENSSL_cleanse(join, sizeof *join);
	free(join);
}

// A refused addition spoils its join: sessions takes it back and tries again. A removal is over in
// any case: the worker has nothing under that number any more.
void
joins_message_returned(void *context, const struct message *message)
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
	case MESSAGE_CAPTURE:
		if (!message->capture.is_on)
			capture_give_back(message->capture.capture);
		return;
	case MESSAGE_OUTFLOW_REMOVE:
		join_outflow_gone(joins, message->owner);
		return;
	case MESSAGE_STREAM_REMOVE:
		join_stream_gone(joins, message->owner);
		return;
	case MESSAGE_LEG_REMOVE:
		join_gone(joins, message->owner);
		return;
	}
	if (is_addition && message->result) {
		log_error("worker %u refused a part of %s's join: %s", join->worker, join->endpoint,
			strerror(-message->result));
		join->is_failed = true;
	}
}
