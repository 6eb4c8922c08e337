/* SPDX-License-Identifier: BSD-3-Clause */
// ipsec_mb_hmac.c - HMAC-SHA1 of a single packet: a burst of one is slow in ipsec-mb, OpenSSL has
// SHA-NI.

// OpenSSL 3 calls these deprecated; the calls that took their place allocate, which the packet path
// must not.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "srtp/ipsec_mb.h"

#define SHA1_BLOCK_BYTES 64

static void
state_after_block(uint32_t state[SHA1_WORDS], const uint8_t key[SHA1_KEY_BYTES], uint8_t pad)
{
	uint8_t block[SHA1_BLOCK_BYTES];
	SHA_CTX sha;

	memset(block, pad, sizeof block);
	xor_bytes(block, key, SHA1_KEY_BYTES);
	SHA1_Init(&sha);
	SHA1_Update(&sha, block, sizeof block);
	const uint32_t words[SHA1_WORDS] = {sha.h0, sha.h1, sha.h2, sha.h3, sha.h4};
	memcpy(state, words, sizeof words);
	OPENSSL_cleanse(block, sizeof block);
	OPENSSL_cleanse(&sha, sizeof sha);
}

void
hmac_states_init(struct hmac_states *states, const uint8_t key[SHA1_KEY_BYTES])
{
	state_after_block(states->inner, key, 0x36);
	state_after_block(states->outer, key, 0x5c);
}

static void
sha_resume(SHA_CTX *sha, const uint32_t state[SHA1_WORDS])
{
	SHA1_Init(sha);
	sha->h0 = state[0];
	sha->h1 = state[1];
	sha->h2 = state[2];
	sha->h3 = state[3];
	sha->h4 = state[4];
	sha->Nl = SHA1_BLOCK_BYTES * 8;
}

void
hmac_states_digest(const struct hmac_states *states, const void *bytes, size_t length,
	const void *more, size_t more_bytes, uint8_t digest[SHA1_DIGEST_BYTES])
{
	SHA_CTX sha;

	sha_resume(&sha, states->inner);
	SHA1_Update(&sha, bytes, length);
	SHA1_Update(&sha, more, more_bytes);
	SHA1_Final(digest, &sha);
	sha_resume(&sha, states->outer);
	SHA1_Update(&sha, digest, SHA1_DIGEST_BYTES);
	SHA1_Final(digest, &sha);
}
