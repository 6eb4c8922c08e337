/* SPDX-License-Identifier: BSD-3-Clause */
// tables_paths.c - the 5-tuples that lead to legs: a guess, and DPDK's hash where it is wrong.
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_hash.h>
#include <rte_hash_crc.h>
#include <rte_lcore.h>
#include <rte_prefetch.h>

#include "datapath/tables.h"
#include "media/checksum.h"

#define GUESSES_MIN 1024
#define GUESSES_PER_LEG 4 // so that two legs seldom meet in one

// All of the relay's own side of a tuple follows from the remote's family.
static uint32_t
tuple_hash(const void *key, uint32_t key_bytes, uint32_t seed)
{
	const struct tuple *tuple = key;
	uint64_t halves[2]; // a tuple is aligned to no more than 4 bytes
	(void)key_bytes;
	memcpy(halves, &tuple->remote, sizeof halves);
	return rte_hash_crc_8byte(
		halves[1], rte_hash_crc_8byte(halves[0], seed ^ tuple->remote_port_be));
}

int
tables_paths_init(struct tables *tables, uint32_t number)
{
	uint32_t leg_count = tables->own_legs.range.count;
	char name[RTE_HASH_NAMESIZE];

	snprintf(name, sizeof name, "paths-%u", number);
	struct rte_hash_parameters parameters = {
		.name = name,
		.entries = leg_count * 2,
		.key_len = sizeof(struct tuple),
		.hash_func = tuple_hash,
		.socket_id = (int)rte_socket_id(),
	};
	tables->by_tuple = rte_hash_create(&parameters);
	tables->guess_count = GUESSES_MIN;
	while (tables->guess_count < leg_count * GUESSES_PER_LEG)
		tables->guess_count *= 2;
	tables->guesses = calloc(tables->guess_count, sizeof *tables->guesses);
	return tables->by_tuple && tables->guesses ? 0 : -ENOMEM;
}

void
tables_paths_fini(struct tables *tables)
{
	free(tables->guesses);
	rte_hash_free(tables->by_tuple);
}

struct leg *
tables_find_leg(struct tables *tables, const struct tuple *tuple)
{
	struct leg *leg;
	tables_find_legs(tables, &tuple, 1, &leg);
	return leg;
}

// Looks up those whose guess was wrong, and guesses better the next time.
static void
find_others(struct tables *tables, const struct tuple **tuples, uint64_t others, uint32_t **guesses,
	struct leg **legs_out)
{
	const void *keys[RTE_HASH_LOOKUP_BULK_MAX];
	void *values[RTE_HASH_LOOKUP_BULK_MAX];
	unsigned count = 0;
	uint64_t hits = 0;

	for (uint64_t left = others; left != 0; left &= left - 1)
		keys[count++] = tuples[__builtin_ctzll(left)];
	rte_hash_lookup_bulk_data(tables->by_tuple, keys, count, &hits, values);
	for (unsigned i = 0; i < count; i++, others &= others - 1) {
		unsigned place = (unsigned)__builtin_ctzll(others);
		legs_out[place] = NULL;
		if (!(hits & UINT64_C(1) << i))
			continue;
		legs_out[place] = &tables->legs[(uintptr_t)values[i]];
		*guesses[place] = (uint32_t)(uintptr_t)values[i] - tables->own_legs.range.first;
	}
}

void
tables_find_legs(
	struct tables *tables, const struct tuple **tuples, unsigned count, struct leg **legs_out)
{
	uint32_t *guesses[RTE_HASH_LOOKUP_BULK_MAX];
	uint64_t others = 0;

	assert(count > 0 && count <= RTE_HASH_LOOKUP_BULK_MAX);
	for (unsigned i = 0; i < count; i++) {
		uint32_t hash = tuple_hash(tuples[i], sizeof *tuples[i], 0);
		guesses[i] = &tables->guesses[hash & (tables->guess_count - 1)];
		rte_prefetch0(guesses[i]);
	}
	for (unsigned i = 0; i < count; i++) {
		legs_out[i] = &tables->legs[tables->own_legs.range.first + *guesses[i]];
		rte_prefetch0(&legs_out[i]->path);
	}
	for (unsigned i = 0; i < count; i++) {
		const struct path *path = &legs_out[i]->path;
		if (!path->is_up || !tuple_equals(&path->tuple, tuples[i]))
			others |= UINT64_C(1) << i;
	}
	if (others != 0)
		find_others(tables, tuples, others, guesses, legs_out);
}

int
tables_set_path(struct tables *tables, struct leg *leg, const struct tuple *tuple,
	const struct mac *next_hop)
{
	struct leg *before = tables_find_leg(tables, tuple);
	if (before && before != leg)
		tables_clear_path(tables, before);
	tables_clear_path(tables, leg);
	if (rte_hash_add_key_data(tables->by_tuple, tuple, (void *)(uintptr_t)leg->slot) != 0)
		return -ENOSPC;
	leg->path.tuple = *tuple;
	leg->path.tuple_sum = checksum_tuple_sum(tuple);
	leg->path.next_hop = *next_hop;
	leg->headers.generation = 0;
	leg->path.is_up = true;
	return 0;
}

void
tables_clear_path(struct tables *tables, struct leg *leg)
{
	if (!leg->path.is_up)
		return;
	rte_hash_del_key(tables->by_tuple, &leg->path.tuple);
	leg->path.is_up = false;
}
