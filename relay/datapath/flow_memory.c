/* SPDX-License-Identifier: BSD-3-Clause */
// flow_memory.c - what a leg, a stream and an outflow take of memory while they are in use.
#include <rte_common.h>

#include "datapath/internal.h"

// An entry of rte_hash: the pointer and the key, in 16s; an eighth of a bucket of a cache line; its
// number among the free ones. tables_init() has two for each leg.
#define PATH_ENTRY_BYTES                                                                           \
	(RTE_ALIGN(sizeof(void *) + sizeof(struct tuple), 16) + RTE_CACHE_LINE_SIZE / 8 +          \
		sizeof(uint32_t))
#define LEG_PATH_ENTRIES 2

void
worker_flow_memory(
	const struct srtp_engine *engine, enum srtp_profile profile, struct flow_memory *out)
{
	uint32_t context_bytes = (uint32_t)engine->context_bytes(profile, SRTP_INBOUND);
	uint32_t reports_bytes = (uint32_t)(engine->context_bytes(profile, SRTP_INBOUND_RTCP) +
					    engine->context_bytes(profile, SRTP_OUTBOUND_RTCP));
	struct slot_bytes board = stats_slot_bytes();

	out->whole = (struct slot_bytes){
		// With the context of the relay's own reports on it, and the stream of the
		// endpoint's.
		.leg = (uint32_t)(sizeof(struct leg) + LEG_PATH_ENTRIES * PATH_ENTRY_BYTES +
				  sizeof(struct stream)) +
		       reports_bytes + board.leg + board.stream,
		.stream = (uint32_t)sizeof(struct stream) + context_bytes + board.stream,
		.outflow = (uint32_t)sizeof(struct outflow) + board.outflow,
	};
	out->flow = (out->whole.leg + LEG_FLOWS_USUAL * (out->whole.stream + out->whole.outflow)) /
		    (2 * LEG_FLOWS_USUAL);
}
