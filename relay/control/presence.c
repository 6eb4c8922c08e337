/* SPDX-License-Identifier: BSD-3-Clause */
// presence.c - which endpoint holds which event stream, and the heartbeat on all of them.
#include "control/presence.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/clock.h"
#include "platform/log.h"

struct presence {
	struct presence_entry *entries; // one for each endpoint that has a credential, at most
	json_t *nothing;                // a heartbeat's data
	presence_left left;
	presence_replaced replaced;
	void *context;
};

struct presence *
presence_create(presence_left left, presence_replaced replaced, void *context)
{
	struct presence *presence = calloc(1, sizeof *presence);
	if (!presence)
		return NULL;
	presence->left = left;
	presence->replaced = replaced;
	presence->context = context;
	presence->nothing = json_object();
	if (!presence->nothing) {
		free(presence);
		return NULL;
	}
	return presence;
}

void
presence_destroy(struct presence *presence)
{
	if (!presence)
		return;
	struct presence_entry *entry;
	while ((entry = presence->entries)) {
		presence->entries = entry->next;
		free(entry);
	}
	json_decref(presence->nothing);
	free(presence);
}

static struct presence_entry *
entry_find(const struct presence *presence, const char *endpoint_id)
{
	struct presence_entry *entry = presence->entries;
	while (entry && strcmp(entry->endpoint, endpoint_id))
		entry = entry->next;
	return entry;
}

const struct presence_entry *
presence_find(const struct presence *presence, const char *endpoint_id)
{
	return entry_find(presence, endpoint_id);
}

static struct presence_entry *
entry_get(struct presence *presence, const char *endpoint_id)
{
	struct presence_entry *entry = entry_find(presence, endpoint_id);
	if (entry)
		return entry;
	entry = calloc(1, sizeof *entry);
	if (!entry)
		return NULL;
	entry->presence = presence;
	snprintf(entry->endpoint, sizeof entry->endpoint, "%s", endpoint_id);
	entry->next = presence->entries;
	presence->entries = entry;
	return entry;
}

static void
stream_closed(struct http_stream *stream, void *user)
{
	struct presence_entry *entry = user;
	if (entry->stream != stream) // replaced by a newer one
		return;
	entry->stream = NULL;
	entry->left_at = clock_wall();
	log_info("endpoint %s: disconnected", entry->endpoint);
	entry->presence->left(entry->presence->context, entry->endpoint);
}

// An answer that nobody waits for any more must still be given.
struct presence_entry *
presence_open(struct presence *presence, struct http_request *request, const char *version,
	struct wall_time now)
{
	if (strlen(request->endpoint) >= TIMETABLE_ID_BYTES_MAX) {
		http_respond_error(request, 403, "the token's endpoint has too long an id");
		return NULL;
	}
	struct presence_entry *entry = entry_get(presence, request->endpoint);
	if (!entry) {
		http_respond_error(request, 503, "out of memory; try again");
		return NULL;
	}
	char token[sizeof entry->token], address[sizeof entry->address];
	char version_copy[sizeof entry->version];
	snprintf(token, sizeof token, "%s", request->name);
	snprintf(address, sizeof address, "%s", request->peer);
	snprintf(version_copy, sizeof version_copy, "%s", version ? version : "");

	struct http_stream *stream = http_stream_open(request, stream_closed, entry);
	if (!stream)
		return NULL;
	struct http_stream *older = entry->stream;
	if (older)
		presence->replaced(presence->context, entry->endpoint, entry->address, address);
	entry->stream = stream;
	memcpy(entry->token, token, sizeof token);
	memcpy(entry->address, address, sizeof address);
	memcpy(entry->version, version_copy, sizeof version_copy);
	entry->connected_since = now;
	if (older)
		http_stream_close(older);
	log_info("endpoint %s: connected from %s", entry->endpoint, entry->address);
	return entry;
}

int
presence_send(
	struct presence *presence, const char *endpoint_id, const char *event, const json_t *data)
{
	struct presence_entry *entry = entry_find(presence, endpoint_id);
	if (!entry || !entry->stream)
		return -ENOTCONN;
	return http_stream_send(entry->stream, event, data);
}

void
presence_heartbeat(struct presence *presence)
{
	for (struct presence_entry *entry = presence->entries; entry; entry = entry->next)
		if (entry->stream)
			http_stream_send(entry->stream, "heartbeat", presence->nothing);
}

const char *
presence_revoke(struct presence *presence, const char *token)
{
	for (struct presence_entry *entry = presence->entries; entry; entry = entry->next) {
		if (strcmp(entry->token, token))
			continue;
		if (entry->stream)
			http_stream_close(entry->stream);
		return entry->endpoint;
	}
	return NULL;
}

size_t
presence_connected_count(const struct presence *presence)
{
	size_t count = 0;
	for (const struct presence_entry *entry = presence->entries; entry; entry = entry->next)
		count += entry->stream != NULL;
	return count;
}
