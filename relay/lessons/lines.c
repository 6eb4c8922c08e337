/* SPDX-License-Identifier: BSD-3-Clause */
// lines.c - once a second, the figures of each school's uplink and downlink, and their lights.
#include "lessons/lines.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lessons/join_stats.h"

#define UNKNOWN (-1.0)
// What the estimate of speech takes for the parts that no packet tells of: a frame of 20 ms and a
// receiver that waits twice the jitter.
#define FRAME_MS 20
#define WAIT_JITTERS 2
// A receiver reports every two seconds, and reports may be lost: nothing arrives of a flow that was
// sent for so long and never grew in the reports.
#define REPORT_LOOKS 8

struct lines {
	struct quality_limits limits;
	struct school_lines **all;
	size_t count;
	size_t capacity;
};

// The sums and worst of a line's flows.
struct gathering {
	struct line_figures figures;
	double kbit_s;
	double longest_gap_ms;
	double audio_loss_ratio;
	double audio_jitter_ms;
	int64_t last_packet_ns;
};

struct lines *
lines_create(const struct quality_limits *limits)
{
	struct lines *lines = calloc(1, sizeof *lines);
	if (lines)
		lines->limits = *limits;
	return lines;
}

void
lines_destroy(struct lines *lines)
{
	if (!lines)
		return;
	for (size_t i = 0; i < lines->count; i++)
		free(lines->all[i]);
	free(lines->all);
	free(lines);
}

const struct school_lines *
lines_find(const struct lines *lines, const char *session, const char *endpoint)
{
	for (size_t i = 0; i < lines->count; i++)
		if (strcmp(lines->all[i]->endpoint, endpoint) == 0 &&
			strcmp(lines->all[i]->session, session) == 0)
			return lines->all[i];
	return NULL;
}

static struct school_lines *
lines_get(struct lines *lines, const char *session, const char *endpoint)
{
	struct school_lines *found = (struct school_lines *)lines_find(lines, session, endpoint);
	if (found)
		return found;
	if (lines->count == lines->capacity) {
		size_t capacity = lines->capacity ? 2 * lines->capacity : 16;
		struct school_lines **all =
			realloc(lines->all, capacity * sizeof(struct school_lines *));
		if (!all)
			return NULL;
		lines->all = all;
		lines->capacity = capacity;
	}
	found = calloc(1, sizeof *found);
	if (!found)
		return NULL;
	strncpy(found->session, session, sizeof found->session - 1);
	strncpy(found->endpoint, endpoint, sizeof found->endpoint - 1);
	lines->all[lines->count++] = found;
	return found;
}

static void
worst(double *to, double value)
{
	if (value > *to)
		*to = value;
}

static struct gathering
gather_nothing(void)
{
	return (struct gathering){
		.figures = {.loss_ratio = UNKNOWN, .jitter_ms = UNKNOWN, .round_trip_ms = UNKNOWN},
		.longest_gap_ms = UNKNOWN,
		.audio_loss_ratio = UNKNOWN,
		.audio_jitter_ms = UNKNOWN,
	};
}

static void
gather_figures(struct gathering *to, enum stream_kind kind, double loss_ratio, double jitter_ms)
{
	to->figures.present_flows++;
	worst(&to->figures.loss_ratio, loss_ratio);
	worst(&to->figures.jitter_ms, jitter_ms);
	if (kind == STREAM_AUDIO) {
		worst(&to->audio_loss_ratio, loss_ratio);
		worst(&to->audio_jitter_ms, jitter_ms);
	}
}

static bool
is_recent(int64_t at_ns, double limit_s, struct mono_time now)
{
	return at_ns > 0 && (double)(now.ns - at_ns) < limit_s * (double)NS_IN_S;
}

static struct gathering
gather_up(const struct lines *lines, const struct stats *board, const struct join *join,
	struct mono_time now)
{
	struct gathering sum = gather_nothing();
	for (size_t i = 1; join && i < join->stream_count; i++) {
		const struct join_stream *stream = &join->streams[i];
		struct inflow_stats flow;
		join_stats_inflow(board, stream, &flow);
		sum.figures.expected_flows++;
		sum.kbit_s += rates_kbit_s(&stream->rates);
		if (flow.last_packet_ns > sum.last_packet_ns)
			sum.last_packet_ns = flow.last_packet_ns;
		if (!is_recent(flow.last_packet_ns, lines->limits.silent_s, now))
			continue;
		worst(&sum.longest_gap_ms, flow.longest_gap_us / 1000.0);
		gather_figures(&sum, stream->kind, rates_loss_ratio(&stream->rates),
			flow.jitter_us / 1000.0);
	}
	return sum;
}

// What the receiver lacks of what the relay sent: what never reached the relay is another school's
// uplink's trouble, and so is the jitter it came with.
static void
gather_down_figures(struct gathering *sum, const struct join_outflow *outflow)
{
	struct rates_window down, up;
	rates_window(&outflow->rates, RATES_LOSS_WINDOW_S, &down);
	rates_window(&outflow->stream->rates, RATES_LOSS_WINDOW_S, &up);
	int64_t received = (int64_t)down.expected - down.missing;
	int64_t lost = (int64_t)down.sent - received;
	double loss_ratio = down.sent > 0 && lost > 0 ? (double)lost / down.sent : 0;
	double jitter_ms = down.jitter_ms > up.jitter_ms ? down.jitter_ms - up.jitter_ms : 0;
	gather_figures(sum, outflow->stream->kind, loss_ratio < 1 ? loss_ratio : 1, jitter_ms);
}

// A stream that its own school does not send is that school's uplink's trouble, not this line's.
static struct gathering
gather_down(const struct lines *lines, const struct stats *board, const struct join *join,
	struct mono_time now)
{
	struct gathering sum = gather_nothing();
	const struct join_outflow *outflow = NULL;
	if (!join)
		return sum;
	TAILQ_FOREACH (outflow, &join->receives, join_link) {
		struct inflow_stats source;
		struct outflow_stats flow;
		join_stats_inflow(board, outflow->stream, &source);
		join_stats_outflow(board, outflow, &flow);
		sum.kbit_s += rates_kbit_s(&outflow->rates);
		if (!is_recent(source.last_packet_ns, lines->limits.silent_s, now))
			continue;
		// Of what began to flow just now no report can be here yet.
		bool is_reported = rates_reports_moved(&outflow->rates, REPORT_LOOKS, 0);
		if (!is_reported &&
			!rates_packets_moved(&outflow->rates, 2 * REPORT_LOOKS, REPORT_LOOKS))
			continue;
		sum.figures.expected_flows++;
		if (flow.reported_ns > sum.last_packet_ns)
			sum.last_packet_ns = flow.reported_ns;
		if (is_reported)
			gather_down_figures(&sum, outflow);
	}
	return sum;
}

static double
mos_of(const struct gathering *sum, double round_trip_ms)
{
	if (sum->audio_loss_ratio < 0)
		return 0;
	double delay_ms = FRAME_MS + WAIT_JITTERS * sum->audio_jitter_ms;
	if (round_trip_ms > 0)
		delay_ms += round_trip_ms / 2;
	return quality_mos(delay_ms, sum->audio_loss_ratio);
}

static float
or_nan(double value)
{
	return value < 0 ? NAN : (float)value;
}

static void
line_take(const struct lines *lines, struct line *line, const struct gathering *sum, uint32_t at)
{
	line->figures = sum->figures;
	line->kbit_s = sum->kbit_s;
	line->longest_gap_ms = sum->longest_gap_ms;
	line->mos = mos_of(sum, sum->figures.round_trip_ms);
	line->seen = quality_judge(&lines->limits, &line->figures);
	quality_steady(&line->light, line->seen);
	line->samples[at % LINES_SAMPLES] = (struct line_sample){
		.loss_ratio = or_nan(sum->figures.loss_ratio),
		.jitter_ms = or_nan(sum->figures.jitter_ms),
		.kbit_s = (float)sum->kbit_s,
	};
}

bool
line_is_recovering(const struct line *line)
{
	return line->light.shown.light >= LIGHT_AMBER && line->seen.light < LIGHT_AMBER;
}

static double
seconds_since(int64_t at_ns, struct mono_time now)
{
	return now.ns > at_ns ? (double)(now.ns - at_ns) / (double)NS_IN_S : 0;
}

// Reports come by the uplink: while nothing comes by it, nothing is known of the downlink.
static void
down_judge_silence(const struct lines *lines, const struct school_lines *school,
	struct gathering *down, struct mono_time now)
{
	bool is_heard = is_recent(school->leg.last_heard_ns, lines->limits.silent_s, now);
	down->figures.is_judged =
		down->figures.present_flows > 0 || (down->figures.expected_flows > 0 && is_heard);
	if (down->figures.present_flows == 0 && down->figures.expected_flows > 0) {
		down->figures.silent_s = REPORT_LOOKS;
		if (down->last_packet_ns > 0)
			worst(&down->figures.silent_s, seconds_since(down->last_packet_ns, now));
	}
}

static void
look_at(const struct lines *lines, struct school_lines *school, const struct session *session,
	const struct stats *board, struct mono_time now)
{
	const struct scheduled_lesson *scheduled = session->scheduled;
	const struct join *join = session_join_find(session, school->endpoint);
	bool is_live = scheduled->state == LESSON_LIVE;
	struct gathering up = gather_up(lines, board, join, now);
	struct gathering down = gather_down(lines, board, join, now);

	memset(&school->leg, 0, sizeof school->leg);
	if (join)
		join_stats_leg(board, join, &school->leg);
	up.figures.is_judged = is_live && !(join && join->stream_count == 1);
	up.figures.round_trip_ms = school->leg.rtt_us ? school->leg.rtt_us / 1000.0 : UNKNOWN;
	bool was_heard = up.last_packet_ns > scheduled->live_at.ns;
	school->lines[LINE_UP].was_heard = was_heard;
	up.figures.silent_s =
		seconds_since(was_heard ? up.last_packet_ns : scheduled->live_at.ns, now);
	if (up.figures.present_flows > 0)
		up.figures.silent_s = 0;

	// The round trip is judged once, with the uplink.
	down_judge_silence(lines, school, &down, now);
	down.figures.is_judged &= is_live;
	school->lines[LINE_DOWN].was_heard = down.figures.present_flows > 0;
	line_take(lines, &school->lines[LINE_UP], &up, school->sample_count);
	line_take(lines, &school->lines[LINE_DOWN], &down, school->sample_count);
	school->sample_count++;
	school->is_met = true;
}

static void
forget_unmet(struct lines *lines)
{
	size_t kept = 0;
	for (size_t i = 0; i < lines->count; i++) {
		if (lines->all[i]->is_met)
			lines->all[kept++] = lines->all[i];
		else
			free(lines->all[i]);
	}
	lines->count = kept;
}

int
lines_look(struct lines *lines, const struct sessions *sessions, const struct stats *board,
	struct mono_time now)
{
	int result = 0;
	const struct session *session;
	for (size_t i = 0; i < lines->count; i++)
		lines->all[i]->is_met = false;
	TAILQ_FOREACH (session, sessions_list(sessions), link) {
		const struct lesson *lesson = &session->scheduled->lesson;
		for (size_t p = 0; p < lesson->part_count; p++) {
			const char *endpoint = lesson->parts[p].endpoint->id;
			struct school_lines *school =
				lines_get(lines, session_id(session), endpoint);
			if (school)
				look_at(lines, school, session, board, now);
			else
				result = -ENOMEM;
		}
	}
	forget_unmet(lines);
	return result;
}
