/* SPDX-License-Identifier: BSD-3-Clause */
// http_head.c - a request's head: one request line, header lines, an empty line (RFC 9112).
#include "http/http_head.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define LENGTH_DIGITS_MAX 12

size_t
http_head_find(const char *text, size_t count)
{
	for (size_t i = 0; i + 1 < count; i++) {
		if (text[i] != '\n')
			continue;
		if (text[i + 1] == '\n')
			return i + 2;
		if (i + 2 < count && text[i + 1] == '\r' && text[i + 2] == '\n')
			return i + 3;
	}
	return 0;
}

// Ends the line at *next and moves *next behind it; NULL: no line is left.
static char *
take_line(char **next)
{
	char *line = *next, *end = strchr(line, '\n');
	if (end == NULL)
		return NULL;
	*next = end + 1;
	*end = '\0';
	if (end > line && end[-1] == '\r')
		end[-1] = '\0';
	return line;
}

static bool
is_known_method(const char *method)
{
	static const char *const methods[] = {
		"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (strcmp(method, methods[i]) == 0)
			return true;
	return false;
}

static int
read_request_line(char *line, struct http_head *out, const char **what_out)
{
	char *target = strchr(line, ' ');
	char *version = target ? strchr(target + 1, ' ') : NULL;
	*what_out = "this is no request: its first line must be like \"GET /v1/me HTTP/1.1\"";
	if (version == NULL)
		return 400;
	*target++ = '\0';
	*version++ = '\0';
	if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0) {
		*what_out = "only HTTP/1.1 and HTTP/1.0 are spoken here";
		return strncmp(version, "HTTP/", 5) == 0 ? 505 : 400;
	}
	if (!is_known_method(line)) {
		*what_out = "no such method is known here: use GET, POST, PUT, PATCH or DELETE";
		return 501;
	}
	*what_out = "the address must be a path that begins with \"/\", percent-encoded where it "
		    "has other characters than ASCII's letters, digits and signs";
	if (*target != '/')
		return 400;
	for (const char *c = target; *c; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 127)
			return 400;
	out->method = line;
	out->path = target;
	target[strcspn(target, "?#")] = '\0';
	return 0;
}

static int
read_length(const char *value, struct http_head *out, const char **what_out)
{
	size_t digits = strspn(value, "0123456789");
	*what_out = "Content-Length must be a number of bytes, once";
	if (digits == 0 || digits > LENGTH_DIGITS_MAX || value[digits] != '\0' ||
		out->content_bytes >= 0)
		return 400;
	out->content_bytes = 0;
	for (; *value; value++)
		out->content_bytes = 10 * out->content_bytes + (*value - '0');
	return 0;
}

static int
read_header(char *line, struct http_head *out, const char **what_out)
{
	char *colon = strchr(line, ':');
	*what_out = "each line of the request's head must be like \"Name: value\"";
	// A line that goes on with a blank would be a folded header (RFC 9112, section 5.2).
	if (colon == NULL || colon == line || isspace((unsigned char)*line) ||
		isspace((unsigned char)colon[-1]) || strchr(line, '\r') != NULL)
		return 400;
	*colon = '\0';
	char *value = colon + 1 + strspn(colon + 1, " \t");
	size_t length = strlen(value);
	while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t'))
		value[--length] = '\0';
	if (strcasecmp(line, "Authorization") == 0)
		out->authorization = value;
	else if (strcasecmp(line, "Cookie") == 0)
		out->cookie = value;
	else if (strcasecmp(line, "Content-Length") == 0)
		return read_length(value, out, what_out);
	*what_out = "send the body whole, with a Content-Length";
	if (strcasecmp(line, "Transfer-Encoding") == 0)
		return 411;
	*what_out = "nothing but \"Expect: 100-continue\" can be expected here";
	if (strcasecmp(line, "Expect") == 0 && strcasecmp(value, "100-continue") != 0)
		return 417;
	return 0;
}

int
http_head_read(char *head, size_t count, struct http_head *out, const char **what_out)
{
	*out = (struct http_head){.content_bytes = -1};
	head[count] = '\0';
	*what_out = "the request's head holds a zero byte";
	if (strlen(head) != count)
		return 400;
	char *next = head, *line;
	// An empty line before a request is left over from the one before (RFC 9112, section 2.2).
	while (*next == '\r' || *next == '\n')
		next++;
	line = take_line(&next);
	*what_out = "this is no request";
	int status = line ? read_request_line(line, out, what_out) : 400;
	while (status == 0 && (line = take_line(&next)) != NULL && *line != '\0')
		status = read_header(line, out, what_out);
	if (out->content_bytes < 0)
		out->content_bytes = 0;
	return status;
}
