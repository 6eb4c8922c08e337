/* SPDX-License-Identifier: BSD-3-Clause */
// traffic.h - a generator's trials: frames at a steady rate by a device, and what comes back
// of them.
#ifndef BENCH_TRAFFIC_H
#define BENCH_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "worker_rig.h"

#define TX_BURST 16
#define RX_BURST 64
#define DRAIN_S 0.03

struct traffic {
	uint16_t port_id;
	struct rte_mempool *pool;
	uint32_t flow_count;
	uint32_t next;                                 // flow whose turn it is
	uint16_t (*write)(uint32_t flow, uint8_t *at); // one frame of it; returns its bytes
	bool (*is_ours)(const uint8_t *frame, uint16_t bytes, uint64_t tsc); // of what came back
};

struct trial {
	uint64_t sent;
	uint64_t delivered;
};

static inline void
traffic_take(const struct traffic *traffic, struct trial *trial)
{
	struct rte_mbuf *mbufs[RX_BURST];
	uint16_t count = rte_eth_rx_burst(traffic->port_id, 0, mbufs, RX_BURST);
	uint64_t tsc = count ? rte_rdtsc() : 0;
	for (uint16_t i = 0; i < count; i++)
		trial->delivered += traffic->is_ours(
			rte_pktmbuf_mtod(mbufs[i], uint8_t *), rte_pktmbuf_data_len(mbufs[i]), tsc);
	if (count)
		rte_pktmbuf_free_bulk(mbufs, count);
}

static inline void
traffic_send(struct traffic *traffic, unsigned count, struct trial *trial)
{
	struct rte_mbuf *mbufs[TX_BURST];
	if (rte_pktmbuf_alloc_bulk(traffic->pool, mbufs, count) != 0)
		fail("no buffers");
	for (unsigned i = 0; i < count; i++) {
		uint8_t *at = rte_pktmbuf_mtod(mbufs[i], uint8_t *);
		mbufs[i]->data_len = traffic->write(traffic->next, at);
		mbufs[i]->pkt_len = mbufs[i]->data_len;
		traffic->next = (traffic->next + 1) % traffic->flow_count;
	}
	uint16_t taken = rte_eth_tx_burst(traffic->port_id, 0, mbufs, (uint16_t)count);
	if (taken < count) // the wire is full: lost, as on any other
		rte_pktmbuf_free_bulk(mbufs + taken, count - taken);
	trial->sent += count;
}

// What is not back DRAIN_S after the end is lost.
static inline struct trial
traffic_run(struct traffic *traffic, double rate, double seconds)
{
	struct trial trial = {0};
	double hz = (double)rte_get_tsc_hz();
	uint64_t start = rte_rdtsc(), now;
	while ((double)((now = rte_rdtsc()) - start) < seconds * hz) {
		uint64_t due = (uint64_t)((double)(now - start) / hz * rate);
		if (due > trial.sent)
			traffic_send(traffic,
				due - trial.sent < TX_BURST ? (unsigned)(due - trial.sent)
							    : TX_BURST,
				&trial);
		traffic_take(traffic, &trial);
	}
	while ((double)(rte_rdtsc() - start) < (seconds + DRAIN_S) * hz)
		traffic_take(traffic, &trial);
	return trial;
}

#endif
