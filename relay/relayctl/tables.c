// SPDX-License-Identifier: BSD-3-Clause
// tables.c - the timetable's tables: taken out, tried, and put back over the version that was
// taken.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/https_client.h"
#include "relayctl/imports.h"

#define ETAG_SUFFIX ".etag" // beside a table's file: which version was taken
#define SHOWN_LINES 20      // of those removed or added

static const struct view_column file_columns[] = {
	{"TABLE", "table", VIEW_TEXT},
	{"IN FORCE", "loaded", VIEW_YES},
	{"FILE", "file", VIEW_TEXT},
	{"VERSION", "etag", VIEW_TEXT},
};

static int
tables_list(struct client *client, const struct arguments *arguments)
{
	json_t *answer;
	if (client_request(client, "GET", "/v1/timetable", NULL, &answer) < 0)
		return EXIT_FAILURE;
	if (arguments->json)
		print_json(answer);
	else
		view_print(json_object_get(answer, "files"), VIEW_COLUMNS(file_columns),
			VIEW_ALL_ROWS, "\n", stdout);
	json_decref(answer);
	return EXIT_SUCCESS;
}

static int
etag_path(char path[PATH_BYTES_MAX], const char *file)
{
	int length = snprintf(path, PATH_BYTES_MAX, "%s" ETAG_SUFFIX, file);
	if (length > 0 && length < PATH_BYTES_MAX)
		return 0;
	fprintf(stderr, "relayctl: %s: the name is too long\n", file);
	return -ENAMETOOLONG;
}

static int
table_save(const struct import_table *table, const char *file)
{
	char path[PATH_BYTES_MAX];
	if (etag_path(path, file) < 0)
		return EXIT_USAGE;
	int status = import_write(file, table->bytes.bytes, table->bytes.count);
	return status ? status : import_write(path, table->etag, strlen(table->etag));
}

static int
table_get(struct client *client, const struct arguments *arguments)
{
	const char *file = arguments->count > 2 ? arguments->words[2] : NULL;
	struct import_table table;
	int status = EXIT_SUCCESS;
	if (import_table_get(client, arguments->words[1], false, &table) < 0)
		return EXIT_FAILURE;
	if (file)
		status = table_save(&table, file);
	if (arguments->json) {
		json_t *text = json_stringn(table.bytes.bytes, table.bytes.count);
		json_t *object = json_pack(
			"{s:s, s:s, s:o}", "table", table.name, "etag", table.etag, "text", text);
		print_json(object);
		json_decref(object);
	} else if (!file) {
		fwrite(table.bytes.bytes, 1, table.bytes.count, stdout);
	} else if (status == EXIT_SUCCESS) {
		printf("%s: edit it, then: relayctl table put %s %s\n", file, table.name, file);
	}
	import_table_fini(&table);
	return status;
}

static void
lines_print(const json_t *lines, const char *mark, double count)
{
	size_t i;
	json_t *line;
	json_array_foreach(lines, i, line)
	{
		if (i == SHOWN_LINES)
			break;
		printf("%s %s\n", mark, json_string_value(line));
	}
	if (count > (double)i)
		printf("%s ... and %.0f more\n", mark, count - (double)i);
}

static void
lost_print(const json_t *answer)
{
	size_t i;
	json_t *lost, *lesson;
	json_array_foreach(json_object_get(answer, "exceptions_lost"), i, lost)
		printf("no longer possible: %s of %s: %s\n",
			json_string_value(json_object_get(lost, "kind")),
			json_string_value(json_object_get(lost, "lesson")),
			json_string_value(json_object_get(lost, "reason")));
	json_array_foreach(json_object_get(answer, "differ"), i, lesson)
		printf("%s is on and finishes by the plan it opened with\n",
			json_string_value(json_object_get(lesson, "session")));
}

static void
edit_print(const struct arguments *arguments, const json_t *answer, const char *what)
{
	if (arguments->json) {
		print_json(answer);
		return;
	}
	double removed = json_number_value(json_object_get(answer, "lines_removed"));
	double added = json_number_value(json_object_get(answer, "lines_added"));
	lines_print(json_object_get(answer, "removed"), "-", removed);
	lines_print(json_object_get(answer, "added"), "+", added);
	lost_print(answer);
	printf("%s: %s; %.0f lines removed, %.0f added, %.0f lessons today\n",
		json_string_value(json_object_get(answer, "table")), what, removed, added,
		json_number_value(json_object_get(answer, "lessons_today")));
}

static int
table_check(struct client *client, const struct arguments *arguments)
{
	struct import_file file;
	char path[PATH_BYTES_MAX];
	json_t *answer;
	if (path_with(path, "/v1/timetable/", arguments->words[1], "/check") < 0 ||
		import_file_read(arguments->words[2], &file) < 0)
		return EXIT_FAILURE;
	const struct https_text text = {
		.content_type = "text/csv", .bytes = file.text.bytes, .count = file.text.count};
	int result = client_send_text(client, "POST", path, &text, &answer);
	if (result == 0) {
		edit_print(arguments, answer, "would be taken; nothing is changed yet");
		json_decref(answer);
	}
	import_file_fini(&file);
	return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

// The version that the file was made from, as `table get` noted it; else the relay's present one.
static int
etag_read(struct client *client, const char *name, const char *file, char etag[IMPORT_ETAG_BYTES])
{
	char path[PATH_BYTES_MAX];
	if (etag_path(path, file) < 0)
		return -ENAMETOOLONG;
	FILE *noted = fopen(path, "re");
	if (noted) {
		bool is_read = fgets(etag, IMPORT_ETAG_BYTES, noted) != NULL;
		fclose(noted);
		if (is_read)
			return 0;
	}
	struct import_table table;
	int result = import_table_get(client, name, false, &table);
	if (result == 0) {
		snprintf(etag, IMPORT_ETAG_BYTES, "%s", table.etag);
		import_table_fini(&table);
	}
	return result;
}

// The file is what the relay has now: a further edit builds on it.
static int
etag_note(const char *file, const json_t *answer)
{
	char path[PATH_BYTES_MAX], etag[IMPORT_ETAG_BYTES];
	if (etag_path(path, file) < 0)
		return EXIT_FAILURE;
	const char *mark = json_string_value(json_object_get(answer, "etag"));
	snprintf(etag, sizeof etag, "\"%s\"", mark ? mark : "");
	return import_write(path, etag, strlen(etag));
}

static int
table_put(struct client *client, const struct arguments *arguments)
{
	const char *name = arguments->words[1], *path = arguments->words[2];
	struct import_file file;
	char route[PATH_BYTES_MAX], etag[IMPORT_ETAG_BYTES];
	json_t *answer;
	if (path_with(route, "/v1/timetable/", name, "") < 0 || import_file_read(path, &file) < 0)
		return EXIT_FAILURE;
	const struct https_text text = {.content_type = "text/csv",
		.bytes = file.text.bytes,
		.count = file.text.count,
		.if_match = etag};
	int status = EXIT_FAILURE;
	if (etag_read(client, name, path, etag) == 0 &&
		client_send_text(client, "PUT", route, &text, &answer) == 0) {
		edit_print(arguments, answer, "rewritten; the version before is kept beside it");
		status = etag_note(path, answer);
		json_decref(answer);
	}
	import_file_fini(&file);
	return status;
}

int
tables_run(struct client *client, const struct arguments *arguments)
{
	const char *verb = arguments->count > 0 ? arguments->words[0] : "list";
	if (strcmp(verb, "list") == 0 && arguments->count <= 1)
		return tables_list(client, arguments);
	if (strcmp(verb, "get") == 0 && arguments->count >= 2)
		return table_get(client, arguments);
	if (strcmp(verb, "check") == 0 && arguments->count == 3)
		return table_check(client, arguments);
	if (strcmp(verb, "put") == 0 && arguments->count == 3)
		return table_put(client, arguments);
	fprintf(stderr,
		"relayctl: usage: relayctl table [list] | get NAME [FILE] | check NAME FILE | put "
		"NAME FILE\n");
	return EXIT_USAGE;
}
