/* SPDX-License-Identifier: BSD-3-Clause */
// copied_tokens.h - notices two machines that use one endpoint's token in turns. Times are
// arguments; no I/O.
#ifndef CONTROL_COPIED_TOKENS_H
#define CONTROL_COPIED_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/units.h"
#include "timetable/timetable.h"

#define COPIED_TOKENS_MAX 64  // endpoints looked at; the one quiet longest gives way to one more
#define COPIED_TOKENS_TURNS 4 // so many from another address within the window are no accident
#define COPIED_TOKENS_WINDOW_S 60
#define COPIED_TOKENS_HELD_S 600 // an alarm lasts so long after the last turn
#define COPIED_TOKENS_PEER_BYTES 64

struct copied_token {
	char endpoint[TIMETABLE_ID_BYTES_MAX];
	struct wall_time turns[COPIED_TOKENS_TURNS]; // the latest, the newest first
	unsigned turn_count;
	bool is_alarm;
	struct wall_time since; // when it became an alarm
};

struct copied_tokens {
	struct copied_token list[COPIED_TOKENS_MAX];
	size_t count;
};

// The endpoint's connection from one peer ("198.18.1.7:40312") has given way to one from another.
// Returns whether this makes it an alarm that was none.
bool copied_tokens_replaced(struct copied_tokens *tokens, const char *endpoint_id,
	const char *older_peer, const char *newer_peer, struct wall_time now);

// Whether it is an alarm now.
bool copied_token_is_alarm(const struct copied_token *token, struct wall_time now);

#endif
