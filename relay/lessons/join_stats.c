/* SPDX-License-Identifier: BSD-3-Clause */
// join_stats.c - a join's figures, read from its worker's board.
#include "lessons/join_stats.h"

#include <string.h>

void
join_stats_leg(const struct stats *board, const struct join *join, struct leg_stats *out)
{
	if (join->is_added)
		stats_read_leg(board, join->leg.leg, out);
	else
		memset(out, 0, sizeof *out);
}

void
join_stats_inflow(
	const struct stats *board, const struct join_stream *stream, struct inflow_stats *out)
{
	if (stream->is_added)
		stats_read_inflow(board, stream->slot, out);
	else
		memset(out, 0, sizeof *out);
}

void
join_stats_outflow(
	const struct stats *board, const struct join_outflow *outflow, struct outflow_stats *out)
{
	if (outflow->is_added)
		stats_read_outflow(board, outflow->slot, out);
	else
		memset(out, 0, sizeof *out);
}

static uint64_t
highest(uint64_t *mark, uint64_t value)
{
	if (value > *mark)
		*mark = value;
	return *mark;
}

void
join_stats_count_inflow(
	const struct stats *board, struct join_stream *stream, struct flow_counters *out)
{
	struct inflow_stats now;
	join_stats_inflow(board, stream, &now);
	*out = (struct flow_counters){
		.packets = now.packets,
		.bytes = now.bytes,
		.frames = now.frames,
		.lost = highest(&stream->lost_most, now.lost),
		.duplicates = now.duplicates,
		.reordered = now.reordered,
		.late = now.late,
		.auth_failures = now.auth_failures,
	};
}

void
join_stats_count_outflow(
	const struct stats *board, struct join_outflow *outflow, struct flow_counters *out)
{
	struct outflow_stats now;
	join_stats_outflow(board, outflow, &now);
	uint64_t lost = now.reported_lost > 0 ? (uint64_t)now.reported_lost : 0;
	*out = (struct flow_counters){
		.packets = now.packets,
		.bytes = now.bytes,
		.lost = highest(&outflow->lost_most, lost),
		.tx_drops = now.drops,
	};
}

void
join_stats_sample_inflow(
	const struct stats *board, struct join_stream *stream, struct mono_time now)
{
	struct inflow_stats figures;
	join_stats_inflow(board, stream, &figures);
	struct rates_sample sample = {
		.at = now,
		.packets = figures.packets,
		.bytes = figures.bytes,
		.has_loss = true,
		.expected = (uint32_t)figures.expected,
		.lost = (int64_t)figures.lost,
		.duplicates = (uint32_t)figures.duplicates,
		.reordered = (uint32_t)figures.reordered,
		.late = (uint32_t)figures.late,
		.jitter_us = figures.jitter_us,
		.longest_gap_us = figures.recent_gap_us,
	};
	rates_add(&stream->rates, &sample);
	highest(&stream->lost_most, figures.lost);
}

void
join_stats_sample_outflow(
	const struct stats *board, struct join_outflow *outflow, struct mono_time now)
{
	struct outflow_stats figures;
	join_stats_outflow(board, outflow, &figures);
	struct rates_sample sample = {
		.at = now,
		.packets = figures.packets,
		.bytes = figures.bytes,
		.has_loss = figures.report_count > 0,
		.expected = figures.reported_highest_seq,
		.lost = figures.reported_lost,
		.sent = figures.reported_sent,
		.jitter_us = figures.reported_jitter_us,
	};
	rates_add(&outflow->rates, &sample);
	if (figures.reported_lost > 0)
		highest(&outflow->lost_most, (uint64_t)figures.reported_lost);
}

void
join_stats_begin(struct join *join)
{
	struct join_outflow *outflow;
	for (size_t i = 0; i < join->stream_count; i++)
		rates_begin(&join->streams[i].rates);
	TAILQ_FOREACH (outflow, &join->receives, join_link)
		rates_begin(&outflow->rates);
}
