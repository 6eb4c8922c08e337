/* SPDX-License-Identifier: BSD-3-Clause */
// delay.h - how long packets stay in the relay, as a histogram that costs a burst one increment.
//
// Buckets are a quarter of an octave wide: the first holds all below 1024 ns, the last all from
// about 57 ms on. A figure read from them is at most a quarter off.
#ifndef PLATFORM_DELAY_H
#define PLATFORM_DELAY_H

#include <stdint.h>

#define DELAY_BUCKETS 64

// Of some packets, in nanoseconds. All 0 where there were none.
struct delay_summary {
	uint64_t count;
	int64_t min_ns;    // the lower bound of the lowest bucket in use
	int64_t median_ns; // the middle of its bucket
	int64_t max_ns;    // the upper bound of the highest
};

// The bucket of a delay; a negative one counts as 0.
unsigned delay_bucket(int64_t ns);

// The lowest delay of a bucket; `bucket` up to DELAY_BUCKETS, where it is the last one's end.
int64_t delay_bucket_ns(unsigned bucket);

// What came between two looks at counters that only grow; `before` NULL: since the start.
void delay_summarise(const uint64_t before[DELAY_BUCKETS], const uint64_t now[DELAY_BUCKETS],
	struct delay_summary *out);

#endif
