/* SPDX-License-Identifier: BSD-3-Clause */
// throughput.c - what went through the relay, second by second, and the minutes that they make.
#include "control/throughput.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_MS (60 * MS_IN_S)

// A school's seconds, in a ring of its own that is filled when the school's first packet comes.
struct school_ring {
	char school[TIMETABLE_ID_BYTES_MAX];
	struct history_school now;    // since the last look
	struct history_school minute; // in the one that is open
	uint32_t packets_in[THROUGHPUT_SECONDS];
	uint32_t bytes_in[THROUGHPUT_SECONDS];
	uint32_t packets_out[THROUGHPUT_SECONDS];
	uint32_t bytes_out[THROUGHPUT_SECONDS];
};

struct throughput {
	throughput_minute_fn told;
	void *context;
	struct history_figures before; // the counters as last looked at
	struct mono_time looked_at;
	struct throughput_second seconds[THROUGHPUT_SECONDS]; // a ring
	uint64_t count;                                       // ever
	struct history_figures totals;
	struct history_minute minute; // the open one; its `ms` 0: none is
	struct school_ring **schools;
	size_t school_count;
	size_t school_capacity;
	struct history_school_row *rows; // of a minute that is told; as many as schools
};

struct throughput *
throughput_create(throughput_minute_fn told, void *context, struct mono_time mono)
{
	struct throughput *throughput = calloc(1, sizeof *throughput);
	if (!throughput)
		return NULL;
	throughput->told = told;
	throughput->context = context;
	throughput->looked_at = mono;
	return throughput;
}

void
throughput_destroy(struct throughput *throughput)
{
	if (!throughput)
		return;
	for (size_t i = 0; i < throughput->school_count; i++)
		free(throughput->schools[i]);
	free(throughput->schools);
	free(throughput->rows);
	free(throughput);
}

static struct school_ring *
school_find(const struct throughput *throughput, const char *school)
{
	for (size_t i = 0; i < throughput->school_count; i++)
		if (!strcmp(throughput->schools[i]->school, school))
			return throughput->schools[i];
	return NULL;
}

static bool
schools_grow(struct throughput *throughput)
{
	size_t capacity = throughput->school_capacity ? 2 * throughput->school_capacity : 32;
	struct school_ring **schools = realloc(throughput->schools, capacity * sizeof *schools);
	if (schools)
		throughput->schools = schools;
	struct history_school_row *rows = realloc(throughput->rows, capacity * sizeof *rows);
	if (rows)
		throughput->rows = rows;
	if (schools && rows)
		throughput->school_capacity = capacity;
	return schools && rows;
}

// NULL where memory or room is lacking.
static struct school_ring *
school_get(struct throughput *throughput, const char *school)
{
	struct school_ring *ring = school_find(throughput, school);
	if (ring)
		return ring;
	if (throughput->school_count == THROUGHPUT_SCHOOLS_MAX ||
		(throughput->school_count == throughput->school_capacity &&
			!schools_grow(throughput)))
		return NULL;
	ring = calloc(1, sizeof *ring);
	if (!ring)
		return NULL;
	snprintf(ring->school, sizeof ring->school, "%s", school);
	throughput->schools[throughput->school_count++] = ring;
	return ring;
}

void
throughput_school(struct throughput *throughput, const char *school, bool is_outbound,
	uint64_t packets, uint64_t bytes)
{
	struct school_ring *ring = packets > 0 ? school_get(throughput, school) : NULL;
	if (!ring)
		return;
	if (is_outbound) {
		ring->now.packets_out += packets;
		ring->now.bytes_out += bytes;
	} else {
		ring->now.packets_in += packets;
		ring->now.bytes_in += bytes;
	}
}

static void
raise_to(uint64_t *mark, uint64_t value)
{
	if (value > *mark)
		*mark = value;
}

// A device that began anew counts from 0: then all that it says is new.
static uint64_t
since(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : now;
}

static struct history_figures
figures_since(const struct history_figures *now, const struct history_figures *before)
{
	struct history_figures figures = *now;
#define SINCE(name) figures.name = since(now->name, before->name);
	HISTORY_SUMS(SINCE)
#undef SINCE
	for (int reason = 0; reason < DROP_REASON_COUNT; reason++)
		figures.drops[reason] = since(now->drops[reason], before->drops[reason]);
	return figures;
}

// What a device that cannot be asked counts is as it was.
static struct history_figures
counters_of(const struct worker_stats *worker, const struct port_stats *device,
	const struct history_figures *before)
{
	struct history_figures figures = *before;
	figures.frames_in = worker->frames_in;
	figures.ip_bytes_in = worker->bytes_in;
	figures.frames_out = worker->transmitted;
	figures.ip_bytes_out = worker->bytes_out;
	figures.busy_ns = worker->busy_ns > 0 ? (uint64_t)worker->busy_ns : 0;
	memcpy(figures.drops, worker->drops, sizeof figures.drops);
	if (!device)
		return figures;
	figures.device_packets_in = device->packets_in;
	figures.device_bytes_in = device->bytes_in;
	figures.device_packets_out = device->packets_out;
	figures.device_bytes_out = device->bytes_out;
	figures.device_missed = device->missed;
	figures.device_errors = device->errors;
	figures.device_no_buffers = device->no_buffers;
	figures.buffers = device->buffers;
	figures.buffers_used = device->buffers_used;
	figures.link_mbit_s = device->link_mbit_s;
	return figures;
}

void
throughput_flush(struct throughput *throughput)
{
	struct history_minute *minute = &throughput->minute;
	size_t count = 0;
	if (minute->ms == 0)
		return;
	for (size_t i = 0; i < throughput->school_count; i++) {
		struct school_ring *ring = throughput->schools[i];
		if (ring->minute.packets_in > 0 || ring->minute.packets_out > 0) {
			struct history_school_row *row = &throughput->rows[count++];
			*row = (struct history_school_row){.figures = ring->minute};
			snprintf(row->school, sizeof row->school, "%s", ring->school);
		}
		ring->minute = (struct history_school){0};
	}
	minute->schools = throughput->rows;
	minute->school_count = count;
	throughput->told(throughput->context, minute);
	*minute = (struct history_minute){0};
}

static uint64_t
a_second(uint64_t value, uint32_t ms)
{
	return value * MS_IN_S / ms;
}

// A second belongs to the minute in which its middle lies.
static void
minute_add(struct throughput *throughput, const struct throughput_second *second)
{
	struct history_minute *minute = &throughput->minute;
	const struct history_figures *figures = &second->figures;
	int64_t at_ms = second->at.ms - second->ms / 2;
	int64_t begin_ms = at_ms / MINUTE_MS * MINUTE_MS;
	if (minute->minute.ms != begin_ms)
		throughput_flush(throughput);
	minute->minute.ms = begin_ms;
	minute->ms += second->ms;
	history_figures_add(&minute->figures, figures);
	raise_to(&minute->peaks.peak_ip_bytes_in_s, a_second(figures->ip_bytes_in, second->ms));
	raise_to(&minute->peaks.peak_ip_bytes_out_s, a_second(figures->ip_bytes_out, second->ms));
	raise_to(&minute->peaks.peak_frames_in_s, a_second(figures->frames_in, second->ms));
	raise_to(&minute->peaks.peak_busy_permille,
		a_second(figures->busy_ns, second->ms) / (NS_IN_S / 1000));
	for (size_t i = 0; i < throughput->school_count; i++)
		history_school_add(&throughput->schools[i]->minute, &throughput->schools[i]->now);
}

static void
schools_take(struct throughput *throughput, size_t slot)
{
	for (size_t i = 0; i < throughput->school_count; i++) {
		struct school_ring *ring = throughput->schools[i];
		ring->packets_in[slot] = (uint32_t)ring->now.packets_in;
		ring->bytes_in[slot] = (uint32_t)ring->now.bytes_in;
		ring->packets_out[slot] = (uint32_t)ring->now.packets_out;
		ring->bytes_out[slot] = (uint32_t)ring->now.bytes_out;
		ring->now = (struct history_school){0};
	}
}

void
throughput_look(struct throughput *throughput, const struct worker_stats *worker,
	const struct port_stats *device, struct wall_time wall, struct mono_time mono)
{
	struct history_figures now = counters_of(worker, device, &throughput->before);
	int64_t ms = mono_since_ns(mono, throughput->looked_at) / NS_IN_MS;
	if (ms <= 0)
		return;
	size_t slot = throughput->count % THROUGHPUT_SECONDS;
	struct throughput_second *second = &throughput->seconds[slot];
	*second = (struct throughput_second){
		.at = wall,
		.ms = ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms,
		.figures = figures_since(&now, &throughput->before),
	};
	throughput->before = now;
	throughput->looked_at = mono;
	history_figures_add(&throughput->totals, &second->figures);
	minute_add(throughput, second);
	schools_take(throughput, slot);
	throughput->count++;
}

size_t
throughput_count(const struct throughput *throughput)
{
	return throughput->count < THROUGHPUT_SECONDS ? (size_t)throughput->count
						      : THROUGHPUT_SECONDS;
}

static size_t
slot_of(const struct throughput *throughput, size_t index)
{
	uint64_t first =
		throughput->count < THROUGHPUT_SECONDS ? 0 : throughput->count - THROUGHPUT_SECONDS;
	return (size_t)((first + index) % THROUGHPUT_SECONDS);
}

const struct throughput_second *
throughput_get(const struct throughput *throughput, size_t index)
{
	return &throughput->seconds[slot_of(throughput, index)];
}

struct history_school
throughput_school_get(const struct throughput *throughput, size_t index, const char *school)
{
	const struct school_ring *ring = school_find(throughput, school);
	size_t slot = slot_of(throughput, index);
	if (!ring)
		return (struct history_school){0};
	return (struct history_school){ring->packets_in[slot], ring->bytes_in[slot],
		ring->packets_out[slot], ring->bytes_out[slot]};
}

const struct history_figures *
throughput_totals(const struct throughput *throughput)
{
	return &throughput->totals;
}
