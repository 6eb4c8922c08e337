/* SPDX-License-Identifier: BSD-3-Clause */
// ipsec_mb_rtp.h - inside the ipsec-mb engine: what sealing and opening RTP packets share.
#ifndef SRTP_IPSEC_MB_RTP_H
#define SRTP_IPSEC_MB_RTP_H

#include "srtp/ipsec_mb.h"

#define RTP_HEADER_BYTES 12
#define CACHE_LINE_BYTES 64

static inline uint16_t
rtp_seq(const struct srtp_job *job)
{
	return (uint16_t)(job->packet[2] << 8 | job->packet[3]);
}

// Bytes of the RTP header with CSRCs and extension (RFC 3550, section 5.1), or 0 where they are not
// all there or the packet is not the context's.
static inline uint32_t
rtp_check(const struct srtp_job *job)
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

// The same of a packet with its tag.
static inline uint32_t
rtp_check_sealed(const struct srtp_job *job)
{
	uint32_t header_bytes = rtp_check(job);
	return job->bytes - header_bytes >= job->context->tag_bytes ? header_bytes : 0;
}

// The index that the packet's sequence number means, and whether it was seen.
static inline enum srtp_verdict
rtp_index(const struct srtp_job *job, uint64_t *index_out)
{
	const struct srtp_context *context = job->context;
	*index_out = packet_index_estimate(&context->rtp, rtp_seq(job));
	return index_verdict(packet_index_check(&context->rtp, context->rtp_seen, *index_out));
}

static inline void
rtp_commit(struct srtp_job *job, uint64_t index)
{
	packet_index_commit(&job->context->rtp, job->context->rtp_seen, index);
	job->context->failures = 0;
	job->index = index;
}

// RFC 7714, section 8.1.
static inline void
rtp_gcm_iv(const struct srtp_context *context, uint64_t index, union iv *iv)
{
	uint64_t head, tail = 0;
	memcpy(&head, context->salt, sizeof head);
	memcpy(&tail, context->salt + sizeof head, GCM_IV_BYTES - sizeof head);
	head ^= __builtin_bswap64((uint64_t)context->ssrc << 16 | index >> 32);
	tail ^= __builtin_bswap32((uint32_t)index);
	iv->halves = (typeof(iv->halves)){head, tail};
}

// Opens a GCM packet into `out`, which may be where it lies. Returns whether its tag fits.
static inline bool
rtp_open_gcm(const struct srtp_job *job, uint32_t header_bytes, uint64_t index, uint8_t *out)
{
	const struct srtp_context *context = job->context;
	union iv iv;
	uint8_t tag[GCM_TAG_BYTES];
	struct gcm_text text = {
		.iv = iv.bytes,
		.associated = job->packet,
		.associated_bytes = header_bytes,
		.in = job->packet + header_bytes,
		.out = out,
		.length = job->bytes - header_bytes - GCM_TAG_BYTES,
	};

	rtp_gcm_iv(context, index, &iv);
	gcm_open(context->key_bytes, &context->keys.gcm, &text, tag);
	return tags_are_equal(tag, job->packet + job->bytes - GCM_TAG_BYTES, GCM_TAG_BYTES);
}

static inline struct cm_cipher
rtp_cm_cipher(const struct srtp_context *context)
{
	return (struct cm_cipher){
		.round_keys = context->keys.cm.round_keys,
		.salt = context->salt,
		.ssrc = context->ssrc,
		.key_bytes = context->key_bytes,
	};
}

// With many streams, each packet's keys come from afar: the context of the packet after next is
// begun with, the next one's is fetched whole. Inlined by force: gcc 12 sees no effect in a
// function of prefetches, and drops its calls.
static inline __attribute__((always_inline)) void
rtp_prefetch(const struct srtp_job *jobs, size_t i, size_t count)
{
	if (i + 2 < count)
		__builtin_prefetch(jobs[i + 2].context);
	if (i + 1 >= count || jobs[i + 1].context == jobs[i].context)
		return;
	const struct srtp_context *next = jobs[i + 1].context;
	for (size_t at = CACHE_LINE_BYTES; at < next->bytes; at += CACHE_LINE_BYTES)
		__builtin_prefetch((const char *)next + at);
}

// ipsec_mb_recovery.c

// Whether the packet's tag fits at this index. Leaves the packet as it is.
bool rtp_tag_fits(const struct srtp_job *job, uint32_t header_bytes, uint64_t index);

// Whether the next failure starts a search for the rollover counter.
bool rtp_recovery_is_near(const struct srtp_context *context);

// Takes note of a packet whose tag does not fit at *index, and searches where the time has come.
// Returns whether it fits at a rollover counter behind, and that index.
bool rtp_recover(const struct srtp_job *job, uint32_t header_bytes, uint64_t *index);

#endif
