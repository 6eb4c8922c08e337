/* SPDX-License-Identifier: BSD-3-Clause */
// http_server.h - the control port's HTTPS server: routes, roles, limits, server-sent events.
#ifndef HTTP_HTTP_SERVER_H
#define HTTP_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "http/tokens.h"

struct event_base;
struct tls;
struct http_server;
struct http_stream;
struct http_request;

#define HTTP_BODY_BYTES_MAX (64 * 1024)
#define HTTP_TEXT_BYTES_MAX (2 * 1024 * 1024) // of a route of http_server_route_text()
#define HTTP_HEADER_BYTES_MAX (16 * 1024)
#define HTTP_REQUEST_DEADLINE_MS 10000 // from a connection's or request's first sign to its answer
#define HTTP_IDLE_TIMEOUT_MS 30000     // between two requests of a connection
#define HTTP_CONNECTIONS_MAX 1024
#define HTTP_STRANGERS_MAX 64 // connections of one address (an IPv6 one's /64) without a stream
#define HTTP_LISTENERS_MAX 16
#define HTTP_ROUTES_MAX 128
#define HTTP_ID_BYTES_MAX 256 // of a decoded :id segment or * rest, without the zero
#define HTTP_STREAM_BACKLOG_BYTES_MAX (256 * 1024)
#define HTTP_STREAM_STUCK_MS 10000 // a stream whose output does not move for so long ends
#define HTTP_ERROR_BYTES 512

// What a handler gets. Lives until it is answered: exactly one of http_respond_*() or
// http_stream_open() must be called, in the handler or later on the same thread (the deadline goes
// on; the answer to a peer that has gone meanwhile is dropped quietly).
struct http_request {
	const char *method; // "GET", "POST", "DELETE", "PUT"
	const char *path;   // as sent, without the query, still URL-encoded
	const char *id;     // the decoded :id segment or * rest; NULL: the pattern has none
	json_t *body;       // borrowed; an object or an array, NULL: no body
	const char *text;   // of a text route, as it came, inside the handler only; NULL: none
	size_t text_bytes;
	enum token_role role; // who asks: TOKEN_ROLE_NONE on an open route without a token
	const char *name;     // of the token; "localhost" for somebody on loopback; "" for none
	const char *endpoint; // the endpoint of the token; "" otherwise
	const char *school;   // the school of the token; "" otherwise
	uint64_t sign_in;     // the browser's sign-in that stood for the token; 0: none
	const char *peer;     // "198.18.1.7:40312", for the log and the endpoint's address
	bool is_loopback;
};

typedef void (*http_handler_fn)(struct http_request *request, void *user);

// The peer is gone, or http_stream_close() was called, or a limit ended the stream. Called exactly
// once for each opened stream, never inside http_stream_open() or http_stream_send(); `stream` is
// gone when it returns.
typedef void (*http_stream_closed_fn)(struct http_stream *stream, void *user);

// One route. `pattern` is a path whose segments match literally, but for one ":id" segment, which
// matches one non-empty segment, or a trailing "*", which matches the non-empty rest. Earlier
// routes win. `role` is the least one that is let in (token_role.h says which includes which); a
// role that only reads is let in for GET alone. Tables end with method NULL.
struct http_route {
	const char *method;
	const char *pattern;
	enum token_role role;
	http_handler_fn handler;
	void *user;
};

// Zero in a field means the constant above.
struct http_server_options {
	const struct tokens *tokens; // NULL: no token is known
	int64_t request_deadline_ms;
	int64_t idle_timeout_ms;
	int64_t stream_stuck_ms;
	size_t connections_max;
	size_t strangers_max; // loopback has no such limit
};

struct http_server_counters { // written, read: the event loop's thread
	uint64_t connections_accepted;
	uint64_t connections_open;
	uint64_t connections_limit_reached; // times that accepting paused
	uint64_t connections_crowded;       // closed: too many of one address
	uint64_t requests;
	uint64_t unauthorized; // 401, and 404 of http_respond_unknown()
	uint64_t forbidden;    // 403
	uint64_t limited;      // 429
	uint64_t malformed;    // no requests, or too long ones
	uint64_t deadlines;    // connections closed at the request deadline
	uint64_t streams_open;
	uint64_t streams_cut; // for backlog or being stuck
};

// `base` and `tls` must outlive the server. Also ignores SIGPIPE and raises RLIMIT_NOFILE, as the
// limits need. Returns NULL where memory is out.
struct http_server *http_server_create(
	struct event_base *base, struct tls *tls, const struct http_server_options *options);

// Closes listeners, connections and streams (their callbacks are called).
void http_server_destroy(struct http_server *server);

// Adds routes; the table (not its strings) is copied. -ENOSPC beyond HTTP_ROUTES_MAX.
int http_server_route(struct http_server *server, const struct http_route *routes);

// Adds one route whose requests carry text of `content_type` ("text/csv") instead of JSON, at most
// HTTP_TEXT_BYTES_MAX. More than HTTP_BODY_BYTES_MAX is taken only from an asker whom the route
// lets in, known from a head that came in one piece: strangers cannot fill the memory. -ENOSPC as
// above.
int http_server_route_text(
	struct http_server *server, const struct http_route *route, const char *content_type);

// Listens on "address:port" ("0.0.0.0:8443", "[::1]:8443"; port 0: any). Returns 0 or -errno, with
// what is wrong and what to do in `error`.
int http_server_listen(
	struct http_server *server, const char *address, char error[HTTP_ERROR_BYTES]);

// Listens on a Unix socket of this path (mode 0660, TLS as everywhere), which takes the place of
// one that nobody listens on. Who connects as root, or as the relay's own user or a member of its
// group, is an administrator. Errors as above.
int http_server_listen_local(
	struct http_server *server, const char *path, char error[HTTP_ERROR_BYTES]);

// Takes over a listening stream socket. Returns 0 or -errno; the socket is then left open.
int http_server_adopt(struct http_server *server, int fd, char error[HTTP_ERROR_BYTES]);

// Adopts what socket activation passed in: LISTEN_FDS sockets from descriptor 3 on, if LISTEN_PID
// is unset or ours. Clears both variables, so that no child takes them for its own. Returns how
// many were adopted, or -errno.
int http_server_adopt_passed(struct http_server *server, char error[HTTP_ERROR_BYTES]);

// The port of the index-th listener, in the order they were added; 0 where there is none.
uint16_t http_server_port(const struct http_server *server, size_t index);

struct http_server_counters http_server_counters(const struct http_server *server);

// The value of a query parameter, decoded; NULL where it is missing. The first one counts.
const char *http_request_query(const struct http_request *request, const char *name);

// A header of the request, or NULL; inside the handler only.
const char *http_request_header(const struct http_request *request, const char *name);

// A header of the answer that is still to come.
void http_request_set_header(struct http_request *request, const char *name, const char *value);

// Answers; `request` is gone afterwards. `value` is stolen, also on failure; NULL is answered as
// 500.
void http_respond_json(struct http_request *request, int status, json_t *value);
void http_respond_text(
	struct http_request *request, int status, const char *content_type, const char *text);
void http_respond_bytes(struct http_request *request, int status, const char *content_type,
	const void *bytes, size_t count);
// A text as JSON; where it was cut within a character, without that one. A new reference.
json_t *http_json_text(const char *text);

// Problem details (RFC 9457): type, title, status, and the text as detail, which says what is
// wrong, and what to do. With what else the problem has (stolen; an object), or with the name of
// the body's field or query's parameter that is wrong.
void http_respond_error(struct http_request *request, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void http_respond_problem(struct http_request *request, int status, json_t *more,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
void http_respond_field(struct http_request *request, int status, const char *field,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

// Signs the asker's browser in by a token's text: the answer that is still to come sets its cookie.
// Returns the token's name, and the request is of its role from here on; NULL: it has been answered
// (401, 503).
const char *http_sign_in(struct http_request *request, const char *text);
// Forgets the browser's sign-in; the answer that is still to come clears its cookie.
void http_sign_out(struct http_request *request);
// Whether a request's sign-in is still one: not signed out, over, or its token revoked.
bool http_server_sign_in_holds(const struct http_server *server, uint64_t number);

// 404 to a stranger whose address carries no token that opens it: counted, and one line in the log,
// in which the token is hidden.
void http_respond_unknown(struct http_request *request, const char *what);

// Answers with 200 text/event-stream and keeps the connection. `request` is gone afterwards. NULL
// where the peer is gone already or memory is out (`on_closed` is then not called).
struct http_stream *http_stream_open(
	struct http_request *request, http_stream_closed_fn on_closed, void *user);

// Sends one event. `data` is borrowed. Returns 0, or -EPIPE: the stream is ending and on_closed is
// on its way (peer gone, backlog above its limit), or -ENOMEM.
int http_stream_send(struct http_stream *stream, const char *event, const json_t *data);

// One event for many streams: its text is made once. NULL where memory is out.
struct http_event;
struct http_event *http_event_make(const char *event, const json_t *data);
void http_event_release(struct http_event *event);

// As http_stream_send().
int http_stream_send_event(struct http_stream *stream, struct http_event *event);

// Ends the stream; what was sent is still delivered where the peer takes it. on_closed follows from
// the event loop; nothing may be sent any more.
void http_stream_close(struct http_stream *stream);

#endif
