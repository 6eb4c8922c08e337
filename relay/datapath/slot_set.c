/* SPDX-License-Identifier: BSD-3-Clause */
// slot_set.c - which of a range of slots are in use.
#include "datapath/slot_set.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define WORD_BITS 64

int
slot_set_init(struct slot_set *set, struct slot_range range)
{
	set->range = range;
	set->words = calloc(range.count / WORD_BITS + 1, sizeof *set->words);
	return set->words ? 0 : -ENOMEM;
}

void
slot_set_fini(struct slot_set *set)
{
	free(set->words);
	set->words = NULL;
}

static uint64_t *
word_of(struct slot_set *set, uint32_t slot)
{
	assert(slot_set_covers(set, slot));
	return &set->words[(slot - set->range.first) / WORD_BITS];
}

static uint64_t
bit_of(const struct slot_set *set, uint32_t slot)
{
	return UINT64_C(1) << (slot - set->range.first) % WORD_BITS;
}

void
slot_set_add(struct slot_set *set, uint32_t slot)
{
	*word_of(set, slot) |= bit_of(set, slot);
}

void
slot_set_remove(struct slot_set *set, uint32_t slot)
{
	*word_of(set, slot) &= ~bit_of(set, slot);
}

bool
slot_set_next(const struct slot_set *set, uint32_t *slot, uint32_t end)
{
	uint32_t index = *slot - set->range.first, end_index = end - set->range.first;

	while (index < end_index) {
		uint64_t rest = set->words[index / WORD_BITS] >> index % WORD_BITS;
		if (rest != 0) {
			index += (uint32_t)__builtin_ctzll(rest);
			break;
		}
		index = (index / WORD_BITS + 1) * WORD_BITS;
	}
	*slot = set->range.first + index;
	return index < end_index;
}
