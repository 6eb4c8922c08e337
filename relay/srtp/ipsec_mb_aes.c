/* SPDX-License-Identifier: BSD-3-Clause */
// ipsec_mb_aes.c - keys of AES, of 128 and 256 bits, expanded; counter mode in bursts.
#include <assert.h>
#include <string.h>

#include <openssl/crypto.h>

#include "srtp/ipsec_mb.h"

void
cm_expand(const uint8_t *key, size_t key_bytes, uint8_t *round_keys)
{
	_Alignas(16) uint8_t decryption[AES_ROUND_KEYS_BYTES_MAX]; // counter mode has no use for it

	if (key_bytes == AES_KEY_BYTES_MAX)
		IMB_AES_KEYEXP_256(ipsec_mb_shared, key, round_keys, decryption);
	else
		IMB_AES_KEYEXP_128(ipsec_mb_shared, key, round_keys, decryption);
	OPENSSL_cleanse(decryption, sizeof decryption);
}

void
gcm_expand(const uint8_t *key, size_t key_bytes, struct gcm_key_data *out)
{
	if (key_bytes == AES_KEY_BYTES_MAX)
		IMB_AES256_GCM_PRE(ipsec_mb_shared, key, out);
	else
		IMB_AES128_GCM_PRE(ipsec_mb_shared, key, out);
}

static _Thread_local struct cm_burst thread_burst;

// What all jobs have alike is written once.
static bool
prepare(struct cm_burst *burst)
{
	burst->manager = ipsec_mb_manager();
	for (unsigned i = 0; i < CM_BURST_MAX; i++) {
		burst->jobs[i] = (IMB_JOB){
			.iv = burst->ivs[i].bytes,
			.iv_len_in_bytes = AES_BLOCK_BYTES,
			.cipher_mode = IMB_CIPHER_CNTR,
			.cipher_direction = IMB_DIR_ENCRYPT,
			.hash_alg = IMB_AUTH_NULL,
			.chain_order = IMB_ORDER_CIPHER_HASH,
		};
	}
	return burst->manager != NULL;
}

struct cm_burst *
cm_burst_begin(void)
{
	struct cm_burst *burst = &thread_burst;
	if (!burst->manager && !prepare(burst))
		return NULL;
	burst->count = 0;
	return burst;
}

void
cm_burst_add(struct cm_burst *burst, const struct cm_cipher *cipher, uint64_t index, uint8_t *bytes,
	uint32_t length)
{
	if (length == 0)
		return;
	assert(burst->count < CM_BURST_MAX);
	IMB_JOB *job = &burst->jobs[burst->count];
	union iv *iv = &burst->ivs[burst->count++];
	uint64_t head, tail = 0;
	memcpy(&head, cipher->salt, sizeof head);
	memcpy(&tail, cipher->salt + sizeof head, CM_SALT_BYTES - sizeof head);
	head ^= __builtin_bswap64(cipher->ssrc);
	tail ^= __builtin_bswap64(index << 16);
	iv->halves = (typeof(iv->halves)){head, tail};
	job->enc_keys = cipher->round_keys;
	job->dec_keys = cipher->round_keys;
	job->key_len_in_bytes = cipher->key_bytes;
	job->src = bytes;
	job->dst = bytes;
	job->msg_len_to_cipher_in_bytes = length;
}

bool
cm_burst_run(struct cm_burst *burst)
{
	unsigned done = 0;
	while (done < burst->count) {
		// A run of keys of one length; in a session there is one.
		uint64_t key_bytes = burst->jobs[done].key_len_in_bytes;
		unsigned end = done + 1;
		while (end < burst->count && burst->jobs[end].key_len_in_bytes == key_bytes)
			end++;
		if (IMB_SUBMIT_CIPHER_BURST_NOCHECK(burst->manager, &burst->jobs[done], end - done,
			    IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT,
			    (IMB_KEY_SIZE_BYTES)key_bytes) != end - done)
			return false;
		done = end;
	}
	return true;
}
