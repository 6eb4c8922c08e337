/* SPDX-License-Identifier: BSD-3-Clause */
// api_captures.c - the headers of one flow for Wireshark: one capture at a time, of at most a
// minute, kept in memory for ten.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "control/parts.h"
#include "control/pcapng.h"
#include "platform/capture.h"
#include "platform/clock.h"
#include "platform/log.h"

#define SECONDS_MAX 60
#define DRAIN_MS 50
#define KEPT_S 600

struct capture_desk {
	struct control *control;
	struct event *timer;
	unsigned number; // the last capture's; 0: there was none
	char session[LESSON_ID_BYTES_MAX];
	char endpoint[TIMETABLE_ID_BYTES_MAX];
	enum stream_kind kind;
	uint32_t ssrc;
	uint32_t slot;
	int seconds;
	struct wall_time started_at;
	struct mono_time ends_at;
	int64_t wall_less_mono_ns;
	struct capture *ring; // NULL: it is done, or there was none
	bool is_ending;       // the worker has been told
	const char *why;      // it ended: "time", "gone", "full"; NULL: it runs
	uint64_t packets;
	uint64_t missed;
	struct pcapng file;
};

static const struct join_stream *
stream_find(const struct control *control, const char *session_id, const char *endpoint,
	const char *kind)
{
	const struct session *session = sessions_find(control->sessions, session_id);
	const struct join *join = session ? session_join_find(session, endpoint) : NULL;
	// The first is the report stream, which carries no media.
	for (size_t i = 1; join && i < join->stream_count; i++)
		if (join->streams[i].is_added &&
			strcmp(stream_kind_name(join->streams[i].kind), kind) == 0)
			return &join->streams[i];
	return NULL;
}

static void
again_after(struct capture_desk *desk, int64_t ms)
{
	struct timeval delay = {.tv_sec = ms / MS_IN_S, .tv_usec = ms % MS_IN_S * 1000};
	event_add(desk->timer, &delay);
}

static void
end(struct capture_desk *desk, const char *why)
{
	if (desk->is_ending)
		return;
	desk->is_ending = true;
	desk->why = why;
	joins_capture(sessions_joins(desk->control->sessions), desk->slot, desk->ring, false);
}

static void
drain(struct capture_desk *desk)
{
	struct capture_record record;
	while (capture_take(desk->ring, &record)) {
		uint64_t at_ns = (uint64_t)(record.at_ns + desk->wall_less_mono_ns);
		if (pcapng_add(&desk->file, at_ns, record.bytes, record.byte_count,
			    record.frame_bytes) != 0) {
			desk->missed++;
			end(desk, "full");
			continue;
		}
		desk->packets++;
	}
}

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	struct capture_desk *desk = argument;
	if (!desk->ring) { // nobody fetched it for long
		pcapng_fini(&desk->file);
		return;
	}
	bool is_back = capture_is_back(desk->ring);
	const struct join_stream *stream = stream_find(
		desk->control, desk->session, desk->endpoint, stream_kind_name(desk->kind));
	drain(desk);
	if (is_back) {
		desk->missed += capture_missed(desk->ring);
		capture_destroy(desk->ring);
		desk->ring = NULL;
		again_after(desk, KEPT_S * MS_IN_S);
		return;
	}
	if (mono_since_ns(desk->ends_at, clock_mono()) <= 0)
		end(desk, "time");
	else if (!stream || stream->ssrc != desk->ssrc)
		end(desk, "gone");
	again_after(desk, DRAIN_MS);
}

static json_t *
capture_view(const struct capture_desk *desk)
{
	char id[16];
	snprintf(id, sizeof id, "%u", desk->number);
	uint64_t missed = desk->missed + (desk->ring ? capture_missed(desk->ring) : 0);
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:i, s:o, s:s, s:s?, s:I, s:I, s:I}", "id", id,
		"session", desk->session, "endpoint", desk->endpoint, "kind",
		stream_kind_name(desk->kind), "ssrc", (json_int_t)desk->ssrc, "seconds",
		desk->seconds, "started_at", view_time(desk->started_at), "state",
		desk->ring ? "running" : "done", "ended_by", desk->why, "packets",
		(json_int_t)desk->packets, "missed", (json_int_t)missed, "file_bytes",
		(json_int_t)desk->file.count);
}

// The desk is made by the first capture.
static struct capture_desk *
desk_of(struct control *control)
{
	if (control->captures)
		return control->captures;
	struct capture_desk *desk = calloc(1, sizeof *desk);
	if (!desk)
		return NULL;
	desk->control = control;
	desk->timer = evtimer_new(control->base, on_timer, desk);
	if (desk->timer)
		return control->captures = desk;
	free(desk);
	return NULL;
}

static int
begin(struct capture_desk *desk, const struct join_stream *stream, const char *session, int seconds)
{
	pcapng_fini(&desk->file);
	desk->ring = capture_create();
	if (!desk->ring || pcapng_begin(&desk->file, CAPTURE_BYTES_MAX) != 0) {
		capture_destroy(desk->ring);
		desk->ring = NULL;
		return -ENOMEM;
	}
	struct mono_time now = clock_mono();
	desk->number++;
	snprintf(desk->session, sizeof desk->session, "%s", session);
	snprintf(desk->endpoint, sizeof desk->endpoint, "%s", stream->join->endpoint);
	desk->kind = stream->kind;
	desk->ssrc = stream->ssrc;
	desk->slot = stream->slot;
	desk->seconds = seconds;
	desk->started_at = clock_wall();
	desk->ends_at.ns = now.ns + seconds * NS_IN_S;
	desk->wall_less_mono_ns = desk->started_at.ms * NS_IN_MS - now.ns;
	desk->is_ending = false;
	desk->why = NULL;
	desk->packets = desk->missed = 0;
	joins_capture(sessions_joins(desk->control->sessions), desk->slot, desk->ring, true);
	again_after(desk, DRAIN_MS);
	return 0;
}

static void
captures_post(struct http_request *request, void *user)
{
	struct control *control = user;
	const char *session, *endpoint, *kind;
	int seconds;
	if (json_unpack(request->body, "{s:s, s:s, s:s, s:i}", "session", &session, "endpoint",
		    &endpoint, "kind", &kind, "seconds", &seconds)) {
		http_respond_error(request, 400,
			"the body must be {\"session\":\"...\",\"endpoint\":\"...\","
			"\"kind\":\"audio\",\"seconds\":10}");
		return;
	}
	if (seconds < 1 || seconds > SECONDS_MAX) {
		http_respond_field(
			request, 422, "seconds", "a capture lasts 1 to %d seconds", SECONDS_MAX);
		return;
	}
	const struct join_stream *stream = stream_find(control, session, endpoint, kind);
	if (!stream) {
		http_respond_error(request, 404,
			"there is no such flow now: GET /v1/flows tells session, endpoint and "
			"kind");
		return;
	}
	struct capture_desk *desk = desk_of(control);
	if (desk && desk->ring) {
		http_respond_error(request, 409,
			"capture %u of %s's %s runs: there is one at a time, try again after it",
			desk->number, desk->endpoint, stream_kind_name(desk->kind));
		return;
	}
	if (!desk || begin(desk, stream, session, seconds) != 0) {
		http_respond_error(request, 503, "out of memory; try again");
		return;
	}
	log_info("capture %u: %s's %s for %d s, by %s", desk->number, desk->endpoint, kind, seconds,
		request->name);
	control_audit(control, request->name, "", "", "headers captured: %s of %s in %s, %d s",
		kind, desk->endpoint, desk->session, seconds);
	http_respond_json(request, 201, capture_view(desk));
}

// NULL once it is answered.
static const struct capture_desk *
capture_find(struct http_request *request, const struct control *control)
{
	const struct capture_desk *desk = control->captures;
	char *end_of_number;
	unsigned long number = strtoul(request->id, &end_of_number, 10);
	if (desk && desk->number && number == desk->number && !*end_of_number)
		return desk;
	http_respond_error(request, 404,
		"there is no capture %s: POST /v1/captures begins one, and the next one ends it",
		request->id);
	return NULL;
}

static void
capture_get(struct http_request *request, void *user)
{
	const struct capture_desk *desk = capture_find(request, user);
	if (desk)
		http_respond_json(request, 200, capture_view(desk));
}

static void
file_get(struct http_request *request, void *user)
{
	const struct capture_desk *desk = capture_find(request, user);
	if (!desk)
		return;
	if (desk->ring)
		http_respond_error(request, 409, "the capture runs: fetch it when it is done");
	else if (!desk->file.count)
		http_respond_error(
			request, 404, "the capture was kept for ten minutes: begin another");
	else
		http_respond_bytes(request, 200, "application/octet-stream", desk->file.bytes,
			desk->file.count);
}

void
control_captures_end(struct control *control)
{
	if (control->captures && control->captures->ring)
		end(control->captures, "gone");
}

// What the worker has not given back stays with it.
void
control_captures_close(struct control *control)
{
	struct capture_desk *desk = control->captures;
	if (!desk)
		return;
	control->captures = NULL;
	if (desk->ring && capture_is_back(desk->ring))
		capture_destroy(desk->ring);
	pcapng_fini(&desk->file);
	event_free(desk->timer);
	free(desk);
}

int
api_captures_route(struct control *control)
{
	const struct http_route routes[] = {
		{"POST", "/v1/captures", TOKEN_ROLE_ADMINISTRATOR, captures_post, control},
		{"GET", "/v1/captures/:id", TOKEN_ROLE_ADMINISTRATOR, capture_get, control},
		{"GET", "/v1/captures/:id/file", TOKEN_ROLE_ADMINISTRATOR, file_get, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
