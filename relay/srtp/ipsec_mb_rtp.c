/* SPDX-License-Identifier: BSD-3-Clause */
// ipsec_mb_rtp.c - SRTP in bursts: tags first, and nothing is committed before its tag fits.
//
// Of a burst, the CM packets are hashed together; below a few, OpenSSL's SHA-NI does it sooner. GCM
// packets are opened one by one, into scratch where only the verdict is wanted.
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "srtp/ipsec_mb.h"

#define RTP_HEADER_BYTES 12
#define CACHE_LINE_BYTES 64
#define BURST_MAX HMAC_BURST_MAX // longer bursts come in slices
#define BURST_MIN 4              // below, one by one is faster
// A stream that leapt more than 2^15 packets ahead (an outage) fails at its guessed rollover
// counter. Every so many failures in a row, so many further counters are tried: a forger who sends
// nothing but failures makes the relay work a quarter more, not a multiple.
#define RECOVERY_EVERY_FAILURES 32
#define RECOVERY_COUNTERS 8

static uint16_t
seq_of(const struct srtp_job *job)
{
	return (uint16_t)(job->packet[2] << 8 | job->packet[3]);
}

// Bytes of the RTP header with CSRCs and extension (RFC 3550, section 5.1), or 0 where they are not
// all there or the packet is not the context's.
static uint32_t
check_header(const struct srtp_job *job)
{
	const uint8_t *packet = job->packet;
	if (job->bytes < RTP_HEADER_BYTES || job->bytes > SRTP_PACKET_BYTES_MAX ||
		packet[0] >> 6 != 2 || get_be32(packet + 8) != job->context->ssrc)
		return 0;
	uint32_t header_bytes = RTP_HEADER_BYTES + 4u * (packet[0] & 0x0f);
	if (packet[0] & 0x10) {
		header_bytes += 4;
		if (header_bytes > job->bytes)
			return 0;
		header_bytes += 4u * (get_be32(packet + header_bytes - 4) & 0xffff);
	}
	return header_bytes <= job->bytes ? header_bytes : 0;
}

static uint32_t
check_sealed(const struct srtp_job *job)
{
	uint32_t header_bytes = check_header(job);
	return header_bytes && job->bytes - header_bytes >= job->context->tag_bytes ? header_bytes
										    : 0;
}

// RFC 7714, section 8.1.
static void
gcm_iv(const struct srtp_context *context, uint64_t index, uint8_t iv[GCM_IV_BYTES])
{
	memcpy(iv, context->salt, GCM_IV_BYTES);
	xor_be64(iv, (uint64_t)context->ssrc << 16 | index >> 32);
	xor_be32(iv + 8, (uint32_t)index);
}

static void
cm_digest(const struct srtp_context *context, const uint8_t *packet, uint32_t hashed_bytes,
	uint64_t index, uint8_t digest[SHA1_DIGEST_BYTES])
{
	uint8_t roc[ROC_BYTES];
	put_be32(roc, (uint32_t)(index >> 16));
	hmac_states_digest(&context->keys.cm.hmac, packet, hashed_bytes, roc, sizeof roc, digest);
}

// Opens a GCM packet into `out`, which may be where it lies.
static bool
open_gcm(const struct srtp_job *job, uint32_t header_bytes, uint64_t index, uint8_t *out)
{
	const struct srtp_context *context = job->context;
	uint8_t iv[GCM_IV_BYTES];
	uint8_t tag[GCM_TAG_BYTES];
	struct gcm_text text = {
		.iv = iv,
		.associated = job->packet,
		.associated_bytes = header_bytes,
		.in = job->packet + header_bytes,
		.out = out,
		.length = job->bytes - header_bytes - GCM_TAG_BYTES,
	};

	gcm_iv(context, index, iv);
	gcm_open(context->key_bytes, &context->keys.gcm, &text, tag);
	return tags_are_equal(tag, job->packet + job->bytes - GCM_TAG_BYTES, GCM_TAG_BYTES);
}

// Whether the packet's tag fits at this index. Leaves the packet as it is.
static bool
tag_fits(const struct srtp_job *job, uint32_t header_bytes, uint64_t index)
{
	if (job->context->is_gcm) {
		uint8_t scratch[SRTP_PACKET_BYTES_MAX];
		return open_gcm(job, header_bytes, index, scratch);
	}
	uint8_t digest[SHA1_DIGEST_BYTES];
	uint32_t tag_bytes = job->context->tag_bytes;
	uint32_t hashed_bytes = job->bytes - tag_bytes;
	cm_digest(job->context, job->packet, hashed_bytes, index, digest);
	return tags_are_equal(digest, job->packet + hashed_bytes, tag_bytes);
}

// Whether the next failure starts a search.
static bool
is_recovery_near(const struct srtp_context *context)
{
	return context->rtp.is_started && (context->failures + 1) % RECOVERY_EVERY_FAILURES == 0;
}

// Searches the rollover counters behind the guessed one, where its time has come. Returns whether
// one fits, and that index.
static bool
recover(const struct srtp_job *job, uint32_t header_bytes, uint64_t *index)
{
	struct srtp_context *context = job->context;
	bool is_due = is_recovery_near(context);
	context->failures += context->rtp.is_started;
	if (!is_due)
		return false;
	uint64_t guess = *index;
	for (unsigned i = 0; i < RECOVERY_COUNTERS; i++) {
		guess += UINT64_C(1) << 16;
		if (tag_fits(job, header_bytes, guess)) {
			*index = guess;
			return true;
		}
	}
	return false;
}

static enum srtp_verdict
commit(struct srtp_job *job, uint64_t index)
{
	packet_index_commit(&job->context->rtp, index);
	job->context->failures = 0;
	job->index = index;
	return SRTP_OK;
}

// One packet, from its header to its verdict.
static enum srtp_verdict
verify_one(struct srtp_job *job)
{
	struct srtp_context *context = job->context;
	uint32_t header_bytes = check_sealed(job);
	if (header_bytes == 0)
		return SRTP_MALFORMED;
	uint64_t index = packet_index_estimate(&context->rtp, seq_of(job));
	enum srtp_verdict verdict = index_verdict(packet_index_check(&context->rtp, index));
	if (verdict != SRTP_OK)
		return verdict;
	if (!tag_fits(job, header_bytes, index) && !recover(job, header_bytes, &index))
		return SRTP_AUTH_FAIL;
	return commit(job, index);
}

// A CM packet that waits for its place in a burst of hashes. The rollover counter is hashed behind
// the packet (RFC 3711, section 4.2): it stands in the tag's place meanwhile, which has 4 bytes at
// least.
struct waiting {
	struct srtp_job *job;
	uint64_t index;
	bool is_hashed; // else it looks old or seen, and is judged in its turn
	uint8_t tag[CM_TAG_BYTES_MAX];
	uint8_t digest[SHA1_DIGEST_BYTES];
};

static bool
hash_burst(struct waiting *waiting, unsigned count)
{
	struct hmac_job jobs[BURST_MAX];
	unsigned hashed = 0;

	for (unsigned i = 0; i < count; i++) {
		const struct srtp_job *job = waiting[i].job;
		uint32_t hashed_bytes = job->bytes - job->context->tag_bytes;
		if (!waiting[i].is_hashed)
			continue;
		memcpy(waiting[i].tag, job->packet + hashed_bytes, job->context->tag_bytes);
		put_be32(job->packet + hashed_bytes, (uint32_t)(waiting[i].index >> 16));
		jobs[hashed++] = (struct hmac_job){
			.states = &job->context->keys.cm.hmac,
			.bytes = job->packet,
			.length = hashed_bytes + ROC_BYTES,
			.digest = waiting[i].digest,
		};
	}
	bool is_done = hashed == 0 || hmac_burst(jobs, hashed);
	for (unsigned i = 0; i < count; i++) {
		const struct srtp_job *job = waiting[i].job;
		uint32_t tag_bytes = job->context->tag_bytes;
		if (waiting[i].is_hashed)
			memcpy(job->packet + job->bytes - tag_bytes, waiting[i].tag, tag_bytes);
	}
	return is_done;
}

// The verdict of a hashed packet. Packets before it in the burst may have moved the index, or be
// the same packet: then it is looked at anew.
static enum srtp_verdict
settle(struct waiting *waiting)
{
	struct srtp_job *job = waiting->job;
	struct packet_index *index = &job->context->rtp;
	if (!waiting->is_hashed || packet_index_estimate(index, seq_of(job)) != waiting->index ||
		packet_index_check(index, waiting->index) != PACKET_INDEX_NEW ||
		!tags_are_equal(waiting->digest, waiting->tag, job->context->tag_bytes))
		return verify_one(job);
	return commit(job, waiting->index);
}

static void
flush(struct waiting *waiting, unsigned count)
{
	bool is_hashed = count >= BURST_MIN && hash_burst(waiting, count);
	for (unsigned i = 0; i < count; i++)
		waiting[i].job->verdict =
			is_hashed ? settle(&waiting[i]) : verify_one(waiting[i].job);
}

// With many streams, each packet's keys come from afar.
static void
prefetch_context(const struct srtp_context *context)
{
	const char *at = (const char *)context;
	size_t bytes = offsetof(struct srtp_context, keys) +
		       (context->is_gcm ? sizeof context->keys.gcm : sizeof context->keys.cm);
	for (size_t i = CACHE_LINE_BYTES; i < bytes; i += CACHE_LINE_BYTES)
		__builtin_prefetch(at + i);
}

void
ipsec_mb_verify_rtp(struct srtp_job *jobs, size_t count)
{
	struct waiting waiting[BURST_MAX];
	unsigned waiting_count = 0;

	for (size_t i = 0; i < count; i++) {
		struct srtp_job *job = &jobs[i];
		struct srtp_context *context = job->context;
		assert(context->direction == SRTP_INBOUND);
		if (i + 2 < count)
			__builtin_prefetch(jobs[i + 2].context);
		if (i + 1 < count && jobs[i + 1].context != context)
			prefetch_context(jobs[i + 1].context);
		// What cannot be hashed with the others, or must be judged before what follows.
		if (context->is_gcm || !context->rtp.is_started || !check_sealed(job)) {
			job->verdict = verify_one(job);
			continue;
		}
		uint64_t index = packet_index_estimate(&context->rtp, seq_of(job));
		waiting[waiting_count].job = job;
		waiting[waiting_count].index = index;
		waiting[waiting_count++].is_hashed =
			packet_index_check(&context->rtp, index) == PACKET_INDEX_NEW;
		if (waiting_count == BURST_MAX) {
			flush(waiting, waiting_count);
			waiting_count = 0;
		}
	}
	flush(waiting, waiting_count);
}

// GCM verifies by opening: what is wanted open is opened where it lies, in one pass, but for the
// packet that a search for its rollover counter may follow.
static enum srtp_verdict
open_one(struct srtp_job *job)
{
	struct srtp_context *context = job->context;
	uint32_t header_bytes = check_sealed(job);
	if (header_bytes == 0)
		return SRTP_MALFORMED;
	if (is_recovery_near(context)) {
		enum srtp_verdict verdict = verify_one(job);
		if (verdict == SRTP_OK)
			open_gcm(job, header_bytes, job->index, job->packet + header_bytes);
		return verdict;
	}
	uint64_t index = packet_index_estimate(&context->rtp, seq_of(job));
	enum srtp_verdict verdict = index_verdict(packet_index_check(&context->rtp, index));
	if (verdict != SRTP_OK)
		return verdict;
	if (!open_gcm(job, header_bytes, index, job->packet + header_bytes)) {
		context->failures += context->rtp.is_started;
		return SRTP_AUTH_FAIL;
	}
	return commit(job, index);
}

static void
open_cm(struct srtp_job *job)
{
	const struct srtp_context *context = job->context;
	uint32_t header_bytes = check_header(job);
	if (!cm_apply(context, context->keys.cm.round_keys, context->salt, job->index,
		    job->packet + header_bytes, job->bytes - header_bytes - context->tag_bytes))
		job->verdict = SRTP_AUTH_FAIL;
}

void
ipsec_mb_unprotect_rtp(struct srtp_job *jobs, size_t count)
{
	size_t done = 0;
	while (done < count) {
		// A run of packets of one kind of profile; in a session there is one.
		bool is_gcm = jobs[done].context->is_gcm;
		size_t end = done + 1;
		while (end < count && jobs[end].context->is_gcm == is_gcm)
			end++;
		if (!is_gcm)
			ipsec_mb_verify_rtp(jobs + done, end - done);
		for (size_t i = done; i < end; i++) {
			if (is_gcm)
				jobs[i].verdict = open_one(&jobs[i]);
			else if (jobs[i].verdict == SRTP_OK)
				open_cm(&jobs[i]);
			if (jobs[i].verdict == SRTP_OK)
				jobs[i].bytes -= jobs[i].context->tag_bytes;
		}
		done = end;
	}
}

static void
seal(struct srtp_job *job, uint32_t header_bytes, uint64_t index)
{
	const struct srtp_context *context = job->context;
	uint8_t *payload = job->packet + header_bytes;
	uint8_t *end = job->packet + job->bytes;

	if (context->is_gcm) {
		uint8_t iv[GCM_IV_BYTES];
		struct gcm_text text = {
			.iv = iv,
			.associated = job->packet,
			.associated_bytes = header_bytes,
			.in = payload,
			.out = payload,
			.length = job->bytes - header_bytes,
		};
		gcm_iv(context, index, iv);
		gcm_seal(context->key_bytes, &context->keys.gcm, &text, end);
		return;
	}
	uint8_t digest[SHA1_DIGEST_BYTES];
	cm_digest(context, job->packet, job->bytes, index, digest);
	memcpy(end, digest, context->tag_bytes);
}

static enum srtp_verdict
protect_one(struct srtp_job *job)
{
	struct srtp_context *context = job->context;
	assert(context->direction == SRTP_OUTBOUND);
	uint32_t header_bytes = check_header(job);
	if (header_bytes == 0)
		return SRTP_MALFORMED;
	uint32_t sealed_bytes = job->bytes + context->tag_bytes;
	if (sealed_bytes > job->capacity || sealed_bytes > SRTP_PACKET_BYTES_MAX)
		return SRTP_NO_SPACE;
	uint64_t index = packet_index_estimate(&context->rtp, seq_of(job));
	// An index that was used before would be a two-time pad.
	enum srtp_verdict verdict = index_verdict(packet_index_check(&context->rtp, index));
	if (verdict != SRTP_OK)
		return verdict;
	if (!context->is_gcm &&
		!cm_apply(context, context->keys.cm.round_keys, context->salt, index,
			job->packet + header_bytes, job->bytes - header_bytes))
		return SRTP_AUTH_FAIL;
	seal(job, header_bytes, index);
	packet_index_commit(&context->rtp, index);
	job->index = index;
	job->bytes = sealed_bytes;
	return SRTP_OK;
}

void
ipsec_mb_protect_rtp(struct srtp_job *jobs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		jobs[i].verdict = protect_one(&jobs[i]);
}
