/* SPDX-License-Identifier: BSD-3-Clause */
// bare_ipsec_mb.h - libipsec-mb's own calls on a burst, without anything that makes SRTP of them:
// no header is read, no index found, no tag compared. What an engine can at best cost.
#ifndef BENCH_BARE_IPSEC_MB_H
#define BENCH_BARE_IPSEC_MB_H

#include <stdbool.h>
#include <string.h>

#include "srtp/derive.h"
#include "srtp/ipsec_mb.h"

#define BARE_BURST_PACKETS 32
#define BARE_HEADER_BYTES 12

enum bare_operation { BARE_PROTECT, BARE_VERIFY, BARE_UNPROTECT };

// The session keys of one SSRC.
struct bare_stream {
	union {
		struct gcm_key_data gcm;
		struct cm_keys cm;
	} keys;
	uint8_t salt[CM_SALT_BYTES];
	uint32_t ssrc;
	uint8_t key_bytes;
	bool is_gcm;
};

// A burst with its jobs filled in, which is not timed.
struct bare_burst {
	const struct bare_stream *streams[BARE_BURST_PACKETS];
	uint8_t *packets[BARE_BURST_PACKETS];
	uint32_t plain_bytes; // of each packet, without its tag
	uint8_t ivs[BARE_BURST_PACKETS][AES_BLOCK_BYTES];
	uint8_t tags[BARE_BURST_PACKETS][SHA1_DIGEST_BYTES];
	uint8_t scratch[SRTP_PACKET_BYTES_MAX];
	IMB_JOB ciphers[BARE_BURST_PACKETS];
	IMB_JOB hashes[BARE_BURST_PACKETS];
};

// Returns false where the keys cannot be derived.
static inline bool
bare_stream_init(struct bare_stream *stream, const struct srtp_keys *master, uint32_t ssrc)
{
	uint8_t key[AES_KEY_BYTES_MAX];
	uint8_t authentication[SHA1_KEY_BYTES];
	stream->ssrc = ssrc;
	stream->key_bytes = (uint8_t)srtp_profile_key_bytes(master->profile);
	stream->is_gcm = srtp_profile_is_gcm(master->profile);
	if (srtp_derive(master, SRTP_LABEL_KEY, key, stream->key_bytes) != 0 ||
		srtp_derive(master, SRTP_LABEL_SALT, stream->salt,
			srtp_profile_salt_bytes(master->profile)) != 0 ||
		srtp_derive(master, SRTP_LABEL_AUTHENTICATION, authentication,
			sizeof authentication) != 0)
		return false;
	if (stream->is_gcm) {
		gcm_expand(key, stream->key_bytes, &stream->keys.gcm);
	} else {
		cm_expand(key, stream->key_bytes, stream->keys.cm.round_keys);
		hmac_states_init(&stream->keys.cm.hmac, authentication);
	}
	return true;
}

static inline void
bare_fill_jobs(struct bare_burst *burst, unsigned i)
{
	const struct bare_stream *stream = burst->streams[i];
	uint8_t *payload = burst->packets[i] + BARE_HEADER_BYTES;
	burst->ciphers[i] = (IMB_JOB){
		.enc_keys = stream->keys.cm.round_keys,
		.dec_keys = stream->keys.cm.round_keys,
		.key_len_in_bytes = stream->key_bytes,
		.src = payload,
		.dst = payload,
		.msg_len_to_cipher_in_bytes = burst->plain_bytes - BARE_HEADER_BYTES,
		.iv = burst->ivs[i],
		.iv_len_in_bytes = AES_BLOCK_BYTES,
		.cipher_mode = IMB_CIPHER_CNTR,
		.cipher_direction = IMB_DIR_ENCRYPT,
		.hash_alg = IMB_AUTH_NULL,
		.chain_order = IMB_ORDER_CIPHER_HASH,
	};
	burst->hashes[i] = (IMB_JOB){
		.src = burst->packets[i],
		.msg_len_to_hash_in_bytes = burst->plain_bytes + ROC_BYTES,
		.auth_tag_output = burst->tags[i],
		.auth_tag_output_len_in_bytes = SHA1_DIGEST_BYTES,
		.hash_alg = IMB_AUTH_HMAC_SHA_1,
		.cipher_mode = IMB_CIPHER_NULL,
		.chain_order = IMB_ORDER_HASH_CIPHER,
	};
	burst->hashes[i].u.HMAC._hashed_auth_key_xor_ipad =
		(const uint8_t *)stream->keys.cm.hmac.inner;
	burst->hashes[i].u.HMAC._hashed_auth_key_xor_opad =
		(const uint8_t *)stream->keys.cm.hmac.outer;
}

// Makes packet i of the burst ready, of a stream whose rollover counter is 0 (RFC 3711, section
// 4.1.1; RFC 7714, section 8.1).
static inline void
bare_prepare(struct bare_burst *burst, unsigned i, const struct bare_stream *stream,
	uint8_t *packet, uint32_t plain_bytes)
{
	uint8_t *iv = burst->ivs[i];
	burst->streams[i] = stream;
	burst->packets[i] = packet;
	burst->plain_bytes = plain_bytes;
	memset(iv, 0, AES_BLOCK_BYTES);
	unsigned ssrc_at = stream->is_gcm ? 2 : 4, seq_at = stream->is_gcm ? 10 : 12;
	put_be32(iv + ssrc_at, stream->ssrc);
	memcpy(iv + seq_at, packet + 2, 2);
	xor_bytes(iv, stream->salt, stream->is_gcm ? GCM_IV_BYTES : CM_SALT_BYTES);
	if (!stream->is_gcm)
		bare_fill_jobs(burst, i);
}

static inline void
bare_run_gcm(struct bare_burst *burst, enum bare_operation operation)
{
	for (unsigned i = 0; i < BARE_BURST_PACKETS; i++) {
		const struct bare_stream *stream = burst->streams[i];
		uint8_t *payload = burst->packets[i] + BARE_HEADER_BYTES;
		struct gcm_text text = {
			.iv = burst->ivs[i],
			.associated = burst->packets[i],
			.associated_bytes = BARE_HEADER_BYTES,
			.in = payload,
			.out = operation == BARE_VERIFY ? burst->scratch : payload,
			.length = burst->plain_bytes - BARE_HEADER_BYTES,
		};
		if (operation == BARE_PROTECT)
			gcm_seal(stream->key_bytes, &stream->keys.gcm, &text, burst->tags[i]);
		else
			gcm_open(stream->key_bytes, &stream->keys.gcm, &text, burst->tags[i]);
	}
}

// The calls of `count` packets from the first on. CM hashes by what the library has soonest for so
// many, as the engine does.
static inline bool
bare_run_cm(struct bare_burst *burst, enum bare_operation operation, unsigned first, unsigned count)
{
	struct hmac_burst *hashes = hmac_burst_begin();
	IMB_MGR *narrow = hashes->narrow ? hashes->narrow : hashes->wide;
	IMB_MGR *hasher = count >= hashes->wide_min ? hashes->wide : narrow;
	IMB_MGR *manager = ipsec_mb_manager();
	IMB_KEY_SIZE_BYTES size =
		burst->streams[0]->key_bytes == 32 ? IMB_KEY_256_BYTES : IMB_KEY_128_BYTES;
	bool is_done = true;
	if (operation == BARE_PROTECT)
		is_done &= IMB_SUBMIT_CIPHER_BURST_NOCHECK(manager, &burst->ciphers[first], count,
				   IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT, size) == count;
	is_done &= IMB_SUBMIT_HASH_BURST_NOCHECK(
			   hasher, &burst->hashes[first], count, IMB_AUTH_HMAC_SHA_1) == count;
	if (operation == BARE_UNPROTECT)
		is_done &= IMB_SUBMIT_CIPHER_BURST_NOCHECK(manager, &burst->ciphers[first], count,
				   IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT, size) == count;
	return is_done;
}

// Runs the calls, `per_call` packets at a time; the tags are then in burst->tags. Returns whether
// all were done. For AES-CM the rollover counter must stand behind each packet.
static inline bool
bare_run_by(struct bare_burst *burst, enum bare_operation operation, unsigned per_call)
{
	if (burst->streams[0]->is_gcm) {
		bare_run_gcm(burst, operation);
		return true;
	}
	for (unsigned first = 0; first < BARE_BURST_PACKETS; first += per_call) {
		unsigned rest = BARE_BURST_PACKETS - first;
		if (!bare_run_cm(burst, operation, first, per_call < rest ? per_call : rest))
			return false;
	}
	return true;
}

static inline bool
bare_run(struct bare_burst *burst, enum bare_operation operation)
{
	return bare_run_by(burst, operation, BARE_BURST_PACKETS);
}

#endif
