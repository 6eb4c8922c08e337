/* SPDX-License-Identifier: BSD-3-Clause */
// http_body.c - a request is let through to libevent once its head is whole and right, and its body
// no longer than its route takes from its asker.
#include <stdio.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <openssl/crypto.h>

#include "http/http_head.h"
#include "http/http_identity.h"
#include "http/http_problem.h"

#define REFUSED_LINGER_MS 2000 // in which the peer may read why, and what it still sends is dropped
#define WHAT_BYTES 160

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

// evhttp reads no piece of a head that may still turn out to be none: it would answer in HTML.
static void
set_held(struct http_connection *connection, bool is_held)
{
	bufferevent_data_cb read, write;
	bufferevent_event_cb event;
	void *user;
	bufferevent_getcb(connection->bufferevent, &read, &write, &event, &user);
	if (is_held && read != NULL) {
		connection->held_read = read;
		bufferevent_setcb(connection->bufferevent, NULL, write, event, user);
	} else if (!is_held && connection->held_read != NULL) {
		bufferevent_setcb(
			connection->bufferevent, connection->held_read, write, event, user);
		connection->held_read = NULL;
	}
}

// Answers without evhttp, which has seen nothing of this request; the connection then ends.
static void
refuse(struct http_connection *connection, int status, const char *what)
{
	char answer[HTTP_PROBLEM_ANSWER_BYTES];
	size_t bytes = http_problem_answer(status, what, answer);
	struct evbuffer *input = bufferevent_get_input(connection->bufferevent);
	connection->is_refused = true;
	connection->server->counters.malformed++;
	// What evhttp makes of the answer's end would be about the request before.
	void *held = NULL;
	bufferevent_event_cb event = NULL;
	bufferevent_getcb(connection->bufferevent, NULL, NULL, &event, &held);
	bufferevent_setcb(connection->bufferevent, NULL, NULL, event, held);
	bufferevent_enable(connection->bufferevent, EV_WRITE);
	bufferevent_write(connection->bufferevent, answer, bytes);
	evbuffer_drain(input, evbuffer_get_length(input));
	http_connection_set_timer(connection, REFUSED_LINGER_MS);
}

void
http_body_reset(struct http_connection *connection)
{
	if (connection->has_head)
		set_limit(connection, HTTP_BODY_BYTES_MAX);
	connection->has_head = false;
}

// How long the body may be: long ones only where a route takes them, from somebody it lets in. As
// http_identity.c will find out again when the request is whole: this is about room only.
static size_t
limit_of(struct http_connection *connection, const struct http_head *head)
{
	char id[HTTP_ID_BYTES_MAX + 1], allowed[HTTP_ALLOWED_BYTES];
	const struct http_server *server = connection->server;
	const struct http_route *route =
		http_route_find(server, head->method, head->path, id, allowed);
	if (route == NULL || server->text_types[route - server->routes] == NULL)
		return HTTP_BODY_BYTES_MAX;
	http_connection_identify(connection);
	enum token_role role = http_identity_role(
		server, connection->is_loopback, head->authorization, head->cookie);
	return token_role_allows(role, route->role, true) ? HTTP_TEXT_BYTES_MAX
							  : HTTP_BODY_BYTES_MAX;
}

// The head is text[0..count). Returns 0 or the status to refuse it with.
static int
take_head(struct http_connection *connection, char *text, size_t count, const char **what_out,
	char what[WHAT_BYTES])
{
	struct http_head head;
	*what_out = "the request's head is too long: send fewer or shorter headers";
	if (count > HTTP_HEADER_BYTES_MAX)
		return 431;
	int status = http_head_read(text, count, &head, what_out);
	if (status != 0)
		return status;
	size_t limit = limit_of(connection, &head);
	if (head.content_bytes <= (int64_t)limit) {
		set_limit(connection, limit);
		return 0;
	}
	snprintf(what, WHAT_BYTES, "the body has %lld bytes: at most %zu are taken here from you",
		(long long)head.content_bytes, limit);
	*what_out = what;
	return 413;
}

void
http_body_look(struct http_connection *connection)
{
	char text[HTTP_HEADER_BYTES_MAX + 4], words[WHAT_BYTES];
	const char *what = NULL;
	int status = 0;
	struct evbuffer *input = bufferevent_get_input(connection->bufferevent);
	ev_ssize_t count = evbuffer_copyout(input, text, sizeof text - 1);
	if (count <= 0)
		return;
	size_t head_bytes = http_head_find(text, (size_t)count);
	bool is_too_long = head_bytes == 0 && (size_t)count == sizeof text - 1;
	if (head_bytes > 0 || is_too_long) {
		connection->has_head = true;
		status = take_head(
			connection, text, is_too_long ? (size_t)count : head_bytes, &what, words);
	}
	OPENSSL_cleanse(text, (size_t)count); // a token was in it
	if (status != 0)
		refuse(connection, status, what);
	else
		set_held(connection, !connection->has_head);
}

void
http_body_pipelined(struct http_connection *connection)
{
	// evhttp reads this one before we can hold it back: only where it is whole is it looked at.
	char text[HTTP_HEADER_BYTES_MAX];
	struct evbuffer *input = bufferevent_get_input(connection->bufferevent);
	ev_ssize_t count = evbuffer_copyout(input, text, sizeof text);
	bool is_whole = count > 0 && http_head_find(text, (size_t)count) > 0;
	OPENSSL_cleanse(text, sizeof text);
	if (is_whole)
		http_body_look(connection);
	else
		connection->has_head = true;
}
