/* SPDX-License-Identifier: BSD-3-Clause */
// http_route.c - which handler a method and a path mean, and which id the path holds.
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "http/http_internal.h"

static int
hex_digit(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

// Undoes percent-encoding (RFC 3986, section 2.1). False for what is empty, too long or not well
// formed.
static bool
decode(const char *text, size_t length, char id[HTTP_ID_BYTES_MAX + 1])
{
	size_t written = 0;
	for (size_t i = 0; i < length; i++) {
		char c = text[i];
		if (c == '%') {
			int high = i + 2 < length ? hex_digit(text[i + 1]) : -1;
			int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
			if (low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		if (c == '\0' || written == HTTP_ID_BYTES_MAX)
			return false;
		id[written++] = c;
	}
	id[written] = '\0';
	return written > 0;
}

bool
http_route_match(
	const char *pattern, const char *path, char id[HTTP_ID_BYTES_MAX + 1], bool *has_id_out)
{
	*has_id_out = false;
	for (;;) {
		if (*pattern == '*' && pattern[1] == '\0') {
			*has_id_out = true;
			return decode(path, strlen(path), id);
		}
		size_t pattern_bytes = strcspn(pattern, "/");
		size_t path_bytes = strcspn(path, "/");
		if (pattern_bytes == 3 && memcmp(pattern, ":id", 3) == 0) {
			*has_id_out = true;
			if (!decode(path, path_bytes, id))
				return false;
		} else if (pattern_bytes != path_bytes || memcmp(pattern, path, path_bytes) != 0) {
			return false;
		}
		pattern += pattern_bytes;
		path += path_bytes;
		if (*pattern != *path)
			return false;
		if (*pattern == '\0')
			return true;
		pattern++;
		path++;
	}
}

const struct http_route *
http_route_find(const struct http_server *server, const char *method, const char *path,
	char id[HTTP_ID_BYTES_MAX + 1], char allowed_out[HTTP_ALLOWED_BYTES])
{
	size_t allowed_bytes = 0;
	allowed_out[0] = '\0';
	for (size_t i = 0; i < server->route_count; i++) {
		const struct http_route *route = &server->routes[i];
		bool has_id;
		if (!http_route_match(route->pattern, path, id, &has_id))
			continue;
		if (!has_id)
			id[0] = '\0';
		if (strcmp(route->method, method) == 0)
			return route;
		int added =
			snprintf(allowed_out + allowed_bytes, HTTP_ALLOWED_BYTES - allowed_bytes,
				"%s%s", allowed_bytes ? ", " : "", route->method);
		if (added > 0 && (size_t)added < HTTP_ALLOWED_BYTES - allowed_bytes)
			allowed_bytes += (size_t)added;
		else
			allowed_out[allowed_bytes] = '\0';
	}
	return NULL;
}

// What a token may be written with, percent-encoded or not.
static bool
is_secret_character(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '%';
}

void
http_path_for_log(const char *path, char text[HTTP_LOG_PATH_BYTES])
{
	size_t written = 0;
	while (*path != '\0' && written + sizeof HTTP_LOG_HIDDEN < HTTP_LOG_PATH_BYTES) {
		size_t run = 0;
		while (is_secret_character(path[run]))
			run++;
		if (run >= HTTP_LOG_RUN_MAX) {
			memcpy(text + written, HTTP_LOG_HIDDEN, sizeof HTTP_LOG_HIDDEN - 1);
			written += sizeof HTTP_LOG_HIDDEN - 1;
			path += run;
		} else {
			size_t room = HTTP_LOG_PATH_BYTES - 1 - written;
			size_t count = run == 0 ? 1 : run < room ? run : room;
			memcpy(text + written, path, count);
			written += count;
			path += count;
		}
	}
	text[written] = '\0';
}
