// SPDX-License-Identifier: BSD-3-Clause
// probe.c - how a connection check's probe packets are paced.
#include "classroom/probe.h"

void
probe_set(struct probe *probe, const struct probe_plan *plan, struct mono_time now)
{
	probe->plan = *plan;
	probe->begins = mono_after_ns(now, plan->begins_in_ms * NS_IN_MS);
}

// Packets of a rung that are due after so long.
static uint64_t
rung_target(const struct probe_plan *plan, uint32_t kbit_s, int64_t elapsed_ns)
{
	int64_t rung_ns = plan->rung_ms * NS_IN_MS;
	int64_t tail_ns = elapsed_ns - rung_ns;
	int64_t steady_ns = tail_ns > 0 ? rung_ns : elapsed_ns;
	// kbit/s are bits in a millisecond.
	uint64_t bytes = (uint64_t)(steady_ns / NS_IN_US) * kbit_s / 8 / 1000;
	uint64_t count = bytes / PROBE_IP_BYTES;

	if (tail_ns > PROBE_TAIL_MS * NS_IN_MS)
		tail_ns = PROBE_TAIL_MS * NS_IN_MS;
	return tail_ns > 0 ? count + (uint64_t)(tail_ns / (PROBE_TRICKLE_MS * NS_IN_MS)) : count;
}

static uint64_t
first_target(int64_t until_ns)
{
	int64_t elapsed_ns = PROBE_FIRST_MS * NS_IN_MS - until_ns;
	int64_t most_ns = (PROBE_FIRST_MS - PROBE_FIRST_END_MS) * NS_IN_MS;

	if (elapsed_ns <= 0)
		return 0;
	return (uint64_t)((elapsed_ns < most_ns ? elapsed_ns : most_ns) /
			  (PROBE_TRICKLE_MS * NS_IN_MS));
}

unsigned
probe_take_due(struct probe *probe, struct mono_time now)
{
	const struct probe_plan *plan = &probe->plan;
	int64_t elapsed_ns = mono_since_ns(now, probe->begins);
	int64_t period_ns = (int64_t)(plan->rung_ms + plan->pause_ms) * NS_IN_MS;
	uint64_t rung = 0, target;

	if (plan->rung_count == 0)
		return 0;
	if (elapsed_ns < 0) {
		target = first_target(-elapsed_ns);
	} else {
		rung = (uint64_t)(elapsed_ns / period_ns) + 1;
		if (rung > plan->rung_count)
			return 0;
		target = rung_target(plan, plan->kbit_s[rung - 1], elapsed_ns % period_ns);
	}
	if (rung != probe->rung) {
		probe->rung = rung;
		probe->sent = 0;
	}
	// Where the plan's begin moved a little, less may be due than has gone.
	uint64_t due = target > probe->sent ? target - probe->sent : 0;
	probe->sent += due;
	return due > PROBE_BURST_MAX ? PROBE_BURST_MAX : (unsigned)due;
}
