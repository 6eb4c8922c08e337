// SPDX-License-Identifier: BSD-3-Clause
// client.c - one request at a time on an event loop of its own.
#include "relayctl/client.h"

#include <ctype.h>
#include <errno.h>
#include <event2/event.h>
#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/https_client.h"

#define DEFAULT_PORT "8443"
#define WHY_BYTES 512

struct wait {
	struct event_base *base;
	json_t *answer;
	bool wants_text;
	char *text;
	size_t text_bytes;
	char why[WHY_BYTES];
	bool done;
};

// "https://host/" to "host:8443"; an IPv6 address is in brackets. A path stays one.
static int
server_address(const char *server, char *address, size_t bytes)
{
	static const char scheme[] = "https://";
	if (*server == '/') {
		int length = snprintf(address, bytes, "%s", server);
		return length < 0 || (size_t)length >= bytes ? -EINVAL : 0;
	}
	if (strncmp(server, scheme, sizeof scheme - 1) == 0)
		server += sizeof scheme - 1;
	size_t length = strcspn(server, "/");
	if (length == 0 || server[length + (server[length] == '/')] != '\0')
		return -EINVAL;
	const char *bracket = memchr(server, ']', length);
	const char *rest = bracket ? bracket : server;
	bool has_port = memchr(rest, ':', length - (size_t)(rest - server)) != NULL;
	int written = snprintf(
		address, bytes, "%.*s%s", (int)length, server, has_port ? "" : ":" DEFAULT_PORT);
	return written < 0 || (size_t)written >= bytes ? -EINVAL : 0;
}

static int
read_token(struct client *client, const char *path)
{
	FILE *file = fopen(path, "re");
	if (!file || !fgets(client->token, sizeof client->token, file)) {
		fprintf(stderr, "relayctl: %s: %s\n", path,
			file && !ferror(file) ? "the file is empty" : strerror(errno));
		if (file)
			fclose(file);
		return -EINVAL;
	}
	fclose(file);
	client->token[strcspn(client->token, "\r\n")] = '\0';
	return 0;
}

int
client_init(struct client *client, const struct client_options *options)
{
	memset(client, 0, sizeof *client);
	if (server_address(options->server, client->address, sizeof client->address) < 0) {
		fprintf(stderr, "relayctl: '%s' is not a server such as https://localhost:8443\n",
			options->server);
		return -EINVAL;
	}
	if (options->token_file && read_token(client, options->token_file) < 0)
		return -EINVAL;
	client->base = event_base_new();
	if (!client->base) {
		fprintf(stderr, "relayctl: out of memory\n");
		return -ENOMEM;
	}
	char error[HTTPS_CLIENT_ERROR_BYTES] = "out of memory";
	int result = https_client_create(
		client->base, client->address, options->certificate_sha256, &client->https, error);
	if (result < 0) {
		fprintf(stderr, "relayctl: %s\n", error);
		client_fini(client);
	}
	return result;
}

void
client_fini(struct client *client)
{
	if (client->https)
		https_client_destroy(client->https);
	if (client->base)
		event_base_free(client->base);
	OPENSSL_cleanse(client, sizeof *client);
}

const char *
client_token(const struct client *client)
{
	return client->token[0] ? client->token : NULL;
}

// What the other side wrote shall not steer the terminal.
static void
hide_controls(char *text)
{
	for (; *text; text++) {
		if (iscntrl((unsigned char)*text))
			*text = '?';
	}
}

json_t *
client_read_answer(
	int status, const char *body, size_t length, const char *error, char *why, size_t why_bytes)
{
	if (error) {
		snprintf(why, why_bytes, "%s", error);
		return NULL;
	}
	json_error_t reason;
	json_t *answer = json_loadb(body, length, 0, &reason);
	if (status >= 200 && status < 300) {
		if (!answer)
			snprintf(why, why_bytes, "the answer is not JSON: %s", reason.text);
		return answer;
	}
	const char *text = json_string_value(json_object_get(answer, "detail"));
	if (text)
		snprintf(why, why_bytes, "%s", text);
	else
		snprintf(why, why_bytes, "HTTP status %d", status);
	// The relay says what is wrong; what to do on this side it cannot know.
	if (status == 401) {
		size_t used = strlen(why);
		snprintf(why + used, why_bytes - used,
			" (an operator's token is given by --token-file)");
	}
	json_decref(answer);
	hide_controls(why);
	return NULL;
}

static void
on_answer(int status, const char *body, size_t length, const char *error, void *user)
{
	struct wait *wait = user;
	if (wait->wants_text && !error && status >= 200 && status < 300) {
		wait->text = malloc(length + 1);
		if (wait->text) {
			memcpy(wait->text, body, length + 1);
			wait->text_bytes = length;
		} else {
			snprintf(wait->why, sizeof wait->why, "out of memory");
		}
	} else {
		wait->answer = client_read_answer(
			status, body, length, error, wait->why, sizeof wait->why);
	}
	wait->done = true;
	event_base_loopbreak(wait->base);
}

// Waits for the answer to `request`, which is then in *wait. Returns 0, or a negative errno after
// it has said what is wrong.
static int
wait_for(const struct https_request *request, struct wait *wait)
{
	if (!request) {
		fprintf(stderr, "relayctl: the token, the path or the text cannot be sent\n");
		return -EINVAL;
	}
	while (!wait->done) {
		if (event_base_dispatch(wait->base) != 0)
			break;
	}
	if (wait->answer || wait->text)
		return 0;
	fprintf(stderr, "relayctl: %s\n", wait->done ? wait->why : "the event loop failed");
	return -EIO;
}

static int
ask(struct client *client, const char *method, const char *path, const char *body,
	struct wait *wait)
{
	wait->base = client->base;
	return wait_for(https_request(client->https, method, path, body, client_token(client),
				CLIENT_TIMEOUT_MS, on_answer, wait),
		wait);
}

int
client_request(struct client *client, const char *method, const char *path, const json_t *body,
	json_t **answer_out)
{
	struct wait wait = {0};
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	if (body && !text) {
		fprintf(stderr, "relayctl: out of memory\n");
		return -ENOMEM;
	}
	int result = ask(client, method, path, text, &wait);
	free(text);
	if (result == 0)
		*answer_out = wait.answer;
	return result;
}

int
client_request_text(struct client *client, const char *path, char **bytes_out, size_t *count_out)
{
	struct wait wait = {.wants_text = true};
	int result = ask(client, "GET", path, NULL, &wait);
	if (result == 0) {
		*bytes_out = wait.text;
		*count_out = wait.text_bytes;
	}
	return result;
}

int
client_send_text(struct client *client, const char *method, const char *path,
	const struct https_text *text, json_t **answer_out)
{
	struct wait wait = {.base = client->base};
	int result = wait_for(https_request_text(client->https, method, path, text,
				      client_token(client), CLIENT_TIMEOUT_MS, on_answer, &wait),
		&wait);
	if (result == 0)
		*answer_out = wait.answer;
	return result;
}
