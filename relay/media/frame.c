/* SPDX-License-Identifier: BSD-3-Clause */
// frame.c - one Ethernet frame's headers: Ethernet, VLAN, ARP (RFC 826), IPv4 (791), ICMP (792),
// UDP (768). What is IPv6 goes on in frame_ipv6.c.
#include "media/frame.h"

#include <stdbool.h>
#include <string.h>

#include "media/bytes.h"
#include "media/checksum.h"
#include "media/frame_internal.h"

#define ETHERTYPE_OFFSET 12
#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_ARP 0x0806
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_IPV6 0x86dd
#define VLAN_ID_MASK 0x0fff
#define VLAN_ID_PRIORITY_ONLY 0 // a tag that carries a priority and no VLAN (IEEE 802.1Q)
#define VLAN_ID_RESERVED 0x0fff

#define ARP_BYTES 28
#define ARP_HARDWARE_ETHERNET 1
#define ARP_OPERATION_REQUEST 1
#define ARP_OPERATION_REPLY 2

#define IPV4_VERSION_AND_WORDS 0x45 // version 4, a header of five words: no options
#define IPV4_FRAGMENT_MASK 0x3fff   // more fragments, and the offset
#define PROTOCOL_ICMP 1
#define PROTOCOL_UDP 17

#define ICMP_HEADER_BYTES 8
#define ICMP_ECHO_REQUEST 8

static struct ip_address
read_ip_v4(const uint8_t *bytes)
{
	be32_t address_be;

	memcpy(&address_be, bytes, sizeof(address_be));
	return ip_from_v4(address_be);
}

static enum drop_reason
parse_arp(const uint8_t *bytes, size_t captured, struct frame *out)
{
	const uint8_t *arp = bytes + out->l3_offset;
	uint16_t operation;

	if (captured - out->l3_offset < ARP_BYTES)
		return DROP_TRUNCATED;
	if (bytes_get_16(arp) != ARP_HARDWARE_ETHERNET || bytes_get_16(arp + 2) != ETHERTYPE_IPV4 ||
		arp[4] != MAC_BYTES || arp[5] != sizeof(be32_t))
		return DROP_ARP_OTHER;
	operation = bytes_get_16(arp + 6);
	if (operation == ARP_OPERATION_REQUEST)
		out->kind = FRAME_ARP_REQUEST;
	else if (operation == ARP_OPERATION_REPLY)
		out->kind = FRAME_ARP_REPLY;
	else
		return DROP_ARP_OTHER;
	// Nobody is at a group address (RFC 1812, section 3.3.2).
	if (arp[8] & 1)
		return DROP_ARP_OTHER;
	memcpy(out->sender_mac.bytes, arp + 8, MAC_BYTES);
	out->has_sender_mac = true;
	out->tuple.remote = read_ip_v4(arp + 14);
	out->tuple.local = read_ip_v4(arp + 24);
	return DROP_NONE;
}

enum drop_reason
frame_parse_udp(const uint8_t *bytes, uint16_t l4_offset, uint16_t room, struct frame *out)
{
	const uint8_t *udp = bytes + l4_offset;

	// A datagram shorter than its packet leaves bytes that neither the UDP checksum nor the
	// SRTP tag covers; those would be forwarded unseen.
	if (room < UDP_HEADER_BYTES || bytes_get_16(udp + 4) != room)
		return DROP_UDP_HEADER;
	out->kind = FRAME_UDP;
	memcpy(&out->tuple.remote_port_be, udp, sizeof(be16_t));
	memcpy(&out->tuple.local_port_be, udp + 2, sizeof(be16_t));
	memcpy(&out->udp_checksum_be, udp + 6, sizeof(be16_t));
	// RFC 8200, section 8.1: over IPv6 there is no datagram without a checksum.
	if (out->udp_checksum_be == 0 && ip_family(&out->tuple.remote) == IP_V6)
		return DROP_UDP_HEADER;
	out->payload_offset = l4_offset + UDP_HEADER_BYTES;
	out->payload_bytes = room - UDP_HEADER_BYTES;
	return DROP_NONE;
}

static enum drop_reason
parse_icmp(const uint8_t *bytes, struct frame *out)
{
	const uint8_t *icmp = bytes + out->l4_offset;
	uint16_t room = frame_l4_bytes(out);

	if (room < ICMP_HEADER_BYTES || icmp[0] != ICMP_ECHO_REQUEST || icmp[1] != 0)
		return DROP_IP_PROTOCOL;
	// Who answers a damaged request would put a right checksum on it.
	if (checksum_internet(icmp, room) != 0)
		return DROP_IP_PROTOCOL;
	out->kind = FRAME_ICMP_ECHO;
	out->payload_offset = out->l4_offset;
	out->payload_bytes = room;
	return DROP_NONE;
}

// RFC 1122, section 3.2.1.3: no host sends from "this network", loopback, multicast, class E or
// broadcast; an answer to one would reach many.
static bool
is_v4_host(const uint8_t *address)
{
	return address[0] != 0 && address[0] != 127 && address[0] < 224;
}

static enum drop_reason
parse_ipv4(const uint8_t *bytes, size_t captured, uint16_t l3_offset, struct frame *out)
{
	const uint8_t *ip = bytes + l3_offset;
	size_t room = captured - l3_offset;
	uint16_t l4_offset = l3_offset + IPV4_HEADER_BYTES;

	if (room < IPV4_HEADER_BYTES)
		return DROP_TRUNCATED;
	if (ip[0] != IPV4_VERSION_AND_WORDS || !checksum_ipv4_is_right(ip))
		return DROP_IP_HEADER;
	uint16_t ip_bytes = bytes_get_16(ip + 2);
	if (ip_bytes < IPV4_HEADER_BYTES || !is_v4_host(ip + 12))
		return DROP_IP_HEADER;
	if (ip_bytes > room)
		return DROP_TRUNCATED;
	if (bytes_get_16(ip + 6) & IPV4_FRAGMENT_MASK)
		return DROP_IP_FRAGMENT;
	out->ip_bytes = ip_bytes;
	out->l4_offset = l4_offset;
	out->tuple.remote = read_ip_v4(ip + 12);
	out->tuple.local = read_ip_v4(ip + 16);
	switch (ip[9]) {
	case PROTOCOL_UDP:
		return frame_parse_udp(bytes, l4_offset, ip_bytes - IPV4_HEADER_BYTES, out);
	case PROTOCOL_ICMP:
		return parse_icmp(bytes, out);
	default:
		return DROP_IP_PROTOCOL;
	}
}

enum drop_reason
frame_parse(const uint8_t *bytes, size_t captured, struct frame *out)
{
	uint16_t l3_offset = ETHERNET_HEADER_BYTES;

	memset(out, 0, sizeof(*out));
	out->vlan_id = VLAN_NONE;
	if (captured < ETHERNET_HEADER_BYTES)
		return DROP_TRUNCATED;
	memcpy(out->destination.bytes, bytes, MAC_BYTES);
	memcpy(out->source.bytes, bytes + MAC_BYTES, MAC_BYTES);
	uint16_t ethertype = bytes_get_16(bytes + ETHERTYPE_OFFSET);
	if (ethertype == ETHERTYPE_VLAN) {
		l3_offset += VLAN_TAG_BYTES;
		if (captured < l3_offset)
			return DROP_TRUNCATED;
		uint16_t id = bytes_get_16(bytes + ETHERNET_HEADER_BYTES) & VLAN_ID_MASK;
		if (id == VLAN_ID_RESERVED)
			return DROP_ETHERTYPE;
		if (id != VLAN_ID_PRIORITY_ONLY)
			out->vlan_id = id;
		ethertype = bytes_get_16(bytes + ETHERTYPE_OFFSET + VLAN_TAG_BYTES);
	}
	out->l3_offset = l3_offset;
	switch (ethertype) {
	case ETHERTYPE_IPV4:
		return parse_ipv4(bytes, captured, l3_offset, out);
	case ETHERTYPE_IPV6:
		return frame_parse_ipv6(bytes, captured, out);
	case ETHERTYPE_ARP:
		return parse_arp(bytes, captured, out);
	default:
		return DROP_ETHERTYPE;
	}
}
