/* SPDX-License-Identifier: BSD-3-Clause */
// players.c - writes each sending endpoint's SDP file and keeps its player running.
#include "classroom/players.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "classroom/replace.h"
#include "platform/log.h"

#define SAVE_RETRY_NS (5 * NS_IN_S)

void
players_init(struct players *players, const struct settings *settings)
{
	memset(players, 0, sizeof *players);
	players->settings = settings;
}

static struct player *
find(struct players *players, const char *endpoint)
{
	struct player *vacant = NULL;
	for (size_t i = 0; i < PLAYERS_MAX; i++) {
		struct player *player = &players->players[i];
		if (player->used && strcmp(player->endpoint, endpoint) == 0)
			return player;
		if (!player->used && !vacant)
			vacant = player;
	}
	if (!vacant)
		return NULL;
	memset(vacant, 0, sizeof *vacant);
	vacant->used = true;
	snprintf(vacant->endpoint, sizeof vacant->endpoint, "%s", endpoint);
	snprintf(vacant->path, sizeof vacant->path, "%s/%s.sdp",
		players->settings->output_directory, endpoint);
	return vacant;
}

static void
save(struct player *player, struct mono_time now)
{
	if (player->saved || !mono_reached(now, player->next_save))
		return;
	int result = replace_file(player->path, player->sdp, strlen(player->sdp));
	player->saved = result == 0;
	player->next_save = mono_after_ns(now, SAVE_RETRY_NS);
	if (result != 0)
		log_error(
			"%s cannot be written: %s. Does output.directory exist, is the disk full?",
			player->path, strerror(-result));
}

// Takes over what the roster says of one endpoint.
static void
refresh(struct players *players, const struct roster *roster, const char *endpoint,
	struct mono_time now)
{
	struct player *player = find(players, endpoint);
	if (!player || player->last_listed.ns == now.ns)
		return;
	player->last_listed = now;
	char sdp[SDP_BYTES_MAX];
	int length =
		sdp_write(roster, endpoint, players->settings->output_address, sdp, sizeof sdp);
	if (length > 0 && strcmp(sdp, player->sdp) != 0) {
		strcpy(player->sdp, sdp);
		player->saved = false;
		player->next_save = now;
		player->restart = player->child.pid != 0;
	}
	save(player, now);
}

static void
poll_command(struct players *players, struct player *player, bool joined, struct mono_time now,
	uint32_t random)
{
	const struct child_variable variables[] = {
		{"CLASSROOM_SDP", player->path},
		{"CLASSROOM_FROM", player->endpoint},
		{"CLASSROOM_DIRECTORY", players->settings->output_directory},
		{NULL, NULL},
	};
	bool is_near = mono_since_ns(now, player->last_listed) < PLAYERS_LINGER_NS;
	bool wanted = joined && is_near && player->saved && !player->restart &&
		      players->settings->play_command[0] != '\0';
	int status = 0;
	switch (child_poll(&player->child, wanted, players->settings->play_command, variables, now,
		random, &status)) {
	case CHILD_STARTED:
		log_info("play_command started for %s", player->endpoint);
		break;
	case CHILD_EXITED:
		log_warning(
			"play_command for %s ended by itself (exit status %d); it is started again",
			player->endpoint, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
		break;
	case CHILD_FAILED:
		log_error("play_command cannot be started: out of memory or processes");
		break;
	case CHILD_ENDED:
	case CHILD_NOTHING:
		break;
	}
	if (player->child.pid == 0)
		player->restart = false;
	if (player->child.pid == 0 && (!joined || !is_near))
		player->used = false;
}

void
players_poll(struct players *players, const struct roster *roster, bool joined,
	struct mono_time now, uint32_t random)
{
	for (size_t i = 0; i < ROSTER_MAX && joined; i++) {
		if (roster->entries[i].listed)
			refresh(players, roster, roster->entries[i].endpoint, now);
	}
	for (size_t i = 0; i < PLAYERS_MAX; i++) {
		struct player *player = &players->players[i];
		if (player->used)
			poll_command(players, player, joined, now, random);
	}
}

bool
players_are_running(const struct players *players)
{
	for (size_t i = 0; i < PLAYERS_MAX; i++) {
		if (players->players[i].used && players->players[i].child.pid != 0)
			return true;
	}
	return false;
}
