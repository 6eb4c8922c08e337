/* SPDX-License-Identifier: BSD-3-Clause */
// workers.h - what each worker of the data path did in the last second, and which stands still.
#ifndef CONTROL_WORKERS_H
#define CONTROL_WORKERS_H

#include <jansson.h>
#include <stdint.h>

#include "platform/messages.h"
#include "platform/stats.h"
#include "platform/units.h"

#define WORKERS_STALE_MS 1000 // a worker that is quiet for so long has stalled

// Zeroed at first.
struct workers {
	uint32_t count;
	// Each one's counters at the last two looks.
	struct mono_time at[2];
	struct worker_stats was[2][WORKERS_MAX];
	// Of each stretch between two looks, the time of the worker that was busiest in it: whose
	// share of the time says how far from full the relay is.
	int64_t busiest_ns;
};

// Once a second.
void workers_look(struct workers *workers, const struct stats *board, struct mono_time now);

// The worker's share of busy time between the last two looks, 0 to 1.
double workers_busy_share(const struct workers *workers, uint32_t worker);

// What went in and out of all of them in that time: {packets_in_s, packets_out_s, bit_in_s,
// bit_out_s, drops_s}.
json_t *workers_traffic_view(const struct workers *workers);

// Since the worker's last sign of life.
int64_t workers_heartbeat_age_ms(const struct stats *board, uint32_t worker, struct mono_time now);

// The worker that has been quiet for the longest, too long, in *worker_out.
bool workers_have_stalled(const struct stats *board, struct mono_time now, uint32_t *worker_out);

#endif
