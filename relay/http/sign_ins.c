/* SPDX-License-Identifier: BSD-3-Clause */
// sign_ins.c - browsers that have signed in: a bounded table of hashes, in memory only.
#include "http/sign_ins.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

struct sign_in {
	uint64_t number; // 0: the place is free
	unsigned char id_hash[SECRET_HASH_BYTES];
	// By hash, not by name: a new token of an old name does not bring old cookies to life.
	unsigned char token_hash[SECRET_HASH_BYTES];
	struct mono_time ends;
};

struct sign_ins {
	uint64_t last_number;
	struct sign_in list[SIGN_INS_MAX];
};

struct sign_ins *
sign_ins_create(void)
{
	return calloc(1, sizeof(struct sign_ins));
}

void
sign_ins_destroy(struct sign_ins *sign_ins)
{
	if (sign_ins == NULL)
		return;
	OPENSSL_cleanse(sign_ins, sizeof *sign_ins);
	free(sign_ins);
}

int
sign_ins_add(struct sign_ins *sign_ins, const struct token *token, struct mono_time now,
	char id[SECRET_TEXT_BYTES])
{
	struct sign_in *place = &sign_ins->list[0];
	for (size_t i = 1; i < SIGN_INS_MAX; i++)
		if (sign_ins->list[i].number < place->number)
			place = &sign_ins->list[i];
	int result = secret_make(id);
	if (result != 0)
		return result;
	place->number = ++sign_ins->last_number;
	secret_hash(id, place->id_hash);
	memcpy(place->token_hash, token->hash, sizeof place->token_hash);
	place->ends.ns = now.ns + (int64_t)SIGN_IN_LIFETIME_S * NS_IN_S;
	return 0;
}

const struct token *
sign_ins_find(const struct sign_ins *sign_ins, const struct tokens *tokens, const char *id,
	struct mono_time now, uint64_t *number_out)
{
	unsigned char hash[SECRET_HASH_BYTES];
	const struct sign_in *found = NULL;
	secret_hash(id, hash);
	for (size_t i = 0; i < SIGN_INS_MAX; i++)
		if (CRYPTO_memcmp(sign_ins->list[i].id_hash, hash, sizeof hash) == 0)
			found = &sign_ins->list[i];
	if (found == NULL || found->number == 0 || found->ends.ns <= now.ns)
		return NULL;
	const struct token *token = tokens_find_hash(tokens, found->token_hash);
	if (token != NULL)
		*number_out = found->number;
	return token;
}

static const struct sign_in *
find_number(const struct sign_ins *sign_ins, uint64_t number)
{
	for (size_t i = 0; i < SIGN_INS_MAX; i++)
		if (sign_ins->list[i].number == number)
			return &sign_ins->list[i];
	return NULL;
}

bool
sign_ins_holds(const struct sign_ins *sign_ins, const struct tokens *tokens, uint64_t number,
	struct mono_time now)
{
	const struct sign_in *found = number != 0 ? find_number(sign_ins, number) : NULL;
	return found != NULL && found->ends.ns > now.ns &&
	       tokens_find_hash(tokens, found->token_hash) != NULL;
}

void
sign_ins_remove(struct sign_ins *sign_ins, uint64_t number)
{
	struct sign_in *found =
		number != 0 ? (struct sign_in *)find_number(sign_ins, number) : NULL;
	if (found != NULL)
		OPENSSL_cleanse(found, sizeof *found);
}
