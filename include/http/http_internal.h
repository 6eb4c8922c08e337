/* SPDX-License-Identifier: BSD-3-Clause */
// http_internal.h - inside http_server: what its files share. All of it belongs to the event loop's
// thread.
#ifndef HTTP_HTTP_INTERNAL_H
#define HTTP_HTTP_INTERNAL_H

#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <openssl/types.h>

#include "http/guesses.h"
#include "http/http_server.h"
#include "http/sign_ins.h"
#include "platform/units.h"

#define HTTP_PEER_TEXT_BYTES 64
#define HTTP_REFUSALS_LOGGED_MAX 10 // lines in each window below; the rest is told as a number
#define HTTP_REFUSALS_WINDOW_MS 10000
#define HTTP_INPUT_BYTES_MAX                                                                       \
	(128 * 1024)             // unread input of a connection: more than one whole request
#define HTTP_READ_BYTES_MAX 4096 // of one read: the buffer that a quiet connection keeps

#define HTTP_BACKLOG 512

struct evconnlistener;

struct http_server {
	LIST_ENTRY(http_server) entry;
	struct event_base *base;
	struct evhttp *http;
	struct tls *tls;
	const struct tokens *tokens;
	struct sign_ins *sign_ins;
	struct guesses *guesses;
	struct http_server_options limits; // no zero left in it
	struct http_route routes[HTTP_ROUTES_MAX];
	const char *text_types[HTTP_ROUTES_MAX]; // of text routes; NULL: JSON
	size_t route_count;
	struct evconnlistener *listeners[HTTP_LISTENERS_MAX];
	size_t listener_count;
	bool is_paused;
	struct event *resume;
	LIST_HEAD(http_connections, http_connection) connections;
	struct http_server_counters counters;
	struct mono_time refusals_since;
	unsigned refusals; // logged or not, in this window
};

// What evhttp does not keep of a connection: who it is, and until when it may be silent.
struct http_connection {
	LIST_ENTRY(http_connection) entry;
	struct http_server *server; // NULL: the server has gone before
	struct bufferevent *bufferevent;
	struct event *timer;
	struct http_stream *stream;    // NULL: requests and answers
	bool is_new;                   // not let in yet
	bool is_idle;                  // between two requests
	bool has_head;                 // the request's, so that its body's limit is known
	bool is_refused;               // answered without evhttp: what still comes is dropped
	bufferevent_data_cb held_read; // evhttp's, while it must not read; NULL: it may
	bool has_peer;
	struct address_prefix prefix;
	bool is_loopback;
	char peer[HTTP_PEER_TEXT_BYTES];
};

// A request as its handler sees it, and what is behind it.
struct http_call {
	struct http_request request; // first: the handler's pointer is this one
	struct http_server *server;
	struct http_connection *connection; // valid while evhttp is not NULL
	struct evhttp_request *evhttp;      // NULL: the peer has gone
	struct evkeyvalq query;
	char *path;
	char id[HTTP_ID_BYTES_MAX + 1];
	char peer[HTTP_PEER_TEXT_BYTES];
	char name[TOKEN_NAME_BYTES_MAX + 1];
	char endpoint[TOKEN_ENDPOINT_BYTES_MAX + 1];
	char school[TOKEN_SCHOOL_BYTES_MAX + 1];
};

// http_connection.c: evhttp's callback that makes a connection; sets the deadline of what comes
// next; reads the peer's address; ends every connection's tie to the server.
struct bufferevent *http_connection_create(struct event_base *base, void *server);
struct http_connection *http_connection_of(struct evhttp_request *evhttp);
void http_connection_identify(struct http_connection *connection);
void http_connection_answered(struct evhttp_request *evhttp, void *connection);
void http_connection_set_timer(struct http_connection *connection, int64_t delay_ms);
void http_connection_detach_all(struct http_server *server);

// http_listen.c: makes the server known to its listeners' callbacks; stops and goes on accepting.
void http_listen_register(struct http_server *server);
void http_listen_unregister(struct http_server *server);
void http_listen_pause(struct http_server *server);
void http_listen_resume(struct http_server *server);
// Accepts from a listening socket, which is the caller's where that fails.
int http_listen_add(struct http_server *server, int fd);

// http_local.c: whether the process behind this connection of a Unix socket has the relay's rights;
// writes who it is.
bool http_local_is_trusted(int fd, char text[HTTP_PEER_TEXT_BYTES]);

// http_request.c: evhttp's callback for a request; frees a call, whose peer may be gone.
void http_request_dispatch(struct evhttp_request *evhttp, void *server);
void http_call_free(struct http_call *call);
// Answers 401 or 403: counted, and a line in the log unless there is a flood of them.
void http_refuse_unknown(struct http_call *call, const char *what);
// Answers 429 where this asker's address must wait before it may try a token: then it is true.
bool http_refuse_guess(struct http_call *call, const struct token *token);
void http_refuse_forbidden(struct http_call *call, const char *what);

// http_body.c: looks at the request whose first bytes have come, and lets evhttp read it when its
// head is whole and right; the same for one that had come before the last was answered; back to the
// usual limit for the next one.
void http_body_pipelined(struct http_connection *connection);
void http_body_look(struct http_connection *connection);
void http_body_reset(struct http_connection *connection);

// http_route.c: the route for a method and path, its id decoded into `id`; NULL: none. Where only
// the method is wrong, *allowed_out lists the right ones ("GET, DELETE"), else it is "".
#define HTTP_ALLOWED_BYTES 64
const struct http_route *http_route_find(const struct http_server *server, const char *method,
	const char *path, char id[HTTP_ID_BYTES_MAX + 1], char allowed_out[HTTP_ALLOWED_BYTES]);
// Whether `path` is what `pattern` describes; then *has_id_out says if there is an id.
bool http_route_match(
	const char *pattern, const char *path, char id[HTTP_ID_BYTES_MAX + 1], bool *has_id_out);

// A path as it may be logged: cut, and a run of characters that is as long as a token is hidden,
// since a feed's address carries one.
#define HTTP_LOG_PATH_BYTES 129
#define HTTP_LOG_RUN_MAX 32 // a token has 43 behind its prefix
#define HTTP_LOG_HIDDEN "[hidden]"
void http_path_for_log(const char *path, char text[HTTP_LOG_PATH_BYTES]);

// http_event.c: the event's text behind what is in `buffer`, shared with all who send it. 0 or
// -ENOMEM.
int http_event_append(struct http_event *event, struct evbuffer *buffer);

// http_stream.c: looks after a stream when its connection's timer fires.
void http_stream_tick(struct http_stream *stream);

#endif
