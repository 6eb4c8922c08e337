/* SPDX-License-Identifier: BSD-3-Clause */
// keys.c - SRTP profiles, and master keys as they are made, written, read and wiped.
#include "srtp/keys.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

struct profile {
	enum srtp_profile profile;
	const char *name; // RFC 4568, section 6.2; RFC 6188, section 4; RFC 7714, section 14.2
	size_t key_bytes;
	size_t salt_bytes;
	size_t tag_bytes;
	size_t rtcp_tag_bytes;
	bool is_gcm;
};

static const struct profile profiles[] = {
	{SRTP_AES_CM_128_HMAC_SHA1_80, "AES_CM_128_HMAC_SHA1_80", 16, 14, 10, 10, false},
	{SRTP_AES_CM_128_HMAC_SHA1_32, "AES_CM_128_HMAC_SHA1_32", 16, 14, 4, 10, false},
	{SRTP_AES_256_CM_HMAC_SHA1_80, "AES_256_CM_HMAC_SHA1_80", 32, 14, 10, 10, false},
	{SRTP_AEAD_AES_128_GCM, "AEAD_AES_128_GCM", 16, 12, 16, 16, true},
	{SRTP_AEAD_AES_256_GCM, "AEAD_AES_256_GCM", 32, 12, 16, 16, true},
};
#define PROFILE_COUNT (sizeof profiles / sizeof profiles[0])

#define SECRET_BYTES_MAX (SRTP_MASTER_KEY_BYTES_MAX + SRTP_MASTER_SALT_BYTES_MAX)
#define TEXT_BYTES(secret_bytes) (((secret_bytes) + 2) / 3 * 4)

static_assert(TEXT_BYTES(SECRET_BYTES_MAX) < SRTP_KEYS_TEXT_BYTES, "the longest text fits");

static const struct profile *
find_profile(enum srtp_profile profile)
{
	for (size_t i = 0; i < PROFILE_COUNT; i++) {
		if (profiles[i].profile == profile)
			return &profiles[i];
	}
	return NULL;
}

enum srtp_profile
srtp_profile_at(size_t number)
{
	return number < PROFILE_COUNT ? profiles[number].profile : 0;
}

const char *
srtp_profile_name(enum srtp_profile profile)
{
	const struct profile *found = find_profile(profile);
	return found ? found->name : NULL;
}

enum srtp_profile
srtp_profile_find(const char *name)
{
	for (size_t i = 0; i < PROFILE_COUNT; i++) {
		if (strcmp(profiles[i].name, name) == 0)
			return profiles[i].profile;
	}
	return 0;
}

size_t
srtp_profile_key_bytes(enum srtp_profile profile)
{
	const struct profile *found = find_profile(profile);
	return found ? found->key_bytes : 0;
}

size_t
srtp_profile_salt_bytes(enum srtp_profile profile)
{
	const struct profile *found = find_profile(profile);
	return found ? found->salt_bytes : 0;
}

size_t
srtp_profile_tag_bytes(enum srtp_profile profile)
{
	const struct profile *found = find_profile(profile);
	return found ? found->tag_bytes : 0;
}

size_t
srtp_profile_rtcp_tag_bytes(enum srtp_profile profile)
{
	const struct profile *found = find_profile(profile);
	return found ? found->rtcp_tag_bytes : 0;
}

bool
srtp_profile_is_gcm(enum srtp_profile profile)
{
	const struct profile *found = find_profile(profile);
	return found && found->is_gcm;
}

int
srtp_keys_generate(enum srtp_profile profile, struct srtp_keys *out)
{
	const struct profile *found = find_profile(profile);
	assert(found);
	memset(out, 0, sizeof *out);
	if (RAND_priv_bytes(out->key, (int)found->key_bytes) != 1 ||
		RAND_priv_bytes(out->salt, (int)found->salt_bytes) != 1) {
		srtp_keys_wipe(out);
		return -EIO;
	}
	out->profile = profile;
	return 0;
}

void
srtp_keys_to_text(const struct srtp_keys *keys, char text[SRTP_KEYS_TEXT_BYTES])
{
	const struct profile *found = find_profile(keys->profile);
	assert(found);
	uint8_t secret[SECRET_BYTES_MAX];
	memcpy(secret, keys->key, found->key_bytes);
	memcpy(secret + found->key_bytes, keys->salt, found->salt_bytes);
	EVP_EncodeBlock((unsigned char *)text, secret, (int)(found->key_bytes + found->salt_bytes));
	OPENSSL_cleanse(secret, sizeof secret);
}

int
srtp_keys_from_text(enum srtp_profile profile, const char *text, struct srtp_keys *out)
{
	const struct profile *found = find_profile(profile);
	if (!found)
		return -EINVAL;
	size_t text_bytes = TEXT_BYTES(found->key_bytes + found->salt_bytes);
	if (strnlen(text, text_bytes + 1) != text_bytes)
		return -EINVAL;

	// The decoder skips blanks and takes padding for data, so what it read is written again:
	// only the one canonical text of a key comes out as it went in.
	uint8_t secret[SRTP_KEYS_TEXT_BYTES];
	struct srtp_keys keys = {.profile = profile};
	char again[SRTP_KEYS_TEXT_BYTES] = {0};
	int result = -EINVAL;
	if (EVP_DecodeBlock(secret, (const unsigned char *)text, (int)text_bytes) > 0) {
		memcpy(keys.key, secret, found->key_bytes);
		memcpy(keys.salt, secret + found->key_bytes, found->salt_bytes);
		srtp_keys_to_text(&keys, again);
		if (CRYPTO_memcmp(again, text, text_bytes) == 0) {
			*out = keys;
			result = 0;
		}
	}
	OPENSSL_cleanse(secret, sizeof secret);
	OPENSSL_cleanse(again, sizeof again);
	srtp_keys_wipe(&keys);
	return result;
}

void
srtp_keys_wipe(struct srtp_keys *keys)
{
	OPENSSL_cleanse(keys, sizeof *keys);
}
