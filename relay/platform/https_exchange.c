/* SPDX-License-Identifier: BSD-3-Clause */
// https_exchange.c - the life of one request and its answer, from its handle to its callback.
#include "platform/https_exchange.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "platform/units.h"

static void
exchange_free(struct https_exchange *exchange)
{
	event_free(exchange->begin);
	event_free(exchange->timer);
	https_buffer_release(&exchange->request);
	https_buffer_release(&exchange->body);
	https_events_fini(&exchange->events);
	free(exchange);
}

void
https_exchange_enter(struct https_exchange *exchange)
{
	exchange->busy++;
}

void
https_exchange_leave(struct https_exchange *exchange)
{
	assert(exchange->busy > 0);
	if (--exchange->busy == 0 && exchange->has_ended)
		exchange_free(exchange);
}

// From here on nothing of it is told any more.
static void
exchange_end(struct https_exchange *exchange)
{
	assert(!exchange->has_ended);
	exchange->has_ended = true;
	LIST_REMOVE(exchange, entry);
	exchange->client = NULL;
	event_del(exchange->begin);
	event_del(exchange->timer);
	https_connect_release(exchange);
}

void
https_exchange_cancel(struct https_exchange *exchange)
{
	if (exchange->has_ended)
		return;
	https_exchange_enter(exchange);
	exchange_end(exchange);
	https_exchange_leave(exchange);
}

static void
tell_end(struct https_exchange *exchange, const char *reason)
{
	char text[HTTPS_CLIENT_ERROR_BYTES];
	int status = exchange->response.status == 200 ? 0 : exchange->response.status;
	if (reason != NULL)
		snprintf(text, sizeof text, "%s", reason);
	else if (status != 0)
		snprintf(text, sizeof text, "the server answered %d: %.200s", status,
			https_buffer_text(&exchange->body));
	else
		snprintf(text, sizeof text, "the server ended the stream");
	exchange->on_end(status, text, exchange->user);
}

void
https_exchange_conclude(struct https_exchange *exchange, const char *reason)
{
	if (exchange->has_ended)
		return;
	https_exchange_enter(exchange);
	exchange_end(exchange);
	if (exchange->is_stream)
		tell_end(exchange, reason);
	else if (reason != NULL)
		exchange->on_answer(0, NULL, 0, reason, exchange->user);
	else
		exchange->on_answer(exchange->response.status, https_buffer_text(&exchange->body),
			exchange->body.length, NULL, exchange->user);
	https_exchange_leave(exchange);
}

static int
take_event(const char *name, const char *data, size_t length, void *user)
{
	struct https_exchange *exchange = user;
	exchange->on_event(name, data, length, exchange->user);
	return exchange->has_ended ? -ECANCELED : 0;
}

static int
take_body(const char *bytes, size_t length, void *user)
{
	struct https_exchange *exchange = user;
	if (!exchange->is_stream || exchange->response.status != 200)
		return https_buffer_append(&exchange->body, bytes, length);
	if (!exchange->response.is_event_stream)
		return -EPROTO;
	event_del(exchange->timer);
	return https_events_feed(&exchange->events, bytes, length, take_event, exchange);
}

static const char *
describe(int error)
{
	switch (error) {
	case -EBADMSG:
		return "the server's answer is not HTTP: is this the relay's control port?";
	case -EPROTO:
		return "the server's answer is no event stream: is this the relay's control port?";
	case -EMSGSIZE:
		return "the server's answer is longer than this program takes";
	default:
		return "out of memory";
	}
}

void
https_exchange_feed(struct https_exchange *exchange, const char *bytes, size_t length)
{
	https_exchange_enter(exchange);
	int result = https_response_feed(&exchange->response, bytes, length, take_body, exchange);
	if (!exchange->has_ended) {
		if (result < 0)
			https_exchange_conclude(exchange, describe(result));
		else if (result == 1)
			https_exchange_conclude(exchange, NULL);
		else if (exchange->is_stream && exchange->response.is_event_stream &&
			 exchange->response.state >= HTTPS_RESPONSE_BODY_LENGTH)
			event_del(exchange->timer); // headers are through: it may now be quiet
	}
	https_exchange_leave(exchange);
}

static void
on_begin(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	struct https_exchange *exchange = user;
	https_exchange_enter(exchange);
	https_connect_begin(exchange);
	https_exchange_leave(exchange);
}

static void
on_timeout(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	struct https_exchange *exchange = user;
	char text[HTTPS_CLIENT_ERROR_BYTES];
	snprintf(text, sizeof text, "%s did not %s within %lld ms", exchange->client->address,
		exchange->is_secure ? "answer" : "accept a connection",
		(long long)exchange->timeout_ms);
	https_exchange_conclude(exchange, text);
}

int
https_exchange_start(
	struct https_client *client, struct https_exchange *exchange, int64_t timeout_ms)
{
	exchange->begin = event_new(client->base, -1, 0, on_begin, exchange);
	exchange->timer = evtimer_new(client->base, on_timeout, exchange);
	if (exchange->begin == NULL || exchange->timer == NULL)
		goto free_events;

	exchange->timeout_ms = timeout_ms;
	struct timeval wait = {
		.tv_sec = timeout_ms / MS_IN_S, .tv_usec = timeout_ms % MS_IN_S * 1000};
	if (evtimer_add(exchange->timer, &wait) != 0)
		goto free_events;

	https_response_init(&exchange->response);
	https_events_init(&exchange->events, HTTPS_CLIENT_EVENT_BYTES_MAX);
	exchange->body.limit = HTTPS_CLIENT_BODY_BYTES_MAX;
	exchange->client = client;
	exchange->base = client->base;
	LIST_INSERT_HEAD(&client->exchanges, exchange, entry);
	event_active(exchange->begin, EV_TIMEOUT, 0);
	return 0;

free_events:
	if (exchange->timer != NULL)
		event_free(exchange->timer);
	if (exchange->begin != NULL)
		event_free(exchange->begin);
	return -ENOMEM;
}
