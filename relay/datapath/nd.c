/* SPDX-License-Identifier: BSD-3-Clause */
// nd.c - answers for the IPv6 media address, announces it, and finds the gateway (RFC 4861, 7.2).
//
// What comes here has passed frame_parse(): hop limit 255, so that it comes from the wire itself, a
// right checksum and whole options.
#include <string.h>

#include <rte_ether.h>

#include "datapath/internal.h"
#include "media/bytes.h"
#include "media/checksum.h"

#define HOP_LIMIT 255
#define PROTOCOL_ICMP6 58
#define SOLICITATION 135
#define ADVERTISEMENT 136
#define FLAG_SOLICITED 0x40
#define FLAG_OVERRIDE 0x20
#define OPTION_SOURCE_MAC 1
#define OPTION_TARGET_MAC 2
#define MESSAGE_BYTES 32 // header, target, one option
#define TARGET_OFFSET 8
#define OPTION_OFFSET 24

// The whole wire, and those who may have `target` (RFC 4291, section 2.7.1).
static const struct ip_address all_nodes = {{0x02ff, 0, 0, 0x01000000}}; // ff02::1
static struct ip_address
solicited_node(const struct ip_address *target)
{
	uint8_t bytes[sizeof *target] = {0xff, 0x02, [11] = 1, [12] = 0xff};
	memcpy(bytes + 13, (const uint8_t *)target + 13, 3);
	return ip_from_v6(bytes);
}

// RFC 2464, section 7.
static struct mac
group_mac(const struct ip_address *group)
{
	struct mac mac = {{0x33, 0x33}};
	memcpy(mac.bytes + 2, (const uint8_t *)group + 12, 4);
	return mac;
}

bool
nd_is_heard(const struct worker *worker, const struct frame *frame)
{
	struct ip_address asked = solicited_node(&worker->settings.networks[IP_V6].address);
	struct mac asked_mac = group_mac(&asked), all_mac = group_mac(&all_nodes);

	if (frame->kind == FRAME_ND_SOLICITATION)
		return memcmp(&frame->destination, &asked_mac, MAC_BYTES) == 0;
	return frame->kind == FRAME_ND_ADVERTISEMENT &&
	       memcmp(&frame->destination, &all_mac, MAC_BYTES) == 0;
}

// One solicitation or advertisement about `target`.
struct nd_message {
	uint8_t type;
	uint8_t flags;
	const struct ip_address *target;
	const struct ip_address *to;
	const struct mac *to_mac;
};

static int
send_nd(struct worker *worker, const struct nd_message *message)
{
	const struct ip_address *from = &worker->settings.networks[IP_V6].address;
	uint8_t bytes[IPV6_HEADER_BYTES + MESSAGE_BYTES] = {0x60};
	uint8_t *nd = bytes + IPV6_HEADER_BYTES;

	bytes_put_16(bytes + 4, MESSAGE_BYTES);
	bytes[6] = PROTOCOL_ICMP6;
	bytes[7] = HOP_LIMIT;
	memcpy(bytes + 8, from, sizeof *from);
	memcpy(bytes + 24, message->to, sizeof *message->to);
	nd[0] = message->type;
	nd[4] = message->flags;
	memcpy(nd + TARGET_OFFSET, message->target, sizeof *message->target);
	nd[OPTION_OFFSET] = message->type == SOLICITATION ? OPTION_SOURCE_MAC : OPTION_TARGET_MAC;
	nd[OPTION_OFFSET + 1] = 1;
	memcpy(nd + OPTION_OFFSET + 2, &worker->settings.mac, MAC_BYTES);
	be16_t checksum_be = checksum_icmp6(from, message->to, nd, MESSAGE_BYTES);
	memcpy(nd + 2, &checksum_be, sizeof checksum_be);
	return transmit_own_frame(
		worker, message->to_mac, RTE_ETHER_TYPE_IPV6, bytes, sizeof bytes);
}

// To who asks, or to everybody where the asker has no address yet (section 7.2.4).
static int
advertise(struct worker *worker, const struct ip_address *asker, const struct mac *asker_mac)
{
	struct mac all_mac = group_mac(&all_nodes);
	bool is_to_one = ip_is_set(asker);
	struct nd_message message = {
		.type = ADVERTISEMENT,
		.flags = FLAG_OVERRIDE | (is_to_one ? FLAG_SOLICITED : 0),
		.target = &worker->settings.networks[IP_V6].address,
		.to = is_to_one ? asker : &all_nodes,
		.to_mac = is_to_one ? asker_mac : &all_mac,
	};
	return send_nd(worker, &message);
}

static enum drop_reason
handle_solicitation(struct worker *worker, const struct frame *frame)
{
	if (!ip_equals(&frame->tuple.local, &worker->settings.networks[IP_V6].address))
		return DROP_ND_OTHER;
	const struct mac *asker = frame->has_sender_mac ? &frame->sender_mac : &frame->source;
	return advertise(worker, &frame->tuple.remote, asker) == 0 ? DROP_NONE : DROP_NO_BUFFER;
}

// Section 7.2.5: without the Override flag it may confirm a known address, not change it.
static void
handle_advertisement(struct worker *worker, const struct frame *frame, struct mono_time now)
{
	struct neighbours *neighbours = &worker->neighbours[IP_V6];
	const struct ip_address *gateway = &worker->settings.networks[IP_V6].gateway;
	if (!ip_is_set(gateway) || !ip_equals(&frame->tuple.remote, gateway))
		return;
	const struct mac *mac = frame->has_sender_mac ? &frame->sender_mac : &frame->source;
	bool is_other = memcmp(mac, &neighbours->gateway_mac, sizeof *mac) != 0;
	if (neighbours->gateway_is_known && is_other && !frame->overrides)
		return;
	neighbours_heard(neighbours, mac, now);
}

void
nd(struct worker *worker, struct burst *burst)
{
	if (!burst_has(burst, PACKET_ND))
		return;
	for (unsigned i = 0; i < burst->count; i++) {
		struct packet *packet = &burst->packets[i];
		enum drop_reason reason = DROP_NONE;
		if (!packet_is(packet, PACKET_ND))
			continue;
		if (packet->frame.kind == FRAME_ND_SOLICITATION)
			reason = handle_solicitation(worker, &packet->frame);
		else
			handle_advertisement(worker, &packet->frame, burst->now);
		if (reason)
			packet_drop(packet, reason);
		else
			packet->fate = PACKET_CONSUMED;
	}
}

void
nd_upkeep(struct worker *worker, struct mono_time now)
{
	static const struct ip_address nobody;
	const struct worker_network *network = &worker->settings.networks[IP_V6];
	struct neighbours *neighbours = &worker->neighbours[IP_V6];

	if (!ip_is_set(&network->address))
		return;
	struct neighbours_due due =
		neighbours_upkeep(neighbours, ip_is_set(&network->gateway), now);
	if (due.announcement)
		advertise(worker, &nobody, NULL);
	if (!due.question)
		return;
	struct ip_address group = solicited_node(&network->gateway);
	struct mac mac = group_mac(&group);
	struct nd_message question = {
		.type = SOLICITATION,
		.target = &network->gateway,
		.to = due.asked ? &network->gateway : &group,
		.to_mac = due.asked ? due.asked : &mac,
	};
	send_nd(worker, &question);
}
