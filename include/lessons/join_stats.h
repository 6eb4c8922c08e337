/* SPDX-License-Identifier: BSD-3-Clause */
// join_stats.h - a join's figures, read from its worker's board.
#ifndef LESSONS_JOIN_STATS_H
#define LESSONS_JOIN_STATS_H

#include "lessons/joins.h"

// All 0 where the worker has not acknowledged it yet: the board may still show a slot's last user.
void join_stats_leg(const struct stats *board, const struct join *join, struct leg_stats *out);
void join_stats_inflow(
	const struct stats *board, const struct join_stream *stream, struct inflow_stats *out);
void join_stats_outflow(
	const struct stats *board, const struct join_outflow *outflow, struct outflow_stats *out);

// The same as counters that never fall. Moves the flow's high-water mark.
void join_stats_count_inflow(
	const struct stats *board, struct join_stream *stream, struct flow_counters *out);
void join_stats_count_outflow(
	const struct stats *board, struct join_outflow *outflow, struct flow_counters *out);

// All of the join's flows go on in another lesson.
void join_stats_begin(struct join *join);

// Looks at the counters for the rates; once a second.
void join_stats_sample_inflow(
	const struct stats *board, struct join_stream *stream, struct mono_time now);
void join_stats_sample_outflow(
	const struct stats *board, struct join_outflow *outflow, struct mono_time now);

#endif
