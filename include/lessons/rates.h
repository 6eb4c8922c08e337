/* SPDX-License-Identifier: BSD-3-Clause */
// rates.h - what a flow did in the last seconds and in the lesson, from counters that are looked at
// once a second.
#ifndef LESSONS_RATES_H
#define LESSONS_RATES_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/units.h"

#define RATES_BITS_WINDOW_S 2
#define RATES_LOSS_WINDOW_S 10
#define RATES_WINDOW_S_MAX 60
#define RATES_SAMPLES (RATES_WINDOW_S_MAX + 1)

// One look at a flow's cumulative counters. Of an outflow, packets and bytes are the relay's own,
// and the rest is what its receiver reports.
struct rates_sample {
	struct mono_time at;
	uint64_t packets;
	uint64_t bytes;
	bool has_loss;     // whether what follows is known: a receiver may not have reported yet
	uint32_t expected; // packets, modulo 2^32: a receiver reports its highest sequence number
	int64_t lost;      // may fall: a late packet was not lost after all
	uint32_t sent;     // outflow: what the relay had sent of `expected`, modulo 2^32
	uint32_t duplicates;
	uint32_t reordered;
	uint32_t late;
	uint32_t jitter_us;
	uint32_t longest_gap_us; // inflow: in the last second or two
};

struct rates {
	struct rates_sample samples[RATES_SAMPLES]; // a ring
	uint32_t count;
	uint32_t next;
	struct rates_sample base; // of the lesson
	bool has_base;            // whether base knows of loss
	uint32_t longest_gap_us;  // of the lesson
};

// What happened between two looks.
struct rates_window {
	double seconds;
	uint64_t packets;
	double kbit_s;
	bool has_loss;
	uint32_t expected;
	int64_t missing; // unique; below 0 where packets came that had been given up before
	double loss_ratio;
	uint32_t sent;
	uint32_t duplicates;
	uint32_t reordered;
	uint32_t late;
	double jitter_ms; // mean of the looks; of the lesson, of the last one
	double longest_gap_ms;
};

void rates_init(struct rates *rates);
void rates_add(struct rates *rates, const struct rates_sample *sample);

// A lesson begins for a flow that goes on.
void rates_begin(struct rates *rates);

// The last `window_s` seconds, 1 to RATES_WINDOW_S_MAX, or since the first look. False where there
// are not two looks yet.
bool rates_window(const struct rates *rates, int64_t window_s, struct rates_window *out);
// Since the flow began, or the lesson where that was later.
bool rates_lesson(const struct rates *rates, struct rates_window *out);

// Whether a packet was sent, or reported, between two ages in whole looks, the older first; false
// where there are no looks of that age.
bool rates_packets_moved(const struct rates *rates, uint32_t from_age, uint32_t to_age);
bool rates_reports_moved(const struct rates *rates, uint32_t from_age, uint32_t to_age);

// The mean bit rate of the last RATES_BITS_WINDOW_S; 0 where there are not two looks yet.
double rates_kbit_s(const struct rates *rates);

// Lost of expected, 0..1, over the last RATES_LOSS_WINDOW_S (or since the first look that knew):
// never cumulative, so that a bad minute is forgiven. 0 where no packet was expected in that time.
double rates_loss_ratio(const struct rates *rates);

#endif
