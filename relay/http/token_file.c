/* SPDX-License-Identifier: BSD-3-Clause */
// token_file.c - tokens.json: read with suspicion, written whole.
#include "http/token_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform/atomic_file.h"

#define FILE_MODE 0600
#define TIME_TEXT_BYTES 32
#define TIME_FORMAT "%Y-%m-%dT%H:%M:%SZ"

const char *
token_check(const char *name, enum token_role role, const char *subject)
{
	size_t name_bytes = strlen(name);
	size_t subject_bytes = subject ? strlen(subject) : 0;
	if (name_bytes == 0 || name_bytes > TOKEN_NAME_BYTES_MAX)
		return "a token needs a name of 1 to 64 bytes";
	for (const char *c = name; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == '\x7f')
			return "a token's name must have no control characters";
	}
	if (role == TOKEN_ROLE_NONE || role == TOKEN_ROLE_ANY)
		return "a token's role is \"observer\", \"operator\", \"administrator\", "
		       "\"endpoint\", \"school\" or \"feed\"";
	switch (token_role_bond(role)) {
	case TOKEN_BOND_ENDPOINT:
		if (subject_bytes == 0)
			return "a token of role \"endpoint\" needs an \"endpoint\", an id of "
			       "endpoints.csv";
		break;
	case TOKEN_BOND_SCHOOL:
		if (subject_bytes == 0)
			return "a token of role \"school\" needs a \"school\", an id of "
			       "schools.csv";
		break;
	case TOKEN_BOND_SCHOOL_OR_NONE:
		if (subject && subject_bytes == 0)
			return "a feed's \"school\" is an id of schools.csv, or not given";
		break;
	case TOKEN_BOND_NONE:
		if (subject_bytes != 0)
			return "a token of this role has no \"endpoint\" and no \"school\"";
		break;
	}
	if (subject_bytes > TOKEN_ENDPOINT_BYTES_MAX)
		return "an endpoint's or a school's id has at most 64 bytes";
	return NULL;
}

static void
hash_to_text(const unsigned char hash[SECRET_HASH_BYTES], char text[2 * SECRET_HASH_BYTES + 1])
{
	for (size_t i = 0; i < SECRET_HASH_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", hash[i]);
}

static bool
hash_from_text(const char *text, unsigned char hash[SECRET_HASH_BYTES])
{
	if (strlen(text) != 2 * SECRET_HASH_BYTES ||
		strspn(text, "0123456789abcdef") != 2 * SECRET_HASH_BYTES)
		return false;
	for (size_t i = 0; i < SECRET_HASH_BYTES; i++) {
		const char digits[3] = {text[2 * i], text[2 * i + 1], '\0'};
		hash[i] = (unsigned char)strtoul(digits, NULL, 16);
	}
	return true;
}

static void
time_to_text(struct wall_time at, char text[TIME_TEXT_BYTES])
{
	time_t seconds = (time_t)(at.ms / MS_IN_S);
	struct tm parts;
	gmtime_r(&seconds, &parts);
	strftime(text, TIME_TEXT_BYTES, TIME_FORMAT, &parts);
}

static bool
time_from_text(const char *text, struct wall_time *out)
{
	struct tm parts = {0};
	const char *end = strptime(text, TIME_FORMAT, &parts);
	if (end == NULL || *end != '\0')
		return false;
	out->ms = (int64_t)timegm(&parts) * MS_IN_S;
	return true;
}

json_t *
token_file_json(const struct tokens *tokens, bool with_hashes)
{
	json_t *array = json_array();
	for (size_t i = 0; array != NULL && i < tokens->count; i++) {
		const struct token *token = &tokens->list[i];
		char created_at[TIME_TEXT_BYTES];
		char hash[2 * SECRET_HASH_BYTES + 1];
		time_to_text(token->created_at, created_at);
		hash_to_text(token->hash, hash);
		json_t *item = json_pack("{s:s, s:s, s:s?, s:s?, s:s}", "name", token->name, "role",
			token_role_name(token->role), "endpoint",
			token->endpoint[0] ? token->endpoint : NULL, "school",
			token->school[0] ? token->school : NULL, "created_at", created_at);
		if (item != NULL && with_hashes)
			json_object_set_new(item, "sha256", json_string(hash));
		if (json_array_append_new(array, item) != 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

int
token_file_write(const struct tokens *tokens)
{
	json_t *array = token_file_json(tokens, true);
	char *text = array ? json_dumps(array, JSON_INDENT(1)) : NULL;
	int result = -ENOMEM;
	if (text != NULL)
		result = atomic_file_replace(tokens->path, text, strlen(text), FILE_MODE);
	free(text);
	json_decref(array);
	return result;
}

// False for what is neither: a bond that cannot be read must not become none.
static bool
text_or_null(json_t *item, const char *key, const char **out)
{
	json_t *value = json_object_get(item, key);
	*out = json_string_value(value);
	return value == NULL || json_is_null(value) || json_is_string(value);
}

// Reads one entry. Returns what is wrong with it, or NULL.
static const char *
read_token(json_t *item, struct token *token)
{
	const char *name;
	const char *role;
	const char *hash;
	const char *created_at;
	const char *endpoint;
	const char *school;
	if (json_unpack(item, "{s:s, s:s, s:s, s:s}", "name", &name, "role", &role, "sha256", &hash,
		    "created_at", &created_at) != 0)
		return "needs the texts name, role, sha256, created_at";
	if (!text_or_null(item, "endpoint", &endpoint) || !text_or_null(item, "school", &school))
		return "its endpoint and school are texts or null";

	token->role = token_role_find(role);
	bool has_endpoint = token_role_bond(token->role) == TOKEN_BOND_ENDPOINT;
	const char *what = token_check(name, token->role, has_endpoint ? endpoint : school);
	if (what != NULL)
		return what;
	if (has_endpoint ? school != NULL : endpoint != NULL)
		return "its role has an \"endpoint\" or a \"school\", not both";
	if (!hash_from_text(hash, token->hash))
		return "its sha256 is not 64 hex digits";
	if (!time_from_text(created_at, &token->created_at))
		return "its created_at is no time like 2026-11-23T01:20:00Z";
	snprintf(token->name, sizeof token->name, "%s", name);
	snprintf(token->endpoint, sizeof token->endpoint, "%s", endpoint ? endpoint : "");
	snprintf(token->school, sizeof token->school, "%s", school ? school : "");
	return NULL;
}

static int
read_list(struct tokens *tokens, json_t *array, char error[TOKENS_ERROR_BYTES])
{
	size_t count = json_array_size(array);
	if (!json_is_array(array) || count > TOKENS_MAX) {
		snprintf(error, TOKENS_ERROR_BYTES,
			"%.256s: is no list of up to %d tokens; put it right, or "
			"move it away to begin with none",
			tokens->path, TOKENS_MAX);
		return -EINVAL;
	}
	tokens->list = calloc(count ? count : 1, sizeof *tokens->list);
	if (tokens->list == NULL) {
		snprintf(error, TOKENS_ERROR_BYTES, "out of memory");
		return -ENOMEM;
	}
	for (; tokens->count < count; tokens->count++) {
		const char *what = read_token(
			json_array_get(array, tokens->count), &tokens->list[tokens->count]);
		if (what == NULL)
			continue;
		snprintf(error, TOKENS_ERROR_BYTES, "%.256s: token %zu: %.128s", tokens->path,
			tokens->count + 1, what);
		return -EINVAL;
	}
	return 0;
}

int
token_file_read(struct tokens *tokens, char error[TOKENS_ERROR_BYTES])
{
	FILE *file = fopen(tokens->path, "re");
	if (file == NULL && errno == ENOENT)
		return 0;
	if (file == NULL) {
		int result = -errno;
		snprintf(
			error, TOKENS_ERROR_BYTES, "%.256s: %.128s", tokens->path, strerror(errno));
		return result;
	}
	json_error_t where;
	json_t *array = json_loadf(file, JSON_REJECT_DUPLICATES, &where);
	fclose(file);
	if (array == NULL) {
		snprintf(error, TOKENS_ERROR_BYTES,
			"%.256s:%d: %s; put it right, or move it away to begin "
			"with none",
			tokens->path, where.line, where.text);
		return -EINVAL;
	}
	int result = read_list(tokens, array, error);
	json_decref(array);
	return result;
}
