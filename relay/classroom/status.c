/* SPDX-License-Identifier: BSD-3-Clause */
// status.c - the classroom's state and counters as JSON.
#include "classroom/status.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#define US_PER_MS 1000.0

const char *
status_state(const struct status *status, const struct seat *seat, struct mono_time now)
{
	enum join_state state = seat_state(seat, now);
	if (state != JOIN_ENDED)
		return join_state_name(state);
	return status->connected ? "waiting" : "connecting";
}

static json_t *
text_or_null(const char *text)
{
	return text[0] != '\0' ? json_string(text) : json_null();
}

// Kinds that are sent now, or were since the program started.
static json_t *
send_list(const struct seat *seat)
{
	json_t *list = json_array();
	for (int i = 0; i < KIND_COUNT; i++) {
		const struct uplink *uplink = &seat->uplinks[i];
		if (!uplink->context && uplink->totals.packets == 0)
			continue;
		json_array_append_new(list,
			json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "kind",
				kind_name((enum stream_kind)i), "ssrc", (json_int_t)uplink->ssrc,
				"packets", (json_int_t)uplink->totals.packets, "frames",
				(json_int_t)uplink->totals.frames, "bytes",
				(json_int_t)uplink->totals.bytes, "oversize",
				(json_int_t)uplink->totals.oversize, "relay_lost",
				(json_int_t)seat->relay_lost[i]));
	}
	return list;
}

static json_t *
receive_list(const struct seat *seat)
{
	json_t *list = json_array();
	for (size_t i = 0; i < ROSTER_MAX; i++) {
		const struct roster_entry *entry = &seat->roster.entries[i];
		const struct downlink *downlink = &entry->downlink;
		if (!entry->used)
			continue;
		double jitter_ms = reception_jitter_us(&downlink->reception) / US_PER_MS;
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:I, s:i, s:I, s:I, s:I, s:f, s:I, s:I}",
				      "endpoint", entry->endpoint, "kind", kind_name(entry->kind),
				      "ssrc", (json_int_t)downlink->ssrc, "port", entry->port,
				      "packets", (json_int_t)downlink->totals.packets, "frames",
				      (json_int_t)downlink->totals.frames, "lost",
				      (json_int_t)downlink_lost(downlink), "jitter_ms", jitter_ms,
				      "failed", (json_int_t)downlink->totals.failed, "replayed",
				      (json_int_t)downlink->totals.replayed));
	}
	return list;
}

char *
status_text(const struct status *status, const struct seat *seat, struct mono_time now)
{
	const struct path *path = &seat->path;
	bool has_rtt = seat->has_path && path->rtt_ns >= 0;
	json_t *root = json_pack("{s:s, s:o, s:o, s:b, s:b, s:o, s:o, s:o, s:I, s:I}", "state",
		status_state(status, seat, now), "endpoint", text_or_null(status->endpoint),
		"session", text_or_null(status->session), "connected", status->connected, "path_up",
		seat_path_is_up(seat, now), "rtt_ms",
		has_rtt ? json_real((double)path->rtt_ns / NS_IN_MS) : json_null(), "send",
		send_list(seat), "receive", receive_list(seat), "joins", (json_int_t)status->joins,
		"reconnects", (json_int_t)status->reconnects);
	if (!root)
		return NULL;
	char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(6));
	json_decref(root);
	if (!text)
		return NULL;
	size_t length = strlen(text);
	char *line = realloc(text, length + 2);
	if (!line) {
		free(text);
		return NULL;
	}
	strcpy(line + length, "\n");
	return line;
}
