/* SPDX-License-Identifier: BSD-3-Clause */
// ipsec_mb_hmac.c - HMAC-SHA1: bursts by ipsec-mb, in many lanes or by SHA-NI; a message in two
// pieces by OpenSSL.

// OpenSSL 3 calls these deprecated; the calls that took their place allocate, which the packet path
// must not.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <assert.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "srtp/ipsec_mb.h"

#define SHA1_BLOCK_BYTES 64
// Measured (Zen 4): the 16 lanes of AVX-512 pay for 12 messages and more, the 8 of AVX2 never
// beside SHA-NI.
#define WIDE_MIN 12
#define NEVER_WIDE (HMAC_BURST_MAX + 1)
#define ONE_BY_ONE_BELOW 4 // where there is no SHA-NI

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

static _Thread_local struct hmac_burst thread_burst;

// What all jobs have alike is written once.
static bool
prepare(struct hmac_burst *burst)
{
	burst->wide = ipsec_mb_manager();
	if (!burst->wide)
		return false;
	burst->wide_min = ONE_BY_ONE_BELOW;
	uint64_t features = ipsec_mb_shared->features;
	if (features & IMB_FEATURE_SHANI)
		burst->narrow = alloc_mb_mgr(0);
	if (burst->narrow) {
		// libipsec-mb's code for SSE is the one that has SHA-NI, two messages at a time.
		init_mb_mgr_sse(burst->narrow);
		burst->wide_min = features & IMB_FEATURE_AVX512BW ? WIDE_MIN : NEVER_WIDE;
	}
	for (unsigned i = 0; i < HMAC_BURST_MAX; i++) {
		burst->jobs[i] = (IMB_JOB){
			.auth_tag_output_len_in_bytes = SHA1_DIGEST_BYTES,
			.hash_alg = IMB_AUTH_HMAC_SHA_1,
			.cipher_mode = IMB_CIPHER_NULL,
			.chain_order = IMB_ORDER_HASH_CIPHER,
		};
	}
	return true;
}

struct hmac_burst *
hmac_burst_begin(void)
{
	struct hmac_burst *burst = &thread_burst;
	if (!burst->wide && !prepare(burst))
		return NULL;
	burst->count = 0;
	return burst;
}

static void
digest_one_by_one(struct hmac_burst *burst)
{
	for (unsigned i = 0; i < burst->count; i++) {
		const IMB_JOB *job = &burst->jobs[i];
		const void *states = job->u.HMAC._hashed_auth_key_xor_ipad; // they begin with it
		hmac_states_digest(states, job->src, job->msg_len_to_hash_in_bytes, NULL, 0,
			job->auth_tag_output);
	}
}

bool
hmac_burst_run(struct hmac_burst *burst)
{
	assert(burst->count <= HMAC_BURST_MAX);
	IMB_MGR *manager = burst->count >= burst->wide_min ? burst->wide : burst->narrow;
	if (!manager) {
		digest_one_by_one(burst);
		return true;
	}
	return burst->count == 0 || IMB_SUBMIT_HASH_BURST_NOCHECK(manager, burst->jobs,
					    burst->count, IMB_AUTH_HMAC_SHA_1) == burst->count;
}
