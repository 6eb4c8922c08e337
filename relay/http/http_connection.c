/* SPDX-License-Identifier: BSD-3-Clause */
// http_connection.c - what evhttp does not keep of a connection: its deadline, its peer, its place
// in the limit.
#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/ssl.h>

#include "http/http_internal.h"
#include "http/tls.h"
#include "platform/log.h"

// evhttp tells nobody when a connection without a request goes. But every connection has an SSL
// object, which is freed once: the record hangs on it.
static void
on_ssl_freed(void *ssl, void *value, CRYPTO_EX_DATA *data, int index, long argl, void *argp)
{
	(void)ssl;
	(void)data;
	(void)index;
	(void)argl;
	(void)argp;
	struct http_connection *connection = value;
	if (connection == NULL)
		return;
	struct http_server *server = connection->server;
	if (server != NULL) {
		LIST_REMOVE(connection, entry);
		event_free(connection->timer);
		server->counters.connections_open--;
		http_listen_resume(server);
	}
	free(connection);
}

static int
ssl_index(void)
{
	static int index = -1;
	if (index < 0)
		index = SSL_get_ex_new_index(0, NULL, NULL, NULL, on_ssl_freed);
	assert(index >= 0);
	return index;
}

struct http_connection *
http_connection_of(struct evhttp_request *evhttp)
{
	struct evhttp_connection *held = evhttp_request_get_connection(evhttp);
	SSL *ssl = bufferevent_openssl_get_ssl(evhttp_connection_get_bufferevent(held));
	struct http_connection *connection = SSL_get_ex_data(ssl, ssl_index());
	assert(connection != NULL);
	return connection;
}

void
http_connection_set_timer(struct http_connection *connection, int64_t delay_ms)
{
	struct timeval delay = {.tv_sec = delay_ms / MS_IN_S, .tv_usec = delay_ms % MS_IN_S * 1000};
	evtimer_add(connection->timer, &delay);
}

// Whether others of its address leave it a place. An event stream is somebody who is known, of whom
// many may be behind one address.
static bool
has_place(const struct http_connection *newest)
{
	const struct http_server *server = newest->server;
	const struct http_connection *other;
	size_t count = 0;
	if (newest->is_loopback)
		return true;
	LIST_FOREACH(other, &server->connections, entry)
	count += !other->is_new && other->has_peer && other->stream == NULL &&
		 memcmp(&other->prefix, &newest->prefix, sizeof newest->prefix) == 0;
	return count < server->limits.strangers_max;
}

// evhttp tells a connection's socket only after it has been made.
static void
let_in(struct http_connection *connection)
{
	struct http_server *server = connection->server;
	http_connection_identify(connection);
	bool has_one = has_place(connection);
	connection->is_new = false;
	if (has_one) {
		http_connection_set_timer(connection, server->limits.request_deadline_ms);
		return;
	}
	if (server->counters.connections_crowded++ == 0)
		log_warning("control port: %s has %zu connections already: more are closed",
			connection->peer, server->limits.strangers_max);
	shutdown(bufferevent_getfd(connection->bufferevent), SHUT_RDWR);
}

static void
on_timer(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	struct http_connection *connection = user;
	if (connection->is_new) {
		let_in(connection);
		return;
	}
	if (connection->stream != NULL) {
		http_stream_tick(connection->stream);
		return;
	}
	if (!connection->is_idle && !connection->is_refused)
		connection->server->counters.deadlines++;
	// Whatever evhttp is doing with it, it now sees the end of the connection and frees it by
	// itself.
	int socket = bufferevent_getfd(connection->bufferevent);
	if (socket >= 0)
		shutdown(socket, SHUT_RDWR);
}

static void
start_request(struct http_connection *connection)
{
	connection->is_idle = false;
	http_connection_set_timer(connection, connection->server->limits.request_deadline_ms);
	http_body_reset(connection);
}

static void
on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *user)
{
	struct http_connection *connection = user;
	if (info->n_added == 0 || connection->server == NULL)
		return;
	if (connection->is_refused) {
		evbuffer_drain(input, evbuffer_get_length(input));
		return;
	}
	if (connection->is_idle)
		start_request(connection);
	if (!connection->has_head && connection->stream == NULL)
		http_body_look(connection);
}

void
http_connection_answered(struct evhttp_request *evhttp, void *user)
{
	(void)evhttp;
	struct http_connection *connection = user;
	if (evbuffer_get_length(bufferevent_get_input(connection->bufferevent)) > 0) {
		start_request(connection); // the next request has come already
		http_body_pipelined(connection);
		return;
	}
	connection->is_idle = true;
	http_connection_set_timer(connection, connection->server->limits.idle_timeout_ms);
}

static void
count_in(struct http_server *server, struct http_connection *connection)
{
	LIST_INSERT_HEAD(&server->connections, connection, entry);
	server->counters.connections_accepted++;
	server->counters.connections_open++;
	if (server->counters.connections_open < server->limits.connections_max)
		return;
	// The others wait in the kernel's queue: idle and dripping connections end soon.
	if (server->counters.connections_limit_reached++ == 0)
		log_warning("control port: all %zu connections are in use, more must wait",
			server->limits.connections_max);
	http_listen_pause(server);
}

static struct http_connection *
create_record(struct http_server *server, SSL *ssl)
{
	struct http_connection *connection = calloc(1, sizeof *connection);
	if (connection == NULL)
		return NULL;
	connection->timer = evtimer_new(server->base, on_timer, connection);
	if (connection->timer == NULL || SSL_set_ex_data(ssl, ssl_index(), connection) != 1) {
		if (connection->timer != NULL)
			event_free(connection->timer);
		free(connection);
		return NULL;
	}
	connection->server = server;
	count_in(server, connection);
	return connection;
}

struct bufferevent *
http_connection_create(struct event_base *base, void *user)
{
	struct http_server *server = user;
	SSL *ssl = SSL_new(tls_context(server->tls));
	struct http_connection *connection = ssl ? create_record(server, ssl) : NULL;
	struct bufferevent *bufferevent = NULL;
	if (connection != NULL)
		bufferevent = bufferevent_openssl_socket_new(
			base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	else
		SSL_free(ssl);
	if (bufferevent == NULL) {
		// evhttp then makes one without TLS, whose requests http_request_dispatch() turns
		// away.
		log_error("control port: out of memory");
		return NULL;
	}
	connection->bufferevent = bufferevent;
	bufferevent_setwatermark(bufferevent, EV_READ, 0, HTTP_INPUT_BYTES_MAX);
	bufferevent_set_max_single_read(bufferevent, HTTP_READ_BYTES_MAX);
	evbuffer_add_cb(bufferevent_get_input(bufferevent), on_input, connection);
	start_request(connection); // the handshake and the first request share one deadline
	connection->is_new = true;
	event_active(connection->timer, EV_TIMEOUT, 0); // before any of its bytes is read
	return bufferevent;
}

static bool
is_loopback(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET) {
		const struct sockaddr_in *ip4 = (const struct sockaddr_in *)address;
		return ntohl(ip4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	}
	if (address->ss_family == AF_INET6) {
		const struct in6_addr *ip6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
		return IN6_IS_ADDR_LOOPBACK(ip6) ||
		       (IN6_IS_ADDR_V4MAPPED(ip6) && ip6->s6_addr[12] == IN_LOOPBACKNET);
	}
	return false;
}

static void
write_peer(const struct sockaddr_storage *address, char text[HTTP_PEER_TEXT_BYTES])
{
	char ip[INET6_ADDRSTRLEN] = "?";
	if (address->ss_family == AF_INET6) {
		const struct sockaddr_in6 *ip6 = (const struct sockaddr_in6 *)address;
		bool is_mapped = IN6_IS_ADDR_V4MAPPED(&ip6->sin6_addr);
		inet_ntop(is_mapped ? AF_INET : AF_INET6,
			ip6->sin6_addr.s6_addr + (is_mapped ? 12 : 0), ip, sizeof ip);
		snprintf(text, HTTP_PEER_TEXT_BYTES, is_mapped ? "%s:%u" : "[%s]:%u", ip,
			ntohs(ip6->sin6_port));
	} else if (address->ss_family == AF_INET) {
		const struct sockaddr_in *ip4 = (const struct sockaddr_in *)address;
		inet_ntop(AF_INET, &ip4->sin_addr, ip, sizeof ip);
		snprintf(text, HTTP_PEER_TEXT_BYTES, "%s:%u", ip, ntohs(ip4->sin_port));
	} else {
		snprintf(text, HTTP_PEER_TEXT_BYTES, "?");
	}
}

void
http_connection_identify(struct http_connection *connection)
{
	if (connection->has_peer)
		return;
	connection->has_peer = true;
	int yes = 1;
	int socket = bufferevent_getfd(connection->bufferevent);
	struct sockaddr_storage address = {0};
	socklen_t bytes = sizeof address;
	// An address that cannot be told is nobody's: no loopback, no rights.
	getpeername(socket, (struct sockaddr *)&address, &bytes);
	connection->prefix = address_prefix_of(&address);
	if (address.ss_family == AF_UNIX) {
		connection->is_loopback = http_local_is_trusted(socket, connection->peer);
		return;
	}
	connection->is_loopback = is_loopback(&address);
	write_peer(&address, connection->peer);
	setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

void
http_connection_detach_all(struct http_server *server)
{
	// libevent frees the bufferevents, and with them the SSL objects, when its loop comes
	// round.
	while (!LIST_EMPTY(&server->connections)) {
		struct http_connection *connection = LIST_FIRST(&server->connections);
		LIST_REMOVE(connection, entry);
		event_free(connection->timer);
		connection->timer = NULL;
		connection->server = NULL;
	}
}
