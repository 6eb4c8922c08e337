/* SPDX-License-Identifier: BSD-3-Clause */
// demux.c - what a datagram on the media port is, by its first two bytes (RFC 7983, RFC 5761).
#include "media/demux.h"

enum demux_kind
demux_classify(const uint8_t *bytes, size_t length)
{
	if (length == 0)
		return DEMUX_OTHER;
	if (bytes[0] <= 3)
		return DEMUX_STUN;
	if (bytes[0] >= 20 && bytes[0] <= 63)
		return DEMUX_DTLS;
	if (bytes[0] < 128 || bytes[0] > 191 || length < 2)
		return DEMUX_OTHER;
	return demux_is_rtp(bytes, length) ? DEMUX_RTP : DEMUX_RTCP;
}
