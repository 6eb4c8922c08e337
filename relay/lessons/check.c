// SPDX-License-Identifier: BSD-3-Clause
// check.c - what a school's line is found to be like in a connection check.
#include "lessons/check.h"

#include <string.h>

// A rung overloads the line where it loses so much more than the rungs before it; the first one,
// which has none before it, where it loses so much.
#define OVERLOAD_FACTOR 2.0
#define OVERLOAD_MORE 0.03
#define OVERLOAD_FIRST 0.3

const uint32_t check_kbit_s[CHECK_RUNGS] = {500, 1000, 2000, 4000, 8000};

void
check_meter_init(struct check_meter *meter)
{
	memset(meter, 0, sizeof *meter);
	meter->rung = -1;
}

// Whether both are looks at one join, the later one second.
static bool
is_stretch(const struct check_counts *from, const struct check_counts *to)
{
	return from->is_known && to->is_known && to->received >= from->received &&
	       to->sent >= from->sent && to->bytes >= from->bytes;
}

// The rate that arrived: down, bytes are those sent, of which a share was received.
static double
rate_of(const struct check_counts *from, const struct check_counts *to, enum line_direction line)
{
	int64_t ns = mono_since_ns(to->at, from->at);
	uint64_t sent = to->sent - from->sent, received = to->received - from->received;
	double bytes = (double)(to->bytes - from->bytes);
	if (!is_stretch(from, to) || ns <= 0 || sent == 0)
		return 0;
	if (line == LINE_DOWN)
		bytes *= (double)received / (double)sent;
	return bytes * 8 / ((double)ns / NS_IN_MS);
}

static void
rung_end(struct check_meter *meter, const struct check_look *look)
{
	for (int line = 0; line < LINE_DIRECTIONS; line++) {
		struct check_rung *rung = &meter->lines[line].rungs[meter->rung];
		const struct check_counts *from = &meter->begin[line], *to = &look->lines[line];
		*rung = (struct check_rung){0};
		if (!is_stretch(from, to) || to->sent == from->sent)
			continue;
		rung->is_known = true;
		rung->sent = to->sent - from->sent;
		rung->received = to->received - from->received;
		if (rung->received > rung->sent) // a report that came late, of the rung before
			rung->received = rung->sent;
		rung->kbit_s = rate_of(
			&meter->middle[line], &meter->last[line], (enum line_direction)line);
		if (meter->jitter_count[line] > 0)
			rung->jitter_ms = meter->jitter_sum_ms[line] / meter->jitter_count[line];
	}
}

static void
rung_begin(struct check_meter *meter, int rung, const struct check_look *look)
{
	meter->rung = rung;
	memcpy(meter->begin, look->lines, sizeof meter->begin);
	memset(meter->middle, 0, sizeof meter->middle);
	memset(meter->last, 0, sizeof meter->last);
	memset(meter->jitter_sum_ms, 0, sizeof meter->jitter_sum_ms);
	memset(meter->jitter_count, 0, sizeof meter->jitter_count);
}

static void
rung_look(struct check_meter *meter, const struct check_look *look)
{
	for (int line = 0; line < LINE_DIRECTIONS; line++) {
		const struct check_counts *now = &look->lines[line];
		if (!now->is_known)
			continue;
		if (!meter->middle[line].is_known)
			meter->middle[line] = *now;
		meter->last[line] = *now;
		meter->jitter_sum_ms[line] += now->jitter_us / 1000.0;
		meter->jitter_count[line]++;
	}
}

void
check_meter_look(struct check_meter *meter, const struct check_look *look)
{
	int64_t ladder_ms = look->elapsed_ms - CHECK_LEAD_MS;
	int rung = ladder_ms < 0 ? -1 : (int)(ladder_ms / CHECK_PERIOD_MS);
	double rtt_ms = look->rtt_us / 1000.0;
	meter->was_up |= look->is_up;
	if (rtt_ms > meter->rtt_ms_max)
		meter->rtt_ms_max = rtt_ms;
	if (rtt_ms > 0 && (meter->idle_rtt_ms == 0 || (rung < 0 && rtt_ms < meter->idle_rtt_ms)))
		meter->idle_rtt_ms = rtt_ms;
	if (rung != meter->rung) {
		if (meter->rung >= 0 && meter->rung < CHECK_RUNGS)
			rung_end(meter, look);
		rung_begin(meter, rung, look);
	}
	int64_t into_ms = ladder_ms % CHECK_PERIOD_MS;
	if (rung >= 0 && rung < CHECK_RUNGS && into_ms >= CHECK_SETTLED_MS &&
		into_ms < CHECK_RUNG_MS)
		rung_look(meter, look);
}

void
check_line_judge(struct check_line *line, const struct check_line *feed)
{
	uint64_t sent = 0, received = 0;
	double most_kbit_s = 0, jitter_ms = 0;
	line->is_known = false;
	line->is_at_least = true;
	for (int i = 0; i < CHECK_RUNGS; i++) {
		struct check_rung *rung = &line->rungs[i];
		if (!rung->is_known)
			continue;
		double lost = 1 - (double)rung->received / (double)rung->sent;
		double before = sent > 0 ? 1 - (double)received / (double)sent : 0;
		double limit = sent > 0 ? OVERLOAD_FACTOR * before + OVERLOAD_MORE : OVERLOAD_FIRST;
		// Who cannot carry a rung cannot carry the next.
		rung->is_overloaded = lost > limit || !line->is_at_least;
		if (rung->kbit_s > most_kbit_s)
			most_kbit_s = rung->kbit_s;
		bool is_disturbed = feed && feed->rungs[i].is_overloaded && sent > 0;
		if (rung->is_overloaded) {
			line->is_at_least = false;
		} else if (!is_disturbed) {
			sent += rung->sent;
			received += rung->received;
			if (rung->jitter_ms > jitter_ms)
				jitter_ms = rung->jitter_ms;
		}
		if (!line->is_known || !rung->is_overloaded) {
			uint64_t all = sent > 0 ? sent : rung->sent;
			uint64_t good = sent > 0 ? received : rung->received;
			line->loss_ratio = 1 - (double)good / (double)all;
			line->jitter_ms = sent > 0 ? jitter_ms : rung->jitter_ms;
		}
		line->is_known = true;
	}
	line->usable_kbit_s = most_kbit_s;
}
