/* SPDX-License-Identifier: BSD-3-Clause */
// ipsec_mb.h - inside the ipsec-mb engine: a context, and what its files share.
#ifndef SRTP_IPSEC_MB_H
#define SRTP_IPSEC_MB_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

// Its old names for algorithms are macros that clash with OpenSSL.
#define NO_COMPAT_IMB_API_053
#include <intel-ipsec-mb.h>

#include "srtp/engine.h"
#include "srtp/packet_index.h"

#define AES_BLOCK_BYTES 16
#define AES_ROUND_KEYS_BYTES_MAX (15 * AES_BLOCK_BYTES) // of a key of 256 bits
#define AES_KEY_BYTES_MAX 32
#define GCM_IV_BYTES 12
#define GCM_TAG_BYTES 16
#define CM_SALT_BYTES 14
#define CM_TAG_BYTES_MAX 10
#define SHA1_WORDS 5
#define SHA1_KEY_BYTES 20
#define SHA1_DIGEST_BYTES 20
#define SRTCP_INDEX_BYTES 4
#define ROC_BYTES 4

// An initialisation vector of either mode. The library reads it in one piece, and would have to
// wait for one that was just written in several: so it is written by halves, in one piece too.
union iv {
	uint64_t halves __attribute__((vector_size(AES_BLOCK_BYTES)));
	uint8_t bytes[AES_BLOCK_BYTES];
};

// HMAC-SHA1 after the padded key: the states that both libraries go on from.
struct hmac_states {
	uint32_t inner[SHA1_WORDS];
	uint32_t outer[SHA1_WORDS];
};

// RFC 3711 asks for windows of at least 64 packets; SRTCP has as many as libsrtp2 has.
#define RTP_WINDOW_PACKETS 1024
#define RTCP_WINDOW_PACKETS 128

struct cm_keys {
	struct hmac_states hmac;
	uint8_t rtcp_authentication_key[SHA1_KEY_BYTES];
	// 10 rounds with a key of 128 bits, and no room behind them.
	_Alignas(16) uint8_t round_keys[AES_ROUND_KEYS_BYTES_MAX];
};

// One SSRC in one direction: everything that a packet needs, keys expanded once.
struct srtp_context {
	_Alignas(64) uint32_t ssrc; // whole cache lines
	uint32_t failures;          // consecutive, for the search of a lost rollover counter
	bool is_inbound;
	bool is_gcm;
	uint8_t key_bytes;      // 16 or 32
	uint8_t rtcp_tag_bytes; // SRTCP's
	uint16_t tag_bytes;     // RTP's, or SRTP_NO_RTP_TAG_BYTES
	uint8_t salt[CM_SALT_BYTES];
	// Of this context: it ends with its profile's keys, or before RTP's.
	uint16_t bytes;
	struct packet_index rtp;
	uint64_t rtp_seen[PACKET_INDEX_WORDS(RTP_WINDOW_PACKETS)];
	// SRTCP comes seldom: its keys stay as they were derived, and are expanded for each packet.
	struct packet_index rtcp;
	uint64_t rtcp_seen[PACKET_INDEX_WORDS(RTCP_WINDOW_PACKETS)];
	uint8_t rtcp_key[AES_KEY_BYTES_MAX];
	uint8_t rtcp_salt[CM_SALT_BYTES];
	union {
		struct cm_keys cm;
		struct gcm_key_data gcm;
	} keys;
};

// The manager with which contexts are made and single packets handled: stateless calls only, so
// that any thread may use it. NULL before the engine has started.
extern IMB_MGR *ipsec_mb_shared;

// ipsec_mb_context.c
// To be called once, when ipsec_mb_shared is there: what contexts of GCM take on this processor.
void ipsec_mb_context_start(void);
struct srtp_context *ipsec_mb_context_create(
	const struct srtp_keys *keys, uint32_t ssrc, enum srtp_direction direction, uint32_t roc);
void ipsec_mb_context_destroy(struct srtp_context *context);
size_t ipsec_mb_context_bytes(enum srtp_profile profile, enum srtp_direction direction);

// ipsec_mb_hmac.c: HMAC-SHA1 with SHA-NI, one message in two pieces.
void hmac_states_init(struct hmac_states *states, const uint8_t key[SHA1_KEY_BYTES]);
void hmac_states_digest(const struct hmac_states *states, const void *bytes, size_t length,
	const void *more, size_t more_bytes, uint8_t digest[SHA1_DIGEST_BYTES]);

// Several messages at once, by ipsec-mb: a thread's own list, which is added to and run. A message
// has at least one byte.
#define HMAC_BURST_MAX 32
struct hmac_burst {
	unsigned count;
	unsigned wide_min;
	IMB_MGR *wide;   // many lanes: for this many messages and more
	IMB_MGR *narrow; // SHA-NI: for fewer; NULL where the processor has none
	IMB_JOB jobs[HMAC_BURST_MAX];
};
// An empty list; NULL where memory is lacking.
struct hmac_burst *hmac_burst_begin(void);
// Writes all digests. Returns false where it could not be done.
bool hmac_burst_run(struct hmac_burst *burst);

static inline void
hmac_burst_add(struct hmac_burst *burst, const struct hmac_states *states, const uint8_t *bytes,
	uint32_t length, uint8_t digest[SHA1_DIGEST_BYTES])
{
	IMB_JOB *job = &burst->jobs[burst->count++];
	job->src = bytes;
	job->msg_len_to_hash_in_bytes = length;
	job->auth_tag_output = digest;
	job->u.HMAC._hashed_auth_key_xor_ipad = (const uint8_t *)states->inner;
	job->u.HMAC._hashed_auth_key_xor_opad = (const uint8_t *)states->outer;
}

// ipsec_mb_verify.c, ipsec_mb_unprotect.c, ipsec_mb_protect.c, ipsec_mb_rtcp.c: the engine's
// operations.
void ipsec_mb_verify_rtp(struct srtp_job *jobs, size_t count);
void ipsec_mb_unprotect_rtp(struct srtp_job *jobs, size_t count);
void ipsec_mb_protect_rtp(struct srtp_job *jobs, size_t count);
void ipsec_mb_unprotect_rtcp(struct srtp_job *jobs, size_t count);
void ipsec_mb_protect_rtcp(struct srtp_job *jobs, size_t count);

// engine_ipsec_mb.c: this thread's own manager, for what keeps state: made at its first use. NULL
// where memory is lacking.
IMB_MGR *ipsec_mb_manager(void);

// ipsec_mb_aes.c: AES under a key of `key_bytes`, 16 or 32.

static inline size_t
cm_round_keys_bytes(size_t key_bytes)
{
	return key_bytes == AES_KEY_BYTES_MAX ? AES_ROUND_KEYS_BYTES_MAX : 11 * AES_BLOCK_BYTES;
}

// Writes cm_round_keys_bytes().
void cm_expand(const uint8_t *key, size_t key_bytes, uint8_t *round_keys);

// AES-CM keystream over several payloads (RFC 3711, section 4.1.1; RFC 6188): a thread's own list,
// as hmac_burst.
#define CM_BURST_MAX 32
struct cm_burst {
	unsigned count;
	IMB_MGR *manager;
	IMB_JOB jobs[CM_BURST_MAX];
	union iv ivs[CM_BURST_MAX];
};
struct cm_burst *cm_burst_begin(void);
bool cm_burst_run(struct cm_burst *burst);

// What one payload is sealed under.
struct cm_cipher {
	const uint8_t *round_keys;
	const uint8_t *salt; // CM_SALT_BYTES
	uint32_t ssrc;
	uint8_t key_bytes;
};
void cm_burst_add(struct cm_burst *burst, const struct cm_cipher *cipher, uint64_t index,
	uint8_t *bytes, uint32_t length);

void gcm_expand(const uint8_t *key, size_t key_bytes, struct gcm_key_data *out);

// What GCM seals or opens: `length` bytes from `in` to `out`, which may be one place.
struct gcm_text {
	const uint8_t *iv; // GCM_IV_BYTES
	const uint8_t *associated;
	uint32_t associated_bytes;
	const uint8_t *in;
	uint8_t *out;
	uint32_t length;
};

static inline void
gcm_seal(size_t key_bytes, const struct gcm_key_data *key, const struct gcm_text *text,
	uint8_t tag[GCM_TAG_BYTES])
{
	aes_gcm_enc_dec_t run = key_bytes == AES_KEY_BYTES_MAX ? ipsec_mb_shared->gcm256_enc
							       : ipsec_mb_shared->gcm128_enc;
	struct gcm_context_data state;
	run(key, &state, text->out, text->in, text->length, text->iv, text->associated,
		text->associated_bytes, tag, GCM_TAG_BYTES);
}

// Writes the tag that the text should have.
static inline void
gcm_open(size_t key_bytes, const struct gcm_key_data *key, const struct gcm_text *text,
	uint8_t tag[GCM_TAG_BYTES])
{
	aes_gcm_enc_dec_t run = key_bytes == AES_KEY_BYTES_MAX ? ipsec_mb_shared->gcm256_dec
							       : ipsec_mb_shared->gcm128_dec;
	struct gcm_context_data state;
	run(key, &state, text->out, text->in, text->length, text->iv, text->associated,
		text->associated_bytes, tag, GCM_TAG_BYTES);
}

static inline void
put_be32(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16);
	at[2] = (uint8_t)(value >> 8);
	at[3] = (uint8_t)value;
}

static inline uint32_t
get_be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline void
xor_bytes(uint8_t *to, const uint8_t *from, unsigned length)
{
	for (unsigned i = 0; i < length; i++)
		to[i] ^= from[i];
}

// In constant time; of 4, 10 or 16 bytes. Spares each packet a library call.
static inline bool
tags_are_equal(const uint8_t *a, const uint8_t *b, unsigned length)
{
	uint64_t x[2] = {0}, y[2] = {0};
	if (length == GCM_TAG_BYTES) {
		memcpy(x, a, GCM_TAG_BYTES);
		memcpy(y, b, GCM_TAG_BYTES);
	} else if (length == CM_TAG_BYTES_MAX) {
		memcpy(x, a, CM_TAG_BYTES_MAX);
		memcpy(y, b, CM_TAG_BYTES_MAX);
	} else {
		memcpy(x, a, length);
		memcpy(y, b, length);
	}
	return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

static inline enum srtp_verdict
index_verdict(enum packet_index_verdict verdict)
{
	switch (verdict) {
	case PACKET_INDEX_NEW:
		return SRTP_OK;
	case PACKET_INDEX_SEEN:
		return SRTP_REPLAYED;
	case PACKET_INDEX_TOO_OLD:
		break;
	}
	return SRTP_TOO_OLD;
}

#endif
