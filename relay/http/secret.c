/* SPDX-License-Identifier: BSD-3-Clause */
// secret.c - random texts that open something, and the hashes that are kept of them.
#include "http/secret.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#define SECRET_BYTES 32

static_assert(SECRET_HASH_BYTES == SHA256_DIGEST_LENGTH, "secrets are kept as their SHA-256");

int
secret_make(char text[SECRET_TEXT_BYTES])
{
	unsigned char secret[SECRET_BYTES];
	unsigned char padded[4 * ((SECRET_BYTES + 2) / 3) + 1];
	if (RAND_priv_bytes(secret, sizeof secret) != 1)
		return -EIO;
	int length = EVP_EncodeBlock(padded, secret, SECRET_BYTES);
	char *to = text;
	for (int i = 0; i < length && padded[i] != '='; i++) {
		unsigned char c = padded[i];
		*to++ = c == '+' ? '-' : c == '/' ? '_' : (char)c;
	}
	*to = '\0';
	OPENSSL_cleanse(padded, sizeof padded);
	OPENSSL_cleanse(secret, sizeof secret);
	assert(strlen(text) == SECRET_TEXT_BYTES - 1);
	return 0;
}

void
secret_hash(const char *text, unsigned char hash[SECRET_HASH_BYTES])
{
	SHA256((const unsigned char *)text, strlen(text), hash);
}
