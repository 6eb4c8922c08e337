/* SPDX-License-Identifier: BSD-3-Clause */
// arp.c - answers for the media address, announces it, and finds the gateway (RFC 826, RFC 5227).
#include <string.h>

#include <rte_arp.h>
#include <rte_byteorder.h>
#include <rte_ether.h>

#include "datapath/internal.h"

#define ANNOUNCEMENTS 3      // at start, a second apart (RFC 5227, section 2.3 asks for two)
#define ARP_PAUSE_NS NS_IN_S // between announcements, and while the gateway is searched
#define GATEWAY_REFRESH_NS (30 * NS_IN_S)
#define GATEWAY_QUESTIONS_MAX 3 // unanswered, before its MAC address is given up

static const struct mac broadcast = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

static int
send_arp(struct worker *worker, uint16_t operation, const struct mac *to, be32_t target_ip_be)
{
	struct rte_arp_hdr message = {
		.arp_hardware = rte_cpu_to_be_16(RTE_ARP_HRD_ETHER),
		.arp_protocol = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4),
		.arp_hlen = MAC_BYTES,
		.arp_plen = sizeof(be32_t),
		.arp_opcode = rte_cpu_to_be_16(operation),
		.arp_data.arp_sip = worker->settings.address_be,
		.arp_data.arp_tip = target_ip_be,
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
	const struct worker_settings *settings = &worker->settings;

	if (frame->tuple.local_ip_be != settings->address_be) {
		packet_drop(packet, DROP_ARP_OTHER);
		return;
	}
	if (frame->kind == FRAME_ARP_REQUEST) {
		if (send_arp(worker, RTE_ARP_OP_REPLY, &frame->sender_mac,
			    frame->tuple.remote_ip_be) != 0) {
			packet_drop(packet, DROP_NO_BUFFER);
			return;
		}
	} else if (settings->gateway_be && frame->tuple.remote_ip_be == settings->gateway_be) {
		worker->gateway_mac = frame->sender_mac;
		worker->gateway_is_known = true;
		worker->gateway_questions = 0;
		if (worker->announcements_left == 0)
			worker->next_arp = mono_after_ns(now, GATEWAY_REFRESH_NS);
	}
	packet->fate = PACKET_CONSUMED;
}

void
arp(struct worker *worker, struct burst *burst)
{
	for (unsigned i = 0; i < burst->count; i++) {
		if (packet_is(&burst->packets[i], PACKET_ARP))
			handle(worker, &burst->packets[i], burst->now);
	}
}

// A gateway that was replaced answers no more under the old MAC address: after one question without
// an answer everybody is asked, and after some the packets go back the way they came.
static void
ask_gateway(struct worker *worker)
{
	if (worker->gateway_questions >= GATEWAY_QUESTIONS_MAX)
		worker->gateway_is_known = false;
	bool is_sure = worker->gateway_is_known && worker->gateway_questions == 0;
	send_arp(worker, RTE_ARP_OP_REQUEST, is_sure ? &worker->gateway_mac : &broadcast,
		worker->settings.gateway_be);
	if (worker->gateway_questions < GATEWAY_QUESTIONS_MAX)
		worker->gateway_questions++;
}

void
arp_upkeep(struct worker *worker, struct mono_time now)
{
	const struct worker_settings *settings = &worker->settings;

	if (!mono_reached(now, worker->next_arp))
		return;
	if (worker->announcements_left > 0) {
		worker->announcements_left--;
		send_arp(worker, RTE_ARP_OP_REQUEST, &broadcast, settings->address_be);
	}
	if (settings->gateway_be)
		ask_gateway(worker); // its answer puts the next question off
	worker->next_arp = mono_after_ns(now, ARP_PAUSE_NS);
}
