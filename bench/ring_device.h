/* SPDX-License-Identifier: BSD-3-Clause */
// ring_device.h - the device of the benchmarks: memory rings, with a queue for each worker.
#ifndef BENCH_RING_DEVICE_H
#define BENCH_RING_DEVICE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#define RING_FRAMES 16384
#define WORKERS 2
#define POOL_BUFFERS 16383

static struct rte_mempool *pool;
static struct rte_ring *to_queues[WORKERS], *from_queues[WORKERS]; // a queue for each worker
static struct rte_ring *to_worker, *from_worker;                   // those that are used
static uint32_t worker_count = 1; // and which of them has the sessions
static uint32_t owner;
static const char *eal_lcores = "0";
static uint16_t port_id;

static inline void
fail(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(EXIT_FAILURE);
}

static inline struct rte_ring *
create_ring(const char *name, uint32_t number)
{
	char text[RTE_RING_NAMESIZE];
	snprintf(text, sizeof text, "%s-%u", name, number);
	return rte_ring_create(text, RING_FRAMES, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
}

static inline void
start_device(void)
{
	char *arguments[] = {(char *)"bench", (char *)"--no-huge", (char *)"--no-shconf",
		(char *)"--no-pci", (char *)"--no-telemetry", (char *)"-m", (char *)"512",
		(char *)"-l", (char *)eal_lcores, (char *)"--log-level=error", NULL};
	struct rte_eth_conf settings = {0};

	if (rte_eal_init(10, arguments) < 0)
		fail("DPDK does not start");
	pool = rte_pktmbuf_pool_create_by_ops(
		"bench", POOL_BUFFERS, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY, "stack");
	for (uint32_t i = 0; i < worker_count; i++) {
		to_queues[i] = create_ring("to", i);
		from_queues[i] = create_ring("from", i);
		if (!pool || !to_queues[i] || !from_queues[i])
			fail("no memory for rings and buffers");
	}
	to_worker = to_queues[owner];
	from_worker = from_queues[owner];
	int port =
		rte_eth_from_rings("bench", to_queues, worker_count, from_queues, worker_count, 0);
	uint16_t queues = (uint16_t)worker_count;
	if (port < 0 || rte_eth_dev_configure((uint16_t)port, queues, queues, &settings) != 0)
		fail("the ring device cannot be made");
	port_id = (uint16_t)port;
	for (uint16_t i = 0; i < queues; i++) {
		if (rte_eth_rx_queue_setup(port_id, i, 512, 0, NULL, pool) != 0 ||
			rte_eth_tx_queue_setup(port_id, i, 512, 0, NULL) != 0)
			fail("the ring device has no queue");
	}
	if (rte_eth_dev_start(port_id) != 0)
		fail("the ring device does not start");
}

#endif
