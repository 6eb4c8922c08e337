/* SPDX-License-Identifier: BSD-3-Clause */
// backoff.h - how long to wait before the next try: exponential, capped, jittered.
#ifndef CLASSROOM_BACKOFF_H
#define CLASSROOM_BACKOFF_H

#include <stdint.h>

#include "platform/units.h"

#define BACKOFF_FIRST_NS (100 * NS_IN_MS)
#define BACKOFF_CAP_NS (3 * NS_IN_S)

struct backoff {
	uint32_t failures; // in a row
};

// The wait before the next try, and counts a failure. The step doubles from BACKOFF_FIRST_NS to
// BACKOFF_CAP_NS; the wait lies between half the step and the step, by `random`, so that a county's
// classrooms do not come back in the same instant.
int64_t backoff_next_ns(struct backoff *backoff, uint32_t random);

// A try succeeded.
void backoff_reset(struct backoff *backoff);

#endif
