/* SPDX-License-Identifier: BSD-3-Clause */
// metrics.c - what /metrics says, in Prometheus' text format 0.0.4.
#include "control/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "control/metrics_write.h"
#include "lessons/join_stats.h"

static void
write_relay(FILE *out, const struct metrics_input *input)
{
	metrics_family(out, "relay_build_info", "gauge", "What runs; always 1.");
	fputs("relay_build_info{", out);
	metrics_label(out, "version", input->version, "");
	metrics_label(out, "engine", input->engine, ",");
	fputs("} 1\n", out);
	metrics_gauge(out, "relay_start_time_seconds", (double)input->started_at.ms / MS_IN_S,
		"When this instance started, since 1970.");
	metrics_gauge(out, "relay_ready", input->is_ready, "1 once media and control port are up.");
	metrics_gauge(out, "relay_endpoints_known", (double)input->endpoints_known,
		"Endpoints of the timetable.");
	metrics_gauge(out, "relay_endpoints_connected", (double)input->endpoints_connected,
		"Endpoints whose event stream is open.");
	metrics_gauge(out, "relay_flow_memory_bytes", (double)input->flow_memory.flow,
		"Memory of the packet path for each flow of a classroom with 4 each way.");
	metrics_gauge(out, "relay_clock_synchronised", input->is_clock_synchronised,
		"1 while something keeps the machine's clock; at 0 every bell may ring wrong.");
	metrics_gauge(out, "relay_unmapped_dates", (double)input->unmapped_days,
		"Make-up days of the next two weeks of which nobody said whose lessons they run.");
	if (input->state_size_bytes > 0) {
		metrics_gauge(out, "relay_state_free_bytes", (double)input->state_free_bytes,
			"Free where the relay keeps its state and ledger.");
		metrics_gauge(out, "relay_state_size_bytes", (double)input->state_size_bytes,
			"Size of that file system.");
	}
	metrics_counter(out, "relay_reloads_total", input->reloads, "Timetables taken over.");
	metrics_counter(out, "relay_reload_failures_total", input->reload_failures,
		"Timetables refused: the old one stayed.");
	metrics_counter(out, "relay_scheduler_full_total",
		input->scheduler ? scheduler_stats(input->scheduler)->running_full : 0,
		"Times that a lesson could not be opened: too many at once.");
	metrics_counter(out, "relay_http_requests_total", input->http.requests,
		"Requests at the control port.");
	metrics_counter(out, "relay_http_unauthorized_total", input->http.unauthorized,
		"Requests without a known token.");
	metrics_counter(out, "relay_http_forbidden_total", input->http.forbidden,
		"Requests whose token has another role.");
	metrics_counter(out, "relay_http_limited_total", input->http.limited,
		"Requests answered 429: too many wrong tokens came from their address.");
	metrics_counter(out, "relay_http_malformed_total", input->http.malformed,
		"Requests that were none of HTTP's, or too long.");
	metrics_counter(out, "relay_http_deadlines_total", input->http.deadlines,
		"Connections that were too slow to ask.");
	metrics_counter(out, "relay_http_full_total", input->http.connections_limit_reached,
		"Times that no further connection was accepted.");
	metrics_counter(out, "relay_http_crowded_total", input->http.connections_crowded,
		"Connections closed because their address had too many.");
	metrics_gauge(out, "relay_http_connections", (double)input->http.connections_open,
		"Connections at the control port.");
	metrics_counter(out, "relay_http_streams_cut_total", input->http.streams_cut,
		"Event streams ended: their peers did not read.");
}

static void
write_sessions(FILE *out, const struct metrics_input *input)
{
	size_t counts[LESSON_ENDED + 1] = {0};
	const struct session *session;
	TAILQ_FOREACH (session, sessions_list(input->sessions), link)
		counts[session->scheduled->state]++;
	metrics_family(out, "relay_sessions", "gauge", "Sessions by state.");
	for (enum lesson_state state = LESSON_OPEN; state <= LESSON_GRACE; state++)
		fprintf(out, "relay_sessions{state=\"%s\"} %zu\n", lesson_state_name(state),
			counts[state]);

	struct sessions_counters counters = sessions_counters(input->sessions);
	metrics_counter(out, "relay_joins_total", counters.joins_made, "Joins given to endpoints.");
	metrics_counter(out, "relay_join_failures_total", counters.joins_failed,
		"Joins that could not be made: no slot left, or refused by their worker.");
	metrics_counter(out, "relay_rejoins_total", counters.rejoins,
		"Joins that endpoints gave up, for want of a path.");
	metrics_gauge(out, "relay_messages_pending", sessions_pending_count(input->sessions),
		"Messages to the workers that are not yet acknowledged.");
	metrics_counter(out, "relay_messages_refused_total",
		joins_refused_count(sessions_joins(input->sessions)),
		"Messages that a worker refused.");
}

// What a flow that is there now adds to its school's totals.
static void
live_add(struct totals *totals, const char *school, enum stream_kind kind,
	enum flow_direction direction, const struct flow_counters *counters)
{
	struct totals_entry *entry = totals_get(totals, school, kind, direction);
	if (entry)
		flow_counters_add(&entry->counters, counters);
}

static void
live_worst(struct totals *totals, const char *school, enum stream_kind kind,
	enum flow_direction direction, double loss_ratio, uint32_t jitter_us)
{
	struct totals_entry *entry = totals_get(totals, school, kind, direction);
	if (!entry)
		return;
	double jitter_s = jitter_us / 1e6;
	entry->live_count++;
	if (loss_ratio > entry->loss_ratio)
		entry->loss_ratio = loss_ratio;
	if (jitter_s > entry->jitter_s)
		entry->jitter_s = jitter_s;
}

static void
join_gather(struct totals *totals, const struct stats *board, struct join *join)
{
	struct flow_counters counters;
	for (size_t i = 1; i < join->stream_count; i++) {
		struct join_stream *stream = &join->streams[i];
		if (!stream->context) // taken back: in the totals already
			continue;
		join_stats_count_inflow(board, stream, &counters);
		live_add(totals, join->school, stream->kind, FLOW_IN, &counters);
		struct inflow_stats now;
		join_stats_inflow(board, stream, &now);
		if (!join->is_leaving)
			live_worst(totals, join->school, stream->kind, FLOW_IN,
				rates_loss_ratio(&stream->rates), now.jitter_us);
	}
	struct join_outflow *outflow;
	TAILQ_FOREACH (outflow, &join->receives, join_link) {
		enum stream_kind kind = outflow->stream->kind;
		join_stats_count_outflow(board, outflow, &counters);
		live_add(totals, join->school, kind, FLOW_OUT, &counters);
		struct outflow_stats now;
		join_stats_outflow(board, outflow, &now);
		if (!join->is_leaving && !outflow->stream->join->is_leaving)
			live_worst(totals, join->school, kind, FLOW_OUT,
				rates_loss_ratio(&outflow->rates), now.reported_jitter_us);
	}
}

static int
totals_gather(const struct metrics_input *input, struct totals *totals)
{
	struct joins *joins = sessions_joins(input->sessions);
	if (totals_copy(totals, joins_totals(joins)))
		return -1;
	struct join *join;
	const struct session *session;
	TAILQ_FOREACH (session, sessions_list(input->sessions), link)
		TAILQ_FOREACH (join, &session->joins, link)
			join_gather(totals, input->board, join);
	TAILQ_FOREACH (join, joins_leaving(joins), link)
		join_gather(totals, input->board, join);
	return 0;
}

static void
flow_labels(FILE *out, const char *name, const struct totals_entry *entry)
{
	fprintf(out, "%s{", name);
	metrics_label(out, "school", entry->school, "");
	fprintf(out, ",kind=\"%s\",direction=\"%s\"} ", stream_kind_name(entry->kind),
		flow_direction_name(entry->direction));
}

// One counter of all flows. `directions` has bit 1 << FLOW_IN or FLOW_OUT where it is known of
// that.
struct flow_metric {
	const char *name;
	const char *help;
	size_t offset; // in struct flow_counters
	unsigned directions;
};

#define IN (1U << FLOW_IN)
#define OUT (1U << FLOW_OUT)
#define FIELD(field) offsetof(struct flow_counters, field)

static const struct flow_metric FLOW_METRICS[] = {
	{"relay_flow_packets_total", "RTP packets: unique ones in, transmitted ones out.",
		FIELD(packets), IN | OUT},
	{"relay_flow_bytes_total", "Their IP bytes.", FIELD(bytes), IN | OUT},
	{"relay_flow_frames_total", "Packets with the RTP marker bit.", FIELD(frames), IN},
	{"relay_flow_lost_packets_total",
		"Packets missing: on the way in by the relay's count, out as receivers report.",
		FIELD(lost), IN | OUT},
	{"relay_flow_duplicate_packets_total", "Packets that came again.", FIELD(duplicates), IN},
	{"relay_flow_reordered_packets_total", "Packets that came behind a later one.",
		FIELD(reordered), IN},
	{"relay_flow_late_packets_total", "Packets behind the replay window.", FIELD(late), IN},
	{"relay_flow_authentication_failures_total", "Packets with a wrong tag.",
		FIELD(auth_failures), IN},
	{"relay_flow_transmit_drops_total", "Copies made but not transmitted.", FIELD(tx_drops),
		OUT},
};

static void
write_flow_metric(FILE *out, const struct totals *totals, const struct flow_metric *metric)
{
	metrics_family(out, metric->name, "counter", metric->help);
	for (size_t i = 0; i < totals->count; i++) {
		const struct totals_entry *entry = &totals->entries[i];
		if (!(metric->directions & 1U << entry->direction))
			continue;
		const char *counters = (const char *)&entry->counters;
		flow_labels(out, metric->name, entry);
		fprintf(out, "%" PRIu64 "\n", *(const uint64_t *)(counters + metric->offset));
	}
}

static void
write_flows(FILE *out, const struct totals *totals)
{
	for (size_t i = 0; i < sizeof FLOW_METRICS / sizeof *FLOW_METRICS; i++)
		write_flow_metric(out, totals, &FLOW_METRICS[i]);

	metrics_family(out, "relay_flows", "gauge", "Flows that are there now.");
	for (size_t i = 0; i < totals->count; i++) {
		flow_labels(out, "relay_flows", &totals->entries[i]);
		fprintf(out, "%u\n", totals->entries[i].live_count);
	}
	metrics_family(out, "relay_flow_loss_ratio", "gauge",
		"Lost of expected in the last 10 s, 0 to 1; the worst of the flows that are "
		"there.");
	for (size_t i = 0; i < totals->count; i++) {
		if (totals->entries[i].live_count == 0)
			continue;
		flow_labels(out, "relay_flow_loss_ratio", &totals->entries[i]);
		fprintf(out, "%.9g\n", totals->entries[i].loss_ratio);
	}
	metrics_family(out, "relay_flow_jitter_seconds", "gauge",
		"Interarrival jitter (RFC 3550); the worst of the flows that are there.");
	for (size_t i = 0; i < totals->count; i++) {
		if (totals->entries[i].live_count == 0)
			continue;
		flow_labels(out, "relay_flow_jitter_seconds", &totals->entries[i]);
		fprintf(out, "%.9g\n", totals->entries[i].jitter_s);
	}
}

static void
write_ledger(FILE *out, const struct ledger_status *ledger)
{
	metrics_gauge(out, "relay_ledger_failing", ledger->is_failing,
		"1 while the ledger of lessons cannot be written and rows wait in memory.");
	metrics_gauge(out, "relay_ledger_busy_seconds", (double)ledger->busy_ms / MS_IN_S,
		"For how long the disk has not answered the ledger; 0: nothing is asked of it.");
	metrics_gauge(out, "relay_ledger_held_rows", (double)ledger->minutes_held,
		"Minute rows that are not on the disk yet.");
	metrics_gauge(out, "relay_ledger_held_entries", (double)ledger->entries_held,
		"Records of lessons that are not on the disk yet.");
	metrics_gauge(out, "relay_ledger_set_aside", *ledger->set_aside != 0,
		"1 where the database was damaged and a new one begun since the start.");
	metrics_counter(
		out, "relay_ledger_rows_total", ledger->minutes_written, "Minute rows written.");
	metrics_counter(out, "relay_ledger_entries_total", ledger->entries_written,
		"Records of lessons written.");
	metrics_counter(out, "relay_ledger_dropped_rows_total", ledger->minutes_dropped,
		"Minute rows lost since memory holds no more of them.");
	metrics_counter(out, "relay_ledger_refused_entries_total", ledger->entries_refused,
		"Records lost since memory holds no more of them.");
	metrics_counter(out, "relay_ledger_pruned_rows_total", ledger->minutes_pruned,
		"Minute rows removed by age.");
	metrics_counter(
		out, "relay_ledger_commits_total", ledger->commits, "Transactions on the disk.");
	metrics_counter(
		out, "relay_ledger_failures_total", ledger->failures, "Transactions that failed.");
	metrics_counter(out, "relay_ledger_gaps_total", ledger->gaps,
		"Stretches in which nothing could be written, each a row of the ledger.");
}

char *
metrics_text(const struct metrics_input *input)
{
	struct totals totals;
	if (totals_gather(input, &totals))
		return NULL;
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);
	if (!out) {
		totals_fini(&totals);
		return NULL;
	}
	write_relay(out, input);
	write_sessions(out, input);
	metrics_write_lines(out, input);
	metrics_write_workers(out, input);
	metrics_write_device(out, input->device);
	write_ledger(out, &input->ledger);
	write_flows(out, &totals);
	totals_fini(&totals);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
