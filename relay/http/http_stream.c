/* SPDX-License-Identifier: BSD-3-Clause */
// http_stream.c - server-sent events: answers that stay open until the peer goes or falls behind.
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/http_struct.h>

#include "http/http_internal.h"
#include "platform/clock.h"
#include "platform/log.h"

#define TICKS_PER_STUCK 10 // how often in that time a stream is looked after
#define UNASKED_INPUT_BYTES_MAX 4096

enum stream_state {
	STREAM_OPEN,
	STREAM_FLUSHING, // closed by its owner: what was sent is still on its way
	STREAM_CUT,      // a limit was passed: it ends at once
};

struct http_stream {
	enum stream_state state;
	struct http_server *server;
	struct http_connection *connection;
	struct evhttp_request *evhttp;
	struct evbuffer_cb_entry *watch;
	struct mono_time moved_at; // the output was empty, or some of it went
	http_stream_closed_fn on_closed;
	void *user;
	char peer[HTTP_PEER_TEXT_BYTES];
};

static struct evbuffer *
output_of(const struct http_stream *stream)
{
	return bufferevent_get_output(stream->connection->bufferevent);
}

// Once for each stream: its connection goes, whoever ended it.
static void
on_gone(struct evhttp_connection *held, void *user)
{
	(void)held;
	struct http_stream *stream = user;
	struct http_connection *connection = stream->connection;
	evbuffer_remove_cb_entry(output_of(stream), stream->watch);
	connection->stream = NULL;
	event_del(connection->timer);
	// What evhttp has taken off its connection is ours to free.
	if (evhttp_request_get_connection(stream->evhttp) == NULL)
		evhttp_request_free(stream->evhttp);
	stream->server->counters.streams_open--;
	stream->on_closed(stream, stream->user);
	free(stream);
}

static void
on_output(struct evbuffer *output, const struct evbuffer_cb_info *info, void *user)
{
	(void)output;
	struct http_stream *stream = user;
	size_t length = info->orig_size + info->n_added - info->n_deleted;
	if (info->n_deleted > 0 || info->orig_size == 0)
		stream->moved_at = clock_mono();
	if (stream->state == STREAM_FLUSHING && length == 0)
		event_active(stream->connection->timer, EV_TIMEOUT, 0);
}

static void
cut(struct http_stream *stream, const char *why)
{
	stream->state = STREAM_CUT;
	stream->server->counters.streams_cut++;
	log_warning("control port: the event stream to %s is closed: %s", stream->peer, why);
	event_active(stream->connection->timer, EV_TIMEOUT, 0);
}

void
http_stream_tick(struct http_stream *stream)
{
	struct http_connection *connection = stream->connection;
	int64_t stuck_ms = stream->server->limits.stream_stuck_ms;
	struct evbuffer *input = bufferevent_get_input(connection->bufferevent);
	size_t length = evbuffer_get_length(output_of(stream));
	bool is_stuck =
		length > 0 && mono_since_ns(clock_mono(), stream->moved_at) >= stuck_ms * NS_IN_MS;

	// Nobody asked for it, and unread it would hide the connection's end.
	evbuffer_drain(input, evbuffer_get_length(input));
	if (is_stuck && stream->state != STREAM_CUT)
		cut(stream, "it takes nothing");
	if (stream->state == STREAM_CUT || (stream->state == STREAM_FLUSHING && length == 0))
		evhttp_connection_free(evhttp_request_get_connection(stream->evhttp));
	else
		http_connection_set_timer(connection, stuck_ms / TICKS_PER_STUCK + 1);
}

// A peer behind a broken path acknowledges nothing: the kernel's buffer would take heartbeats for
// hours.
static void
set_socket_limits(const struct http_stream *stream)
{
	int socket = bufferevent_getfd(stream->connection->bufferevent);
	unsigned timeout_ms = (unsigned)stream->server->limits.stream_stuck_ms;
	setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms);
}

static void
start(struct http_stream *stream)
{
	struct evhttp_request *evhttp = stream->evhttp;
	struct http_connection *connection = stream->connection;
	struct evkeyvalq *headers = evhttp_request_get_output_headers(evhttp);
	evhttp_add_header(headers, "Content-Type", "text/event-stream");
	evhttp_add_header(headers, "Cache-Control", "no-store");
	evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
	evhttp_connection_set_closecb(evhttp_request_get_connection(evhttp), on_gone, stream);
	bufferevent_setwatermark(connection->bufferevent, EV_READ, 0, UNASKED_INPUT_BYTES_MAX);
	set_socket_limits(stream);
	connection->stream = stream;
	stream->moved_at = clock_mono();
	stream->server->counters.streams_open++;
	http_connection_set_timer(
		connection, stream->server->limits.stream_stuck_ms / TICKS_PER_STUCK + 1);
	evhttp_send_reply_start(evhttp, 200, "OK");
}

struct http_stream *
http_stream_open(struct http_request *request, http_stream_closed_fn on_closed, void *user)
{
	struct http_call *call = (struct http_call *)request;
	struct http_stream *stream = call->evhttp ? calloc(1, sizeof *stream) : NULL;
	if (stream == NULL) {
		http_respond_error(request, 503, "out of memory: try again later");
		return NULL;
	}
	stream->server = call->server;
	stream->connection = call->connection;
	stream->evhttp = call->evhttp;
	stream->on_closed = on_closed;
	stream->user = user;
	snprintf(stream->peer, sizeof stream->peer, "%s", call->peer);
	stream->watch = evbuffer_add_cb(output_of(stream), on_output, stream);
	if (stream->watch == NULL) {
		free(stream);
		http_respond_error(request, 503, "out of memory: try again later");
		return NULL;
	}
	start(stream);
	http_call_free(call);
	return stream;
}

int
http_stream_send_event(struct http_stream *stream, struct http_event *event)
{
	if (stream->state != STREAM_OPEN)
		return -EPIPE;
	struct evbuffer *buffer = evbuffer_new();
	int result = buffer ? http_event_append(event, buffer) : -ENOMEM;
	if (result == 0 && evbuffer_get_length(output_of(stream)) + evbuffer_get_length(buffer) >
				   HTTP_STREAM_BACKLOG_BYTES_MAX) {
		cut(stream, "too much waits for it");
		result = -EPIPE;
	}
	if (result == 0)
		evhttp_send_reply_chunk(stream->evhttp, buffer);
	if (buffer != NULL)
		evbuffer_free(buffer);
	return result;
}

int
http_stream_send(struct http_stream *stream, const char *event, const json_t *data)
{
	if (stream->state != STREAM_OPEN)
		return -EPIPE;
	struct http_event *made = http_event_make(event, data);
	int result = made ? http_stream_send_event(stream, made) : -ENOMEM;
	http_event_release(made);
	return result;
}

void
http_stream_close(struct http_stream *stream)
{
	static const char last_chunk[] = "0\r\n\r\n";
	if (stream->state != STREAM_OPEN)
		return;
	stream->state = STREAM_FLUSHING;
	// Not by evhttp_send_reply_end(): it may free the connection before the bytes have gone.
	if (stream->evhttp->chunked)
		evbuffer_add(output_of(stream), last_chunk, sizeof last_chunk - 1);
	event_active(stream->connection->timer, EV_TIMEOUT, 0);
}
