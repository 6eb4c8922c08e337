/* SPDX-License-Identifier: BSD-3-Clause */
// recorder_minutes.c - what each flow of a lesson did in the minute that is open, and its rows.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/recorder_internal.h"

#define GAP_WINDOW_S 10 // how far back a flow's longest gap looks

// NULL where memory or room is lacking.
static struct recording_flow *
flow_get(struct recorder *recorder, struct recording *recording, const struct recorder_look *look)
{
	for (size_t i = 0; i < recording->flow_count; i++) {
		struct recording_flow *flow = &recording->flows[i];
		if (flow->kind == look->kind && flow->is_outbound == look->is_outbound &&
			!strcmp(flow->endpoint, look->endpoint) &&
			!strcmp(flow->to_school, look->to_school))
			return flow;
	}
	if (recording->flow_count == recording->flow_capacity) {
		size_t capacity = recording->flow_capacity ? 2 * recording->flow_capacity : 8;
		struct recording_flow *flows =
			capacity > RECORDER_FLOWS_MAX
				? NULL
				: realloc(recording->flows, capacity * sizeof *flows);
		if (!flows) {
			recorder->overflows++;
			return NULL;
		}
		recording->flows = flows;
		recording->flow_capacity = capacity;
	}
	struct recording_flow *flow = &recording->flows[recording->flow_count++];
	*flow = (struct recording_flow){.kind = look->kind, .is_outbound = look->is_outbound};
	snprintf(flow->school, sizeof flow->school, "%s", look->school);
	snprintf(flow->endpoint, sizeof flow->endpoint, "%s", look->endpoint);
	snprintf(flow->to_school, sizeof flow->to_school, "%s", look->to_school);
	return flow;
}

static void
raise_to(uint32_t *mark, uint32_t value)
{
	if (value > *mark)
		*mark = value;
}

// A gap of the minute before is seen for GAP_WINDOW_S more; one that grows is new.
static void
gap_take(struct recording_flow *flow, uint32_t gap_us, int64_t minute_ns)
{
	if (gap_us > flow->last_gap_us || minute_ns >= GAP_WINDOW_S * NS_IN_S)
		raise_to(&flow->longest_gap_us, gap_us);
	flow->last_gap_us = gap_us;
}

void
recorder_look(struct recorder *recorder, const struct recorder_look *look)
{
	struct recording *recording = recorder->looked_at;
	if (!recording || strcmp(recording->id, look->lesson))
		recording = recording_find(recorder, look->lesson);
	if (!recording)
		return;
	recorder->looked_at = recording;
	int32_t minute = recording_minute_of(recording, look->at);
	if (minute > recording->minute)
		recording_minute_close(recorder, recording, minute);
	struct recording_flow *flow = flow_get(recorder, recording, look);
	if (!flow)
		return;
	flow->packets += look->packets;
	flow->bytes += look->bytes;
	flow->expected += look->expected;
	flow->lost += look->lost;
	flow->media_ns += look->media_ns;
	raise_to(&flow->jitter_us, look->jitter_us);
	raise_to(&flow->rtt_us, look->rtt_us);
	int64_t minute_ns = mono_since_ns(look->at, recording->base) -
			    (int64_t)recording->minute * 60 * NS_IN_S;
	gap_take(flow, look->longest_gap_us, minute_ns);
}

uint32_t
recording_media_s(const struct recording_flow *flow)
{
	int64_t seconds = (flow->media_ns + NS_IN_S / 2) / NS_IN_S;
	return seconds > 60 ? 60 : (uint32_t)seconds;
}

// What the minute says of the school that sends.
static void
slot_take(struct recording *recording, const struct recording_flow *flow)
{
	struct recording_part *part = recording_part_find(recording, flow->school);
	if (!part || flow->is_outbound || recording->minute >= RECORDER_MINUTES_MAX)
		return;
	uint8_t *slot = &part->slots[recording->minute];
	if (flow->packets > 0)
		*slot |= SLOT_PRESENT;
	if (flow->kind == STREAM_AUDIO && recording_media_s(flow) > (*slot & SLOT_AUDIO_S))
		*slot = (uint8_t)((*slot & ~SLOT_AUDIO_S) | recording_media_s(flow));
}

void
recording_minute_close(struct recorder *recorder, struct recording *recording, int32_t minute)
{
	struct wall_time minute_at = {
		recording->planned_start.ms + (int64_t)recording->minute * 60 * MS_IN_S};
	size_t kept = 0;
	for (size_t i = 0; i < recording->flow_count; i++) {
		struct recording_flow flow = recording->flows[i];
		slot_take(recording, &flow);
		if (flow.packets == 0 && flow.expected == 0 && flow.lost <= 0)
			continue; // it has gone, or has not begun
		recorder_row_give(recorder, recording->id, minute_at, &flow);
		flow.packets = flow.bytes = flow.expected = 0;
		flow.lost = flow.lost < 0 ? flow.lost : 0;
		flow.jitter_us = flow.longest_gap_us = flow.rtt_us = 0;
		flow.media_ns = 0;
		recording->flows[kept++] = flow;
	}
	recording->flow_count = kept;
	if (recording->part_count > 0 && recording->minute < RECORDER_MINUTES_MAX)
		recording->lead_slots[recording->minute] |=
			recording->parts[recording->lead].slots[recording->minute];
	recording->minute = minute;
}
