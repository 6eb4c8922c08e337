/* SPDX-License-Identifier: BSD-3-Clause */
// requests.h - which STUN requests of one leg came before, so that one that somebody recorded and
// sends again from elsewhere is known.
#ifndef DATAPATH_REQUESTS_H
#define DATAPATH_REQUESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "media/frame.h"
#include "media/stun.h"

// A `classroom` asks once a second: the last half hour is always known, and up to ten minutes more.
#define REQUESTS_FILTERS 4
#define REQUESTS_FILTER_COUNT 600
#define REQUESTS_KNOWN_MIN ((REQUESTS_FILTERS - 1) * REQUESTS_FILTER_COUNT)
// Bits of a filter: when all of them are full, some 8 of 100 new requests are taken for old ones.
#define REQUESTS_FILTER_BITS 5120
#define REQUESTS_AGAIN_MAX 100 // a filter takes so many more that an older one seems to know
#define REQUESTS_RECENT 8

struct recent_request {
	uint32_t transaction_hash;
	uint32_t tuple_hash;
};

// All zeros: none came.
struct requests {
	// The last ones from off the path, each with where it came from.
	struct recent_request recent[REQUESTS_RECENT];
	uint8_t recent_next;
	uint8_t filling;      // the filter that takes what comes; the one behind it is the oldest
	uint16_t new_count;   // requests in it
	uint16_t again_count; // and those that an older one seemed to know
	uint64_t filters[REQUESTS_FILTERS][REQUESTS_FILTER_BITS / 64];
};

// Takes an authenticated request that came on `tuple`. Returns false where it is to be refused:
// from off the path, a request that came before, unless it is one of the last and comes from the
// same tuple (RFC 8489, section 6.2.1: it is sent again until it is answered). A few new ones are
// taken for old ones, which costs their sender another request. On the path any is good: its answer
// goes where the path was proved.
bool requests_take(struct requests *requests, const uint8_t transaction[STUN_TRANSACTION_BYTES],
	const struct tuple *tuple, bool is_on_path);

#endif
