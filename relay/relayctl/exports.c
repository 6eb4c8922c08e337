// SPDX-License-Identifier: BSD-3-Clause
// exports.c - the commands that print what the relay wrote: tables, sheets, a feed's address.
#include "relayctl/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

int
export_text(struct client *client, const char *path)
{
	char *bytes;
	size_t count;
	if (client_request_text(client, path, &bytes, &count) < 0)
		return EXIT_FAILURE;
	size_t written = fwrite(bytes, 1, count, stdout);
	free(bytes);
	if (written == count)
		return EXIT_SUCCESS;
	perror("relayctl: standard output");
	return EXIT_FAILURE;
}

int
export_lessons(struct client *client, const struct arguments *arguments)
{
	char path[PATH_BYTES_MAX] = "/v1/lessons.csv";
	const char *day = arguments->count == 1 ? arguments->words[0] : NULL;
	if (path_add_query(path, "from", day ? day : arguments->from) < 0 ||
		path_add_query(path, "until", day ? day : arguments->until) < 0) {
		fprintf(stderr, "relayctl: a date is written 2026-11-23\n");
		return EXIT_USAGE;
	}
	return export_text(client, path);
}

int
export_sheet(struct client *client, const struct arguments *arguments)
{
	char path[PATH_BYTES_MAX] = "/v1/sheet";
	if (path_add_query(path, "school", arguments->school) < 0 ||
		path_add_query(path, "week", arguments->week) < 0 ||
		path_add_query(path, "language", arguments->language) < 0) {
		fprintf(stderr, "relayctl: the school, the date or the language is too long\n");
		return EXIT_USAGE;
	}
	return export_text(client, path);
}

// A calendar program runs elsewhere.
static bool
is_local(const char *address)
{
	return strncmp(address, "localhost:", 10) == 0 || strncmp(address, "127.", 4) == 0 ||
	       strncmp(address, "[::1]:", 6) == 0;
}

int
export_feed(struct client *client, const struct arguments *arguments)
{
	const char *school = arguments->count == 2 ? arguments->words[0] : NULL;
	if (!arguments->feed || arguments->endpoint) {
		fprintf(stderr,
			"relayctl: usage: relayctl token [--role ROLE | --endpoint ENDPOINT | "
			"--school SCHOOL] NAME, or relayctl token --feed [SCHOOL] NAME\n");
		return EXIT_USAGE;
	}
	json_t *body = json_pack("{s:s, s:s, s:s*}", "name", arguments->words[arguments->count - 1],
		"role", "feed", "school", school);
	if (!body) {
		fprintf(stderr, "relayctl: out of memory, or a name that is not UTF-8\n");
		return EXIT_FAILURE;
	}
	json_t *answer = NULL;
	int result = client_request(client, "POST", "/v1/tokens", body, &answer);
	json_decref(body);
	if (result < 0)
		return EXIT_FAILURE;
	const char *token = json_string_value(json_object_get(answer, "token"));
	char address[PATH_BYTES_MAX];
	int written = token ? snprintf(address, sizeof address, "https://%s/v1/feeds/%s/%s.ics",
				      client->address, token, school ? school : "county")
			    : -1;
	bool is_told = written > 0 && (size_t)written < sizeof address;
	if (is_told && arguments->json)
		print_json(answer);
	else if (is_told)
		printf("%s\n", address);
	else
		fprintf(stderr, "relayctl: the answer holds no token\n");
	if (is_told && is_local(client->address))
		fprintf(stderr,
			"relayctl: for other machines put the relay's own name in the "
			"place of %s\n",
			client->address);
	OPENSSL_cleanse(address, sizeof address);
	json_decref(answer);
	return is_told ? EXIT_SUCCESS : EXIT_FAILURE;
}
