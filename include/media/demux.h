/* SPDX-License-Identifier: BSD-3-Clause */
// demux.h - what a datagram on the media port is, by its first two bytes (RFC 7983, RFC 5761).
#ifndef MEDIA_DEMUX_H
#define MEDIA_DEMUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum demux_kind {
	DEMUX_STUN, // first byte 0..3
	DEMUX_DTLS, // first byte 20..63
	DEMUX_RTP,  // first byte 128..191, second byte not an RTCP packet type
	DEMUX_RTCP, // first byte 128..191, second byte 192..223 (RFC 5761, section 4)
	DEMUX_OTHER,
};

// Whether it is RTP, as nearly every datagram is: told in line.
static inline bool
demux_is_rtp(const uint8_t *bytes, size_t length)
{
	// RFC 5761, section 4: RTP payload types 64 to 95 with the marker bit would read as RTCP.
	return length >= 2 && bytes[0] >> 6 == 2 && bytes[1] >> 5 != 6;
}

enum demux_kind demux_classify(const uint8_t *bytes, size_t length);

#endif
