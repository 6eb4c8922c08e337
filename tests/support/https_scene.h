/* SPDX-License-Identifier: BSD-3-Clause */
// https_scene.h - for tests of the HTTPS client: a server that says what it is told to, on the same
// event loop.
#ifndef SUPPORT_HTTPS_SCENE_H
#define SUPPORT_HTTPS_SCENE_H

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "platform/https_client.h"

#define PATIENCE_S 5
#define LONG_MS 4000

static struct event_base *base;
static struct evconnlistener *listener;
static struct https_client *client;
static SSL_CTX *server_context;
static char pin[2 * 32 + 1];
static char address[64];
static char error[HTTPS_CLIENT_ERROR_BYTES];

// --- a server that notes what it hears and says what it is told to

static char heard[4096];
static size_t heard_bytes;
static unsigned accepted;
static const char *reply;            // sent when a request's headers have come; NULL: silence
static bool hangs_up;                // after the reply
static struct bufferevent *peers[4]; // by the order they came

static inline void
drop_peer(struct bufferevent *connection)
{
	for (size_t i = 0; i < sizeof peers / sizeof *peers; i++) {
		if (peers[i] == connection)
			peers[i] = NULL;
	}
	bufferevent_free(connection);
}

static inline void
on_peer_sent(struct bufferevent *connection, void *user)
{
	(void)user;
	if (hangs_up)
		drop_peer(connection);
}

static inline void
on_peer_input(struct bufferevent *connection, void *user)
{
	(void)user;
	heard_bytes +=
		bufferevent_read(connection, heard + heard_bytes, sizeof heard - 1 - heard_bytes);
	heard[heard_bytes] = '\0';
	if (strstr(heard, "\r\n\r\n") == NULL || reply == NULL)
		return;
	bufferevent_setcb(connection, NULL, on_peer_sent, NULL, NULL);
	bufferevent_write(connection, reply, strlen(reply));
}

static inline void
on_peer_event(struct bufferevent *connection, short what, void *user)
{
	(void)user;
	if (!(what & BEV_EVENT_CONNECTED))
		drop_peer(connection);
}

static inline void
on_accept(struct evconnlistener *from, evutil_socket_t fd, struct sockaddr *name, int bytes,
	void *user)
{
	(void)from;
	(void)name;
	(void)bytes;
	(void)user;
	ck_assert_uint_lt(accepted, sizeof peers / sizeof *peers);
	struct bufferevent *peer = bufferevent_openssl_socket_new(base, fd, SSL_new(server_context),
		BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(peer, on_peer_input, NULL, on_peer_event, NULL);
	bufferevent_enable(peer, EV_READ | EV_WRITE);
	peers[accepted++] = peer;
}

static inline void
make_certificate(void)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned digest_bytes = 0;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	X509_set_pubkey(certificate, key);
	ck_assert_int_gt(X509_sign(certificate, key, EVP_sha256()), 0);
	ck_assert_int_eq(X509_digest(certificate, EVP_sha256(), digest, &digest_bytes), 1);
	for (unsigned i = 0; i < digest_bytes; i++)
		snprintf(pin + 2 * i, 3, "%02X", digest[i]);
	server_context = SSL_CTX_new(TLS_server_method());
	ck_assert_int_eq(SSL_CTX_use_certificate(server_context, certificate), 1);
	ck_assert_int_eq(SSL_CTX_use_PrivateKey(server_context, key), 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static inline void
setup(void)
{
	struct sockaddr_in ip = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t bytes = sizeof ip;
	base = event_base_new();
	make_certificate();
	listener = evconnlistener_new_bind(base, on_accept, NULL, LEV_OPT_CLOSE_ON_FREE, -1,
		(struct sockaddr *)&ip, sizeof ip);
	ck_assert_ptr_nonnull(listener);
	getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&ip, &bytes);
	snprintf(address, sizeof address, "127.0.0.1:%u", ntohs(ip.sin_port));
	reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
	ck_assert_int_eq(https_client_create(base, address, pin, &client, error), 0);
}

static inline void
teardown(void)
{
	https_client_destroy(client);
	if (listener != NULL)
		evconnlistener_free(listener);
	for (size_t i = 0; i < accepted; i++) {
		if (peers[i] != NULL)
			drop_peer(peers[i]);
	}
	event_base_free(base);
	SSL_CTX_free(server_context);
}

static inline void
on_patience_end(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	*(bool *)user = true;
}

static inline void
run_until(const bool *flag)
{
	bool is_over = false;
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	struct event *timer = evtimer_new(base, on_patience_end, &is_over);
	evtimer_add(timer, &patience);
	while (!*flag && !is_over)
		event_base_loop(base, EVLOOP_ONCE);
	event_free(timer);
	ck_assert_msg(*flag, "nothing happened");
}

// --- what the callbacks told

static bool has_answer;
static bool has_ended;
static unsigned answers;
static unsigned ends;
static unsigned events_told;
static int last_status;
static char last_text[512];
static struct https_request *request;
static struct https_stream *stream;
static bool destroys;
static bool closes;

static inline void
on_answer(int status, const char *body, size_t length, const char *reason, void *user)
{
	ck_assert_ptr_eq(user, &answers);
	has_answer = true;
	answers++;
	last_status = status;
	snprintf(last_text, sizeof last_text, "%.*s", body ? (int)length : 500,
		body ? body : reason);
	https_request_cancel(request); // must do nothing
	if (destroys) {
		https_client_destroy(client);
		client = NULL;
	}
}

static inline void
on_event(const char *name, const char *data, size_t length, void *user)
{
	(void)user;
	(void)length;
	events_told++;
	snprintf(last_text, sizeof last_text, "%s=%s", name, data);
	has_answer = true;
	if (closes)
		https_stream_close(stream);
	if (destroys) {
		https_client_destroy(client);
		client = NULL;
	}
}

static inline void
on_end(int status, const char *reason, void *user)
{
	(void)user;
	has_ended = true;
	ends++;
	last_status = status;
	snprintf(last_text, sizeof last_text, "%s", reason);
	https_stream_close(stream); // must do nothing
}

static inline void
ask(const char *method, const char *body, const char *token, int64_t timeout_ms)
{
	request = https_request(
		client, method, "/v1/x?y=z", body, token, timeout_ms, on_answer, &answers);
	ck_assert_ptr_nonnull(request);
	ck_assert_uint_eq(answers, 0);
	run_until(&has_answer);
}

static inline void
watch(void)
{
	stream = https_stream_open(client, "/events", "secret", on_event, on_end, NULL);
	ck_assert_ptr_nonnull(stream);
}

// Gives everything that is still under way the time to come wrongly.
static inline void
settle(void)
{
	for (int i = 0; i < 50; i++)
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static inline int
run_tests(const char *suite_name, const TTest *const *tests, size_t count)
{
	Suite *suite = suite_create(suite_name);
	TCase *test_case = tcase_create(suite_name);
	tcase_add_checked_fixture(test_case, setup, teardown);
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
