// SPDX-License-Identifier: BSD-3-Clause
// exceptions.c - one-day changes of the plan, and who changed what.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "relayctl/commands.h"

static const struct view_column exception_columns[] = {
	{"NUMBER", "number", VIEW_COUNT},
	{"KIND", "kind", VIEW_TEXT},
	{"LESSON", "lesson", VIEW_TEXT},
	{"TO", "to_date", VIEW_TEXT},
	{"PERIOD", "to_period", VIEW_COUNT},
	{"TIMES", "to_times", VIEW_TEXT},
	{"WITH", "with", VIEW_TEXT},
	{"SCHOOL", "school", VIEW_TEXT},
	{"ENDPOINT", "endpoint", VIEW_TEXT},
	{"HOLDS", "holds", VIEW_YES},
	{"BY", "made_by", VIEW_TEXT},
	{"AT", "made_at", VIEW_MOMENT},
};

static const struct view_column audit_columns[] = {
	{"NUMBER", "number", VIEW_COUNT},
	{"AT", "at", VIEW_MOMENT},
	{"WHO", "who", VIEW_TEXT},
	{"WHAT", "what", VIEW_TEXT},
};

// Asks for a list and shows it.
static int
show(struct client *client, const struct arguments *arguments, const char *path, const char *list,
	const struct view_column *columns, size_t count)
{
	json_t *answer;
	if (client_request(client, "GET", path, NULL, &answer) < 0)
		return EXIT_FAILURE;
	const json_t *rows = json_object_get(answer, list);
	if (arguments->json)
		print_json(answer);
	else if (json_array_size(rows) == 0)
		printf("no %s\n", list);
	else
		view_print(rows, columns, count, VIEW_ALL_ROWS, "\n", stdout);
	json_decref(answer);
	return EXIT_SUCCESS;
}

int
audit_run(struct client *client, const struct arguments *arguments)
{
	char path[PATH_BYTES_MAX];
	if (arguments->count == 0)
		return show(client, arguments, "/v1/audit", "audit", VIEW_COLUMNS(audit_columns));
	if (path_with(path, "/v1/audit?limit=", arguments->words[0], "") < 0)
		return EXIT_USAGE;
	return show(client, arguments, path, "audit", VIEW_COLUMNS(audit_columns));
}

// Sends a change and tells where the lesson is now.
static int
make(struct client *client, const struct arguments *arguments, json_t *body)
{
	json_t *answer;
	if (!body) {
		fprintf(stderr, "relayctl: out of memory, or a name that is not UTF-8\n");
		return EXIT_FAILURE;
	}
	int result = client_request(client, "POST", "/v1/exceptions", body, &answer);
	json_decref(body);
	if (result < 0)
		return EXIT_FAILURE;
	const json_t *held = json_object_get(answer, "held");
	char number[VIEW_CELL_BYTES_MAX], lesson[VIEW_CELL_BYTES_MAX], starts[VIEW_CELL_BYTES_MAX];
	view_cell(json_object_get(answer, "number"), VIEW_COUNT, number);
	view_cell(json_object_get(answer, "lesson"), VIEW_TEXT, lesson);
	view_cell(json_object_get(held, "starts_at"), VIEW_MOMENT, starts);
	if (arguments->json)
		print_json(answer);
	else if (json_is_object(held))
		printf("exception %s: %s now begins at %s\n", number, lesson, starts);
	else
		printf("exception %s: %s is not held\n", number, lesson);
	json_decref(answer);
	return EXIT_SUCCESS;
}

static int
move(struct client *client, const struct arguments *arguments)
{
	char **words = arguments->words;
	char *end;
	long period = strtol(words[3], &end, 10);
	json_t *body = json_pack(
		"{s:s, s:s, s:s}", "kind", "move", "lesson", words[1], "to_date", words[2]);
	if (body && end != words[3] && *end == '\0')
		json_object_set_new(body, "to_period", json_integer(period));
	else if (body)
		json_object_set_new(body, "to_times", json_string(words[3]));
	return make(client, arguments, body);
}

static int
take_back(struct client *client, const struct arguments *arguments)
{
	char path[PATH_BYTES_MAX];
	json_t *answer;
	if (path_with(path, "/v1/exceptions/", arguments->words[1], "") < 0)
		return EXIT_USAGE;
	if (client_request(client, "DELETE", path, NULL, &answer) < 0)
		return EXIT_FAILURE;
	if (arguments->json)
		print_json(answer);
	else
		printf("taken back: %s of %s\n", json_string_value(json_object_get(answer, "kind")),
			json_string_value(json_object_get(answer, "lesson")));
	json_decref(answer);
	return EXIT_SUCCESS;
}

int
exceptions_run(struct client *client, const struct arguments *arguments)
{
	char **words = arguments->words;
	int count = arguments->count;
	const char *verb = count > 0 ? words[0] : "list";
	if (strcmp(verb, "list") == 0 && count <= 1)
		return show(client, arguments, "/v1/exceptions", "exceptions",
			VIEW_COLUMNS(exception_columns));
	if (strcmp(verb, "cancel") == 0 && count == 2)
		return make(client, arguments,
			json_pack("{s:s, s:s}", "kind", verb, "lesson", words[1]));
	if (strcmp(verb, "move") == 0 && count == 4)
		return move(client, arguments);
	if (strcmp(verb, "swap") == 0 && count == 3)
		return make(client, arguments,
			json_pack("{s:s, s:s, s:s}", "kind", verb, "lesson", words[1], "with",
				words[2]));
	if (strcmp(verb, "endpoint") == 0 && count == 4)
		return make(client, arguments,
			json_pack("{s:s, s:s, s:s, s:s}", "kind", verb, "lesson", words[1],
				"school", words[2], "endpoint", words[3]));
	if (strcmp(verb, "remove") == 0 && count == 2)
		return take_back(client, arguments);
	fprintf(stderr,
		"relayctl: usage: relayctl exceptions [list] | cancel LESSON | move LESSON DATE "
		"PERIOD-OR-TIMES | swap LESSON LESSON | endpoint LESSON SCHOOL ENDPOINT | remove "
		"NUMBER\n");
	return EXIT_USAGE;
}
