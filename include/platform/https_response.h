/* SPDX-License-Identifier: BSD-3-Clause */
// https_response.h - reads an HTTP/1.1 answer as it arrives, cut anywhere (RFC 9112).
#ifndef PLATFORM_HTTPS_RESPONSE_H
#define PLATFORM_HTTPS_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTPS_RESPONSE_LINE_BYTES_MAX 4096
#define HTTPS_RESPONSE_HEAD_BYTES_MAX (16u << 10) // status line and headers, and again trailers

enum https_response_state {
	HTTPS_RESPONSE_STATUS_LINE,
	HTTPS_RESPONSE_HEADERS,
	HTTPS_RESPONSE_BODY_LENGTH, // Content-Length
	HTTPS_RESPONSE_BODY_CLOSE,  // until the connection ends
	HTTPS_RESPONSE_CHUNK_SIZE,
	HTTPS_RESPONSE_CHUNK_DATA,
	HTTPS_RESPONSE_CHUNK_END,
	HTTPS_RESPONSE_TRAILERS,
	HTTPS_RESPONSE_DONE,
};

struct https_response {
	enum https_response_state state;
	int status; // 0 until the status line has come
	bool is_event_stream;
	bool is_chunked;
	bool has_length;
	uint64_t length_bytes;    // Content-Length
	uint64_t remaining_bytes; // of the body or of the chunk
	size_t head_bytes;
	size_t line_bytes;
	char line[HTTPS_RESPONSE_LINE_BYTES_MAX];
};

// Takes bytes of the body. A negative value stops the reading and is passed on.
typedef int (*https_body_fn)(const char *bytes, size_t length, void *user);

void https_response_init(struct https_response *response);

// Returns 1 when the answer is whole (bytes behind it are ignored), 0 when more is expected,
// -EBADMSG where it is no HTTP, -EMSGSIZE where a limit above is passed, or what `on_body` said.
int https_response_feed(struct https_response *response, const char *bytes, size_t length,
	https_body_fn on_body, void *user);

// Whether the answer is whole if the connection ends here.
bool https_response_is_whole(const struct https_response *response);

#endif
