/* SPDX-License-Identifier: BSD-3-Clause */
// port.h - one DPDK Ethernet device, its queues and its packet buffers.
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
	uint16_t queue_count;     // of receive and of transmit queues
	struct rte_mempool *pool; // its own
};

struct port_settings {
	const char *device; // what EAL was started with
	const uint8_t *mac; // 6 bytes
	bool has_ipv6;      // it then listens to the groups in which IPv6 asks its neighbours
	// A receive and a transmit queue for each where the device has so many; a device with
	// hardware of its own spreads what it receives by addresses and ports (RSS), a virtual one
	// as it can.
	uint16_t workers;
};

// Starts the device. Where it cannot take the address it is made to receive everything, and
// classify sorts. Returns 0, or a negative errno with a reason that says what to do in
// error[0..error_bytes).
int port_start(
	struct port *port, const struct port_settings *settings, char *error, size_t error_bytes);
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
