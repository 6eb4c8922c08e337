/* SPDX-License-Identifier: BSD-3-Clause */
// link.h - the kept-open connection to the control port: events in, rejoin and questions out.
#ifndef CLASSROOM_LINK_H
#define CLASSROOM_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classroom/backoff.h"
#include "classroom/join.h"
#include "classroom/settings.h"
#include "platform/units.h"

#define LINK_SILENT_NS (3 * NS_IN_S)    // nothing heard for this long: connect again
#define LINK_COMPLAIN_NS (30 * NS_IN_S) // between two lines about the same trouble
#define LINK_REQUEST_MS 3000            // for a request and its answer

struct event_base;
struct https_client;
struct https_request;
struct https_stream;

// What the link tells. The join is the callee's to read, and wiped by the link afterwards.
struct link_events {
	void (*join)(const struct join *join, void *user);
	void (*leave)(const char *join_id, const char *reason, void *user);
	// The relay has taken a rejoin: `join_id` is given up, a fresh one follows.
	void (*given_up)(const char *join_id, void *user);
	void *user;
};

struct link {
	struct https_client *client;
	struct https_stream *stream;
	struct https_request *rejoin_request;
	struct https_request *ask_request;
	struct link_events events;
	char token[SETTINGS_TOKEN_BYTES];
	const char *relay;             // as in the settings, for the log
	char instance[JOIN_ID_BYTES];  // held: that of the join
	char join_id[JOIN_ID_BYTES];   // held; "": none
	char rejoin_id[JOIN_ID_BYTES]; // of the request under way
	char endpoint[JOIN_ID_BYTES];  // what the relay calls us
	bool connected;                // hello was heard
	struct mono_time last_heard;
	struct mono_time next_try;
	struct backoff backoff;
	bool complained; // at last_complaint, and not connected since
	struct mono_time last_complaint;
	uint64_t connects;
	struct join join; // of the event being told
};

// `token` is copied. Returns 0, or -errno with the reason in why[0..why_bytes).
int link_init(struct link *link, struct event_base *base, const struct settings *settings,
	const char *token, const struct link_events *events, char *why, size_t why_bytes);
void link_fini(struct link *link);

// What the endpoint holds, sent with the next connection. "" and "": nothing.
void link_hold(struct link *link, const char *instance, const char *join_id);

// Connects, notices silence, connects again. Call at least every 100 ms.
void link_tick(struct link *link, struct mono_time now);

// Gives a join up; link_events.given_up tells when the relay has taken it. Returns false where a
// request is under way already or cannot be made.
bool link_rejoin(struct link *link, const char *join_id, const char *reason);

// Asks for the join as it is now, with fresh rollover counters; told by link_events.join. Returns
// false as above.
bool link_ask(struct link *link);

#endif
