/* SPDX-License-Identifier: BSD-3-Clause */
// rtp.c - the RTP header (RFC 3550, section 5.1; extensions 5.3.1).
#include "media/rtp.h"

#include <assert.h>
#include <errno.h>

#include "media/bytes.h"

#define VERSION_MASK 0xc0
#define VERSION_2 0x80
#define EXTENSION_BIT 0x10
#define CSRC_COUNT_MASK 0x0f
#define MARKER_BIT 0x80
#define PAYLOAD_TYPE_MASK 0x7f
#define WORD_BYTES 4

int
rtp_parse(const uint8_t *bytes, size_t length, struct rtp_header *out)
{
	size_t header_bytes;

	if (length < RTP_HEADER_BYTES || (bytes[0] & VERSION_MASK) != VERSION_2)
		return -EBADMSG;
	header_bytes = RTP_HEADER_BYTES + (size_t)(bytes[0] & CSRC_COUNT_MASK) * WORD_BYTES;
	if (bytes[0] & EXTENSION_BIT) {
		if (length < header_bytes + WORD_BYTES)
			return -EBADMSG;
		header_bytes +=
			WORD_BYTES + (size_t)bytes_get_16(bytes + header_bytes + 2) * WORD_BYTES;
	}
	if (header_bytes > length || header_bytes > UINT16_MAX)
		return -EBADMSG;
	out->payload_type = bytes[1] & PAYLOAD_TYPE_MASK;
	out->marker = bytes[1] & MARKER_BIT;
	out->seq = bytes_get_16(bytes + 2);
	out->timestamp = bytes_get_32(bytes + 4);
	out->ssrc = bytes_get_32(bytes + 8);
	out->header_bytes = (uint16_t)header_bytes;
	return 0;
}

void
rtp_write(uint8_t *bytes, const struct rtp_header *header)
{
	assert(header->payload_type <= PAYLOAD_TYPE_MASK);
	bytes[0] = VERSION_2;
	bytes[1] = (uint8_t)(header->payload_type | (header->marker ? MARKER_BIT : 0));
	bytes_put_16(bytes + 2, header->seq);
	bytes_put_32(bytes + 4, header->timestamp);
	bytes_put_32(bytes + 8, header->ssrc);
}
