/* SPDX-License-Identifier: BSD-3-Clause */
// icmp.c - answers echo requests to the media address, so that a technician can ping it (RFC 792).
#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_icmp.h>
#include <rte_ip.h>
#include <rte_mbuf.h>

#include "datapath/internal.h"
#include "media/checksum.h"

#define ECHO_REPLIES_PER_S 100
#define ECHO_TTL 64

// Turns the request into its reply where it lies: addresses swapped, type 0, checksums anew.
static void
turn_round(struct worker *worker, struct packet *packet)
{
	const struct frame *frame = &packet->frame;
	struct rte_mbuf *mbuf = packet->mbuf;
	uint8_t *bytes = rte_pktmbuf_mtod(mbuf, uint8_t *);
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(bytes + frame->l3_offset);
	struct rte_icmp_hdr *icmp_header = (struct rte_icmp_hdr *)packet->payload;

	ip->src_addr = frame->tuple.local_ip_be;
	ip->dst_addr = frame->tuple.remote_ip_be;
	ip->time_to_live = ECHO_TTL;
	ip->hdr_checksum = 0;
	ip->hdr_checksum = checksum_internet(ip, IPV4_HEADER_BYTES);
	icmp_header->icmp_type = RTE_IP_ICMP_ECHO_REPLY;
	icmp_header->icmp_cksum = 0;
	icmp_header->icmp_cksum = checksum_internet(icmp_header, frame->payload_bytes);

	// The Ethernet header is written anew: the device may have taken a VLAN tag out of it.
	rte_pktmbuf_trim(
		mbuf, (uint16_t)(rte_pktmbuf_data_len(mbuf) - frame->l3_offset - frame->ip_bytes));
	rte_pktmbuf_adj(mbuf, frame->l3_offset);
	mbuf->ol_flags = 0;
	uint8_t *at = (uint8_t *)rte_pktmbuf_prepend(mbuf, transmit_ethernet_bytes(worker));
	transmit_write_ethernet(worker, at, &frame->source, RTE_ETHER_TYPE_IPV4);
}

void
icmp(struct worker *worker, struct burst *burst)
{
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
