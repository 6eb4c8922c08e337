/* SPDX-License-Identifier: BSD-3-Clause */
// presence.h - which endpoint holds which event stream, and the heartbeat on all of them.
#ifndef CONTROL_PRESENCE_H
#define CONTROL_PRESENCE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "http/http_server.h"
#include "platform/units.h"
#include "timetable/timetable.h"

#define PRESENCE_HEARTBEAT_MS 1000
#define PRESENCE_ADDRESS_BYTES 64
#define PRESENCE_VERSION_BYTES 32

// An endpoint that has connected since the start. Its address stays the same.
struct presence_entry {
	struct presence *presence;
	struct presence_entry *next;
	char endpoint[TIMETABLE_ID_BYTES_MAX];
	struct http_stream *stream; // NULL: not connected
	char token[TOKEN_NAME_BYTES_MAX + 1];
	char address[PRESENCE_ADDRESS_BYTES];
	char version[PRESENCE_VERSION_BYTES];
	struct wall_time connected_since;
	struct wall_time left_at; // where it is not connected
};

// Told when the last stream of an endpoint has gone; not when a newer one replaces it.
typedef void (*presence_left)(void *context, const char *endpoint_id);

// Told when a newer stream replaces an endpoint's, before the entry tells the newer one's peer.
typedef void (*presence_replaced)(
	void *context, const char *endpoint_id, const char *older_peer, const char *newer_peer);

struct presence;

struct presence *presence_create(presence_left left, presence_replaced replaced, void *context);
// The server that owns the streams must be gone.
void presence_destroy(struct presence *presence);

// Opens the request's event stream in place of the endpoint's older one. The request is answered in
// any case. Returns NULL where that could not be done.
struct presence_entry *presence_open(struct presence *presence, struct http_request *request,
	const char *version, struct wall_time now);

// Sends an event to an endpoint. `data` is borrowed. Returns 0, or -ENOTCONN.
int presence_send(
	struct presence *presence, const char *endpoint_id, const char *event, const json_t *data);

void presence_heartbeat(struct presence *presence);

// This token has been revoked: ends the stream of the endpoint that used it last. Returns the
// endpoint's id, or NULL where the token has not been used.
const char *presence_revoke(struct presence *presence, const char *token);

// NULL where the endpoint has never connected.
const struct presence_entry *presence_find(
	const struct presence *presence, const char *endpoint_id);
size_t presence_connected_count(const struct presence *presence);

#endif
