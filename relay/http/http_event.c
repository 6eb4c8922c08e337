/* SPDX-License-Identifier: BSD-3-Clause */
// http_event.c - a server-sent event as text, made once and shared by all streams that carry it.
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <openssl/crypto.h>

#include "http/http_internal.h"

#define EVENT_NAME_BYTES_MAX 64

struct http_event {
	unsigned references; // its maker's, and one for each stream that it is on its way on
	size_t bytes;
	char text[]; // "event: live\ndata: {...}\n\n"
};

struct http_event *
http_event_make(const char *name, const json_t *data)
{
	char before[EVENT_NAME_BYTES_MAX + sizeof "event: \ndata: "];
	assert(strlen(name) <= EVENT_NAME_BYTES_MAX);
	size_t before_bytes = (size_t)snprintf(before, sizeof before, "event: %s\ndata: ", name);
	// Not json_dumps(): it leaves copies in freed memory, and joins carry keys.
	size_t data_bytes = json_dumpb(data, NULL, 0, JSON_COMPACT);
	size_t bytes = before_bytes + data_bytes + 2;
	struct http_event *event = data_bytes ? malloc(sizeof *event + bytes) : NULL;
	if (event == NULL)
		return NULL;
	event->references = 1;
	event->bytes = bytes;
	memcpy(event->text, before, before_bytes);
	json_dumpb(data, event->text + before_bytes, data_bytes, JSON_COMPACT);
	memcpy(event->text + bytes - 2, "\n\n", 2);
	return event;
}

void
http_event_release(struct http_event *event)
{
	if (event == NULL || --event->references > 0)
		return;
	OPENSSL_cleanse(event->text, event->bytes);
	free(event);
}

static void
sent(const void *bytes, size_t length, void *event)
{
	(void)bytes;
	(void)length;
	http_event_release(event);
}

int
http_event_append(struct http_event *event, struct evbuffer *buffer)
{
	event->references++;
	if (evbuffer_add_reference(buffer, event->text, event->bytes, sent, event) == 0)
		return 0;
	event->references--;
	return -ENOMEM;
}
