/* SPDX-License-Identifier: BSD-3-Clause */
// tokens.c - bearer tokens of people, endpoints and calendar feeds: made, found, revoked.
#include "http/tokens.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "http/token_file.h"

#define PREFIX "ccr_" // tells a person, and a search for leaked secrets, what it is

static_assert(TOKEN_TEXT_BYTES == sizeof PREFIX - 1 + SECRET_TEXT_BYTES, "prefix and secret");

int
tokens_open(const char *state_directory, struct tokens **out, char error[TOKENS_ERROR_BYTES])
{
	struct tokens *tokens = calloc(1, sizeof *tokens);
	if (tokens == NULL) {
		snprintf(error, TOKENS_ERROR_BYTES, "out of memory");
		return -ENOMEM;
	}
	int path_bytes =
		snprintf(tokens->path, sizeof tokens->path, "%s/tokens.json", state_directory);
	int result = -ENAMETOOLONG;
	if (path_bytes < 0 || (size_t)path_bytes >= sizeof tokens->path)
		snprintf(error, TOKENS_ERROR_BYTES, "the state directory's path is too long");
	else
		result = token_file_read(tokens, error);
	if (result != 0) {
		tokens_close(tokens);
		return result;
	}
	*out = tokens;
	return 0;
}

void
tokens_close(struct tokens *tokens)
{
	if (tokens == NULL)
		return;
	free(tokens->list);
	free(tokens);
}

static int
make_text(char text[TOKEN_TEXT_BYTES])
{
	memcpy(text, PREFIX, sizeof PREFIX);
	return secret_make(text + sizeof PREFIX - 1);
}

static struct token *
find_name(const struct tokens *tokens, const char *name)
{
	for (size_t i = 0; i < tokens->count; i++) {
		if (strcmp(tokens->list[i].name, name) == 0)
			return &tokens->list[i];
	}
	return NULL;
}

static int
check_new(const struct tokens *tokens, const char *name, enum token_role role, const char *subject,
	char error[TOKENS_ERROR_BYTES])
{
	const char *what = token_check(name, role, subject);
	if (what != NULL) {
		snprintf(error, TOKENS_ERROR_BYTES, "%s", what);
		return -EINVAL;
	}
	if (find_name(tokens, name) != NULL) {
		snprintf(error, TOKENS_ERROR_BYTES,
			"there is a token \"%s\" already: choose another name, or revoke that one "
			"first",
			name);
		return -EEXIST;
	}
	if (tokens->count == TOKENS_MAX) {
		snprintf(error, TOKENS_ERROR_BYTES,
			"there are %d tokens, the most there may be: revoke some", TOKENS_MAX);
		return -ENOSPC;
	}
	return 0;
}

static int
save(const struct tokens *tokens, char error[TOKENS_ERROR_BYTES])
{
	int result = token_file_write(tokens);
	if (result != 0)
		snprintf(error, TOKENS_ERROR_BYTES, "%.256s: cannot be written: %.128s",
			tokens->path, strerror(-result));
	return result;
}

int
tokens_create(struct tokens *tokens, const char *name, enum token_role role, const char *subject,
	struct wall_time now, char text[TOKEN_TEXT_BYTES], char error[TOKENS_ERROR_BYTES])
{
	int result = check_new(tokens, name, role, subject, error);
	if (result != 0)
		return result;
	struct token *list = realloc(tokens->list, (tokens->count + 1) * sizeof *list);
	if (list == NULL) {
		snprintf(error, TOKENS_ERROR_BYTES, "out of memory");
		return -ENOMEM;
	}
	tokens->list = list;
	result = make_text(text);
	if (result != 0) {
		snprintf(error, TOKENS_ERROR_BYTES, "the system has no random numbers");
		return result;
	}

	struct token *token = &list[tokens->count];
	memset(token, 0, sizeof *token);
	snprintf(token->name, sizeof token->name, "%s", name);
	if (subject != NULL && role == TOKEN_ROLE_ENDPOINT)
		snprintf(token->endpoint, sizeof token->endpoint, "%s", subject);
	else if (subject != NULL)
		snprintf(token->school, sizeof token->school, "%s", subject);
	token->role = role;
	token->created_at = now;
	secret_hash(text, token->hash);
	tokens->count++;
	result = save(tokens, error);
	if (result != 0) {
		tokens->count--;
		OPENSSL_cleanse(text, TOKEN_TEXT_BYTES);
	}
	return result;
}

int
tokens_revoke(struct tokens *tokens, const char *name, char error[TOKENS_ERROR_BYTES])
{
	struct token *token = find_name(tokens, name);
	if (token == NULL) {
		snprintf(error, TOKENS_ERROR_BYTES, "there is no token \"%.64s\"", name);
		return -ENOENT;
	}
	// Taken out, and put back to its place where the file cannot be written.
	struct token removed = *token;
	size_t behind = (size_t)(tokens->list + tokens->count - (token + 1));
	memmove(token, token + 1, behind * sizeof *token);
	tokens->count--;
	int result = save(tokens, error);
	if (result != 0) {
		memmove(token + 1, token, behind * sizeof *token);
		*token = removed;
		tokens->count++;
	}
	return result;
}

const struct token *
tokens_find_hash(const struct tokens *tokens, const unsigned char hash[SECRET_HASH_BYTES])
{
	const struct token *found = NULL;
	for (size_t i = 0; i < tokens->count; i++) {
		if (CRYPTO_memcmp(tokens->list[i].hash, hash, SECRET_HASH_BYTES) == 0)
			found = &tokens->list[i];
	}
	return found;
}

const struct token *
tokens_find(const struct tokens *tokens, const char *text)
{
	unsigned char hash[SECRET_HASH_BYTES];
	secret_hash(text, hash);
	const struct token *found = tokens_find_hash(tokens, hash);
	OPENSSL_cleanse(hash, sizeof hash);
	return found;
}

json_t *
tokens_list(const struct tokens *tokens)
{
	return token_file_json(tokens, false);
}

size_t
tokens_count(const struct tokens *tokens)
{
	return tokens->count;
}
