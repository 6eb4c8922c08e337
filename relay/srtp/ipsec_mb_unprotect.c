/* SPDX-License-Identifier: BSD-3-Clause */
// ipsec_mb_unprotect.c - RTP packets opened where they lie, in bursts: GCM packets in one pass with
// their tags, CM packets once their tags were found to fit.
#include "srtp/ipsec_mb_rtp.h"

// Verifies by opening, but for the packet that a search for its rollover counter may follow.
static enum srtp_verdict
open_gcm(struct srtp_job *job)
{
	struct srtp_context *context = job->context;
	uint64_t index;
	uint32_t header_bytes = rtp_check_sealed(job);
	if (header_bytes == 0)
		return SRTP_MALFORMED;
	if (rtp_recovery_is_near(context)) {
		ipsec_mb_verify_rtp(job, 1);
		if (job->verdict == SRTP_OK)
			rtp_open_gcm(job, header_bytes, job->index, job->packet + header_bytes);
		return job->verdict;
	}
	enum srtp_verdict verdict = rtp_index(job, &index);
	if (verdict != SRTP_OK)
		return verdict;
	if (!rtp_open_gcm(job, header_bytes, index, job->packet + header_bytes)) {
		context->failures += context->rtp.is_started;
		return SRTP_AUTH_FAIL;
	}
	rtp_commit(job, index);
	return SRTP_OK;
}

static void
open_gcm_burst(struct srtp_job *jobs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		rtp_prefetch(jobs, i, count);
		jobs[i].verdict = open_gcm(&jobs[i]);
	}
}

static void
refuse(struct srtp_job *jobs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (jobs[i].verdict == SRTP_OK)
			jobs[i].verdict = SRTP_AUTH_FAIL;
	}
}

static void
open_cm_burst(struct srtp_job *jobs, size_t count)
{
	struct cm_burst *ciphers = cm_burst_begin();
	ipsec_mb_verify_rtp(jobs, count);
	for (size_t i = 0; ciphers && i < count; i++) {
		const struct srtp_job *job = &jobs[i];
		if (job->verdict != SRTP_OK)
			continue;
		uint32_t header_bytes = rtp_check(job);
		struct cm_cipher cipher = rtp_cm_cipher(job->context);
		cm_burst_add(ciphers, &cipher, job->index, job->packet + header_bytes,
			job->bytes - header_bytes - job->context->tag_bytes);
	}
	if (!ciphers || !cm_burst_run(ciphers))
		refuse(jobs, count);
}

void
ipsec_mb_unprotect_rtp(struct srtp_job *jobs, size_t count)
{
	size_t done = 0;
	while (done < count) {
		// A run of packets of one kind of profile; in a session there is one.
		bool is_gcm = jobs[done].context->is_gcm;
		size_t end = done + 1;
		while (end < count && end - done < CM_BURST_MAX &&
			jobs[end].context->is_gcm == is_gcm)
			end++;
		(is_gcm ? open_gcm_burst : open_cm_burst)(jobs + done, end - done);
		for (; done < end; done++) {
			if (jobs[done].verdict == SRTP_OK)
				jobs[done].bytes -= jobs[done].context->tag_bytes;
		}
	}
}
