/* SPDX-License-Identifier: BSD-3-Clause */
// https_events.c - reads server-sent events as they arrive, cut anywhere (WHATWG HTML,
// section 9.2).
#include "platform/https_events.h"

#include <errno.h>
#include <string.h>

void
https_events_init(struct https_events *events, size_t event_bytes_max)
{
	memset(events, 0, sizeof *events);
	events->line.limit = event_bytes_max;
	events->data.limit = event_bytes_max;
}

void
https_events_fini(struct https_events *events)
{
	https_buffer_release(&events->line);
	https_buffer_release(&events->data);
}

static int
add_data(struct https_events *events, const char *value, size_t length)
{
	int error = events->has_data ? https_buffer_append(&events->data, "\n", 1) : 0;
	if (!error)
		error = https_buffer_append(&events->data, value, length);
	events->has_data = true;
	return error;
}

static int
set_name(struct https_events *events, const char *value, size_t length)
{
	if (length > HTTPS_EVENTS_NAME_BYTES_MAX)
		return -EMSGSIZE;
	memcpy(events->name, value, length);
	events->name[length] = '\0';
	return 0;
}

// An empty line ends the event. One without data is none.
static int
dispatch(struct https_events *events, https_events_fn on_event, void *user)
{
	int error = 0;
	if (events->has_data)
		error = on_event(events->name[0] ? events->name : "message",
			https_buffer_text(&events->data), events->data.length, user);
	if (error < 0)
		return error;
	https_buffer_clear(&events->data);
	events->has_data = false;
	events->name[0] = '\0';
	return 0;
}

// "field: value"; a comment begins with the colon; fields that nobody here needs (id, retry) are
// skipped.
static int
read_field(struct https_events *events)
{
	const char *line = events->line.bytes;
	size_t length = events->line.length;
	const char *colon = memchr(line, ':', length);
	size_t name_bytes = colon ? (size_t)(colon - line) : length;
	size_t value_at = colon ? name_bytes + 1 : length;
	if (value_at < length && line[value_at] == ' ')
		value_at++;

	if (name_bytes == 4 && memcmp(line, "data", 4) == 0)
		return add_data(events, line + value_at, length - value_at);
	if (name_bytes == 5 && memcmp(line, "event", 5) == 0)
		return set_name(events, line + value_at, length - value_at);
	return 0;
}

static int
end_line(struct https_events *events, https_events_fn on_event, void *user)
{
	if (events->line.length == 0)
		return dispatch(events, on_event, user);
	int error = read_field(events);
	https_buffer_clear(&events->line);
	return error;
}

// The first '\r' or '\n' of the bytes, or their end.
static size_t
line_length(const char *bytes, size_t length)
{
	size_t at = 0;
	while (at < length && bytes[at] != '\n' && bytes[at] != '\r')
		at++;
	return at;
}

int
https_events_feed(struct https_events *events, const char *bytes, size_t length,
	https_events_fn on_event, void *user)
{
	size_t at = 0;
	while (at < length) {
		if (events->after_return && bytes[at] == '\n') {
			events->after_return = false;
			at++;
			continue;
		}
		events->after_return = false;

		size_t run = line_length(bytes + at, length - at);
		int error = run ? https_buffer_append(&events->line, bytes + at, run) : 0;
		if (error)
			return error;
		at += run;
		if (at == length)
			break;
		events->after_return = bytes[at++] == '\r';
		error = end_line(events, on_event, user);
		if (error < 0)
			return error;
	}
	return 0;
}
