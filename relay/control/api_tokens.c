/* SPDX-License-Identifier: BSD-3-Clause */
// api_tokens.c - who may ask: making, listing and revoking tokens.
#include <errno.h>

#include <openssl/crypto.h>

#include "control/parts.h"
#include "platform/clock.h"
#include "platform/log.h"

static void
tokens_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	http_respond_json(request, 200, json_pack("{s:o}", "tokens", tokens_list(control->tokens)));
}

static int
status_of(int result)
{
	switch (result) {
	case -EEXIST:
		return 409;
	case -EINVAL:
		return 422;
	case -ENOENT:
		return 404;
	default:
		return 503;
	}
}

// What is wrong with the bond of a new token of this role, or NULL.
static const char *
check_bond(const struct control *control, enum token_role role, const char *endpoint,
	const char *school)
{
	const struct timetable *timetable = scheduler_timetable(control->scheduler);
	enum token_bond bond = token_role_bond(role);
	bool may_have_school = bond == TOKEN_BOND_SCHOOL || bond == TOKEN_BOND_SCHOOL_OR_NONE;
	if (role == TOKEN_ROLE_NONE || (bond == TOKEN_BOND_ENDPOINT) != (endpoint != NULL) ||
		(bond == TOKEN_BOND_SCHOOL && !school) || (school && !may_have_school))
		return "role must be observer, operator, administrator, endpoint with the endpoint "
		       "it is for, school with the school it is of, or feed with or without a "
		       "school";
	if (endpoint && !timetable_endpoint_find(timetable, endpoint))
		return "this endpoint is not in the timetable: GET /v1/endpoints lists them";
	if (school && !timetable_school_find(timetable, school))
		return "this school is not in the timetable: schools.csv lists them";
	return NULL;
}

static void
tokens_post(struct http_request *request, void *user)
{
	struct control *control = user;
	const char *name, *role_name, *endpoint = NULL, *school = NULL;
	if (json_unpack(request->body, "{s:s, s:s, s?s, s?s}", "name", &name, "role", &role_name,
		    "endpoint", &endpoint, "school", &school)) {
		http_respond_error(request, 400,
			"the body must be {\"name\":\"...\",\"role\":\"operator\"}, "
			"{\"name\":\"...\",\"role\":\"endpoint\",\"endpoint\":\"...\"} or "
			"{\"name\":\"...\",\"role\":\"feed\",\"school\":\"...\"}");
		return;
	}
	enum token_role role = token_role_find(role_name);
	const char *what = check_bond(control, role, endpoint, school);
	if (what) {
		http_respond_error(request, 422, "%s", what);
		return;
	}
	char text[TOKEN_TEXT_BYTES], error[TOKENS_ERROR_BYTES];
	int result = tokens_create(control->tokens, name, role, endpoint ? endpoint : school,
		clock_wall(), text, error);
	if (result) {
		http_respond_error(request, status_of(result), "%s", error);
		return;
	}
	log_info("token %s: made by %s", name, request->name);
	control_audit(control, request->name, "",
		endpoint ? endpoint
		: school ? school
			 : "",
		"token made: %s, %s", name, role_name);
	http_respond_json(request, 201, json_pack("{s:s, s:s}", "name", name, "token", text));
	OPENSSL_cleanse(text, sizeof text);
}

static void
token_delete(struct http_request *request, void *user)
{
	struct control *control = user;
	char error[TOKENS_ERROR_BYTES];
	int result = tokens_revoke(control->tokens, request->id, error);
	if (result) {
		http_respond_error(request, status_of(result), "%s", error);
		return;
	}
	log_info("token %s: revoked by %s", request->id, request->name);
	control_audit(control, request->name, "", "", "token revoked: %s", request->id);
	listeners_revoke(control->listeners, request->id);
	const char *endpoint = presence_revoke(control->presence, request->id);
	if (endpoint)
		sessions_evict(control->sessions, endpoint);
	http_respond_json(request, 200, json_pack("{s:s}", "name", request->id));
}

int
api_tokens_route(struct control *control)
{
	const struct http_route routes[] = {
		{"GET", "/v1/tokens", TOKEN_ROLE_ADMINISTRATOR, tokens_get, control},
		{"POST", "/v1/tokens", TOKEN_ROLE_ADMINISTRATOR, tokens_post, control},
		{"DELETE", "/v1/tokens/:id", TOKEN_ROLE_ADMINISTRATOR, token_delete, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
