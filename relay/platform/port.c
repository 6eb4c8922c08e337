/* SPDX-License-Identifier: BSD-3-Clause */
// port.c - configures the media device, whatever it is, and knows the quirks of the virtual ones.
#include "platform/port.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "platform/eal.h"
#include "platform/log.h"

#define POOL_CACHE_BUFFERS 256
#define SPREAD_BY (RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP)

// The buffer that was given back last is still in the cache; a ring hands out the one that was not
// touched for longest.
#define STACK "stack"
#define RING "ring_mp_mc"

// What devices need beyond the ordinary; one line each, the last for all others.
static const struct quirk {
	const char *driver;
	uint16_t rx_descriptors;
	uint16_t tx_descriptors;
	unsigned buffers;    // in the pool, queues included
	bool keeps_own_mac;  // setting another fails or is lost: receive everything instead
	const char *pool;    // how its buffers are kept
	uint16_t queues_max; // that are of use; 0: as many as the device says
	const char *advice;  // logged at start, NULL: none
} quirks[] = {
	{"net_af_packet", 512, 512, 8192, false, STACK, 0,
		"run `ethtool -K PEER tx off` on the veth's other end: veth leaves UDP checksums "
		"unfilled"},
	// Takes the whole interface: a kernel address on it goes dead. Fewer than 4096 buffers
	// starve its fill queue, and those of a stack never come back from it.
	{"net_af_xdp", 2048, 2048, 16384, true, RING, 0,
		"run `ethtool -K PEER tx off` on the veth's other end: veth leaves UDP checksums "
		"unfilled"},
	// The address it is given becomes the kernel interface's too, and a bridge then keeps
	// frames for it to itself. Its own address is another one after each start.
	{"net_tap", 512, 512, 8192, true, STACK, 0, NULL},
	{"net_ring", 512, 512, 8192, true, STACK, 0, NULL},
	{"net_pcap", 512, 512, 8192, true, STACK, 0, NULL},
	{"net_null", 512, 512, 8192, true, STACK, 0, NULL},
	// The other side decides how many rings there are.
	{"net_memif", 1024, 1024, 16384, false, STACK, 1, NULL},
	{NULL, 1024, 1024, 16384, false, STACK, 0, NULL},
};

static const struct quirk *
find_quirk(const char *driver)
{
	const struct quirk *quirk = quirks;
	while (quirk->driver && strcmp(quirk->driver, driver) != 0)
		quirk++;
	return quirk;
}

static uint16_t
queues_for(uint16_t workers, const struct quirk *quirk, const struct rte_eth_dev_info *info)
{
	uint16_t count = workers;

	if (quirk->queues_max != 0 && count > quirk->queues_max)
		count = quirk->queues_max;
	if (count > info->max_rx_queues)
		count = info->max_rx_queues;
	return count > info->max_tx_queues ? info->max_tx_queues : count;
}

static int
setup_queues(const struct port *port, uint16_t rx_descriptors, uint16_t tx_descriptors)
{
	unsigned socket = (unsigned)rte_eth_dev_socket_id(port->id);
	int result = 0;

	for (uint16_t queue = 0; queue < port->queue_count && result == 0; queue++) {
		result = rte_eth_rx_queue_setup(
			port->id, queue, rx_descriptors, socket, NULL, port->pool);
		if (result == 0)
			result = rte_eth_tx_queue_setup(
				port->id, queue, tx_descriptors, socket, NULL);
	}
	return result;
}

static int
configure(struct port *port, const struct quirk *quirk, const struct port_settings *wanted,
	const struct rte_eth_dev_info *info)
{
	struct rte_eth_conf settings = {0};
	uint16_t rx_descriptors = quirk->rx_descriptors;
	uint16_t tx_descriptors = quirk->tx_descriptors;

	port->queue_count = queues_for(wanted->workers, quirk, info);
	if (port->queue_count > 1 && !eal_device_is_virtual(wanted->device)) {
		settings.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		settings.rx_adv_conf.rss_conf.rss_hf = info->flow_type_rss_offloads & SPREAD_BY;
	}
	port->sends_chains = info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	if (port->sends_chains)
		settings.txmode.offloads |= RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	int result =
		rte_eth_dev_configure(port->id, port->queue_count, port->queue_count, &settings);
	if (result == 0)
		result = rte_eth_dev_adjust_nb_rx_tx_desc(
			port->id, &rx_descriptors, &tx_descriptors);
	return result == 0 ? setup_queues(port, rx_descriptors, tx_descriptors) : result;
}

static void
take_address(struct port *port, const struct quirk *quirk, const uint8_t mac[6], bool has_ipv6)
{
	struct rte_ether_addr address;
	memcpy(address.addr_bytes, mac, sizeof address.addr_bytes);
	if (!quirk->keeps_own_mac && rte_eth_dev_default_mac_addr_set(port->id, &address) == 0 &&
		(!has_ipv6 || rte_eth_allmulticast_enable(port->id) == 0))
		return;
	if (rte_eth_promiscuous_enable(port->id) != 0)
		log_debug("%s can neither take another MAC address nor receive everything",
			port->driver);
}

static int
find_device(struct port *port, const char *device, struct rte_eth_dev_info *info, char *error,
	size_t error_bytes)
{
	char name[EAL_DEVICE_NAME_BYTES];

	eal_device_name(device, name);
	int result = rte_eth_dev_get_port_by_name(name, &port->id);
	if (result == 0)
		result = rte_eth_dev_info_get(port->id, info);
	if (result != 0)
		snprintf(error, error_bytes, "DPDK has no Ethernet device \"%s\". %s", name,
			eal_device_is_virtual(device)
				? "Does the interface that media.device names exist (`ip link`), "
				  "and does no other program hold it?"
				: "A PCI device must be bound to a DPDK driver first "
				  "(dpdk-devbind.py --status shows which are)");
	return result;
}

int
port_start(struct port *port, const struct port_settings *settings, char *error, size_t error_bytes)
{
	struct rte_eth_dev_info info;

	memset(port, 0, sizeof *port);
	int result = find_device(port, settings->device, &info, error, error_bytes);
	if (result != 0)
		return result;
	rte_eth_dev_get_mtu(port->id, &port->mtu);
	snprintf(port->driver, sizeof port->driver, "%s", info.driver_name);
	const struct quirk *quirk = find_quirk(port->driver);
	unsigned buffers = quirk->buffers * settings->workers;
	port->pool = rte_pktmbuf_pool_create_by_ops("packets", buffers, POOL_CACHE_BUFFERS, 0,
		RTE_MBUF_DEFAULT_BUF_SIZE, rte_eth_dev_socket_id(port->id), quirk->pool);
	if (!port->pool) {
		snprintf(error, error_bytes,
			"no memory for %u packet buffers: give DPDK more (\"-m\" in media.eal, or "
			"hugepages)",
			buffers);
		return -ENOMEM;
	}
	result = configure(port, quirk, settings, &info);
	if (result == 0) {
		take_address(port, quirk, settings->mac, settings->has_ipv6);
		result = rte_eth_dev_start(port->id);
	}
	if (result != 0) {
		snprintf(error, error_bytes, "device \"%s\" (%s) did not start: %s",
			settings->device, port->driver, strerror(-result));
		rte_mempool_free(port->pool);
		return result;
	}
	if (quirk->advice)
		log_info("%s: %s", port->driver, quirk->advice);
	return 0;
}

void
port_stop(struct port *port)
{
	rte_eth_dev_stop(port->id);
	rte_eth_dev_close(port->id);
	rte_mempool_free(port->pool);
}

int
port_look(const struct port *port, struct port_stats *out)
{
	struct rte_eth_stats device;
	struct rte_eth_link link = {0};
	int result = rte_eth_stats_get(port->id, &device);

	if (result != 0)
		return result;
	*out = (struct port_stats){
		.packets_in = device.ipackets,
		.bytes_in = device.ibytes,
		.packets_out = device.opackets,
		.bytes_out = device.obytes,
		.missed = device.imissed,
		.errors = device.ierrors + device.oerrors,
		.no_buffers = device.rx_nombuf,
		.buffers = port->pool->size,
		.buffers_used = rte_mempool_in_use_count(port->pool),
	};
	if (rte_eth_link_get_nowait(port->id, &link) == 0 && link.link_status != 0 &&
		link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN)
		out->link_mbit_s = link.link_speed;
	return 0;
}
