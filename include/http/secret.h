/* SPDX-License-Identifier: BSD-3-Clause */
// secret.h - inside the control port: random texts that open something, and the hashes that are
// kept of them.
#ifndef HTTP_SECRET_H
#define HTTP_SECRET_H

#define SECRET_TEXT_BYTES 44 // 32 random bytes in base64url (RFC 4648, section 5), zero
#define SECRET_HASH_BYTES 32

// Returns 0, or -EIO where the system has no random numbers. The caller wipes the text.
int secret_make(char text[SECRET_TEXT_BYTES]);

// SHA-256 of a text of any length.
void secret_hash(const char *text, unsigned char hash[SECRET_HASH_BYTES]);

#endif
