/* SPDX-License-Identifier: BSD-3-Clause */
// http_problem.c - errors as problem details (RFC 9457).
#include "http/http_problem.h"

#include <stdio.h>
#include <string.h>

#include "http/http_server.h"

const char *
http_status_title(int status)
{
	static const struct {
		int status;
		const char *title;
	} titles[] = {
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{409, "Conflict"},
		{411, "Length Required"},
		{412, "Precondition Failed"},
		{413, "Content Too Large"},
		{415, "Unsupported Media Type"},
		{417, "Expectation Failed"},
		{422, "Unprocessable Content"},
		{428, "Precondition Required"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"},
		{501, "Not Implemented"},
		{503, "Service Unavailable"},
		{505, "HTTP Version Not Supported"},
		{507, "Insufficient Storage"},
	};
	for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
		if (titles[i].status == status)
			return titles[i].title;
	return "Error";
}

json_t *
http_json_text(const char *text)
{
	size_t bytes = strlen(text);
	json_t *value = json_stringn(text, bytes);
	// A text that was cut may end within a character.
	for (int i = 0; value == NULL && i < 3 && bytes > 0; i++)
		value = json_stringn(text, --bytes);
	return value ? value : json_string("(no UTF-8)");
}

json_t *
http_problem_make(int status, const char *detail)
{
	return json_pack("{s:s, s:s, s:i, s:o}", "type", "about:blank", "title",
		http_status_title(status), "status", status, "detail", http_json_text(detail));
}

size_t
http_problem_answer(int status, const char *detail, char answer[HTTP_PROBLEM_ANSWER_BYTES])
{
	char body[HTTP_PROBLEM_ANSWER_BYTES / 2];
	json_t *problem = http_problem_make(status, detail);
	size_t body_bytes = problem ? json_dumpb(problem, body, sizeof body, JSON_COMPACT) : 0;
	json_decref(problem);
	if (body_bytes > sizeof body)
		body_bytes = 0;
	return (size_t)snprintf(answer, HTTP_PROBLEM_ANSWER_BYTES,
		"HTTP/1.1 %d %s\r\nContent-Type: " HTTP_PROBLEM_TYPE "\r\nContent-Length: %zu\r\n"
		"Cache-Control: no-store\r\nConnection: close\r\n\r\n%.*s",
		status, http_status_title(status), body_bytes, (int)body_bytes, body);
}
