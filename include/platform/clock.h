/* SPDX-License-Identifier: BSD-3-Clause */
// clock.h - the edge where time is read; everything behind it takes `now` as an argument.
#ifndef PLATFORM_CLOCK_H
#define PLATFORM_CLOCK_H

#include <stdbool.h>

#include "platform/units.h"

struct wall_time clock_wall(void);
struct mono_time clock_mono(void); // CLOCK_MONOTONIC, the same for every thread

// Whether something keeps the wall clock in step with the world's (adjtimex(2), STA_UNSYNC). Not
// for the packet path.
bool clock_is_kept(void);

#endif
