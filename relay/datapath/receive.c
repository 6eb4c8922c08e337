/* SPDX-License-Identifier: BSD-3-Clause */
// receive.c - takes one burst of frames from the device.
#include <rte_cycles.h>
#include <rte_ethdev.h>

#include "datapath/internal.h"

void
receive(struct worker *worker, struct burst *burst)
{
	struct rte_mbuf *mbufs[BURST_PACKETS_MAX];

	worker->received_tsc = rte_rdtsc();
	burst->count = rte_eth_rx_burst(worker->settings.port_id, 0, mbufs, BURST_PACKETS_MAX);
	worker->stats.frames_in += burst->count;
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
