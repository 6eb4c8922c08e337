/* SPDX-License-Identifier: BSD-3-Clause */
// live.c - the commands that watch lessons: live, events.
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform/https_client.h"
#include "relayctl/commands.h"

static const struct view_column school_columns[] = {
	{"SESSION", "session", VIEW_TEXT},
	{"LEFT", "remaining_s", VIEW_SPAN},
	{"SCHOOL", "school_name", VIEW_TEXT},
	{"UPLINK", "up_light", VIEW_TEXT},
	{"LOSS", "up_loss_ratio", VIEW_PERCENT},
	{"JITTER MS", "up_jitter_ms", VIEW_TENTHS},
	{"KBIT/S", "up_kbit_s", VIEW_COUNT},
	{"DOWNLINK", "down_light", VIEW_TEXT},
	{"LOSS", "down_loss_ratio", VIEW_PERCENT},
	{"JITTER MS", "down_jitter_ms", VIEW_TENTHS},
	{"KBIT/S", "down_kbit_s", VIEW_COUNT},
	{"RTT MS", "rtt_ms", VIEW_TENTHS},
	{"WHAT IS WRONG", "trouble", VIEW_TEXT},
};

static const struct view_column history_columns[] = {
	{"AGE S", "age_s", VIEW_COUNT},
	{"SCHOOL", "school", VIEW_TEXT},
	{"UP LOSS", "up_loss_ratio", VIEW_PERCENT},
	{"JITTER MS", "up_jitter_ms", VIEW_TENTHS},
	{"KBIT/S", "up_kbit_s", VIEW_COUNT},
	{"DOWN LOSS", "down_loss_ratio", VIEW_PERCENT},
	{"JITTER MS", "down_jitter_ms", VIEW_TENTHS},
	{"KBIT/S", "down_kbit_s", VIEW_COUNT},
};

static const struct {
	const char *key;
	const char *line;
	const char *member;
} line_members[] = {
	{"up_light", "uplink", "light"},
	{"up_loss_ratio", "uplink", "loss_ratio"},
	{"up_jitter_ms", "uplink", "jitter_ms"},
	{"up_kbit_s", "uplink", "kbit_s"},
	{"down_light", "downlink", "light"},
	{"down_loss_ratio", "downlink", "loss_ratio"},
	{"down_jitter_ms", "downlink", "jitter_ms"},
	{"down_kbit_s", "downlink", "kbit_s"},
};
#define LINE_MEMBER_COUNT (sizeof line_members / sizeof line_members[0])

// One row of a table: the school's own members beside its lines'. `at` picks a sample of a history;
// -1: the members themselves.
static json_t *
school_row(const json_t *school, int at)
{
	json_t *row = json_copy((json_t *)school);
	for (size_t i = 0; row && i < LINE_MEMBER_COUNT; i++) {
		const json_t *line = json_object_get(school, line_members[i].line);
		json_t *value = json_object_get(line, line_members[i].member);
		if (at >= 0)
			value = json_array_get(value, (size_t)at);
		json_object_set(row, line_members[i].key, value);
	}
	return row;
}

static const char *
trouble_of(const json_t *school)
{
	return json_string_value(json_object_get(json_object_get(school, "words"), "en"));
}

static int
live_print(const json_t *live)
{
	json_t *rows = json_array(), *lesson, *school;
	size_t i, k;
	json_array_foreach(json_object_get(live, "lessons"), i, lesson)
	{
		json_array_foreach(json_object_get(lesson, "schools"), k, school)
		{
			const char *trouble = trouble_of(school);
			json_t *row = school_row(school, -1);
			json_object_set(row, "session", json_object_get(lesson, "session"));
			json_object_set(row, "remaining_s", json_object_get(lesson, "remaining_s"));
			json_object_set_new(row, "trouble", trouble ? json_string(trouble) : NULL);
			json_array_append_new(rows, row);
		}
	}
	int result = 0;
	if (json_array_size(rows) == 0)
		printf("no lesson is on; %zu come next\n",
			json_array_size(json_object_get(live, "next")));
	else
		result =
			view_print(rows, VIEW_COLUMNS(school_columns), VIEW_ALL_ROWS, "\n", stdout);
	json_decref(rows);
	return result;
}

static int
history_print(const json_t *history)
{
	json_t *rows = json_array(), *school;
	size_t i;
	json_array_foreach(json_object_get(history, "schools"), i, school)
	{
		const json_t *uplink = json_object_get(school, "uplink");
		int count = (int)json_array_size(json_object_get(uplink, "kbit_s"));
		for (int at = 0; at < count; at++) {
			json_t *row = school_row(school, at);
			json_object_set_new(row, "age_s", json_integer(count - 1 - at));
			json_array_append_new(rows, row);
		}
	}
	int result = view_print(rows, VIEW_COLUMNS(history_columns), VIEW_ALL_ROWS, "\n", stdout);
	json_decref(rows);
	return result;
}

int
live_run(struct client *client, const struct arguments *arguments)
{
	char path[PATH_BYTES_MAX] = "/v1/live";
	const char *session = arguments->count == 1 ? arguments->words[0] : NULL;
	if (session && path_with(path, "/v1/live/history?session=", session, "") < 0) {
		fprintf(stderr, "relayctl: the session's id is too long\n");
		return EXIT_USAGE;
	}
	json_t *answer;
	if (client_request(client, "GET", path, NULL, &answer) < 0)
		return EXIT_FAILURE;
	int result = 0;
	if (arguments->json)
		print_json(answer);
	else
		result = session ? history_print(answer) : live_print(answer);
	json_decref(answer);
	if (result < 0)
		fprintf(stderr, "relayctl: out of memory\n");
	return result < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

// --- events, as they come

struct follower {
	struct event_base *base;
	bool json;
	bool is_ended;
	char last[VIEW_CELL_BYTES_MAX]; // what was said of the lessons; the same is not said again
};

static void
say(const char *event, const char *text)
{
	char clock[16];
	time_t now = time(NULL);
	struct tm local;
	localtime_r(&now, &local);
	strftime(clock, sizeof clock, "%H:%M:%S", &local);
	printf("%s  %-8s  ", clock, event);
	view_print_text(text, stdout);
	putchar('\n');
}

static void
say_live(struct follower *follower, const json_t *live)
{
	char text[VIEW_CELL_BYTES_MAX];
	size_t used = 0, i, k;
	const json_t *lessons = json_object_get(live, "lessons");
	json_t *lesson, *school;
	used = (size_t)snprintf(text, sizeof text, "%zu lessons are on", json_array_size(lessons));
	json_array_foreach(lessons, i, lesson)
	{
		json_array_foreach(json_object_get(lesson, "schools"), k, school)
		{
			const char *trouble = trouble_of(school);
			if (trouble && used < sizeof text)
				used += (size_t)snprintf(
					text + used, sizeof text - used, "; %s", trouble);
		}
	}
	if (strcmp(text, follower->last) == 0)
		return;
	memcpy(follower->last, text, sizeof text);
	say("live", text);
}

static void
on_event(const char *name, const char *data, size_t length, void *user)
{
	struct follower *follower = user;
	json_t *value = json_loadb(data, length, JSON_DECODE_ANY, NULL);
	if (follower->json) {
		json_t *line = json_pack("{s:s, s:O?}", "event", name, "data", value);
		json_dumpf(line, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(line);
	} else if (strcmp(name, "live") == 0) {
		say_live(follower, value);
	} else if (strcmp(name, "presence") == 0) {
		char text[VIEW_CELL_BYTES_MAX];
		const char *endpoint = json_string_value(json_object_get(value, "endpoint"));
		bool is_there = json_is_true(json_object_get(value, "connected"));
		snprintf(text, sizeof text, "%s %s", endpoint ? endpoint : "?",
			is_there ? "is connected" : "is gone");
		say(name, text);
	} else if (strcmp(name, "alarm") == 0) {
		const char *text = json_string_value(json_object_get(value, "text"));
		say(name, text ? text : "?");
	} else if (strcmp(name, "hello") == 0) {
		const char *role = json_string_value(json_object_get(value, "role"));
		say(name, role ? role : "?");
	} else {
		say(name, "the lessons that are on, or the plan, have changed");
	}
	json_decref(value);
	fflush(stdout);
	if (ferror(stdout))
		event_base_loopbreak(follower->base); // whoever read it is gone
}

static void
on_end(int status, const char *reason, void *user)
{
	struct follower *follower = user;
	follower->is_ended = true;
	fprintf(stderr, "relayctl: the events have ended: %s%s\n", reason,
		status == 401 ? " (a token is given by --token-file)" : "");
	event_base_loopbreak(follower->base);
}

static void
on_signal(evutil_socket_t number, short what, void *user)
{
	(void)number;
	(void)what;
	event_base_loopbreak(user);
}

int
events_run(struct client *client, const struct arguments *arguments)
{
	struct follower follower = {.base = client->base, .json = arguments->json};
	struct event *interrupt = evsignal_new(client->base, SIGINT, on_signal, client->base);
	struct event *terminate = evsignal_new(client->base, SIGTERM, on_signal, client->base);
	struct https_stream *stream = https_stream_open(
		client->https, "/v1/events", client_token(client), on_event, on_end, &follower);
	int status = EXIT_FAILURE;
	if (interrupt && terminate && stream) {
		event_add(interrupt, NULL);
		event_add(terminate, NULL);
		if (event_base_dispatch(client->base) == 0 && !follower.is_ended)
			status = EXIT_SUCCESS;
	} else {
		fprintf(stderr, "relayctl: out of memory\n");
	}
	if (stream && !follower.is_ended)
		https_stream_close(stream);
	if (interrupt)
		event_free(interrupt);
	if (terminate)
		event_free(terminate);
	return status;
}
