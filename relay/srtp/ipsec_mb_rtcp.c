/* SPDX-License-Identifier: BSD-3-Clause */
// ipsec_mb_rtcp.c - SRTCP, one packet at a time (RFC 3711, section 3.4; RFC 7714, section 9).
#include <assert.h>
#include <string.h>

#include <openssl/crypto.h>

#include "srtp/ipsec_mb.h"

#define RTCP_HEADER_BYTES 8
#define E_FLAG 0x80000000u
#define INDEX_MASK 0x7fffffffu

// GCM puts the index behind the tag, CM before it.
static uint32_t
trailer_bytes(const struct srtp_context *context)
{
	return SRTCP_INDEX_BYTES + context->rtcp_tag_bytes;
}

static bool
is_ours(const struct srtp_job *job)
{
	return job->bytes >= RTCP_HEADER_BYTES && job->bytes <= SRTP_PACKET_BYTES_MAX &&
	       job->packet[0] >> 6 == 2 && get_be32(job->packet + 4) == job->context->ssrc;
}

// RFC 7714, section 9.1.
static void
gcm_iv(const struct srtp_context *context, uint32_t index, uint8_t iv[GCM_IV_BYTES])
{
	memset(iv, 0, GCM_IV_BYTES);
	put_be32(iv + 2, context->ssrc);
	put_be32(iv + 8, index);
	xor_bytes(iv, context->rtcp_salt, GCM_IV_BYTES);
}

static void
gcm_run(const struct srtp_context *context, bool seals, uint32_t word, uint8_t *packet,
	uint32_t clear_bytes, uint32_t sealed_bytes, uint8_t tag[GCM_TAG_BYTES])
{
	struct gcm_key_data key;
	uint8_t iv[GCM_IV_BYTES];
	// The associated data: what is in the clear, and the index with its E flag.
	uint8_t associated[SRTP_PACKET_BYTES_MAX + SRTCP_INDEX_BYTES];
	struct gcm_text text = {
		.iv = iv,
		.associated = associated,
		.associated_bytes = clear_bytes + SRTCP_INDEX_BYTES,
		.in = packet + clear_bytes,
		.out = packet + clear_bytes,
		.length = sealed_bytes,
	};

	memcpy(associated, packet, clear_bytes);
	put_be32(associated + clear_bytes, word);
	gcm_iv(context, word & INDEX_MASK, iv);
	gcm_expand(context->rtcp_key, context->key_bytes, &key);
	(seals ? gcm_seal : gcm_open)(context->key_bytes, &key, &text, tag);
	OPENSSL_cleanse(&key, sizeof key);
}

static bool
cm_run(const struct srtp_context *context, uint32_t index, uint8_t *bytes, uint32_t length)
{
	_Alignas(16) uint8_t round_keys[AES_ROUND_KEYS_BYTES_MAX];
	struct cm_burst *burst = cm_burst_begin();
	struct cm_cipher cipher = {
		.round_keys = round_keys,
		.salt = context->rtcp_salt,
		.ssrc = context->ssrc,
		.key_bytes = context->key_bytes,
	};

	if (!burst)
		return false;
	cm_expand(context->rtcp_key, context->key_bytes, round_keys);
	cm_burst_add(burst, &cipher, index, bytes, length);
	bool is_done = cm_burst_run(burst);
	OPENSSL_cleanse(round_keys, sizeof round_keys);
	return is_done;
}

static void
cm_digest(const struct srtp_context *context, const uint8_t *packet, uint32_t hashed_bytes,
	uint8_t digest[SHA1_DIGEST_BYTES])
{
	struct hmac_states states;
	hmac_states_init(&states, context->keys.cm.rtcp_authentication_key);
	hmac_states_digest(&states, packet, hashed_bytes, NULL, 0, digest);
	OPENSSL_cleanse(&states, sizeof states);
}

static bool
open_gcm(const struct srtp_context *context, uint8_t *packet, uint32_t plain_bytes, uint32_t word)
{
	uint8_t tag[GCM_TAG_BYTES];
	bool is_sealed = word & E_FLAG;
	uint32_t clear_bytes = is_sealed ? RTCP_HEADER_BYTES : plain_bytes;

	gcm_run(context, false, word, packet, clear_bytes, plain_bytes - clear_bytes, tag);
	return CRYPTO_memcmp(tag, packet + plain_bytes, GCM_TAG_BYTES) == 0;
}

static bool
open_cm(const struct srtp_context *context, uint8_t *packet, uint32_t plain_bytes, uint32_t word)
{
	uint8_t digest[SHA1_DIGEST_BYTES];
	uint32_t hashed_bytes = plain_bytes + SRTCP_INDEX_BYTES;

	cm_digest(context, packet, hashed_bytes, digest);
	// The profile always encrypts: a packet that says it is not is none of this context's.
	if (CRYPTO_memcmp(digest, packet + hashed_bytes, context->rtcp_tag_bytes) != 0 ||
		!(word & E_FLAG))
		return false;
	return cm_run(context, word & INDEX_MASK, packet + RTCP_HEADER_BYTES,
		plain_bytes - RTCP_HEADER_BYTES);
}

static enum srtp_verdict
unprotect_one(struct srtp_job *job)
{
	struct srtp_context *context = job->context;
	assert(context->is_inbound);
	if (!is_ours(job) || job->bytes - RTCP_HEADER_BYTES < trailer_bytes(context))
		return SRTP_MALFORMED;

	uint32_t plain_bytes = job->bytes - trailer_bytes(context);
	const uint8_t *word_at = job->packet + plain_bytes + (context->is_gcm ? GCM_TAG_BYTES : 0);
	uint32_t word = get_be32(word_at);
	uint64_t index = word & INDEX_MASK;
	enum srtp_verdict verdict =
		index_verdict(packet_index_check(&context->rtcp, context->rtcp_seen, index));
	if (verdict != SRTP_OK)
		return verdict;
	bool is_good = context->is_gcm ? open_gcm(context, job->packet, plain_bytes, word)
				       : open_cm(context, job->packet, plain_bytes, word);
	if (!is_good)
		return SRTP_AUTH_FAIL;
	packet_index_commit(&context->rtcp, context->rtcp_seen, index);
	job->index = index;
	job->bytes = plain_bytes;
	return SRTP_OK;
}

static enum srtp_verdict
protect_one(struct srtp_job *job)
{
	struct srtp_context *context = job->context;
	assert(!context->is_inbound);
	if (!is_ours(job))
		return SRTP_MALFORMED;
	uint32_t sealed_bytes = job->bytes + trailer_bytes(context);
	if (sealed_bytes > job->capacity || sealed_bytes > SRTP_PACKET_BYTES_MAX)
		return SRTP_NO_SPACE;
	// The first packet has index 1, as libsrtp2's; after 2^31 - 1 the keys are worn out.
	uint64_t index = context->rtcp.highest + 1;
	if (index > INDEX_MASK)
		return SRTP_AUTH_FAIL;

	uint8_t *end = job->packet + job->bytes;
	uint32_t word = (uint32_t)index | E_FLAG;
	uint32_t payload_bytes = job->bytes - RTCP_HEADER_BYTES;
	if (context->is_gcm) {
		gcm_run(context, true, word, job->packet, RTCP_HEADER_BYTES, payload_bytes, end);
		put_be32(end + GCM_TAG_BYTES, word);
	} else {
		uint8_t digest[SHA1_DIGEST_BYTES];
		if (!cm_run(context, (uint32_t)index, job->packet + RTCP_HEADER_BYTES,
			    payload_bytes))
			return SRTP_AUTH_FAIL;
		put_be32(end, word);
		cm_digest(context, job->packet, job->bytes + SRTCP_INDEX_BYTES, digest);
		memcpy(end + SRTCP_INDEX_BYTES, digest, context->rtcp_tag_bytes);
	}
	packet_index_commit(&context->rtcp, context->rtcp_seen, index);
	job->index = index;
	job->bytes = sealed_bytes;
	return SRTP_OK;
}

void
ipsec_mb_unprotect_rtcp(struct srtp_job *jobs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		jobs[i].verdict = unprotect_one(&jobs[i]);
}

void
ipsec_mb_protect_rtcp(struct srtp_job *jobs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		jobs[i].verdict = protect_one(&jobs[i]);
}
