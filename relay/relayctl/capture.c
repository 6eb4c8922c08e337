/* SPDX-License-Identifier: BSD-3-Clause */
// capture.c - headers of one flow into a file for Wireshark.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "relayctl/imports.h"

#define POLL_MS 200
#define SECONDS_DEFAULT 10

// Asks until the capture is done. New reference, or NULL once it is said why.
static json_t *
await_done(struct client *client, json_t *capture, const char *path)
{
	const struct timespec pause = {0, POLL_MS * 1000000};
	for (;;) {
		const char *state = json_string_value(json_object_get(capture, "state"));
		if (!state || strcmp(state, "running") != 0)
			return capture;
		json_decref(capture);
		capture = NULL;
		nanosleep(&pause, NULL);
		if (client_request(client, "GET", path, NULL, &capture) < 0)
			return NULL;
	}
}

static void
tell(const json_t *capture, const char *file)
{
	static const char *const reasons[][2] = {{"gone", "; the flow ended before the time"},
		{"full", "; the file is as long as it may be"}};
	const char *why = json_string_value(json_object_get(capture, "ended_by"));
	double missed = json_number_value(json_object_get(capture, "missed"));
	char ssrc[VIEW_CELL_BYTES_MAX];
	view_cell(json_object_get(capture, "ssrc"), VIEW_SSRC, ssrc);
	printf("%s: headers of %.0f packets, SSRC 0x%s", file,
		json_number_value(json_object_get(capture, "packets")), ssrc);
	if (missed > 0)
		printf("; %.0f more found no room", missed);
	for (size_t i = 0; why && i < sizeof reasons / sizeof reasons[0]; i++)
		if (strcmp(why, reasons[i][0]) == 0)
			printf("%s", reasons[i][1]);
	printf("\n");
}

int
capture_run(struct client *client, const struct arguments *arguments)
{
	char path[PATH_BYTES_MAX], file_path[PATH_BYTES_MAX];
	char *end = NULL;
	long seconds = arguments->seconds ? strtol(arguments->seconds, &end, 10) : SECONDS_DEFAULT;
	if (!arguments->file || (end && *end) || seconds < 1 || seconds > 60) {
		fprintf(stderr, "relayctl: usage: relayctl capture SESSION ENDPOINT KIND "
				"[--seconds 1..60] --file FILE.pcapng\n");
		return EXIT_USAGE;
	}
	json_t *body = json_pack("{s:s, s:s, s:s, s:i}", "session", arguments->words[0], "endpoint",
		arguments->words[1], "kind", arguments->words[2], "seconds", (int)seconds);
	json_t *capture = NULL;
	int result = client_request(client, "POST", "/v1/captures", body, &capture);
	json_decref(body);
	if (result < 0)
		return EXIT_FAILURE;
	const char *id = json_string_value(json_object_get(capture, "id"));
	if (path_with(path, "/v1/captures/", id ? id : "-", "") < 0 ||
		path_with(file_path, "/v1/captures/", id ? id : "-", "/file") < 0)
		result = -1;
	capture = result == 0 ? await_done(client, capture, path) : capture;
	char *bytes = NULL;
	size_t count;
	int status = EXIT_FAILURE;
	if (capture && result == 0 && client_request_text(client, file_path, &bytes, &count) == 0)
		status = import_write(arguments->file, bytes, count);
	if (status == EXIT_SUCCESS && arguments->json)
		print_json(capture);
	else if (status == EXIT_SUCCESS)
		tell(capture, arguments->file);
	free(bytes);
	json_decref(capture);
	return status;
}
