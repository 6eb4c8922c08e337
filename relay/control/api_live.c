/* SPDX-License-Identifier: BSD-3-Clause */
// api_live.c - what operators watch, once; the event stream carries the same each second.
#include <string.h>

#include "control/live.h"
#include "control/parts.h"

// A school sees its own lessons alone.
static const char *
scope_of(const struct http_request *request)
{
	return request->role == TOKEN_ROLE_SCHOOL ? request->school : NULL;
}

static void
live_get(struct http_request *request, void *user)
{
	http_respond_json(request, 200, view_live(user, scope_of(request)));
}

static void
history_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	const char *id = http_request_query(request, "session");
	const struct session *session = id ? sessions_find(control->sessions, id) : NULL;
	const char *school = scope_of(request);
	bool is_own = !school;
	for (size_t i = 0; session && !is_own && i < session->scheduled->lesson.part_count; i++)
		is_own = strcmp(session->scheduled->lesson.parts[i].school->id, school) == 0;
	if (!session || !is_own) {
		http_respond_error(request, 404,
			"no such session is open: give one of /v1/sessions as ?session=ID");
		return;
	}
	http_respond_json(request, 200, view_live_history(control, session));
}

int
api_live_route(struct control *control)
{
	const struct http_route routes[] = {
		{"GET", "/v1/live", TOKEN_ROLE_SCHOOL, live_get, control},
		{"GET", "/v1/live/history", TOKEN_ROLE_SCHOOL, history_get, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
