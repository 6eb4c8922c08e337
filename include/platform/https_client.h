/* SPDX-License-Identifier: BSD-3-Clause */
// https_client.h - requests and event streams to the control port, on an event loop, its
// certificate pinned.
#ifndef PLATFORM_HTTPS_CLIENT_H
#define PLATFORM_HTTPS_CLIENT_H

#include <stddef.h>
#include <stdint.h>

struct event_base;
struct https_client;
struct https_request;
struct https_stream;

#define HTTPS_CLIENT_ERROR_BYTES 512            // fits any error text written here
#define HTTPS_CLIENT_BODY_BYTES_MAX (16u << 20) // a longer answer ends the request with an error
#define HTTPS_CLIENT_EVENT_BYTES_MAX (1u << 20) // a longer event ends the stream
#define HTTPS_CLIENT_TEXT_BYTES_MAX (4u << 20)  // of a body that is sent
#define HTTPS_CLIENT_HEADER_BYTES_MAX (16u << 10)
#define HTTPS_CLIENT_CONNECT_TIMEOUT_MS 5000 // of a stream: from opening to its status line

// The answer, once, unless https_request_cancel() came first. `status` is the HTTP status with the
// whole body (`length` bytes and a terminating zero behind them), and `error` NULL; or `status` is
// 0, `body` NULL, and `error` says what went wrong (no address, refused, certificate, time).
typedef void (*https_answer_fn)(
	int status, const char *body, size_t length, const char *error, void *user);

// One event of a stream: its name ("message" where it has none) and its data lines joined by '\n'
// (`length` bytes and a terminating zero). Comments are not told.
typedef void (*https_event_fn)(const char *name, const char *data, size_t length, void *user);

// A stream ended, once, unless https_stream_close() came first: `status` is the HTTP status where
// it was not 200 (else 0), `reason` is text for a person. The stream is gone when this returns.
typedef void (*https_end_fn)(int status, const char *reason, void *user);

// A client of the server at `address`: "host:port", host a name, an IPv4 address or an IPv6 address
// in brackets; or "/path" of a Unix socket. `certificate_sha256` is the hex text of the SHA-256 of
// the server's certificate (DER), colons and capitals allowed; NULL trusts any certificate, which
// only loopback addresses (127.0.0.0/8, ::1 and "localhost") and Unix sockets may. Nothing, and no
// token, is sent before the certificate has been checked. Returns 0, -EINVAL with the reason in
// `error`, or -ENOMEM.
int https_client_create(struct event_base *base, const char *address,
	const char *certificate_sha256, struct https_client **out,
	char error[HTTPS_CLIENT_ERROR_BYTES]);

// Ends every request and stream of the client without a callback. Safe inside any of their
// callbacks.
void https_client_destroy(struct https_client *client);

// Sends one request on a connection of its own. `body` is JSON text or NULL, `token` a bearer token
// or NULL; both are copied. `timeout_ms` is for the whole: from now to the last byte of the answer.
// The callback is never called before this returns. NULL where memory is out or the token or path
// would break a header line.
struct https_request *https_request(struct https_client *client, const char *method,
	const char *path, const char *body, const char *token, int64_t timeout_ms,
	https_answer_fn callback, void *user);

// What https_request_text() sends.
struct https_text {
	const char *content_type; // "text/csv"
	const void *bytes;
	size_t count;         // at most HTTPS_CLIENT_TEXT_BYTES_MAX
	const char *if_match; // the version that it replaces, quoted; NULL: none is named
};

// The same with a body that is no JSON; all of it is copied.
struct https_request *https_request_text(struct https_client *client, const char *method,
	const char *path, const struct https_text *text, const char *token, int64_t timeout_ms,
	https_answer_fn callback, void *user);

// No callback follows. Not after the callback, where the request is gone; inside it a no-op.
void https_request_cancel(struct https_request *request);

// Opens a stream of server-sent events. It has no timeout of its own once its status line has come:
// who reads it watches for heartbeats. Callbacks are never called before this returns. NULL as
// above.
struct https_stream *https_stream_open(struct https_client *client, const char *path,
	const char *token, https_event_fn on_event, https_end_fn on_end, void *user);

// No callback follows. Safe inside on_event; inside on_end a no-op.
void https_stream_close(struct https_stream *stream);

#endif
