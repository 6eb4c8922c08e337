/* SPDX-License-Identifier: BSD-3-Clause */
// stun.h - STUN binding with short-term credentials (RFC 8489; ICE's use of it RFC 8445, section
// 7).
#ifndef MEDIA_STUN_H
#define MEDIA_STUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/frame.h"
#include "media/hmac_sha1.h"

#define STUN_HEADER_BYTES 20
#define STUN_TRANSACTION_BYTES 12
#define STUN_USERNAME_BYTES_MAX 128 // longer ones are refused: no join gives out any
#define STUN_MESSAGE_BYTES_MAX 548  // RFC 8489, section 6.1: what fits any IPv4 path

enum stun_type {
	STUN_BINDING_REQUEST = 0x0001,
	STUN_BINDING_INDICATION = 0x0011,
	STUN_BINDING_SUCCESS = 0x0101,
	STUN_BINDING_ERROR = 0x0111,
};

// A parsed message. Pointers lead into the bytes that were parsed.
struct stun_message {
	enum stun_type type;
	const uint8_t *transaction; // STUN_TRANSACTION_BYTES
	const char *username;       // not terminated; NULL: none
	uint16_t username_bytes;
	uint16_t integrity_offset; // of the MESSAGE-INTEGRITY attribute's header; 0: none
	bool has_fingerprint;      // present, and right
	bool has_mapped;
	struct ip_address mapped; // from XOR-MAPPED-ADDRESS
	be16_t mapped_port_be;
};

// Reads a binding message. Returns 0, or -EBADMSG where the length, the magic cookie, an attribute
// or the FINGERPRINT is wrong, the type is none of enum stun_type, or a comprehension-required
// attribute is not understood (ICE's PRIORITY and USE-CANDIDATE are). Attributes behind
// MESSAGE-INTEGRITY other than FINGERPRINT are ignored, as section 14.5 says.
int stun_parse(const uint8_t *bytes, size_t length, struct stun_message *out);

// Whether the message carries a MESSAGE-INTEGRITY made with `key` (section 14.5). Compares in
// constant time. `bytes` and `message` are those of stun_parse().
bool stun_verify(
	const uint8_t *bytes, const struct stun_message *message, const struct hmac_sha1_key *key);

// Writes a binding request with USERNAME, MESSAGE-INTEGRITY and FINGERPRINT, or a success response
// with XOR-MAPPED-ADDRESS, MESSAGE-INTEGRITY and FINGERPRINT. Returns its bytes, or -ENOSPC.
int stun_write_request(uint8_t *bytes, size_t capacity,
	const uint8_t transaction[STUN_TRANSACTION_BYTES], const char *username,
	const struct hmac_sha1_key *key);
int stun_write_success(uint8_t *bytes, size_t capacity,
	const uint8_t transaction[STUN_TRANSACTION_BYTES], const struct ip_address *mapped,
	be16_t mapped_port_be, const struct hmac_sha1_key *key);

#endif
