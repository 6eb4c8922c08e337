/* SPDX-License-Identifier: BSD-3-Clause */
// checksum.h - the Internet checksum: full (RFC 1071) and incremental (RFC 1624).
#ifndef MEDIA_CHECKSUM_H
#define MEDIA_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "media/frame.h"

// The one's complement checksum of `bytes`, ready for the header (RFC 1071). A header that carries
// a right checksum sums to 0.
be16_t checksum_internet(const void *bytes, size_t length);

// The UDP checksum of `datagram` (header and content, its checksum field taken as 0) between two
// IPv4 addresses. Never 0: RFC 768 sends a computed 0 as 0xffff.
be16_t checksum_udp4(be32_t source_be, be32_t destination_be, const void *datagram, size_t length);

// The UDP checksum after its pseudo header and ports changed from `before` to `after`, where the
// datagram went remote -> local before and goes local -> remote of `after` now (RFC 1624, equation
// 3). A checksum of 0 (none) stays 0.
be16_t checksum_udp4_readdress(
	be16_t checksum_be, const struct tuple *before, const struct tuple *after);

#endif
