/* SPDX-License-Identifier: BSD-3-Clause */
// https_connect.c - finds the server's addresses, connects to one, checks its certificate before a
// byte goes.
#include "platform/https_exchange.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509.h>

#define SSL_ERROR_CODE_MAX                                                                         \
	100 // below it libevent reports SSL_get_error()'s values, not the library's

static void try_address(struct https_exchange *exchange);

// Runs inside the handshake: a certificate that is not the pinned one ends it before the request,
// and with it the token, is sent.
int
https_connect_verify(X509_STORE_CTX *store, void *unused)
{
	(void)unused;
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct https_exchange *exchange = SSL_get_app_data(ssl);
	X509 *certificate = X509_STORE_CTX_get0_cert(store);
	uint8_t digest[SHA256_DIGEST_LENGTH];
	unsigned digest_bytes = 0;

	if (exchange == NULL || exchange->has_ended || certificate == NULL ||
		X509_digest(certificate, EVP_sha256(), digest, &digest_bytes) != 1)
		return 0;
	if (!exchange->client->is_pinned ||
		CRYPTO_memcmp(digest, exchange->client->pin, sizeof digest) == 0) {
		X509_STORE_CTX_set_error(store, X509_V_OK);
		return 1;
	}
	exchange->was_rejected = true;
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(exchange->seen + 2 * i, 3, "%02x", digest[i]);
	X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
	return 0;
}

static void
drop_connection(struct https_exchange *exchange)
{
	if (exchange->connection == NULL)
		return;
	SSL *ssl = bufferevent_openssl_get_ssl(exchange->connection);
	if (exchange->is_secure) {
		// Tells the server that the end is meant; nobody waits for its answer.
		SSL_set_shutdown(ssl, SSL_RECEIVED_SHUTDOWN);
		SSL_shutdown(ssl);
		ERR_clear_error();
	}
	SSL_set_app_data(ssl, NULL);
	bufferevent_setcb(exchange->connection, NULL, NULL, NULL, NULL);
	bufferevent_free(exchange->connection);
	exchange->connection = NULL;
	exchange->is_secure = false;
}

static void
on_resolver_idle(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	evdns_base_free(user, 0);
}

// Not at once: this may be inside one of the resolver's own callbacks.
static void
release_resolver(struct https_exchange *exchange)
{
	const struct timeval now = {0, 0};
	event_base_once(exchange->base, -1, EV_TIMEOUT, on_resolver_idle, exchange->resolver, &now);
	exchange->resolver = NULL;
}

void
https_connect_release(struct https_exchange *exchange)
{
	drop_connection(exchange);
	if (exchange->lookup != NULL)
		evdns_getaddrinfo_cancel(exchange->lookup);
	exchange->lookup = NULL;
	if (exchange->resolver != NULL)
		release_resolver(exchange);
	if (exchange->addresses != NULL)
		evutil_freeaddrinfo(exchange->addresses);
	exchange->addresses = NULL;
}

static void
on_readable(struct bufferevent *connection, void *user)
{
	struct https_exchange *exchange = user;
	struct evbuffer *input = bufferevent_get_input(connection);
	https_exchange_enter(exchange);
	while (!exchange->has_ended && evbuffer_get_length(input) > 0) {
		size_t length = evbuffer_get_contiguous_space(input);
		char *bytes = (char *)evbuffer_pullup(input, (ev_ssize_t)length);
		https_exchange_feed(exchange, bytes, length);
		// The bufferevent may be on its way out, but its memory goes only after this
		// callback.
		if (!exchange->has_ended) {
			OPENSSL_cleanse(bytes, length); // a join's keys came this way
			evbuffer_drain(input, length);
		}
	}
	https_exchange_leave(exchange);
}

// What went wrong with the connection, for a person.
static void
describe(
	struct https_exchange *exchange, short what, int error, char text[HTTPS_CLIENT_ERROR_BYTES])
{
	const char *address = exchange->client->address;
	unsigned long code = bufferevent_get_openssl_error(exchange->connection);
	const char *reason = code > SSL_ERROR_CODE_MAX ? ERR_reason_error_string(code) : NULL;
	bool was_cut = (what & BEV_EVENT_EOF) || (reason == NULL && error == 0) ||
		       ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING;

	if (exchange->was_rejected)
		snprintf(text, HTTPS_CLIENT_ERROR_BYTES,
			"%s shows a certificate that is not the pinned one; its SHA-256 is %s",
			address, exchange->seen);
	else if (was_cut)
		snprintf(text, HTTPS_CLIENT_ERROR_BYTES, "%s closed the connection", address);
	else if (reason != NULL)
		snprintf(text, HTTPS_CLIENT_ERROR_BYTES, "TLS with %s failed: %s", address, reason);
	else
		snprintf(text, HTTPS_CLIENT_ERROR_BYTES, "cannot %s %s: %s",
			exchange->is_secure ? "talk to" : "connect to", address, strerror(error));
}

static void
on_connection_event(struct bufferevent *connection, short what, void *user)
{
	struct https_exchange *exchange = user;
	int error = EVUTIL_SOCKET_ERROR();
	if (what & BEV_EVENT_CONNECTED) {
		exchange->is_secure = true;
		bufferevent_write(connection, exchange->request.bytes, exchange->request.length);
		https_buffer_clear(&exchange->request); // it holds the token
		return;
	}

	char text[HTTPS_CLIENT_ERROR_BYTES];
	https_exchange_enter(exchange);
	describe(exchange, what, error, text);
	if (!exchange->is_secure && !exchange->was_rejected && exchange->address->ai_next != NULL) {
		drop_connection(exchange);
		exchange->address = exchange->address->ai_next;
		try_address(exchange);
	} else if (https_response_is_whole(&exchange->response)) {
		https_exchange_conclude(exchange, NULL);
	} else {
		https_exchange_conclude(exchange, text);
	}
	https_exchange_leave(exchange);
}

// Connects to exchange->address, or to the first one behind it that the machine has a way to.
static void
try_address(struct https_exchange *exchange)
{
	struct https_client *client = exchange->client;
	int error = 0;
	for (; exchange->address != NULL; exchange->address = exchange->address->ai_next) {
		SSL *ssl = SSL_new(client->context);
		if (ssl == NULL)
			goto out_of_memory;
		SSL_set_app_data(ssl, exchange);
		if (!client->is_numeric)
			SSL_set_tlsext_host_name(ssl, client->host);
		// Callbacks are deferred, or the end of a connection would overtake its last bytes.
		exchange->connection = bufferevent_openssl_socket_new(client->base, -1, ssl,
			BUFFEREVENT_SSL_CONNECTING,
			BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
		if (exchange->connection == NULL) {
			SSL_free(ssl);
			goto out_of_memory;
		}
		bufferevent_setcb(
			exchange->connection, on_readable, NULL, on_connection_event, exchange);
		bufferevent_enable(exchange->connection, EV_READ | EV_WRITE);
		if (bufferevent_socket_connect(exchange->connection, exchange->address->ai_addr,
			    (int)exchange->address->ai_addrlen) == 0)
			return;
		error = EVUTIL_SOCKET_ERROR();
		drop_connection(exchange);
	}
	char text[HTTPS_CLIENT_ERROR_BYTES];
	snprintf(text, sizeof text, "cannot connect to %s: %s", client->address, strerror(error));
	https_exchange_conclude(exchange, text);
	return;

out_of_memory:
	https_exchange_conclude(exchange, "out of memory");
}

static void
on_addresses(int error, struct evutil_addrinfo *addresses, void *user)
{
	struct https_exchange *exchange = user;
	if (error == EVUTIL_EAI_CANCEL)
		return; // the exchange is gone
	exchange->lookup = NULL;
	https_exchange_enter(exchange);
	if (error != 0) {
		char text[HTTPS_CLIENT_ERROR_BYTES];
		snprintf(text, sizeof text, "cannot find the address of \"%s\": %s",
			exchange->client->host, evutil_gai_strerror(error));
		https_exchange_conclude(exchange, text);
	} else {
		exchange->addresses = exchange->address = addresses;
		try_address(exchange);
	}
	https_exchange_leave(exchange);
}

// Asks the name servers of the moment: a PC that lives for years sees them change.
static void
look_up(struct https_exchange *exchange, const struct evutil_addrinfo *hints)
{
	struct https_client *client = exchange->client;
	exchange->resolver = evdns_base_new(
		client->base, EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	if (exchange->resolver == NULL) {
		https_exchange_conclude(exchange, "no name server is known: see /etc/resolv.conf");
		return;
	}
	struct evdns_getaddrinfo_request *lookup = evdns_getaddrinfo(
		exchange->resolver, client->host, client->port, hints, on_addresses, exchange);
	// It may have answered already, from the hosts file.
	if (!exchange->has_ended && exchange->addresses == NULL)
		exchange->lookup = lookup;
}

void
https_connect_begin(struct https_exchange *exchange)
{
	struct https_client *client = exchange->client;
	if (client->is_socket) {
		exchange->address = &client->socket_info;
		try_address(exchange);
		return;
	}
	struct evutil_addrinfo hints = {
		.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP};
	if (!client->is_numeric && !client->is_localhost) {
		look_up(exchange, &hints);
		return;
	}
	// Without a host getaddrinfo() gives the loopback addresses, whatever any file says of
	// "localhost".
	hints.ai_flags = EVUTIL_AI_NUMERICHOST | EVUTIL_AI_NUMERICSERV;
	int error = evutil_getaddrinfo(client->is_localhost ? NULL : client->host, client->port,
		&hints, &exchange->addresses);
	if (error != 0) {
		https_exchange_conclude(exchange, evutil_gai_strerror(error));
		return;
	}
	exchange->address = exchange->addresses;
	try_address(exchange);
}
