// SPDX-License-Identifier: BSD-3-Clause
// actions.c - the commands that change something at the relay.
#include "relayctl/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTES_MAX 1440
#define MINUTES_DEFAULT 10

// Returns the minutes, or a negative errno after it has said what is wrong.
static int
parse_minutes(const char *text)
{
	char *end;
	errno = 0;
	long minutes = strtol(text, &end, 10);
	if (errno || end == text || *end || minutes < 1 || minutes > MINUTES_MAX) {
		fprintf(stderr, "relayctl: '%s' is not a number of minutes from 1 to %d\n", text,
			MINUTES_MAX);
		return -EINVAL;
	}
	return (int)minutes;
}

// Sends `body` (which is released) and prints the answer as JSON, or leaves it to the caller.
static json_t *
send_request(struct client *client, const struct arguments *arguments, const char *method,
	const char *path, json_t *body)
{
	json_t *answer = NULL;
	int result = client_request(client, method, path, body, &answer);
	json_decref(body);
	if (result < 0)
		return NULL;
	if (arguments->json)
		print_json(answer);
	return answer;
}

static int
tell_session(const struct arguments *arguments, json_t *session, const char *what)
{
	if (!session)
		return EXIT_FAILURE;
	if (!arguments->json) {
		char id[VIEW_CELL_BYTES_MAX], ends[VIEW_CELL_BYTES_MAX];
		view_cell(json_object_get(session, "id"), VIEW_TEXT, id);
		view_cell(json_object_get(session, "ends_at"), VIEW_CLOCK, ends);
		const char *state = json_string_value(json_object_get(session, "state"));
		if (state && strcmp(state, "ended") == 0)
			printf("%s %s\n", what, id);
		else
			printf("%s %s; its closing bell is at %s\n", what, id, ends);
	}
	json_decref(session);
	return EXIT_SUCCESS;
}

int
act_open(struct client *client, const struct arguments *arguments)
{
	int minutes = arguments->minutes ? parse_minutes(arguments->minutes) : MINUTES_DEFAULT;
	if (minutes < 0)
		return EXIT_USAGE;
	json_t *endpoints = json_array();
	for (int i = 0; i < arguments->count; i++)
		json_array_append_new(endpoints, json_string(arguments->words[i]));
	json_t *body = json_pack("{s:o, s:i, s:s}", "endpoints", endpoints, "minutes", minutes,
		"title", arguments->title ? arguments->title : "");
	if (!body) {
		fprintf(stderr, "relayctl: out of memory, or a name that is not UTF-8\n");
		return EXIT_FAILURE;
	}
	json_t *session = send_request(client, arguments, "POST", "/v1/sessions", body);
	return tell_session(arguments, session, "opened");
}

int
act_call(struct client *client, const struct arguments *arguments)
{
	json_t *body = json_pack("{s:s}", "school", arguments->words[0]);
	json_t *session = send_request(client, arguments, "POST", "/v1/calls", body);
	return tell_session(arguments, session, "opened");
}

int
act_extend(struct client *client, const struct arguments *arguments)
{
	char path[PATH_BYTES_MAX];
	int minutes = parse_minutes(arguments->words[1]);
	if (minutes < 0 || path_with(path, "/v1/sessions/", arguments->words[0], "/extend") < 0)
		return EXIT_USAGE;
	json_t *session = send_request(
		client, arguments, "POST", path, json_pack("{s:i}", "minutes", minutes));
	return tell_session(arguments, session, "extended");
}

int
act_cut(struct client *client, const struct arguments *arguments)
{
	char path[PATH_BYTES_MAX];
	bool is_now = arguments->count == 1;
	int minutes = is_now ? 0 : parse_minutes(arguments->words[1]);
	if (minutes < 0 || path_with(path, "/v1/sessions/", arguments->words[0], "/cut") < 0)
		return EXIT_USAGE;
	json_t *session = send_request(client, arguments, "POST", path,
		json_pack("{s:i}", is_now ? "end_in_minutes" : "minutes", minutes));
	return tell_session(arguments, session, "cut");
}

int
act_end(struct client *client, const struct arguments *arguments)
{
	char path[PATH_BYTES_MAX];
	if (path_with(path, "/v1/sessions/", arguments->words[0], "") < 0)
		return EXIT_USAGE;
	json_t *session = send_request(client, arguments, "DELETE", path, NULL);
	return tell_session(arguments, session, "ended");
}

static void
tell_reload(json_t *answer)
{
	printf("the timetable is read again: %.0f lessons today\n",
		json_number_value(json_object_get(answer, "lessons_today")));
	size_t index, which;
	json_t *lesson, *name;
	json_array_foreach(json_object_get(answer, "differ"), index, lesson)
	{
		char id[VIEW_CELL_BYTES_MAX], ends[VIEW_CELL_BYTES_MAX];
		view_cell(json_object_get(lesson, "session"), VIEW_TEXT, id);
		view_cell(json_object_get(lesson, "ends_at"), VIEW_CLOCK, ends);
		printf("%s runs until %s by the plan it opened with; the new one differs:", id,
			ends);
		json_array_foreach(json_object_get(lesson, "differs"), which, name)
			printf(" %s", json_string_value(name) ? json_string_value(name) : "?");
		printf("\n");
	}
}

int
act_reload(struct client *client, const struct arguments *arguments)
{
	json_t *answer = send_request(client, arguments, "POST", "/v1/reload", json_object());
	if (!answer)
		return EXIT_FAILURE;
	if (!arguments->json)
		tell_reload(answer);
	json_decref(answer);
	return EXIT_SUCCESS;
}

int
act_token(struct client *client, const struct arguments *arguments)
{
	if (arguments->feed || arguments->count != 1)
		return export_feed(client, arguments);
	const char *role = arguments->role       ? arguments->role
			   : arguments->endpoint ? "endpoint"
			   : arguments->school   ? "school"
						 : "operator";
	json_t *body = json_pack("{s:s, s:s, s:s*, s:s*}", "name", arguments->words[0], "role",
		role, "endpoint", arguments->endpoint, "school", arguments->school);
	if (!body) {
		fprintf(stderr, "relayctl: out of memory, or a name that is not UTF-8\n");
		return EXIT_FAILURE;
	}
	json_t *answer = send_request(client, arguments, "POST", "/v1/tokens", body);
	if (!answer)
		return EXIT_FAILURE;
	const char *token = json_string_value(json_object_get(answer, "token"));
	// Alone on standard output, so that it can go straight into a file.
	if (!arguments->json && token)
		printf("%s\n", token);
	json_decref(answer);
	if (!token)
		fprintf(stderr, "relayctl: the answer holds no token\n");
	return token ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
act_revoke(struct client *client, const struct arguments *arguments)
{
	char path[PATH_BYTES_MAX];
	if (path_with(path, "/v1/tokens/", arguments->words[0], "") < 0)
		return EXIT_USAGE;
	json_t *answer = send_request(client, arguments, "DELETE", path, NULL);
	if (!answer)
		return EXIT_FAILURE;
	if (!arguments->json)
		printf("revoked %s\n", arguments->words[0]);
	json_decref(answer);
	return EXIT_SUCCESS;
}
