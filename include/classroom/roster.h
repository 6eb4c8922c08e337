/* SPDX-License-Identifier: BSD-3-Clause */
// roster.h - who is received: each (endpoint, kind) has a place with its own port pair, for good.
#ifndef CLASSROOM_ROSTER_H
#define CLASSROOM_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classroom/downlink.h"
#include "classroom/join.h"
#include "platform/units.h"
#include "srtp/engine.h"

#define ROSTER_MAX JOIN_RECEIVE_MAX
#define ROSTER_PORTS_EACH 2 // RTP, RTCP

struct roster_entry {
	bool used;
	bool listed; // in the join's receive list now
	struct mono_time last_listed;
	char endpoint[JOIN_ID_BYTES];
	char school_name[JOIN_NAME_BYTES];
	enum stream_kind kind;
	char encoding[JOIN_ENCODING_BYTES];
	char fmtp[JOIN_FMTP_BYTES];
	uint16_t port; // RTP; RTCP is the next
	struct downlink downlink;
};

struct roster {
	const struct srtp_engine *engine;
	uint32_t next_local_ssrc;
	struct roster_entry entries[ROSTER_MAX];
};

// `first_port` is the first of ROSTER_MAX port pairs; `random` chooses the local SSRCs.
void roster_init(struct roster *roster, const struct srtp_engine *engine, uint16_t first_port,
	uint32_t random);
void roster_fini(struct roster *roster);

// Takes over the receive list. Where `is_fresh` (a join of another id), every context is made anew
// with the list's rollover counters; else streams that work are left alone. A place is given away
// only when all are taken, to that which has been unused for the longest. Returns 0, or -ENOMEM
// where a stream could not be set up (the others are).
int roster_apply(
	struct roster *roster, const struct join *join, bool is_fresh, struct mono_time now);

// Stops receiving everything; places and ports stay.
void roster_leave(struct roster *roster);

// The place of the stream with this SSRC, or NULL.
struct roster_entry *roster_find(struct roster *roster, uint32_t ssrc);

// Whether some stream needs a fresh rollover counter or key.
bool roster_is_failing(const struct roster *roster, struct mono_time now);

#endif
