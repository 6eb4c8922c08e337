/* SPDX-License-Identifier: BSD-3-Clause */
// srtp_oracle.h - SRTP and SRTCP written down from the RFCs on OpenSSL's ciphers, to judge engines
// by.
#ifndef SUPPORT_SRTP_ORACLE_H
#define SUPPORT_SRTP_ORACLE_H

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "srtp/keys.h"

#define ORACLE_KEY_BYTES_MAX 32
#define ORACLE_AUTH_BYTES 20
#define ORACLE_RTCP_CM_TAG_BYTES 10
#define ORACLE_GCM_TAG_BYTES 16

struct oracle_session {
	uint8_t key[ORACLE_KEY_BYTES_MAX];
	size_t key_bytes;
	uint8_t auth[ORACLE_AUTH_BYTES];
	uint8_t salt[14];
};

struct oracle {
	enum srtp_profile profile;
	uint32_t ssrc;
	struct oracle_session rtp;
	struct oracle_session rtcp;
};

static inline void
oracle_write_be(uint8_t *bytes, uint64_t value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)(value >> 8 * (count - 1 - i));
}

static inline void
oracle_xor_be(uint8_t *bytes, uint64_t value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bytes[i] ^= (uint8_t)(value >> 8 * (count - 1 - i));
}

// AES in counter mode from the block `iv` on, in place.
static inline void
oracle_aes_ctr(
	const uint8_t *key, size_t key_bytes, const uint8_t iv[16], uint8_t *bytes, size_t length)
{
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	int done = 0;
	int ok = EVP_EncryptInit_ex(
		cipher, key_bytes == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr(), NULL, key, iv);
	assert(ok == 1);
	ok = EVP_EncryptUpdate(cipher, bytes, &done, bytes, (int)length);
	assert(ok == 1 && done == (int)length);
	EVP_CIPHER_CTX_free(cipher);
}

// RFC 3711, section 4.3.1 with a key derivation rate of 0. A salt of 12 bytes counts as 14 that end
// in zeros (RFC 7714, section 11).
static inline void
oracle_derive(const struct srtp_keys *keys, uint8_t label, uint8_t *out, size_t length)
{
	uint8_t iv[16] = {0};
	memcpy(iv, keys->salt, srtp_profile_salt_bytes(keys->profile));
	iv[7] ^= label;
	memset(out, 0, length);
	oracle_aes_ctr(keys->key, srtp_profile_key_bytes(keys->profile), iv, out, length);
}

static inline void
oracle_init(struct oracle *o, const struct srtp_keys *keys, uint32_t ssrc)
{
	*o = (struct oracle){.profile = keys->profile, .ssrc = ssrc};
	size_t salt_bytes = srtp_profile_salt_bytes(keys->profile);
	o->rtp.key_bytes = o->rtcp.key_bytes = srtp_profile_key_bytes(keys->profile);
	oracle_derive(keys, 0, o->rtp.key, o->rtp.key_bytes);
	oracle_derive(keys, 1, o->rtp.auth, sizeof o->rtp.auth);
	oracle_derive(keys, 2, o->rtp.salt, salt_bytes);
	oracle_derive(keys, 3, o->rtcp.key, o->rtcp.key_bytes);
	oracle_derive(keys, 4, o->rtcp.auth, sizeof o->rtcp.auth);
	oracle_derive(keys, 5, o->rtcp.salt, salt_bytes);
}

// RFC 3711, section 4.1.1: `index` is RTP's of 48 bits or SRTCP's of 31.
static inline void
oracle_cm(const struct oracle_session *session, uint32_t ssrc, uint64_t index, uint8_t *bytes,
	size_t length)
{
	uint8_t iv[16] = {0};
	memcpy(iv, session->salt, 14);
	oracle_xor_be(iv + 4, ssrc, 4);
	oracle_xor_be(iv + 8, index, 6);
	oracle_aes_ctr(session->key, session->key_bytes, iv, bytes, length);
}

static inline void
oracle_hmac(const struct oracle_session *session, const uint8_t *bytes, size_t length, uint8_t *tag,
	size_t tag_bytes)
{
	uint8_t digest[20];
	unsigned digest_bytes = 0;
	HMAC(EVP_sha1(), session->auth, ORACLE_AUTH_BYTES, bytes, length, digest, &digest_bytes);
	assert(digest_bytes == sizeof digest);
	memcpy(tag, digest, tag_bytes);
}

// RFC 7714, sections 8.1 and 9.1: encrypts in place and writes the tag.
static inline void
oracle_gcm(const struct oracle_session *session, uint32_t ssrc, uint64_t index, const uint8_t *aad,
	size_t aad_bytes, uint8_t *bytes, size_t length, uint8_t *tag)
{
	uint8_t iv[12] = {0};
	oracle_write_be(iv + 2, ssrc, 4);
	oracle_write_be(iv + 6, index, 6);
	for (size_t i = 0; i < sizeof iv; i++)
		iv[i] ^= session->salt[i];
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	int done = 0;
	int ok = EVP_EncryptInit_ex(cipher,
			 session->key_bytes == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm(), NULL,
			 session->key, iv) == 1 &&
		 EVP_EncryptUpdate(cipher, NULL, &done, aad, (int)aad_bytes) == 1 &&
		 EVP_EncryptUpdate(cipher, bytes, &done, bytes, (int)length) == 1 &&
		 EVP_EncryptFinal_ex(cipher, bytes + length, &done) == 1 &&
		 EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, ORACLE_GCM_TAG_BYTES, tag) == 1;
	assert(ok);
	EVP_CIPHER_CTX_free(cipher);
}

// Protects an RTP packet whose header has `header_bytes`, under the index given. Returns its new
// length.
static inline size_t
oracle_protect_rtp(
	const struct oracle *o, uint64_t index, uint8_t *packet, size_t header_bytes, size_t length)
{
	uint8_t *payload = packet + header_bytes;
	size_t payload_bytes = length - header_bytes;
	uint8_t tag[ORACLE_GCM_TAG_BYTES];
	if (srtp_profile_is_gcm(o->profile)) {
		oracle_gcm(
			&o->rtp, o->ssrc, index, packet, header_bytes, payload, payload_bytes, tag);
		memcpy(packet + length, tag, ORACLE_GCM_TAG_BYTES);
		return length + ORACLE_GCM_TAG_BYTES;
	}
	oracle_cm(&o->rtp, o->ssrc, index, payload, payload_bytes);
	oracle_write_be(packet + length, index >> 16, 4); // ROC, which is signed and not sent
	// RFC 3711, section 5.2 and RFC 6188, section 4.
	size_t tag_bytes = o->profile == SRTP_AES_CM_128_HMAC_SHA1_32 ? 4 : 10;
	oracle_hmac(&o->rtp, packet, length + 4, tag, tag_bytes);
	memcpy(packet + length, tag, tag_bytes);
	return length + tag_bytes;
}

// Protects an RTCP compound, or only signs it. Returns its new length.
static inline size_t
oracle_protect_rtcp(
	const struct oracle *o, uint32_t index, bool encrypt, uint8_t *packet, size_t length)
{
	uint8_t word[4];
	uint8_t tag[ORACLE_GCM_TAG_BYTES];
	oracle_write_be(word, index | (encrypt ? 0x80000000u : 0), sizeof word);
	if (srtp_profile_is_gcm(o->profile)) {
		size_t clear_bytes = encrypt ? 8 : length;
		uint8_t aad[2048];
		memcpy(aad, packet, clear_bytes);
		memcpy(aad + clear_bytes, word, sizeof word);
		oracle_gcm(&o->rtcp, o->ssrc, index, aad, clear_bytes + sizeof word,
			packet + clear_bytes, length - clear_bytes, tag);
		memcpy(packet + length, tag, ORACLE_GCM_TAG_BYTES);
		memcpy(packet + length + ORACLE_GCM_TAG_BYTES, word, sizeof word);
		return length + ORACLE_GCM_TAG_BYTES + sizeof word;
	}
	if (encrypt)
		oracle_cm(&o->rtcp, o->ssrc, index, packet + 8, length - 8);
	memcpy(packet + length, word, sizeof word);
	oracle_hmac(&o->rtcp, packet, length + sizeof word, tag, ORACLE_RTCP_CM_TAG_BYTES);
	memcpy(packet + length + sizeof word, tag, ORACLE_RTCP_CM_TAG_BYTES);
	return length + sizeof word + ORACLE_RTCP_CM_TAG_BYTES;
}

#endif
