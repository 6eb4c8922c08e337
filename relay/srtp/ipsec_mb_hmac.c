/* SPDX-License-Identifier: BSD-3-Clause */
// ipsec_mb_hmac.c - HMAC-SHA1: bursts by ipsec-mb, a single message, where that is slow, by OpenSSL
// with SHA-NI.

// OpenSSL 3 calls these deprecated; the calls that took their place allocate, which the packet path
// must not.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <assert.h>
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

bool
hmac_burst(const struct hmac_job *jobs, unsigned count)
{
	// Zeros but for what is written here: each thread keeps its own.
	static _Thread_local IMB_JOB hashes[HMAC_BURST_MAX];
	IMB_MGR *manager = ipsec_mb_manager();

	if (!manager)
		return false;
	assert(count > 0 && count <= HMAC_BURST_MAX);
	for (unsigned i = 0; i < count; i++) {
		const struct hmac_states *states = jobs[i].states;
		hashes[i].src = jobs[i].bytes;
		hashes[i].msg_len_to_hash_in_bytes = jobs[i].length;
		hashes[i].auth_tag_output = jobs[i].digest;
		hashes[i].auth_tag_output_len_in_bytes = SHA1_DIGEST_BYTES;
		hashes[i].u.HMAC._hashed_auth_key_xor_ipad = (const uint8_t *)states->inner;
		hashes[i].u.HMAC._hashed_auth_key_xor_opad = (const uint8_t *)states->outer;
		hashes[i].hash_alg = IMB_AUTH_HMAC_SHA_1;
		hashes[i].cipher_mode = IMB_CIPHER_NULL;
		hashes[i].chain_order = IMB_ORDER_HASH_CIPHER;
	}
	return IMB_SUBMIT_HASH_BURST(manager, hashes, count, IMB_AUTH_HMAC_SHA_1) == count;
}
