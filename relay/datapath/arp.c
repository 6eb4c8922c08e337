/* SPDX-License-Identifier: BSD-3-Clause */
// arp.c - answers for the media address, announces it, and finds the gateway (RFC 826, RFC 5227).
#include <string.h>

#include <rte_arp.h>
#include <rte_byteorder.h>
#include <rte_ether.h>

#include "datapath/internal.h"

static const struct mac broadcast = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

static int
send_arp(struct worker *worker, uint16_t operation, const struct mac *to,
	const struct ip_address *target)
{
	struct rte_arp_hdr message = {
		.arp_hardware = rte_cpu_to_be_16(RTE_ARP_HRD_ETHER),
		.arp_protocol = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4),
		.arp_hlen = MAC_BYTES,
		.arp_plen = sizeof(be32_t),
		.arp_opcode = rte_cpu_to_be_16(operation),
		.arp_data.arp_sip = ip_v4_be(&worker->settings.networks[IP_V4].address),
		.arp_data.arp_tip = ip_v4_be(target),
	};
	memcpy(&message.arp_data.arp_sha, &worker->settings.mac, MAC_BYTES);
	if (operation == RTE_ARP_OP_REPLY)
		memcpy(&message.arp_data.arp_tha, to, MAC_BYTES);
	return transmit_own_frame(worker, to, RTE_ETHER_TYPE_ARP, &message, sizeof message);
}

static void
handle(struct worker *worker, struct packet *packet, struct mono_time now)
{
	const struct frame *frame = &packet->frame;
	const struct worker_network *network = &worker->settings.networks[IP_V4];

	if (!ip_equals(&frame->tuple.local, &network->address)) {
		packet_drop(packet, DROP_ARP_OTHER);
		return;
	}
	if (frame->kind == FRAME_ARP_REQUEST) {
		if (send_arp(worker, RTE_ARP_OP_REPLY, &frame->sender_mac, &frame->tuple.remote) !=
			0) {
			packet_drop(packet, DROP_NO_BUFFER);
			return;
		}
	} else if (ip_equals(&frame->tuple.remote, &network->gateway)) {
		neighbours_heard(&worker->neighbours[IP_V4], &frame->sender_mac, now);
	}
	packet->fate = PACKET_CONSUMED;
}

void
arp(struct worker *worker, struct burst *burst)
{
	if (!burst_has(burst, PACKET_ARP))
		return;
	for (unsigned i = 0; i < burst->count; i++) {
		if (packet_is(&burst->packets[i], PACKET_ARP))
			handle(worker, &burst->packets[i], burst->now);
	}
}

void
arp_upkeep(struct worker *worker, struct mono_time now)
{
	const struct worker_network *network = &worker->settings.networks[IP_V4];

	if (!ip_is_set(&network->address))
		return;
	struct neighbours_due due =
		neighbours_upkeep(&worker->neighbours[IP_V4], ip_is_set(&network->gateway), now);
	if (due.announcement)
		send_arp(worker, RTE_ARP_OP_REQUEST, &broadcast, &network->address);
	if (due.question)
		send_arp(worker, RTE_ARP_OP_REQUEST, due.asked ? due.asked : &broadcast,
			&network->gateway);
}
