/* SPDX-License-Identifier: BSD-3-Clause */
// ipsec_mb_recovery.c - the search for a rollover counter that an outage has lost.
//
// A stream that leapt more than 2^15 packets ahead fails at its guessed rollover counter, and in
// libsrtp2 for good. Here, every so many failures in a row, so many further counters are tried: a
// forger who sends nothing but failures makes the relay work an eighth more, not a multiple. Only
// packets of a leg come here, and what makes a leg is a proven 5-tuple.
#include "srtp/ipsec_mb_rtp.h"

#define EVERY_FAILURES 32
#define COUNTERS 4

bool
rtp_tag_fits(const struct srtp_job *job, uint32_t header_bytes, uint64_t index)
{
	const struct srtp_context *context = job->context;
	if (context->is_gcm) {
		uint8_t scratch[SRTP_PACKET_BYTES_MAX];
		return rtp_open_gcm(job, header_bytes, index, scratch);
	}
	uint8_t digest[SHA1_DIGEST_BYTES];
	uint8_t roc[ROC_BYTES];
	uint32_t hashed_bytes = job->bytes - context->tag_bytes;
	put_be32(roc, (uint32_t)(index >> 16));
	hmac_states_digest(
		&context->keys.cm.hmac, job->packet, hashed_bytes, roc, sizeof roc, digest);
	return tags_are_equal(digest, job->packet + hashed_bytes, context->tag_bytes);
}

bool
rtp_recovery_is_near(const struct srtp_context *context)
{
	return context->rtp.is_started && (context->failures + 1) % EVERY_FAILURES == 0;
}

bool
rtp_recover(const struct srtp_job *job, uint32_t header_bytes, uint64_t *index)
{
	struct srtp_context *context = job->context;
	bool is_due = rtp_recovery_is_near(context);
	context->failures += context->rtp.is_started;
	if (!is_due)
		return false;
	uint64_t guess = *index;
	for (unsigned i = 0; i < COUNTERS; i++) {
		guess += UINT64_C(1) << 16;
		if (rtp_tag_fits(job, header_bytes, guess)) {
			*index = guess;
			return true;
		}
	}
	return false;
}
