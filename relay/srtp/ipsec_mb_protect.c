/* SPDX-License-Identifier: BSD-3-Clause */
// ipsec_mb_protect.c - RTP packets sealed where they lie, in bursts: GCM packets one by one, CM
// packets enciphered together and then hashed together.
#include <assert.h>
#include <string.h>

#include "srtp/ipsec_mb_rtp.h"

// Takes the packet's index, which nothing gives back: one that was used before would be a two-time
// pad.
static enum srtp_verdict
take_index(struct srtp_job *job, uint32_t header_bytes)
{
	struct srtp_context *context = job->context;
	uint64_t index;
	assert(!context->is_inbound);
	if (header_bytes == 0)
		return SRTP_MALFORMED;
	uint32_t sealed_bytes = job->bytes + context->tag_bytes;
	if (sealed_bytes > job->capacity || sealed_bytes > SRTP_PACKET_BYTES_MAX)
		return SRTP_NO_SPACE;
	enum srtp_verdict verdict = rtp_index(job, &index);
	if (verdict == SRTP_OK)
		rtp_commit(job, index);
	return verdict;
}

static void
seal_gcm(struct srtp_job *job, uint32_t header_bytes)
{
	const struct srtp_context *context = job->context;
	uint8_t *payload = job->packet + header_bytes;
	union iv iv;
	struct gcm_text text = {
		.iv = iv.bytes,
		.associated = job->packet,
		.associated_bytes = header_bytes,
		.in = payload,
		.out = payload,
		.length = job->bytes - header_bytes,
	};
	rtp_gcm_iv(context, job->index, &iv);
	gcm_seal(context->key_bytes, &context->keys.gcm, &text, job->packet + job->bytes);
	job->bytes += GCM_TAG_BYTES;
}

// CM packets on their way through cipher and hash.
struct sealing {
	unsigned count;
	struct srtp_job *jobs[HMAC_BURST_MAX];
	uint8_t digests[HMAC_BURST_MAX][SHA1_DIGEST_BYTES];
	struct cm_burst *ciphers;
	struct hmac_burst *hashes;
};

static void
add(struct sealing *sealing, struct srtp_job *job, uint32_t header_bytes)
{
	struct srtp_context *context = job->context;
	struct cm_cipher cipher = rtp_cm_cipher(context);
	unsigned i = sealing->count++;
	cm_burst_add(sealing->ciphers, &cipher, job->index, job->packet + header_bytes,
		job->bytes - header_bytes);
	// The rollover counter is hashed behind the packet (RFC 3711, section 4.2), where the tag
	// will be.
	put_be32(job->packet + job->bytes, (uint32_t)(job->index >> 16));
	hmac_burst_add(sealing->hashes, &context->keys.cm.hmac, job->packet, job->bytes + ROC_BYTES,
		sealing->digests[i]);
	sealing->jobs[i] = job;
}

static void
flush(struct sealing *sealing)
{
	bool is_done = cm_burst_run(sealing->ciphers) && hmac_burst_run(sealing->hashes);
	for (unsigned i = 0; i < sealing->count; i++) {
		struct srtp_job *job = sealing->jobs[i];
		uint32_t tag_bytes = job->context->tag_bytes;
		if (!is_done) {
			job->verdict = SRTP_AUTH_FAIL;
			continue;
		}
		memcpy(job->packet + job->bytes, sealing->digests[i], tag_bytes);
		job->bytes += tag_bytes;
	}
	sealing->count = sealing->ciphers->count = sealing->hashes->count = 0;
}

void
ipsec_mb_protect_rtp(struct srtp_job *jobs, size_t count)
{
	struct sealing sealing; // its arrays need no zeros
	sealing.count = 0;
	sealing.ciphers = cm_burst_begin();
	sealing.hashes = hmac_burst_begin();

	for (size_t i = 0; i < count; i++) {
		struct srtp_job *job = &jobs[i];
		rtp_prefetch(jobs, i, count);
		uint32_t header_bytes = rtp_check(job);
		job->verdict = take_index(job, header_bytes);
		if (job->verdict != SRTP_OK)
			continue;
		if (job->context->is_gcm)
			seal_gcm(job, header_bytes);
		else if (sealing.ciphers && sealing.hashes)
			add(&sealing, job, header_bytes);
		else
			job->verdict = SRTP_AUTH_FAIL;
		if (sealing.count == HMAC_BURST_MAX)
			flush(&sealing);
	}
	if (sealing.count > 0)
		flush(&sealing);
}
