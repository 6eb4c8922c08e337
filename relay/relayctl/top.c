/* SPDX-License-Identifier: BSD-3-Clause */
// top.c - the lessons that are on, asked for again each second: on the whole screen of a terminal,
// else once, or as a line of JSON each.
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/https_client.h"
#include "relayctl/commands.h"
#include "relayctl/top.h"

#define REFRESH_S 1

struct top {
	struct client *client;
	bool json;
	struct event *timer;
	struct https_request *asked;
	struct top_view view;
};

static void
stop(struct top *top)
{
	event_base_loopbreak(top->client->base);
}

// The answer's JSON in the place of the one before, which stays where there is none.
static bool
take(struct top *top, json_t **place, int status, const char *body, size_t length,
	const char *error)
{
	json_t *answer = client_read_answer(
		status, body, length, error, top->view.why, sizeof top->view.why);
	top->asked = NULL;
	if (!answer)
		return false;
	json_decref(*place);
	*place = answer;
	return true;
}

static void
finish_round(struct top *top)
{
	const struct timeval second = {.tv_sec = REFRESH_S};
	if (!top->json)
		top_screen_draw(&top->view);
	event_add(top->timer, &second);
}

static void
on_flows(int status, const char *body, size_t length, const char *error, void *user)
{
	struct top *top = user;
	take(top, &top->view.flows, status, body, length, error);
	finish_round(top);
}

static bool
ask(struct top *top, const char *path, https_answer_fn callback)
{
	top->asked = https_request(top->client->https, "GET", path, NULL, client_token(top->client),
		CLIENT_TIMEOUT_MS, callback, top);
	if (!top->asked)
		snprintf(top->view.why, sizeof top->view.why, "the request cannot be sent");
	return top->asked;
}

// The detail's flows are asked for when it is known which lesson is selected.
static bool
ask_flows(struct top *top)
{
	char path[PATH_BYTES_MAX];
	json_t *list = top_list(&top->view);
	const json_t *lesson = top_selected(&top->view, list);
	const char *session = json_string_value(json_object_get(lesson, "session"));
	bool is_asked = session && path_with(path, "/v1/flows?session=", session, "") == 0 &&
			ask(top, path, on_flows);
	json_decref(list);
	return is_asked;
}

static void
on_live(int status, const char *body, size_t length, const char *error, void *user)
{
	struct top *top = user;
	bool is_fresh = take(top, &top->view.live, status, body, length, error);
	if (top->json && is_fresh) {
		json_dumpf(top->view.live, stdout, JSON_COMPACT);
		putchar('\n');
		fflush(stdout);
	} else if (top->json) {
		fprintf(stderr, "relayctl: %s\n", top->view.why);
	}
	if (ferror(stdout))
		stop(top); // whoever read it is gone
	if (is_fresh && top->view.is_detail && ask_flows(top))
		return;
	finish_round(top);
}

static void
on_timer(evutil_socket_t unused, short what, void *user)
{
	(void)unused;
	(void)what;
	struct top *top = user;
	if (top->asked)
		return;
	top->view.why[0] = '\0';
	if (!ask(top, "/v1/live", on_live))
		finish_round(top);
}

// A round now, unless one is under way.
static void
refresh_soon(struct top *top)
{
	if (!top->asked)
		event_active(top->timer, EV_TIMEOUT, 0);
}

static void
type_key(struct top_view *view, const struct top_press *press)
{
	size_t length = strlen(view->filter);
	if (press->key == TOP_KEY_LETTER && length + strlen(press->letter) < TOP_FILTER_BYTES_MAX) {
		strcat(view->filter, press->letter);
	} else if (press->key == TOP_KEY_ERASE && length > 0) {
		// A letter's last byte is the one that is no continuation (RFC 3629).
		while (length > 1 && (view->filter[length - 1] & 0xc0) == 0x80)
			length--;
		view->filter[length - 1] = '\0';
	} else if (press->key == TOP_KEY_OPEN) {
		view->is_typing = false;
	} else if (press->key == TOP_KEY_BACK) {
		view->is_typing = false;
		view->filter[0] = '\0';
	}
}

static void
open_detail(struct top *top)
{
	struct top_view *view = &top->view;
	top_select(view, 0); // the selection stays where it is, whatever comes before it
	json_decref(view->flows);
	view->flows = NULL;
	view->is_detail = true;
	view->scroll = 0;
	refresh_soon(top);
}

static void
move_by(struct top_view *view, int steps)
{
	if (!view->is_detail)
		top_select(view, steps);
	else if (steps > 0 && view->scroll < json_array_size(json_object_get(view->flows, "flows")))
		view->scroll++;
	else if (steps < 0 && view->scroll > 0)
		view->scroll--;
}

// Returns false where it is to end.
static bool
press_key(struct top *top, const struct top_press *press)
{
	struct top_view *view = &top->view;
	char letter = press->key == TOP_KEY_LETTER ? press->letter[0] : '\0';
	if (view->is_typing) {
		type_key(view, press);
		return true;
	}
	if (letter == 'q' || letter == 'Q')
		return false;
	if (press->key == TOP_KEY_UP || press->key == TOP_KEY_DOWN)
		move_by(view, press->key == TOP_KEY_DOWN ? 1 : -1);
	else if (press->key == TOP_KEY_OPEN && !view->is_detail)
		open_detail(top);
	else if (press->key == TOP_KEY_BACK || press->key == TOP_KEY_ERASE)
		view->is_detail = false;
	else if (letter == 's' && !view->is_detail)
		view->sort = (view->sort + 1) % TOP_SORT_COUNT;
	else if (letter == '/' && !view->is_detail)
		view->is_typing = true;
	return true;
}

static void
on_input(evutil_socket_t input, short what, void *user)
{
	(void)input;
	(void)what;
	struct top *top = user;
	struct top_press press;
	bool goes_on = true, was_pressed = false;
	while (goes_on && top_screen_key(&press)) {
		goes_on = press_key(top, &press);
		was_pressed = true;
	}
	// Readable without a key: the terminal is gone.
	if (!goes_on || (!was_pressed && !isatty(STDIN_FILENO)))
		stop(top);
	top_screen_draw(&top->view);
}

static void
on_signal(evutil_socket_t number, short what, void *user)
{
	(void)what;
	struct top *top = user;
	if (number != SIGWINCH) {
		stop(top);
		return;
	}
	top_screen_resize();
	top_screen_draw(&top->view);
}

static int
run_loop(struct top *top)
{
	struct event_base *base = top->client->base;
	// Ours come after the terminal library's own.
	struct event *events[] = {
		top->timer = evtimer_new(base, on_timer, top),
		evsignal_new(base, SIGINT, on_signal, top),
		evsignal_new(base, SIGTERM, on_signal, top),
		evsignal_new(base, SIGHUP, on_signal, top),
		top->json ? NULL : evsignal_new(base, SIGWINCH, on_signal, top),
		top->json ? NULL
			  : event_new(base, STDIN_FILENO, EV_READ | EV_PERSIST, on_input, top),
	};
	size_t wanted = top->json ? 4 : sizeof events / sizeof events[0];
	int status = EXIT_SUCCESS;
	for (size_t i = 0; i < wanted; i++)
		if (!events[i] || (i > 0 && event_add(events[i], NULL) != 0))
			status = EXIT_FAILURE;
	if (status == EXIT_SUCCESS) {
		if (!top->json)
			top_screen_draw(&top->view);
		event_active(top->timer, EV_TIMEOUT, 0);
		status = event_base_dispatch(base) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	// A request may still be under way, and its answer would come to `top`.
	if (top->asked)
		https_request_cancel(top->asked);
	for (size_t i = 0; i < wanted; i++)
		if (events[i])
			event_free(events[i]);
	return status;
}

int
top_run(struct client *client, const struct arguments *arguments)
{
	struct top top = {.client = client, .json = arguments->json};
	bool is_terminal = isatty(STDOUT_FILENO) && isatty(STDIN_FILENO);
	if (!top.json && (!is_terminal || !top_screen_begin()))
		return live_run(client, arguments);
	int status = run_loop(&top);
	if (!top.json)
		top_screen_end();
	json_decref(top.view.live);
	json_decref(top.view.flows);
	if (status != EXIT_SUCCESS)
		fprintf(stderr, "relayctl: out of memory\n");
	return status;
}
