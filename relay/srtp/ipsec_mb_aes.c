/* SPDX-License-Identifier: BSD-3-Clause */
// ipsec_mb_aes.c - AES in counter mode and GCM, under keys of 128 and 256 bits.
#include <string.h>

#include <openssl/crypto.h>

#include "srtp/ipsec_mb.h"

#define KEY_256_BYTES 32

void
cm_expand(const uint8_t *key, size_t key_bytes, uint8_t round_keys[AES_ROUND_KEYS_BYTES_MAX])
{
	_Alignas(16) uint8_t decryption[AES_ROUND_KEYS_BYTES_MAX]; // counter mode has no use for it

	if (key_bytes == KEY_256_BYTES)
		IMB_AES_KEYEXP_256(ipsec_mb_shared, key, round_keys, decryption);
	else
		IMB_AES_KEYEXP_128(ipsec_mb_shared, key, round_keys, decryption);
	OPENSSL_cleanse(decryption, sizeof decryption);
}

bool
cm_apply(const struct srtp_context *context, const uint8_t *round_keys,
	const uint8_t salt[CM_SALT_BYTES], uint64_t index, uint8_t *bytes, uint32_t length)
{
	uint8_t iv[AES_BLOCK_BYTES] = {0};
	IMB_MGR *manager = ipsec_mb_manager();

	if (length == 0)
		return true;
	if (!manager)
		return false;
	put_be32(iv + 4, context->ssrc);
	put_be32(iv + 8, (uint32_t)(index >> 16));
	iv[12] = (uint8_t)(index >> 8);
	iv[13] = (uint8_t)index;
	xor_bytes(iv, salt, CM_SALT_BYTES);
	IMB_JOB job = {
		.enc_keys = round_keys,
		.dec_keys = round_keys,
		.key_len_in_bytes = context->key_bytes,
		.src = bytes,
		.dst = bytes,
		.msg_len_to_cipher_in_bytes = length,
		.iv = iv,
		.iv_len_in_bytes = sizeof iv,
		.cipher_mode = IMB_CIPHER_CNTR,
		.cipher_direction = IMB_DIR_ENCRYPT,
		.hash_alg = IMB_AUTH_NULL,
		.chain_order = IMB_ORDER_CIPHER_HASH,
	};
	IMB_KEY_SIZE_BYTES size =
		context->key_bytes == KEY_256_BYTES ? IMB_KEY_256_BYTES : IMB_KEY_128_BYTES;
	return IMB_SUBMIT_CIPHER_BURST(manager, &job, 1, IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT, size) ==
		       1 &&
	       job.status == IMB_STATUS_COMPLETED;
}

void
gcm_expand(const uint8_t *key, size_t key_bytes, struct gcm_key_data *out)
{
	if (key_bytes == KEY_256_BYTES)
		IMB_AES256_GCM_PRE(ipsec_mb_shared, key, out);
	else
		IMB_AES128_GCM_PRE(ipsec_mb_shared, key, out);
}

void
gcm_seal(size_t key_bytes, const struct gcm_key_data *key, const struct gcm_text *text,
	uint8_t tag[GCM_TAG_BYTES])
{
	struct gcm_context_data run;
	if (key_bytes == KEY_256_BYTES)
		IMB_AES256_GCM_ENC(ipsec_mb_shared, key, &run, text->out, text->in, text->length,
			text->iv, text->associated, text->associated_bytes, tag, GCM_TAG_BYTES);
	else
		IMB_AES128_GCM_ENC(ipsec_mb_shared, key, &run, text->out, text->in, text->length,
			text->iv, text->associated, text->associated_bytes, tag, GCM_TAG_BYTES);
}

void
gcm_open(size_t key_bytes, const struct gcm_key_data *key, const struct gcm_text *text,
	uint8_t tag[GCM_TAG_BYTES])
{
	struct gcm_context_data run;
	if (key_bytes == KEY_256_BYTES)
		IMB_AES256_GCM_DEC(ipsec_mb_shared, key, &run, text->out, text->in, text->length,
			text->iv, text->associated, text->associated_bytes, tag, GCM_TAG_BYTES);
	else
		IMB_AES128_GCM_DEC(ipsec_mb_shared, key, &run, text->out, text->in, text->length,
			text->iv, text->associated, text->associated_bytes, tag, GCM_TAG_BYTES);
}
