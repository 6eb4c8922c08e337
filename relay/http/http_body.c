/* SPDX-License-Identifier: BSD-3-Clause */
// http_body.c - how long a request's body may be: long ones only where a route takes them, from
// somebody it lets in.
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <openssl/crypto.h>

#include "http/http_internal.h"

#define METHOD_BYTES 8
#define PATH_BYTES 256

// evhttp's callbacks carry the connection that it keeps; no other call gives it before a request is
// whole.
static void
set_limit(struct http_connection *connection, size_t body_bytes)
{
	void *held = NULL;
	bufferevent_getcb(connection->bufferevent, NULL, NULL, NULL, &held);
	if (held == NULL)
		return;
	evhttp_connection_set_max_body_size(held, (ev_ssize_t)body_bytes);
	// evhttp leaves a body in the connection's buffer until all of it has come.
	bufferevent_setwatermark(connection->bufferevent, EV_READ, 0,
		body_bytes + HTTP_INPUT_BYTES_MAX - HTTP_BODY_BYTES_MAX);
}

void
http_body_reset(struct http_connection *connection)
{
	if (connection->has_head)
		set_limit(connection, HTTP_BODY_BYTES_MAX);
	connection->has_head = false;
}

// The route that takes text, of "PUT /v1/timetable/rules HTTP/1.1"; NULL: any other.
static const struct http_route *
text_route_find(const struct http_server *server, const char *head)
{
	char method[METHOD_BYTES], path[PATH_BYTES], id[HTTP_ID_BYTES_MAX + 1];
	char allowed[HTTP_ALLOWED_BYTES];
	if (sscanf(head, "%7[A-Z] %255[^ ?\r\n]", method, path) != 2)
		return NULL;
	const struct http_route *route = http_route_find(server, method, path, id, allowed);
	return route != NULL && server->text_types[route - server->routes] ? route : NULL;
}

// As http_request.c will find out again when the request is whole: this is about room only.
static bool
is_let_in(struct http_connection *connection, const struct http_route *route, char *head)
{
	static const char name[] = "\nAuthorization: Bearer ";
	char *found = strcasestr(head, name);
	if (found == NULL) {
		http_connection_identify(connection);
		return connection->is_loopback;
	}
	char *text = found + sizeof name - 1;
	text[strcspn(text, "\r\n")] = '\0';
	const struct tokens *tokens = connection->server->tokens;
	const struct token *token = tokens ? tokens_find(tokens, text) : NULL;
	return token != NULL && token->role == route->role;
}

void
http_body_look(struct http_connection *connection)
{
	char head[HTTP_READ_BYTES_MAX + 1];
	struct evbuffer *input = bufferevent_get_input(connection->bufferevent);
	ev_ssize_t count = evbuffer_copyout(input, head, sizeof head - 1);
	if (count <= 0)
		return;
	head[count] = '\0';
	char *end = strstr(head, "\r\n\r\n");
	if (end != NULL) {
		end[2] = '\0';
		connection->has_head = true;
		const struct http_route *route = text_route_find(connection->server, head);
		if (route != NULL && is_let_in(connection, route, head))
			set_limit(connection, HTTP_TEXT_BYTES_MAX);
	}
	OPENSSL_cleanse(head, sizeof head); // a token was in it
}
