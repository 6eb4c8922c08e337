/* SPDX-License-Identifier: BSD-3-Clause */
// icmp.c - answers echo requests to the media addresses, so that a technician can ping them (RFC
// 792, RFC 4443).
#include <string.h>

#include <rte_ether.h>
#include <rte_icmp.h>
#include <rte_ip.h>
#include <rte_mbuf.h>

#include "datapath/internal.h"
#include "media/checksum.h"

#define ECHO_REPLIES_PER_S 100
#define ECHO_TTL 64
#define ECHO_REPLY_V6 129

static void
answer_v4(const struct frame *frame, uint8_t *ip_bytes, uint8_t *message)
{
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)ip_bytes;
	struct rte_icmp_hdr *header = (struct rte_icmp_hdr *)message;

	ip->src_addr = ip_v4_be(&frame->tuple.local);
	ip->dst_addr = ip_v4_be(&frame->tuple.remote);
	ip->time_to_live = ECHO_TTL;
	ip->hdr_checksum = 0;
	ip->hdr_checksum = checksum_internet(ip, IPV4_HEADER_BYTES);
	header->icmp_type = RTE_IP_ICMP_ECHO_REPLY;
	header->icmp_cksum = 0;
	header->icmp_cksum = checksum_internet(header, frame->payload_bytes);
}

static void
answer_v6(const struct frame *frame, uint8_t *ip_bytes, uint8_t *message)
{
	const struct tuple *tuple = &frame->tuple;
	struct rte_ipv6_hdr *ip = (struct rte_ipv6_hdr *)ip_bytes;
	struct rte_icmp_hdr *header = (struct rte_icmp_hdr *)message;

	memcpy(ip->src_addr, &tuple->local, sizeof tuple->local);
	memcpy(ip->dst_addr, &tuple->remote, sizeof tuple->remote);
	ip->hop_limits = ECHO_TTL;
	header->icmp_type = ECHO_REPLY_V6;
	header->icmp_cksum = 0;
	header->icmp_cksum =
		checksum_icmp6(&tuple->local, &tuple->remote, message, frame->payload_bytes);
}

// Turns the request into its reply where it lies: addresses swapped, another type, checksums anew.
static void
turn_round(struct worker *worker, struct packet *packet)
{
	const struct frame *frame = &packet->frame;
	struct rte_mbuf *mbuf = packet->mbuf;
	uint8_t *ip = rte_pktmbuf_mtod(mbuf, uint8_t *) + frame->l3_offset;
	bool is_v4 = ip_family(&frame->tuple.remote) == IP_V4;

	if (is_v4)
		answer_v4(frame, ip, packet->payload);
	else
		answer_v6(frame, ip, packet->payload);

	// The Ethernet header is written anew: the device may have taken a VLAN tag out of it.
	rte_pktmbuf_trim(
		mbuf, (uint16_t)(rte_pktmbuf_data_len(mbuf) - frame->l3_offset - frame->ip_bytes));
	rte_pktmbuf_adj(mbuf, frame->l3_offset);
	mbuf->ol_flags = 0;
	uint8_t *at = (uint8_t *)rte_pktmbuf_prepend(mbuf, transmit_ethernet_bytes(worker));
	transmit_write_ethernet(
		worker, at, &frame->source, is_v4 ? RTE_ETHER_TYPE_IPV4 : RTE_ETHER_TYPE_IPV6);
}

void
icmp(struct worker *worker, struct burst *burst)
{
	if (!burst_has(burst, PACKET_ICMP_ECHO))
		return;
	for (unsigned i = 0; i < burst->count; i++) {
		struct packet *packet = &burst->packets[i];
		if (!packet_is(packet, PACKET_ICMP_ECHO))
			continue;
		if (!rate_limit_allows(&worker->echo, ECHO_REPLIES_PER_S, burst->now)) {
			packet_drop(packet, DROP_ICMP_RATE);
			continue;
		}
		turn_round(worker, packet);
		worker->stats.originated++;
		transmit_queue(worker, packet->mbuf, NULL, packet->frame.ip_bytes);
		packet->mbuf = NULL;
		packet->fate = PACKET_CONSUMED;
	}
}
