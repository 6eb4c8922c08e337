/* SPDX-License-Identifier: BSD-3-Clause */
// units.h - the times of the project as types, so that a wall clock is never taken for a monotonic
// one.
#ifndef PLATFORM_UNITS_H
#define PLATFORM_UNITS_H

#include <stdbool.h>
#include <stdint.h>

// Milliseconds since 1970-01-01T00:00:00Z. Steps when somebody sets the clock.
struct wall_time {
	int64_t ms;
};

// Nanoseconds since some start of this machine's choosing. Never steps, never runs backwards.
struct mono_time {
	int64_t ns;
};

// DPDK has an NS_PER_S of its own, as an int: 3 of those overflow. Hence other names.
#define NS_IN_US INT64_C(1000)
#define NS_IN_MS INT64_C(1000000)
#define NS_IN_S INT64_C(1000000000)
#define MS_IN_S INT64_C(1000)

static inline int64_t
mono_since_ns(struct mono_time now, struct mono_time then)
{
	return now.ns - then.ns;
}

static inline struct mono_time
mono_after_ns(struct mono_time from, int64_t ns)
{
	return (struct mono_time){from.ns + ns};
}

static inline bool
mono_reached(struct mono_time now, struct mono_time deadline)
{
	return now.ns >= deadline.ns;
}

#endif
