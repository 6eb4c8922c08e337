/* SPDX-License-Identifier: BSD-3-Clause */
// frame_ipv6.c - a frame's IPv6 headers (RFC 8200), ICMPv6 (4443) and neighbour discovery (4861).
#include <string.h>

#include "media/bytes.h"
#include "media/checksum.h"
#include "media/frame_internal.h"

#define PROTOCOL_UDP 17
#define ICMP_HEADER_BYTES 8
#define IPV6_VERSION 6
#define HEADER_HOP_BY_HOP 0
#define HEADER_ROUTING 43
#define HEADER_FRAGMENT 44
#define HEADER_ESP 50
#define HEADER_AUTHENTICATION 51
#define PROTOCOL_ICMP6 58
#define HEADER_DESTINATION 60
#define HEADER_MOBILITY 135

#define ICMP6_ECHO_REQUEST 128
#define ND_SOLICITATION 135
#define ND_ADVERTISEMENT 136
#define ND_HEADER_BYTES 24 // with the target's address
#define ND_TARGET_OFFSET 8
#define ND_HOP_LIMIT 255 // nobody off the wire can send it (RFC 4861, section 3.1)
#define ND_OPTION_SOURCE_MAC 1
#define ND_OPTION_TARGET_MAC 2
#define ND_OPTION_UNIT_BYTES 8
#define ND_FLAG_SOLICITED 0x40
#define ND_FLAG_OVERRIDE 0x20

// Reads neighbour discovery's options: of those there are, the sender's hardware address counts.
static bool
read_nd_options(const uint8_t *option, uint16_t room, uint8_t mac_option, struct frame *out)
{
	while (room > 0) {
		uint16_t option_bytes = room < 2 ? 0 : option[1] * ND_OPTION_UNIT_BYTES;

		if (option_bytes == 0 || option_bytes > room)
			return false;
		// As with ARP, nobody is at a group address.
		if (option[0] == mac_option && option_bytes == ND_OPTION_UNIT_BYTES &&
			!(option[2] & 1)) {
			memcpy(out->sender_mac.bytes, option + 2, MAC_BYTES);
			out->has_sender_mac = true;
		}
		option += option_bytes;
		room -= option_bytes;
	}
	return true;
}

static bool
is_multicast(const uint8_t *address)
{
	return address[0] == 0xff;
}

// The group in which everybody asks for `target` (RFC 4291, section 2.7.1).
static bool
is_solicited_node(const uint8_t *address, const uint8_t *target)
{
	static const uint8_t prefix[] = {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};

	return memcmp(address, prefix, sizeof(prefix)) == 0 &&
	       memcmp(address + sizeof(prefix), target + sizeof(prefix), 3) == 0;
}

// RFC 4861, sections 7.1.1 and 7.1.2. The checksum is right already.
static enum drop_reason
parse_nd(const uint8_t *ip, const uint8_t *nd, struct frame *out)
{
	uint16_t room = frame_l4_bytes(out);
	bool is_solicitation = nd[0] == ND_SOLICITATION;
	const uint8_t *target = nd + ND_TARGET_OFFSET;
	const uint8_t *destination = ip + 24;

	if (ip[7] != ND_HOP_LIMIT || nd[1] != 0 || room < ND_HEADER_BYTES)
		return DROP_ND_OTHER;
	struct ip_address asked = ip_from_v6(target);
	if (is_multicast(target) || !ip_is_set(&asked) ||
		!read_nd_options(nd + ND_HEADER_BYTES, room - ND_HEADER_BYTES,
			is_solicitation ? ND_OPTION_SOURCE_MAC : ND_OPTION_TARGET_MAC, out))
		return DROP_ND_OTHER;
	if (is_solicitation) {
		bool has_source = ip_is_set(&out->tuple.remote);
		if (is_multicast(destination) && !is_solicited_node(destination, target))
			return DROP_ND_OTHER;
		if (!has_source && (out->has_sender_mac || !is_multicast(destination)))
			return DROP_ND_OTHER;
		out->kind = FRAME_ND_SOLICITATION;
		out->tuple.local = asked;
		return DROP_NONE;
	}
	if (is_multicast(destination) && (nd[4] & ND_FLAG_SOLICITED))
		return DROP_ND_OTHER;
	out->kind = FRAME_ND_ADVERTISEMENT;
	out->overrides = nd[4] & ND_FLAG_OVERRIDE;
	out->tuple.remote = asked;
	return DROP_NONE;
}

static enum drop_reason
parse_icmp6(const uint8_t *bytes, struct frame *out)
{
	const uint8_t *ip = bytes + out->l3_offset;
	const uint8_t *icmp = bytes + out->l4_offset;
	uint16_t room = frame_l4_bytes(out);
	bool is_nd = room > 0 && (icmp[0] == ND_SOLICITATION || icmp[0] == ND_ADVERTISEMENT);

	if (room < ICMP_HEADER_BYTES ||
		checksum_icmp6(&out->tuple.remote, &out->tuple.local, icmp, room) != 0)
		return DROP_IP_PROTOCOL;
	out->payload_offset = out->l4_offset;
	out->payload_bytes = room;
	if (is_nd)
		return parse_nd(ip, icmp, out);
	if (icmp[0] != ICMP6_ECHO_REQUEST || icmp[1] != 0 || !ip_is_set(&out->tuple.remote))
		return DROP_IP_PROTOCOL;
	out->kind = FRAME_ICMP_ECHO;
	return DROP_NONE;
}

// Neither a group's nor the loopback address, nor an IPv4 address in IPv6's clothes. The unset one
// stands before a new neighbour's first question.
static bool
is_v6_source(const struct ip_address *ip)
{
	static const uint8_t loopback[sizeof(*ip)] = {[sizeof(*ip) - 1] = 1};

	return !is_multicast((const uint8_t *)ip) && ip_family(ip) != IP_V4 &&
	       memcmp(ip, loopback, sizeof(*ip)) != 0;
}

// What schools send needs no extension header: none is followed.
enum drop_reason
frame_parse_ipv6(const uint8_t *bytes, size_t captured, struct frame *out)
{
	const uint8_t *ip = bytes + out->l3_offset;

	if (captured - out->l3_offset < IPV6_HEADER_BYTES)
		return DROP_TRUNCATED;
	out->tuple.remote = ip_from_v6(ip + 8);
	out->tuple.local = ip_from_v6(ip + 24);
	if (ip[0] >> 4 != IPV6_VERSION || !is_v6_source(&out->tuple.remote) ||
		ip_family(&out->tuple.local) == IP_V4 || !ip_is_set(&out->tuple.local))
		return DROP_IP_HEADER;
	if (bytes_get_16(ip + 4) > captured - out->l3_offset - IPV6_HEADER_BYTES ||
		bytes_get_16(ip + 4) > UINT16_MAX - IPV6_HEADER_BYTES)
		return DROP_TRUNCATED;
	out->ip_bytes = IPV6_HEADER_BYTES + bytes_get_16(ip + 4);
	out->l4_offset = out->l3_offset + IPV6_HEADER_BYTES;
	switch (ip[6]) {
	case PROTOCOL_UDP:
		return ip_is_set(&out->tuple.remote)
			       ? frame_parse_udp(bytes, out->l4_offset, frame_l4_bytes(out), out)
			       : DROP_IP_HEADER;
	case PROTOCOL_ICMP6:
		return parse_icmp6(bytes, out);
	case HEADER_FRAGMENT:
		return DROP_IP_FRAGMENT;
	case HEADER_HOP_BY_HOP:
	case HEADER_ROUTING:
	case HEADER_ESP:
	case HEADER_AUTHENTICATION:
	case HEADER_DESTINATION:
	case HEADER_MOBILITY:
		return DROP_IP_EXTENSION;
	default:
		return DROP_IP_PROTOCOL;
	}
}
