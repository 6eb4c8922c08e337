/* SPDX-License-Identifier: BSD-3-Clause */
// http_server.c - the control port's HTTPS server as a whole: its making, its limits, its end.
#include "http/http_server.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "http/http_internal.h"
#include "http/tls.h"
#include "platform/log.h"

#define DESCRIPTORS_BESIDE 256 // for everything that is no connection
#define METHODS_UNDERSTOOD                                                                         \
	(EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE | \
		EVHTTP_REQ_OPTIONS | EVHTTP_REQ_PATCH) // so that a wrong one is told 405, not 501

static struct http_server_options
complete(const struct http_server_options *given)
{
	struct http_server_options limits = given ? *given : (struct http_server_options){0};
	if (limits.request_deadline_ms == 0)
		limits.request_deadline_ms = HTTP_REQUEST_DEADLINE_MS;
	if (limits.idle_timeout_ms == 0)
		limits.idle_timeout_ms = HTTP_IDLE_TIMEOUT_MS;
	if (limits.stream_stuck_ms == 0)
		limits.stream_stuck_ms = HTTP_STREAM_STUCK_MS;
	if (limits.connections_max == 0)
		limits.connections_max = HTTP_CONNECTIONS_MAX;
	if (limits.strangers_max == 0)
		limits.strangers_max = HTTP_STRANGERS_MAX;
	return limits;
}

static void
raise_descriptor_limit(rlim_t need)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= need)
		return;
	limit.rlim_cur = need;
	if (limit.rlim_max < need)
		limit.rlim_max = need; // root may
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	log_warning("only %llu files may be open where %llu are needed for all connections: raise "
		    "LimitNOFILE",
		(unsigned long long)limit.rlim_cur, (unsigned long long)need);
}

static void
on_resume(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	struct http_server *server = user;
	if (server->counters.connections_open < server->limits.connections_max)
		http_listen_resume(server);
}

struct http_server *
http_server_create(
	struct event_base *base, struct tls *tls, const struct http_server_options *options)
{
	struct http_server *server = calloc(1, sizeof *server);
	if (server == NULL)
		return NULL;
	server->base = base;
	server->tls = tls;
	server->tokens = options ? options->tokens : NULL;
	server->limits = complete(options);
	LIST_INIT(&server->connections);
	server->sign_ins = sign_ins_create();
	if (server->sign_ins == NULL)
		goto free_server;
	server->guesses = guesses_create();
	server->http = server->guesses ? evhttp_new(base) : NULL;
	if (server->http == NULL)
		goto free_sign_ins;
	server->resume = evtimer_new(base, on_resume, server);
	if (server->resume == NULL)
		goto free_http;

	evhttp_set_bevcb(server->http, http_connection_create, server);
	evhttp_set_gencb(server->http, http_request_dispatch, server);
	evhttp_set_allowed_methods(server->http, METHODS_UNDERSTOOD);
	evhttp_set_max_headers_size(server->http, HTTP_HEADER_BYTES_MAX);
	evhttp_set_max_body_size(server->http, HTTP_BODY_BYTES_MAX);
	// An oversized body is read to its end, or the peer would never see the 413.
	evhttp_set_flags(server->http, EVHTTP_SERVER_LINGERING_CLOSE);

	// OpenSSL writes by write(), which kills the process when the peer has gone.
	signal(SIGPIPE, SIG_IGN);
	raise_descriptor_limit(server->limits.connections_max + DESCRIPTORS_BESIDE);
	http_listen_register(server);
	return server;

free_http:
	evhttp_free(server->http);
free_sign_ins:
	guesses_destroy(server->guesses);
	sign_ins_destroy(server->sign_ins);
free_server:
	free(server);
	return NULL;
}

void
http_server_destroy(struct http_server *server)
{
	if (server == NULL)
		return;
	// Frees the listeners and the connections, each of which tells its stream.
	http_listen_unregister(server);
	evhttp_free(server->http);
	assert(server->counters.streams_open == 0);
	http_connection_detach_all(server);
	event_free(server->resume);
	sign_ins_destroy(server->sign_ins);
	guesses_destroy(server->guesses);
	free(server);
}

int
http_server_route(struct http_server *server, const struct http_route *routes)
{
	size_t count = 0;
	while (routes[count].method != NULL)
		count++;
	if (count > HTTP_ROUTES_MAX - server->route_count)
		return -ENOSPC;
	memcpy(server->routes + server->route_count, routes, count * sizeof *routes);
	server->route_count += count;
	return 0;
}

int
http_server_route_text(
	struct http_server *server, const struct http_route *route, const char *content_type)
{
	const struct http_route routes[] = {*route, {0}};
	size_t index = server->route_count;
	int result = http_server_route(server, routes);
	if (result == 0)
		server->text_types[index] = content_type;
	return result;
}

struct http_server_counters
http_server_counters(const struct http_server *server)
{
	return server->counters;
}
