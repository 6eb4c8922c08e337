/* SPDX-License-Identifier: BSD-3-Clause */
// listeners.c - the people who watch: one text made once for all who see the same.
#include "control/listeners.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "platform/log.h"

struct listener {
	LIST_ENTRY(listener) entry;
	struct listeners *listeners;
	struct http_stream *stream;
	char token[TOKEN_NAME_BYTES_MAX + 1];
	char school[TOKEN_SCHOOL_BYTES_MAX + 1]; // "": sees everything
	uint64_t sign_in;
	bool is_told;
};

struct listeners {
	LIST_HEAD(listener_list, listener) list;
	size_t count;
};

struct listeners *
listeners_create(void)
{
	struct listeners *listeners = calloc(1, sizeof *listeners);
	if (listeners)
		LIST_INIT(&listeners->list);
	return listeners;
}

void
listeners_destroy(struct listeners *listeners)
{
	free(listeners);
}

size_t
listeners_count(const struct listeners *listeners)
{
	return listeners->count;
}

static void
stream_closed(struct http_stream *stream, void *user)
{
	struct listener *listener = user;
	(void)stream;
	LIST_REMOVE(listener, entry);
	listener->listeners->count--;
	free(listener);
}

void
listeners_open(struct listeners *listeners, struct http_request *request, json_t *hello)
{
	struct listener *listener =
		listeners->count < LISTENERS_MAX ? calloc(1, sizeof *listener) : NULL;
	if (!listener || !hello) {
		http_respond_error(request, 503,
			"%d watch already, the most who may, or memory is out: try again later",
			LISTENERS_MAX);
		goto free_listener;
	}
	listener->listeners = listeners;
	snprintf(listener->token, sizeof listener->token, "%s", request->name);
	snprintf(listener->school, sizeof listener->school, "%s", request->school);
	listener->sign_in = request->sign_in;
	listener->stream = http_stream_open(request, stream_closed, listener);
	if (!listener->stream)
		goto free_listener;
	LIST_INSERT_HEAD(&listeners->list, listener, entry);
	listeners->count++;
	http_stream_send(listener->stream, "hello", hello);
	json_decref(hello);
	return;

free_listener:
	free(listener);
	json_decref(hello);
}

// Sends it to this one and to all behind it who see the same.
static void
tell_alike(struct listener *first, const char *event, json_t *data)
{
	struct http_event *made = data ? http_event_make(event, data) : NULL;
	struct listener *listener;
	for (listener = first; listener; listener = LIST_NEXT(listener, entry)) {
		if (listener->is_told || strcmp(listener->school, first->school))
			continue;
		listener->is_told = true;
		if (made)
			http_stream_send_event(listener->stream, made);
	}
	http_event_release(made);
}

void
listeners_tell(
	struct listeners *listeners, const char *event, listeners_view view, const void *context)
{
	struct listener *listener;
	LIST_FOREACH(listener, &listeners->list, entry)
	listener->is_told = false;
	LIST_FOREACH(listener, &listeners->list, entry)
	{
		if (listener->is_told)
			continue;
		json_t *data = view(context, *listener->school ? listener->school : NULL);
		tell_alike(listener, event, data);
		json_decref(data);
	}
}

void
listeners_revoke(struct listeners *listeners, const char *token)
{
	struct listener *listener;
	LIST_FOREACH(listener, &listeners->list, entry)
	if (strcmp(listener->token, token) == 0)
		http_stream_close(listener->stream);
}

void
listeners_look(struct listeners *listeners, const struct http_server *server)
{
	struct listener *listener;
	LIST_FOREACH(listener, &listeners->list, entry)
	if (listener->sign_in != 0 && !http_server_sign_in_holds(server, listener->sign_in))
		http_stream_close(listener->stream);
}
