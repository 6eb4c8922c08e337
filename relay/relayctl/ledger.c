// SPDX-License-Identifier: BSD-3-Clause
// ledger.c - the commands that keep the ledger of lessons: ledger, backup, restore.
#include "relayctl/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define POLL_MS 300

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text ? text : "";
}

// Waits for the relay to end what it was asked for. New reference, or NULL once it is said why.
static json_t *
work_await(struct client *client, json_t *body, const char *path)
{
	const struct timespec pause = {0, POLL_MS * 1000000};
	json_t *answer = NULL;
	int result = client_request(client, "POST", path, body, &answer);
	json_decref(body);
	while (result == 0) {
		json_t *work = json_object_get(answer, "work");
		if (strcmp(text_of(work, "state"), "running") != 0) {
			json_incref(work);
			json_decref(answer);
			return work;
		}
		json_decref(answer);
		answer = NULL;
		nanosleep(&pause, NULL);
		result = client_request(client, "GET", "/v1/ledger/state", NULL, &answer);
	}
	return NULL;
}

static int
work_fail(json_t *work)
{
	fprintf(stderr, "relayctl: %s: %s\n", text_of(work, "what"), text_of(work, "text"));
	json_decref(work);
	return EXIT_FAILURE;
}

static int
verify(struct client *client, const struct arguments *arguments)
{
	json_t *work = work_await(client, json_object(), "/v1/ledger/verify");
	if (!work)
		return EXIT_FAILURE;
	json_t *found = json_object_get(work, "found");
	if (!json_is_object(found))
		return work_fail(work);
	if (arguments->json)
		print_json(found);
	bool is_whole = true;
	const char *table;
	json_t *finding;
	json_object_foreach(found, table, finding)
	{
		bool fits = json_is_true(json_object_get(finding, "whole"));
		is_whole = is_whole && fits;
		if (arguments->json)
			continue;
		if (fits)
			printf("%s: %.0f rows, all as they were written\n", table,
				json_number_value(json_object_get(finding, "rows")));
		else
			printf("%s, row %.0f: %s\n", table,
				json_number_value(json_object_get(finding, "number")),
				text_of(finding, "text"));
	}
	json_decref(work);
	return is_whole ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
tell(struct client *client, const struct arguments *arguments)
{
	json_t *answer = NULL;
	if (client_request(client, "GET", "/v1/ledger/state", NULL, &answer) < 0)
		return EXIT_FAILURE;
	if (arguments->json)
		print_json(answer);
	else
		printf("%s; %.0f records and %.0f minute rows written since the start, %.0f and "
		       "%.0f wait\n",
			json_is_true(json_object_get(answer, "failing")) ? text_of(answer, "why")
									 : "all is written",
			json_number_value(json_object_get(answer, "entries_written")),
			json_number_value(json_object_get(answer, "minutes_written")),
			json_number_value(json_object_get(answer, "entries_held")),
			json_number_value(json_object_get(answer, "minutes_held")));
	json_decref(answer);
	return EXIT_SUCCESS;
}

int
ledger_run(struct client *client, const struct arguments *arguments)
{
	if (arguments->count == 0)
		return tell(client, arguments);
	if (strcmp(arguments->words[0], "verify") == 0)
		return verify(client, arguments);
	return reports_run(client, arguments);
}

static int
copy_run(struct client *client, const struct arguments *arguments, const char *path,
	const char *done)
{
	json_t *body = json_pack("{s:s}", "name", arguments->words[0]);
	json_t *work = work_await(client, body, path);
	if (!work)
		return EXIT_FAILURE;
	if (strcmp(text_of(work, "state"), "done") != 0)
		return work_fail(work);
	if (arguments->json)
		print_json(work);
	else
		printf(done, text_of(work, "name"));
	json_decref(work);
	return EXIT_SUCCESS;
}

int
backup_run(struct client *client, const struct arguments *arguments)
{
	return copy_run(client, arguments, "/v1/ledger/backup",
		"backup/%s in the relay's state directory is a whole copy of the ledger; keep it "
		"on another machine\n");
}

int
restore_run(struct client *client, const struct arguments *arguments)
{
	return copy_run(client, arguments, "/v1/ledger/restore",
		"the ledger is as backup/%s has it; as it was before it lies beside it as "
		"ledger.db.replaced-TIME\n");
}
