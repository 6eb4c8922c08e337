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

static void
tokens_post(struct http_request *request, void *user)
{
	struct control *control = user;
	const char *name, *role_name, *endpoint = NULL;
	if (json_unpack(request->body, "{s:s, s:s, s?s}", "name", &name, "role", &role_name,
		    "endpoint", &endpoint)) {
		http_respond_error(request, 400,
			"the body must be {\"name\":\"...\",\"role\":\"operator\"} or "
			"{\"name\":\"...\",\"role\":\"endpoint\",\"endpoint\":\"...\"}");
		return;
	}
	enum token_role role = token_role_find(role_name);
	if (role == TOKEN_ROLE_NONE || (role == TOKEN_ROLE_ENDPOINT) != (endpoint != NULL)) {
		http_respond_error(request, 422,
			"role must be operator, or endpoint with the endpoint it is for");
		return;
	}
	if (endpoint &&
		!timetable_endpoint_find(scheduler_timetable(control->scheduler), endpoint)) {
		http_respond_error(request, 422,
			"endpoint %s is not in the timetable: GET /v1/endpoints lists them",
			endpoint);
		return;
	}
	char text[TOKEN_TEXT_BYTES], error[TOKENS_ERROR_BYTES];
	int result =
		tokens_create(control->tokens, name, role, endpoint, clock_wall(), text, error);
	if (result) {
		http_respond_error(request, status_of(result), "%s", error);
		return;
	}
	log_info("token %s: made by %s", name, request->name);
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
	const char *endpoint = presence_revoke(control->presence, request->id);
	if (endpoint)
		sessions_evict(control->sessions, endpoint);
	http_respond_json(request, 200, json_pack("{s:s}", "name", request->id));
}

int
api_tokens_route(struct control *control)
{
	const struct http_route routes[] = {
		{"GET", "/v1/tokens", TOKEN_ROLE_OPERATOR, tokens_get, control},
		{"POST", "/v1/tokens", TOKEN_ROLE_OPERATOR, tokens_post, control},
		{"DELETE", "/v1/tokens/:id", TOKEN_ROLE_OPERATOR, token_delete, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
