/* SPDX-License-Identifier: BSD-3-Clause */
// requests.c - which STUN requests of one leg came before: Bloom filters in turns, the oldest of
// them emptied for the newest requests.
//
// A filter forgets nothing that it took, so no recorded request passes; it takes some 9 bits for
// each, where its hash would take 32 or more. That it takes a few new ones for old matters only off
// the path, where there is one now and then.
#include "datapath/requests.h"

#include <string.h>

#define POSITIONS 4 // bits of a filter for each request
#define FNV_BASIS 2166136261u
#define FNV_PRIME 16777619u

// FNV-1a: these hashes only tell which requests came before; nobody without the password gets so
// far as to choose them.
static uint32_t
hash_bytes(uint32_t seed, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	uint32_t hash = FNV_BASIS ^ seed;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ at[i]) * FNV_PRIME;
	return hash;
}

static void
make_positions(uint32_t positions[POSITIONS], const uint8_t *transaction, uint32_t hash)
{
	uint32_t step = hash_bytes(hash, transaction, STUN_TRANSACTION_BYTES);
	for (unsigned i = 0; i < POSITIONS; i++)
		positions[i] = (uint32_t)((uint64_t)(hash + i * step) * REQUESTS_FILTER_BITS >> 32);
}

static uint64_t
bit_of(uint32_t position)
{
	return UINT64_C(1) << (position % 64);
}

static bool
has(const uint64_t *filter, const uint32_t positions[POSITIONS])
{
	for (unsigned i = 0; i < POSITIONS; i++) {
		if (!(filter[positions[i] / 64] & bit_of(positions[i])))
			return false;
	}
	return true;
}

static bool
is_known(const struct requests *requests, const uint32_t positions[POSITIONS])
{
	for (unsigned i = 0; i < REQUESTS_FILTERS; i++) {
		if (has(requests->filters[i], positions))
			return true;
	}
	return false;
}

static void
add(struct requests *requests, const uint32_t positions[POSITIONS])
{
	if (has(requests->filters[requests->filling], positions))
		return;
	// What an older filter knows is either a new one taken for old, which must not be forgotten
	// with that filter, or comes again: repeating recorded ones must not push the others out.
	if (is_known(requests, positions)) {
		if (requests->again_count == REQUESTS_AGAIN_MAX)
			return;
		requests->again_count++;
	} else {
		if (requests->new_count == REQUESTS_FILTER_COUNT) {
			requests->filling = (uint8_t)((requests->filling + 1) % REQUESTS_FILTERS);
			requests->new_count = requests->again_count = 0;
			memset(requests->filters[requests->filling], 0, sizeof *requests->filters);
		}
		requests->new_count++;
	}
	uint64_t *filter = requests->filters[requests->filling];
	for (unsigned i = 0; i < POSITIONS; i++)
		filter[positions[i] / 64] |= bit_of(positions[i]);
}

bool
requests_take(struct requests *requests, const uint8_t transaction[STUN_TRANSACTION_BYTES],
	const struct tuple *tuple, bool is_on_path)
{
	struct recent_request now = {
		.transaction_hash = hash_bytes(0, transaction, STUN_TRANSACTION_BYTES),
		.tuple_hash = hash_bytes(0, tuple, sizeof *tuple),
	};
	uint32_t positions[POSITIONS];
	make_positions(positions, transaction, now.transaction_hash);
	if (is_on_path) {
		add(requests, positions);
		return true;
	}
	if (is_known(requests, positions)) {
		for (unsigned i = 0; i < REQUESTS_RECENT; i++) {
			if (memcmp(&requests->recent[i], &now, sizeof now) == 0)
				return true;
		}
		return false;
	}
	add(requests, positions);
	requests->recent[requests->recent_next] = now;
	requests->recent_next = (uint8_t)((requests->recent_next + 1) % REQUESTS_RECENT);
	return true;
}
