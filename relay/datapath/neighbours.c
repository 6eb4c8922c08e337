/* SPDX-License-Identifier: BSD-3-Clause */
// neighbours.c - when a media address is announced, and when its gateway is asked for: the same for
// both families.
#include <string.h>

#include "datapath/internal.h"

#define PAUSE_NS NS_IN_S // between announcements, and while the gateway is searched
#define GATEWAY_REFRESH_NS (30 * NS_IN_S)
#define GATEWAY_QUESTIONS_MAX 3 // unanswered, before its MAC address is given up

// A gateway that was replaced answers no more under the old MAC address: after one question without
// an answer everybody is asked, and after some the packets go back the way they came.
static void
ask_gateway(struct neighbours *neighbours, struct neighbours_due *due)
{
	if (neighbours->gateway_questions >= GATEWAY_QUESTIONS_MAX &&
		neighbours->gateway_is_known) {
		neighbours->gateway_is_known = false;
		neighbours->gateway_changes++;
	}
	bool is_sure = neighbours->gateway_is_known && neighbours->gateway_questions == 0;
	due->question = true;
	due->asked = is_sure ? &neighbours->gateway_mac : NULL;
	if (neighbours->gateway_questions < GATEWAY_QUESTIONS_MAX)
		neighbours->gateway_questions++;
}

struct neighbours_due
neighbours_upkeep(struct neighbours *neighbours, bool has_gateway, struct mono_time now)
{
	struct neighbours_due due = {0};

	if (!mono_reached(now, neighbours->next))
		return due;
	if (neighbours->announcements_left > 0) {
		neighbours->announcements_left--;
		due.announcement = true;
	}
	if (has_gateway)
		ask_gateway(neighbours, &due); // its answer puts the next question off
	neighbours->next = mono_after_ns(now, PAUSE_NS);
	return due;
}

void
neighbours_share(struct worker *worker)
{
	for (enum ip_family family = 0; family < IP_FAMILIES; family++) {
		struct neighbours *ours = &worker->neighbours[family];
		bool is_speaker = worker->settings.number == FLEET_SPEAKER;
		uint64_t word = is_speaker ? fleet_gateway_word(&ours->gateway_mac,
						     ours->gateway_is_known, ours->gateway_changes)
					   : fleet_gateway(worker->fleet, family);
		if (word == ours->told)
			continue;
		ours->told = word;
		if (is_speaker) {
			fleet_tell_gateway(worker->fleet, family, word);
			continue;
		}
		ours->gateway_is_known = fleet_gateway_read(word, &ours->gateway_mac);
		ours->gateway_changes++;
	}
}

void
neighbours_heard(struct neighbours *neighbours, const struct mac *mac, struct mono_time now)
{
	if (!neighbours->gateway_is_known ||
		memcmp(&neighbours->gateway_mac, mac, sizeof *mac) != 0)
		neighbours->gateway_changes++;
	neighbours->gateway_mac = *mac;
	neighbours->gateway_is_known = true;
	neighbours->gateway_questions = 0;
	if (neighbours->announcements_left == 0)
		neighbours->next = mono_after_ns(now, GATEWAY_REFRESH_NS);
}
