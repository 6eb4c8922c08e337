/* SPDX-License-Identifier: BSD-3-Clause */
// ip.h - one type for IPv4 and IPv6 addresses, and their text (RFC 4291).
//
// An IPv4 address is held as IPv4-mapped IPv6 (section 2.5.5.2), so that one comparison, one hash
// and one sum serve both families. No frame can bring one: frame_parse() refuses mapped addresses.
#ifndef PLATFORM_IP_H
#define PLATFORM_IP_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define IP_TEXT_BYTES 46              // INET6_ADDRSTRLEN
#define IP_PORT_TEXT_BYTES 56         // "[address]:port"
#define IP_BITS 128                   // a prefix of an IPv4 network counts from IP_MAPPED_BITS
#define IP_MAPPED_BITS 96             // before an IPv4 address
#define IP_MAPPED_WORD_BE 0xffff0000U // as it lies in memory on a little-endian machine

typedef uint16_t be16_t; // as on the wire
typedef uint32_t be32_t; // as on the wire

enum ip_family {
	IP_V4,
	IP_V6,
	IP_FAMILIES,
};

struct ip_address {
	be32_t words_be[4]; // all 0: none
};

static inline struct ip_address
ip_from_v4(be32_t address_be)
{
	// By eights, as ip_equals() reads: what was written by fours would have to settle first.
	uint64_t halves[2] = {0, (uint64_t)address_be << 32 | IP_MAPPED_WORD_BE};
	struct ip_address ip;
	_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the mapped word is spelt so");
	memcpy(&ip, halves, sizeof ip);
	return ip;
}

static inline struct ip_address
ip_from_v6(const uint8_t bytes[16])
{
	struct ip_address ip;
	memcpy(&ip, bytes, sizeof ip);
	return ip;
}

static inline enum ip_family
ip_family(const struct ip_address *ip)
{
	bool is_v4 =
		(ip->words_be[0] | ip->words_be[1]) == 0 && ip->words_be[2] == IP_MAPPED_WORD_BE;
	return is_v4 ? IP_V4 : IP_V6;
}

// The address of IP_V4 as on the wire.
static inline be32_t
ip_v4_be(const struct ip_address *ip)
{
	return ip->words_be[3];
}

static inline bool
ip_is_set(const struct ip_address *ip)
{
	return (ip->words_be[0] | ip->words_be[1] | ip->words_be[2] | ip->words_be[3]) != 0;
}

static inline bool
ip_equals(const struct ip_address *a, const struct ip_address *b)
{
	uint64_t x[2], y[2]; // gcc would call memcmp()
	memcpy(x, a, sizeof x);
	memcpy(y, b, sizeof y);
	return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

// Whether the first `bits` of both are the same.
bool ip_shares_prefix(const struct ip_address *a, const struct ip_address *b, unsigned bits);

// "198.18.0.7" or "fd00:198:18::7"; with its port "198.18.0.7:5000" or "[fd00:198:18::7]:5000".
void ip_to_text(const struct ip_address *ip, char text[IP_TEXT_BYTES]);
void ip_port_to_text(const struct ip_address *ip, be16_t port_be, char text[IP_PORT_TEXT_BYTES]);

// Reads either. Returns 0, or -EINVAL, also for an IPv4-mapped IPv6 address: it has a shorter name.
int ip_from_text(const char *text, struct ip_address *out);

#endif
