/* SPDX-License-Identifier: BSD-3-Clause */
// pace.c - the ladder of an idle worker: polls, pauses, naps.
#include "datapath/pace.h"

void
pace_init(struct pace *pace, uint32_t poll_above_pps)
{
	*pace = (struct pace){.poll_above_pps = poll_above_pps, .is_polling = poll_above_pps == 0};
}

void
pace_turn(struct pace *pace, uint32_t count, struct mono_time now)
{
	pace->empty_turns = count > 0 ? 0 : pace->empty_turns + 1;
	pace->window_packets += count;
	if (!mono_reached(now, pace->window_end))
		return;
	uint64_t per_s = (uint64_t)pace->window_packets * (NS_IN_S / PACE_WINDOW_NS);
	pace->is_polling = pace->poll_above_pps == 0 || per_s > pace->poll_above_pps;
	pace->window_packets = 0;
	pace->window_end = mono_after_ns(now, PACE_WINDOW_NS);
}

int64_t
pace_wait_ns(const struct pace *pace, bool is_session_open)
{
	int64_t longest_ns = is_session_open ? PACE_NAP_IN_SESSION_NS : PACE_NAP_WITHOUT_SESSION_NS;
	if (pace->is_polling || pace->empty_turns < PACE_PAUSES)
		return 0;
	uint32_t rung = pace->empty_turns - PACE_PAUSES;
	if (rung >= 16)
		return longest_ns;
	int64_t ns = PACE_NAP_LEAST_NS << rung;
	return ns < longest_ns ? ns : longest_ns;
}
