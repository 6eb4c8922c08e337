/* SPDX-License-Identifier: BSD-3-Clause */
// slots.h - which of a worker's numbers are free; the longest free one is given out first.
#ifndef LESSONS_SLOTS_H
#define LESSONS_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/stats.h"

// A ring of the free numbers, so that a late packet of an old user seldom meets a new one.
struct slots {
	uint32_t *free_ring;
	bool *is_used;
	struct slot_range range;
	uint32_t head; // position of the next to give out
	uint32_t free_count;
};

// Returns 0 or -ENOMEM.
int slots_init(struct slots *slots, struct slot_range range);
void slots_fini(struct slots *slots);

// Returns 0 with the number in *slot_out, or -ENOSPC where all are in use.
int slots_acquire(struct slots *slots, uint32_t *slot_out);
void slots_release(struct slots *slots, uint32_t slot); // one that is in use

uint32_t slots_free_count(const struct slots *slots);

#endif
