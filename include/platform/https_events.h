/* SPDX-License-Identifier: BSD-3-Clause */
// https_events.h - reads server-sent events as they arrive, cut anywhere (WHATWG HTML,
// section 9.2).
#ifndef PLATFORM_HTTPS_EVENTS_H
#define PLATFORM_HTTPS_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/https_buffer.h"

#define HTTPS_EVENTS_NAME_BYTES_MAX 64

struct https_events {
	struct https_buffer line;
	struct https_buffer data;
	bool has_data;
	bool after_return; // the last byte was '\r': a '\n' now belongs to it
	char name[HTTPS_EVENTS_NAME_BYTES_MAX + 1];
};

// One event. A negative value stops the reading and is passed on.
typedef int (*https_events_fn)(const char *name, const char *data, size_t length, void *user);

// `event_bytes_max` bounds a line and an event's data.
void https_events_init(struct https_events *events, size_t event_bytes_max);
void https_events_fini(struct https_events *events);

// Returns 0, -EMSGSIZE where a limit is passed, -ENOMEM, or what `on_event` said.
int https_events_feed(struct https_events *events, const char *bytes, size_t length,
	https_events_fn on_event, void *user);

#endif
