/* SPDX-License-Identifier: BSD-3-Clause */
// flow_look.c - what each flow did since it was last looked at, and in which lesson.
#include "lessons/flow_look.h"

#include "lessons/join_stats.h"

static uint32_t
rtt_of(const struct stats *board, const struct join *join)
{
	struct leg_stats leg;
	join_stats_leg(board, join, &leg);
	return leg.rtt_us;
}

void
flow_look_in(const struct stats *board, struct join_stream *stream, flow_looked told, void *context)
{
	const struct join *join = stream->join;
	struct flow_told *before = &stream->told;
	struct inflow_stats now;
	if (stream->kind == STREAM_REPORT || !stream->is_added)
		return;
	join_stats_inflow(board, stream, &now);
	const struct flow_look look = {
		.lesson = join->lesson,
		.school = join->school,
		.endpoint = join->endpoint,
		.to_school = "",
		.kind = stream->kind,
		.packets = now.packets - before->packets,
		.bytes = now.bytes - before->bytes,
		.expected = now.expected - before->expected,
		.lost = (int64_t)now.lost - before->lost,
		.jitter_us = now.packets > before->packets ? now.jitter_us : 0,
		.longest_gap_us = now.longest_gap_us,
		.rtt_us = rtt_of(board, join),
		.last_packet_ns = now.last_packet_ns,
	};
	*before = (struct flow_told){
		.packets = now.packets,
		.bytes = now.bytes,
		.expected = now.expected,
		.lost = (int64_t)now.lost,
	};
	told(context, &look);
}

// What the receiver expected between its last report and this one.
static uint64_t
expected_since(const struct flow_told *before, const struct outflow_stats *now)
{
	if (now->report_count == before->report_count)
		return 0;
	if (before->report_count == 0)
		return now->packets;
	int32_t expected = (int32_t)(now->reported_highest_seq - before->reported_highest_seq);
	return expected > 0 ? (uint64_t)expected : 0;
}

void
flow_look_out(
	const struct stats *board, struct join_outflow *outflow, flow_looked told, void *context)
{
	struct join *from = outflow->stream->join;
	struct flow_told *before = &outflow->told;
	struct outflow_stats now;
	if (!outflow->is_added)
		return;
	join_stats_outflow(board, outflow, &now);
	bool is_reported = now.report_count != before->report_count;
	const struct flow_look look = {
		.lesson = outflow->to->lesson,
		.school = from->school,
		.endpoint = from->endpoint,
		.to_school = outflow->to->school,
		.kind = outflow->stream->kind,
		.is_outbound = true,
		.packets = now.packets - before->packets,
		.bytes = now.bytes - before->bytes,
		.expected = expected_since(before, &now),
		.lost = is_reported ? now.reported_lost - before->lost : 0,
		.jitter_us = is_reported ? now.reported_jitter_us : 0,
		.rtt_us = rtt_of(board, outflow->to),
	};
	*before = (struct flow_told){
		.packets = now.packets,
		.bytes = now.bytes,
		.lost = is_reported ? now.reported_lost : before->lost,
		.report_count = now.report_count,
		.reported_highest_seq = now.reported_highest_seq,
	};
	told(context, &look);
}

void
flow_look_join(const struct stats *board, struct join *join, flow_looked told, void *context)
{
	struct join_outflow *outflow;
	for (size_t i = 0; i < join->stream_count; i++)
		flow_look_in(board, &join->streams[i], told, context);
	TAILQ_FOREACH (outflow, &join->receives, join_link)
		flow_look_out(board, outflow, told, context);
}
