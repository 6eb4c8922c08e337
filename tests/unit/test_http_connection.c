/* SPDX-License-Identifier: BSD-3-Clause */
// test_http_connection.c - no connection lives too long, grows too large or keeps others out.
#include "../support/http_scene.h"

START_TEST(body_above_the_limit_is_413)
{
	listen_on("127.0.0.1", NULL);
	static char body[HTTP_BODY_BYTES_MAX + 2];
	memset(body, ' ', HTTP_BODY_BYTES_MAX);
	body[0] = '{';
	body[HTTP_BODY_BYTES_MAX - 1] = '}';
	expect("POST", "/v1/things", body, NULL, 200);
	body[HTTP_BODY_BYTES_MAX] = ' ';
	expect("POST", "/v1/things", body, NULL, 413);
}
END_TEST

START_TEST(headers_above_the_limit_are_refused)
{
	struct raw raw;
	static char header[HTTP_HEADER_BYTES_MAX + 64];
	listen_on("127.0.0.1", NULL);
	raw_open(&raw, true);
	raw_write(&raw, "GET /healthz HTTP/1.1\r\nX: ");
	memset(header, 'x', sizeof header - 1);
	raw_write(&raw, header);
	run_until(&raw.is_closed);
	ck_assert_ptr_null(strstr(raw.text, " 200 "));
	raw_close(&raw);
	expect("GET", "/healthz", NULL, NULL, 200);
}
END_TEST

struct drip {
	struct raw raw;
	struct event *timer;
	unsigned bytes;
};

static void
on_drip(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	struct drip *drip = user;
	raw_write(&drip->raw, "x");
	drip->bytes++;
}

START_TEST(dripping_header_ends_at_the_deadline)
{
	const struct http_server_options options = {.request_deadline_ms = 300};
	const struct timeval often = {.tv_usec = 20000};
	struct drip drip = {0};
	listen_on("127.0.0.1", &options);
	struct mono_time begin = clock_mono();
	raw_open(&drip.raw, true);
	raw_write(&drip.raw, "GET /healthz HTTP/1.1\r\nX: ");
	drip.timer = event_new(base, -1, EV_PERSIST, on_drip, &drip);
	event_add(drip.timer, &often);
	run_until(&drip.raw.is_closed);
	int64_t lived_ms = mono_since_ns(clock_mono(), begin) / NS_IN_MS;
	event_free(drip.timer);
	ck_assert_int_ge(lived_ms, 280); // the loop's clock is coarse
	ck_assert_int_lt(lived_ms, 2000);
	ck_assert_uint_gt(drip.bytes, 3);
	ck_assert_uint_eq(http_server_counters(server).deadlines, 1);
	run_until_connections(0);
	raw_close(&drip.raw);
}
END_TEST

START_TEST(handshake_that_never_comes_ends_at_the_deadline)
{
	const struct http_server_options options = {.request_deadline_ms = 200};
	struct raw raw;
	listen_on("127.0.0.1", &options);
	raw_open(&raw, false);
	run_until(&raw.is_closed);
	run_until_connections(0);
	raw_close(&raw);
}
END_TEST

START_TEST(connection_serves_many_requests_and_ends_when_idle)
{
	// The deadline is shorter than the idle time: an answered request has none any more.
	const struct http_server_options options = {
		.request_deadline_ms = 300, .idle_timeout_ms = 700};
	struct raw raw;
	listen_on("127.0.0.1", &options);
	raw_open(&raw, true);
	raw_expect(&raw, "GET /v1/things/1 HTTP/1.1\r\nHost: localhost\r\n\r\n", "\"id\":\"1\"");
	raw_expect(&raw, "GET /v1/things/2 HTTP/1.1\r\nHost: localhost\r\n\r\n", "\"id\":\"2\"");
	struct mono_time begin = clock_mono();
	run_until(&raw.is_closed);
	ck_assert_int_ge(mono_since_ns(clock_mono(), begin) / NS_IN_MS, 690);
	ck_assert_uint_eq(http_server_counters(server).deadlines, 0);
	ck_assert_uint_eq(http_server_counters(server).connections_accepted, 1);
	raw_close(&raw);
}
END_TEST

START_TEST(idle_connections_do_not_block_a_request)
{
	static struct raw idle[200];
	listen_on("127.0.0.1", NULL);
	for (size_t i = 0; i < 200; i++)
		raw_open(&idle[i], i % 2);
	expect("GET", "/v1/things", NULL, operator_token, 200);
	ck_assert_uint_ge(http_server_counters(server).connections_open, 200);
	for (size_t i = 0; i < 200; i++)
		raw_close(&idle[i]);
	run_until_connections(0);
}
END_TEST

START_TEST(connections_above_the_limit_wait_for_a_place)
{
	const struct http_server_options options = {.connections_max = 3};
	struct raw idle[3];
	struct answer answer = {0};
	listen_on("127.0.0.1", &options);
	for (size_t i = 0; i < 3; i++)
		raw_open(&idle[i], true);
	run_until_connections(3);
	https_request(client, "GET", "/healthz", NULL, NULL, PATIENCE_MS, on_answer, &answer);
	struct mono_time begin = clock_mono();
	while (mono_since_ns(clock_mono(), begin) < 200 * NS_IN_MS)
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	ck_assert(!answer.is_there);
	ck_assert_uint_eq(http_server_counters(server).connections_accepted, 3);
	raw_close(&idle[1]);
	run_until(&answer.is_there);
	ck_assert_int_eq(answer.status, 200);
	ck_assert_uint_ge(http_server_counters(server).connections_limit_reached, 1);
	json_decref(answer.json);
	raw_close(&idle[0]);
	raw_close(&idle[2]);
}
END_TEST

START_TEST(a_renewed_certificate_ends_no_connection)
{
	struct raw before, after;
	char path[96];
	listen_on("127.0.0.1", NULL);
	raw_open(&before, true);
	raw_expect(&before, "GET /v1/things/1 HTTP/1.1\r\nHost: localhost\r\n\r\n", "\"id\":\"1\"");
	static const char *const names[] = {"relay.crt", "relay.key"};
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", directory, names[i]);
		unlink(path);
	}
	struct tls *maker;
	ck_assert_int_eq(tls_open(directory, &maker, error), 0);
	ck_assert_int_eq(tls_reload(tls, directory, error), 0);
	ck_assert_str_eq(tls_fingerprint(tls), tls_fingerprint(maker));
	raw_open(&after, true);
	raw_expect(&after, "GET /v1/things/2 HTTP/1.1\r\nHost: localhost\r\n\r\n", "\"id\":\"2\"");
	raw_expect(&before, "GET /v1/things/3 HTTP/1.1\r\nHost: localhost\r\n\r\n", "\"id\":\"3\"");
	tls_close(maker);
	raw_close(&before);
	raw_close(&after);
}
END_TEST

START_TEST(pipelined_request_waits_for_a_late_answer)
{
	struct raw raw;
	listen_on("127.0.0.1", NULL);
	raw_open(&raw, true);
	raw_write(&raw, "GET /v1/later HTTP/1.1\r\nHost: localhost\r\n\r\n"
			"GET /v1/things/2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
	while (waiting == NULL)
		event_base_loop(base, EVLOOP_ONCE);
	raw_write(&raw, "GET /v1/things/3 HTTP/1.1\r\nHost: localhost\r\n\r\n");
	for (int i = 0; i < 20; i++)
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	ck_assert_uint_eq(raw.length, 0);
	http_respond_text(waiting, 200, "text/plain", "late");
	raw_expect(&raw, "", "\"id\":\"3\"");
	const char *late = strstr(raw.text, "late");
	const char *second = strstr(raw.text, "\"id\":\"2\"");
	ck_assert_ptr_nonnull(late);
	ck_assert_ptr_nonnull(second);
	ck_assert(late < second);
	ck_assert(second < strstr(raw.text, "\"id\":\"3\""));
	raw_close(&raw);
}
END_TEST

START_TEST(late_answer_to_a_gone_peer_is_dropped)
{
	const struct http_server_options options = {.request_deadline_ms = 100};
	struct raw raw;
	listen_on("127.0.0.1", &options);
	raw_open(&raw, true);
	raw_write(&raw, "GET /v1/later HTTP/1.1\r\nHost: localhost\r\n\r\n");
	while (waiting == NULL)
		event_base_loop(base, EVLOOP_ONCE);
	raw_close(&raw);
	while (http_server_counters(server).deadlines == 0)
		event_base_loop(base, EVLOOP_ONCE);
	http_respond_text(waiting, 200, "text/plain", "late");
	run_until_connections(0);
}
END_TEST

START_TEST(server_ends_before_a_late_answer)
{
	struct raw raw;
	listen_on("127.0.0.1", NULL);
	raw_open(&raw, true);
	raw_write(&raw, "GET /v1/later HTTP/1.1\r\nHost: localhost\r\n\r\n");
	while (waiting == NULL)
		event_base_loop(base, EVLOOP_ONCE);
	http_server_destroy(server);
	server = NULL;
	http_respond_text(waiting, 200, "text/plain", "late");
	run_until(&raw.is_closed);
	ck_assert_uint_eq(raw.length, 0);
	raw_close(&raw);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {a_renewed_certificate_ends_no_connection,
		body_above_the_limit_is_413, headers_above_the_limit_are_refused,
		dripping_header_ends_at_the_deadline,
		handshake_that_never_comes_ends_at_the_deadline,
		connection_serves_many_requests_and_ends_when_idle,
		idle_connections_do_not_block_a_request,
		connections_above_the_limit_wait_for_a_place,
		pipelined_request_waits_for_a_late_answer, late_answer_to_a_gone_peer_is_dropped,
		server_ends_before_a_late_answer};
	return run_tests("http_connection", tests, sizeof tests / sizeof *tests);
}
