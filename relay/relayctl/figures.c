/* SPDX-License-Identifier: BSD-3-Clause */
// figures.c - the commands that tell of the relay as a program: throughput, health, metrics,
// routes, and who asks.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "relayctl/commands.h"

#define HOUR_SECONDS_SHOWN "60"

static const struct view_column throughput_columns[] = {
	{"AT", "at", VIEW_MOMENT},
	{"PACKETS/S IN", "packets_in_s", VIEW_TENTHS},
	{"OUT", "packets_out_s", VIEW_TENTHS},
	{"BIT/S IN", "bit_in_s", VIEW_COUNT},
	{"OUT", "bit_out_s", VIEW_COUNT},
	{"BUSY", "busy_share", VIEW_PERCENT},
	{"DROPPED", "dropped", VIEW_COUNT},
};

static const struct view_column day_columns[] = {
	{"DAY", "date", VIEW_TEXT},
	{"PEAK BIT/S IN", "peak_bit_in_s", VIEW_COUNT},
	{"OUT", "peak_bit_out_s", VIEW_COUNT},
	{"95TH PERCENTILE IN", "p95_bit_in_s", VIEW_COUNT},
	{"OUT", "p95_bit_out_s", VIEW_COUNT},
};

// The columns of the answer as rows of a table.
static json_t *
rows_of(const json_t *answer)
{
	const json_t *times = json_object_get(answer, "at_ms");
	json_t *series = json_object_get(answer, "series");
	json_t *rows = json_array();
	for (size_t i = 0; i < json_array_size(times); i++) {
		char at[32];
		time_t s = (time_t)(json_number_value(json_array_get(times, i)) / 1000);
		struct tm utc;
		gmtime_r(&s, &utc);
		strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", &utc);
		json_t *row = json_pack("{s:s}", "at", at), *column;
		const char *name;
		json_object_foreach(series, name, column)
			json_object_set(row, name, json_array_get(column, i));
		json_array_append_new(rows, row);
	}
	return rows;
}

static int
throughput_print(const json_t *answer)
{
	const json_t *days = json_object_get(answer, "days");
	json_t *rows = rows_of(answer);
	int result = 0;
	if (json_array_size(rows) == 0)
		printf("nothing is known of that time yet\n");
	else
		result = view_print(
			rows, VIEW_COLUMNS(throughput_columns), VIEW_ALL_ROWS, "\n", stdout);
	if (result == 0 && json_array_size(days) > 0) {
		putchar('\n');
		result = view_print(days, VIEW_COLUMNS(day_columns), VIEW_ALL_ROWS, "\n", stdout);
	}
	json_decref(rows);
	return result;
}

int
throughput_run(struct client *client, const struct arguments *arguments)
{
	char path[PATH_BYTES_MAX];
	const char *span = arguments->count == 1 ? arguments->words[0] : "hour";
	bool is_table = !arguments->json && !arguments->csv;
	bool is_hour = strcmp(span, "hour") == 0;
	snprintf(path, sizeof path, "/v1/throughput%s", arguments->csv ? ".csv" : "");
	if (path_add_query(path, "span", span) < 0 ||
		path_add_query(path, "school", arguments->school) < 0 ||
		path_add_query(path, "last_s", is_table && is_hour ? HOUR_SECONDS_SHOWN : NULL) <
			0) {
		fprintf(stderr, "relayctl: that is too long\n");
		return EXIT_USAGE;
	}
	if (arguments->csv)
		return export_text(client, path);
	json_t *answer;
	if (client_request(client, "GET", path, NULL, &answer) < 0)
		return EXIT_FAILURE;
	int result = 0;
	if (arguments->json)
		print_json(answer);
	else
		result = throughput_print(answer);
	json_decref(answer);
	if (result < 0)
		fprintf(stderr, "relayctl: out of memory\n");
	return result < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

// Both are refusals where something is wrong, so that a script sees it by the exit status.
int
health_run(struct client *client, const struct arguments *arguments)
{
	json_t *health = NULL, *ready = NULL;
	int result = client_request(client, "GET", "/healthz", NULL, &health);
	if (result == 0)
		result = client_request(client, "GET", "/readyz", NULL, &ready);
	if (result == 0 && arguments->json) {
		json_object_update_missing(ready, health);
		print_json(ready);
	} else if (result == 0) {
		printf("the relay is ready, and its workers run\n");
	}
	json_decref(health);
	json_decref(ready);
	return result < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int
metrics_run(struct client *client, const struct arguments *arguments)
{
	(void)arguments;
	return export_text(client, "/metrics");
}

int
routes_run(struct client *client, const struct arguments *arguments)
{
	json_t *document;
	if (!arguments->json)
		return export_text(client, "/v1");
	if (client_request(client, "GET", "/v1/openapi.json", NULL, &document) < 0)
		return EXIT_FAILURE;
	print_json(document);
	json_decref(document);
	return EXIT_SUCCESS;
}

int
me_run(struct client *client, const struct arguments *arguments)
{
	static const struct view_column columns[] = {
		{"NAME", "name", VIEW_TEXT},
		{"ROLE", "role", VIEW_TEXT},
		{"SCHOOL", "school", VIEW_TEXT},
		{"ZONE", "zone", VIEW_TEXT},
	};
	json_t *answer;
	if (client_request(client, "GET", "/v1/me", NULL, &answer) < 0)
		return EXIT_FAILURE;
	json_t *list = json_pack("[O]", answer);
	if (arguments->json)
		print_json(answer);
	else
		view_print(list, VIEW_COLUMNS(columns), VIEW_ALL_ROWS, "\n", stdout);
	json_decref(list);
	json_decref(answer);
	return EXIT_SUCCESS;
}
