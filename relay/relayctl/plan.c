// SPDX-License-Identifier: BSD-3-Clause
// plan.c - what the relay finds wrong in the timetable, as a table for people.
#include "relayctl/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "relayctl/table.h"

static const struct table_column finding_columns[] = {
	{"SEVERITY", false}, {"KIND", false}, {"FINDING", false}};
static const char *const finding_keys[] = {"severity", "kind", "text"};
#define FINDING_COLUMN_COUNT (sizeof finding_columns / sizeof finding_columns[0])

static const struct view_column shared_columns[] = {
	{"RULE", "rule", VIEW_TEXT},
	{"SCHOOL", "school_name", VIEW_TEXT},
	{"PERIOD", "lead_period", VIEW_COUNT},
	{"ITS PERIOD", "school_period", VIEW_COUNT},
	{"MINUTES", "lead_minutes", VIEW_COUNT},
	{"SHARED", "shared_minutes", VIEW_COUNT},
	{"FROM", "first", VIEW_TEXT},
	{"LESSONS", "lessons", VIEW_COUNT},
};

static void
print_head(const json_t *check)
{
	const json_t *peak = json_object_get(check, "peak");
	const json_t *counts = json_object_get(check, "counts");
	char text[4][VIEW_CELL_BYTES_MAX];
	view_cell(json_object_get(check, "first"), VIEW_TEXT, text[0]);
	view_cell(json_object_get(check, "last"), VIEW_TEXT, text[1]);
	view_cell(json_object_get(check, "lessons"), VIEW_COUNT, text[2]);
	printf("looked at  %s to %s, %s lessons\n", text[0], text[1], text[2]);
	view_cell(json_object_get(peak, "legs"), VIEW_COUNT, text[0]);
	view_cell(json_object_get(peak, "legs_max"), VIEW_COUNT, text[1]);
	view_cell(json_object_get(peak, "lessons"), VIEW_COUNT, text[2]);
	view_cell(json_object_get(peak, "at"), VIEW_MOMENT, text[3]);
	printf("at most    %s endpoints at once (room for %s), %s lessons; first %s\n", text[0],
		text[1], text[2], text[3]);
	view_cell(json_object_get(counts, "error"), VIEW_COUNT, text[0]);
	view_cell(json_object_get(counts, "warning"), VIEW_COUNT, text[1]);
	view_cell(json_object_get(counts, "note"), VIEW_COUNT, text[2]);
	printf("found      %s errors, %s warnings, %s notes\n", text[0], text[1], text[2]);
	json_int_t left_out = json_integer_value(json_object_get(check, "left_out"));
	if (left_out > 0)
		printf("           %" JSON_INTEGER_FORMAT " more are not shown\n", left_out);
}

// Sentences are longer than a view's cell.
static int
print_findings(const json_t *findings)
{
	struct table *table = table_create(finding_columns, FINDING_COLUMN_COUNT);
	int result = table ? 0 : -ENOMEM;
	for (size_t row = 0; result == 0 && row < json_array_size(findings); row++) {
		const json_t *finding = json_array_get(findings, row);
		for (size_t i = 0; result == 0 && i < FINDING_COLUMN_COUNT; i++) {
			const char *text =
				json_string_value(json_object_get(finding, finding_keys[i]));
			result = table_add(table, text ? text : "-");
		}
	}
	if (result == 0)
		table_print(table, VIEW_ALL_ROWS, "\n", stdout);
	table_destroy(table);
	return result;
}

static int
print_check(const json_t *check)
{
	const json_t *findings = json_object_get(check, "findings");
	const json_t *shared = json_object_get(check, "shared");
	int result = 0;
	if (json_array_size(shared) > 0) {
		result = view_print(
			shared, VIEW_COLUMNS(shared_columns), VIEW_ALL_ROWS, "\n", stdout);
		putchar('\n');
	}
	if (result == 0 && json_array_size(findings) > 0) {
		result = print_findings(findings);
		putchar('\n');
	}
	print_head(check);
	return result;
}

int
plan_run(struct client *client, const struct arguments *arguments)
{
	if (strcmp(arguments->words[0], "check") != 0) {
		fprintf(stderr, "relayctl: usage: relayctl plan check [DATE]\n");
		return EXIT_USAGE;
	}
	char path[PATH_BYTES_MAX] = "/v1/plan/check";
	if (arguments->count == 2 &&
		path_with(path, "/v1/plan/check?date=", arguments->words[1], "") < 0) {
		fprintf(stderr, "relayctl: a date is written 2026-11-23\n");
		return EXIT_USAGE;
	}
	json_t *check;
	if (client_request(client, "GET", path, NULL, &check) < 0)
		return EXIT_FAILURE;
	int result = 0;
	if (arguments->json)
		print_json(check);
	else
		result = print_check(check);
	bool is_clean = json_is_true(json_object_get(check, "clean"));
	json_decref(check);
	if (result < 0)
		fprintf(stderr, "relayctl: out of memory\n");
	return result == 0 && is_clean ? EXIT_SUCCESS : EXIT_FAILURE;
}
