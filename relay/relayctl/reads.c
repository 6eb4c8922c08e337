// SPDX-License-Identifier: BSD-3-Clause
// reads.c - the commands that show what is.
#include "relayctl/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct view_column flow_columns[] = {
	{"FROM", "endpoint", VIEW_TEXT},
	{"DIRECTION", "direction", VIEW_TEXT},
	{"TO", "to", VIEW_TEXT},
	{"KIND", "kind", VIEW_TEXT},
	{"SSRC", "ssrc", VIEW_SSRC},
	{"KBIT/S", "kbit_s", VIEW_COUNT},
	{"PACKETS", "packets", VIEW_COUNT},
	{"LOST", "lost", VIEW_COUNT},
	{"LOSS 10S", "loss_ratio", VIEW_PERCENT},
	{"JITTER MS", "jitter_ms", VIEW_TENTHS},
	{"LAST", "last_packet_ms", VIEW_AGE},
};
const size_t flow_column_count = sizeof flow_columns / sizeof flow_columns[0];

const struct view_column leg_columns[] = {
	{"ENDPOINT", "endpoint", VIEW_TEXT},
	{"SCHOOL", "school_name", VIEW_TEXT},
	{"ROLE", "role", VIEW_TEXT},
	{"CONNECTED", "connected", VIEW_YES},
	{"PATH UP", "up", VIEW_YES},
	{"ADDRESS", "address", VIEW_TEXT},
	{"RTT MS", "rtt_ms", VIEW_TENTHS},
	{"HEARD", "last_heard_ms", VIEW_AGE},
	{"PATH CHANGES", "path_changes", VIEW_COUNT},
};
const size_t leg_column_count = sizeof leg_columns / sizeof leg_columns[0];

static const struct view_column lesson_columns[] = {
	{"LESSON", "id", VIEW_TEXT},
	{"TITLE", "title", VIEW_TEXT},
	{"FORM", "form", VIEW_TEXT},
	{"STATE", "state", VIEW_TEXT},
	{"BEGINS", "starts_at", VIEW_CLOCK},
	{"ENDS", "ends_at", VIEW_CLOCK},
};

static const struct view_column cancelled_columns[] = {
	{"NOT HELD", "id", VIEW_TEXT},
	{"TITLE", "title", VIEW_TEXT},
	{"REASON", "reason", VIEW_TEXT},
};

static const struct view_column part_columns[] = {
	{"", "school", VIEW_TEXT},
	{"", "school_name", VIEW_TEXT},
	{"", "endpoint", VIEW_TEXT},
	{"", "role", VIEW_TEXT},
};

static const struct view_column session_columns[] = {
	{"SESSION", "id", VIEW_TEXT},
	{"TITLE", "title", VIEW_TEXT},
	{"STATE", "state", VIEW_TEXT},
	{"BEGINS", "starts_at", VIEW_CLOCK},
	{"ENDS", "ends_at", VIEW_CLOCK},
	{"LEFT", "remaining_s", VIEW_SPAN},
	{"PROFILE", "profile", VIEW_TEXT},
};

static const struct view_column endpoint_columns[] = {
	{"ENDPOINT", "id", VIEW_TEXT},
	{"SCHOOL", "school_name", VIEW_TEXT},
	{"ROOM", "room", VIEW_TEXT},
	{"STREAMS", "streams", VIEW_TEXT},
	{"CONNECTED", "connected", VIEW_YES},
	{"SINCE", "connected_since", VIEW_MOMENT},
	{"ADDRESS", "address", VIEW_TEXT},
	{"SESSION", "session", VIEW_TEXT},
	{"NEXT LESSON", "next_lesson", VIEW_TEXT},
	{"AT", "next_starts_at", VIEW_MOMENT},
};

static const struct view_column token_columns[] = {
	{"NAME", "name", VIEW_TEXT},
	{"ROLE", "role", VIEW_TEXT},
	{"ENDPOINT", "endpoint", VIEW_TEXT},
	{"SCHOOL", "school", VIEW_TEXT},
};

#define HANDED_COLUMNS 2

static const struct view_column worker_columns[] = {
	{"WORKER", "worker", VIEW_COUNT},
	{"HEARTBEAT MS", "heartbeat_age_ms", VIEW_COUNT},
	{"BUSY", "busy_share", VIEW_PERCENT},
	{"SESSIONS", "sessions", VIEW_COUNT},
	{"LEGS", "legs", VIEW_COUNT},
	{"DELAY US", "delay_median_us", VIEW_TENTHS},
	{"FRAMES IN", "frames_in", VIEW_COUNT},
	{"FORWARDED", "forwarded", VIEW_COUNT},
	{"CONSUMED", "consumed", VIEW_COUNT},
	{"DROPPED", "dropped", VIEW_COUNT},
	{"COPIES", "copies", VIEW_COUNT},
	{"ORIGINATED", "originated", VIEW_COUNT},
	{"TRANSMITTED", "transmitted", VIEW_COUNT},
	{"TX DROPPED", "tx_dropped", VIEW_COUNT},
	{"HANDED IN", "handed_in", VIEW_COUNT}, // these two only where there are several
	{"HANDED OUT", "handed_out", VIEW_COUNT},
};

static int
out_of_memory(void)
{
	fprintf(stderr, "relayctl: out of memory\n");
	return EXIT_FAILURE;
}

// Asks for `path` and shows its member `list` as a table, or the whole as JSON.
static int
show_list(struct client *client, const struct arguments *arguments, const char *path,
	const char *list, const struct view_column *columns, size_t column_count)
{
	json_t *answer;
	if (client_request(client, "GET", path, NULL, &answer) < 0)
		return EXIT_FAILURE;
	int result = 0;
	const json_t *rows = json_object_get(answer, list);
	if (arguments->json)
		print_json(answer);
	else if (json_array_size(rows) == 0)
		printf("no %s\n", list);
	else
		result = view_print(rows, columns, column_count, VIEW_ALL_ROWS, "\n", stdout);
	json_decref(answer);
	return result < 0 ? out_of_memory() : EXIT_SUCCESS;
}

static int
print_status_head(const json_t *status)
{
	const json_t *media = json_object_get(status, "media");
	const json_t *timetable = json_object_get(status, "timetable");
	char text[4][VIEW_CELL_BYTES_MAX];
	static const char *const addresses[] = {"address", "address6"};
	view_cell(json_object_get(status, "version"), VIEW_TEXT, text[0]);
	view_cell(json_object_get(status, "instance"), VIEW_TEXT, text[1]);
	view_cell(json_object_get(status, "started_at"), VIEW_MOMENT, text[2]);
	printf("relay      %s, instance %s, started %s\n", text[0], text[1], text[2]);
	view_cell(json_object_get(status, "now"), VIEW_MOMENT, text[0]);
	view_cell(json_object_get(status, "zone"), VIEW_TEXT, text[1]);
	printf("now        %s here; the county's zone is %s\n", text[0], text[1]);
	view_cell(json_object_get(media, "port"), VIEW_COUNT, text[1]);
	view_cell(json_object_get(media, "mac"), VIEW_TEXT, text[2]);
	view_cell(json_object_get(status, "device"), VIEW_TEXT, text[3]);
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		const json_t *address = json_object_get(media, addresses[i]);
		if (!json_is_string(address))
			continue;
		view_cell(address, VIEW_TEXT, text[0]);
		printf("media      %s port %s, MAC %s, on %s\n", text[0], text[1], text[2],
			text[3]);
	}
	view_cell(json_object_get(status, "engine"), VIEW_TEXT, text[0]);
	printf("SRTP       %s\n", text[0]);
	const json_t *memory = json_object_get(status, "memory");
	view_cell(json_object_get(memory, "flow_bytes"), VIEW_COUNT, text[0]);
	view_cell(json_object_get(memory, "leg_bytes"), VIEW_COUNT, text[1]);
	view_cell(json_object_get(memory, "stream_bytes"), VIEW_COUNT, text[2]);
	view_cell(json_object_get(memory, "outflow_bytes"), VIEW_COUNT, text[3]);
	printf("memory     %s bytes a flow (a classroom takes %s, each stream in %s, each out %s; "
	       "of 4 each way)\n",
		text[0], text[1], text[2], text[3]);
	view_cell(json_object_get(timetable, "file"), VIEW_TEXT, text[0]);
	view_cell(json_object_get(timetable, "loaded_at"), VIEW_MOMENT, text[1]);
	view_cell(json_object_get(timetable, "lessons_today"), VIEW_COUNT, text[2]);
	printf("timetable  %s, read %s, %s lessons today\n\n", text[0], text[1], text[2]);
	const json_t *workers = json_object_get(status, "workers");
	size_t columns = sizeof worker_columns / sizeof *worker_columns;
	return view_print(workers, worker_columns,
		json_array_size(workers) > 1 ? columns : columns - HANDED_COLUMNS, VIEW_ALL_ROWS,
		"\n", stdout);
}

static void
tell_alarms(json_t *alarms)
{
	size_t index;
	json_t *alarm;
	json_array_foreach(alarms, index, alarm)
	{
		char name[VIEW_CELL_BYTES_MAX];
		json_t *what = json_object_get(alarm, "date");
		if (!what)
			what = json_object_get(alarm, "endpoint");
		const char *text = json_string_value(json_object_get(alarm, "text"));
		view_cell(what, VIEW_TEXT, name);
		printf("ALARM      %s%s%s\n", what ? name : "", what ? ": " : "",
			text ? text : "?");
	}
}

int
read_status(struct client *client, const struct arguments *arguments)
{
	json_t *status;
	if (client_request(client, "GET", "/v1/status", NULL, &status) < 0)
		return EXIT_FAILURE;
	int result = 0;
	if (arguments->json) {
		print_json(status);
	} else {
		result = print_status_head(status);
		const char *reason;
		json_t *count;
		tell_alarms(json_object_get(status, "alarms"));
		json_object_foreach(json_object_get(status, "drops"), reason, count)
		{
			if (json_number_value(count) > 0)
				printf("dropped    %.0f %s\n", json_number_value(count), reason);
		}
	}
	json_decref(status);
	return result < 0 ? out_of_memory() : EXIT_SUCCESS;
}

// The lessons, each followed by who takes part.
static int
print_lessons(const json_t *lessons)
{
	int result = view_print(lessons, VIEW_COLUMNS(lesson_columns), VIEW_ALL_ROWS, "\n", stdout);
	for (size_t i = 0; result == 0 && i < json_array_size(lessons); i++) {
		const json_t *lesson = json_array_get(lessons, i);
		printf("\n%s\n", json_string_value(json_object_get(lesson, "id")));
		const json_t *parts = json_object_get(lesson, "parts");
		for (size_t part = 0; part < json_array_size(parts); part++) {
			for (size_t column = 0; column < 4; column++) {
				char text[VIEW_CELL_BYTES_MAX];
				view_cell(json_object_get(json_array_get(parts, part),
						  part_columns[column].key),
					VIEW_TEXT, text);
				printf("%s%s", column ? "  " : "    ", text);
			}
			putchar('\n');
		}
	}
	return result;
}

int
read_lessons(struct client *client, const struct arguments *arguments)
{
	if (arguments->csv)
		return export_lessons(client, arguments);
	char path[PATH_BYTES_MAX] = "/v1/lessons";
	if (arguments->count == 1 &&
		path_with(path, "/v1/lessons?date=", arguments->words[0], "") < 0) {
		fprintf(stderr, "relayctl: a date is written 2026-11-23\n");
		return EXIT_USAGE;
	}
	json_t *answer;
	if (client_request(client, "GET", path, NULL, &answer) < 0)
		return EXIT_FAILURE;
	int result = 0;
	const json_t *lessons = json_object_get(answer, "lessons");
	if (arguments->json)
		print_json(answer);
	else if (json_array_size(lessons) == 0)
		printf("no lessons on %s\n", json_string_value(json_object_get(answer, "date")));
	else
		result = print_lessons(lessons);
	const json_t *cancelled = json_object_get(answer, "cancelled");
	if (result == 0 && !arguments->json && json_array_size(cancelled) > 0) {
		printf("\n");
		result = view_print(
			cancelled, VIEW_COLUMNS(cancelled_columns), VIEW_ALL_ROWS, "\n", stdout);
	}
	json_decref(answer);
	return result < 0 ? out_of_memory() : EXIT_SUCCESS;
}

static int
read_session(struct client *client, const struct arguments *arguments)
{
	char path[PATH_BYTES_MAX];
	if (path_with(path, "/v1/sessions/", arguments->words[0], "") < 0) {
		fprintf(stderr, "relayctl: the session's id is too long\n");
		return EXIT_USAGE;
	}
	json_t *session;
	if (client_request(client, "GET", path, NULL, &session) < 0)
		return EXIT_FAILURE;
	int result = -ENOMEM;
	json_t *list = json_pack("[O]", session);
	if (arguments->json) {
		print_json(session);
		result = 0;
	} else if (list) {
		result = view_print(
			list, VIEW_COLUMNS(session_columns), VIEW_ALL_ROWS, "\n", stdout);
		putchar('\n');
		if (result == 0)
			result = view_print(json_object_get(session, "legs"), leg_columns,
				leg_column_count, VIEW_ALL_ROWS, "\n", stdout);
	}
	json_decref(list);
	json_decref(session);
	return result < 0 ? out_of_memory() : EXIT_SUCCESS;
}

int
read_sessions(struct client *client, const struct arguments *arguments)
{
	if (arguments->count == 1)
		return read_session(client, arguments);
	return show_list(
		client, arguments, "/v1/sessions", "sessions", VIEW_COLUMNS(session_columns));
}

int
read_flows(struct client *client, const struct arguments *arguments)
{
	char path[PATH_BYTES_MAX] = "/v1/flows";
	if (arguments->count == 1 &&
		path_with(path, "/v1/flows?session=", arguments->words[0], "") < 0) {
		fprintf(stderr, "relayctl: the session's id is too long\n");
		return EXIT_USAGE;
	}
	return show_list(client, arguments, path, "flows", flow_columns, flow_column_count);
}

int
read_endpoints(struct client *client, const struct arguments *arguments)
{
	return show_list(
		client, arguments, "/v1/endpoints", "endpoints", VIEW_COLUMNS(endpoint_columns));
}

int
read_tokens(struct client *client, const struct arguments *arguments)
{
	return show_list(client, arguments, "/v1/tokens", "tokens", VIEW_COLUMNS(token_columns));
}
