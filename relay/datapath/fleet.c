/* SPDX-License-Identifier: BSD-3-Clause */
// fleet.c - what the workers of one relay share.
#include "datapath/fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_ring.h>
#include <rte_ring_peek.h>

#define RING_PACKETS 1024
#define CACHE_LINE_BYTES 64

// A gateway's word: its MAC address, how often it has changed, whether it is known.
#define WORD_CHANGES_SHIFT 48
#define WORD_CHANGES_MASK UINT64_C(0x7fff)
#define WORD_IS_KNOWN (UINT64_C(1) << 63)

// What one worker tells the others, on a line of its own.
struct told {
	_Alignas(CACHE_LINE_BYTES) uint32_t leg_count;
};

struct fleet {
	struct store store;
	uint32_t count;
	struct rte_ring *packets[WORKERS_MAX][WORKERS_MAX]; // from, to
	struct rte_ring *frames[WORKERS_MAX];               // from, to the device
	struct told told[WORKERS_MAX];                      // written: each its own
	// written: FLEET_SPEAKER
	_Alignas(CACHE_LINE_BYTES) uint64_t gateways[IP_FAMILIES];
};

// One writes, one reads, and the reader may look before it takes.
static struct rte_ring *
create_ring(const char *kind, uint32_t from, uint32_t to)
{
	char name[RTE_RING_NAMESIZE];
	snprintf(name, sizeof name, "%s-%u-%u", kind, from, to);
	return rte_ring_create(name, RING_PACKETS, (int)rte_socket_id(),
		RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ);
}

static bool
create_rings(struct fleet *fleet)
{
	for (uint32_t from = 0; from < fleet->count; from++) {
		if (!(fleet->frames[from] = create_ring("frames", from, from)))
			return false;
		for (uint32_t to = 0; to < fleet->count; to++) {
			if (from == to)
				continue;
			if (!(fleet->packets[from][to] = create_ring("packets", from, to)))
				return false;
		}
	}
	return true;
}

struct fleet *
fleet_create(const struct stats_limits *limits)
{
	struct fleet *fleet = aligned_alloc(CACHE_LINE_BYTES, sizeof *fleet);
	if (!fleet)
		return NULL;
	memset(fleet, 0, sizeof *fleet);
	fleet->count = limits->worker_count;
	// A worker alone has nobody to share with.
	if (store_init(&fleet->store, limits) != 0 || (fleet->count > 1 && !create_rings(fleet))) {
		fleet_destroy(fleet);
		return NULL;
	}
	return fleet;
}

static void
destroy_ring(struct rte_ring *ring)
{
	void *packet;
	while (ring && rte_ring_sc_dequeue(ring, &packet) == 0)
		rte_pktmbuf_free(packet);
	rte_ring_free(ring);
}

void
fleet_destroy(struct fleet *fleet)
{
	if (!fleet)
		return;
	for (uint32_t from = 0; from < fleet->count; from++) {
		destroy_ring(fleet->frames[from]);
		for (uint32_t to = 0; to < fleet->count; to++)
			destroy_ring(fleet->packets[from][to]);
	}
	store_fini(&fleet->store);
	free(fleet);
}

uint32_t
fleet_worker_count(const struct fleet *fleet)
{
	return fleet->count;
}

const struct store *
fleet_store(const struct fleet *fleet)
{
	return &fleet->store;
}

unsigned
fleet_put(
	struct fleet *fleet, uint32_t from, uint32_t to, struct rte_mbuf **packets, unsigned count)
{
	return rte_ring_sp_enqueue_burst(fleet->packets[from][to], (void **)packets, count, NULL);
}

unsigned
fleet_take(
	struct fleet *fleet, uint32_t from, uint32_t to, struct rte_mbuf **packets, unsigned count)
{
	return rte_ring_sc_dequeue_burst(fleet->packets[from][to], (void **)packets, count, NULL);
}

unsigned
fleet_put_frames(struct fleet *fleet, uint32_t from, struct rte_mbuf **frames, unsigned count)
{
	return rte_ring_sp_enqueue_burst(fleet->frames[from], (void **)frames, count, NULL);
}

unsigned
fleet_look_frames(struct fleet *fleet, uint32_t from, struct rte_mbuf **frames, unsigned count)
{
	return rte_ring_dequeue_burst_start(fleet->frames[from], (void **)frames, count, NULL);
}

void
fleet_frames_done(struct fleet *fleet, uint32_t from, unsigned count)
{
	rte_ring_dequeue_finish(fleet->frames[from], count);
}

void
fleet_tell_legs(struct fleet *fleet, uint32_t worker, uint32_t leg_count)
{
	__atomic_store_n(&fleet->told[worker].leg_count, leg_count, __ATOMIC_RELAXED);
}

bool
fleet_has_legs(const struct fleet *fleet)
{
	for (uint32_t i = 0; i < fleet->count; i++) {
		if (__atomic_load_n(&fleet->told[i].leg_count, __ATOMIC_RELAXED) > 0)
			return true;
	}
	return false;
}

uint64_t
fleet_gateway_word(const struct mac *mac, bool is_known, uint32_t changes)
{
	uint64_t word = (changes & WORD_CHANGES_MASK) << WORD_CHANGES_SHIFT;
	for (unsigned i = 0; i < MAC_BYTES; i++)
		word |= (uint64_t)mac->bytes[i] << 8 * i;
	return is_known ? word | WORD_IS_KNOWN : word;
}

void
fleet_tell_gateway(struct fleet *fleet, enum ip_family family, uint64_t word)
{
	__atomic_store_n(&fleet->gateways[family], word, __ATOMIC_RELAXED);
}

uint64_t
fleet_gateway(const struct fleet *fleet, enum ip_family family)
{
	return __atomic_load_n(&fleet->gateways[family], __ATOMIC_RELAXED);
}

bool
fleet_gateway_read(uint64_t word, struct mac *mac_out)
{
	for (unsigned i = 0; i < MAC_BYTES; i++)
		mac_out->bytes[i] = (uint8_t)(word >> 8 * i);
	return word & WORD_IS_KNOWN;
}
