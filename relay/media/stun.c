/* SPDX-License-Identifier: BSD-3-Clause */
// stun.c - STUN binding with short-term credentials (RFC 8489; ICE's use of it RFC 8445, section
// 7).
#include "media/stun.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include <openssl/crypto.h>

#include "media/bytes.h"

#define MAGIC_COOKIE 0x2112a442
#define ATTRIBUTE_HEADER_BYTES 4
#define TRANSACTION_OFFSET 8
#define COMPREHENSION_OPTIONAL 0x8000 // and above
#define FINGERPRINT_BYTES 4
#define FINGERPRINT_XOR 0x5354554e
#define FAMILY_IPV4 1
#define FAMILY_IPV6 2
#define ADDRESS4_BYTES 8
#define ADDRESS6_BYTES 20
#define PRIORITY_BYTES 4

enum attribute_type {
	MAPPED_ADDRESS = 0x0001,
	USERNAME = 0x0006,
	MESSAGE_INTEGRITY = 0x0008,
	ERROR_CODE = 0x0009,
	UNKNOWN_ATTRIBUTES = 0x000a,
	XOR_MAPPED_ADDRESS = 0x0020,
	PRIORITY = 0x0024,
	USE_CANDIDATE = 0x0025,
	FINGERPRINT = 0x8028,
};

struct attribute {
	uint16_t type;
	uint16_t bytes;  // of the value, without its padding
	uint16_t offset; // of its header, from the message's first byte
	const uint8_t *value;
};

static size_t
padded(size_t bytes)
{
	return (bytes + 3) & ~(size_t)3;
}

// CRC-32 of ITU-T V.42 (section 14.7), four bits at a time: messages are short, and 64 bytes of
// table stay in the cache where 1024 would push packets out.
static uint32_t
crc32_of(const uint8_t *bytes, size_t length)
{
	static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8,
		0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < length; i++) {
		crc ^= bytes[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

// HMAC over all that lies before the MESSAGE-INTEGRITY at `offset`, with a header whose length ends
// behind that attribute (section 14.5).
static void
compute_integrity(const uint8_t *bytes, size_t offset, const struct hmac_sha1_key *key,
	uint8_t digest[HMAC_SHA1_BYTES])
{
	struct hmac_sha1 run;
	uint8_t head[4];

	memcpy(head, bytes, 2);
	bytes_put_16(head + 2,
		(uint16_t)(offset + ATTRIBUTE_HEADER_BYTES + HMAC_SHA1_BYTES - STUN_HEADER_BYTES));
	hmac_sha1_start(&run, key);
	hmac_sha1_add(&run, head, sizeof(head));
	hmac_sha1_add(&run, bytes + sizeof(head), offset - sizeof(head));
	hmac_sha1_end(&run, digest);
}

static bool
is_known_type(uint16_t type)
{
	return type == STUN_BINDING_REQUEST || type == STUN_BINDING_INDICATION ||
	       type == STUN_BINDING_SUCCESS || type == STUN_BINDING_ERROR;
}

// What an address of either family is masked with (section 14.2): the cookie, then the transaction.
static void
xor_address(uint8_t *address, size_t length, const uint8_t *transaction)
{
	uint8_t mask[sizeof(struct ip_address)];

	bytes_put_32(mask, MAGIC_COOKIE);
	memcpy(mask + 4, transaction, STUN_TRANSACTION_BYTES);
	for (size_t i = 0; i < length; i++)
		address[i] ^= mask[i];
}

static int
read_xor_mapped(const struct attribute *attribute, struct stun_message *out)
{
	const uint8_t *value = attribute->value;
	bool is_v4 = attribute->bytes == ADDRESS4_BYTES && value[1] == FAMILY_IPV4;
	bool is_v6 = attribute->bytes == ADDRESS6_BYTES && value[1] == FAMILY_IPV6;
	uint8_t address[sizeof(struct ip_address)];
	uint8_t port[2];
	be32_t v4_be;

	if (!is_v4 && !is_v6)
		return -EBADMSG;
	if (out->has_mapped)
		return 0;
	memcpy(address, value + 4, attribute->bytes - 4u);
	xor_address(address, attribute->bytes - 4u, out->transaction);
	memcpy(&v4_be, address, sizeof(v4_be));
	out->mapped = is_v4 ? ip_from_v4(v4_be) : ip_from_v6(address);
	bytes_put_16(port, bytes_get_16(value + 2) ^ (MAGIC_COOKIE >> 16));
	memcpy(&out->mapped_port_be, port, sizeof(out->mapped_port_be));
	out->has_mapped = true;
	return 0;
}

static int
read_fingerprint(const uint8_t *bytes, size_t length, const struct attribute *attribute,
	struct stun_message *out)
{
	size_t end = attribute->offset + ATTRIBUTE_HEADER_BYTES + (size_t)FINGERPRINT_BYTES;
	uint32_t expected;

	// It is the last attribute (section 14.7), so the header's length is already the one it
	// covers.
	if (attribute->bytes != FINGERPRINT_BYTES || end != length)
		return -EBADMSG;
	expected = crc32_of(bytes, attribute->offset) ^ FINGERPRINT_XOR;
	if (bytes_get_32(attribute->value) != expected)
		return -EBADMSG;
	out->has_fingerprint = true;
	return 0;
}

// Of an attribute that appears twice only the first counts (section 14).
static int
read_attribute(const struct attribute *attribute, struct stun_message *out)
{
	switch (attribute->type) {
	case USERNAME:
		if (attribute->bytes > STUN_USERNAME_BYTES_MAX)
			return -EBADMSG;
		if (out->username == NULL) {
			out->username = (const char *)attribute->value;
			out->username_bytes = attribute->bytes;
		}
		return 0;
	case MESSAGE_INTEGRITY:
		if (attribute->bytes != HMAC_SHA1_BYTES)
			return -EBADMSG;
		out->integrity_offset = attribute->offset;
		return 0;
	case XOR_MAPPED_ADDRESS:
		return read_xor_mapped(attribute, out);
	case PRIORITY:
		return attribute->bytes == PRIORITY_BYTES ? 0 : -EBADMSG;
	case USE_CANDIDATE:
		return attribute->bytes == 0 ? 0 : -EBADMSG;
	case MAPPED_ADDRESS:
	case ERROR_CODE:
	case UNKNOWN_ATTRIBUTES:
		return 0; // what a success or an error may say besides
	default:
		return attribute->type >= COMPREHENSION_OPTIONAL ? 0 : -EBADMSG;
	}
}

int
stun_parse(const uint8_t *bytes, size_t length, struct stun_message *out)
{
	size_t cursor = STUN_HEADER_BYTES;

	memset(out, 0, sizeof(*out));
	// The limit bounds what hashing a stranger's message costs.
	if (length < STUN_HEADER_BYTES || length > STUN_MESSAGE_BYTES_MAX || length % 4 != 0)
		return -EBADMSG;
	if (!is_known_type(bytes_get_16(bytes)) ||
		bytes_get_16(bytes + 2) != length - STUN_HEADER_BYTES ||
		bytes_get_32(bytes + 4) != MAGIC_COOKIE)
		return -EBADMSG;
	out->type = (enum stun_type)bytes_get_16(bytes);
	out->transaction = bytes + TRANSACTION_OFFSET;
	while (cursor < length) {
		struct attribute attribute;
		int status = 0;

		// A length that is a multiple of 4 leaves room for a header here.
		attribute.type = bytes_get_16(bytes + cursor);
		attribute.bytes = bytes_get_16(bytes + cursor + 2);
		attribute.offset = (uint16_t)cursor;
		attribute.value = bytes + cursor + ATTRIBUTE_HEADER_BYTES;
		cursor += ATTRIBUTE_HEADER_BYTES;
		if (padded(attribute.bytes) > length - cursor)
			return -EBADMSG;
		cursor += padded(attribute.bytes);
		if (attribute.type == FINGERPRINT)
			status = read_fingerprint(bytes, length, &attribute, out);
		else if (out->integrity_offset == 0)
			status = read_attribute(&attribute, out);
		if (status < 0)
			return status;
	}
	return 0;
}

bool
stun_verify(
	const uint8_t *bytes, const struct stun_message *message, const struct hmac_sha1_key *key)
{
	uint8_t digest[HMAC_SHA1_BYTES];
	size_t offset = message->integrity_offset;

	if (offset == 0)
		return false;
	compute_integrity(bytes, offset, key, digest);
	return CRYPTO_memcmp(digest, bytes + offset + ATTRIBUTE_HEADER_BYTES, sizeof(digest)) == 0;
}

static size_t
write_header(uint8_t *bytes, enum stun_type type, const uint8_t *transaction, size_t length)
{
	bytes_put_16(bytes, (uint16_t)type);
	bytes_put_16(bytes + 2, (uint16_t)(length - STUN_HEADER_BYTES));
	bytes_put_32(bytes + 4, MAGIC_COOKIE);
	memcpy(bytes + TRANSACTION_OFFSET, transaction, STUN_TRANSACTION_BYTES);
	return STUN_HEADER_BYTES;
}

// Writes an attribute's header and the zeros that pad its value; returns where the next one goes.
static size_t
write_attribute(uint8_t *bytes, size_t cursor, enum attribute_type type, size_t value_bytes)
{
	bytes_put_16(bytes + cursor, (uint16_t)type);
	bytes_put_16(bytes + cursor + 2, (uint16_t)value_bytes);
	cursor += ATTRIBUTE_HEADER_BYTES;
	memset(bytes + cursor + value_bytes, 0, padded(value_bytes) - value_bytes);
	return cursor + padded(value_bytes);
}

#define TRAILER_BYTES                                                                              \
	(ATTRIBUTE_HEADER_BYTES + HMAC_SHA1_BYTES + ATTRIBUTE_HEADER_BYTES + FINGERPRINT_BYTES)

// Ends a message at `cursor` with MESSAGE-INTEGRITY and FINGERPRINT. The header's length is that of
// the whole message already. Returns the message's bytes.
static int
write_trailer(uint8_t *bytes, size_t cursor, const struct hmac_sha1_key *key)
{
	size_t integrity = cursor;
	size_t fingerprint = write_attribute(bytes, integrity, MESSAGE_INTEGRITY, HMAC_SHA1_BYTES);
	size_t end = write_attribute(bytes, fingerprint, FINGERPRINT, FINGERPRINT_BYTES);

	compute_integrity(bytes, integrity, key, bytes + integrity + ATTRIBUTE_HEADER_BYTES);
	bytes_put_32(bytes + fingerprint + ATTRIBUTE_HEADER_BYTES,
		crc32_of(bytes, fingerprint) ^ FINGERPRINT_XOR);
	return (int)end;
}

int
stun_write_request(uint8_t *bytes, size_t capacity,
	const uint8_t transaction[STUN_TRANSACTION_BYTES], const char *username,
	const struct hmac_sha1_key *key)
{
	size_t username_bytes = strlen(username);
	size_t length =
		STUN_HEADER_BYTES + ATTRIBUTE_HEADER_BYTES + padded(username_bytes) + TRAILER_BYTES;
	size_t cursor;

	assert(username_bytes <= STUN_USERNAME_BYTES_MAX);
	if (capacity < length)
		return -ENOSPC;
	cursor = write_header(bytes, STUN_BINDING_REQUEST, transaction, length);
	memcpy(bytes + cursor + ATTRIBUTE_HEADER_BYTES, username, username_bytes);
	cursor = write_attribute(bytes, cursor, USERNAME, username_bytes);
	return write_trailer(bytes, cursor, key);
}

int
stun_write_success(uint8_t *bytes, size_t capacity,
	const uint8_t transaction[STUN_TRANSACTION_BYTES], const struct ip_address *mapped,
	be16_t mapped_port_be, const struct hmac_sha1_key *key)
{
	bool is_v4 = ip_family(mapped) == IP_V4;
	size_t value_bytes = is_v4 ? ADDRESS4_BYTES : ADDRESS6_BYTES;
	size_t length = STUN_HEADER_BYTES + ATTRIBUTE_HEADER_BYTES + value_bytes + TRAILER_BYTES;
	size_t cursor;
	uint8_t *value;

	if (capacity < length)
		return -ENOSPC;
	cursor = write_header(bytes, STUN_BINDING_SUCCESS, transaction, length);
	value = bytes + cursor + ATTRIBUTE_HEADER_BYTES;
	cursor = write_attribute(bytes, cursor, XOR_MAPPED_ADDRESS, value_bytes);
	value[0] = 0;
	value[1] = is_v4 ? FAMILY_IPV4 : FAMILY_IPV6;
	memcpy(value + 2, &mapped_port_be, sizeof(mapped_port_be));
	bytes_put_16(value + 2, bytes_get_16(value + 2) ^ (MAGIC_COOKIE >> 16));
	// An IPv4 address is the end of the type that holds both.
	memcpy(value + 4, (const uint8_t *)(mapped + 1) - (value_bytes - 4), value_bytes - 4);
	xor_address(value + 4, value_bytes - 4, transaction);
	return write_trailer(bytes, cursor, key);
}
