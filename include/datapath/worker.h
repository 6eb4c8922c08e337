/* SPDX-License-Identifier: BSD-3-Clause */
// worker.h - one lcore's data path: its settings, its loop, its end.
#ifndef DATAPATH_WORKER_H
#define DATAPATH_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "media/frame.h"
#include "platform/mailbox.h"
#include "platform/stats.h"
#include "platform/units.h"
#include "srtp/engine.h"

struct fleet;
struct rte_mempool;
struct worker;

// The media address of one family and its surroundings. Unset: the relay does not speak it.
struct worker_network {
	struct ip_address address;
	uint8_t prefix_bits; // 0..IP_BITS; the neighbours on the wire
	struct ip_address
		gateway; // next hop of everybody else; unset: learnt from authenticated packets
};

struct worker_settings {
	uint8_t number;      // this worker's, as leg_user() carries it
	struct fleet *fleet; // of all workers; NULL: it is alone
	uint16_t port_id;    // of the DPDK device
	// Receive and transmit queues, of which the first workers have one each; 0: one.
	uint16_t queue_count;
	struct rte_mempool *pool;
	bool sends_chains;     // the device takes a packet in several buffers
	uint16_t ip_bytes_max; // the longest packet that the wire takes
	struct mac mac;        // the media addresses'
	struct worker_network networks[IP_FAMILIES];
	uint16_t vlan_id;    // 1..4094, or VLAN_NONE
	uint16_t media_port; // UDP, host order
	// Above so many packets a second it polls without naps; 0: always.
	uint32_t poll_above_pps;
	const struct srtp_engine *engine;
	struct mailbox *mailbox; // NULL in tests that call worker_handle() themselves
	struct stats *stats;     // the limits on legs, streams and outflows are its own
};

// Returns NULL where memory is lacking. Takes no ownership of what the settings name.
struct worker *worker_create(const struct worker_settings *settings);

// flow_memory.c: what flows take with this engine. Not for a packet path.
void worker_flow_memory(
	const struct srtp_engine *engine, enum srtp_profile profile, struct flow_memory *out);

// After the loop has ended. SRTP contexts still inside are the caller's, as ever.
void worker_destroy(struct worker *worker);

// One turn: messages, one burst, timers, transmission. Returns how many frames and messages it
// handled.
unsigned worker_poll(struct worker *worker, struct mono_time now);

// Carries one message out and fills in its result.
void worker_handle(struct worker *worker, struct message *message, struct mono_time now);

// Publishes every counter now, not only when its time has come.
void worker_publish(struct worker *worker, struct mono_time now);

// The loop, for eal_launch(); returns 0 after worker_stop(), which any thread may call.
int worker_run(void *worker);
void worker_stop(struct worker *worker);

#endif
