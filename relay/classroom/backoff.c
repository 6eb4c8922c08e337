/* SPDX-License-Identifier: BSD-3-Clause */
// backoff.c - the wait between tries doubles up to a cap, with jitter.
#include "classroom/backoff.h"

int64_t
backoff_next_ns(struct backoff *backoff, uint32_t random)
{
	int64_t step_ns = BACKOFF_FIRST_NS;
	for (uint32_t i = 0; i < backoff->failures && step_ns < BACKOFF_CAP_NS; i++)
		step_ns *= 2;
	if (step_ns > BACKOFF_CAP_NS)
		step_ns = BACKOFF_CAP_NS;
	if (backoff->failures < UINT32_MAX)
		backoff->failures++;

	int64_t half_ns = step_ns / 2;
	return half_ns + (int64_t)((uint64_t)half_ns * random / UINT32_MAX);
}

void
backoff_reset(struct backoff *backoff)
{
	backoff->failures = 0;
}
