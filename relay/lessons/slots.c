/* SPDX-License-Identifier: BSD-3-Clause */
// slots.c - which of a worker's numbers are free; the longest free one is given out first.
#include "lessons/slots.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int
slots_init(struct slots *slots, struct slot_range range)
{
	*slots = (struct slots){.range = range, .free_count = range.count};
	slots->free_ring = calloc(range.count ? range.count : 1, sizeof *slots->free_ring);
	slots->is_used = calloc(range.count ? range.count : 1, sizeof *slots->is_used);
	if (!slots->free_ring || !slots->is_used) {
		slots_fini(slots);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < range.count; i++)
		slots->free_ring[i] = range.first + i;
	return 0;
}

void
slots_fini(struct slots *slots)
{
	free(slots->free_ring);
	free(slots->is_used);
	*slots = (struct slots){0};
}

int
slots_acquire(struct slots *slots, uint32_t *slot_out)
{
	if (slots->free_count == 0)
		return -ENOSPC;
	uint32_t slot = slots->free_ring[slots->head];
	slots->head = (slots->head + 1) % slots->range.count;
	slots->free_count--;
	slots->is_used[slot - slots->range.first] = true;
	*slot_out = slot;
	return 0;
}

void
slots_release(struct slots *slots, uint32_t slot)
{
	assert(slot - slots->range.first < slots->range.count);
	assert(slots->is_used[slot - slots->range.first]);
	slots->is_used[slot - slots->range.first] = false;
	slots->free_ring[(slots->head + slots->free_count) % slots->range.count] = slot;
	slots->free_count++;
}

uint32_t
slots_free_count(const struct slots *slots)
{
	return slots->free_count;
}
