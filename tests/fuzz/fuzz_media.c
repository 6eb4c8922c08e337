/* SPDX-License-Identifier: BSD-3-Clause */
// fuzz_media.c - a frame from anybody on the wire, through every parser of media/ (libFuzzer's
// entry).
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "media/checksum.h"
#include "media/demux.h"
#include "media/frame.h"
#include "media/rtcp.h"
#include "media/rtp.h"
#include "media/stun.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void
feed_rtcp(const uint8_t *bytes, size_t length)
{
	struct rtcp_report_block blocks[RTCP_REPORT_BLOCKS_MAX];
	struct rtcp_sender_info info;
	struct rtcp_packet packet;
	size_t cursor = 0;

	while (rtcp_next(bytes, length, &cursor, &packet) == 1) {
		int count = rtcp_read_report_blocks(&packet, blocks, RTCP_REPORT_BLOCKS_MAX);

		assert(packet.body + packet.body_bytes <= bytes + cursor);
		assert(cursor <= length);
		assert(count <= RTCP_REPORT_BLOCKS_MAX);
		(void)rtcp_read_sender_info(&packet, &info);
	}
}

static void
feed_stun(const uint8_t *bytes, size_t length)
{
	struct hmac_sha1_key key;
	struct stun_message message;

	if (stun_parse(bytes, length, &message) < 0)
		return;
	if (message.username != NULL)
		assert((const uint8_t *)message.username + message.username_bytes <=
			bytes + length);
	hmac_sha1_key_init(&key, "fuzz", 4);
	(void)stun_verify(bytes, &message, &key);
	hmac_sha1_key_fini(&key);
}

static void
feed_datagram(const uint8_t *bytes, size_t length)
{
	struct rtp_header header;

	(void)demux_classify(bytes, length);
	// Each parser sees everything, not only what the demultiplexer would give it.
	if (rtp_parse(bytes, length, &header) == 0)
		assert(header.header_bytes <= length);
	feed_rtcp(bytes, length);
	feed_stun(bytes, length);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct frame frame;

	// Few inputs get past the checksums of a frame, so the datagram parsers are fed directly,
	// too.
	feed_datagram(bytes, length);
	if (frame_parse(bytes, length, &frame) == DROP_NONE && frame.kind == FRAME_UDP) {
		assert((size_t)frame.payload_offset + frame.payload_bytes <= length);
		(void)checksum_udp(&frame.tuple.remote, &frame.tuple.local, bytes + frame.l4_offset,
			UDP_HEADER_BYTES + (size_t)frame.payload_bytes);
		feed_datagram(bytes + frame.payload_offset, frame.payload_bytes);
	}
	return 0;
}
