/* SPDX-License-Identifier: BSD-3-Clause */
// port.h - one DPDK Ethernet device with one receive and one transmit queue, and its packet
// buffers.
#ifndef PLATFORM_PORT_H
#define PLATFORM_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rte_mempool;

struct port {
	uint16_t id;
	char driver[32];
	uint16_t mtu;             // bytes of an IP packet
	bool sends_chains;        // a frame may lie in several buffers
	struct rte_mempool *pool; // its own
};

// Starts the device that EAL was started with, under the given MAC address, with the groups that
// IPv6 asks its neighbours in where `has_ipv6`. Where the device cannot take the address it is made
// to receive everything, and classify sorts. Returns 0, or a negative
// errno with a reason that says what to do in error[0..error_bytes).
int port_start(struct port *port, const char *device, const uint8_t mac[6], bool has_ipv6,
	char *error, size_t error_bytes);
void port_stop(struct port *port);

// What the device itself counts, since it was started, and how it is now.
struct port_stats {
	uint64_t packets_in;
	uint64_t bytes_in; // Ethernet frames without their checksum
	uint64_t packets_out;
	uint64_t bytes_out;
	uint64_t missed;      // came, but no receive buffer was ready for them
	uint64_t errors;      // damaged, in either direction
	uint64_t no_buffers;  // times that a receive buffer could not be had
	uint32_t link_mbit_s; // 0: down, or the device does not say
	uint32_t buffers;     // packet buffers, and how many of them are in use
	uint32_t buffers_used;
};

// Not for the packet path. 0 or -errno.
int port_look(const struct port *port, struct port_stats *out);

#endif
