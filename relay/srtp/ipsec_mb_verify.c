/* SPDX-License-Identifier: BSD-3-Clause */
// ipsec_mb_verify.c - the tags of RTP packets, in bursts: nothing is committed before its tag fits.
//
// GCM packets are opened one by one, into scratch. CM packets wait for each other, and are hashed
// together.
#include <assert.h>
#include <string.h>

#include "srtp/ipsec_mb_rtp.h"

static enum srtp_verdict
verify_one(struct srtp_job *job)
{
	uint64_t index;
	uint32_t header_bytes = rtp_check_sealed(job);
	if (header_bytes == 0)
		return SRTP_MALFORMED;
	enum srtp_verdict verdict = rtp_index(job, &index);
	if (verdict != SRTP_OK)
		return verdict;
	if (!rtp_tag_fits(job, header_bytes, index) && !rtp_recover(job, header_bytes, &index))
		return SRTP_AUTH_FAIL;
	rtp_commit(job, index);
	return SRTP_OK;
}

// A CM packet that waits for the others of its burst. The rollover counter is hashed behind the
// packet (RFC 3711, section 4.2): it stands in the tag's place meanwhile, which has 4 bytes at
// least.
struct waiting {
	struct srtp_job *job;
	uint64_t index;
	bool is_hashed; // else it looks old or seen, and is judged in its turn
	uint8_t tag_head[ROC_BYTES];
	uint8_t digest[SHA1_DIGEST_BYTES];
};

static uint8_t *
tag_of(const struct srtp_job *job)
{
	return job->packet + job->bytes - job->context->tag_bytes;
}

static void
add(struct waiting *waiting, struct srtp_job *job, struct hmac_burst *hashes)
{
	waiting->job = job;
	waiting->is_hashed = rtp_index(job, &waiting->index) == SRTP_OK;
	if (!waiting->is_hashed)
		return;
	uint8_t *tag = tag_of(job);
	memcpy(waiting->tag_head, tag, ROC_BYTES);
	put_be32(tag, (uint32_t)(waiting->index >> 16));
	hmac_burst_add(hashes, &job->context->keys.cm.hmac, job->packet,
		(uint32_t)(tag - job->packet) + ROC_BYTES, waiting->digest);
}

// The verdict of a hashed packet. Packets before it in the burst may have moved the index, or be
// the same packet: then it is looked at anew.
static enum srtp_verdict
settle(struct waiting *waiting)
{
	struct srtp_job *job = waiting->job;
	uint64_t index;
	if (!waiting->is_hashed || rtp_index(job, &index) != SRTP_OK || index != waiting->index)
		return verify_one(job);
	if (!tags_are_equal(waiting->digest, tag_of(job), job->context->tag_bytes) &&
		!rtp_recover(job, rtp_check(job), &index))
		return SRTP_AUTH_FAIL;
	rtp_commit(job, index);
	return SRTP_OK;
}

static void
flush(struct waiting *waiting, unsigned count, struct hmac_burst *hashes)
{
	bool is_done = hmac_burst_run(hashes);
	// Backwards: the same bytes may have come twice.
	for (unsigned i = count; i-- > 0;) {
		if (waiting[i].is_hashed)
			memcpy(tag_of(waiting[i].job), waiting[i].tag_head, ROC_BYTES);
	}
	for (unsigned i = 0; i < count; i++)
		waiting[i].job->verdict =
			is_done ? settle(&waiting[i]) : verify_one(waiting[i].job);
	hashes->count = 0;
}

void
ipsec_mb_verify_rtp(struct srtp_job *jobs, size_t count)
{
	struct waiting waiting[HMAC_BURST_MAX];
	unsigned waiting_count = 0;
	struct hmac_burst *hashes = hmac_burst_begin();

	for (size_t i = 0; i < count; i++) {
		struct srtp_job *job = &jobs[i];
		struct srtp_context *context = job->context;
		assert(context->is_inbound);
		rtp_prefetch(jobs, i, count);
		// What cannot be hashed with the others.
		if (context->is_gcm || !hashes || !rtp_check_sealed(job)) {
			job->verdict = verify_one(job);
			continue;
		}
		add(&waiting[waiting_count++], job, hashes);
		if (waiting_count == HMAC_BURST_MAX) {
			flush(waiting, waiting_count, hashes);
			waiting_count = 0;
		}
	}
	if (waiting_count > 0)
		flush(waiting, waiting_count, hashes);
}
