/* SPDX-License-Identifier: BSD-3-Clause */
// checksum.h - the Internet checksum: full (RFC 1071) and incremental (RFC 1624).
#ifndef MEDIA_CHECKSUM_H
#define MEDIA_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "media/frame.h"

// The one's complement checksum of `bytes`, ready for the header (RFC 1071). A header that carries
// a right checksum sums to 0.
be16_t checksum_internet(const void *bytes, size_t length);

// Whether an IPv4 header without options carries a right checksum. In line: each packet has one.
static inline bool
checksum_ipv4_is_right(const uint8_t header[IPV4_HEADER_BYTES])
{
	uint64_t first, second;
	uint32_t third;
	memcpy(&first, header, sizeof(first));
	memcpy(&second, header + sizeof(first), sizeof(second));
	memcpy(&third, header + sizeof(first) + sizeof(second), sizeof(third));
	uint64_t sum = (first >> 32) + (uint32_t)first + (second >> 32) + (uint32_t)second + third;
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	return (sum & 0xffff) + (sum >> 16) == 0xffff;
}

// The UDP checksum of `datagram` (header and content, its checksum field taken as 0) between two
// addresses of one family. Never 0: RFC 768 sends a computed 0 as 0xffff.
be16_t checksum_udp(const struct ip_address *source, const struct ip_address *destination,
	const void *datagram, size_t length);

// The ICMPv6 checksum of `message`, whose checksum field counts as it is: 0 to make one, and a
// right one in it sums to 0 (RFC 4443, section 2.3).
be16_t checksum_icmp6(const struct ip_address *source, const struct ip_address *destination,
	const void *message, size_t length);

// The UDP checksum of a datagram with this content that goes local -> remote of `tuple`.
be16_t checksum_udp_payload(const struct tuple *tuple, const void *payload, uint16_t payload_bytes);

// The folded sum of a tuple, and of bytes that a checksum covers; to be added up with others.
uint16_t checksum_tuple_sum(const struct tuple *tuple);
uint16_t checksum_sum(const void *bytes, size_t length);

// checksum_udp_readdress() where the sums of both tuples are known. In line: each copy needs it.
static inline be16_t
checksum_udp_readdress_sums(be16_t checksum_be, uint16_t before_sum, uint16_t after_sum)
{
	uint32_t sum = (uint16_t)~checksum_be + (uint32_t)(uint16_t)~before_sum + after_sum;
	if (checksum_be == 0)
		return 0;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff ? 0xffff : (be16_t)~sum;
}

// The UDP checksum after its pseudo header and ports changed from `before` to `after`, where the
// datagram went remote -> local before and goes local -> remote of `after` now (RFC 1624, equation
// 3); the two may be of different families. A checksum of 0 (none) stays 0.
be16_t checksum_udp_readdress(
	be16_t checksum_be, const struct tuple *before, const struct tuple *after);

#endif
