/* SPDX-License-Identifier: BSD-3-Clause */
// sign_ins.h - browsers that have signed in: a cookie's id stands for the token it was given for.
#ifndef HTTP_SIGN_INS_H
#define HTTP_SIGN_INS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/tokens.h"

#define SIGN_INS_MAX 1024 // the oldest gives way to one more
#define SIGN_IN_LIFETIME_S 43200

struct sign_ins;

struct sign_ins *sign_ins_create(void);
void sign_ins_destroy(struct sign_ins *sign_ins);

// Makes an id of its own for the token. Returns 0, or -EIO where the system has no random numbers.
int sign_ins_add(struct sign_ins *sign_ins, const struct token *token, struct mono_time now,
	char id[SECRET_TEXT_BYTES]);

// The token that the id stands for, and in *number_out which sign-in it is (from 1 on, none twice);
// NULL where it is unknown or over, or the token has been revoked.
const struct token *sign_ins_find(const struct sign_ins *sign_ins, const struct tokens *tokens,
	const char *id, struct mono_time now, uint64_t *number_out);

// Whether that sign-in is still one.
bool sign_ins_holds(const struct sign_ins *sign_ins, const struct tokens *tokens, uint64_t number,
	struct mono_time now);

void sign_ins_remove(struct sign_ins *sign_ins, uint64_t number);

#endif
