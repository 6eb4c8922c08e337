/* SPDX-License-Identifier: BSD-3-Clause */
// http_problem.h - inside the control port: errors as problem details (RFC 9457).
#ifndef HTTP_HTTP_PROBLEM_H
#define HTTP_HTTP_PROBLEM_H

#include <stddef.h>

#include <jansson.h>

#define HTTP_PROBLEM_TYPE "application/problem+json"
#define HTTP_PROBLEM_ANSWER_BYTES 1024

// What a status is called ("Not Found"; RFC 9110, section 15).
const char *http_status_title(int status);

// {"type", "title", "status", "detail"}, a new reference; NULL where memory is out.
json_t *http_problem_make(int status, const char *detail);

// A whole answer, head and body, that ends its connection. `detail` is of at most 200 bytes.
// Returns the answer's.
size_t http_problem_answer(int status, const char *detail, char answer[HTTP_PROBLEM_ANSWER_BYTES]);

#endif
