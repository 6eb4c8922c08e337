/* SPDX-License-Identifier: BSD-3-Clause */
// workers.c - what each worker of the data path did in the last second, and which stands still.
#include "control/workers.h"

static int64_t
stretch_ns(const struct workers *workers)
{
	return mono_since_ns(workers->at[1], workers->at[0]);
}

static int64_t
busy_ns(const struct workers *workers, uint32_t worker)
{
	return workers->was[1][worker].busy_ns - workers->was[0][worker].busy_ns;
}

void
workers_look(struct workers *workers, const struct stats *board, struct mono_time now)
{
	int64_t busiest_ns = 0;
	workers->count = stats_limits_get(board)->worker_count;
	workers->at[0] = workers->at[1];
	workers->at[1] = now;
	for (uint32_t i = 0; i < workers->count; i++) {
		workers->was[0][i] = workers->was[1][i];
		stats_read_worker(board, i, &workers->was[1][i]);
		if (busy_ns(workers, i) > busiest_ns)
			busiest_ns = busy_ns(workers, i);
	}
	workers->busiest_ns += busiest_ns;
}

double
workers_busy_share(const struct workers *workers, uint32_t worker)
{
	int64_t ns = stretch_ns(workers), worked_ns = busy_ns(workers, worker);
	if (workers->at[0].ns == 0 || ns <= 0 || worked_ns <= 0)
		return 0;
	return worked_ns >= ns ? 1 : (double)worked_ns / (double)ns;
}

static uint64_t
dropped(const struct worker_stats *worker)
{
	uint64_t sum = 0;
	for (int reason = DROP_NONE + 1; reason < DROP_REASON_COUNT; reason++)
		sum += worker->drops[reason];
	return sum;
}

json_t *
workers_traffic_view(const struct workers *workers)
{
	int64_t ns = stretch_ns(workers);
	double per_s = workers->at[0].ns == 0 || ns <= 0 ? 0 : (double)NS_IN_S / (double)ns;
	uint64_t frames_in = 0, frames_out = 0, bytes_in = 0, bytes_out = 0, drops = 0;
	for (uint32_t i = 0; i < workers->count; i++) {
		const struct worker_stats *before = &workers->was[0][i], *now = &workers->was[1][i];
		frames_in += now->frames_in - before->frames_in;
		frames_out += now->transmitted - before->transmitted;
		bytes_in += now->bytes_in - before->bytes_in;
		bytes_out += now->bytes_out - before->bytes_out;
		drops += dropped(now) - dropped(before);
	}
	return json_pack("{s:f, s:f, s:f, s:f, s:f}", "packets_in_s", (double)frames_in * per_s,
		"packets_out_s", (double)frames_out * per_s, "bit_in_s",
		(double)bytes_in * 8 * per_s, "bit_out_s", (double)bytes_out * 8 * per_s, "drops_s",
		(double)drops * per_s);
}

int64_t
workers_heartbeat_age_ms(const struct stats *board, uint32_t worker, struct mono_time now)
{
	struct worker_stats figures;
	stats_read_worker(board, worker, &figures);
	int64_t age_ms = (now.ns - figures.heartbeat_ns) / NS_IN_MS;
	return age_ms > 0 ? age_ms : 0;
}

bool
workers_have_stalled(const struct stats *board, struct mono_time now, uint32_t *worker_out)
{
	int64_t oldest_ms = WORKERS_STALE_MS;
	for (uint32_t i = 0; i < stats_limits_get(board)->worker_count; i++) {
		int64_t age_ms = workers_heartbeat_age_ms(board, i, now);
		if (age_ms > oldest_ms) {
			oldest_ms = age_ms;
			*worker_out = i;
		}
	}
	return oldest_ms > WORKERS_STALE_MS;
}
