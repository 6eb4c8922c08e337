/* SPDX-License-Identifier: BSD-3-Clause */
// packet_index.c - packet indices: the beginning, and what is lost between two packets.
#include "srtp/packet_index.h"

#include <assert.h>
#include <string.h>

static void
forget_all(const struct packet_index *index, uint64_t *seen)
{
	memset(seen, 0, PACKET_INDEX_WORDS(index->window) * sizeof *seen);
}

void
packet_index_init(struct packet_index *index, uint64_t *seen, uint32_t roc, uint32_t window)
{
	assert(window >= 64);
	assert((window & (window - 1)) == 0);
	*index = (struct packet_index){.highest = (uint64_t)roc << 16, .window = window};
	forget_all(index, seen);
}

void
packet_index_leap(struct packet_index *index, uint64_t *seen, uint64_t value)
{
	if (!index->is_started || value - index->highest >= index->window) {
		forget_all(index, seen);
	} else {
		for (uint64_t between = index->highest + 1; between < value; between++)
			seen[packet_index_word(index, between)] &= ~packet_index_bit(between);
	}
	index->highest = value;
	index->is_started = true;
}
