/* SPDX-License-Identifier: BSD-3-Clause */
// http_body.c - how long a request's body may be: long ones only where a route takes them, from
// somebody it lets in.
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <openssl/crypto.h>

#include "http/http_identity.h"

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

// The value of a header in the head, ended; NULL: it has none.
static char *
header_find(char *head, const char *name)
{
	char *found = strcasestr(head, name);
	if (found == NULL)
		return NULL;
	found += strlen(name);
	found[strcspn(found, "\r\n")] = '\0';
	return found;
}

// As http_identity.c will find out again when the request is whole: this is about room only.
static bool
is_let_in(struct http_connection *connection, const struct http_route *route, char *head)
{
	http_connection_identify(connection);
	// The one that is ended hides what comes behind it: each in a copy of its own.
	char copy[HTTP_READ_BYTES_MAX + 1];
	snprintf(copy, sizeof copy, "%s", head);
	const char *authorization = header_find(head, "\nAuthorization: ");
	const char *cookie = header_find(copy, "\nCookie: ");
	enum token_role role = http_identity_role(
		connection->server, connection->is_loopback, authorization, cookie);
	OPENSSL_cleanse(copy, sizeof copy);
	return token_role_allows(role, route->role, true);
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
