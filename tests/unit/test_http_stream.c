/* SPDX-License-Identifier: BSD-3-Clause */
// test_http_stream.c - events arrive, and a stream ends once, whoever ends it.
#include "../support/http_scene.h"

struct events {
	unsigned count;
	bool has_event;
	bool has_ended;
	int status;
	char last[256];
	char name[32];
};

static void
on_event(const char *name, const char *data, size_t length, void *user)
{
	struct events *events = user;
	events->count++;
	events->has_event = true;
	snprintf(events->name, sizeof events->name, "%s", name);
	snprintf(events->last, sizeof events->last, "%.*s", (int)length, data);
}

static void
on_end(int status, const char *reason, void *user)
{
	(void)reason;
	struct events *events = user;
	events->status = status;
	events->has_ended = true;
}

static struct https_stream *
watch(struct events *events)
{
	struct https_stream *stream =
		https_stream_open(client, "/v1/watch", NULL, on_event, on_end, events);
	ck_assert_ptr_nonnull(stream);
	while (open_stream == NULL)
		event_base_loop(base, EVLOOP_ONCE);
	return stream;
}

static void
send_text(const char *name, const char *text)
{
	json_t *data = json_pack("{s:s}", "text", text);
	ck_assert_int_eq(http_stream_send(open_stream, name, data), 0);
	json_decref(data);
}

static void
run_until_stream_closed(void)
{
	struct mono_time begin = clock_mono();
	while (streams_closed == 0) {
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		ck_assert_msg(mono_since_ns(clock_mono(), begin) < PATIENCE_MS * NS_IN_MS,
			"the stream does not end");
	}
	ck_assert_uint_eq(streams_closed, 1);
}

START_TEST(stream_delivers_events_and_outlives_the_timeouts)
{
	const struct http_server_options options = {
		.request_deadline_ms = 100, .idle_timeout_ms = 100, .stream_stuck_ms = 100};
	struct events events = {0};
	listen_on("127.0.0.1", &options);
	watch(&events);
	send_text("join", "line\nline");
	run_until(&events.has_event);
	ck_assert_str_eq(events.name, "join");
	ck_assert_str_eq(events.last, "{\"text\":\"line\\nline\"}");
	struct mono_time begin = clock_mono();
	while (mono_since_ns(clock_mono(), begin) < 400 * NS_IN_MS)
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	ck_assert(!events.has_ended);
	events.has_event = false;
	send_text("update", "still there");
	run_until(&events.has_event);
	ck_assert_str_eq(events.name, "update");
	ck_assert_uint_eq(events.count, 2);
}
END_TEST

START_TEST(stream_tells_once_that_its_peer_has_gone)
{
	struct events events = {0};
	listen_on("127.0.0.1", NULL);
	struct https_stream *stream = watch(&events);
	https_stream_close(stream);
	run_until_stream_closed();
	ck_assert_uint_eq(http_server_counters(server).streams_open, 0);
	run_until_connections(0);
	ck_assert_uint_eq(streams_closed, 1);
	ck_assert(!events.has_ended);
}
END_TEST

START_TEST(stream_closed_by_its_owner_delivers_what_was_sent)
{
	struct events events = {0};
	listen_on("127.0.0.1", NULL);
	watch(&events);
	for (int i = 0; i < 50; i++)
		send_text("leave", "the last words");
	http_stream_close(open_stream);
	ck_assert_uint_eq(streams_closed, 0);
	json_t *data = json_object();
	ck_assert_int_eq(http_stream_send(open_stream, "more", data), -EPIPE);
	json_decref(data);
	run_until(&events.has_ended);
	ck_assert_uint_eq(events.count, 50);
	ck_assert_int_eq(events.status, 0);
	run_until_stream_closed();
	run_until_connections(0);
}
END_TEST

START_TEST(stream_whose_backlog_grows_is_cut)
{
	static char text[8192];
	struct raw raw;
	listen_on("127.0.0.1", NULL);
	raw_open(&raw, true);
	raw_write(&raw, "GET /v1/watch HTTP/1.1\r\nHost: localhost\r\n\r\n");
	while (open_stream == NULL)
		event_base_loop(base, EVLOOP_ONCE);
	bufferevent_disable(raw.connection, EV_READ);
	memset(text, 'x', sizeof text - 1);
	json_t *data = json_pack("{s:s}", "text", text);
	int result = 0;
	size_t sent = 0;
	while (result == 0) {
		result = http_stream_send(open_stream, "flood", data);
		sent += sizeof text;
		ck_assert_uint_eq(streams_closed, 0);
	}
	json_decref(data);
	ck_assert_int_eq(result, -EPIPE);
	ck_assert_uint_ge(sent, HTTP_STREAM_BACKLOG_BYTES_MAX);
	ck_assert_uint_lt(sent, HTTP_STREAM_BACKLOG_BYTES_MAX + 3 * sizeof text);
	run_until_stream_closed();
	ck_assert_uint_eq(http_server_counters(server).streams_cut, 1);
	run_until_connections(0);
	raw_close(&raw);
}
END_TEST

// What the stream's only connection has still to send.
static size_t
backlog(void)
{
	struct http_connection *connection = LIST_FIRST(&server->connections);
	return evbuffer_get_length(bufferevent_get_output(connection->bufferevent));
}

START_TEST(stream_that_takes_nothing_is_cut)
{
	const struct http_server_options options = {.stream_stuck_ms = 300};
	static char text[16384];
	struct raw raw;
	listen_on("127.0.0.1", &options);
	raw_open(&raw, true);
	raw_write(&raw, "GET /v1/watch HTTP/1.1\r\nHost: localhost\r\n\r\n");
	while (open_stream == NULL)
		event_base_loop(base, EVLOOP_ONCE);
	bufferevent_disable(raw.connection, EV_READ);
	memset(text, 'x', sizeof text - 1);
	json_t *data = json_pack("{s:s}", "text", text);
	// Fills the kernel's buffers until some of it stays here, well below the backlog's limit.
	while (backlog() < 4 * sizeof text) {
		ck_assert_int_eq(http_stream_send(open_stream, "flood", data), 0);
		for (int i = 0; i < 8 && backlog() > 0; i++)
			event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	}
	json_decref(data);
	struct mono_time begin = clock_mono();
	run_until_stream_closed();
	ck_assert_int_lt(mono_since_ns(clock_mono(), begin) / NS_IN_MS, 2000);
	run_until_connections(0);
	raw_close(&raw);
}
END_TEST

START_TEST(server_that_ends_tells_its_streams)
{
	struct events events = {0};
	listen_on("127.0.0.1", NULL);
	watch(&events);
	http_server_destroy(server);
	server = NULL;
	ck_assert_uint_eq(streams_closed, 1);
	run_until(&events.has_ended);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {stream_delivers_events_and_outlives_the_timeouts,
		stream_tells_once_that_its_peer_has_gone,
		stream_closed_by_its_owner_delivers_what_was_sent,
		stream_whose_backlog_grows_is_cut, stream_that_takes_nothing_is_cut,
		server_that_ends_tells_its_streams};
	return run_tests("http_stream", tests, sizeof tests / sizeof *tests);
}
