/* SPDX-License-Identifier: BSD-3-Clause */
// pace.h - how a worker waits when nothing has come: not at all while much comes, else by pauses,
// then naps that grow.
#ifndef DATAPATH_PACE_H
#define DATAPATH_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/units.h"

#define PACE_WINDOW_NS (100 * NS_IN_MS) // over which the packet rate is taken
// A wake costs more than all a nap's packets: the kernel's way to sleep and back takes some 20 us
// of a core on a virtual machine (`memif echo`, bench/memif.c). So there are few pauses, for what
// comes in one piece, and no nap is shorter than it must be: with a packet every 50 us, as a county
// sends them, a nap gathers two.
#define PACE_PAUSES 2
#define PACE_NAP_LEAST_NS (100 * NS_IN_US)
// While a session is open a nap adds little to a packet's delay; while none is, there are no
// packets, and a message waits about a millisecond at most. Sessions open minutes before the bell.
#define PACE_NAP_IN_SESSION_NS PACE_NAP_LEAST_NS
#define PACE_NAP_WITHOUT_SESSION_NS (1250 * NS_IN_US)

struct pace {
	uint32_t poll_above_pps; // above this packet rate the worker never waits; 0: it never does
	struct mono_time window_end;
	uint32_t window_packets;
	bool is_polling; // as the last window was
	uint32_t empty_turns;
};

void pace_init(struct pace *pace, uint32_t poll_above_pps);

// A turn handled so many packets and messages.
void pace_turn(struct pace *pace, uint32_t count, struct mono_time now);

// How long to nap before the next turn; 0: pause only. Behind an empty turn.
int64_t pace_wait_ns(const struct pace *pace, bool is_session_open);

#endif
