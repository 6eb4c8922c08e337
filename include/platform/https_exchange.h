/* SPDX-License-Identifier: BSD-3-Clause */
// https_exchange.h - inside https_client: one request and its answer on one connection.
#ifndef PLATFORM_HTTPS_EXCHANGE_H
#define PLATFORM_HTTPS_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/queue.h>
#include <sys/un.h>

#include <event2/util.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>

#include "platform/https_buffer.h"
#include "platform/https_client.h"
#include "platform/https_events.h"
#include "platform/https_response.h"

struct bufferevent;
struct event;
struct evdns_base;
struct evdns_getaddrinfo_request;

#define HTTPS_HOST_BYTES_MAX 255

struct https_client {
	struct event_base *base;
	SSL_CTX *context;
	bool is_pinned;
	bool is_numeric; // the host is an IP address
	bool is_socket;  // a Unix socket, of this machine
	struct sockaddr_un socket;
	struct evutil_addrinfo socket_info;
	bool is_localhost; // the host is that name: never asked of a name server
	uint8_t pin[SHA256_DIGEST_LENGTH];
	char address[HTTPS_HOST_BYTES_MAX + 9]; // as given: what the Host header says
	char host[HTTPS_HOST_BYTES_MAX + 1];
	char port[6];
	LIST_HEAD(https_exchanges, https_exchange) exchanges;
};

struct https_exchange {
	LIST_ENTRY(https_exchange) entry;
	struct event_base *base;
	struct https_client *client; // NULL once it has ended
	unsigned busy;               // callbacks of ours that are under way on the stack
	bool has_ended;
	bool is_stream;

	struct event *begin; // fires at once: nothing is told before the caller has its handle
	struct event *timer;
	int64_t timeout_ms;
	struct evdns_base *resolver;
	struct evdns_getaddrinfo_request *lookup;
	struct evutil_addrinfo *addresses;
	struct evutil_addrinfo *address; // the one being tried
	struct bufferevent *connection;
	bool was_rejected; // the certificate is not the pinned one
	char seen[2 * SHA256_DIGEST_LENGTH + 1];
	bool is_secure; // the handshake is done

	struct https_buffer request;
	struct https_response response;
	struct https_buffer body;
	struct https_events events;
	https_answer_fn on_answer;
	https_event_fn on_event;
	https_end_fn on_end;
	void *user;
};

// Both handles of the interface are exchanges.
struct https_request {
	struct https_exchange exchange;
};
struct https_stream {
	struct https_exchange exchange;
};

// Starts `exchange`, whose callbacks, request and kind are set, from the event loop. Returns 0 or
// -ENOMEM.
int https_exchange_start(
	struct https_client *client, struct https_exchange *exchange, int64_t timeout_ms);

// Ends it without a callback and frees it, now or when its callbacks have returned.
void https_exchange_cancel(struct https_exchange *exchange);

// Ends it with its callback. `reason` NULL: the answer is whole.
void https_exchange_conclude(struct https_exchange *exchange, const char *reason);

// Between these two the exchange's memory stays.
void https_exchange_enter(struct https_exchange *exchange);
void https_exchange_leave(struct https_exchange *exchange);

// Finds the addresses, connects to one after the other, checks the certificate and hands over what
// arrives (https_connect.c).
void https_connect_begin(struct https_exchange *exchange);
void https_connect_release(struct https_exchange *exchange);
int https_connect_verify(X509_STORE_CTX *store, void *unused);

// Takes bytes of the answer. Returns 0 or a negative errno, of which https_exchange_conclude() has
// told.
void https_exchange_feed(struct https_exchange *exchange, const char *bytes, size_t length);

#endif
