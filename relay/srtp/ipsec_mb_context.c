/* SPDX-License-Identifier: BSD-3-Clause */
// ipsec_mb_context.c - a context of the ipsec-mb engine: keys derived and expanded once.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "srtp/derive.h"
#include "srtp/ipsec_mb.h"

// RFC 3711 asks for at least 64; SRTCP has as many as libsrtp2 has.
#define RTP_WINDOW_PACKETS 1024
#define RTCP_WINDOW_PACKETS 128
#define CONTEXT_ALIGNMENT 64

static int
derive_hmac(const struct srtp_keys *master, unsigned label, struct hmac_states *out)
{
	uint8_t key[SHA1_KEY_BYTES];
	int result = srtp_derive(master, label, key, sizeof key);
	if (result == 0)
		hmac_states_init(out, key);
	OPENSSL_cleanse(key, sizeof key);
	return result;
}

static int
derive_rtp(struct srtp_context *context, const struct srtp_keys *master)
{
	uint8_t key[AES_KEY_BYTES_MAX];
	size_t salt_bytes = srtp_profile_salt_bytes(master->profile);

	int result = srtp_derive(master, SRTP_LABEL_KEY, key, context->key_bytes);
	if (result == 0)
		result = srtp_derive(master, SRTP_LABEL_SALT, context->salt, salt_bytes);
	if (result == 0 && context->is_gcm) {
		gcm_expand(key, context->key_bytes, &context->keys.gcm);
	} else if (result == 0) {
		cm_expand(key, context->key_bytes, context->keys.cm.round_keys);
		result = derive_hmac(master, SRTP_LABEL_AUTHENTICATION, &context->keys.cm.hmac);
	}
	OPENSSL_cleanse(key, sizeof key);
	return result;
}

static int
derive_rtcp(struct srtp_context *context, const struct srtp_keys *master)
{
	struct rtcp_keys *keys = &context->rtcp_keys;
	size_t salt_bytes = srtp_profile_salt_bytes(master->profile);

	int result = srtp_derive(
		master, SRTP_LABEL_RTCP + SRTP_LABEL_KEY, keys->key, context->key_bytes);
	if (result == 0)
		result = srtp_derive(
			master, SRTP_LABEL_RTCP + SRTP_LABEL_SALT, keys->salt, salt_bytes);
	if (result == 0 && !context->is_gcm)
		result = derive_hmac(
			master, SRTP_LABEL_RTCP + SRTP_LABEL_AUTHENTICATION, &keys->hmac);
	return result;
}

struct srtp_context *
ipsec_mb_context_create(
	const struct srtp_keys *keys, uint32_t ssrc, enum srtp_direction direction, uint32_t roc)
{
	_Static_assert(sizeof(struct srtp_context) % CONTEXT_ALIGNMENT == 0, "aligned_alloc");
	_Static_assert(sizeof(struct srtp_context) <= 1536, "1.5 KiB a flow");
	if (!srtp_profile_name(keys->profile))
		return NULL;
	struct srtp_context *context = aligned_alloc(CONTEXT_ALIGNMENT, sizeof *context);
	if (!context)
		return NULL;
	memset(context, 0, sizeof *context);
	context->ssrc = ssrc;
	context->is_gcm = srtp_profile_is_gcm(keys->profile);
	context->key_bytes = (uint8_t)srtp_profile_key_bytes(keys->profile);
	context->tag_bytes = (uint8_t)srtp_profile_tag_bytes(keys->profile);
	context->rtcp_tag_bytes = (uint8_t)srtp_profile_rtcp_tag_bytes(keys->profile);
	context->direction = direction;
	packet_index_init(&context->rtp, roc, RTP_WINDOW_PACKETS);
	packet_index_init(&context->rtcp, 0, RTCP_WINDOW_PACKETS);
	if (derive_rtp(context, keys) != 0 || derive_rtcp(context, keys) != 0) {
		ipsec_mb_context_destroy(context);
		return NULL;
	}
	return context;
}

void
ipsec_mb_context_destroy(struct srtp_context *context)
{
	if (!context)
		return;
	OPENSSL_cleanse(context, sizeof *context);
	free(context);
}

size_t
ipsec_mb_context_bytes(enum srtp_profile profile)
{
	return srtp_profile_name(profile) ? sizeof(struct srtp_context) : 0;
}
