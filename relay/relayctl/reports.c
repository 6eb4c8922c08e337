// SPDX-License-Identifier: BSD-3-Clause
// reports.c - the ledger's reports as tables and as pages to print, and what people enter into it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/https_client.h"
#include "relayctl/imports.h"

static const struct view_column entry_columns[] = {
	{"NUMBER", "number", VIEW_COUNT},
	{"DATE", "date", VIEW_TEXT},
	{"BEGINS", "planned_start", VIEW_CLOCK},
	{"LEAD", "lead_name", VIEW_TEXT},
	{"ASSISTED", "assisted_name", VIEW_TEXT},
	{"FORM", "form", VIEW_TEXT},
	{"CONTENT", "title", VIEW_TEXT},
	{"LIVE", "live_minutes", VIEW_COUNT},
	{"OF", "planned_minutes", VIEW_COUNT},
	{"VERDICT", "verdict", VIEW_TEXT},
	{"REASON", "reason", VIEW_TEXT},
	{"CORRECTED BY", "corrected_by", VIEW_TEXT},
	{"LESSON", "lesson", VIEW_TEXT},
};

static const struct view_column week_columns[] = {
	{"SCHOOLS", "schools", VIEW_TEXT},
	{"TARGET", "target", VIEW_COUNT},
	{"DAYS", "teaching_days", VIEW_COUNT},
	{"DUE", "due", VIEW_COUNT},
	{"DELIVERED", "delivered", VIEW_COUNT},
	{"PARTIAL", "partial", VIEW_COUNT},
	{"MISSED", "missed", VIEW_COUNT},
	{"CANCELLED", "cancelled", VIEW_COUNT},
	{"EXTRA", "extra", VIEW_COUNT},
	{"TRAININGS", "trainings", VIEW_COUNT},
	{"STATE", "state", VIEW_TEXT},
};

static const struct view_column month_columns[] = {
	{"SCHOOLS", "schools", VIEW_TEXT},
	{"DELIVERED", "delivered", VIEW_COUNT},
	{"PARTIAL", "partial", VIEW_COUNT},
	{"MISSED", "missed", VIEW_COUNT},
	{"TRAININGS", "trainings", VIEW_COUNT},
	{"VISITS", "visits", VIEW_COUNT},
	{"DUE", "visits_due", VIEW_COUNT},
	{"DAYS ON SITE", "working_days", VIEW_COUNT},
	{"DUE", "working_days_due", VIEW_COUNT},
	{"STATE", "state", VIEW_TEXT},
};

static const struct view_column completion_columns[] = {
	{"WHAT", "form", VIEW_TEXT},
	{"PLAN", "plan", VIEW_COUNT},
	{"DELIVERED", "delivered", VIEW_COUNT},
	{"COMPLETION", "rate", VIEW_PERCENT},
};

static const struct view_column scope_columns[] = {
	{"SCOPE", "scope", VIEW_TEXT},
	{"SCHOOLS", "schools", VIEW_COUNT},
	{"PAIRS", "pairs", VIEW_COUNT},
	{"SYNCHRONOUS", "synchronous", VIEW_COUNT},
	{"TRAININGS", "training", VIEW_COUNT},
	{"OTHER", "other", VIEW_COUNT},
	{"VISITS", "visits", VIEW_COUNT},
	{"DAYS ON SITE", "working_days", VIEW_COUNT},
	{"HEADCOUNT", "headcount", VIEW_COUNT},
};

static const struct view_column pair_columns[] = {
	{"SCHOOLS", "schools", VIEW_TEXT},
	{"PLANNED", "planned", VIEW_COUNT},
	{"SYNCHRONOUS", "synchronous", VIEW_COUNT},
	{"OF THE PLAN", "rate", VIEW_PERCENT},
	{"PARTIAL", "partial", VIEW_COUNT},
	{"MISSED", "missed", VIEW_COUNT},
	{"TRAININGS", "training", VIEW_COUNT},
	{"VISITS", "visits", VIEW_COUNT},
	{"DAYS ON SITE", "working_days", VIEW_COUNT},
};

static const struct view_column minute_columns[] = {
	{"MINUTE", "minute", VIEW_CLOCK},
	{"LINE", "line", VIEW_TEXT},
	{"LOSS", "loss", VIEW_PERCENT},
	{"JITTER MS", "jitter_ms", VIEW_TENTHS},
	{"ROUND TRIP MS", "rtt_ms", VIEW_TENTHS},
	{"GAP MS", "longest_gap_ms", VIEW_COUNT},
	{"SECONDS", "media_s", VIEW_COUNT},
	{"LIGHT", "state", VIEW_TEXT},
};

static const struct view_column heat_columns[] = {
	{"SCHOOL", "school_name", VIEW_TEXT},
	{"WEEK", "week", VIEW_TEXT},
	{"PLANNED", "planned", VIEW_COUNT},
	{"DELIVERED", "delivered", VIEW_COUNT},
	{"PARTIAL", "partial", VIEW_COUNT},
	{"MISSED", "missed", VIEW_COUNT},
	{"CANCELLED", "cancelled", VIEW_COUNT},
	{"COMPLETION", "rate", VIEW_PERCENT},
};

#define TABLES_MAX 3

// The reports, and which of an answer's lists are shown.
static const struct {
	const char *verb;
	const char *parameter; // of the word behind the verb; NULL: it is in the path
	struct {
		const char *list;
		const struct view_column *columns;
		size_t count;
	} tables[TABLES_MAX];
} reports[] = {
	{"day", "date", {{"entries", VIEW_COLUMNS(entry_columns)}}},
	{"week", "date", {{"pairs", VIEW_COLUMNS(week_columns)}}},
	{"month", "month", {{"pairs", VIEW_COLUMNS(month_columns)}}},
	{"year", "year",
		{{"completion", VIEW_COLUMNS(completion_columns)},
			{"scopes", VIEW_COLUMNS(scope_columns)},
			{"pairs", VIEW_COLUMNS(pair_columns)}}},
	{"heatmap", "year", {{"cells", VIEW_COLUMNS(heat_columns)}}},
	{"lesson", NULL,
		{{"records", VIEW_COLUMNS(entry_columns)},
			{"minutes", VIEW_COLUMNS(minute_columns)}}},
};
#define REPORT_COUNT (sizeof reports / sizeof reports[0])

static size_t
report_find(const char *verb)
{
	size_t i = 0;
	while (i < REPORT_COUNT && strcmp(reports[i].verb, verb) != 0)
		i++;
	return i;
}

// "/v1/ledger/week.html?date=2026-11-23&pair=…". Returns 0 or EXIT_USAGE once it has said why.
static int
report_path(const struct arguments *arguments, size_t report, const char *ending,
	char path[PATH_BYTES_MAX])
{
	const char *word = arguments->count > 1 ? arguments->words[1] : NULL;
	char suffix[16];
	int result;
	snprintf(suffix, sizeof suffix, "%s", ending);
	if (reports[report].parameter) {
		snprintf(path, PATH_BYTES_MAX, "/v1/ledger/%s%s", reports[report].verb, suffix);
		result = path_add_query(path, reports[report].parameter, word);
	} else if (!word) {
		fprintf(stderr, "relayctl: name the lesson, as chinese-tue/2026-11-24\n");
		return EXIT_USAGE;
	} else {
		result = path_with(path, "/v1/ledger/lesson/", word, suffix);
	}
	if (result == 0)
		result = path_add_query(path, "pair", arguments->pair);
	if (result == 0)
		result = path_add_query(path, "school", arguments->school);
	if (result == 0)
		result = path_add_query(path, "language", arguments->language);
	if (result == 0)
		return 0;
	fprintf(stderr, "relayctl: that is too long\n");
	return EXIT_USAGE;
}

static int
tables_print(const json_t *answer, size_t report)
{
	int result = 0;
	for (size_t i = 0; i < TABLES_MAX && reports[report].tables[i].list && result == 0; i++) {
		const json_t *rows = json_object_get(answer, reports[report].tables[i].list);
		if (i > 0)
			putchar('\n');
		if (json_array_size(rows) == 0)
			printf("nothing recorded\n");
		else
			result = view_print(rows, reports[report].tables[i].columns,
				reports[report].tables[i].count, VIEW_ALL_ROWS, "\n", stdout);
	}
	if (result == 0)
		return EXIT_SUCCESS;
	fprintf(stderr, "relayctl: out of memory\n");
	return EXIT_FAILURE;
}

// As the relay wrote it, to a file where one is named.
static int
bytes_print(struct client *client, const struct arguments *arguments, const char *path)
{
	char *bytes;
	size_t count;
	if (client_request_text(client, path, &bytes, &count) < 0)
		return EXIT_FAILURE;
	int status = EXIT_SUCCESS;
	if (arguments->output)
		status = import_write(arguments->output, bytes, count);
	else if (fwrite(bytes, 1, count, stdout) != count)
		status = EXIT_FAILURE;
	free(bytes);
	return status;
}

static int
report_show(struct client *client, const struct arguments *arguments, size_t report)
{
	char path[PATH_BYTES_MAX];
	json_t *answer;
	int status = report_path(arguments, report, arguments->csv ? ".csv" : "", path);
	if (status)
		return status;
	if (arguments->csv)
		return bytes_print(client, arguments, path);
	if (client_request(client, "GET", path, NULL, &answer) < 0)
		return EXIT_FAILURE;
	if (arguments->json)
		print_json(answer);
	else
		status = tables_print(answer, report);
	json_decref(answer);
	return status;
}

int
report_run(struct client *client, const struct arguments *arguments)
{
	char path[PATH_BYTES_MAX];
	size_t report = report_find(arguments->words[0]);
	if (strcmp(arguments->words[0], "connection") == 0)
		return report_connection(client, arguments);
	if (report == REPORT_COUNT || arguments->count > 2) {
		fprintf(stderr, "relayctl: usage: relayctl report day [DATE] | week [DATE] | "
				"month [2026-11] | year [2026] | lesson LESSON | "
				"connection [SCHOOL [SCHOOL]]\n");
		return EXIT_USAGE;
	}
	int status = report_path(arguments, report, ".html", path);
	return status ? status : bytes_print(client, arguments, path);
}

// --- what people enter

// "FIELD=VALUE" words as an object; NULL once it has said what is wrong.
static json_t *
fields_read(char **words, int count)
{
	json_t *body = json_object();
	for (int i = 0; i < count; i++) {
		char *equals = strchr(words[i], '=');
		if (equals)
			*equals = '\0';
		if (equals && json_object_set_new(body, words[i], json_string(equals + 1)) == 0)
			continue;
		fprintf(stderr, "relayctl: write FIELD=VALUE, such as teacher=张老师\n");
		json_decref(body);
		return NULL;
	}
	return body;
}

static int
rows_tell(const struct arguments *arguments, json_t *answer)
{
	double written = json_number_value(json_object_get(answer, "written"));
	double number = json_number_value(json_object_get(answer, "number"));
	if (arguments->json)
		print_json(answer);
	else if (written > 1)
		printf("%.0f rows are in the ledger, numbers %.0f to %.0f\n", written,
			number - written + 1, number);
	else
		printf("row %.0f is in the ledger\n", number);
	json_decref(answer);
	return EXIT_SUCCESS;
}

static int
fields_send(struct client *client, const struct arguments *arguments, const char *path, int first)
{
	json_t *answer;
	json_t *body = fields_read(arguments->words + first, arguments->count - first);
	if (!body)
		return EXIT_USAGE;
	int result = client_request(client, "POST", path, body, &answer);
	json_decref(body);
	return result < 0 ? EXIT_FAILURE : rows_tell(arguments, answer);
}

static int
correct(struct client *client, const struct arguments *arguments)
{
	char path[PATH_BYTES_MAX];
	if (path_with(path, "/v1/ledger/entries/", arguments->words[1], "/correct") < 0)
		return EXIT_USAGE;
	return fields_send(client, arguments, path, 2);
}

// Sent as UTF-8, whatever it was saved in.
static int
import_send(struct client *client, const struct arguments *arguments)
{
	struct import_file file;
	json_t *answer;
	if (import_file_read(arguments->words[1], &file) < 0)
		return EXIT_FAILURE;
	const struct https_text text = {
		.content_type = "text/csv", .bytes = file.text.bytes, .count = file.text.count};
	int result = client_send_text(client, "POST", "/v1/ledger/import", &text, &answer);
	import_file_fini(&file);
	return result < 0 ? EXIT_FAILURE : rows_tell(arguments, answer);
}

// All rows, page by page, as one list.
static int
rows_show(struct client *client, const struct arguments *arguments)
{
	json_t *entries = json_array();
	json_int_t after = 0;
	int status = EXIT_FAILURE;
	while (after >= 0) {
		char path[PATH_BYTES_MAX];
		json_t *page;
		snprintf(path, sizeof path, "/v1/ledger?limit=1000&after=%" JSON_INTEGER_FORMAT,
			after);
		if (path_add_query(path, "from", arguments->from) < 0 ||
			path_add_query(path, "until", arguments->until) < 0 ||
			path_add_query(path, "pair", arguments->pair) < 0 ||
			path_add_query(path, "school", arguments->school) < 0 ||
			client_request(client, "GET", path, NULL, &page) < 0)
			goto free_entries;
		json_array_extend(entries, json_object_get(page, "entries"));
		const json_t *next = json_object_get(page, "next");
		after = json_is_integer(next) ? json_integer_value(next) : -1;
		json_decref(page);
	}
	status = EXIT_SUCCESS;
	if (arguments->json)
		print_json(entries);
	else if (json_array_size(entries) == 0)
		printf("nothing recorded\n");
	else
		view_print(entries, VIEW_COLUMNS(entry_columns), VIEW_ALL_ROWS, "\n", stdout);

free_entries:
	json_decref(entries);
	return status;
}

int
reports_run(struct client *client, const struct arguments *arguments)
{
	const char *verb = arguments->words[0];
	size_t report = report_find(verb);
	if (report < REPORT_COUNT && arguments->count <= 2)
		return report_show(client, arguments, report);
	if (strcmp(verb, "rows") == 0 && arguments->count == 1)
		return rows_show(client, arguments);
	if (strcmp(verb, "add") == 0 && arguments->count >= 2)
		return fields_send(client, arguments, "/v1/ledger/entries", 1);
	if (strcmp(verb, "correct") == 0 && arguments->count >= 3)
		return correct(client, arguments);
	if (strcmp(verb, "import") == 0 && arguments->count == 2)
		return import_send(client, arguments);
	fprintf(stderr,
		"relayctl: usage: relayctl ledger day [DATE] | week [DATE] | month [2026-11] | "
		"year [2026] | heatmap [2026] | lesson LESSON | rows | add FIELD=VALUE... | "
		"correct NUMBER FIELD=VALUE... "
		"| import FILE\n");
	return EXIT_USAGE;
}
