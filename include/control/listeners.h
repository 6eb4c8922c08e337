/* SPDX-License-Identifier: BSD-3-Clause */
// listeners.h - the people who watch: their event streams, and what each of them may see.
#ifndef CONTROL_LISTENERS_H
#define CONTROL_LISTENERS_H

#include <stddef.h>

#include "http/http_server.h"

#define LISTENERS_MAX 256

struct listeners;

// NULL where memory is lacking.
struct listeners *listeners_create(void);
// The server that owns the streams must be gone.
void listeners_destroy(struct listeners *listeners);

// Opens the request's event stream, which begins with `hello` (stolen). The request is answered in
// any case.
void listeners_open(struct listeners *listeners, struct http_request *request, json_t *hello);

size_t listeners_count(const struct listeners *listeners);

// What a listener who sees this school alone hears (NULL: who sees everything); a new reference,
// NULL: nothing.
typedef json_t *(*listeners_view)(const void *context, const char *school);

// Sends an event to all whom the view tells something; it is asked, and its text is made, once for
// each school among the listeners and once for all others.
void listeners_tell(
	struct listeners *listeners, const char *event, listeners_view view, const void *context);

// Ends the streams of a token, and of those who have signed out or whose sign-in is over.
void listeners_revoke(struct listeners *listeners, const char *token);
void listeners_look(struct listeners *listeners, const struct http_server *server);

#endif
