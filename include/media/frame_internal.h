/* SPDX-License-Identifier: BSD-3-Clause */
// frame_internal.h - what frame.c and frame_ipv6.c share.
#ifndef MEDIA_FRAME_INTERNAL_H
#define MEDIA_FRAME_INTERNAL_H

#include "media/frame.h"

// Bytes behind the IP header.
static inline uint16_t
frame_l4_bytes(const struct frame *frame)
{
	return (uint16_t)(frame->ip_bytes - (frame->l4_offset - frame->l3_offset));
}

// From the Ethernet header's end on; from the IP header's end on, with both addresses read.
enum drop_reason frame_parse_ipv6(const uint8_t *bytes, size_t captured, struct frame *out);
// What stands at `l4_offset` and has `room` bytes.
enum drop_reason frame_parse_udp(
	const uint8_t *bytes, uint16_t l4_offset, uint16_t room, struct frame *out);

#endif
