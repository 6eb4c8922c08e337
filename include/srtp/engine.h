/* SPDX-License-Identifier: BSD-3-Clause */
// engine.h - SRTP and SRTCP in bursts, behind one interface for every crypto library (RFC 3711,
// 7714).
#ifndef SRTP_ENGINE_H
#define SRTP_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "srtp/keys.h"

// The keys, rollover counter and replay state of one SSRC in one direction. One owner thread at a
// time.
struct srtp_context;

enum srtp_direction {
	SRTP_INBOUND,
	SRTP_OUTBOUND,
	// Of an SSRC that sends SRTCP alone: takes less memory, and RTP is SRTP_MALFORMED to it, or
	// has SRTP_NO_SPACE.
	SRTP_INBOUND_RTCP,
	SRTP_OUTBOUND_RTCP,
};

enum srtp_verdict {
	SRTP_OK,
	SRTP_AUTH_FAIL, // the tag does not fit: forged, damaged or under another key
	// Judged before the tag, as RFC 3711, section 3.3 has it: a forger can earn these two.
	SRTP_REPLAYED,  // an index that was seen before
	SRTP_TOO_OLD,   // behind the replay window
	SRTP_MALFORMED, // too short, or the SSRC is not the context's
	SRTP_NO_SPACE,  // `capacity` is too small
};

// One packet of a burst.
struct srtp_job {
	struct srtp_context *context;
	uint8_t *packet;   // from the RTP or RTCP header on
	uint32_t bytes;    // in: its length; out: the new length where the operation changes it
	uint32_t capacity; // of the buffer at `packet`; used by protect alone
	uint64_t index;    // out: the packet index (RFC 3711, section 3.3.1); SRTCP: its index
	enum srtp_verdict verdict; // out
};

// The largest packet an engine takes, tag and all.
#define SRTP_PACKET_BYTES_MAX 2048

// Inside an engine, the RTP tag of a context that has no keys for RTP: no packet has room for it.
#define SRTP_NO_RTP_TAG_BYTES (SRTP_PACKET_BYTES_MAX + 1)

static inline bool
srtp_direction_is_rtcp(enum srtp_direction direction)
{
	return direction == SRTP_INBOUND_RTCP || direction == SRTP_OUTBOUND_RTCP;
}

static inline bool
srtp_direction_is_inbound(enum srtp_direction direction)
{
	return direction == SRTP_INBOUND || direction == SRTP_INBOUND_RTCP;
}

struct srtp_engine {
	const char *name; // "libsrtp2"

	// Allocates a context; never on a packet path. `roc` is the rollover counter to begin with:
	// inbound, what a late joiner was told; outbound 0. Returns NULL where memory or the
	// profile is lacking.
	struct srtp_context *(*context_create)(const struct srtp_keys *keys, uint32_t ssrc,
		enum srtp_direction direction, uint32_t roc);
	void (*context_destroy)(struct srtp_context *context); // wipes its keys; NULL is fine

	// Heap bytes of one context, the library's own with it; 0 for a profile it does not know.
	// Not for a packet path: where a library does not tell, some contexts are made and
	// measured.
	size_t (*context_bytes)(enum srtp_profile profile, enum srtp_direction direction);

	// The current rollover counter.
	uint32_t (*context_roc)(const struct srtp_context *context);

	// Checks RTP packets and commits index and replay state of the good ones; the bytes stay as
	// they are. For sealed forwarding.
	void (*verify_rtp)(struct srtp_job *jobs, size_t count);

	// In place. A packet whose verdict is not SRTP_OK is left in an undefined state by
	// unprotect.
	void (*unprotect_rtp)(struct srtp_job *jobs, size_t count);
	void (*unprotect_rtcp)(struct srtp_job *jobs, size_t count);
	void (*protect_rtp)(struct srtp_job *jobs, size_t count);
	void (*protect_rtcp)(struct srtp_job *jobs, size_t count);
};

// The engine on libsrtp2, which runs on any CPU. Initialises the library on the first call; returns
// NULL where that fails.
const struct srtp_engine *srtp_engine_libsrtp2(void);

// The engine on libipsec-mb, for x86-64 with AVX2 or better: returns NULL on any other CPU. A
// stream that leapt more than 2^15 packets ahead, and at most four rounds of its sequence number,
// is found again after some 32 packets, where libsrtp2 rejects it for good.
const struct srtp_engine *srtp_engine_ipsec_mb(void);

// The engine of this name, or for "auto" the first that runs here: nothing falls back silently.
// NULL where it does not run on this processor, or lacks a profile: then `error` says so, with the
// processor's or the profile's name.
const struct srtp_engine *srtp_engine_choose(const char *name, char *error, size_t error_bytes);

#endif
