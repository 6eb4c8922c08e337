/* SPDX-License-Identifier: BSD-3-Clause */
// api_sessions.c - what is on: sessions and flows; opening, extending and ending by the operator.
#include <errno.h>
#include <string.h>

#include "control/parts.h"
#include "platform/clock.h"
#include "platform/log.h"

static void
sessions_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	struct view view = control_view(control);
	json_t *array = json_array();
	const struct session *session;
	TAILQ_FOREACH (session, sessions_list(control->sessions), link)
		json_array_append_new(array, view_session(&view, session, control->presence));
	http_respond_json(request, 200, json_pack("{s:o}", "sessions", array));
}

// Answers 404 where there is none.
static const struct session *
session_wanted(struct control *control, struct http_request *request)
{
	const struct session *session = sessions_find(control->sessions, request->id);
	if (!session)
		http_respond_error(request, 404,
			"no session %s is open: GET /v1/sessions lists those that are",
			request->id);
	return session;
}

static void
session_get(struct http_request *request, void *user)
{
	struct control *control = user;
	const struct session *session = session_wanted(control, request);
	if (!session)
		return;
	struct view view = control_view(control);
	http_respond_json(request, 200, view_session(&view, session, control->presence));
}

static void
open_failed(struct http_request *request, int result)
{
	switch (result) {
	case -ENOENT:
		http_respond_error(request, 422,
			"an endpoint is not in the timetable: GET /v1/endpoints lists them");
		return;
	case -EBUSY:
		http_respond_error(
			request, 409, "an endpoint's lesson is live: end that session first");
		return;
	case -EINVAL:
		http_respond_error(request, 422,
			"name 2 to %d different endpoints, and 1 to %d minutes",
			TIMETABLE_PARTS_MAX, SCHEDULER_MINUTES_MAX);
		return;
	default:
		http_respond_error(request, 503, "cannot be opened: %s", strerror(-result));
	}
}

// Reads the body of POST /v1/sessions. Returns how many endpoints it names, or 0.
static size_t
open_body(json_t *body, const char *endpoints[TIMETABLE_PARTS_MAX], json_int_t *minutes,
	const char **title)
{
	json_t *array;
	*title = "";
	if (json_unpack(body, "{s:o, s:I, s?s}", "endpoints", &array, "minutes", minutes, "title",
		    title) ||
		json_array_size(array) > TIMETABLE_PARTS_MAX)
		return 0;
	size_t index;
	json_t *value;
	json_array_foreach(array, index, value)
	{
		endpoints[index] = json_string_value(value);
		if (!endpoints[index])
			return 0;
	}
	return json_array_size(array);
}

static void
sessions_post(struct http_request *request, void *user)
{
	struct control *control = user;
	const char *endpoints[TIMETABLE_PARTS_MAX], *title;
	json_int_t minutes;
	size_t count = open_body(request->body, endpoints, &minutes, &title);
	if (count == 0) {
		http_respond_error(request, 400,
			"the body must be {\"endpoints\":[\"a\",\"b\"],\"minutes\":10,"
			"\"title\":\"...\"}");
		return;
	}
	if (minutes < 1 || minutes > SCHEDULER_MINUTES_MAX) {
		open_failed(request, -EINVAL);
		return;
	}
	const struct scheduled_lesson *scheduled;
	int result = scheduler_open_adhoc(control->scheduler, endpoints, count, (unsigned)minutes,
		title, clock_wall(), clock_mono(), &scheduled);
	if (result) {
		open_failed(request, result);
		return;
	}
	char id[LESSON_ID_BYTES_MAX];
	memcpy(id, scheduled->lesson.id, sizeof id);
	log_info("session %s: opened by %s", id, request->name);
	control_audit_session(control, request->name, id, "opened", "");
	control_step(control);
	const struct session *session = sessions_find(control->sessions, id);
	struct view view = control_view(control);
	http_respond_json(
		request, 201, session ? view_session(&view, session, control->presence) : NULL);
}

static void
session_delete(struct http_request *request, void *user)
{
	struct control *control = user;
	const struct session *session = session_wanted(control, request);
	if (!session)
		return;
	int result = scheduler_end(control->scheduler, request->id);
	if (result) {
		http_respond_error(request, 409, "cannot be ended: %s", strerror(-result));
		return;
	}
	struct view view = control_view(control);
	json_t *object = view_session(&view, session, control->presence);
	json_object_set_new(object, "state", json_string(lesson_state_name(LESSON_ENDED)));
	log_info("session %s: ended by %s", request->id, request->name);
	char before[CONTROL_LESSON_TEXT_BYTES];
	control_lesson_text(control, request->id, before);
	control_audit_session(control, request->name, request->id, "ended", before);
	control_step(control);
	http_respond_json(request, 200, object);
}

static void
flows_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	struct view view = control_view(control);
	const char *wanted = http_request_query(request, "session");
	json_t *array = json_array();
	const struct session *session;
	TAILQ_FOREACH (session, sessions_list(control->sessions), link)
		if (!wanted || !strcmp(wanted, session_id(session)))
			view_flows_append(&view, session, array);
	http_respond_json(request, 200, json_pack("{s:o}", "flows", array));
}

int
api_sessions_route(struct control *control)
{
	const struct http_route routes[] = {
		{"GET", "/v1/sessions", TOKEN_ROLE_OBSERVER, sessions_get, control},
		{"POST", "/v1/sessions", TOKEN_ROLE_OPERATOR, sessions_post, control},
		{"POST", "/v1/sessions/:id/extend", TOKEN_ROLE_SCHOOL, api_session_extend, control},
		{"POST", "/v1/sessions/:id/cut", TOKEN_ROLE_OPERATOR, api_session_cut, control},
		{"PATCH", "/v1/sessions/:id", TOKEN_ROLE_OPERATOR, api_session_regroup, control},
		{"GET", "/v1/sessions/:id", TOKEN_ROLE_OBSERVER, session_get, control},
		{"DELETE", "/v1/sessions/:id", TOKEN_ROLE_OPERATOR, session_delete, control},
		{"GET", "/v1/flows", TOKEN_ROLE_OBSERVER, flows_get, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
