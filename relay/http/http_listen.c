/* SPDX-License-Identifier: BSD-3-Clause */
// http_listen.c - the sockets that the control port listens on: its own and those passed in.
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/listener.h>

#include "http/http_internal.h"
#include "platform/log.h"

#define LISTEN_FD_FIRST 3 // systemd's sd_listen_fds(3)
#define ACCEPT_RETRY_S 1  // after a failure, say of descriptors, that only time can mend

// evhttp takes the listeners' user pointer for itself: this finds ours by it.
static LIST_HEAD(http_servers, http_server) servers = LIST_HEAD_INITIALIZER(servers);

void
http_listen_register(struct http_server *server)
{
	LIST_INSERT_HEAD(&servers, server, entry);
}

void
http_listen_unregister(struct http_server *server)
{
	LIST_REMOVE(server, entry);
}

void
http_listen_pause(struct http_server *server)
{
	server->is_paused = true;
	for (size_t i = 0; i < server->listener_count; i++)
		evconnlistener_disable(server->listeners[i]);
}

void
http_listen_resume(struct http_server *server)
{
	if (!server->is_paused)
		return;
	server->is_paused = false;
	for (size_t i = 0; i < server->listener_count; i++)
		evconnlistener_enable(server->listeners[i]);
}

static struct http_server *
server_of(const struct evhttp *http)
{
	struct http_server *server = LIST_FIRST(&servers);
	while (server != NULL && server->http != http)
		server = LIST_NEXT(server, entry);
	return server;
}

// Out of descriptors or memory: trying again at once would only spin.
static void
on_accept_error(struct evconnlistener *listener, void *http)
{
	(void)listener;
	const struct timeval retry = {.tv_sec = ACCEPT_RETRY_S};
	int error = EVUTIL_SOCKET_ERROR();
	struct http_server *server = server_of(http);
	if (server == NULL)
		return;
	log_warning("control port: no connection can be accepted: %s", strerror(error));
	http_listen_pause(server);
	evtimer_add(server->resume, &retry);
}

static int
bind_socket(const struct sockaddr *address, int address_bytes, const char **step_out)
{
	int yes = 1;
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	*step_out = "cannot open a socket";
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	*step_out = "cannot open the port";
	if (bind(fd, address, (socklen_t)address_bytes) == 0 && listen(fd, HTTP_BACKLOG) == 0)
		return fd;
	int result = -errno;
	close(fd);
	return result;
}

static const char *
advice(int error)
{
	switch (error) {
	case EADDRINUSE:
		return "another program has it: end that one, or change control.listen";
	case EACCES:
		return "ports below 1024 are root's: run as root, give the service "
		       "CAP_NET_BIND_SERVICE, or change control.listen";
	case EADDRNOTAVAIL:
		return "no interface of this machine has the address: change control.listen, or "
		       "see "
		       "`ip address`";
	case EAFNOSUPPORT:
		return "the machine has no such addresses: change control.listen";
	default:
		return "see control.listen";
	}
}

int
http_listen_add(struct http_server *server, int fd)
{
	if (server->listener_count == HTTP_LISTENERS_MAX)
		return -ENOSPC;
	// No backlog of evconnlistener's own: the socket listens already.
	struct evconnlistener *listener = evconnlistener_new(
		server->base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (listener == NULL)
		return -ENOMEM;
	evconnlistener_set_error_cb(listener, on_accept_error);
	if (server->is_paused)
		evconnlistener_disable(listener);
	if (evhttp_bind_listener(server->http, listener) == NULL) {
		// The caller keeps its socket.
		int kept = dup(fd);
		evconnlistener_free(listener);
		if (kept >= 0 && dup2(kept, fd) == fd)
			close(kept);
		return -ENOMEM;
	}
	server->listeners[server->listener_count++] = listener;
	return 0;
}

// "address:port". libevent's parser takes no port 0, which means "any" here.
static bool
parse_address(const char *text, struct sockaddr_storage *out, int *bytes_out)
{
	char copy[INET6_ADDRSTRLEN + 16];
	const char *colon = strrchr(text, ':');
	bool is_any_port = colon != NULL && strcmp(colon, ":0") == 0;
	if (colon == NULL || strlen(text) >= sizeof copy)
		return false;
	snprintf(
		copy, sizeof copy, "%.*s%s", (int)(colon - text), text, is_any_port ? ":1" : colon);
	*bytes_out = sizeof *out;
	if (evutil_parse_sockaddr_port(copy, (struct sockaddr *)out, bytes_out) != 0)
		return false;
	// An IPv6 address without brackets and port is cut at its last colon above.
	if (out->ss_family == AF_INET6 && text[0] != '[')
		return false;
	if (is_any_port && out->ss_family == AF_INET6)
		((struct sockaddr_in6 *)out)->sin6_port = 0;
	else if (is_any_port)
		((struct sockaddr_in *)out)->sin_port = 0;
	return true;
}

int
http_server_listen(struct http_server *server, const char *address, char error[HTTP_ERROR_BYTES])
{
	struct sockaddr_storage parsed;
	int parsed_bytes;
	if (!parse_address(address, &parsed, &parsed_bytes)) {
		snprintf(error, HTTP_ERROR_BYTES,
			"\"%.100s\" is no address to listen on: write 0.0.0.0:8443 or [::]:8443",
			address);
		return -EINVAL;
	}
	const char *step;
	int fd = bind_socket((struct sockaddr *)&parsed, parsed_bytes, &step);
	int result = fd < 0 ? fd : http_listen_add(server, fd);
	if (result == 0)
		return 0;
	if (fd < 0)
		snprintf(error, HTTP_ERROR_BYTES, "%s %.100s: %.100s; %s", step, address,
			strerror(-result), advice(-result));
	else {
		close(fd);
		snprintf(error, HTTP_ERROR_BYTES, "cannot listen on %.100s: %.100s", address,
			strerror(-result));
	}
	return result;
}

static bool
is_listening(int fd)
{
	int type = 0;
	int accepts = 0;
	socklen_t bytes = sizeof type;
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &bytes) != 0 || type != SOCK_STREAM)
		return false;
	bytes = sizeof accepts;
	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &bytes) == 0 && accepts;
}

int
http_server_adopt(struct http_server *server, int fd, char error[HTTP_ERROR_BYTES])
{
	int result = -ENOTSOCK;
	if (is_listening(fd)) {
		evutil_make_socket_nonblocking(fd);
		result = http_listen_add(server, fd);
	}
	if (result != 0)
		snprintf(error, HTTP_ERROR_BYTES,
			"descriptor %d, passed in as a socket, cannot be used: %.100s; it must be "
			"a "
			"listening stream socket",
			fd, result == -ENOTSOCK ? "it does not listen" : strerror(-result));
	return result;
}

int
http_server_adopt_passed(struct http_server *server, char error[HTTP_ERROR_BYTES])
{
	const char *pid = getenv("LISTEN_PID");
	const char *fds = getenv("LISTEN_FDS");
	int count = fds ? atoi(fds) : 0;
	if (pid != NULL && strtol(pid, NULL, 10) != (long)getpid())
		count = 0; // meant for another process
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (count < 0 || count > HTTP_LISTENERS_MAX) {
		snprintf(error, HTTP_ERROR_BYTES, "LISTEN_FDS=%d: pass in up to %d sockets", count,
			HTTP_LISTENERS_MAX);
		return -EINVAL;
	}
	for (int i = 0; i < count; i++) {
		int result = http_server_adopt(server, LISTEN_FD_FIRST + i, error);
		if (result != 0)
			return result;
	}
	return count;
}

uint16_t
http_server_port(const struct http_server *server, size_t index)
{
	union {
		struct sockaddr any;
		struct sockaddr_in ip4;
		struct sockaddr_in6 ip6;
	} name;
	socklen_t bytes = sizeof name;
	if (index >= server->listener_count ||
		getsockname(evconnlistener_get_fd(server->listeners[index]), &name.any, &bytes) !=
			0)
		return 0;
	if (name.any.sa_family == AF_INET6)
		return ntohs(name.ip6.sin6_port);
	return name.any.sa_family == AF_INET ? ntohs(name.ip4.sin_port) : 0;
}
