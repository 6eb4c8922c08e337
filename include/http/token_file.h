/* SPDX-License-Identifier: BSD-3-Clause */
// token_file.h - inside tokens: the list in memory and its form on the disk.
#ifndef HTTP_TOKEN_FILE_H
#define HTTP_TOKEN_FILE_H

#include <limits.h>
#include <stdbool.h>

#include "http/tokens.h"

struct tokens {
	char path[PATH_MAX];
	struct token *list;
	size_t count;
};

// Reads tokens->path into an empty list; a missing file leaves it empty. Errors as tokens_open()
// says.
int token_file_read(struct tokens *tokens, char error[TOKENS_ERROR_BYTES]);

// Replaces tokens->path. Returns 0 or -errno.
int token_file_write(const struct tokens *tokens);

// The list as JSON, with the hashes or without. A new reference; NULL where memory is out.
json_t *token_file_json(const struct tokens *tokens, bool with_hashes);

// What is wrong with these properties of a token, and what to do; NULL: nothing.
const char *token_check(const char *name, enum token_role role, const char *subject);

#endif
