/* SPDX-License-Identifier: BSD-3-Clause */
// http_scene.h - for tests of the control port: a server and its clients on one event loop.
#ifndef SUPPORT_HTTP_SCENE_H
#define SUPPORT_HTTP_SCENE_H

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <openssl/ssl.h>

#include "http/http_internal.h"
#include "http/http_server.h"
#include "http/tls.h"
#include "platform/clock.h"
#include "platform/https_client.h"
#include "platform/log.h"

#define PATIENCE_MS 5000 // a wait that long has failed

static char directory[64];
static char error[HTTP_ERROR_BYTES];
static struct event_base *base;
static struct tls *tls;
static struct tokens *tokens;
static struct http_server *server;
static struct https_client *client;
static SSL_CTX *raw_context;
static char operator_token[TOKEN_TEXT_BYTES];
static char endpoint_token[TOKEN_TEXT_BYTES];
static char address[64];

static struct http_stream *open_stream;
static unsigned streams_closed;
static struct http_request *waiting;

// --- the handlers of the tests

static inline void
on_echo(struct http_request *request, void *user)
{
	const char *q = http_request_query(request, "q");
	http_respond_json(request, 200,
		json_pack("{s:s, s:s?, s:s?, s:O?, s:s, s:s, s:b, s:s}", "method", request->method,
			"id", request->id, "q", q, "body", request->body, "name", request->name,
			"endpoint", request->endpoint, "loopback", request->is_loopback, "user",
			(const char *)user));
}

static inline void
on_stream_closed(struct http_stream *stream, void *user)
{
	(void)user;
	ck_assert_ptr_eq(stream, open_stream);
	open_stream = NULL;
	streams_closed++;
}

static inline void
on_events(struct http_request *request, void *user)
{
	(void)user;
	open_stream = http_stream_open(request, on_stream_closed, NULL);
	ck_assert_ptr_nonnull(open_stream);
}

static inline void
on_later(struct http_request *request, void *user)
{
	(void)user;
	waiting = request;
}

static const struct http_route routes[] = {
	{"GET", "/healthz", TOKEN_ROLE_NONE, on_echo, (char[]){"healthz"}},
	{"GET", "/v1/things", TOKEN_ROLE_OPERATOR, on_echo, (char[]){"list"}},
	{"POST", "/v1/things", TOKEN_ROLE_OPERATOR, on_echo, (char[]){"make"}},
	{"GET", "/v1/things/:id", TOKEN_ROLE_OPERATOR, on_echo, (char[]){"one"}},
	{"DELETE", "/v1/things/:id", TOKEN_ROLE_OPERATOR, on_echo, (char[]){"drop"}},
	{"POST", "/v1/things/:id/extend", TOKEN_ROLE_OPERATOR, on_echo, (char[]){"extend"}},
	{"GET", "/v1/later", TOKEN_ROLE_OPERATOR, on_later, NULL},
	{"GET", "/v1/watch", TOKEN_ROLE_OPERATOR, on_events, NULL},
	{"GET", "/v1/endpoint/join", TOKEN_ROLE_ENDPOINT, on_echo, (char[]){"join"}},
	{NULL, NULL, 0, NULL, NULL},
};

// --- the scene

static inline void
listen_on(const char *where, const struct http_server_options *options)
{
	struct http_server_options complete = options ? *options : (struct http_server_options){0};
	complete.tokens = tokens;
	server = http_server_create(base, tls, &complete);
	ck_assert_ptr_nonnull(server);
	ck_assert_int_eq(http_server_route(server, routes), 0);
	char bound[64];
	snprintf(bound, sizeof bound, "%s:0", where);
	ck_assert_msg(http_server_listen(server, bound, error) == 0, "%s", error);
	snprintf(address, sizeof address, "%s:%u", where, http_server_port(server, 0));
	char reason[HTTPS_CLIENT_ERROR_BYTES];
	ck_assert_msg(
		https_client_create(base, address, tls_fingerprint(tls), &client, reason) == 0,
		"%s", reason);
}

static inline void
setup(void)
{
	const struct wall_time now = {0};
	log_start("test", LOG_LEVEL_ERROR);
	snprintf(directory, sizeof directory, "/tmp/test_http.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	base = event_base_new();
	ck_assert_msg(tls_open(directory, &tls, error) == 0, "%s", error);
	ck_assert_msg(tokens_open(directory, &tokens, error) == 0, "%s", error);
	ck_assert_int_eq(tokens_create(tokens, "office", TOKEN_ROLE_OPERATOR, NULL, now,
				 operator_token, error),
		0);
	ck_assert_int_eq(tokens_create(tokens, "pc", TOKEN_ROLE_ENDPOINT, "wuxi-1", now,
				 endpoint_token, error),
		0);
	raw_context = SSL_CTX_new(TLS_client_method());
}

static inline void
teardown(void)
{
	char path[96];
	static const char *const names[] = {"relay.crt", "relay.key", "tokens.json"};
	https_client_destroy(client);
	http_server_destroy(server);
	tokens_close(tokens);
	event_base_free(base);
	tls_close(tls);
	SSL_CTX_free(raw_context);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", directory, names[i]);
		unlink(path);
	}
	rmdir(directory);
}

static inline void
on_patience_end(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	*(bool *)user = true;
}

// Runs the loop until *flag is set.
static inline void
run_until(const bool *flag)
{
	bool is_over = false;
	struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
	struct event *timer = evtimer_new(base, on_patience_end, &is_over);
	evtimer_add(timer, &patience);
	while (!*flag && !is_over)
		event_base_loop(base, EVLOOP_ONCE);
	event_free(timer);
	ck_assert_msg(*flag, "nothing happened in %d ms", PATIENCE_MS);
}

// --- a client that asks properly

struct answer {
	bool is_there;
	int status;
	json_t *json;
	char text[1024];
};

static inline void
on_answer(int status, const char *body, size_t length, const char *reason, void *user)
{
	struct answer *answer = user;
	answer->is_there = true;
	answer->status = status;
	snprintf(answer->text, sizeof answer->text, "%.*s", (int)length, body ? body : reason);
	answer->json = body ? json_loadb(body, length, 0, NULL) : NULL;
}

static inline struct answer
ask(const char *method, const char *path, const char *body, const char *token)
{
	struct answer answer = {0};
	ck_assert_ptr_nonnull(
		https_request(client, method, path, body, token, PATIENCE_MS, on_answer, &answer));
	run_until(&answer.is_there);
	return answer;
}

static inline void
expect(const char *method, const char *path, const char *body, const char *token, int status)
{
	struct answer answer = ask(method, path, body, token);
	ck_assert_msg(
		answer.status == status, "%s %s: %d %s", method, path, answer.status, answer.text);
	if (status >= 400)
		ck_assert_ptr_nonnull(json_string_value(json_object_get(answer.json, "detail")));
	json_decref(answer.json);
}

static inline const char *
text_of(const struct answer *answer, const char *key)
{
	return json_string_value(json_object_get(answer->json, key));
}

// --- a client that writes what it likes

struct raw {
	struct bufferevent *connection;
	bool is_secure;
	bool is_closed;
	bool has_input;
	char text[8192];
	size_t length;
};

static inline void
on_raw_input(struct bufferevent *connection, void *user)
{
	struct raw *raw = user;
	raw->length += bufferevent_read(
		connection, raw->text + raw->length, sizeof raw->text - 1 - raw->length);
	raw->text[raw->length] = '\0';
	raw->has_input = true;
}

static inline void
on_raw_event(struct bufferevent *connection, short what, void *user)
{
	(void)connection;
	struct raw *raw = user;
	if (what & BEV_EVENT_CONNECTED)
		raw->is_secure = true;
	else
		raw->is_closed = true;
}

static inline void
raw_start(struct raw *raw, bool has_tls)
{
	struct sockaddr_storage to;
	int bytes = sizeof to;
	*raw = (struct raw){0};
	ck_assert_int_eq(evutil_parse_sockaddr_port(address, (struct sockaddr *)&to, &bytes), 0);
	if (has_tls)
		raw->connection = bufferevent_openssl_socket_new(base, -1, SSL_new(raw_context),
			BUFFEREVENT_SSL_CONNECTING,
			BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	else
		raw->connection = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(raw->connection, on_raw_input, NULL, on_raw_event, raw);
	bufferevent_enable(raw->connection, EV_READ | EV_WRITE);
	ck_assert_int_eq(
		bufferevent_socket_connect(raw->connection, (struct sockaddr *)&to, bytes), 0);
}

static inline void
raw_open(struct raw *raw, bool has_tls)
{
	raw_start(raw, has_tls);
	run_until(&raw->is_secure);
}

static inline void
raw_write(struct raw *raw, const char *text)
{
	bufferevent_write(raw->connection, text, strlen(text));
}

// Writes a request and waits for the answer to hold `expected`.
static inline void
raw_expect(struct raw *raw, const char *request, const char *expected)
{
	raw_write(raw, request);
	while (strstr(raw->text, expected) == NULL && !raw->is_closed) {
		raw->has_input = false;
		bool *flag = &raw->has_input;
		struct mono_time begin = clock_mono();
		while (!*flag && !raw->is_closed) {
			event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
			ck_assert_msg(mono_since_ns(clock_mono(), begin) < PATIENCE_MS * NS_IN_MS,
				"no answer but: %s", raw->text);
		}
	}
	ck_assert_msg(strstr(raw->text, expected) != NULL, "no %s in: %s", expected, raw->text);
}

static inline void
raw_close(struct raw *raw)
{
	bufferevent_free(raw->connection);
	raw->connection = NULL;
}

// Runs the loop until the server has `count` connections.
static inline void
run_until_connections(uint64_t count)
{
	struct mono_time begin = clock_mono();
	while (http_server_counters(server).connections_open != count) {
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		ck_assert_msg(mono_since_ns(clock_mono(), begin) < PATIENCE_MS * NS_IN_MS,
			"%llu connections, not %llu",
			(unsigned long long)http_server_counters(server).connections_open,
			(unsigned long long)count);
	}
}

// Runs the tests of `names`, each in a process of its own with the scene around it.
static inline int
run_tests(const char *suite_name, const TTest *const *tests, size_t count)
{
	Suite *suite = suite_create(suite_name);
	TCase *test_case = tcase_create(suite_name);
	tcase_add_checked_fixture(test_case, setup, teardown);
	tcase_set_timeout(test_case, 30);
	for (size_t i = 0; i < count; i++)
		tcase_add_test(test_case, tests[i]);
	suite_add_tcase(suite, test_case);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}

#endif
