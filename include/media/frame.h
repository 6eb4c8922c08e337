/* SPDX-License-Identifier: BSD-3-Clause */
// frame.h - one Ethernet frame's headers: Ethernet, VLAN, ARP, IPv4, ICMP, UDP (RFC 826, 791, 792,
// 768).
#ifndef MEDIA_FRAME_H
#define MEDIA_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "platform/drop_reasons.h"

#define MAC_BYTES 6
#define ETHERNET_HEADER_BYTES 14
#define VLAN_TAG_BYTES 4
#define IPV4_HEADER_BYTES 20
#define UDP_HEADER_BYTES 8
#define VLAN_NONE 0xffff // no 802.1Q tag: VLAN ids end at 4094

typedef uint16_t be16_t; // as on the wire
typedef uint32_t be32_t; // as on the wire

struct mac {
	uint8_t bytes[MAC_BYTES];
};

// Where a datagram came from and went to. The key by which a leg is found: no padding, all bytes
// count.
struct tuple {
	be32_t remote_ip_be;
	be32_t local_ip_be;
	be16_t remote_port_be;
	be16_t local_port_be;
};

enum frame_kind {
	FRAME_ARP_REQUEST, // who has tuple.local_ip_be, tell tuple.remote_ip_be
	FRAME_ARP_REPLY,   // tuple.remote_ip_be is at sender_mac
	FRAME_ICMP_ECHO,   // an echo request; payload = the ICMP message
	FRAME_UDP,         // payload = the datagram's content
};

struct frame {
	enum frame_kind kind;
	struct mac destination;
	struct mac source;     // Ethernet's source
	struct mac sender_mac; // ARP only: the sender's hardware address
	uint16_t vlan_id;      // 1..4094, or VLAN_NONE
	uint16_t l3_offset;    // from the frame's first byte
	uint16_t l4_offset;    // IPv4 only
	uint16_t payload_offset;
	uint16_t payload_bytes;
	uint16_t ip_bytes; // IPv4's total length; the frame may be longer by Ethernet's padding
	be16_t udp_checksum_be; // 0: the sender made none (RFC 768)
	struct tuple tuple;     // ports are 0 except for FRAME_UDP
};

// Reads the headers of a frame of which `captured` bytes lie at `bytes`. Returns DROP_NONE and
// fills *out, or the reason for which the frame cannot be used. Checks the IPv4 header checksum,
// refuses options and fragments; the UDP checksum is left unverified: the SRTP tag does that.
enum drop_reason frame_parse(const uint8_t *bytes, size_t captured, struct frame *out);

#endif
