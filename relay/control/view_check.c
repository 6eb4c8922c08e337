// SPDX-License-Identifier: BSD-3-Clause
// view_check.c - CHECK: a connection check and what it found, as JSON.
#include <string.h>

#include "control/checks.h"
#include "control/views.h"

static const char *
state_name(enum check_state state)
{
	static const char *const names[] = {
		[CHECK_RUNNING] = "running",
		[CHECK_DONE] = "done",
		[CHECK_CUT_LESSON] = "lesson",
		[CHECK_CUT_ENDED] = "ended",
	};
	return names[state];
}

static json_t *
known(bool is_known, double value)
{
	return is_known ? json_real(value) : json_null();
}

static json_t *
rungs_view(const struct check_line *line)
{
	json_t *array = json_array();
	for (size_t i = 0; i < CHECK_RUNGS; i++) {
		const struct check_rung *rung = &line->rungs[i];
		double lost = rung->is_known ? 1 - (double)rung->received / (double)rung->sent : 0;
		json_array_append_new(
			array, json_pack("{s:I, s:I, s:I, s:o, s:o, s:o, s:b}", "offered_kbit_s",
				       (json_int_t)check_kbit_s[i], "sent", (json_int_t)rung->sent,
				       "received", (json_int_t)rung->received, "loss_ratio",
				       known(rung->is_known, lost), "kbit_s",
				       known(rung->is_known, rung->kbit_s), "jitter_ms",
				       known(rung->is_known, rung->jitter_ms), "overloaded",
				       (int)rung->is_overloaded));
	}
	return array;
}

static json_t *
line_view(const struct check_line *line)
{
	return json_pack("{s:o, s:o, s:o, s:b, s:o}", "loss_ratio",
		known(line->is_known, line->loss_ratio), "jitter_ms",
		known(line->is_known, line->jitter_ms), "usable_kbit_s",
		known(line->is_known, line->usable_kbit_s), "at_least",
		(int)(line->is_known && line->is_at_least), "rungs", rungs_view(line));
}

static json_t *
school_view(const struct check_school *school)
{
	const struct check_meter *meter = &school->meter;
	bool has_rtt = meter->idle_rtt_ms > 0;
	return json_pack("{s:s, s:s, s:s, s:b, s:b, s:o, s:o, s:o, s:o}", "school", school->id,
		"school_name", school->name, "endpoint", school->endpoint, "connected",
		(int)school->was_connected, "reachable", (int)meter->was_up, "rtt_ms",
		known(has_rtt, meter->idle_rtt_ms), "rtt_max_ms", known(has_rtt, meter->rtt_ms_max),
		"uplink", line_view(&meter->lines[LINE_UP]), "downlink",
		line_view(&meter->lines[LINE_DOWN]));
}

json_t *
view_check_result(const struct check *check, const char *endpoint)
{
	const struct check_school *school = &check->schools[0];
	if (strcmp(school->endpoint, endpoint))
		school = &check->schools[1];
	const struct check_line *up = &school->meter.lines[LINE_UP];
	const struct check_line *down = &school->meter.lines[LINE_DOWN];
	return json_pack("{s:s, s:s, s:o, s:b, s:o, s:o, s:o, s:o}", "id", check_id(check), "state",
		state_name(check->state), "started_at", view_time(check->started_at), "reachable",
		(int)school->meter.was_up, "uplink_loss_ratio", known(up->is_known, up->loss_ratio),
		"uplink_kbit_s", known(up->is_known, up->usable_kbit_s), "downlink_loss_ratio",
		known(down->is_known, down->loss_ratio), "downlink_kbit_s",
		known(down->is_known, down->usable_kbit_s));
}

static double
ms_of(int64_t ns)
{
	return (double)ns / NS_IN_MS;
}

double
check_delay_ms(const struct check *check)
{
	double first_ms = check->schools[0].meter.idle_rtt_ms;
	double second_ms = check->schools[1].meter.idle_rtt_ms;
	if (first_ms <= 0 || second_ms <= 0 || check->delay.count == 0)
		return -1;
	return first_ms / 2 + ms_of(check->delay.median_ns) + second_ms / 2;
}

// Either way: half of each round trip is all that can be known of a direction.
static json_t *
end_to_end_view(const struct check *check)
{
	double first_ms = check->schools[0].meter.idle_rtt_ms;
	double second_ms = check->schools[1].meter.idle_rtt_ms;
	double sum_ms = check_delay_ms(check);
	json_t *parts = json_pack("[{s:s, s:s, s:o}, {s:s, s:o}, {s:s, s:s, s:o}]", "part", "line",
		"school", check->schools[0].id, "ms", known(first_ms > 0, first_ms / 2), "part",
		"relay", "ms", known(check->delay.count > 0, ms_of(check->delay.median_ns)), "part",
		"line", "school", check->schools[1].id, "ms", known(second_ms > 0, second_ms / 2));
	return json_pack("{s:o, s:o, s:[sssss]}", "ms", known(sum_ms >= 0, sum_ms), "parts", parts,
		"missing", "camera", "encoder", "receive_buffer", "decoder", "display");
}

json_t *
view_check(const struct check *check, struct mono_time now)
{
	bool is_running = check->state == CHECK_RUNNING;
	int64_t left_ms = CHECK_MS - mono_since_ns(now, check->began) / NS_IN_MS;
	const struct delay_summary *delay = &check->delay;
	json_t *object = json_pack("{s:s, s:s, s:s, s:b, s:o, s:o, s:I}", "id", check_id(check),
		"state", state_name(check->state), "by", check->by, "partner_chosen",
		(int)check->is_partner_chosen, "started_at", view_time(check->started_at),
		"ended_at", is_running ? json_null() : view_time(check->ended_at), "remaining_s",
		(json_int_t)(is_running && left_ms > 0 ? (left_ms + MS_IN_S - 1) / MS_IN_S : 0));
	json_t *schools = json_array();
	for (size_t i = 0; i < CHECK_SCHOOLS; i++)
		json_array_append_new(schools, school_view(&check->schools[i]));
	json_object_set_new(object, "schools", schools);
	json_object_set_new(object, "relay",
		json_pack("{s:o, s:o, s:o, s:I}", "delay_min_ms",
			known(delay->count > 0, ms_of(delay->min_ns)), "delay_median_ms",
			known(delay->count > 0, ms_of(delay->median_ns)), "delay_max_ms",
			known(delay->count > 0, ms_of(delay->max_ns)), "copies",
			(json_int_t)delay->count));
	json_object_set_new(object, "end_to_end", end_to_end_view(check));
	return object;
}
