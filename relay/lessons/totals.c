/* SPDX-License-Identifier: BSD-3-Clause */
// totals.c - what all flows of a school, kind and direction amount to, those that have ended too.
#include "lessons/totals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
totals_init(struct totals *totals)
{
	*totals = (struct totals){0};
}

void
totals_fini(struct totals *totals)
{
	free(totals->entries);
	*totals = (struct totals){0};
}

int
totals_copy(struct totals *to, const struct totals *from)
{
	totals_init(to);
	if (from->count == 0)
		return 0;
	to->entries = calloc(from->count, sizeof *to->entries);
	if (!to->entries)
		return -ENOMEM;
	memcpy(to->entries, from->entries, from->count * sizeof *to->entries);
	to->count = to->capacity = from->count;
	return 0;
}

static int
grow(struct totals *totals)
{
	size_t capacity = totals->capacity ? totals->capacity * 2 : 16;
	struct totals_entry *entries = realloc(totals->entries, capacity * sizeof *entries);
	if (!entries)
		return -ENOMEM;
	totals->entries = entries;
	totals->capacity = capacity;
	return 0;
}

struct totals_entry *
totals_get(struct totals *totals, const char *school, enum stream_kind kind,
	enum flow_direction direction)
{
	for (size_t i = 0; i < totals->count; i++) {
		struct totals_entry *entry = &totals->entries[i];
		if (entry->kind == kind && entry->direction == direction &&
			!strcmp(entry->school, school))
			return entry;
	}
	if (totals->count == totals->capacity && grow(totals))
		return NULL;
	struct totals_entry *entry = &totals->entries[totals->count++];
	*entry = (struct totals_entry){.kind = kind, .direction = direction};
	snprintf(entry->school, sizeof entry->school, "%s", school);
	return entry;
}

void
flow_counters_add(struct flow_counters *to, const struct flow_counters *from)
{
	to->packets += from->packets;
	to->bytes += from->bytes;
	to->frames += from->frames;
	to->lost += from->lost;
	to->duplicates += from->duplicates;
	to->reordered += from->reordered;
	to->late += from->late;
	to->auth_failures += from->auth_failures;
	to->tx_drops += from->tx_drops;
}

const char *
flow_direction_name(enum flow_direction direction)
{
	return direction == FLOW_IN ? "in" : "out";
}
