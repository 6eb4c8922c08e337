/* SPDX-License-Identifier: BSD-3-Clause */
// players.h - an SDP file and, where configured, a running player for each sending endpoint.
#ifndef CLASSROOM_PLAYERS_H
#define CLASSROOM_PLAYERS_H

#include <stdbool.h>
#include <stdint.h>

#include "classroom/child.h"
#include "classroom/roster.h"
#include "classroom/sdp.h"
#include "classroom/settings.h"

#define PLAYERS_MAX (2 * SESSION_LEGS_MAX) // of this session, and still lingering ones
// An endpoint that joins again may be missing from the list for a moment: its player stays so long.
#define PLAYERS_LINGER_NS (15 * NS_IN_S)

struct player {
	bool used;
	bool restart; // its SDP has changed
	bool saved;   // the SDP file is written
	char endpoint[JOIN_ID_BYTES];
	char path[SETTINGS_PATH_BYTES + JOIN_ID_BYTES + 8]; // of the SDP file
	char sdp[SDP_BYTES_MAX];
	struct mono_time last_listed;
	struct mono_time next_save;
	struct child child;
};

struct players {
	const struct settings *settings;
	struct player players[PLAYERS_MAX];
};

void players_init(struct players *players, const struct settings *settings);

// Brings files and commands to what the roster lists: none runs where not `joined`. Never blocks.
void players_poll(struct players *players, const struct roster *roster, bool joined,
	struct mono_time now, uint32_t random);

// Whether some command still runs.
bool players_are_running(const struct players *players);

#endif
