/* SPDX-License-Identifier: BSD-3-Clause */
// slots.c - which numbers below a worker's limit are free; the longest free one is given out first.
#include "lessons/slots.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int
slots_init(struct slots *slots, uint32_t capacity)
{
	*slots = (struct slots){.capacity = capacity, .free_count = capacity};
	slots->free_ring = calloc(capacity ? capacity : 1, sizeof *slots->free_ring);
	slots->is_used = calloc(capacity ? capacity : 1, sizeof *slots->is_used);
	if (!slots->free_ring || !slots->is_used) {
		slots_fini(slots);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < capacity; i++)
		slots->free_ring[i] = i;
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
	slots->head = (slots->head + 1) % slots->capacity;
	slots->free_count--;
	slots->is_used[slot] = true;
	*slot_out = slot;
	return 0;
}

void
slots_release(struct slots *slots, uint32_t slot)
{
	assert(slot < slots->capacity);
	assert(slots->is_used[slot]);
	slots->is_used[slot] = false;
	slots->free_ring[(slots->head + slots->free_count) % slots->capacity] = slot;
	slots->free_count++;
}

uint32_t
slots_free_count(const struct slots *slots)
{
	return slots->free_count;
}
