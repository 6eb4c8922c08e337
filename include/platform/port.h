/* SPDX-License-Identifier: BSD-3-Clause */
// port.h - one DPDK Ethernet device with one receive and one transmit queue, and its packet
// buffers.
#ifndef PLATFORM_PORT_H
#define PLATFORM_PORT_H

#include <stddef.h>
#include <stdint.h>

struct rte_mempool;

struct port {
	uint16_t id;
	char driver[32];
	struct rte_mempool *pool; // its own
};

// Starts the device that EAL was started with, under the given MAC address. Where the device cannot
// take the address it is made to receive everything, and classify sorts. Returns 0, or a negative
// errno with a reason that says what to do in error[0..error_bytes).
int port_start(struct port *port, const char *device, const uint8_t mac[6], char *error,
	size_t error_bytes);
void port_stop(struct port *port);

#endif
