// SPDX-License-Identifier: BSD-3-Clause
// delay.c - how long packets stay in the relay, as a histogram that costs a burst one increment.
#include "platform/delay.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#define FIRST_OCTAVE 10 // 2^10 ns
#define STEP_BITS 2     // buckets of an octave, as a power of two

unsigned
delay_bucket(int64_t ns)
{
	if (ns < 1 << FIRST_OCTAVE)
		return 0;
	unsigned octave = 63 - (unsigned)__builtin_clzll((uint64_t)ns);
	unsigned step = (unsigned)(ns >> (octave - STEP_BITS)) & ((1 << STEP_BITS) - 1);
	// The first bucket is all that is below the first octave.
	unsigned bucket = ((octave - FIRST_OCTAVE) << STEP_BITS) + step + 1;
	return bucket < DELAY_BUCKETS ? bucket : DELAY_BUCKETS - 1;
}

int64_t
delay_bucket_ns(unsigned bucket)
{
	assert(bucket <= DELAY_BUCKETS);
	if (bucket == 0)
		return 0;
	unsigned octave = FIRST_OCTAVE + ((bucket - 1) >> STEP_BITS);
	int64_t step = (bucket - 1) & ((1 << STEP_BITS) - 1);
	return ((1 << STEP_BITS) + step) << (octave - STEP_BITS);
}

void
delay_summarise(const uint64_t before[DELAY_BUCKETS], const uint64_t now[DELAY_BUCKETS],
	struct delay_summary *out)
{
	uint64_t counts[DELAY_BUCKETS], seen = 0;
	memset(out, 0, sizeof *out);
	for (unsigned i = 0; i < DELAY_BUCKETS; i++) {
		counts[i] = now[i] - (before ? before[i] : 0);
		out->count += counts[i];
	}
	for (unsigned i = 0; i < DELAY_BUCKETS; i++) {
		if (counts[i] == 0)
			continue;
		uint64_t half = (out->count + 1) / 2;
		if (seen == 0)
			out->min_ns = delay_bucket_ns(i);
		if (seen < half && seen + counts[i] >= half)
			out->median_ns = (delay_bucket_ns(i) + delay_bucket_ns(i + 1)) / 2;
		seen += counts[i];
		out->max_ns = delay_bucket_ns(i + 1);
	}
}
