/* SPDX-License-Identifier: BSD-3-Clause */
// rtcp.h - RTCP compounds: walking, sender and receiver reports, source description, goodbye
// (RFC 3550, section 6; reduced size RFC 5506).
#ifndef MEDIA_RTCP_H
#define MEDIA_RTCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rtcp_type {
	RTCP_SR = 200,
	RTCP_RR = 201,
	RTCP_SDES = 202,
	RTCP_BYE = 203,
	RTCP_APP = 204,
	RTCP_RTPFB = 205, // RFC 4585
	RTCP_PSFB = 206,  // RFC 4585
};

#define RTCP_REPORT_BLOCKS_MAX 31 // a 5-bit count
#define RTCP_COMPOUND_BYTES_MAX 1400
#define RTCP_CNAME_BYTES_MAX 255

// RFC 3550, section 6.4.1: one report block.
struct rtcp_report_block {
	uint32_t ssrc;                // the source reported on
	uint8_t fraction_lost;        // of 256, since the last report
	int32_t cumulative_lost;      // 24 bits signed on the wire
	uint32_t highest_seq;         // cycles << 16 | highest sequence number
	uint32_t jitter;              // ticks
	uint32_t last_sr;             // middle 32 bits of the last SR's NTP time, 0: none
	uint32_t delay_since_last_sr; // 1/65536 s
};

struct rtcp_sender_info {
	uint64_t ntp; // 32.32 fixed point seconds since 1900
	uint32_t rtp_timestamp;
	uint32_t packet_count;
	uint32_t octet_count;
};

// One packet inside a compound.
struct rtcp_packet {
	uint8_t type;        // enum rtcp_type, or one this code does not know
	uint8_t count;       // report blocks, sources, or feedback type
	uint32_t ssrc;       // the sender; 0 where the packet is too short to have one
	const uint8_t *body; // behind the 4-byte header; points into the compound
	size_t body_bytes;
};

// Takes the next packet of a compound from *cursor on and moves the cursor behind it. Returns 1
// with *out filled, 0 at the end, -EBADMSG where the lengths do not add up. Start with *cursor = 0.
int rtcp_next(const uint8_t *compound, size_t length, size_t *cursor, struct rtcp_packet *out);

// Reads the sender info of an SR. Returns 0 or -EBADMSG.
int rtcp_read_sender_info(const struct rtcp_packet *packet, struct rtcp_sender_info *out);

// Reads the report blocks of an SR or RR into out[0..capacity). Returns how many were read, or
// -EBADMSG where the packet is too short for its count.
int rtcp_read_report_blocks(
	const struct rtcp_packet *packet, struct rtcp_report_block *out, size_t capacity);

// Writes a compound SR + SDES(CNAME), or RR + SDES(CNAME), with `count` report blocks (at most
// RTCP_REPORT_BLOCKS_MAX). Returns its bytes, or -ENOSPC where `capacity` is too small.
int rtcp_write_sender_report(uint8_t *bytes, size_t capacity, uint32_t ssrc,
	const struct rtcp_sender_info *info, const struct rtcp_report_block *blocks, size_t count,
	const char *cname);
int rtcp_write_receiver_report(uint8_t *bytes, size_t capacity, uint32_t ssrc,
	const struct rtcp_report_block *blocks, size_t count, const char *cname);

#endif
