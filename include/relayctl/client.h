/* SPDX-License-Identifier: BSD-3-Clause */
// client.h - asks the relay one thing after another and waits for each answer.
#ifndef RELAYCTL_CLIENT_H
#define RELAYCTL_CLIENT_H

#include <jansson.h>

#define CLIENT_TIMEOUT_MS 10000
#define CLIENT_TOKEN_BYTES_MAX 512
#define CLIENT_ADDRESS_BYTES_MAX 320

struct event_base;
struct https_client;
struct https_text;

struct client_options {
	const char *server;             // "https://host:port", "host:port" or "host"
	const char *token_file;         // NULL: none
	const char *certificate_sha256; // NULL: none, for the relay's own machine
};

struct client {
	struct event_base *base;
	struct https_client *https;
	char address[CLIENT_ADDRESS_BYTES_MAX]; // "host:port"
	char token[CLIENT_TOKEN_BYTES_MAX];     // empty: none; wiped by client_fini()
};

// Returns 0, or a negative errno after it has said on standard error what is wrong.
int client_init(struct client *client, const struct client_options *options);
void client_fini(struct client *client);

// The client's token, or NULL where it has none.
const char *client_token(const struct client *client);

// Sends `method` `path` with `body` (NULL: none) and gives the answer's JSON, which the caller
// releases. Returns 0, or a negative errno after it has said on standard error what is wrong.
int client_request(struct client *client, const char *method, const char *path, const json_t *body,
	json_t **answer_out);

// The same for an answer that is no JSON: its bytes, *count_out of them and a zero, to be freed.
int client_request_text(
	struct client *client, const char *path, char **bytes_out, size_t *count_out);

// Sends text that is no JSON and gives the answer's JSON. Same returns.
int client_send_text(struct client *client, const char *method, const char *path,
	const struct https_text *text, json_t **answer_out);

// Reads an answer: its JSON, or NULL with `why` saying what is wrong in words for a person.
json_t *client_read_answer(int status, const char *body, size_t length, const char *error,
	char *why, size_t why_bytes);

#endif
