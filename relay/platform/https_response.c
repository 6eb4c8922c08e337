/* SPDX-License-Identifier: BSD-3-Clause */
// https_response.c - reads an HTTP/1.1 answer as it arrives, cut anywhere (RFC 9112).
#include "platform/https_response.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

void
https_response_init(struct https_response *response)
{
	memset(response, 0, sizeof *response);
}

bool
https_response_is_whole(const struct https_response *response)
{
	return response->state == HTTPS_RESPONSE_DONE ||
	       response->state == HTTPS_RESPONSE_BODY_CLOSE;
}

// "HTTP/1.1 200 OK"
static int
read_status_line(struct https_response *response)
{
	const char *line = response->line;
	if (strncmp(line, "HTTP/1.", 7) != 0 || !isdigit((unsigned char)line[7]) || line[8] != ' ')
		return -EBADMSG;

	int status = 0;
	for (int i = 9; i < 12; i++) {
		if (!isdigit((unsigned char)line[i]))
			return -EBADMSG;
		status = status * 10 + (line[i] - '0');
	}
	if (status < 100 || (line[12] != ' ' && line[12] != '\0'))
		return -EBADMSG;
	response->status = status;
	response->state = HTTPS_RESPONSE_HEADERS;
	return 0;
}

static int
read_number(const char *text, unsigned base, uint64_t *out)
{
	uint64_t value = 0;
	size_t digits = 0;
	for (; isxdigit((unsigned char)*text); text++, digits++) {
		int c = tolower((unsigned char)*text);
		unsigned digit = (unsigned)(isdigit(c) ? c - '0' : c - 'a' + 10);
		if (digit >= base || value > (UINT64_MAX >> 8))
			return -EBADMSG;
		value = value * base + digit;
	}
	// A chunk's size may be followed by extensions (RFC 9112, section 7.1.1).
	if (digits == 0 || (*text != '\0' && *text != ' ' && *text != '\t' && *text != ';'))
		return -EBADMSG;
	*out = value;
	return 0;
}

static int
read_header(struct https_response *response)
{
	char *colon = strchr(response->line, ':');
	if (colon == NULL || colon == response->line)
		return -EBADMSG;
	*colon = '\0';
	const char *value = colon + 1 + strspn(colon + 1, " \t");

	if (strcasecmp(response->line, "Content-Length") == 0) {
		response->has_length = true;
		return read_number(value, 10, &response->length_bytes);
	}
	if (strcasecmp(response->line, "Transfer-Encoding") == 0) {
		if (strcasecmp(value, "chunked") != 0)
			return -EBADMSG;
		response->is_chunked = true;
	}
	if (strcasecmp(response->line, "Content-Type") == 0)
		response->is_event_stream = strncasecmp(value, "text/event-stream", 17) == 0;
	return 0;
}

// What follows the headers (RFC 9112, section 6.3).
static void
choose_body(struct https_response *response)
{
	int status = response->status;
	response->head_bytes = 0;
	if (status < 200) {
		// An interim answer: the real one follows.
		https_response_init(response);
	} else if (status == 204 || status == 304) {
		response->state = HTTPS_RESPONSE_DONE;
	} else if (response->is_chunked) {
		response->state = HTTPS_RESPONSE_CHUNK_SIZE;
	} else if (response->has_length) {
		response->remaining_bytes = response->length_bytes;
		response->state =
			response->length_bytes ? HTTPS_RESPONSE_BODY_LENGTH : HTTPS_RESPONSE_DONE;
	} else {
		response->state = HTTPS_RESPONSE_BODY_CLOSE;
	}
}

static int
read_chunk_size(struct https_response *response)
{
	int error = read_number(response->line, 16, &response->remaining_bytes);
	response->head_bytes = 0;
	response->state =
		response->remaining_bytes ? HTTPS_RESPONSE_CHUNK_DATA : HTTPS_RESPONSE_TRAILERS;
	return error;
}

static int
read_line(struct https_response *response)
{
	bool is_empty = response->line[0] == '\0';
	switch (response->state) {
	case HTTPS_RESPONSE_STATUS_LINE:
		return read_status_line(response);
	case HTTPS_RESPONSE_HEADERS:
		if (!is_empty)
			return read_header(response);
		choose_body(response);
		return 0;
	case HTTPS_RESPONSE_CHUNK_SIZE:
		return read_chunk_size(response);
	case HTTPS_RESPONSE_CHUNK_END:
		response->state = HTTPS_RESPONSE_CHUNK_SIZE;
		return is_empty ? 0 : -EBADMSG;
	case HTTPS_RESPONSE_TRAILERS:
		if (is_empty)
			response->state = HTTPS_RESPONSE_DONE;
		return 0;
	default:
		return -EBADMSG;
	}
}

// Adds a byte to the line and reads the line when it is whole.
static int
feed_line(struct https_response *response, char byte)
{
	if (++response->head_bytes > HTTPS_RESPONSE_HEAD_BYTES_MAX)
		return -EMSGSIZE;
	if (byte != '\n') {
		if (byte == '\0')
			return -EBADMSG;
		if (response->line_bytes + 1 == sizeof response->line)
			return -EMSGSIZE;
		response->line[response->line_bytes++] = byte;
		return 0;
	}
	if (response->line_bytes > 0 && response->line[response->line_bytes - 1] == '\r')
		response->line_bytes--;
	response->line[response->line_bytes] = '\0';
	response->line_bytes = 0;
	return read_line(response);
}

// Passes on what of `bytes` belongs to the body. Returns how much that was, or what on_body said.
static long
feed_body(struct https_response *response, const char *bytes, size_t length, https_body_fn on_body,
	void *user)
{
	size_t take = length;
	if (response->state != HTTPS_RESPONSE_BODY_CLOSE && take > response->remaining_bytes)
		take = (size_t)response->remaining_bytes;

	int error = on_body(bytes, take, user);
	if (error < 0)
		return error;
	if (response->state == HTTPS_RESPONSE_BODY_CLOSE)
		return (long)take;
	response->remaining_bytes -= take;
	if (response->remaining_bytes == 0)
		response->state = response->state == HTTPS_RESPONSE_BODY_LENGTH
					  ? HTTPS_RESPONSE_DONE
					  : HTTPS_RESPONSE_CHUNK_END;
	return (long)take;
}

int
https_response_feed(struct https_response *response, const char *bytes, size_t length,
	https_body_fn on_body, void *user)
{
	size_t at = 0;
	while (at < length && response->state != HTTPS_RESPONSE_DONE) {
		if (response->state == HTTPS_RESPONSE_BODY_LENGTH ||
			response->state == HTTPS_RESPONSE_BODY_CLOSE ||
			response->state == HTTPS_RESPONSE_CHUNK_DATA) {
			long taken = feed_body(response, bytes + at, length - at, on_body, user);
			if (taken < 0)
				return (int)taken;
			at += (size_t)taken;
		} else {
			int error = feed_line(response, bytes[at++]);
			if (error < 0)
				return error;
		}
	}
	return response->state == HTTPS_RESPONSE_DONE;
}
