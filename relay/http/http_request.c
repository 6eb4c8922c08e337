/* SPDX-License-Identifier: BSD-3-Clause */
// http_request.c - who asks, may they, and for what: from evhttp's request to a route's handler.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/crypto.h>

#include "http/http_identity.h"
#include "platform/clock.h"
#include "platform/log.h"

static const char *
method_name(enum evhttp_cmd_type command)
{
	switch (command) {
	case EVHTTP_REQ_GET:
		return "GET";
	case EVHTTP_REQ_POST:
		return "POST";
	case EVHTTP_REQ_PUT:
		return "PUT";
	case EVHTTP_REQ_DELETE:
		return "DELETE";
	case EVHTTP_REQ_PATCH:
		return "PATCH";
	case EVHTTP_REQ_HEAD:
		return "HEAD";
	default:
		return "OPTIONS";
	}
}

static const char *
header_of(const struct http_call *call, const char *name)
{
	return evhttp_find_header(evhttp_request_get_input_headers(call->evhttp), name);
}

// One line for each refusal, but for a flood, of which only the number is told.
static void
log_refusal(struct http_call *call, int status, const char *what)
{
	struct http_server *server = call->server;
	struct mono_time now = clock_mono();
	if (mono_since_ns(now, server->refusals_since) > HTTP_REFUSALS_WINDOW_MS * NS_IN_MS) {
		if (server->refusals > HTTP_REFUSALS_LOGGED_MAX)
			log_warning("control port: %u more requests refused",
				server->refusals - HTTP_REFUSALS_LOGGED_MAX);
		server->refusals_since = now;
		server->refusals = 0;
	}
	if (server->refusals++ >= HTTP_REFUSALS_LOGGED_MAX)
		return;
	char path[HTTP_LOG_PATH_BYTES];
	http_path_for_log(call->request.path, path);
	log_warning("control port: %d to %s for %s %s: %s", status, call->peer,
		call->request.method, path, what);
}

void
http_refuse_unknown(struct http_call *call, const char *what)
{
	call->server->counters.unauthorized++;
	log_refusal(call, 401, what);
	if (call->connection != NULL)
		guesses_failed(call->server->guesses, &call->connection->prefix, clock_mono());
	evhttp_add_header(evhttp_request_get_output_headers(call->evhttp), "WWW-Authenticate",
		"Bearer realm=\"county classroom relay\"");
	http_respond_error(&call->request, 401,
		"%s; send \"Authorization: Bearer TOKEN\" with a token that `relayctl token` made "
		"on "
		"the relay's machine",
		what);
}

bool
http_refuse_guess(struct http_call *call, const struct token *token)
{
	struct guesses *guesses = call->server->guesses;
	const struct address_prefix *from = &call->connection->prefix;
	unsigned wait_s = guesses_wait_s(guesses, from, clock_mono());
	char text[16];
	if (token != NULL && (wait_s == 0 || guesses_knows(guesses, from, token->hash))) {
		guesses_succeeded(guesses, from, token->hash);
		return false;
	}
	if (wait_s == 0)
		return false;
	call->server->counters.limited++;
	snprintf(text, sizeof text, "%u", wait_s);
	http_request_set_header(&call->request, "Retry-After", text);
	http_respond_error(&call->request, 429,
		"too many wrong tokens came from your address: try again in %u s", wait_s);
	return true;
}

void
http_refuse_forbidden(struct http_call *call, const char *what)
{
	call->server->counters.forbidden++;
	log_refusal(call, 403, what);
	http_respond_error(&call->request, 403, "%s", what);
}

void
http_respond_unknown(struct http_request *request, const char *what)
{
	struct http_call *call = (struct http_call *)request;
	call->server->counters.unauthorized++;
	log_refusal(call, 404, what);
	if (call->connection != NULL)
		guesses_failed(call->server->guesses, &call->connection->prefix, clock_mono());
	http_respond_error(request, 404, "there is nothing at this address");
}

static bool
is_reading(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

// Whether the request's body is of the type that its route takes; a form that a web page posts
// cannot have one of these types.
static bool
has_type(struct http_call *call, const char *wanted)
{
	const char *type = header_of(call, "Content-Type");
	size_t length = strlen(wanted);
	if (type != NULL && strncasecmp(type, wanted, length) == 0 &&
		strchr(" ;", type[length]) != NULL)
		return true;
	http_respond_error(&call->request, 415,
		"a request that changes something needs \"Content-Type: %s\" here", wanted);
	return false;
}

// The body of a request that changes something. Returns whether the request goes on; otherwise it
// has been answered.
static bool
take_body(struct http_call *call, const char *text_type)
{
	if (is_reading(call->request.method))
		return true;
	if (!has_type(call, text_type ? text_type : "application/json"))
		return false;

	struct evbuffer *input = evhttp_request_get_input_buffer(call->evhttp);
	size_t length = evbuffer_get_length(input);
	if (length == 0)
		return true;
	json_error_t error;
	const char *bytes = (const char *)evbuffer_pullup(input, -1);
	if (bytes != NULL && text_type != NULL) {
		call->request.text = bytes;
		call->request.text_bytes = length;
		return true;
	}
	call->request.body =
		bytes ? json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error) : NULL;
	if (call->request.body != NULL)
		return true;
	http_respond_error(&call->request, 400, "the body is no JSON: line %d: %s; put it right",
		bytes ? error.line : 0, bytes ? error.text : "out of memory");
	return false;
}

static void
refuse_role(struct http_call *call, enum token_role needs, bool changes)
{
	char what[160];
	// An observer reads what a school reads, and changes nothing.
	bool is_reader = changes && token_role_allows(call->request.role, needs, false);
	snprintf(what, sizeof what, "a token of role \"%s\" %s: use one of role \"%s\"",
		token_role_name(call->request.role), is_reader ? "only reads" : "may not do this",
		token_role_name(is_reader ? TOKEN_ROLE_OPERATOR : needs));
	http_refuse_forbidden(call, what);
}

static void
handle(struct http_call *call)
{
	char allowed[HTTP_ALLOWED_BYTES];
	const struct http_route *route = http_route_find(
		call->server, call->request.method, call->request.path, call->id, allowed);
	call->request.id = call->id[0] ? call->id : NULL;

	bool changes = !is_reading(call->request.method);
	if (!http_identity_take(call, route != NULL && route->role == TOKEN_ROLE_NONE, changes))
		return;
	if (route == NULL && allowed[0] != '\0') {
		evhttp_add_header(
			evhttp_request_get_output_headers(call->evhttp), "Allow", allowed);
		http_respond_error(&call->request, 405, "%s is not possible here: use %s",
			call->request.method, allowed);
	} else if (route == NULL) {
		http_respond_error(&call->request, 404,
			"there is no %.200s here: GET /v1 names what there is", call->request.path);
	} else if (!token_role_allows(call->request.role, route->role, changes)) {
		refuse_role(call, route->role, changes);
	} else if (take_body(call, call->server->text_types[route - call->server->routes])) {
		route->handler(&call->request, route->user);
	}
}

// The connection goes before the answer. What evhttp has taken off its connection is ours to free.
static void
on_gone(struct evhttp_connection *held, void *user)
{
	(void)held;
	struct http_call *call = user;
	if (evhttp_request_get_connection(call->evhttp) == NULL)
		evhttp_request_free(call->evhttp);
	call->evhttp = NULL;
	call->connection = NULL;
}

static struct http_call *
create_call(struct http_server *server, struct evhttp_request *evhttp)
{
	struct http_call *call = calloc(1, sizeof *call);
	if (call == NULL)
		return NULL;
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(evhttp);
	const char *path = evhttp_uri_get_path(uri);
	const char *query = evhttp_uri_get_query(uri);
	call->path = strdup(path ? path : "");
	TAILQ_INIT(&call->query);
	if (call->path == NULL || (query && evhttp_parse_query_str(query, &call->query) != 0)) {
		// A query that cannot be read is as good as none: its parameters are missing.
		evhttp_clear_headers(&call->query);
		if (call->path == NULL) {
			free(call);
			return NULL;
		}
	}
	call->server = server;
	call->evhttp = evhttp;
	call->connection = http_connection_of(evhttp);
	http_connection_identify(call->connection);
	snprintf(call->peer, sizeof call->peer, "%s", call->connection->peer);
	call->request = (struct http_request){
		.method = method_name(evhttp_request_get_command(evhttp)),
		.path = call->path,
		.name = call->name,
		.endpoint = call->endpoint,
		.school = call->school,
		.peer = call->peer,
		.is_loopback = call->connection->is_loopback,
	};
	return call;
}

void
http_call_free(struct http_call *call)
{
	json_decref(call->request.body);
	evhttp_clear_headers(&call->query);
	free(call->path);
	free(call);
}

// While a handler thinks, evhttp must not be given input: it would take it for a fault of its own
// and exit.
static void
stop_reading(struct bufferevent *bufferevent)
{
	bufferevent_data_cb read;
	bufferevent_data_cb write;
	bufferevent_event_cb event;
	void *user;
	bufferevent_getcb(bufferevent, &read, &write, &event, &user);
	bufferevent_setcb(bufferevent, NULL, write, event, user);
}

void
http_request_dispatch(struct evhttp_request *evhttp, void *user)
{
	struct http_server *server = user;
	struct evhttp_connection *held = evhttp_request_get_connection(evhttp);
	struct bufferevent *bufferevent = evhttp_connection_get_bufferevent(held);
	server->counters.requests++;
	// Without TLS it is the makeshift of a moment without memory (http_connection.c).
	bool has_tls = bufferevent_openssl_get_ssl(bufferevent) != NULL;
	struct http_call *call = has_tls ? create_call(server, evhttp) : NULL;
	if (call == NULL) {
		evhttp_send_error(evhttp, HTTP_SERVUNAVAIL, NULL);
		return;
	}
	evhttp_connection_set_closecb(held, on_gone, call);
	evhttp_request_set_on_complete_cb(evhttp, http_connection_answered, call->connection);
	stop_reading(bufferevent);
	handle(call);
}

const char *
http_request_query(const struct http_request *request, const char *name)
{
	const struct http_call *call = (const struct http_call *)request;
	return evhttp_find_header(&call->query, name);
}

const char *
http_request_header(const struct http_request *request, const char *name)
{
	const struct http_call *call = (const struct http_call *)request;
	return call->evhttp != NULL ? header_of(call, name) : NULL;
}

void
http_request_set_header(struct http_request *request, const char *name, const char *value)
{
	struct http_call *call = (struct http_call *)request;
	if (call->evhttp != NULL)
		evhttp_add_header(evhttp_request_get_output_headers(call->evhttp), name, value);
}
