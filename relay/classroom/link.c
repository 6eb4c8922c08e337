/* SPDX-License-Identifier: BSD-3-Clause */
// link.c - keeps the event stream open, notices when it is silent, and reads its events.
#include "classroom/link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/http.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "classroom/version.h"
#include "platform/clock.h"
#include "platform/https_client.h"
#include "platform/log.h"

#define HTTP_OK 200
#define HTTP_UNAUTHORISED 401
#define HTTP_FORBIDDEN 403
#define HTTP_NOT_FOUND 404
#define HTTP_CONFLICT 409

#define PATH_BYTES 512

int
link_init(struct link *link, struct event_base *base, const struct settings *settings,
	const char *token, const struct link_events *events, char *why, size_t why_bytes)
{
	char error[HTTPS_CLIENT_ERROR_BYTES];
	memset(link, 0, sizeof *link);
	link->events = *events;
	link->relay = settings->relay;
	snprintf(link->token, sizeof link->token, "%s", token);
	int result = https_client_create(
		base, settings->relay, settings->certificate_sha256, &link->client, error);
	if (result != 0)
		snprintf(why, why_bytes, "%s", result == -EINVAL ? error : "out of memory");
	return result;
}

void
link_fini(struct link *link)
{
	if (link->client)
		https_client_destroy(link->client);
	OPENSSL_cleanse(link, sizeof *link);
}

void
link_hold(struct link *link, const char *instance, const char *join_id)
{
	snprintf(link->instance, sizeof link->instance, "%s", instance);
	snprintf(link->join_id, sizeof link->join_id, "%s", join_id);
}

static uint32_t
random_word(void)
{
	uint32_t word = 0;
	if (RAND_bytes((unsigned char *)&word, sizeof word) != 1)
		return UINT32_MAX / 2;
	return word;
}

static void
complain(struct link *link, int status, const char *reason, struct mono_time now)
{
	if (link->complained && mono_since_ns(now, link->last_complaint) < LINK_COMPLAIN_NS)
		return;
	link->complained = true;
	link->last_complaint = now;
	const char *port = strrchr(link->relay, ':');
	if (status == HTTP_UNAUTHORISED)
		log_error(
			"the relay %s does not know this classroom's token: ask the operator for a "
			"new one (relayctl token) and put it into token_file",
			link->relay);
	else if (status == HTTP_FORBIDDEN)
		log_error("the relay %s refuses this token: it must be one for an endpoint",
			link->relay);
	else if (strstr(reason, "certificate"))
		log_error("the relay %s is not the one that this classroom was set up for: %s. Was "
			  "it "
			  "installed anew? Then put the SHA-256 that it prints when it starts into "
			  "certificate_sha256",
			link->relay, reason);
	else if (status != 0)
		log_warning("the relay %s answers with HTTP %d: %s", link->relay, status, reason);
	else
		log_warning(
			"the relay's control port %s does not answer (%s): is the cable in, does "
			"the school's firewall let TCP %s out?",
			link->relay, reason, port ? port + 1 : "8443");
}

// The stream is gone or given up: the next try comes after a pause.
static void
disconnect(struct link *link, int status, const char *reason)
{
	struct mono_time now = clock_mono();
	if (link->stream)
		https_stream_close(link->stream);
	link->stream = NULL;
	link->connected = false;
	link->next_try = mono_after_ns(now, backoff_next_ns(&link->backoff, random_word()));
	complain(link, status, reason, now);
}

static void
on_end(int status, const char *reason, void *user)
{
	struct link *link = user;
	link->stream = NULL;
	disconnect(link, status, reason);
}

// `held`: only where it is about that join; NULL: whichever it is.
static void
take_join(struct link *link, const char *data, size_t length, const char *held)
{
	char why[JOIN_WHY_BYTES];
	if (join_parse(data, length, &link->join, why) != 0) {
		log_error(
			"the relay sent a join that this program does not understand: %s; is this "
			"program older than the relay?",
			why);
		return;
	}
	if (!held || strcmp(link->join.id, held) == 0)
		link->events.join(&link->join, link->events.user);
	join_wipe(&link->join);
}

static void
take_hello(struct link *link, const char *data, size_t length)
{
	json_t *root = json_loadb(data, length, 0, NULL);
	const char *endpoint = json_string_value(json_object_get(root, "endpoint"));
	const char *instance = json_string_value(json_object_get(root, "instance"));
	if (endpoint)
		snprintf(link->endpoint, sizeof link->endpoint, "%s", endpoint);
	link->connected = true;
	link->complained = false;
	link->connects++;
	log_info("connected to the relay %s as %s%s", link->relay, link->endpoint,
		instance && link->instance[0] != '\0' && strcmp(instance, link->instance) != 0
			? "; it was restarted"
			: "");
	json_decref(root);
}

static void
take_leave(struct link *link, const char *data, size_t length)
{
	json_t *root = json_loadb(data, length, 0, NULL);
	const char *join_id = json_string_value(json_object_get(root, "join"));
	const char *reason = json_string_value(json_object_get(root, "reason"));
	link->events.leave(join_id ? join_id : "", reason ? reason : "", link->events.user);
	json_decref(root);
}

static void
on_event(const char *name, const char *data, size_t length, void *user)
{
	struct link *link = user;
	link->last_heard = clock_mono();
	if (strcmp(name, "heartbeat") == 0)
		backoff_reset(&link->backoff); // only now: a relay that ends each stream at once
					       // must not be asked ten times a second
	else if (strcmp(name, "hello") == 0)
		take_hello(link, data, length);
	else if (strcmp(name, "join") == 0 || strcmp(name, "update") == 0)
		take_join(link, data, length, NULL);
	else if (strcmp(name, "leave") == 0)
		take_leave(link, data, length);
	else
		log_debug("the relay sent an event that this program does not know: %s", name);
}

static void
connect_stream(struct link *link, struct mono_time now)
{
	char path[PATH_BYTES];
	char *instance = evhttp_uriencode(link->instance, -1, 0);
	char *join_id = evhttp_uriencode(link->join_id, -1, 0);
	snprintf(path, sizeof path, "/v1/endpoint/events?version=%s&instance=%s&join=%s",
		CLASSROOM_VERSION, instance ? instance : "", join_id ? join_id : "");
	free(instance);
	free(join_id);
	link->last_heard = now;
	link->stream = https_stream_open(link->client, path, link->token, on_event, on_end, link);
	if (!link->stream)
		disconnect(link, 0, "out of memory");
}

void
link_tick(struct link *link, struct mono_time now)
{
	if (link->stream && mono_since_ns(now, link->last_heard) >= LINK_SILENT_NS)
		disconnect(link, 0, "nothing heard for 3 s");
	else if (!link->stream && mono_reached(now, link->next_try))
		connect_stream(link, now);
}

static void
on_rejoin_answer(int status, const char *body, size_t length, const char *error, void *user)
{
	struct link *link = user;
	(void)body;
	(void)length;
	link->rejoin_request = NULL;
	if (status >= HTTP_OK && status < 300) {
		link->events.given_up(link->rejoin_id, link->events.user);
	} else if (status == HTTP_NOT_FOUND || status == HTTP_CONFLICT) {
		// The relay holds no such join: the stream's first events tell what it does hold.
		disconnect(link, status, "this join is not known there any more");
	} else {
		log_debug("no rejoin yet: %s", error ? error : "refused");
	}
}

bool
link_rejoin(struct link *link, const char *join_id, const char *reason)
{
	if (link->rejoin_request)
		return false;
	snprintf(link->rejoin_id, sizeof link->rejoin_id, "%s", join_id);
	json_t *root = json_pack("{s:s, s:s}", "join", join_id, "reason", reason);
	char *body = root ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	if (!body)
		return false;
	link->rejoin_request = https_request(link->client, "POST", "/v1/endpoint/rejoin", body,
		link->token, LINK_REQUEST_MS, on_rejoin_answer, link);
	free(body);
	return link->rejoin_request != NULL;
}

static void
on_ask_answer(int status, const char *body, size_t length, const char *error, void *user)
{
	struct link *link = user;
	link->ask_request = NULL;
	// It came by a connection of its own and may be older than the last events: an older join
	// must not come back, its keys are spent.
	if (status == HTTP_OK)
		take_join(link, body, length, link->join_id);
	else
		log_debug("no answer about the rollover counters: %s", error ? error : "no join");
}

bool
link_ask(struct link *link)
{
	if (link->ask_request)
		return false;
	link->ask_request = https_request(link->client, "GET", "/v1/endpoint/join", NULL,
		link->token, LINK_REQUEST_MS, on_ask_answer, link);
	return link->ask_request != NULL;
}
