/* SPDX-License-Identifier: BSD-3-Clause */
// receive.c - takes one burst of frames from the device and from the other workers.
#include <rte_cycles.h>
#include <rte_ethdev.h>

#include "datapath/internal.h"

static unsigned
take_from_device(struct worker *worker, struct rte_mbuf **mbufs, unsigned room)
{
	if (!worker->has_queue)
		return 0;
	unsigned count = rte_eth_rx_burst(
		worker->settings.port_id, worker->settings.number, mbufs, (uint16_t)room);
	worker->stats.frames_in += count;
	return count;
}

// A packet brings the low half of the time when the device gave it out.
static unsigned
take_from_worker(struct worker *worker, uint32_t from, struct rte_mbuf **mbufs, unsigned room)
{
	unsigned count = fleet_take(worker->fleet, from, worker->settings.number, mbufs, room);
	uint64_t now = rte_rdtsc();
	for (unsigned i = 0; i < count; i++) {
		uint64_t received = now - (uint32_t)((uint32_t)now - mbufs[i]->hash.usr);
		if (received < worker->received_tsc)
			worker->received_tsc = received;
	}
	worker->stats.handed_in += count;
	return count;
}

// All sources in turn, beginning with another one each time, so that none is starved.
static unsigned
take_from_all(struct worker *worker, struct rte_mbuf **mbufs)
{
	uint32_t sources = fleet_worker_count(worker->fleet);
	unsigned count = 0;

	for (uint32_t i = 0; i < sources && count < BURST_PACKETS_MAX; i++) {
		uint32_t source = (worker->next_source + i) % sources;
		unsigned room = BURST_PACKETS_MAX - count;
		count += source == worker->settings.number
				 ? take_from_device(worker, mbufs + count, room)
				 : take_from_worker(worker, source, mbufs + count, room);
	}
	worker->next_source = (worker->next_source + 1) % sources;
	return count;
}

void
receive(struct worker *worker, struct burst *burst)
{
	struct rte_mbuf *mbufs[BURST_PACKETS_MAX];

	worker->received_tsc = rte_rdtsc();
	burst->count = take_from_all(worker, mbufs);
	for (unsigned i = 0; i < burst->count; i++) {
		struct packet *packet = &burst->packets[i];
		packet->mbuf = mbufs[i];
		packet->fate = PACKET_PENDING;
		packet->reason = DROP_NONE;
		packet->leg = NULL;
		packet->stream = NULL;
		rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], void *));
	}
}
