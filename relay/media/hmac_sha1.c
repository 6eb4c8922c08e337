/* SPDX-License-Identifier: BSD-3-Clause */
// hmac_sha1.c - HMAC-SHA1 (RFC 2104) that allocates nothing, with the padded key hashed once.

// OpenSSL 3 deprecates SHA1_*() in favour of EVP, whose contexts are allocated; the packet path
// must not.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "media/hmac_sha1.h"

#include <string.h>

#include <openssl/crypto.h>

#define INNER_PAD 0x36
#define OUTER_PAD 0x5c

_Static_assert(HMAC_SHA1_BYTES == SHA_DIGEST_LENGTH, "HMAC-SHA1 is not truncated");

// The state of a hash that has taken the padded key, one whole block, and nothing else.
static void
hash_padded(uint32_t state[HMAC_SHA1_WORDS], const uint8_t block[SHA_CBLOCK], uint8_t pad)
{
	uint8_t padded[SHA_CBLOCK];
	SHA_CTX hash;

	for (size_t i = 0; i < SHA_CBLOCK; i++)
		padded[i] = block[i] ^ pad;
	SHA1_Init(&hash);
	SHA1_Update(&hash, padded, sizeof(padded));
	const uint32_t words[] = {hash.h0, hash.h1, hash.h2, hash.h3, hash.h4};
	memcpy(state, words, sizeof words);
	OPENSSL_cleanse(padded, sizeof(padded));
	OPENSSL_cleanse(&hash, sizeof(hash));
}

// Goes on from there.
static void
hash_resume(SHA_CTX *hash, const uint32_t state[HMAC_SHA1_WORDS])
{
	*hash = (SHA_CTX){.h0 = state[0],
		.h1 = state[1],
		.h2 = state[2],
		.h3 = state[3],
		.h4 = state[4],
		.Nl = 8 * SHA_CBLOCK};
}

void
hmac_sha1_key_init(struct hmac_sha1_key *key, const void *secret, size_t secret_bytes)
{
	uint8_t block[SHA_CBLOCK] = {0};

	// RFC 2104, section 2: a secret longer than a block is hashed first.
	if (secret_bytes > sizeof(block)) {
		SHA_CTX hash;

		SHA1_Init(&hash);
		SHA1_Update(&hash, secret, secret_bytes);
		SHA1_Final(block, &hash);
		OPENSSL_cleanse(&hash, sizeof(hash));
	} else if (secret_bytes > 0) {
		memcpy(block, secret, secret_bytes);
	}
	hash_padded(key->inner, block, INNER_PAD);
	hash_padded(key->outer, block, OUTER_PAD);
	OPENSSL_cleanse(block, sizeof(block));
}

void
hmac_sha1_key_fini(struct hmac_sha1_key *key)
{
	OPENSSL_cleanse(key, sizeof(*key));
}

void
hmac_sha1_start(struct hmac_sha1 *run, const struct hmac_sha1_key *key)
{
	hash_resume(&run->inner, key->inner);
	run->key = key;
}

void
hmac_sha1_add(struct hmac_sha1 *run, const void *bytes, size_t length)
{
	SHA1_Update(&run->inner, bytes, length);
}

void
hmac_sha1_end(struct hmac_sha1 *run, uint8_t digest[HMAC_SHA1_BYTES])
{
	SHA_CTX outer;

	SHA1_Final(digest, &run->inner);
	hash_resume(&outer, run->key->outer);
	SHA1_Update(&outer, digest, HMAC_SHA1_BYTES);
	SHA1_Final(digest, &outer);
	OPENSSL_cleanse(&outer, sizeof(outer));
	OPENSSL_cleanse(run, sizeof(*run));
}
