/* SPDX-License-Identifier: BSD-3-Clause */
// copied_tokens.c - notices two machines that use one endpoint's token in turns.
#include "control/copied_tokens.h"

#include <stdio.h>
#include <string.h>

static bool
is_same_host(const char *one, const char *other)
{
	const char *one_port = strrchr(one, ':');
	const char *other_port = strrchr(other, ':');
	size_t bytes = one_port ? (size_t)(one_port - one) : strlen(one);
	size_t other_bytes = other_port ? (size_t)(other_port - other) : strlen(other);
	return bytes == other_bytes && memcmp(one, other, bytes) == 0;
}

static struct copied_token *
token_get(struct copied_tokens *tokens, const char *endpoint_id)
{
	struct copied_token *quietest = tokens->list;
	for (size_t i = 0; i < tokens->count; i++) {
		struct copied_token *token = &tokens->list[i];
		if (strcmp(token->endpoint, endpoint_id) == 0)
			return token;
		if (token->turns[0].ms < quietest->turns[0].ms)
			quietest = token;
	}
	if (tokens->count < COPIED_TOKENS_MAX)
		quietest = &tokens->list[tokens->count++];
	*quietest = (struct copied_token){0};
	snprintf(quietest->endpoint, sizeof quietest->endpoint, "%s", endpoint_id);
	return quietest;
}

bool
copied_token_is_alarm(const struct copied_token *token, struct wall_time now)
{
	return token->is_alarm && now.ms - token->turns[0].ms < COPIED_TOKENS_HELD_S * MS_IN_S;
}

bool
copied_tokens_replaced(struct copied_tokens *tokens, const char *endpoint_id,
	const char *older_peer, const char *newer_peer, struct wall_time now)
{
	if (is_same_host(older_peer, newer_peer))
		return false;
	struct copied_token *token = token_get(tokens, endpoint_id);
	bool was_alarm = copied_token_is_alarm(token, now);
	memmove(token->turns + 1, token->turns, sizeof token->turns - sizeof token->turns[0]);
	token->turns[0] = now;
	if (token->turn_count < COPIED_TOKENS_TURNS)
		token->turn_count++;
	bool is_often = token->turn_count == COPIED_TOKENS_TURNS &&
			now.ms - token->turns[COPIED_TOKENS_TURNS - 1].ms <=
				COPIED_TOKENS_WINDOW_S * MS_IN_S;
	token->is_alarm = was_alarm || is_often;
	if (was_alarm || !is_often)
		return false;
	token->since = now;
	return true;
}
