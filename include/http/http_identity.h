/* SPDX-License-Identifier: BSD-3-Clause */
// http_identity.h - inside http_server: who asks, by token, cookie or place.
#ifndef HTTP_HTTP_IDENTITY_H
#define HTTP_HTTP_IDENTITY_H

#include "http/http_internal.h"

#define HTTP_COOKIE_NAME "__Host-relay" // the prefix binds it to this host, path / and TLS
#define HTTP_CHANGE_HEADER "X-Relay"    // that no form and no foreign page can set

// Finds out who asks, and whether it may go on where `is_open` says that the route is open to all;
// `changes`: whether the request is more than reading. Otherwise it has been answered.
bool http_identity_take(struct http_call *call, bool is_open, bool changes);

// The role behind these headers, for the room that a body may take; TOKEN_ROLE_NONE: unknown.
enum token_role http_identity_role(const struct http_server *server, bool is_loopback,
	const char *authorization, const char *cookie);

#endif
