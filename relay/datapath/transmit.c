/* SPDX-License-Identifier: BSD-3-Clause */
// transmit.c - writes the headers of what leaves, and hands it to the device.
#include <errno.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_udp.h>

#include "datapath/internal.h"
#include "media/checksum.h"

#define TTL 64
#define DSCP_SHIFT 2 // the field's two low bits are ECN's (RFC 3168)

unsigned
transmit_ethernet_bytes(const struct worker *worker)
{
	return ETHERNET_HEADER_BYTES + (worker->settings.vlan_id == VLAN_NONE ? 0 : VLAN_TAG_BYTES);
}

unsigned
transmit_header_bytes(const struct worker *worker)
{
	return transmit_ethernet_bytes(worker) + IPV4_HEADER_BYTES + UDP_HEADER_BYTES;
}

static void
write_be16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

uint8_t *
transmit_write_ethernet(
	const struct worker *worker, uint8_t *at, const struct mac *destination, uint16_t ethertype)
{
	memcpy(at, destination, MAC_BYTES);
	memcpy(at + MAC_BYTES, &worker->settings.mac, MAC_BYTES);
	at += 2 * MAC_BYTES;
	if (worker->settings.vlan_id != VLAN_NONE) {
		write_be16(at, RTE_ETHER_TYPE_VLAN);
		write_be16(at + 2, worker->settings.vlan_id);
		at += VLAN_TAG_BYTES;
	}
	write_be16(at, ethertype);
	return at + sizeof ethertype;
}

void
transmit_write_headers(
	const struct worker *worker, uint8_t *at, const struct datagram_headers *headers)
{
	const struct tuple *tuple = headers->tuple;
	uint16_t udp_bytes = (uint16_t)(UDP_HEADER_BYTES + headers->payload_bytes);

	at = transmit_write_ethernet(worker, at, headers->next_hop, RTE_ETHER_TYPE_IPV4);
	struct rte_ipv4_hdr ip = {
		.version_ihl = RTE_IPV4_VHL_DEF,
		.type_of_service = (uint8_t)(headers->dscp << DSCP_SHIFT),
		.total_length = rte_cpu_to_be_16((uint16_t)(IPV4_HEADER_BYTES + udp_bytes)),
		// An atomic datagram needs no identification (RFC 6864, section 4.1).
		.fragment_offset = rte_cpu_to_be_16(RTE_IPV4_HDR_DF_FLAG),
		.time_to_live = TTL,
		.next_proto_id = IPPROTO_UDP,
		.src_addr = tuple->local_ip_be,
		.dst_addr = tuple->remote_ip_be,
	};
	ip.hdr_checksum = checksum_internet(&ip, sizeof ip);
	struct rte_udp_hdr udp = {
		.src_port = tuple->local_port_be,
		.dst_port = tuple->remote_port_be,
		.dgram_len = rte_cpu_to_be_16(udp_bytes),
		.dgram_cksum = headers->udp_checksum_be,
	};
	memcpy(at, &ip, sizeof ip);
	memcpy(at + sizeof ip, &udp, sizeof udp);
}

void
transmit_queue(
	struct worker *worker, struct rte_mbuf *mbuf, struct outflow *outflow, uint32_t ip_bytes)
{
	if (worker->tx_count == TX_FRAMES_MAX)
		transmit(worker);
	worker->tx[worker->tx_count++] = (struct tx_frame){mbuf, outflow, ip_bytes};
}

int
transmit_own_frame(struct worker *worker, const struct mac *destination, uint16_t ethertype,
	const void *bytes, uint16_t length)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(worker->settings.pool);
	if (!mbuf)
		return -ENOBUFS;
	uint8_t *at = (uint8_t *)rte_pktmbuf_append(
		mbuf, (uint16_t)(transmit_ethernet_bytes(worker) + length));
	if (!at) {
		rte_pktmbuf_free(mbuf);
		return -ENOBUFS;
	}
	memcpy(transmit_write_ethernet(worker, at, destination, ethertype), bytes, length);
	worker->stats.originated++;
	transmit_queue(worker, mbuf, NULL, length);
	return 0;
}

int
transmit_own_datagram(struct worker *worker, const struct tuple *tuple, const struct mac *next_hop,
	const void *payload, uint16_t payload_bytes)
{
	unsigned header_bytes = transmit_header_bytes(worker);
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(worker->settings.pool);
	if (!mbuf)
		return -ENOBUFS;
	uint8_t *at = (uint8_t *)rte_pktmbuf_append(mbuf, (uint16_t)(header_bytes + payload_bytes));
	if (!at) {
		rte_pktmbuf_free(mbuf);
		return -ENOBUFS;
	}

	memcpy(at + header_bytes, payload, payload_bytes);
	struct datagram_headers headers = {
		.tuple = tuple,
		.next_hop = next_hop,
		.payload_bytes = payload_bytes,
	};
	transmit_write_headers(worker, at, &headers);
	struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(at + header_bytes - UDP_HEADER_BYTES);
	udp->dgram_cksum = checksum_udp4(tuple->local_ip_be, tuple->remote_ip_be, udp,
		(size_t)UDP_HEADER_BYTES + payload_bytes);
	worker->stats.originated++;
	transmit_queue(worker, mbuf, NULL, IPV4_HEADER_BYTES + UDP_HEADER_BYTES + payload_bytes);
	return 0;
}

static void
count_sent(struct worker *worker, const struct tx_frame *frame)
{
	worker->stats.transmitted++;
	worker->stats.bytes_out += frame->ip_bytes;
	if (frame->outflow) {
		frame->outflow->stats.packets++;
		frame->outflow->stats.bytes += frame->ip_bytes;
	}
}

static void
count_unsent(struct worker *worker, const struct tx_frame *frame)
{
	worker->stats.drops[DROP_TX_FULL]++;
	if (frame->outflow)
		frame->outflow->stats.drops++;
	rte_pktmbuf_free(frame->mbuf);
}

// All copies of a burst leave together, so they share one look at the clock.
static void
count_delay(struct worker *worker, unsigned media_sent)
{
	uint64_t cycles = rte_rdtsc() - worker->received_tsc;
	int64_t ns = (int64_t)((double)cycles * worker->ns_per_cycle);
	worker->stats.delays[delay_bucket(ns)] += media_sent;
}

void
transmit(struct worker *worker)
{
	struct rte_mbuf *mbufs[TX_FRAMES_MAX];
	unsigned count = worker->tx_count;

	for (unsigned i = 0; i < count; i++)
		mbufs[i] = worker->tx[i].mbuf;
	unsigned sent = 0;
	while (sent < count) {
		uint16_t taken = rte_eth_tx_burst(
			worker->settings.port_id, 0, mbufs + sent, (uint16_t)(count - sent));
		if (taken == 0)
			break;
		sent += taken;
	}
	unsigned media_sent = 0;
	for (unsigned i = 0; i < sent; i++) {
		count_sent(worker, &worker->tx[i]);
		media_sent += worker->tx[i].outflow != NULL;
	}
	if (media_sent > 0)
		count_delay(worker, media_sent);
	for (unsigned i = sent; i < count; i++)
		count_unsent(worker, &worker->tx[i]);
	worker->tx_count = 0;
}

const struct mac *
transmit_next_hop(const struct worker *worker, be32_t remote_ip_be, const struct mac *learnt)
{
	const struct worker_settings *settings = &worker->settings;
	if (!settings->gateway_be || !worker->gateway_is_known)
		return learnt;

	uint32_t mask = settings->prefix_bits ? UINT32_MAX << (32 - settings->prefix_bits) : 0;
	bool is_on_wire = !(rte_be_to_cpu_32(remote_ip_be ^ settings->address_be) & mask);
	return is_on_wire ? learnt : &worker->gateway_mac;
}
