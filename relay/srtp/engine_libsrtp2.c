/* SPDX-License-Identifier: BSD-3-Clause */
// engine_libsrtp2.c - the SRTP engine on libsrtp2: one srtp_t per SSRC and direction.
#include "srtp/engine.h"

#include <assert.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <srtp2/srtp.h>

#include "srtp/packet_index.h"

#define RTP_HEADER_BYTES 12
#define RTCP_HEADER_BYTES 8
#define SRTCP_INDEX_BYTES 4

// Packets behind the newest that are still told new from old. A school's uplink reorders within
// bursts of video; RFC 3711 asks for at least 64.
#define REPLAY_WINDOW_PACKETS 1024
#define INDEX_WINDOW_PACKETS 64

#define MEASURED_CONTEXTS 64 // for the bytes of one, in which the first of all weighs little

struct srtp_context {
	srtp_t session;
	uint32_t ssrc;
	bool is_inbound;
	enum srtp_profile profile;
	uint32_t tag_bytes;
	uint32_t rtcp_tag_bytes;
	// libsrtp2 keeps its own; this one tells each packet's index, and sees no replay.
	struct packet_index index;
	uint64_t seen[PACKET_INDEX_WORDS(INDEX_WINDOW_PACKETS)];
};

static uint16_t
read_be16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t
read_be32(const uint8_t *bytes)
{
	return (uint32_t)read_be16(bytes) << 16 | read_be16(bytes + 2);
}

// As RFC 3711, section 3.3 asks, libsrtp2 looks at the replay window before the tag: SRTP_REPLAYED
// and SRTP_TOO_OLD speak of packets that nobody has authenticated.
static enum srtp_verdict
verdict_of(srtp_err_status_t status)
{
	switch (status) {
	case srtp_err_status_ok:
		return SRTP_OK;
	case srtp_err_status_replay_fail:
		return SRTP_REPLAYED;
	case srtp_err_status_replay_old:
	case srtp_err_status_pkt_idx_old:
		return SRTP_TOO_OLD;
	case srtp_err_status_bad_param:
	case srtp_err_status_parse_err:
	case srtp_err_status_no_ctx:
		return SRTP_MALFORMED;
	default:
		// auth_fail; cipher_fail, which is how the NSS build tells a wrong GCM tag;
		// cant_check, an SRTCP packet whose E flag is not what was agreed; key_expired
		// after 2^48 packets. None of them is a packet of this context's.
		return SRTP_AUTH_FAIL;
	}
}

// Bytes of the RTP header with CSRCs and extension (RFC 3550, section 5.1), or 0 where they are not
// all there or the packet is not the context's.
static uint32_t
check_rtp(const struct srtp_job *job)
{
	const uint8_t *packet = job->packet;
	if (job->bytes < RTP_HEADER_BYTES || job->bytes > SRTP_PACKET_BYTES_MAX)
		return 0;
	if (packet[0] >> 6 != 2 || read_be32(packet + 8) != job->context->ssrc)
		return 0;
	uint32_t header_bytes = RTP_HEADER_BYTES + 4u * (packet[0] & 0x0f);
	if (packet[0] & 0x10) {
		header_bytes += 4;
		if (header_bytes > job->bytes)
			return 0;
		header_bytes += 4u * read_be16(packet + header_bytes - 2);
	}
	return header_bytes <= job->bytes ? header_bytes : 0;
}

static bool
check_rtcp(const struct srtp_job *job)
{
	return job->bytes >= RTCP_HEADER_BYTES && job->bytes <= SRTP_PACKET_BYTES_MAX &&
	       job->packet[0] >> 6 == 2 && read_be32(job->packet + 4) == job->context->ssrc;
}

// RFC 3711 puts the SRTCP index before the tag; RFC 7714, section 9.2 behind it. The first bit of
// its word is the E flag.
static uint32_t
srtcp_index(const struct srtp_context *context, const uint8_t *packet, uint32_t bytes)
{
	uint32_t behind = srtp_profile_is_gcm(context->profile) ? 0 : context->rtcp_tag_bytes;
	return read_be32(packet + bytes - behind - SRTCP_INDEX_BYTES) & SRTCP_INDEX_MASK;
}

static enum srtp_verdict
unprotect_rtp_at(struct srtp_job *job, uint8_t *packet)
{
	struct srtp_context *context = job->context;
	uint64_t index = packet_index_estimate(&context->index, read_be16(packet + 2));
	int length = (int)job->bytes;
	enum srtp_verdict verdict = verdict_of(srtp_unprotect(context->session, packet, &length));
	if (verdict != SRTP_OK)
		return verdict;
	packet_index_commit(&context->index, context->seen, index);
	job->index = index;
	job->bytes = (uint32_t)length;
	return SRTP_OK;
}

static enum srtp_verdict
unprotect_rtp_one(struct srtp_job *job)
{
	assert(job->context->is_inbound);
	uint32_t header_bytes = check_rtp(job);
	if (header_bytes == 0 || job->bytes - header_bytes < job->context->tag_bytes)
		return SRTP_MALFORMED;
	return unprotect_rtp_at(job, job->packet);
}

static enum srtp_verdict
verify_rtp_one(struct srtp_job *job)
{
	assert(job->context->is_inbound);
	uint32_t header_bytes = check_rtp(job);
	if (header_bytes == 0 || job->bytes - header_bytes < job->context->tag_bytes)
		return SRTP_MALFORMED;
	// libsrtp2 verifies by decrypting in place; what is only verified is decrypted here.
	_Alignas(16) uint8_t scratch[SRTP_PACKET_BYTES_MAX];
	uint32_t bytes = job->bytes;
	memcpy(scratch, job->packet, bytes);
	enum srtp_verdict verdict = unprotect_rtp_at(job, scratch);
	job->bytes = bytes;
	return verdict;
}

static enum srtp_verdict
unprotect_rtcp_one(struct srtp_job *job)
{
	struct srtp_context *context = job->context;
	assert(context->is_inbound);
	if (!check_rtcp(job) ||
		job->bytes - RTCP_HEADER_BYTES < context->rtcp_tag_bytes + SRTCP_INDEX_BYTES)
		return SRTP_MALFORMED;
	uint32_t index = srtcp_index(context, job->packet, job->bytes);
	int length = (int)job->bytes;
	srtp_err_status_t status = srtp_unprotect_rtcp(context->session, job->packet, &length);
	enum srtp_verdict verdict = verdict_of(status);
	if (verdict != SRTP_OK)
		return verdict;
	job->index = index;
	job->bytes = (uint32_t)length;
	return SRTP_OK;
}

static bool
has_space(const struct srtp_job *job, uint32_t trailer_bytes)
{
	uint32_t bytes = job->bytes + trailer_bytes;
	return bytes <= job->capacity && bytes <= SRTP_PACKET_BYTES_MAX;
}

static enum srtp_verdict
protect_rtp_one(struct srtp_job *job)
{
	struct srtp_context *context = job->context;
	assert(!context->is_inbound);
	if (check_rtp(job) == 0)
		return SRTP_MALFORMED;
	if (!has_space(job, context->tag_bytes))
		return SRTP_NO_SPACE;
	uint64_t index = packet_index_estimate(&context->index, read_be16(job->packet + 2));
	int length = (int)job->bytes;
	enum srtp_verdict verdict =
		verdict_of(srtp_protect(context->session, job->packet, &length));
	if (verdict != SRTP_OK)
		return verdict;
	packet_index_commit(&context->index, context->seen, index);
	job->index = index;
	job->bytes = (uint32_t)length;
	return SRTP_OK;
}

static enum srtp_verdict
protect_rtcp_one(struct srtp_job *job)
{
	struct srtp_context *context = job->context;
	assert(!context->is_inbound);
	if (!check_rtcp(job))
		return SRTP_MALFORMED;
	if (!has_space(job, context->rtcp_tag_bytes + SRTCP_INDEX_BYTES))
		return SRTP_NO_SPACE;
	int length = (int)job->bytes;
	srtp_err_status_t status = srtp_protect_rtcp(context->session, job->packet, &length);
	enum srtp_verdict verdict = verdict_of(status);
	if (verdict != SRTP_OK)
		return verdict;
	job->bytes = (uint32_t)length;
	job->index = srtcp_index(context, job->packet, job->bytes);
	return SRTP_OK;
}

static void
verify_rtp(struct srtp_job *jobs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		jobs[i].verdict = verify_rtp_one(&jobs[i]);
}

static void
unprotect_rtp(struct srtp_job *jobs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		jobs[i].verdict = unprotect_rtp_one(&jobs[i]);
}

static void
unprotect_rtcp(struct srtp_job *jobs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		jobs[i].verdict = unprotect_rtcp_one(&jobs[i]);
}

static void
protect_rtp(struct srtp_job *jobs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		jobs[i].verdict = protect_rtp_one(&jobs[i]);
}

static void
protect_rtcp(struct srtp_job *jobs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		jobs[i].verdict = protect_rtcp_one(&jobs[i]);
}

static bool
set_crypto_policy(srtp_policy_t *policy, enum srtp_profile profile)
{
	switch (profile) {
	case SRTP_AES_CM_128_HMAC_SHA1_80:
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy->rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy->rtcp);
		return true;
	case SRTP_AES_CM_128_HMAC_SHA1_32:
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy->rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy->rtcp);
		return true;
	case SRTP_AES_256_CM_HMAC_SHA1_80:
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtp);
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtcp);
		return true;
	case SRTP_AEAD_AES_256_GCM:
		srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy->rtp);
		srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy->rtcp);
		return true;
	case SRTP_AEAD_AES_128_GCM:
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtcp);
		return true;
	}
	return false;
}

static void
context_destroy(struct srtp_context *context)
{
	if (!context)
		return;
	if (context->session)
		srtp_dealloc(context->session);
	OPENSSL_cleanse(context, sizeof *context);
	free(context);
}

static struct srtp_context *
context_create(
	const struct srtp_keys *keys, uint32_t ssrc, enum srtp_direction direction, uint32_t roc)
{
	uint8_t secret[SRTP_MASTER_KEY_BYTES_MAX + SRTP_MASTER_SALT_BYTES_MAX];
	srtp_policy_t policy = {
		.ssrc = {.type = ssrc_specific, .value = ssrc},
		.key = secret,
		.window_size = REPLAY_WINDOW_PACKETS,
		.allow_repeat_tx = 0,
	};
	if (!set_crypto_policy(&policy, keys->profile))
		return NULL;
	struct srtp_context *context = calloc(1, sizeof *context);
	if (!context)
		return NULL;
	context->ssrc = ssrc;
	context->is_inbound = srtp_direction_is_inbound(direction);
	context->profile = keys->profile;
	context->tag_bytes = srtp_direction_is_rtcp(direction)
				     ? SRTP_NO_RTP_TAG_BYTES
				     : (uint32_t)srtp_profile_tag_bytes(keys->profile);
	context->rtcp_tag_bytes = (uint32_t)srtp_profile_rtcp_tag_bytes(keys->profile);
	packet_index_init(&context->index, context->seen, roc, INDEX_WINDOW_PACKETS);

	size_t key_bytes = srtp_profile_key_bytes(keys->profile);
	memcpy(secret, keys->key, key_bytes);
	memcpy(secret + key_bytes, keys->salt, srtp_profile_salt_bytes(keys->profile));
	srtp_err_status_t status = srtp_create(&context->session, &policy);
	OPENSSL_cleanse(secret, sizeof secret);
	if (status != srtp_err_status_ok) {
		context->session = NULL;
		context_destroy(context);
		return NULL;
	}
	// libsrtp2 keeps it aside until the first packet that verifies under it; 0 is what it has
	// anyway.
	if (roc != 0 && srtp_set_stream_roc(context->session, ssrc, roc) != srtp_err_status_ok) {
		context_destroy(context);
		return NULL;
	}
	return context;
}

// The library keeps the most of a context in blocks of its own, and NSS in further ones.
static size_t
context_bytes(enum srtp_profile profile, enum srtp_direction direction)
{
	struct srtp_context *contexts[MEASURED_CONTEXTS];
	struct srtp_keys keys = {.profile = profile};
	size_t made = 0;
	size_t before = mallinfo2().uordblks;
	while (made < MEASURED_CONTEXTS) {
		struct srtp_context *context =
			context_create(&keys, (uint32_t)made + 1, direction, 0);
		if (!context)
			break;
		contexts[made++] = context;
	}
	size_t after = mallinfo2().uordblks;
	size_t bytes = made > 0 && after > before ? (after - before) / made : 0;
	while (made > 0)
		context_destroy(contexts[--made]);
	return bytes;
}

// Not srtp_get_stream_roc(): until the first packet has verified, that one says 0 whatever was set.
static uint32_t
context_roc(const struct srtp_context *context)
{
	return (uint32_t)(context->index.highest >> 16);
}

static const struct srtp_engine engine = {
	.name = "libsrtp2",
	.context_create = context_create,
	.context_destroy = context_destroy,
	.context_bytes = context_bytes,
	.context_roc = context_roc,
	.verify_rtp = verify_rtp,
	.unprotect_rtp = unprotect_rtp,
	.unprotect_rtcp = unprotect_rtcp,
	.protect_rtp = protect_rtp,
	.protect_rtcp = protect_rtcp,
};

static pthread_once_t library_once = PTHREAD_ONCE_INIT;
static srtp_err_status_t library_status;

static void
start_library(void)
{
	library_status = srtp_init();
}

const struct srtp_engine *
srtp_engine_libsrtp2(void)
{
	pthread_once(&library_once, start_library);
	return library_status == srtp_err_status_ok ? &engine : NULL;
}
