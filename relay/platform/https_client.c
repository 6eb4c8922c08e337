/* SPDX-License-Identifier: BSD-3-Clause */
// https_client.c - a client of the control port: whom it talks to, whom it trusts, what it asks.
#include "platform/https_client.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <event2/event.h>

#include "platform/https_exchange.h"

#define REQUEST_BYTES_MAX (1u << 20)

static bool
parse_socket(struct https_client *client, const char *path)
{
	size_t bytes = strlen(path);
	if (bytes >= sizeof client->socket.sun_path || bytes >= sizeof client->address)
		return false;
	client->is_socket = true;
	client->socket.sun_family = AF_UNIX;
	memcpy(client->socket.sun_path, path, bytes + 1);
	memcpy(client->address, path, bytes + 1);
	strcpy(client->host, "localhost");
	client->socket_info = (struct evutil_addrinfo){.ai_family = AF_UNIX,
		.ai_socktype = SOCK_STREAM,
		.ai_addr = (struct sockaddr *)&client->socket,
		.ai_addrlen = sizeof client->socket};
	return true;
}

// "host:port", "[IPv6]:port", "/path". Returns whether it is one.
static bool
parse_address(struct https_client *client, const char *address)
{
	if (*address == '/')
		return parse_socket(client, address);
	const char *host = address;
	const char *host_end = strrchr(address, ':');
	if (host_end == NULL)
		return false;
	const char *port = host_end + 1;
	if (*host == '[') {
		if (host_end == host + 1 || host_end[-1] != ']')
			return false;
		host++;
		host_end--;
	} else if (memchr(host, ':', (size_t)(host_end - host)) != NULL) {
		return false; // an IPv6 address without brackets: where does its port begin?
	}

	size_t host_bytes = (size_t)(host_end - host);
	size_t port_bytes = strlen(port);
	if (host_bytes == 0 || host_bytes > HTTPS_HOST_BYTES_MAX || port_bytes == 0 ||
		port_bytes > 5 || strspn(port, "0123456789") != port_bytes || atoi(port) == 0 ||
		atoi(port) > UINT16_MAX)
		return false;
	memcpy(client->host, host, host_bytes);
	memcpy(client->port, port, port_bytes);
	snprintf(client->address, sizeof client->address, "%s", address);
	for (const char *c = client->host; *c != '\0'; c++) {
		if (!isalnum((unsigned char)*c) && strchr(".-_:", *c) == NULL)
			return false;
	}
	struct in6_addr ip;
	client->is_numeric = inet_pton(AF_INET, client->host, &ip) == 1 ||
			     inet_pton(AF_INET6, client->host, &ip) == 1;
	client->is_localhost = strcasecmp(client->host, "localhost") == 0;
	return true;
}

static bool
is_loopback(const struct https_client *client)
{
	struct in_addr ip4;
	struct in6_addr ip6;
	if (client->is_localhost || client->is_socket)
		return true;
	if (inet_pton(AF_INET, client->host, &ip4) == 1)
		return ntohl(ip4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, client->host, &ip6) == 1 && IN6_IS_ADDR_LOOPBACK(&ip6);
}

static bool
parse_pin(const char *text, uint8_t pin[SHA256_DIGEST_LENGTH])
{
	size_t digits = 0;
	for (; *text != '\0'; text++) {
		if (*text == ':')
			continue;
		if (!isxdigit((unsigned char)*text) || digits == 2 * SHA256_DIGEST_LENGTH)
			return false;
		int c = tolower((unsigned char)*text);
		unsigned digit = (unsigned)(isdigit(c) ? c - '0' : c - 'a' + 10);
		pin[digits / 2] = (uint8_t)(pin[digits / 2] << 4 | digit);
		digits++;
	}
	return digits == 2 * SHA256_DIGEST_LENGTH;
}

static SSL_CTX *
create_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	if (context == NULL)
		return NULL;
	if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
		SSL_CTX_free(context);
		return NULL;
	}
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(context, https_connect_verify, NULL);
	return context;
}

int
https_client_create(struct event_base *base, const char *address, const char *certificate_sha256,
	struct https_client **out, char error[HTTPS_CLIENT_ERROR_BYTES])
{
	struct https_client *client = calloc(1, sizeof *client);
	if (client == NULL) {
		snprintf(error, HTTPS_CLIENT_ERROR_BYTES, "out of memory");
		return -ENOMEM;
	}
	client->base = base;
	LIST_INIT(&client->exchanges);
	client->is_pinned = certificate_sha256 != NULL;

	int result = -EINVAL;
	if (!parse_address(client, address)) {
		snprintf(error, HTTPS_CLIENT_ERROR_BYTES,
			"\"%.100s\" is no address: write host:port, or [IPv6]:port", address);
	} else if (client->is_pinned && !parse_pin(certificate_sha256, client->pin)) {
		snprintf(error, HTTPS_CLIENT_ERROR_BYTES,
			"the certificate's SHA-256 must be 64 hex digits, as the relay prints "
			"them");
	} else if (!client->is_pinned && !is_loopback(client)) {
		snprintf(error, HTTPS_CLIENT_ERROR_BYTES,
			"%.100s is another machine: give the SHA-256 of the relay's certificate",
			address);
	} else if ((client->context = create_context()) == NULL) {
		snprintf(error, HTTPS_CLIENT_ERROR_BYTES, "cannot set up TLS");
		result = -ENOMEM;
	} else {
		// OpenSSL writes by write(), which kills the process when the server has gone.
		signal(SIGPIPE, SIG_IGN);
		*out = client;
		return 0;
	}
	free(client);
	return result;
}

void
https_client_destroy(struct https_client *client)
{
	if (client == NULL)
		return;
	while (!LIST_EMPTY(&client->exchanges))
		https_exchange_cancel(LIST_FIRST(&client->exchanges));
	SSL_CTX_free(client->context);
	free(client);
}

// Whether the text can stand in a header line without ending it or its word.
static bool
is_one_word(const char *text)
{
	for (; *text != '\0'; text++) {
		if (!isgraph((unsigned char)*text))
			return false;
	}
	return true;
}

static int __attribute__((format(printf, 2, 3)))
append(struct https_buffer *buffer, const char *format, ...)
{
	char line[HTTPS_CLIENT_HEADER_BYTES_MAX];
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	int error = -EMSGSIZE;
	if (length >= 0 && (size_t)length < sizeof line)
		error = https_buffer_append(buffer, line, (size_t)length);
	OPENSSL_cleanse(line, sizeof line);
	return error;
}

// What is asked, and with which body; `json` is for those that know no other.
struct question {
	const char *method;
	const char *path;
	const char *token; // NULL: none
	const char *json;  // NULL: none
	const struct https_text *text;
};

static int
write_body_head(struct https_buffer *request, const struct question *question)
{
	const struct https_text *text = question->text;
	if (text == NULL)
		// The control port wants this type of everything that changes something, body or
		// not.
		return append(request,
			"Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
			question->json ? strlen(question->json) : 0);
	if (!is_one_word(text->content_type) || (text->if_match && !is_one_word(text->if_match)) ||
		text->count > HTTPS_CLIENT_TEXT_BYTES_MAX)
		return -EINVAL;
	request->limit += text->count;
	int error = text->if_match ? append(request, "If-Match: %s\r\n", text->if_match) : 0;
	if (!error)
		error = append(request, "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n",
			text->content_type, text->count);
	return error;
}

static int
write_request(const struct https_client *client, struct https_buffer *request,
	const struct question *question)
{
	const char *token = question->token;
	if (!is_one_word(question->method) || !is_one_word(question->path) ||
		question->path[0] != '/' || (token != NULL && !is_one_word(token)))
		return -EINVAL;

	request->limit = REQUEST_BYTES_MAX;
	int error = append(request, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n",
		question->method, question->path,
		client->is_socket ? client->host : client->address);
	if (!error && token != NULL)
		error = append(request, "Authorization: Bearer %s\r\n", token);
	bool has_body = question->json || question->text || strcmp(question->method, "GET") != 0;
	if (!error)
		error = has_body ? write_body_head(request, question) : append(request, "\r\n");
	if (!error && question->json != NULL)
		error = https_buffer_append(request, question->json, strlen(question->json));
	if (!error && question->text != NULL)
		error = https_buffer_append(request, question->text->bytes, question->text->count);
	return error;
}

// Writes the request and starts the exchange; frees it and returns NULL where that fails.
static struct https_exchange *
start(struct https_client *client, struct https_exchange *exchange, const struct question *question,
	int64_t timeout_ms)
{
	if (write_request(client, &exchange->request, question) != 0 ||
		https_exchange_start(client, exchange, timeout_ms) != 0) {
		https_buffer_release(&exchange->request);
		return NULL;
	}
	return exchange;
}

static struct https_request *
request_start(struct https_client *client, const struct question *question, int64_t timeout_ms,
	https_answer_fn callback, void *user)
{
	struct https_request *request = calloc(1, sizeof *request);
	if (request == NULL)
		return NULL;
	request->exchange.on_answer = callback;
	request->exchange.user = user;
	if (start(client, &request->exchange, question, timeout_ms) == NULL) {
		free(request);
		return NULL;
	}
	return request;
}

struct https_request *
https_request(struct https_client *client, const char *method, const char *path, const char *body,
	const char *token, int64_t timeout_ms, https_answer_fn callback, void *user)
{
	const struct question question = {
		.method = method, .path = path, .token = token, .json = body};
	return request_start(client, &question, timeout_ms, callback, user);
}

struct https_request *
https_request_text(struct https_client *client, const char *method, const char *path,
	const struct https_text *text, const char *token, int64_t timeout_ms,
	https_answer_fn callback, void *user)
{
	const struct question question = {
		.method = method, .path = path, .token = token, .text = text};
	return request_start(client, &question, timeout_ms, callback, user);
}

void
https_request_cancel(struct https_request *request)
{
	https_exchange_cancel(&request->exchange);
}

struct https_stream *
https_stream_open(struct https_client *client, const char *path, const char *token,
	https_event_fn on_event, https_end_fn on_end, void *user)
{
	struct https_stream *stream = calloc(1, sizeof *stream);
	if (stream == NULL)
		return NULL;
	stream->exchange.is_stream = true;
	stream->exchange.on_event = on_event;
	stream->exchange.on_end = on_end;
	stream->exchange.user = user;
	const struct question question = {.method = "GET", .path = path, .token = token};
	if (start(client, &stream->exchange, &question, HTTPS_CLIENT_CONNECT_TIMEOUT_MS) == NULL) {
		free(stream);
		return NULL;
	}
	return stream;
}

void
https_stream_close(struct https_stream *stream)
{
	https_exchange_cancel(&stream->exchange);
}
