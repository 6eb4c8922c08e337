/* SPDX-License-Identifier: BSD-3-Clause */
// tls.h - the control port's certificate and TLS context.
#ifndef HTTP_TLS_H
#define HTTP_TLS_H

struct ssl_ctx_st; // OpenSSL's SSL_CTX
struct tls;

#define TLS_FINGERPRINT_TEXT_BYTES 65 // 64 hex digits of a SHA-256, zero
#define TLS_ERROR_BYTES 512
#define TLS_CERTIFICATE_DAYS 3652 // ten years

// Loads `state_directory`/relay.crt and relay.key (PEM). Where both are missing, makes an ECDSA
// P-256 key and a self-signed certificate first (the key with mode 0600, both appear whole or not
// at all; so the directory must exist). A file that exists and cannot be used is an error and is
// left alone. Returns 0 or -errno (-EINVAL: not PEM, or key and certificate are no pair), with what
// is wrong and what to do in `error`.
int tls_open(const char *state_directory, struct tls **out, char error[TLS_ERROR_BYTES]);
void tls_close(struct tls *tls);

// Reads certificate and key anew, for connections from now on; those that are open keep theirs.
// Errors as tls_open(), and -ENOENT where one is missing: then everything stays as it was.
int tls_reload(struct tls *tls, const char *state_directory, char error[TLS_ERROR_BYTES]);

// SHA-256 of the certificate (DER) in lower-case hex, what clients pin.
const char *tls_fingerprint(const struct tls *tls);

// The server's context, TLS 1.2 or later; belongs to `tls`, and is another one after a reload.
struct ssl_ctx_st *tls_context(const struct tls *tls);

#endif
