/* SPDX-License-Identifier: BSD-3-Clause */
// test_neighbours.c - ARP, echo, the gateway, VLANs and strays: what a wire carries besides media.
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "media/checksum.h"
#include "rig.h"

static struct rig rig;

static uint64_t
drops(enum drop_reason reason)
{
	struct worker_stats stats;
	rig_counters(&rig, &stats);
	return stats.drops[reason];
}

static void
inject_and_turn(const struct rig_frame *frame)
{
	rig_inject(&rig, frame);
	rig_turn(&rig, NS_IN_MS);
}

// An ARP message from `sender` at 02:bb:00:00:00:01 about `target`; operation 1 asks, 2 answers.
static void
write_arp(struct rig_frame *frame, uint8_t operation, uint32_t sender, uint32_t target)
{
	static const uint8_t fixed[] = {0x08, 0x06, 0, 1, 8, 0, 6, 4, 0};
	static const uint8_t sender_mac[MAC_BYTES] = {2, 0xbb, 0, 0, 0, 1};
	static const uint8_t worker_mac[MAC_BYTES] = {0x02, 0x00, 198, 18, 0, 2};
	uint32_t sender_be = htonl(sender), target_be = htonl(target);

	memset(frame->bytes, 0, 60);
	if (operation == 1)
		memset(frame->bytes, 0xff, MAC_BYTES);
	else
		memcpy(frame->bytes, worker_mac, MAC_BYTES);
	memcpy(frame->bytes + 6, sender_mac, MAC_BYTES);
	memcpy(frame->bytes + 12, fixed, sizeof fixed);
	frame->bytes[21] = operation;
	memcpy(frame->bytes + 22, sender_mac, MAC_BYTES);
	memcpy(frame->bytes + 28, &sender_be, 4);
	memcpy(frame->bytes + 38, &target_be, 4);
	frame->length = 60;
}

START_TEST(arp_for_the_media_address_is_answered)
{
	struct rig_frame frame;
	struct frame parsed;
	rig_start(&rig, 0, VLAN_NONE);
	write_arp(&frame, 1, RIG_IP(198, 18, 0, 7), RIG_ADDRESS);
	inject_and_turn(&frame);
	ck_assert(rig_take(&rig, &frame));
	ck_assert_int_eq(frame_parse(frame.bytes, frame.length, &parsed), DROP_NONE);
	ck_assert_int_eq(parsed.kind, FRAME_ARP_REPLY);
	ck_assert_uint_eq(ntohl(ip_v4_be(&parsed.tuple.remote)), RIG_ADDRESS);
	ck_assert_uint_eq(parsed.sender_mac.bytes[0], 2);
	ck_assert_uint_eq(parsed.destination.bytes[1], 0xbb);
	write_arp(&frame, 1, RIG_IP(198, 18, 0, 7), RIG_IP(198, 18, 0, 99));
	inject_and_turn(&frame);
	ck_assert(!rig_take(&rig, &frame));
	ck_assert_uint_eq(drops(DROP_ARP_OTHER), 1);
	rig_stop(&rig);
}
END_TEST

START_TEST(the_media_address_is_announced_at_start)
{
	struct worker_stats stats;
	rig_start(&rig, 0, VLAN_NONE);
	rig_counters(&rig, &stats);
	ck_assert_uint_eq(stats.originated, 2 * 3); // of each family; rig_start() let them pass
	rig_stop(&rig);
}
END_TEST

static void
write_echo(struct rig_frame *frame, uint16_t content_bytes)
{
	struct rig_endpoint pinger = {.ip = RIG_IP(198, 18, 0, 7), .mac = {{2, 0xbb, 0, 0, 0, 1}}};
	uint8_t content[1400] = {0};
	rig_datagram(&pinger, content, content_bytes, frame);
	uint8_t *ip = frame->bytes + 14;
	ip[9] = 1;
	memset(ip + 10, 0, 2);
	be16_t sum = checksum_internet(ip, 20);
	memcpy(ip + 10, &sum, 2);
	uint8_t *icmp = ip + 20;
	memset(icmp, 0, 8);
	icmp[0] = 8;
	icmp[5] = 42;
	sum = checksum_internet(icmp, 8u + content_bytes);
	memcpy(icmp + 2, &sum, 2);
}

START_TEST(an_echo_request_is_answered)
{
	struct rig_frame frame, reply;
	rig_start(&rig, 0, VLAN_NONE);
	write_echo(&frame, 56);
	inject_and_turn(&frame);
	ck_assert(rig_take(&rig, &reply));
	ck_assert_uint_eq(reply.length, frame.length);
	const uint8_t *ip = reply.bytes + 14;
	ck_assert_uint_eq(checksum_internet(ip, 20), 0);
	ck_assert_uint_eq(ip[20], 0); // echo reply
	ck_assert_uint_eq(ip[25], 42);
	ck_assert_uint_eq(checksum_internet(ip + 20, 64), 0);
	ck_assert_mem_eq(ip + 12, frame.bytes + 30, 4);
	ck_assert_mem_eq(reply.bytes, frame.bytes + 6, MAC_BYTES);
	rig_stop(&rig);
}
END_TEST

START_TEST(a_flood_of_echo_requests_is_not_answered_in_full)
{
	struct rig_frame frame;
	rig_start(&rig, 0, VLAN_NONE);
	write_echo(&frame, 56);
	for (int i = 0; i < 500; i++) {
		rig_inject(&rig, &frame);
		rig_turn(&rig, 0);
	}
	ck_assert_uint_eq(rig_discard_output(&rig), 100);
	ck_assert_uint_eq(drops(DROP_ICMP_RATE), 400);
	rig_stop(&rig);
}
END_TEST

START_TEST(the_gateway_carries_what_is_not_on_the_wire)
{
	struct rig_frame frame;
	struct rig_endpoint a;
	static const uint8_t gateway_mac[MAC_BYTES] = {2, 0xbb, 0, 0, 0, 1};
	rig_start(&rig, RIG_GATEWAY, VLAN_NONE);
	rig_add_endpoint(&rig, &a, 0, SRTP_AEAD_AES_128_GCM, true);
	write_arp(&frame, 2, RIG_GATEWAY, RIG_ADDRESS);
	inject_and_turn(&frame);
	rig_discard_output(&rig);
	rig_stun_request(&a, 3, &frame);
	inject_and_turn(&frame);
	ck_assert(rig_take(&rig, &frame));
	ck_assert_mem_eq(frame.bytes, gateway_mac, MAC_BYTES);
	// A neighbour on the wire is reached directly.
	rig_discard_output(&rig);
	a.ip = RIG_IP(198, 18, 0, 77);
	rig_stun_request(&a, 4, &frame);
	inject_and_turn(&frame);
	ck_assert(rig_take(&rig, &frame));
	ck_assert_mem_eq(frame.bytes, &a.mac, MAC_BYTES);
	rig_remove_endpoint(&rig, &a);
	rig_stop(&rig);
}
END_TEST

// Where the next question for the gateway's address goes: to everybody, or to one MAC address.
static bool
asks_everybody_for_the_gateway(void)
{
	struct rig_frame frame;
	struct frame parsed;
	bool found = false;
	while (rig_take(&rig, &frame)) {
		if (frame_parse(frame.bytes, frame.length, &parsed) == DROP_NONE &&
			parsed.kind == FRAME_ARP_REQUEST &&
			ntohl(ip_v4_be(&parsed.tuple.local)) == RIG_GATEWAY)
			found |= frame.bytes[0] == 0xff;
	}
	return found;
}

START_TEST(a_gateway_that_answers_no_more_is_searched_anew)
{
	struct rig_frame frame;
	struct rig_endpoint a;
	bool asked = false;
	rig_start(&rig, RIG_GATEWAY, VLAN_NONE);
	rig_add_endpoint(&rig, &a, 0, SRTP_AEAD_AES_128_GCM, true);
	write_arp(&frame, 2, RIG_GATEWAY, RIG_ADDRESS);
	inject_and_turn(&frame);
	rig_discard_output(&rig);
	for (int i = 0; i < 40 && !asked; i++) {
		rig_turn(&rig, NS_IN_S);
		asked = asks_everybody_for_the_gateway();
	}
	ck_assert_msg(asked, "the relay keeps to a MAC address that is no more");
	// Meanwhile its packets go back the way they came.
	for (int i = 0; i < 4; i++)
		rig_turn(&rig, NS_IN_S);
	rig_discard_output(&rig);
	rig_stun_request(&a, 3, &frame);
	inject_and_turn(&frame);
	ck_assert(rig_take(&rig, &frame));
	ck_assert_mem_eq(frame.bytes, &a.mac, MAC_BYTES);
	rig_remove_endpoint(&rig, &a);
	rig_stop(&rig);
}
END_TEST

START_TEST(a_gateway_that_answers_is_not_searched)
{
	struct rig_frame frame;
	rig_start(&rig, RIG_GATEWAY, VLAN_NONE);
	write_arp(&frame, 2, RIG_GATEWAY, RIG_ADDRESS);
	inject_and_turn(&frame);
	rig_discard_output(&rig);
	for (int i = 0; i < 200; i++) {
		rig_turn(&rig, NS_IN_S);
		ck_assert(!asks_everybody_for_the_gateway());
		inject_and_turn(&frame);
	}
	rig_stop(&rig);
}
END_TEST

// Puts an 802.1Q tag into the frame.
static void
tag(struct rig_frame *frame, uint16_t vlan_id)
{
	memmove(frame->bytes + 16, frame->bytes + 12, frame->length - 12u);
	frame->bytes[12] = 0x81;
	frame->bytes[13] = 0;
	frame->bytes[14] = (uint8_t)(vlan_id >> 8);
	frame->bytes[15] = (uint8_t)vlan_id;
	frame->length = (uint16_t)(frame->length + 4);
}

START_TEST(on_a_vlan_frames_carry_its_tag_both_ways)
{
	struct rig_frame frame;
	struct rig_endpoint a;
	struct frame parsed;
	rig_start(&rig, 0, 42);
	rig_add_endpoint(&rig, &a, 0, SRTP_AEAD_AES_128_GCM, true);
	rig_stun_request(&a, 3, &frame);
	inject_and_turn(&frame);
	ck_assert_uint_eq(drops(DROP_NOT_OURS), 1); // untagged
	tag(&frame, 43);
	inject_and_turn(&frame);
	ck_assert_uint_eq(drops(DROP_NOT_OURS), 2); // another VLAN's
	rig_stun_request(&a, 3, &frame);
	tag(&frame, 42);
	inject_and_turn(&frame);
	ck_assert(rig_take(&rig, &frame));
	rig_payload(&frame, &parsed);
	ck_assert_uint_eq(parsed.vlan_id, 42);
	write_echo(&frame, 56);
	tag(&frame, 42);
	rig_discard_output(&rig);
	inject_and_turn(&frame);
	ck_assert(rig_take(&rig, &frame));
	ck_assert_uint_eq(frame.bytes[15], 42);
	ck_assert_uint_eq(frame.bytes[18 + 20], 0); // echo reply
	rig_remove_endpoint(&rig, &a);
	rig_stop(&rig);
}
END_TEST

START_TEST(strays_are_counted_under_their_reasons)
{
	struct rig_frame frame, good;
	struct rig_endpoint a;
	rig_start(&rig, 0, VLAN_NONE);
	rig_add_endpoint(&rig, &a, 0, SRTP_AEAD_AES_128_GCM, true);
	rig_prove_path(&rig, &a);
	uint8_t noise[100];
	memset(noise, 0x55, sizeof noise);
	rig_datagram(&a, noise, sizeof noise, &good);

	inject_and_turn(&good); // first byte 0x55: neither STUN nor SRTP
	ck_assert_uint_eq(drops(DROP_NOT_MEDIA), 1);
	frame = good;
	frame.bytes[42] = 22;
	inject_and_turn(&frame);
	ck_assert_uint_eq(drops(DROP_DTLS), 1);
	frame = good;
	frame.bytes[0] ^= 4;
	inject_and_turn(&frame);
	ck_assert_uint_eq(drops(DROP_NOT_OURS), 1);
	frame = good;
	frame.bytes[12] = 0x88; // PPPoE
	frame.bytes[13] = 0x63;
	inject_and_turn(&frame);
	ck_assert_uint_eq(drops(DROP_ETHERTYPE), 1);
	frame = good;
	frame.length = 60;
	inject_and_turn(&frame);
	ck_assert_uint_eq(drops(DROP_TRUNCATED), 1);
	memset(noise, 0x80, sizeof noise);
	noise[8] = ssrc_worker(a.ssrc); // so that it comes to whom the path belongs
	rig_datagram(&a, noise, sizeof noise, &frame);
	frame.bytes[37] ^= 1; // the port; UDP's checksum is not looked at
	inject_and_turn(&frame);
	ck_assert_uint_eq(drops(DROP_UDP_PORT), 1);
	frame.bytes[37] ^= 1;
	inject_and_turn(&frame);
	ck_assert_uint_eq(drops(DROP_UNKNOWN_SSRC), 1);
	ck_assert_uint_eq(rig_discard_output(&rig), 0);
	rig_remove_endpoint(&rig, &a);
	rig_stop(&rig);
}
END_TEST

// xorshift: a seed gives the same frames on every machine.
static uint32_t
next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

START_TEST(random_damage_is_counted_once_and_answered_never)
{
	struct rig_frame rtp, stun, frame;
	struct rig_endpoint a, b;
	uint32_t random = 20261122;
	rig_start(&rig, 0, VLAN_NONE);
	rig_add_endpoint(&rig, &a, 0, SRTP_AES_CM_128_HMAC_SHA1_80, true);
	rig_add_endpoint(&rig, &b, 1, SRTP_AES_CM_128_HMAC_SHA1_80, true);
	rig_connect(&rig, 0, &a, &b);
	rig_prove_path(&rig, &a);
	rig_prove_path(&rig, &b);
	rig_rtp(&rig, &a, 200, false, &rtp);
	rig_stun_request(&a, 200, &stun);
	for (int i = 0; i < 20000; i++) {
		frame = i % 2 ? rtp : stun;
		// Damage behind the IP header, so that the packet comes that far.
		for (uint32_t n = 1 + next_random(&random) % 8; n > 0; n--)
			frame.bytes[42 + next_random(&random) % (frame.length - 42u)] ^=
				(uint8_t)(1 + next_random(&random) % 255);
		if (next_random(&random) % 4 == 0)
			frame.length = (uint16_t)(14 + next_random(&random) % (frame.length - 14u));
		rig_inject(&rig, &frame);
		rig_turn(&rig, 0);
	}
	struct worker_stats stats;
	rig_counters(&rig, &stats);
	ck_assert_uint_eq(stats.forwarded, 0);
	ck_assert_uint_eq(rig_discard_output(&rig), 0);
	rig_disconnect(&rig, 0);
	rig_remove_endpoint(&rig, &a);
	rig_remove_endpoint(&rig, &b);
	rig_stop(&rig);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("neighbours");
	TCase *tests = tcase_create("the wire");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, arp_for_the_media_address_is_answered);
	tcase_add_test(tests, the_media_address_is_announced_at_start);
	tcase_add_test(tests, an_echo_request_is_answered);
	tcase_add_test(tests, a_flood_of_echo_requests_is_not_answered_in_full);
	tcase_add_test(tests, the_gateway_carries_what_is_not_on_the_wire);
	tcase_add_test(tests, a_gateway_that_answers_no_more_is_searched_anew);
	tcase_add_test(tests, a_gateway_that_answers_is_not_searched);
	tcase_add_test(tests, on_a_vlan_frames_carry_its_tag_both_ways);
	tcase_add_test(tests, strays_are_counted_under_their_reasons);
	tcase_add_test(tests, random_damage_is_counted_once_and_answered_never);
	suite_add_tcase(suite, tests);
	return suite;
}

int
main(void)
{
	return rig_run_in_fleets(make_suite);
}
