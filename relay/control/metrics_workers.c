/* SPDX-License-Identifier: BSD-3-Clause */
// metrics_workers.c - what /metrics says of each worker of the data path.
#include <inttypes.h>
#include <stddef.h>

#include "control/metrics.h"
#include "control/metrics_write.h"

static void
write_slots(FILE *out, const struct joins *joins)
{
	uint32_t count = joins_free_get(joins).worker_count;
	metrics_family(out, "relay_slots_free", "gauge", "What is left of each worker's tables.");
	for (uint32_t i = 0; i < count; i++) {
		struct stats_limits left = joins_free_of(joins, i);
		const char *name = "relay_slots_free";
		fprintf(out, "%s{worker=\"%u\",table=\"legs\"} %u\n", name, i, left.leg_count);
		fprintf(out, "%s{worker=\"%u\",table=\"streams\"} %u\n", name, i,
			left.stream_count);
		fprintf(out, "%s{worker=\"%u\",table=\"outflows\"} %u\n", name, i,
			left.outflow_count);
	}
}

static const struct worker_metric {
	const char *name;
	const char *help;
	size_t offset; // in struct worker_stats
} WORKER_METRICS[] = {
#define FIELD(field) offsetof(struct worker_stats, field)
	{"relay_worker_frames_received_total",
		"Frames from the device. These and those handed in are forwarded, consumed, handed "
		"out or dropped.",
		FIELD(frames_in)},
	{"relay_worker_frames_handed_in_total",
		"Frames from other workers, who had received them: over all workers as many as "
		"were "
		"handed out, but for those on their way.",
		FIELD(handed_in)},
	{"relay_worker_frames_handed_out_total",
		"Frames passed on to the worker that owns their session.", FIELD(handed_out)},
	{"relay_worker_frames_forwarded_total", "Frames of which copies were made.",
		FIELD(forwarded)},
	{"relay_worker_frames_consumed_total", "Frames for the relay itself.", FIELD(consumed)},
	{"relay_worker_copies_total", "Copies made for receivers.", FIELD(copies)},
	{"relay_worker_frames_originated_total",
		"Frames of the relay's own: ARP, echo replies, STUN, RTCP.", FIELD(originated)},
	{"relay_worker_frames_transmitted_total", "Frames handed to the device.",
		FIELD(transmitted)},
	{"relay_worker_received_bytes_total", "IP bytes of what was authenticated.",
		FIELD(bytes_in)},
	{"relay_worker_transmitted_bytes_total", "IP bytes of what was transmitted.",
		FIELD(bytes_out)},
#undef FIELD
};

static void
write_worker_metric(FILE *out, const struct worker_metric *metric,
	const struct worker_stats *workers, uint32_t count)
{
	metrics_family(out, metric->name, "counter", metric->help);
	for (uint32_t i = 0; i < count; i++) {
		const char *counters = (const char *)&workers[i];
		fprintf(out, "%s{worker=\"%u\"} %" PRIu64 "\n", metric->name, i,
			*(const uint64_t *)(counters + metric->offset));
	}
}

static void
write_drops(FILE *out, const struct worker_stats *workers, uint32_t count)
{
	metrics_family(out, "relay_worker_drops_total", "counter",
		"Frames dropped on the way in and out, by reason.");
	for (uint32_t i = 0; i < count; i++)
		for (int reason = DROP_NONE + 1; reason < DROP_REASON_COUNT; reason++)
			fprintf(out,
				"relay_worker_drops_total{worker=\"%u\",direction=\"%s\","
				"reason=\"%s\"} %" PRIu64 "\n",
				i, drop_reason_is_tx(reason) ? "out" : "in",
				drop_reason_name(reason), workers[i].drops[reason]);
}

void
metrics_write_workers(FILE *out, const struct metrics_input *input)
{
	struct worker_stats workers[WORKERS_MAX];
	uint32_t count = stats_limits_get(input->board)->worker_count;
	for (uint32_t i = 0; i < count; i++)
		stats_read_worker(input->board, i, &workers[i]);
	metrics_family(out, "relay_worker_heartbeat_age_seconds", "gauge",
		"Since the worker's last loop.");
	for (uint32_t i = 0; i < count; i++) {
		int64_t age_ns = input->now.ns - workers[i].heartbeat_ns;
		fprintf(out, "relay_worker_heartbeat_age_seconds{worker=\"%u\"} %.9g\n", i,
			(double)(age_ns > 0 ? age_ns : 0) / NS_IN_S);
	}
	metrics_family(
		out, "relay_worker_busy_seconds_total", "counter", "Time in loops that had work.");
	for (uint32_t i = 0; i < count; i++)
		fprintf(out, "relay_worker_busy_seconds_total{worker=\"%u\"} %.9g\n", i,
			(double)workers[i].busy_ns / NS_IN_S);
	for (size_t i = 0; i < sizeof WORKER_METRICS / sizeof *WORKER_METRICS; i++)
		write_worker_metric(out, &WORKER_METRICS[i], workers, count);
	write_drops(out, workers, count);
	write_slots(out, sessions_joins(input->sessions));
}
