/* SPDX-License-Identifier: BSD-3-Clause */
// api_sign.c - a browser signs in by a token, out again, and learns who it is.
#include "control/parts.h"
#include "platform/log.h"

static void
respond_me(const struct control *control, struct http_request *request)
{
	http_respond_json(request, 200,
		json_pack("{s:s, s:s, s:s?, s:s}", "role", token_role_name(request->role), "name",
			request->name, "school", *request->school ? request->school : NULL, "zone",
			scheduler_timetable(control->scheduler)->policies.zone));
}

static void
me_get(struct http_request *request, void *user)
{
	respond_me(user, request);
}

static void
signin_post(struct http_request *request, void *user)
{
	const char *text;
	if (json_unpack(request->body, "{s:s}", "token", &text)) {
		http_respond_error(request, 400, "the body must be {\"token\":\"...\"}");
		return;
	}
	const char *name = http_sign_in(request, text);
	if (!name)
		return;
	log_info("%s signed in from %s", name, request->peer);
	respond_me(user, request);
}

static void
signout_post(struct http_request *request, void *user)
{
	(void)user;
	http_sign_out(request);
	http_respond_json(request, 200, json_object());
}

int
api_sign_route(struct control *control)
{
	const struct http_route routes[] = {
		{"GET", "/v1/me", TOKEN_ROLE_ANY, me_get, control},
		{"POST", "/v1/signin", TOKEN_ROLE_NONE, signin_post, control},
		{"POST", "/v1/signout", TOKEN_ROLE_ANY, signout_post, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
