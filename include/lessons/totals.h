/* SPDX-License-Identifier: BSD-3-Clause */
// totals.h - what all flows of a school, kind and direction amount to, those that have ended too.
#ifndef LESSONS_TOTALS_H
#define LESSONS_TOTALS_H

#include <stddef.h>
#include <stdint.h>

#include "platform/messages.h"
#include "timetable/timetable.h"

enum flow_direction {
	FLOW_IN,  // school to relay, measured by the relay
	FLOW_OUT, // relay to school, as the receiver reports
};

// Cumulative counters of one flow, or the sum of many. None of them ever falls.
struct flow_counters {
	uint64_t packets;
	uint64_t bytes;
	uint64_t frames;
	uint64_t lost;
	uint64_t duplicates;
	uint64_t reordered;
	uint64_t late;
	uint64_t auth_failures;
	uint64_t tx_drops;
};

struct totals_entry {
	char school[TIMETABLE_ID_BYTES_MAX]; // whose line it is: the sender's in, the receiver's
					     // out
	enum stream_kind kind;
	enum flow_direction direction;
	struct flow_counters counters;
	// Worst of the flows that are there now; written: metrics, anew for each scrape.
	uint32_t live_count;
	double loss_ratio;
	double jitter_s;
};

struct totals {
	struct totals_entry *entries;
	size_t count;
	size_t capacity;
};

void totals_init(struct totals *totals);
void totals_fini(struct totals *totals);

// Makes *to a copy of *from. Returns 0 or -ENOMEM.
int totals_copy(struct totals *to, const struct totals *from);

// The entry of these three, made where there is none yet. NULL where memory is lacking.
struct totals_entry *totals_get(struct totals *totals, const char *school, enum stream_kind kind,
	enum flow_direction direction);

void flow_counters_add(struct flow_counters *to, const struct flow_counters *from);

const char *flow_direction_name(enum flow_direction direction); // "in", "out"

#endif
