/* SPDX-License-Identifier: BSD-3-Clause */
// http_head.h - inside http_server: a request's head, read before libevent reads it, so that what
// is no request is refused in our words. No allocation, no I/O.
#ifndef HTTP_HTTP_HEAD_H
#define HTTP_HTTP_HEAD_H

#include <stddef.h>
#include <stdint.h>

// What it says, each a text inside the head that was read; NULL where it is not there.
struct http_head {
	const char *method;
	const char *path; // without the query
	const char *authorization;
	const char *cookie;
	int64_t content_bytes; // 0 without a Content-Length
};

// The bytes of the head at the beginning of text[0..count), its empty line among them; 0: there is
// no empty line yet.
size_t http_head_find(const char *text, size_t count);

// Reads a whole head, which it takes apart; head[count] must be there and is zeroed. Returns 0, or
// the HTTP status with *what_out saying what is wrong and what to do (RFC 9112).
int http_head_read(char *head, size_t count, struct http_head *out, const char **what_out);

#endif
