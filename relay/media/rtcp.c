/* SPDX-License-Identifier: BSD-3-Clause */
// rtcp.c - RTCP compounds: walking them, reading and writing reports (RFC 3550, section 6).
#include "media/rtcp.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "media/bytes.h"

#define HEADER_BYTES 4
#define SSRC_BYTES 4
#define SENDER_INFO_BYTES 20
#define REPORT_BLOCK_BYTES 24
#define WORD_BYTES 4
#define VERSION_MASK 0xc0
#define VERSION_2 0x80
#define PADDING_BIT 0x20
#define COUNT_MASK 0x1f
#define SDES_CNAME 1
#define SDES_ITEM_HEADER_BYTES 2
#define CUMULATIVE_LOST_MAX 0x7fffff
#define CUMULATIVE_LOST_MIN (-0x800000)

int
rtcp_next(const uint8_t *compound, size_t length, size_t *cursor, struct rtcp_packet *out)
{
	const uint8_t *header = compound + *cursor;
	size_t left = length - *cursor;
	size_t packet_bytes;
	size_t padding_bytes = 0;

	assert(*cursor <= length);
	if (left == 0)
		return 0;
	if (left < HEADER_BYTES || (header[0] & VERSION_MASK) != VERSION_2)
		return -EBADMSG;
	packet_bytes = ((size_t)bytes_get_16(header + 2) + 1) * WORD_BYTES;
	if (packet_bytes > left)
		return -EBADMSG;
	if (header[0] & PADDING_BIT) {
		// Section 6.4.1: only the last packet of a compound is padded, by whole words.
		padding_bytes = header[packet_bytes - 1];
		if (packet_bytes != left || padding_bytes == 0 || padding_bytes % WORD_BYTES != 0 ||
			padding_bytes > packet_bytes - HEADER_BYTES)
			return -EBADMSG;
	}
	out->type = header[1];
	out->count = header[0] & COUNT_MASK;
	out->body = header + HEADER_BYTES;
	out->body_bytes = packet_bytes - HEADER_BYTES - padding_bytes;
	out->ssrc = out->body_bytes >= SSRC_BYTES ? bytes_get_32(out->body) : 0;
	*cursor += packet_bytes;
	return 1;
}

int
rtcp_read_sender_info(const struct rtcp_packet *packet, struct rtcp_sender_info *out)
{
	const uint8_t *info = packet->body + SSRC_BYTES;

	if (packet->type != RTCP_SR || packet->body_bytes < SSRC_BYTES + SENDER_INFO_BYTES)
		return -EBADMSG;
	out->ntp = bytes_get_64(info);
	out->rtp_timestamp = bytes_get_32(info + 8);
	out->packet_count = bytes_get_32(info + 12);
	out->octet_count = bytes_get_32(info + 16);
	return 0;
}

static void
read_block(const uint8_t *at, struct rtcp_report_block *out)
{
	uint32_t lost = bytes_get_24(at + 5);

	out->ssrc = bytes_get_32(at);
	out->fraction_lost = at[4];
	// 24 bits of two's complement: duplicates can make it negative.
	out->cumulative_lost = (int32_t)(lost ^ 0x800000) - 0x800000;
	out->highest_seq = bytes_get_32(at + 8);
	out->jitter = bytes_get_32(at + 12);
	out->last_sr = bytes_get_32(at + 16);
	out->delay_since_last_sr = bytes_get_32(at + 20);
}

int
rtcp_read_report_blocks(
	const struct rtcp_packet *packet, struct rtcp_report_block *out, size_t capacity)
{
	size_t offset = SSRC_BYTES;
	size_t count = packet->count;

	if (packet->type == RTCP_SR)
		offset += SENDER_INFO_BYTES;
	else if (packet->type != RTCP_RR)
		return -EBADMSG;
	if (packet->body_bytes < offset + count * REPORT_BLOCK_BYTES)
		return -EBADMSG;
	if (count > capacity)
		count = capacity;
	for (size_t i = 0; i < count; i++)
		read_block(packet->body + offset + i * REPORT_BLOCK_BYTES, &out[i]);
	return (int)count;
}

static uint8_t *
write_header(uint8_t *at, enum rtcp_type type, size_t count, size_t packet_bytes)
{
	at[0] = (uint8_t)(VERSION_2 | count);
	at[1] = (uint8_t)type;
	bytes_put_16(at + 2, (uint16_t)(packet_bytes / WORD_BYTES - 1));
	return at + HEADER_BYTES;
}

static uint8_t *
write_block(uint8_t *at, const struct rtcp_report_block *block)
{
	int32_t lost = block->cumulative_lost;

	// Section 6.4.1 and A.3: clamped, never wrapped.
	if (lost > CUMULATIVE_LOST_MAX)
		lost = CUMULATIVE_LOST_MAX;
	else if (lost < CUMULATIVE_LOST_MIN)
		lost = CUMULATIVE_LOST_MIN;
	bytes_put_32(at, block->ssrc);
	at[4] = block->fraction_lost;
	bytes_put_24(at + 5, (uint32_t)lost & 0xffffff);
	bytes_put_32(at + 8, block->highest_seq);
	bytes_put_32(at + 12, block->jitter);
	bytes_put_32(at + 16, block->last_sr);
	bytes_put_32(at + 20, block->delay_since_last_sr);
	return at + REPORT_BLOCK_BYTES;
}

static uint8_t *
write_sdes(uint8_t *at, uint32_t ssrc, const char *cname, size_t cname_bytes, size_t packet_bytes)
{
	uint8_t *end = at + packet_bytes;

	at = write_header(at, RTCP_SDES, 1, packet_bytes);
	bytes_put_32(at, ssrc);
	at[4] = SDES_CNAME;
	at[5] = (uint8_t)cname_bytes;
	at += SSRC_BYTES + SDES_ITEM_HEADER_BYTES;
	memcpy(at, cname, cname_bytes);
	at += cname_bytes;
	memset(at, 0, (size_t)(end - at));
	return end;
}

// An RR where `info` is NULL, else an SR; a SDES behind it.
static int
write_report(uint8_t *bytes, size_t capacity, uint32_t ssrc, const struct rtcp_sender_info *info,
	const struct rtcp_report_block *blocks, size_t count, const char *cname)
{
	size_t cname_bytes = strlen(cname);
	size_t report_bytes = HEADER_BYTES + SSRC_BYTES + count * REPORT_BLOCK_BYTES +
			      (info != NULL ? SENDER_INFO_BYTES : 0);
	// Section 6.5: one to four zeros end the chunk on a word.
	size_t chunk_bytes = SSRC_BYTES + SDES_ITEM_HEADER_BYTES + cname_bytes + 1;
	size_t sdes_bytes = HEADER_BYTES + (chunk_bytes + WORD_BYTES - 1) / WORD_BYTES * WORD_BYTES;
	uint8_t *at = bytes;

	assert(count <= RTCP_REPORT_BLOCKS_MAX);
	assert(cname_bytes <= RTCP_CNAME_BYTES_MAX);
	if (capacity < report_bytes + sdes_bytes)
		return -ENOSPC;
	at = write_header(at, info != NULL ? RTCP_SR : RTCP_RR, count, report_bytes);
	bytes_put_32(at, ssrc);
	at += SSRC_BYTES;
	if (info != NULL) {
		bytes_put_64(at, info->ntp);
		bytes_put_32(at + 8, info->rtp_timestamp);
		bytes_put_32(at + 12, info->packet_count);
		bytes_put_32(at + 16, info->octet_count);
		at += SENDER_INFO_BYTES;
	}
	for (size_t i = 0; i < count; i++)
		at = write_block(at, &blocks[i]);
	at = write_sdes(at, ssrc, cname, cname_bytes, sdes_bytes);
	return (int)(at - bytes);
}

int
rtcp_write_sender_report(uint8_t *bytes, size_t capacity, uint32_t ssrc,
	const struct rtcp_sender_info *info, const struct rtcp_report_block *blocks, size_t count,
	const char *cname)
{
	assert(info != NULL);
	return write_report(bytes, capacity, ssrc, info, blocks, count, cname);
}

int
rtcp_write_receiver_report(uint8_t *bytes, size_t capacity, uint32_t ssrc,
	const struct rtcp_report_block *blocks, size_t count, const char *cname)
{
	return write_report(bytes, capacity, ssrc, NULL, blocks, count, cname);
}
