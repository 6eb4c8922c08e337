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
#include "media/bytes.h"
#include "media/checksum.h"

#define TTL 64
#define IP_VERSION_6 6
#define IPV4_LENGTH_OFFSET 2
#define IPV4_CHECKSUM_OFFSET 10
#define IPV6_LENGTH_OFFSET 4
#define UDP_LENGTH_OFFSET 4
#define UDP_CHECKSUM_OFFSET 6
#define DSCP_SHIFT 2 // the field's two low bits are ECN's (RFC 3168)

unsigned
transmit_ethernet_bytes(const struct worker *worker)
{
	return ETHERNET_HEADER_BYTES + (worker->settings.vlan_id == VLAN_NONE ? 0 : VLAN_TAG_BYTES);
}

unsigned
transmit_ip_header_bytes(enum ip_family family)
{
	return (family == IP_V4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES) + UDP_HEADER_BYTES;
}

unsigned
transmit_header_bytes(const struct worker *worker, enum ip_family family)
{
	return transmit_ethernet_bytes(worker) + transmit_ip_header_bytes(family);
}

uint8_t *
transmit_write_ethernet(
	const struct worker *worker, uint8_t *at, const struct mac *destination, uint16_t ethertype)
{
	memcpy(at, destination, MAC_BYTES);
	memcpy(at + MAC_BYTES, &worker->settings.mac, MAC_BYTES);
	at += 2 * MAC_BYTES;
	if (worker->settings.vlan_id != VLAN_NONE) {
		bytes_put_16(at, RTE_ETHER_TYPE_VLAN);
		bytes_put_16(at + 2, worker->settings.vlan_id);
		at += VLAN_TAG_BYTES;
	}
	bytes_put_16(at, ethertype);
	return at + sizeof ethertype;
}

static uint8_t *
write_ipv4(uint8_t *at, const struct datagram_headers *headers, uint16_t udp_bytes)
{
	const struct tuple *tuple = headers->tuple;
	struct rte_ipv4_hdr ip = {
		.version_ihl = RTE_IPV4_VHL_DEF,
		.type_of_service = (uint8_t)(headers->dscp << DSCP_SHIFT),
		.total_length = rte_cpu_to_be_16((uint16_t)(IPV4_HEADER_BYTES + udp_bytes)),
		// An atomic datagram needs no identification (RFC 6864, section 4.1).
		.fragment_offset = rte_cpu_to_be_16(RTE_IPV4_HDR_DF_FLAG),
		.time_to_live = TTL,
		.next_proto_id = IPPROTO_UDP,
		.src_addr = ip_v4_be(&tuple->local),
		.dst_addr = ip_v4_be(&tuple->remote),
	};
	ip.hdr_checksum = checksum_internet(&ip, sizeof ip);
	memcpy(at, &ip, sizeof ip);
	return at + sizeof ip;
}

static uint8_t *
write_ipv6(uint8_t *at, const struct datagram_headers *headers, uint16_t udp_bytes)
{
	const struct tuple *tuple = headers->tuple;
	uint32_t traffic_class = (uint32_t)headers->dscp << DSCP_SHIFT;
	struct rte_ipv6_hdr ip = {
		.vtc_flow = rte_cpu_to_be_32(
			(uint32_t)IP_VERSION_6 << 28 | traffic_class << RTE_IPV6_HDR_TC_SHIFT),
		.payload_len = rte_cpu_to_be_16(udp_bytes),
		.proto = IPPROTO_UDP,
		.hop_limits = TTL,
	};
	memcpy(ip.src_addr, &tuple->local, sizeof tuple->local);
	memcpy(ip.dst_addr, &tuple->remote, sizeof tuple->remote);
	memcpy(at, &ip, sizeof ip);
	return at + sizeof ip;
}

void
transmit_write_headers(
	const struct worker *worker, uint8_t *at, const struct datagram_headers *headers)
{
	const struct tuple *tuple = headers->tuple;
	uint16_t udp_bytes = (uint16_t)(UDP_HEADER_BYTES + headers->payload_bytes);
	bool is_v4 = ip_family(&tuple->remote) == IP_V4;

	at = transmit_write_ethernet(
		worker, at, headers->next_hop, is_v4 ? RTE_ETHER_TYPE_IPV4 : RTE_ETHER_TYPE_IPV6);
	at = is_v4 ? write_ipv4(at, headers, udp_bytes) : write_ipv6(at, headers, udp_bytes);
	struct rte_udp_hdr udp = {
		.src_port = tuple->local_port_be,
		.dst_port = tuple->remote_port_be,
		.dgram_len = rte_cpu_to_be_16(udp_bytes),
		.dgram_cksum = headers->udp_checksum_be,
	};
	memcpy(at, &udp, sizeof udp);
}

void
transmit_make_headers(struct worker *worker, struct leg *leg)
{
	struct headers *headers = &leg->headers;
	struct datagram_headers made = {
		.tuple = &leg->path.tuple,
		.next_hop = transmit_next_hop(worker, &leg->path.tuple.remote, &leg->path.next_hop),
	};
	enum ip_family family = ip_family(&leg->path.tuple.remote);

	transmit_write_headers(worker, headers->bytes, &made);
	headers->generation = worker->neighbours[family].gateway_changes + 1;
	headers->count = (uint8_t)transmit_header_bytes(worker, family);
	headers->ip_bytes = (uint8_t)transmit_ip_header_bytes(family);
	headers->is_v4 = family == IP_V4;
	if (headers->is_v4) {
		uint8_t *ip = headers->bytes + headers->count - headers->ip_bytes;
		memset(ip + IPV4_LENGTH_OFFSET, 0, sizeof(uint16_t));
		memset(ip + IPV4_CHECKSUM_OFFSET, 0, sizeof(uint16_t));
		headers->ip_sum = checksum_sum(ip, IPV4_HEADER_BYTES);
	}
}

// The lengths that occur, so that each is a few moves.
static void
copy_headers(const struct headers *headers, uint8_t *at)
{
	enum {
		PLAIN_V4 = ETHERNET_HEADER_BYTES + IPV4_HEADER_BYTES + UDP_HEADER_BYTES,
		PLAIN_V6 = ETHERNET_HEADER_BYTES + IPV6_HEADER_BYTES + UDP_HEADER_BYTES,
	};
	switch (headers->count) {
	case PLAIN_V4:
		memcpy(at, headers->bytes, PLAIN_V4);
		break;
	case PLAIN_V4 + VLAN_TAG_BYTES:
		memcpy(at, headers->bytes, PLAIN_V4 + VLAN_TAG_BYTES);
		break;
	case PLAIN_V6:
		memcpy(at, headers->bytes, PLAIN_V6);
		break;
	default:
		memcpy(at, headers->bytes, PLAIN_V6 + VLAN_TAG_BYTES);
	}
}

void
transmit_put_headers(const struct headers *headers, uint8_t *at, uint8_t dscp,
	uint16_t payload_bytes, be16_t udp_checksum_be)
{
	uint8_t *ip = at + headers->count - headers->ip_bytes;
	uint8_t *udp = at + headers->count - UDP_HEADER_BYTES;
	uint16_t udp_bytes = (uint16_t)(UDP_HEADER_BYTES + payload_bytes);

	copy_headers(headers, at);
	bytes_put_16(udp + UDP_LENGTH_OFFSET, udp_bytes);
	memcpy(udp + UDP_CHECKSUM_OFFSET, &udp_checksum_be, sizeof udp_checksum_be);
	if (!headers->is_v4) {
		bytes_put_16(ip + IPV6_LENGTH_OFFSET, udp_bytes);
		// Version 6, then the traffic class over two bytes (RFC 8200, section 3).
		ip[0] = (uint8_t)(IP_VERSION_6 << 4 | dscp >> 2);
		ip[1] = (uint8_t)(dscp << 6);
		return;
	}
	uint16_t length_be = rte_cpu_to_be_16((uint16_t)(IPV4_HEADER_BYTES + udp_bytes));
	uint16_t dscp_be = rte_cpu_to_be_16((uint16_t)(dscp << DSCP_SHIFT));
	uint32_t sum = (uint32_t)headers->ip_sum + length_be + dscp_be;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	uint16_t checksum_be = (uint16_t)~sum;
	ip[1] = (uint8_t)(dscp << DSCP_SHIFT);
	memcpy(ip + IPV4_LENGTH_OFFSET, &length_be, sizeof length_be);
	memcpy(ip + IPV4_CHECKSUM_OFFSET, &checksum_be, sizeof checksum_be);
}

void
transmit_fill_checksum(
	const struct worker *worker, uint8_t *at, const struct datagram_headers *headers)
{
	const struct tuple *tuple = headers->tuple;
	unsigned header_bytes = transmit_header_bytes(worker, ip_family(&tuple->remote));
	struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(at + header_bytes - UDP_HEADER_BYTES);

	udp->dgram_cksum = checksum_udp(&tuple->local, &tuple->remote, udp,
		(size_t)UDP_HEADER_BYTES + headers->payload_bytes);
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
	enum ip_family family = ip_family(&tuple->remote);
	unsigned header_bytes = transmit_header_bytes(worker, family);
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
	transmit_fill_checksum(worker, at, &headers);
	worker->stats.originated++;
	transmit_queue(worker, mbuf, NULL, transmit_ip_header_bytes(family) + payload_bytes);
	return 0;
}

// Returns how many of the frames were copies of media.
static unsigned
count_sent(struct worker *worker, unsigned sent)
{
	uint64_t bytes = 0;
	unsigned media_sent = 0;
	for (unsigned i = 0; i < sent; i++) {
		const struct tx_frame *frame = &worker->tx[i];
		bytes += frame->ip_bytes;
		if (!frame->outflow)
			continue;
		frame->outflow->stats.packets++;
		frame->outflow->stats.bytes += frame->ip_bytes;
		media_sent++;
	}
	worker->stats.transmitted += sent;
	worker->stats.bytes_out += bytes;
	return media_sent;
}

static void
drop_unsent(struct worker *worker, unsigned sent)
{
	for (unsigned i = sent; i < worker->tx_count; i++) {
		worker->stats.drops[DROP_TX_FULL]++;
		if (worker->tx[i].outflow)
			worker->tx[i].outflow->stats.drops++;
		rte_pktmbuf_free(worker->tx_mbufs[i]);
	}
}

// All copies of a burst leave together, so they share one look at the clock.
static void
count_delay(struct worker *worker, unsigned media_sent)
{
	uint64_t cycles = rte_rdtsc() - worker->received_tsc;
	int64_t ns = (int64_t)((double)cycles * worker->ns_per_cycle);
	worker->stats.delays[delay_bucket(ns)] += media_sent;
}

// Through the device's queue, or through the worker that has it. Returns how many of the first are
// on their way.
static unsigned
send_frames(struct worker *worker, struct rte_mbuf **mbufs, unsigned count)
{
	unsigned sent = 0;

	if (!worker->has_queue)
		return fleet_put_frames(worker->fleet, worker->settings.number, mbufs, count);
	while (sent < count) {
		uint16_t taken = rte_eth_tx_burst(worker->settings.port_id, worker->settings.number,
			mbufs + sent, (uint16_t)(count - sent));
		if (taken == 0)
			break;
		sent += taken;
	}
	return sent;
}

// What the device has no room for now stays in the other's ring: when that is full, the other
// counts its drops.
static unsigned
transmit_for(struct worker *worker, uint32_t other)
{
	struct rte_mbuf *mbufs[TX_FRAMES_MAX];
	unsigned count = fleet_look_frames(worker->fleet, other, mbufs, TX_FRAMES_MAX);
	if (count == 0)
		return 0;
	unsigned sent = send_frames(worker, mbufs, count);
	fleet_frames_done(worker->fleet, other, sent);
	return sent;
}

unsigned
transmit_for_others(struct worker *worker)
{
	uint32_t workers = fleet_worker_count(worker->fleet);
	uint16_t queues = worker->settings.queue_count ? worker->settings.queue_count : 1;
	unsigned sent = 0;

	if (!worker->has_queue)
		return 0;
	for (uint32_t other = worker->settings.number + queues; other < workers; other += queues)
		sent += transmit_for(worker, other);
	return sent;
}

void
transmit(struct worker *worker)
{
	unsigned sent = send_frames(worker, worker->tx_mbufs, worker->tx_count);
	unsigned media_sent = count_sent(worker, sent);
	if (media_sent > 0)
		count_delay(worker, media_sent);
	drop_unsent(worker, sent);
	worker->tx_count = 0;
}

const struct mac *
transmit_next_hop(
	const struct worker *worker, const struct ip_address *remote, const struct mac *learnt)
{
	enum ip_family family = ip_family(remote);
	const struct worker_network *network = &worker->settings.networks[family];
	const struct neighbours *neighbours = &worker->neighbours[family];
	if (!neighbours->gateway_is_known ||
		ip_shares_prefix(remote, &network->address, network->prefix_bits))
		return learnt;
	return &neighbours->gateway_mac;
}
