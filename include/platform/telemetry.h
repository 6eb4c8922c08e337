/* SPDX-License-Identifier: BSD-3-Clause */
// telemetry.h - the relay's commands on DPDK's telemetry socket: status, drops, workers, legs
// and flows.
//
// DPDK answers on a thread of its own, so the commands read the board and nothing else. All of it
// is for root, whose socket that is: addresses are told, keys are nowhere near.
#ifndef PLATFORM_TELEMETRY_H
#define PLATFORM_TELEMETRY_H

#include "platform/stats.h"

// What the commands tell of; the texts and the board must stay until telemetry_stop().
struct telemetry {
	const char *version;
	const char *engine;
	const char *device;
	const struct stats *board;
};

// Registers the commands, the first time, and lets them answer. Once EAL runs; where it runs with
// --no-telemetry nobody asks. Returns 0 or -errno: the relay goes without them.
int telemetry_start(const struct telemetry *telemetry);

// When it returns no command reads the board any more.
void telemetry_stop(void);

#endif
