/* SPDX-License-Identifier: BSD-3-Clause */
// slot_set.h - which of a range of slots are in use: a walk over them reads one bit for each, not
// the slots themselves.
#ifndef DATAPATH_SLOT_SET_H
#define DATAPATH_SLOT_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/stats.h"

struct slot_set {
	struct slot_range range;
	uint64_t *words; // a bit for each slot of the range
};

// Begins empty. Returns 0 or -ENOMEM.
int slot_set_init(struct slot_set *set, struct slot_range range);
void slot_set_fini(struct slot_set *set);

// Whether `slot` is in the range, in use or not.
static inline bool
slot_set_covers(const struct slot_set *set, uint32_t slot)
{
	return slot - set->range.first < set->range.count;
}

// `slot` is in the range.
void slot_set_add(struct slot_set *set, uint32_t slot);
void slot_set_remove(struct slot_set *set, uint32_t slot);

// Moves *slot, which is in the range or its end, on to the first slot in use from there on. False
// where there is none before `end`.
bool slot_set_next(const struct slot_set *set, uint32_t *slot, uint32_t end);

#endif
