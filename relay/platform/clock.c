/* SPDX-License-Identifier: BSD-3-Clause */
// clock.c - reads the two clocks of the machine.
#include "platform/clock.h"

#include <sys/timex.h>
#include <time.h>

struct wall_time
clock_wall(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (struct wall_time){now.tv_sec * MS_IN_S + now.tv_nsec / NS_IN_MS};
}

struct mono_time
clock_mono(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (struct mono_time){now.tv_sec * NS_IN_S + now.tv_nsec};
}

bool
clock_is_kept(void)
{
	struct timex state = {.modes = 0};
	return adjtimex(&state) >= 0 && !(state.status & STA_UNSYNC);
}
