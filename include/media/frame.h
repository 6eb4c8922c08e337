/* SPDX-License-Identifier: BSD-3-Clause */
// frame.h - one Ethernet frame's headers: Ethernet, VLAN, ARP (RFC 826), IPv4 (791), IPv6 (8200),
// ICMP (792), ICMPv6 (4443), neighbour discovery (4861), UDP (768).
#ifndef MEDIA_FRAME_H
#define MEDIA_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/drop_reasons.h"
#include "platform/ip.h"

#define MAC_BYTES 6
#define ETHERNET_HEADER_BYTES 14
#define VLAN_TAG_BYTES 4
#define IPV4_HEADER_BYTES 20
#define IPV6_HEADER_BYTES 40
#define UDP_HEADER_BYTES 8
#define VLAN_NONE 0xffff // no 802.1Q tag: VLAN ids end at 4094

struct mac {
	uint8_t bytes[MAC_BYTES];
};

// Where a datagram came from and went to. The key by which a leg is found: no padding, all bytes
// count.
struct tuple {
	struct ip_address remote;
	struct ip_address local; // of the same family
	be16_t remote_port_be;
	be16_t local_port_be;
};

static inline bool
tuple_equals(const struct tuple *a, const struct tuple *b)
{
	return ip_equals(&a->remote, &b->remote) && ip_equals(&a->local, &b->local) &&
	       a->remote_port_be == b->remote_port_be && a->local_port_be == b->local_port_be;
}

enum frame_kind {
	FRAME_ARP_REQUEST,      // who has tuple.local, tell tuple.remote
	FRAME_ARP_REPLY,        // tuple.remote is at sender_mac
	FRAME_ND_SOLICITATION,  // who has tuple.local, tell tuple.remote; unset: nobody has it yet
	FRAME_ND_ADVERTISEMENT, // tuple.remote is at sender_mac
	FRAME_ICMP_ECHO,        // an echo request of either family; payload = the ICMP message
	FRAME_UDP,              // payload = the datagram's content
};

struct frame {
	enum frame_kind kind;
	struct mac destination;
	struct mac source;     // Ethernet's source
	struct mac sender_mac; // ARP and neighbour discovery: the sender's hardware address
	bool has_sender_mac;   // neighbour discovery may leave it out
	bool overrides;        // FRAME_ND_ADVERTISEMENT: its Override flag
	uint16_t vlan_id;      // 1..4094, or VLAN_NONE
	uint16_t l3_offset;    // from the frame's first byte
	uint16_t l4_offset;    // IP only
	uint16_t payload_offset;
	uint16_t payload_bytes;
	uint16_t ip_bytes;      // header and content; the frame may be longer by Ethernet's padding
	be16_t udp_checksum_be; // 0: the sender made none (RFC 768)
	struct tuple tuple;     // ports are 0 except for FRAME_UDP
};

// Reads the headers of a frame of which `captured` bytes lie at `bytes`. Returns DROP_NONE and
// fills *out, or the reason for which the frame cannot be used. Checks the IPv4 header checksum,
// refuses options, extension headers and fragments; the UDP checksum is left unverified: the SRTP
// tag does that. Of neighbour discovery it checks what RFC 4861 asks for in 7.1.1 and 7.1.2.
enum drop_reason frame_parse(const uint8_t *bytes, size_t captured, struct frame *out);

#endif
