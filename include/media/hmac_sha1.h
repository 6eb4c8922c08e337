/* SPDX-License-Identifier: BSD-3-Clause */
// hmac_sha1.h - HMAC-SHA1 (RFC 2104) that allocates nothing, with the padded key hashed once.
#ifndef MEDIA_HMAC_SHA1_H
#define MEDIA_HMAC_SHA1_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/sha.h>

#define HMAC_SHA1_BYTES 20
#define HMAC_SHA1_WORDS 5

// The inner and outer states after the padded key. A secret: wipe with hmac_sha1_key_fini().
struct hmac_sha1_key {
	uint32_t inner[HMAC_SHA1_WORDS];
	uint32_t outer[HMAC_SHA1_WORDS];
};

// One run over a message.
struct hmac_sha1 {
	SHA_CTX inner;
	const struct hmac_sha1_key *key;
};

void hmac_sha1_key_init(struct hmac_sha1_key *key, const void *secret, size_t secret_bytes);
void hmac_sha1_key_fini(struct hmac_sha1_key *key);

void hmac_sha1_start(struct hmac_sha1 *run, const struct hmac_sha1_key *key);
void hmac_sha1_add(struct hmac_sha1 *run, const void *bytes, size_t length);
void hmac_sha1_end(struct hmac_sha1 *run, uint8_t digest[HMAC_SHA1_BYTES]);

#endif
