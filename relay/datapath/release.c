/* SPDX-License-Identifier: BSD-3-Clause */
// release.c - every received frame is counted once, by what became of it, and freed unless handed
// on.
#include <assert.h>

#include <rte_mbuf.h>

#include "datapath/internal.h"

void
release(struct worker *worker, struct burst *burst)
{
	struct worker_stats *stats = &worker->stats;

	for (unsigned i = 0; i < burst->count; i++) {
		struct packet *packet = &burst->packets[i];
		switch (packet->fate) {
		case PACKET_FORWARDED:
			stats->forwarded++;
			break;
		case PACKET_CONSUMED:
			stats->consumed++;
			break;
		case PACKET_DROPPED:
			stats->drops[packet->reason]++;
			break;
		case PACKET_HANDED:
			stats->handed_out++;
			break;
		case PACKET_PENDING:
			assert(!"every stage list ends a packet");
		}
		rte_pktmbuf_free(packet->mbuf);
	}
}
