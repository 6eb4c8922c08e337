/* SPDX-License-Identifier: BSD-3-Clause */
// probe.h - how a connection check's probe packets are paced: up a ladder of rates, with a pause
// behind each rung.
//
// Pure. A few packets before the ladder give the receivers something to report, so that the first
// rung is counted from a known number on. Behind each rung a few more tell what its last packets
// lost; then nothing flows until the next, and both ends count the same packets.
#ifndef CLASSROOM_PROBE_H
#define CLASSROOM_PROBE_H

#include <stddef.h>
#include <stdint.h>

#include "platform/units.h"

// Bounds, whatever the relay asks for.
#define PROBE_RUNGS_MAX 8
#define PROBE_KBIT_S_MAX 20000
#define PROBE_RUNG_MS_MAX 5000
#define PROBE_PAUSE_MS_MIN 500
#define PROBE_PAUSE_MS_MAX 5000
#define PROBE_BEGIN_MS_MAX 60000

#define PROBE_RTP_BYTES 1200
#define PROBE_IP_BYTES (PROBE_RTP_BYTES + 44) // with the tag of AEAD_AES_128_GCM, UDP and IPv4
#define PROBE_BURST_MAX 16                    // at once; what a stall missed beyond it is left out
#define PROBE_TRICKLE_MS 20                   // between the few packets around the rungs
#define PROBE_TAIL_MS 200                     // of them behind a rung
#define PROBE_FIRST_MS 900                    // they come so long before the ladder,
#define PROBE_FIRST_END_MS 500                // until so long before it

// A JOIN's "check".
struct probe_plan {
	size_t rung_count; // 0: no check
	uint32_t kbit_s[PROBE_RUNGS_MAX];
	uint32_t rung_ms;
	uint32_t pause_ms;
	int64_t begins_in_ms; // from the moment it was sent; negative: it has begun
};

struct probe {
	struct probe_plan plan;
	struct mono_time begins;
	uint64_t rung; // which stretch `sent` counts: 0 is before the ladder
	uint64_t sent;
};

// Takes a plan over that arrived at `now`; the same plan again goes on where it was.
void probe_set(struct probe *probe, const struct probe_plan *plan, struct mono_time now);

// How many packets to send now, 0 to PROBE_BURST_MAX; they count as sent.
unsigned probe_take_due(struct probe *probe, struct mono_time now);

#endif
