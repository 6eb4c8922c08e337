// SPDX-License-Identifier: BSD-3-Clause
// connection.c - the connection report: runs a check between two schools and prints what it found.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "relayctl/imports.h"

#define LOOKS_MAX 90 // a second apart: a check is over long before

static const struct view_column school_columns[] = {
	{"SCHOOL", "school_name", VIEW_TEXT},
	{"DEVICE", "endpoint", VIEW_TEXT},
	{"CONNECTED", "connected", VIEW_YES},
	{"MEDIA PATH", "reachable", VIEW_YES},
	{"ROUND TRIP MS", "rtt_ms", VIEW_TENTHS},
	{"LONGEST MS", "rtt_max_ms", VIEW_TENTHS},
};

static const struct view_column line_columns[] = {
	{"SCHOOL", "school_name", VIEW_TEXT},
	{"LINE", "line", VIEW_TEXT},
	{"LOSS", "loss_ratio", VIEW_PERCENT},
	{"JITTER MS", "jitter_ms", VIEW_TENTHS},
	{"USABLE KBIT/S", "usable_kbit_s", VIEW_COUNT},
	{"OR MORE", "at_least", VIEW_YES},
};

static const struct view_column part_columns[] = {
	{"END TO END", "part", VIEW_TEXT},
	{"SCHOOL", "school", VIEW_TEXT},
	{"MS", "ms", VIEW_TENTHS},
};

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : "";
}

// Waits until the check is over. Takes `check` and gives the last answer, or NULL.
static json_t *
wait_done(struct client *client, json_t *check, char path[PATH_BYTES_MAX])
{
	const struct timespec second = {1, 0};
	int result = path_with(path, "/v1/checks/", text_of(check, "id"), "");
	for (int i = 0; i < LOOKS_MAX && result == 0; i++) {
		if (strcmp(text_of(check, "state"), "running") != 0)
			return check;
		nanosleep(&second, NULL);
		json_decref(check);
		check = NULL;
		result = client_request(client, "GET", path, NULL, &check);
	}
	if (result == 0)
		fprintf(stderr, "relayctl: the check does not end; look at %s later\n", path);
	json_decref(check);
	return NULL;
}

// Both lines of each school, a row each.
static json_t *
lines_of(const json_t *check)
{
	static const char *const names[] = {"uplink", "downlink"};
	json_t *rows = json_array();
	const json_t *schools = json_object_get(check, "schools");
	for (size_t i = 0; i < 2 * json_array_size(schools); i++) {
		const json_t *school = json_array_get(schools, i / 2);
		json_t *row = json_copy(json_object_get(school, names[i % 2]));
		json_object_set(row, "school_name", json_object_get(school, "school_name"));
		json_object_set_new(row, "line", json_string(names[i % 2]));
		json_array_append_new(rows, row);
	}
	return rows;
}

static void
print_rest(const json_t *check)
{
	const json_t *whole = json_object_get(check, "end_to_end");
	const json_t *missing = json_object_get(whole, "missing");
	char ms[VIEW_CELL_BYTES_MAX];
	view_cell(json_object_get(whole, "ms"), VIEW_TENTHS, ms);
	printf("\n%s ms in all, as far as the relay sees; missing:", ms);
	for (size_t i = 0; i < json_array_size(missing); i++)
		printf("%s %s", i > 0 ? "," : "", json_string_value(json_array_get(missing, i)));
	printf("\n");
	if (json_is_true(json_object_get(check, "partner_chosen")))
		printf("The second school was chosen by the relay.\n");
	if (strcmp(text_of(check, "state"), "lesson") == 0)
		printf("The check ended early, since a lesson opened: it is not complete.\n");
	else if (strcmp(text_of(check, "state"), "done") != 0)
		printf("The check was ended early: it is not complete.\n");
}

static int
print_tables(const json_t *check)
{
	json_t *lines = lines_of(check);
	const json_t *parts = json_object_get(json_object_get(check, "end_to_end"), "parts");
	int result = view_print(json_object_get(check, "schools"), VIEW_COLUMNS(school_columns),
		VIEW_ALL_ROWS, "\n", stdout);
	putchar('\n');
	if (result == 0)
		result = view_print(lines, VIEW_COLUMNS(line_columns), VIEW_ALL_ROWS, "\n", stdout);
	putchar('\n');
	if (result == 0)
		result = view_print(parts, VIEW_COLUMNS(part_columns), VIEW_ALL_ROWS, "\n", stdout);
	json_decref(lines);
	print_rest(check);
	if (result == 0)
		return EXIT_SUCCESS;
	fprintf(stderr, "relayctl: out of memory\n");
	return EXIT_FAILURE;
}

static int
page_save(struct client *client, const struct arguments *arguments, const char *id)
{
	char path[PATH_BYTES_MAX], *bytes;
	size_t count;
	if (path_with(path, "/v1/checks/", id, ".html") < 0 ||
		path_add_query(path, "language", arguments->language) < 0 ||
		client_request_text(client, path, &bytes, &count) < 0)
		return EXIT_FAILURE;
	int status = import_write(arguments->output, bytes, count);
	free(bytes);
	return status;
}

// The checks of late, without making one.
static int
checks_list(struct client *client, const struct arguments *arguments)
{
	static const struct view_column columns[] = {
		{"CHECK", "id", VIEW_TEXT},
		{"AT", "started_at", VIEW_MOMENT},
		{"BY", "by", VIEW_TEXT},
		{"STATE", "state", VIEW_TEXT},
		{"SCHOOLS", "names", VIEW_TEXT},
	};
	json_t *answer, *check, *school;
	size_t i, k;
	if (client_request(client, "GET", "/v1/checks", NULL, &answer) < 0)
		return EXIT_FAILURE;
	json_t *checks = json_object_get(answer, "checks");
	if (arguments->json)
		print_json(answer);
	else if (json_array_size(checks) == 0)
		printf("no checks yet: relayctl report connection SCHOOL makes one\n");
	json_array_foreach(checks, i, check)
	{
		json_t *names = json_array();
		json_array_foreach(json_object_get(check, "schools"), k, school)
			json_array_append(names, json_object_get(school, "school_name"));
		json_object_set_new(check, "names", names);
	}
	if (!arguments->json && json_array_size(checks) > 0)
		view_print(checks, VIEW_COLUMNS(columns), VIEW_ALL_ROWS, "\n", stdout);
	json_decref(answer);
	return EXIT_SUCCESS;
}

int
report_connection(struct client *client, const struct arguments *arguments)
{
	char path[PATH_BYTES_MAX];
	json_t *check, *schools;
	if (arguments->count == 1)
		return checks_list(client, arguments);
	schools = json_array();
	for (int i = 1; i < arguments->count; i++)
		json_array_append_new(schools, json_string(arguments->words[i]));
	json_t *body = json_pack("{s:o}", "schools", schools);
	int result = client_request(client, "POST", "/v1/checks", body, &check);
	json_decref(body);
	if (result < 0)
		return EXIT_FAILURE;
	if (!arguments->json)
		fprintf(stderr, "checking the connection, %" JSON_INTEGER_FORMAT " s...\n",
			json_integer_value(json_object_get(check, "remaining_s")));
	check = wait_done(client, check, path);
	if (!check)
		return EXIT_FAILURE;
	int status = EXIT_SUCCESS;
	if (arguments->output)
		status = page_save(client, arguments, text_of(check, "id"));
	else if (arguments->json)
		print_json(check);
	else
		status = print_tables(check);
	if (strcmp(text_of(check, "state"), "done") != 0)
		status = EXIT_FAILURE;
	json_decref(check);
	return status;
}
