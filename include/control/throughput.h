/* SPDX-License-Identifier: BSD-3-Clause */
// throughput.h - what went through the relay, by the second for an hour and by the minute for whom
// keeps it: counters of worker, device and schools, made into what each stretch brought.
//
// Pure: no clock, no disk.
#ifndef CONTROL_THROUGHPUT_H
#define CONTROL_THROUGHPUT_H

#include <stddef.h>
#include <stdint.h>

#include "ledger/history.h"
#include "platform/port.h"
#include "platform/stats.h"

#define THROUGHPUT_SECONDS 3600
#define THROUGHPUT_SCHOOLS_MAX 4096

// A second. Figures are of that second alone, but for the gauges.
struct throughput_second {
	struct wall_time at; // its end
	uint32_t ms;         // how long it was
	struct history_figures figures;
};

struct throughput;

// Told of each minute that is over; what it points to is valid during the call.
typedef void (*throughput_minute_fn)(void *context, const struct history_minute *minute);

// Counters are 0 at `mono`. Returns NULL where memory is lacking.
struct throughput *throughput_create(
	throughput_minute_fn told, void *context, struct mono_time mono);
void throughput_destroy(struct throughput *throughput); // NULL is fine

// What a school's flows did since the last look: in, from the school to the relay; out, to it.
void throughput_school(struct throughput *throughput, const char *school, bool is_outbound,
	uint64_t packets, uint64_t bytes);

// The counters now, once a second, after the schools' figures. `device` NULL: it could not be
// asked.
void throughput_look(struct throughput *throughput, const struct worker_stats *worker,
	const struct port_stats *device, struct wall_time wall, struct mono_time mono);

// Gives the minute that has begun, for it shall not be lost.
void throughput_flush(struct throughput *throughput);

// The seconds that there are, the oldest first; index below the count. The school's alone where
// `school` is not NULL: 0 where it had none.
size_t throughput_count(const struct throughput *throughput);
const struct throughput_second *throughput_get(const struct throughput *throughput, size_t index);
struct history_school throughput_school_get(
	const struct throughput *throughput, size_t index, const char *school);

// Since the beginning.
const struct history_figures *throughput_totals(const struct throughput *throughput);

#endif
