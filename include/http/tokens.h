/* SPDX-License-Identifier: BSD-3-Clause */
// tokens.h - bearer tokens of people, endpoints and calendar feeds; the file holds their SHA-256
// only.
#ifndef HTTP_TOKENS_H
#define HTTP_TOKENS_H

#include <stddef.h>

#include <jansson.h>

#include "http/secret.h"
#include "http/token_role.h"
#include "platform/units.h"

#define TOKENS_MAX 4096
#define TOKEN_TEXT_BYTES 48         // "ccr_", 32 random bytes in base64url, zero
#define TOKEN_NAME_BYTES_MAX 64     // without the zero
#define TOKEN_ENDPOINT_BYTES_MAX 64 // without the zero
#define TOKEN_SCHOOL_BYTES_MAX 64   // without the zero
#define TOKENS_ERROR_BYTES 512

struct token {
	char name[TOKEN_NAME_BYTES_MAX + 1];
	char endpoint[TOKEN_ENDPOINT_BYTES_MAX + 1]; // "" for another role
	char school[TOKEN_SCHOOL_BYTES_MAX + 1];     // the school's own, or whose feed alone it
						     // opens; "" = every feed, or another role
	enum token_role role;
	unsigned char hash[SECRET_HASH_BYTES];
	struct wall_time created_at;
};

struct tokens;

// Reads `state_directory`/tokens.json; a missing file is an empty list, a file that cannot be read
// or understood an error and is left alone. Returns 0, -EINVAL, -ENOMEM or the system's -errno,
// with what is wrong and what to do in `error`.
int tokens_open(const char *state_directory, struct tokens **out, char error[TOKENS_ERROR_BYTES]);
void tokens_close(struct tokens *tokens);

// Makes a token and stores its hash: the file is on the disk when this returns. `text` is the
// token, told this once; the caller wipes it. `subject` is the endpoint of TOKEN_ROLE_ENDPOINT, the
// school of TOKEN_ROLE_SCHOOL, that of TOKEN_ROLE_FEED or NULL for every school's feed and the
// county's, else NULL.
// Returns 0, -EEXIST (the name is taken), -EINVAL, -ENOSPC (TOKENS_MAX) or another -errno, with the
// text in `error`.
int tokens_create(struct tokens *tokens, const char *name, enum token_role role,
	const char *subject, struct wall_time now, char text[TOKEN_TEXT_BYTES],
	char error[TOKENS_ERROR_BYTES]);

// Returns 0, -ENOENT, or -errno of the write (the token then still holds).
int tokens_revoke(struct tokens *tokens, const char *name, char error[TOKENS_ERROR_BYTES]);

// The token with this text, or NULL. Every hash is compared, each in constant time. Valid until the
// next tokens_create() or tokens_revoke().
const struct token *tokens_find(const struct tokens *tokens, const char *text);

// The token with this hash, or NULL. Valid as long.
const struct token *tokens_find_hash(
	const struct tokens *tokens, const unsigned char hash[SECRET_HASH_BYTES]);

// [{"name", "role", "endpoint" (or null), "school" (or null), "created_at"}], a new reference; NULL
// where memory is out.
json_t *tokens_list(const struct tokens *tokens);

size_t tokens_count(const struct tokens *tokens);

#endif
