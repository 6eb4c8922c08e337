/* SPDX-License-Identifier: BSD-3-Clause */
// rtp.h - the RTP header (RFC 3550, section 5.1; extensions 5.3.1).
#ifndef MEDIA_RTP_H
#define MEDIA_RTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RTP_HEADER_BYTES 12 // the fixed part

struct rtp_header {
	uint8_t payload_type; // 0..127
	bool marker;
	uint16_t seq;
	uint32_t timestamp; // ticks of the payload's clock
	uint32_t ssrc;
	uint16_t header_bytes; // with CSRCs and the extension
};

// Reads the header of an RTP or SRTP packet. Returns 0, or -EBADMSG where it is shorter than its
// own header or of another version. Padding is not looked at: in SRTP it is encrypted.
int rtp_parse(const uint8_t *bytes, size_t length, struct rtp_header *out);

// Writes a fixed header (no CSRC, no extension) of RTP_HEADER_BYTES.
void rtp_write(uint8_t *bytes, const struct rtp_header *header);

#endif
