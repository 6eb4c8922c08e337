/* SPDX-License-Identifier: BSD-3-Clause */
// recorder_rows.c - the rows of minutes that were given, kept until they are on the disk.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/recorder_internal.h"

static struct ledger_minute
row_make(const struct recorder_row *row)
{
	const struct recording_flow *flow = &row->flow;
	return (struct ledger_minute){
		.lesson = row->lesson,
		.school = flow->school,
		.endpoint = flow->endpoint,
		.to_school = flow->to_school,
		.kind = flow->kind,
		.is_outbound = flow->is_outbound,
		.minute = row->minute,
		.packets = flow->packets,
		.bytes = flow->bytes,
		.expected = flow->expected,
		.lost = flow->lost > 0 ? (uint64_t)flow->lost : 0,
		.jitter_us = flow->jitter_us,
		.longest_gap_us = flow->longest_gap_us,
		.rtt_us = flow->rtt_us,
		.media_s = recording_media_s(flow),
	};
}

static void
first_forget(struct recorder *recorder)
{
	struct recorder_row *row = STAILQ_FIRST(&recorder->unwritten);
	STAILQ_REMOVE_HEAD(&recorder->unwritten, link);
	recorder->unwritten_count--;
	free(row);
}

struct recorder_row *
recorder_row_keep(struct recorder *recorder, const char *lesson, struct wall_time minute,
	const struct recording_flow *flow)
{
	struct recorder_row *row = calloc(1, sizeof *row);
	if (!row)
		return NULL;
	snprintf(row->lesson, sizeof row->lesson, "%s", lesson);
	row->minute = minute;
	row->flow = *flow;
	STAILQ_INSERT_TAIL(&recorder->unwritten, row, link);
	if (++recorder->unwritten_count > RECORDER_UNWRITTEN_MAX)
		first_forget(recorder);
	return row;
}

void
recorder_row_give(struct recorder *recorder, const char *lesson, struct wall_time minute,
	const struct recording_flow *flow)
{
	struct recorder_row *row = recorder_row_keep(recorder, lesson, minute, flow);
	if (!row) {
		recorder->overflows++;
		return;
	}
	row->is_given = true;
	const struct ledger_minute given = row_make(row);
	recorder->edges.minute(recorder->edges.context, &given);
}

void
recorder_rows_clear(struct recorder *recorder)
{
	while (!STAILQ_EMPTY(&recorder->unwritten))
		first_forget(recorder);
}

static bool
is_same(const struct recorder_row *row, const struct ledger_minute *known)
{
	const struct recording_flow *flow = &row->flow;
	return row->minute.ms == known->minute.ms && flow->kind == known->kind &&
	       flow->is_outbound == known->is_outbound && !strcmp(row->lesson, known->lesson) &&
	       !strcmp(flow->endpoint, known->endpoint) &&
	       !strcmp(flow->to_school, known->to_school);
}

void
recorder_known_minute(struct recorder *recorder, const struct ledger_minute *known)
{
	struct recorder_row *row = NULL;
	STAILQ_FOREACH (row, &recorder->unwritten, link) {
		if (!is_same(row, known))
			continue;
		STAILQ_REMOVE(&recorder->unwritten, row, recorder_row, link);
		recorder->unwritten_count--;
		free(row);
		return;
	}
}

void
recorder_resume(struct recorder *recorder)
{
	struct recorder_row *row = NULL;
	STAILQ_FOREACH (row, &recorder->unwritten, link) {
		const struct ledger_minute given = row_make(row);
		if (row->is_given)
			continue;
		row->is_given = true;
		recorder->edges.minute(recorder->edges.context, &given);
	}
}
