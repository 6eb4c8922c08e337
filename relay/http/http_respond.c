/* SPDX-License-Identifier: BSD-3-Clause */
// http_respond.c - answers to requests.
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <openssl/crypto.h>

#include "http/http_internal.h"
#include "http/http_problem.h"
#include "platform/log.h"

#define DUMP_FLAGS JSON_COMPACT

static void
wipe_and_free(const void *bytes, size_t length, void *allocated)
{
	(void)bytes;
	OPENSSL_cleanse(allocated, length);
	free(allocated);
}

// JSON and an end of line, wiped when they have been sent. Returns 0 or -ENOMEM.
static int
append_json(struct evbuffer *buffer, const json_t *value)
{
	// Not json_dumps(): it leaves copies in freed memory.
	size_t bytes = json_dumpb(value, NULL, 0, DUMP_FLAGS);
	char *text = bytes ? malloc(bytes + 1) : NULL;
	if (text == NULL)
		return -ENOMEM;
	size_t written = json_dumpb(value, text, bytes, DUMP_FLAGS);
	assert(written == bytes);
	(void)written;
	text[bytes] = '\n';
	if (evbuffer_add_reference(buffer, text, bytes + 1, wipe_and_free, text) != 0) {
		wipe_and_free(text, bytes + 1, text);
		return -ENOMEM;
	}
	return 0;
}

// Sends what is in `buffer`, which is freed, and ends the call.
static void
send_answer(struct http_call *call, int status, const char *content_type, struct evbuffer *buffer)
{
	if (call->evhttp != NULL) {
		struct evkeyvalq *headers = evhttp_request_get_output_headers(call->evhttp);
		evhttp_add_header(headers, "Content-Type", content_type);
		if (evhttp_find_header(headers, "Cache-Control") == NULL)
			evhttp_add_header(headers, "Cache-Control", "no-store");
		evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
		evhttp_connection_set_closecb(
			evhttp_request_get_connection(call->evhttp), NULL, NULL);
		evhttp_send_reply(call->evhttp, status, NULL, buffer);
	}
	if (buffer != NULL)
		evbuffer_free(buffer);
	http_call_free(call);
}

static void
respond_json(struct http_request *request, int status, const char *content_type, json_t *value)
{
	struct http_call *call = (struct http_call *)request;
	struct evbuffer *buffer = evbuffer_new();
	if (value == NULL || buffer == NULL || append_json(buffer, value) != 0) {
		char path[HTTP_LOG_PATH_BYTES];
		http_path_for_log(request->path, path);
		log_error("control port: %s %s: out of memory", request->method, path);
		send_answer(call, 500, "application/json", buffer);
	} else {
		send_answer(call, status, content_type, buffer);
	}
	json_decref(value);
}

void
http_respond_json(struct http_request *request, int status, json_t *value)
{
	respond_json(request, status, "application/json", value);
}

void
http_respond_bytes(struct http_request *request, int status, const char *content_type,
	const void *bytes, size_t count)
{
	struct evbuffer *buffer = evbuffer_new();
	if (buffer != NULL && evbuffer_add(buffer, bytes, count) != 0)
		status = 500;
	send_answer((struct http_call *)request, buffer ? status : 500, content_type, buffer);
}

void
http_respond_text(
	struct http_request *request, int status, const char *content_type, const char *text)
{
	http_respond_bytes(request, status, content_type, text, strlen(text));
}

static void
respond_problem(struct http_request *request, int status, json_t *more, const char *format,
	va_list arguments)
{
	char text[HTTP_ERROR_BYTES];
	vsnprintf(text, sizeof text, format, arguments);
	json_t *problem = http_problem_make(status, text);
	if (more != NULL)
		json_object_update(problem, more);
	json_decref(more);
	respond_json(request, status, HTTP_PROBLEM_TYPE, problem);
}

void
http_respond_error(struct http_request *request, int status, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	respond_problem(request, status, NULL, format, arguments);
	va_end(arguments);
}

void
http_respond_problem(
	struct http_request *request, int status, json_t *more, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	respond_problem(request, status, more, format, arguments);
	va_end(arguments);
}

void
http_respond_field(
	struct http_request *request, int status, const char *field, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	respond_problem(request, status, json_pack("{s:s}", "field", field), format, arguments);
	va_end(arguments);
}
