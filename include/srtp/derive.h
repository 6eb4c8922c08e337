/* SPDX-License-Identifier: BSD-3-Clause */
// derive.h - session keys from a master key (RFC 3711, section 4.3; RFC 6188; RFC 7714, section
// 11).
#ifndef SRTP_DERIVE_H
#define SRTP_DERIVE_H

#include <stddef.h>
#include <stdint.h>

#include "srtp/keys.h"

// RFC 3711, section 4.3.2. SRTCP's are SRTP's and 3.
enum srtp_label {
	SRTP_LABEL_KEY = 0,
	SRTP_LABEL_AUTHENTICATION = 1,
	SRTP_LABEL_SALT = 2,
	SRTP_LABEL_RTCP = 3,
};

// Derives `length` bytes for a label, with a key derivation rate of 0. Not for a packet path: it
// allocates. Returns 0, or -EIO where the crypto library refuses.
int srtp_derive(const struct srtp_keys *master, unsigned label, uint8_t *out, size_t length);

#endif
