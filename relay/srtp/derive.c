/* SPDX-License-Identifier: BSD-3-Clause */
// derive.c - the AES-CM key derivation function on OpenSSL, under the master key's own length.
#include "srtp/derive.h"

#include <errno.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define BLOCK_BYTES 16
#define KEY_256_BYTES 32
#define LABEL_OFFSET 7 // the label stands above the 48-bit index, which is 0 here

int
srtp_derive(const struct srtp_keys *master, unsigned label, uint8_t *out, size_t length)
{
	// A 96-bit salt is the upper part of RFC 3711's 112 bits (RFC 7714, section 11).
	uint8_t counter[BLOCK_BYTES] = {0};
	int written;
	int result = -EIO;
	// RFC 6188, section 3 for 256 bits.
	bool is_256 = srtp_profile_key_bytes(master->profile) == KEY_256_BYTES;
	const EVP_CIPHER *aes = is_256 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();

	memcpy(counter, master->salt, srtp_profile_salt_bytes(master->profile));
	counter[LABEL_OFFSET] ^= (uint8_t)label;
	memset(out, 0, length);
	if (cipher && EVP_EncryptInit_ex(cipher, aes, NULL, master->key, counter) == 1 &&
		EVP_EncryptUpdate(cipher, out, &written, out, (int)length) == 1)
		result = 0;
	EVP_CIPHER_CTX_free(cipher);
	OPENSSL_cleanse(counter, sizeof counter);
	return result;
}
