/* SPDX-License-Identifier: BSD-3-Clause */
// ipsec_mb_context.c - a context of the ipsec-mb engine: keys derived and expanded once.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "srtp/derive.h"
#include "srtp/ipsec_mb.h"

#define CONTEXT_ALIGNMENT 64

// libipsec-mb's gcm_key_data has room for every processor: this one's code fills only so much.
static size_t gcm_key_bytes = sizeof(struct gcm_key_data);

// What is filled reads alike over whatever lay there before.
void
ipsec_mb_context_start(void)
{
	static const uint8_t key[AES_KEY_BYTES_MAX];
	struct gcm_key_data on_zeros, on_ones;

	memset(&on_zeros, 0, sizeof on_zeros);
	memset(&on_ones, 0xff, sizeof on_ones);
	gcm_expand(key, sizeof key, &on_zeros);
	gcm_expand(key, sizeof key, &on_ones);
	const uint8_t *zeros = (const uint8_t *)&on_zeros, *ones = (const uint8_t *)&on_ones;
	while (gcm_key_bytes > 0 && zeros[gcm_key_bytes - 1] != ones[gcm_key_bytes - 1])
		gcm_key_bytes--;
}

size_t
ipsec_mb_context_bytes(enum srtp_profile profile, enum srtp_direction direction)
{
	bool is_rtcp = srtp_direction_is_rtcp(direction);
	size_t head = offsetof(struct srtp_context, keys);

	if (!srtp_profile_name(profile))
		return 0;
	if (srtp_profile_is_gcm(profile))
		return head + (is_rtcp ? 0 : gcm_key_bytes);
	head += offsetof(struct cm_keys, round_keys);
	return head + (is_rtcp ? 0 : cm_round_keys_bytes(srtp_profile_key_bytes(profile)));
}

static int
derive_hmac(const struct srtp_keys *master, struct hmac_states *out)
{
	uint8_t key[SHA1_KEY_BYTES];
	int result = srtp_derive(master, SRTP_LABEL_AUTHENTICATION, key, sizeof key);
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
		result = derive_hmac(master, &context->keys.cm.hmac);
	}
	OPENSSL_cleanse(key, sizeof key);
	return result;
}

static int
derive_rtcp(struct srtp_context *context, const struct srtp_keys *master)
{
	size_t salt_bytes = srtp_profile_salt_bytes(master->profile);

	int result = srtp_derive(
		master, SRTP_LABEL_RTCP + SRTP_LABEL_KEY, context->rtcp_key, context->key_bytes);
	if (result == 0)
		result = srtp_derive(
			master, SRTP_LABEL_RTCP + SRTP_LABEL_SALT, context->rtcp_salt, salt_bytes);
	if (result == 0 && !context->is_gcm)
		result = srtp_derive(master, SRTP_LABEL_RTCP + SRTP_LABEL_AUTHENTICATION,
			context->keys.cm.rtcp_authentication_key, SHA1_KEY_BYTES);
	return result;
}

struct srtp_context *
ipsec_mb_context_create(
	const struct srtp_keys *keys, uint32_t ssrc, enum srtp_direction direction, uint32_t roc)
{
	// The heap's own 16 bytes make whole cache lines of most profiles' contexts.
	_Static_assert(offsetof(struct srtp_context, keys) == 256, "no room for gaps");
	size_t bytes = ipsec_mb_context_bytes(keys->profile, direction);
	bool is_rtcp = srtp_direction_is_rtcp(direction);
	void *memory;
	if (bytes == 0 || posix_memalign(&memory, CONTEXT_ALIGNMENT, bytes) != 0)
		return NULL;
	struct srtp_context *context = memory;
	memset(context, 0, bytes);
	context->bytes = (uint16_t)bytes;
	context->ssrc = ssrc;
	context->is_gcm = srtp_profile_is_gcm(keys->profile);
	context->key_bytes = (uint8_t)srtp_profile_key_bytes(keys->profile);
	context->tag_bytes =
		is_rtcp ? SRTP_NO_RTP_TAG_BYTES : (uint16_t)srtp_profile_tag_bytes(keys->profile);
	context->rtcp_tag_bytes = (uint8_t)srtp_profile_rtcp_tag_bytes(keys->profile);
	context->is_inbound = srtp_direction_is_inbound(direction);
	packet_index_init(&context->rtp, context->rtp_seen, roc, RTP_WINDOW_PACKETS);
	packet_index_init(&context->rtcp, context->rtcp_seen, 0, RTCP_WINDOW_PACKETS);
	if ((!is_rtcp && derive_rtp(context, keys) != 0) || derive_rtcp(context, keys) != 0) {
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
	OPENSSL_cleanse(context, context->bytes);
	free(context);
}
