/* SPDX-License-Identifier: BSD-3-Clause */
// control_port.c - where the control port listens: its addresses, its socket, those passed in.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control/parts.h"
#include "platform/log.h"

#define CONNECTIONS_BESIDE_ENDPOINTS 256 // operators, monitoring, calendar programs

static int
listen_at(struct http_server *server, const struct config_listen *listen, char *reason)
{
	bool is_ipv6 = strchr(listen->host, ':') != NULL;
	char address[sizeof listen->host + 16];
	snprintf(
		address, sizeof address, is_ipv6 ? "[%s]:%u" : "%s:%u", listen->host, listen->port);
	return http_server_listen(server, address, reason);
}

// Lessons go on without the socket.
static bool
listen_local(struct http_server *server, const char *path)
{
	char reason[HTTP_ERROR_BYTES];
	if (!*path)
		return false;
	int result = http_server_listen_local(server, path, reason);
	if (result)
		log_warning("%s", reason);
	return result == 0;
}

int
control_port_open(struct control *control, char *error, size_t error_bytes)
{
	const struct config *config = control->config;
	char reason[HTTP_ERROR_BYTES] = "";
	// Each endpoint holds one connection open, and opens the next before the old one is gone.
	size_t wanted = 2 * (size_t)control->config->legs_max + CONNECTIONS_BESIDE_ENDPOINTS;
	struct http_server_options options = {
		.tokens = control->tokens,
		.connections_max = wanted > HTTP_CONNECTIONS_MAX ? wanted : HTTP_CONNECTIONS_MAX,
	};
	control->server = http_server_create(control->base, control->tls, &options);
	if (!control->server) {
		snprintf(error, error_bytes, "out of memory");
		return -ENOMEM;
	}
	int result = 0;
	for (size_t i = 0; !result && i < config->listen_count; i++)
		result = listen_at(control->server, &config->listen[i], reason);
	int adopted = result ? 0 : http_server_adopt_passed(control->server, reason);
	if (adopted < 0)
		result = adopted;
	bool is_local = !result && listen_local(control->server, config->socket_path);
	if (!result && config->listen_count == 0 && adopted == 0 && !is_local) {
		snprintf(reason, sizeof reason,
			"nothing to listen on: set control.listen in relay.conf, or pass sockets "
			"in by LISTEN_FDS");
		result = -EINVAL;
	}
	if (result)
		snprintf(error, error_bytes, "%s", reason);
	return result;
}
