/* SPDX-License-Identifier: BSD-3-Clause */
// tables.c - legs, streams and outflows by slot; streams by SSRC.
#include "datapath/tables.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
store_init(struct store *store, const struct stats_limits *limits)
{
	memset(store, 0, sizeof *store);
	store->limits = *limits;
	store->legs = calloc(limits->leg_count, sizeof *store->legs);
	store->streams = calloc(limits->stream_count, sizeof *store->streams);
	store->outflows = calloc(limits->outflow_count, sizeof *store->outflows);
	if (!store->legs || !store->streams || !store->outflows) {
		store_fini(store);
		return -ENOMEM;
	}
	return 0;
}

void
store_fini(struct store *store)
{
	free(store->outflows);
	free(store->streams);
	for (uint32_t i = 0; store->legs && i < store->limits.leg_count; i++) {
		if (!store->legs[i].is_used)
			continue; // wiped, or never touched
		hmac_sha1_key_fini(&store->legs[i].relay_key);
		hmac_sha1_key_fini(&store->legs[i].endpoint_key);
	}
	free(store->legs);
	memset(store, 0, sizeof *store);
}

static int
init_own(struct tables *tables, const struct stats_limits *limits, uint32_t number)
{
	uint32_t workers = limits->worker_count;
	int result =
		slot_set_init(&tables->own_legs, stats_share(limits->leg_count, workers, number));
	if (result == 0)
		result = slot_set_init(
			&tables->own_streams, stats_share(limits->stream_count, workers, number));
	if (result == 0)
		result = slot_set_init(
			&tables->own_outflows, stats_share(limits->outflow_count, workers, number));
	return result;
}

int
tables_init(struct tables *tables, const struct store *store, uint32_t number)
{
	const struct stats_limits *limits = &store->limits;

	*tables = (struct tables){
		.legs = store->legs,
		.streams = store->streams,
		.outflows = store->outflows,
	};
	if (init_own(tables, limits, number) != 0 || tables_paths_init(tables, number) != 0) {
		tables_fini(tables);
		return -ENOMEM;
	}
	return 0;
}

void
tables_fini(struct tables *tables)
{
	slot_set_fini(&tables->own_outflows);
	slot_set_fini(&tables->own_streams);
	slot_set_fini(&tables->own_legs);
	tables_paths_fini(tables);
	memset(tables, 0, sizeof *tables);
}

static bool
is_text(const char *text, size_t capacity)
{
	size_t length = strnlen(text, capacity);
	return length > 0 && length < capacity && !memchr(text, ':', length);
}

int
tables_leg_add(struct tables *tables, const struct message_leg *message, struct mono_time now)
{
	if (!slot_set_covers(&tables->own_legs, message->leg) || !message->relay_context ||
		!is_text(message->relay_user, sizeof message->relay_user) ||
		!is_text(message->endpoint_user, sizeof message->endpoint_user) ||
		!is_text(message->relay_password, sizeof message->relay_password) ||
		!is_text(message->endpoint_password, sizeof message->endpoint_password))
		return -EINVAL;
	struct leg *leg = &tables->legs[message->leg];
	if (leg->is_used)
		return -EEXIST;

	memset(leg, 0, sizeof *leg);
	leg->slot = message->leg;
	leg->is_used = true;
	slot_set_add(&tables->own_legs, message->leg);
	leg->is_live = message->live;
	leg->relay_ssrc = message->relay_ssrc;
	leg->relay_context = message->relay_context;
	leg->answered_units = -1;
	leg->receives = NO_SLOT;
	leg->next_keepalive = leg->next_report = now;
	hmac_sha1_key_init(
		&leg->relay_key, message->relay_password, strlen(message->relay_password));
	hmac_sha1_key_init(
		&leg->endpoint_key, message->endpoint_password, strlen(message->endpoint_password));
	snprintf(leg->relay_username, sizeof leg->relay_username, "%s:%s", message->relay_user,
		message->endpoint_user);
	snprintf(leg->endpoint_username, sizeof leg->endpoint_username, "%s:%s",
		message->endpoint_user, message->relay_user);
	return 0;
}

int
tables_leg_gate(struct tables *tables, const struct message_leg *message)
{
	if (!slot_set_covers(&tables->own_legs, message->leg) ||
		!tables->legs[message->leg].is_used)
		return -EINVAL;
	tables->legs[message->leg].is_live = message->live;
	return 0;
}

int
tables_leg_remove(struct tables *tables, uint32_t slot)
{
	if (!slot_set_covers(&tables->own_legs, slot))
		return -EINVAL;
	struct leg *leg = &tables->legs[slot];
	if (!leg->is_used || leg->stream_count > 0 || leg->receive_count > 0)
		return -EINVAL;
	tables_clear_path(tables, leg);
	hmac_sha1_key_fini(&leg->relay_key);
	hmac_sha1_key_fini(&leg->endpoint_key);
	leg->is_used = false;
	slot_set_remove(&tables->own_legs, slot);
	return 0;
}

int
tables_stream_add(struct tables *tables, const struct message_stream *message)
{
	if (!slot_set_covers(&tables->own_streams, message->stream) ||
		!slot_set_covers(&tables->own_legs, message->leg) ||
		!tables->legs[message->leg].is_used || !message->context ||
		message->clock_rate_hz == 0 || message->dscp > 63)
		return -EINVAL;
	struct leg *leg = &tables->legs[message->leg];
	struct stream *stream = &tables->streams[message->stream];
	if (stream->is_used || tables_find_stream(tables, leg, message->ssrc))
		return -EEXIST;
	if (leg->stream_count == LEG_STREAMS_MAX)
		return -ENOSPC;

	memset(stream, 0, sizeof *stream);
	stream->is_used = true;
	slot_set_add(&tables->own_streams, message->stream);
	stream->slot = message->stream;
	stream->leg = message->leg;
	stream->kind = message->kind;
	stream->ssrc = message->ssrc;
	stream->dscp = message->dscp;
	stream->context = message->context;
	stream->outflows = NO_SLOT;
	reception_init(&stream->reception, message->clock_rate_hz);
	leg->ssrcs[leg->stream_count] = message->ssrc;
	leg->streams[leg->stream_count++] = message->stream;
	return 0;
}

int
tables_stream_remove(struct tables *tables, uint32_t slot)
{
	if (!slot_set_covers(&tables->own_streams, slot))
		return -EINVAL;
	struct stream *stream = &tables->streams[slot];
	if (!stream->is_used || stream->outflow_count > 0)
		return -EINVAL;
	struct leg *leg = &tables->legs[stream->leg];
	for (unsigned i = 0; i < leg->stream_count; i++) {
		if (leg->streams[i] != slot)
			continue;
		leg->stream_count--;
		leg->streams[i] = leg->streams[leg->stream_count];
		leg->ssrcs[i] = leg->ssrcs[leg->stream_count];
		break;
	}
	stream->is_used = false;
	slot_set_remove(&tables->own_streams, slot);
	return 0;
}

int
tables_outflow_add(struct tables *tables, const struct message_outflow *message)
{
	if (!slot_set_covers(&tables->own_outflows, message->outflow) ||
		!slot_set_covers(&tables->own_streams, message->stream) ||
		!slot_set_covers(&tables->own_legs, message->leg) ||
		!tables->streams[message->stream].is_used || !tables->legs[message->leg].is_used)
		return -EINVAL;
	struct outflow *outflow = &tables->outflows[message->outflow];
	struct stream *stream = &tables->streams[message->stream];
	struct leg *leg = &tables->legs[message->leg];
	if (stream->leg == message->leg || stream->kind == STREAM_REPORT)
		return -EINVAL;
	if (outflow->is_used || tables_find_outflow(tables, leg, stream->ssrc))
		return -EEXIST;
	if (stream->outflow_count == SESSION_LEGS_MAX || leg->receive_count == LEG_RECEIVES_MAX)
		return -ENOSPC;

	memset(outflow, 0, sizeof *outflow);
	outflow->is_used = true;
	slot_set_add(&tables->own_outflows, message->outflow);
	outflow->slot = message->outflow;
	outflow->stream = message->stream;
	outflow->leg = message->leg;
	outflow->next_sent = stream->outflows;
	stream->outflows = message->outflow;
	stream->outflow_count++;
	outflow->next_received = leg->receives;
	leg->receives = message->outflow;
	leg->receive_count++;
	return 0;
}

int
tables_outflow_remove(struct tables *tables, uint32_t slot)
{
	if (!slot_set_covers(&tables->own_outflows, slot) || !tables->outflows[slot].is_used)
		return -EINVAL;
	struct outflow *outflow = &tables->outflows[slot];
	struct stream *stream = &tables->streams[outflow->stream];
	struct leg *leg = &tables->legs[outflow->leg];
	uint32_t *link = &stream->outflows;
	while (*link != slot)
		link = &tables->outflows[*link].next_sent;
	*link = outflow->next_sent;
	stream->outflow_count--;
	link = &leg->receives;
	while (*link != slot)
		link = &tables->outflows[*link].next_received;
	*link = outflow->next_received;
	leg->receive_count--;
	outflow->is_used = false;
	slot_set_remove(&tables->own_outflows, slot);
	return 0;
}

int
tables_capture(struct tables *tables, const struct message_capture *message)
{
	if (!slot_set_covers(&tables->own_streams, message->stream))
		return -EINVAL;
	struct stream *stream = &tables->streams[message->stream];
	if (!message->is_on) {
		if (stream->capture == message->capture)
			stream->capture = NULL;
		return 0;
	}
	if (!stream->is_used)
		return -EINVAL;
	if (stream->capture)
		return -EEXIST;
	stream->capture = message->capture;
	return 0;
}

struct stream *
tables_find_stream(struct tables *tables, const struct leg *leg, uint32_t ssrc)
{
	for (unsigned i = 0; i < leg->stream_count; i++) {
		if (leg->ssrcs[i] == ssrc)
			return &tables->streams[leg->streams[i]];
	}
	return NULL;
}

struct outflow *
tables_find_outflow(struct tables *tables, const struct leg *leg, uint32_t ssrc)
{
	struct outflow *outflow;
	for (uint32_t slot = leg->receives; slot != NO_SLOT; slot = outflow->next_received) {
		outflow = &tables->outflows[slot];
		if (tables->streams[outflow->stream].ssrc == ssrc)
			return outflow;
	}
	return NULL;
}
