/* SPDX-License-Identifier: BSD-3-Clause */
// checksum.c - the Internet checksum: full (RFC 1071) and incremental (RFC 1624).
#include "media/checksum.h"

#include <assert.h>
#include <string.h>

#define PROTOCOL_UDP 17
#define PROTOCOL_ICMP6 58
#define UDP_CHECKSUM_OFFSET 6
#define UDP_CHECKSUM_NONE 0
#define UDP_CHECKSUM_ZERO 0xffff // a computed 0, as it is sent (RFC 768)

// One's complement sums do not depend on byte order (RFC 1071, section 2 (B)), so words are added
// as they lie in memory and the result is as on the wire. 64 bits hold the carries of any length.
static uint64_t
sum_bytes(uint64_t sum, const uint8_t *bytes, size_t length)
{
	while (length >= sizeof(uint32_t)) {
		uint32_t word;

		memcpy(&word, bytes, sizeof(word));
		sum += word;
		bytes += sizeof(word);
		length -= sizeof(word);
	}
	if (length > 0) {
		uint32_t word = 0;

		memcpy(&word, bytes, length);
		sum += word;
	}
	return sum;
}

static uint16_t
fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static be16_t
udp_checksum_of(uint64_t sum)
{
	be16_t checksum_be = (be16_t)~fold(sum);

	return checksum_be == 0 ? UDP_CHECKSUM_ZERO : checksum_be;
}

uint16_t
checksum_sum(const void *bytes, size_t length)
{
	return fold(sum_bytes(0, bytes, length));
}

uint16_t
checksum_tuple_sum(const struct tuple *tuple)
{
	return checksum_sum(tuple, sizeof(*tuple));
}

be16_t
checksum_internet(const void *bytes, size_t length)
{
	return (be16_t)~fold(sum_bytes(0, bytes, length));
}

// The pseudo headers of both families (RFC 768; RFC 8200, section 8.1) add up to the same: zeros
// count for nothing, and the ffff before an IPv4 address is one's complement for zero.
static uint64_t
sum_pseudo_header(const struct ip_address *source, const struct ip_address *destination,
	uint8_t protocol, size_t length)
{
	const uint8_t protocol_and_length[] = {
		0, protocol, (uint8_t)(length >> 8), (uint8_t)length};
	uint64_t sum = sum_bytes(0, protocol_and_length, sizeof(protocol_and_length));

	assert(length <= UINT16_MAX);
	sum = sum_bytes(sum, (const uint8_t *)source, sizeof(*source));
	return sum_bytes(sum, (const uint8_t *)destination, sizeof(*destination));
}

be16_t
checksum_udp(const struct ip_address *source, const struct ip_address *destination,
	const void *datagram, size_t length)
{
	const uint8_t *bytes = datagram;
	uint64_t sum = sum_pseudo_header(source, destination, PROTOCOL_UDP, length);

	assert(length >= UDP_HEADER_BYTES);
	sum = sum_bytes(sum, bytes, UDP_CHECKSUM_OFFSET);
	sum = sum_bytes(sum, bytes + UDP_HEADER_BYTES, length - UDP_HEADER_BYTES);
	return udp_checksum_of(sum);
}

be16_t
checksum_icmp6(const struct ip_address *source, const struct ip_address *destination,
	const void *message, size_t length)
{
	uint64_t sum = sum_pseudo_header(source, destination, PROTOCOL_ICMP6, length);

	return (be16_t)~fold(sum_bytes(sum, message, length));
}

be16_t
checksum_udp_payload(const struct tuple *tuple, const void *payload, uint16_t payload_bytes)
{
	size_t length = UDP_HEADER_BYTES + (size_t)payload_bytes;
	uint64_t sum = sum_pseudo_header(&tuple->local, &tuple->remote, PROTOCOL_UDP, length);
	uint8_t header[UDP_HEADER_BYTES] = {0};

	memcpy(header, &tuple->local_port_be, sizeof(tuple->local_port_be));
	memcpy(header + 2, &tuple->remote_port_be, sizeof(tuple->remote_port_be));
	header[4] = (uint8_t)(length >> 8);
	header[5] = (uint8_t)length;
	sum = sum_bytes(sum, header, sizeof(header));
	return udp_checksum_of(sum_bytes(sum, payload, payload_bytes));
}

be16_t
checksum_udp_readdress(be16_t checksum_be, const struct tuple *before, const struct tuple *after)
{
	_Static_assert(sizeof(struct tuple) == 36, "a tuple has no padding");
	// The direction turns round, but a sum does not ask which address came first.
	return checksum_udp_readdress_sums(
		checksum_be, checksum_tuple_sum(before), checksum_tuple_sum(after));
}
