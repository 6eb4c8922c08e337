/* SPDX-License-Identifier: BSD-3-Clause */
// rig_frames.c - the frames that real endpoints would send, and what they read in the worker's.
#include <arpa/inet.h>
#include <check.h>
#include <string.h>

#include "media/bytes.h"
#include "media/checksum.h"
#include "media/rtp.h"
#include "rig.h"

const struct mac rig_mac = {{0x02, 0x00, 198, 18, 0, 2}};

// Writes the IP header and returns the byte behind it.
static uint8_t *
write_ipv4(const struct rig_endpoint *endpoint, uint16_t udp_bytes, uint8_t *ip)
{
	ip[0] = 0x45;
	bytes_put_16(ip + 2, (uint16_t)(20 + udp_bytes));
	ip[8] = 61;
	ip[9] = 17;
	bytes_put_32(ip + 12, endpoint->ip);
	bytes_put_32(ip + 16, RIG_ADDRESS);
	be16_t sum = checksum_internet(ip, 20);
	memcpy(ip + 10, &sum, 2);
	return ip + 20;
}

static uint8_t *
write_ipv6(const struct rig_endpoint *endpoint, uint16_t udp_bytes, uint8_t *ip)
{
	struct ip_address relay = rig_ip6(2);
	ip[0] = 0x60;
	bytes_put_16(ip + 4, udp_bytes);
	ip[6] = 17;
	ip[7] = 61;
	memcpy(ip + 8, &endpoint->ip6, 16);
	memcpy(ip + 24, &relay, 16);
	return ip + 40;
}

void
rig_datagram(const struct rig_endpoint *endpoint, const void *payload, uint16_t payload_bytes,
	struct rig_frame *frame)
{
	uint8_t *at = frame->bytes;
	uint16_t udp_bytes = (uint16_t)(UDP_HEADER_BYTES + payload_bytes);
	memset(at, 0, 62);
	memcpy(at, &rig_mac, MAC_BYTES);
	memcpy(at + 6, &endpoint->mac, MAC_BYTES);
	bytes_put_16(at + 12, endpoint->is_v6 ? 0x86dd : 0x0800);
	uint8_t *udp = endpoint->is_v6 ? write_ipv6(endpoint, udp_bytes, at + 14)
				       : write_ipv4(endpoint, udp_bytes, at + 14);
	bytes_put_16(udp, endpoint->port);
	bytes_put_16(udp + 2, RIG_MEDIA_PORT);
	bytes_put_16(udp + 4, udp_bytes);
	memcpy(udp + 8, payload, payload_bytes);
	struct ip_address from = rig_address_of(endpoint);
	struct ip_address to = endpoint->is_v6 ? rig_ip6(2) : ip_from_v4(htonl(RIG_ADDRESS));
	be16_t sum = checksum_udp(&from, &to, udp, udp_bytes);
	memcpy(udp + 6, &sum, 2);
	frame->length = (uint16_t)(udp + udp_bytes - at);
}

void
rig_stun_request(
	const struct rig_endpoint *endpoint, uint8_t transaction_seed, struct rig_frame *frame)
{
	uint8_t transaction[STUN_TRANSACTION_BYTES];
	uint8_t message[STUN_MESSAGE_BYTES_MAX];
	memset(transaction, transaction_seed, sizeof transaction);
	int bytes = stun_write_request(
		message, sizeof message, transaction, endpoint->username, &endpoint->relay_key);
	ck_assert_int_gt(bytes, 0);
	rig_datagram(endpoint, message, (uint16_t)bytes, frame);
}

void
rig_rtp(struct rig *rig, struct rig_endpoint *endpoint, uint16_t payload_bytes, bool marker,
	struct rig_frame *frame)
{
	uint8_t packet[RIG_FRAME_BYTES_MAX];
	struct rtp_header header = {.payload_type = 96,
		.marker = marker,
		.seq = endpoint->seq++,
		.timestamp = endpoint->timestamp,
		.ssrc = endpoint->ssrc};
	rtp_write(packet, &header);
	for (unsigned i = 0; i < payload_bytes; i++)
		packet[RTP_HEADER_BYTES + i] = (uint8_t)(i + header.seq);
	struct srtp_job job = {.context = endpoint->outbound,
		.packet = packet,
		.bytes = (uint32_t)RTP_HEADER_BYTES + payload_bytes,
		.capacity = sizeof packet};
	rig->engine->protect_rtp(&job, 1);
	ck_assert_int_eq(job.verdict, SRTP_OK);
	rig_datagram(endpoint, packet, (uint16_t)job.bytes, frame);
}

const uint8_t *
rig_payload(const struct rig_frame *frame, struct frame *parsed)
{
	ck_assert_int_eq(frame_parse(frame->bytes, frame->length, parsed), DROP_NONE);
	ck_assert_int_eq(parsed->kind, FRAME_UDP);
	return frame->bytes + parsed->payload_offset;
}

bool
rig_answer(const struct rig_endpoint *endpoint, const struct rig_frame *question,
	struct rig_frame *answer)
{
	struct frame parsed;
	struct stun_message message;
	uint8_t text[STUN_MESSAGE_BYTES_MAX];

	if (frame_parse(question->bytes, question->length, &parsed) != DROP_NONE ||
		parsed.kind != FRAME_UDP)
		return false;
	const uint8_t *payload = question->bytes + parsed.payload_offset;
	if (stun_parse(payload, parsed.payload_bytes, &message) != 0 ||
		message.type != STUN_BINDING_REQUEST ||
		!stun_verify(payload, &message, &endpoint->endpoint_key))
		return false;
	struct ip_address relay = endpoint->is_v6 ? rig_ip6(2) : ip_from_v4(htonl(RIG_ADDRESS));
	int bytes = stun_write_success(text, sizeof text, message.transaction, &relay,
		htons(RIG_MEDIA_PORT), &endpoint->endpoint_key);
	ck_assert_int_gt(bytes, 0);
	rig_datagram(endpoint, text, (uint16_t)bytes, answer);
	return true;
}
