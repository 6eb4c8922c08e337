/* SPDX-License-Identifier: BSD-3-Clause */
// rates.h - bit rate and loss of the last seconds, from counters that are looked at once a second.
#ifndef LESSONS_RATES_H
#define LESSONS_RATES_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/units.h"

#define RATES_BITS_WINDOW_S 2
#define RATES_LOSS_WINDOW_S 10
#define RATES_SAMPLES (RATES_LOSS_WINDOW_S + 1)

// One look at a flow's cumulative counters.
struct rates_sample {
	struct mono_time at;
	uint64_t bytes;
	bool has_loss;     // whether the two below are known: a receiver may not have reported yet
	uint32_t expected; // packets, modulo 2^32: a receiver reports its highest sequence number
	int64_t lost;      // may fall: a late packet was not lost after all
};

struct rates {
	struct rates_sample samples[RATES_SAMPLES]; // a ring
	uint32_t count;
	uint32_t next;
};

void rates_init(struct rates *rates);
void rates_add(struct rates *rates, const struct rates_sample *sample);

// The mean bit rate of the last RATES_BITS_WINDOW_S; 0 where there are not two looks yet.
double rates_kbit_s(const struct rates *rates);

// Lost of expected, 0..1, over the last RATES_LOSS_WINDOW_S (or since the first look that knew):
// never cumulative, so that a bad minute is forgiven. 0 where no packet was expected in that time.
double rates_loss_ratio(const struct rates *rates);

#endif
