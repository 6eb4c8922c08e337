/* SPDX-License-Identifier: BSD-3-Clause */
// fleet.h - what the workers of one relay share: the store of slots, rings of packets from each to
// each, and the little that one tells all.
//
// A session belongs to one worker. The device spreads packets over its receive queues by addresses,
// so that many arrive at another worker, who hands them to their owner: user names, SSRCs and
// transaction ids carry the owner's number, so nobody needs a table of paths that are not his.
// Where the device has fewer queues than there are workers, those without one get their packets
// from the others, and send through them.
#ifndef DATAPATH_FLEET_H
#define DATAPATH_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include "datapath/tables.h"

struct rte_mbuf;

// This worker answers ARP, neighbour discovery and echo requests for all.
#define FLEET_SPEAKER 0

struct fleet;

// For so many workers as `limits` say. Needs EAL. Returns NULL where memory is lacking.
struct fleet *fleet_create(const struct stats_limits *limits);
// After all its workers are gone; frees the packets that are still under way.
void fleet_destroy(struct fleet *fleet);

uint32_t fleet_worker_count(const struct fleet *fleet);
const struct store *fleet_store(const struct fleet *fleet);

// Packets on their way from one worker to another, in order. Putting returns how many of the first
// found room; those are the ring's.
unsigned fleet_put(
	struct fleet *fleet, uint32_t from, uint32_t to, struct rte_mbuf **packets, unsigned count);
unsigned fleet_take(
	struct fleet *fleet, uint32_t from, uint32_t to, struct rte_mbuf **packets, unsigned count);

// Frames that a worker without a queue of its own wants sent. Taking is in two steps, so that what
// the device does not take now stays in its place: look, then drop what is done.
unsigned fleet_put_frames(
	struct fleet *fleet, uint32_t from, struct rte_mbuf **frames, unsigned count);
unsigned fleet_look_frames(
	struct fleet *fleet, uint32_t from, struct rte_mbuf **frames, unsigned count);
void fleet_frames_done(struct fleet *fleet, uint32_t from, unsigned count);

// Whether any worker has a leg; each tells of its own. While one has, packets can come to all.
void fleet_tell_legs(struct fleet *fleet, uint32_t worker, uint32_t leg_count);
bool fleet_has_legs(const struct fleet *fleet);

// The gateway's MAC address, written by FLEET_SPEAKER alone. Each change makes another word.
uint64_t fleet_gateway_word(const struct mac *mac, bool is_known, uint32_t changes);
void fleet_tell_gateway(struct fleet *fleet, enum ip_family family, uint64_t word);
uint64_t fleet_gateway(const struct fleet *fleet, enum ip_family family);
bool fleet_gateway_read(uint64_t word, struct mac *mac_out);

#endif
