/* SPDX-License-Identifier: BSD-3-Clause */
// keys.h - SRTP profiles and master keys (RFC 3711, 6188, 7714).
#ifndef SRTP_KEYS_H
#define SRTP_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The numbers of DTLS-SRTP (RFC 5764, section 4.1.2; RFC 7714, section 14.2) where there is one.
enum srtp_profile {
	SRTP_AES_CM_128_HMAC_SHA1_80 = 0x0001,
	SRTP_AES_CM_128_HMAC_SHA1_32 = 0x0002,
	SRTP_AEAD_AES_128_GCM = 0x0007,
	SRTP_AEAD_AES_256_GCM = 0x0008,
	// RFC 6188 names it for SDES alone: this number is the project's own, beyond 16 bits.
	SRTP_AES_256_CM_HMAC_SHA1_80 = 0x10001,
};

#define SRTP_MASTER_KEY_BYTES_MAX 32
#define SRTP_MASTER_SALT_BYTES_MAX 14

// A master key and salt. A secret: wipe with srtp_keys_wipe(), never print.
struct srtp_keys {
	enum srtp_profile profile;
	uint8_t key[SRTP_MASTER_KEY_BYTES_MAX];
	uint8_t salt[SRTP_MASTER_SALT_BYTES_MAX];
};

// The profile's registered name ("AEAD_AES_128_GCM"), or NULL; and the profile of a name, or 0.
const char *srtp_profile_name(enum srtp_profile profile);
enum srtp_profile srtp_profile_find(const char *name);

// The profiles one by one, from 0 on; 0 behind the last.
enum srtp_profile srtp_profile_at(size_t number);

// Bytes of key, salt and authentication tag; 0 for an unknown profile. SRTCP's tag is 80 bits also
// where RTP's is 32 (RFC 3711, section 5.2), and its index adds 4 bytes.
size_t srtp_profile_key_bytes(enum srtp_profile profile);
size_t srtp_profile_salt_bytes(enum srtp_profile profile);
size_t srtp_profile_tag_bytes(enum srtp_profile profile);
size_t srtp_profile_rtcp_tag_bytes(enum srtp_profile profile);

// Whether one cipher seals and authenticates (RFC 7714), and puts SRTCP's index behind the tag.
bool srtp_profile_is_gcm(enum srtp_profile profile);

// Fills *out with fresh random keys. Returns 0 or -EIO where the system has no randomness.
int srtp_keys_generate(enum srtp_profile profile, struct srtp_keys *out);

// Master key || master salt in base64 with padding, as SDES writes it (RFC 4568, section 6.1) and
// the control port sends it. `text` needs SRTP_KEYS_TEXT_BYTES. Reading returns 0 or -EINVAL.
#define SRTP_KEYS_TEXT_BYTES 65
void srtp_keys_to_text(const struct srtp_keys *keys, char text[SRTP_KEYS_TEXT_BYTES]);
int srtp_keys_from_text(enum srtp_profile profile, const char *text, struct srtp_keys *out);

void srtp_keys_wipe(struct srtp_keys *keys);

#endif
