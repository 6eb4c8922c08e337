/* SPDX-License-Identifier: BSD-3-Clause */
// packet_index.c - packet indices from sequence numbers, and the window in which replays are known.
#include "srtp/packet_index.h"

#include <assert.h>
#include <string.h>

#define HALF 0x8000

void
packet_index_init(struct packet_index *index, uint32_t roc, uint32_t window)
{
	assert(window > 0 && window <= PACKET_INDEX_WINDOW_MAX);
	memset(index, 0, sizeof *index);
	index->highest = (uint64_t)roc << 16;
	index->window = window;
}

uint64_t
packet_index_estimate(const struct packet_index *index, uint16_t seq)
{
	uint64_t roc = index->highest >> 16;
	uint16_t highest_seq = (uint16_t)index->highest;

	if (index->is_started) {
		if (highest_seq < HALF && seq - highest_seq > HALF && roc > 0)
			roc--;
		else if (highest_seq >= HALF && highest_seq - HALF > seq)
			roc++;
	}
	return roc << 16 | seq;
}

static uint64_t
bit_of(uint64_t value)
{
	return UINT64_C(1) << (value % 64);
}

static uint64_t *
word_of(struct packet_index *index, uint64_t value)
{
	return &index->seen[value / 64 % PACKET_INDEX_WINDOW_WORDS];
}

enum packet_index_verdict
packet_index_check(const struct packet_index *index, uint64_t value)
{
	if (!index->is_started || value > index->highest)
		return PACKET_INDEX_NEW;
	if (index->highest - value >= index->window)
		return PACKET_INDEX_TOO_OLD;
	uint64_t word = index->seen[value / 64 % PACKET_INDEX_WINDOW_WORDS];
	return word & bit_of(value) ? PACKET_INDEX_SEEN : PACKET_INDEX_NEW;
}

void
packet_index_commit(struct packet_index *index, uint64_t value)
{
	if (!index->is_started ||
		(value > index->highest && value - index->highest >= PACKET_INDEX_WINDOW_MAX)) {
		memset(index->seen, 0, sizeof index->seen);
		index->highest = value;
		index->is_started = true;
	}
	// What lies between was not seen.
	for (uint64_t between = index->highest + 1; between < value; between++)
		*word_of(index, between) &= ~bit_of(between);
	if (value > index->highest)
		index->highest = value;
	*word_of(index, value) |= bit_of(value);
}
