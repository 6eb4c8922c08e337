/* SPDX-License-Identifier: BSD-3-Clause */
// api_endpoint.c - what classrooms ask: their event stream, their join, another join.
#include <stdio.h>
#include <string.h>

#include "control/parts.h"
#include "platform/clock.h"
#include "platform/log.h"

#define REASON_BYTES 128 // of an endpoint's own words, in the log

void
api_endpoint_notify(void *context, const char *endpoint_id, enum sessions_notice notice,
	const struct join *join, const char *join_id, const char *reason)
{
	struct control *control = context;
	struct view view = control_view(control);
	json_t *data = NULL;
	const char *event = NULL;
	switch (notice) {
	case NOTICE_NONE:
		return;
	case NOTICE_JOIN:
		event = "join";
		data = view_join(&view, join);
		break;
	case NOTICE_UPDATE:
		event = "update";
		data = view_join(&view, join);
		break;
	case NOTICE_LEAVE:
		event = "leave";
		data = json_pack("{s:s, s:s}", "join", join_id, "reason", reason);
		break;
	}
	presence_send(control->presence, endpoint_id, event, data);
	json_decref(data);
}

void
api_endpoint_replaced(
	void *context, const char *endpoint_id, const char *older_peer, const char *newer_peer)
{
	struct control *control = context;
	if (copied_tokens_replaced(
		    &control->alarms.copied, endpoint_id, older_peer, newer_peer, clock_wall()))
		log_warning("endpoint %s: two machines use its token in turns, from %s and %s",
			endpoint_id, older_peer, newer_peer);
}

static json_t *
hello_view(const struct control *control, const char *endpoint_id)
{
	const struct timetable_endpoint *endpoint =
		timetable_endpoint_find(scheduler_timetable(control->scheduler), endpoint_id);
	return json_pack("{s:s, s:s, s:s, s:i}", "instance", control->instance, "endpoint",
		endpoint_id, "school_name", endpoint ? endpoint->school->name : "", "heartbeat_ms",
		PRESENCE_HEARTBEAT_MS);
}

// Ids are random: a join of another instance is never taken for one of this.
static void
events_get(struct http_request *request, void *user)
{
	struct control *control = user;
	const char *held = http_request_query(request, "join");
	const char *version = http_request_query(request, "version");
	char held_join[JOIN_ID_BYTES];
	snprintf(held_join, sizeof held_join, "%s", held ? held : "");
	const struct presence_entry *entry =
		presence_open(control->presence, request, version, clock_wall());
	if (!entry)
		return;
	json_t *hello = hello_view(control, entry->endpoint);
	presence_send(control->presence, entry->endpoint, "hello", hello);
	json_decref(hello);
	api_events_presence(control, entry->endpoint, true);
	sessions_connect(control->sessions, entry->endpoint, held_join, clock_mono());
}

static void
rejoin_post(struct http_request *request, void *user)
{
	struct control *control = user;
	const char *join_id, *reason = "";
	if (json_unpack(request->body, "{s:s, s?s}", "join", &join_id, "reason", &reason)) {
		http_respond_error(
			request, 400, "the body must be {\"join\":\"...\",\"reason\":\"...\"}");
		return;
	}
	char words[REASON_BYTES];
	snprintf(words, sizeof words, "%s", reason);
	if (sessions_rejoin(control->sessions, request->endpoint, join_id, clock_mono())) {
		http_respond_error(request, 409,
			"that is not your join any more: the event stream tells what is");
		return;
	}
	log_info("endpoint %s: gave its join up: %s", request->endpoint, words);
	const struct join *join = sessions_join_of(control->sessions, request->endpoint);
	http_respond_json(request, 200, json_pack("{s:s?}", "join", join ? join->id : NULL));
}

static void
join_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	const struct join *join = sessions_join_of(control->sessions, request->endpoint);
	if (!join) {
		http_respond_error(request, 404, "you are in no session now");
		return;
	}
	struct view view = control_view(control);
	http_respond_json(request, 200, view_join(&view, join));
}

int
api_endpoint_route(struct control *control)
{
	const struct http_route routes[] = {
		{"GET", "/v1/endpoint/events", TOKEN_ROLE_ENDPOINT, events_get, control},
		{"POST", "/v1/endpoint/rejoin", TOKEN_ROLE_ENDPOINT, rejoin_post, control},
		{"GET", "/v1/endpoint/join", TOKEN_ROLE_ENDPOINT, join_get, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
