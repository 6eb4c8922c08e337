/* SPDX-License-Identifier: BSD-3-Clause */
// test_ipv6.c - IPv6 on the wire: neighbours, echo, paths, and lessons across both families.
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "media/checksum.h"
#include "rig.h"

#define ND_BYTES 32
#define IP6_OFFSET 14
#define L4_OFFSET 54

static struct rig rig;
static struct rig_endpoint a, b;
static const struct ip_address no_gateway;
static const struct mac router_mac = {{2, 0xbb, 0, 0, 0, 1}};
static const struct mac worker_mac = {{0x02, 0x00, 198, 18, 0, 2}};

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

// An ICMPv6 message in its frame, from the router.
struct icmp6 {
	struct mac to_mac;
	struct ip_address from;
	struct ip_address to;
	uint8_t hop_limit;
	uint8_t message[64];
	uint16_t bytes;
};

static void
write_icmp6(struct rig_frame *frame, const struct icmp6 *icmp6)
{
	uint8_t *ip = frame->bytes + IP6_OFFSET;
	memset(frame->bytes, 0, L4_OFFSET);
	memcpy(frame->bytes, &icmp6->to_mac, MAC_BYTES);
	memcpy(frame->bytes + 6, &router_mac, MAC_BYTES);
	memcpy(frame->bytes + 12, (uint8_t[]){0x86, 0xdd, 0x60}, 3);
	ip[5] = (uint8_t)icmp6->bytes;
	ip[6] = 58;
	ip[7] = icmp6->hop_limit;
	memcpy(ip + 8, &icmp6->from, 16);
	memcpy(ip + 24, &icmp6->to, 16);
	memcpy(frame->bytes + L4_OFFSET, icmp6->message, icmp6->bytes);
	be16_t sum =
		checksum_icmp6(&icmp6->from, &icmp6->to, frame->bytes + L4_OFFSET, icmp6->bytes);
	memcpy(frame->bytes + L4_OFFSET + 2, &sum, 2);
	frame->length = (uint16_t)(L4_OFFSET + icmp6->bytes);
}

static struct ip_address
group(uint8_t last, bool is_solicited_node)
{
	uint8_t bytes[16] = {0xff, 2, [15] = last};
	if (is_solicited_node) {
		bytes[11] = 1;
		bytes[12] = 0xff;
	}
	return ip_from_v6(bytes);
}

// `from` asks who has `target`.
static void
write_solicitation(
	struct rig_frame *frame, const struct ip_address *from, const struct ip_address *target)
{
	struct icmp6 question = {.to_mac = {{0x33, 0x33, 0xff, 0, 0, 2}},
		.from = *from,
		.to = group(2, true),
		.hop_limit = 255,
		.message = {135},
		.bytes = ip_is_set(from) ? ND_BYTES : 24};
	question.to_mac.bytes[5] = ((const uint8_t *)target)[15];
	((uint8_t *)&question.to)[15] = ((const uint8_t *)target)[15];
	memcpy(question.message + 8, target, 16);
	question.message[24] = 1;
	question.message[25] = 1;
	memcpy(question.message + 26, &router_mac, MAC_BYTES);
	write_icmp6(frame, &question);
}

// `owner` says that it is at `mac`.
static void
write_advertisement(struct rig_frame *frame, const struct ip_address *owner, const struct mac *mac,
	bool overrides)
{
	struct icmp6 answer = {.to_mac = worker_mac,
		.from = *owner,
		.to = rig_ip6(2),
		.hop_limit = 255,
		.message = {136, [4] = overrides ? 0x60 : 0x40, [24] = 2, [25] = 1},
		.bytes = ND_BYTES};
	memcpy(answer.message + 8, owner, 16);
	memcpy(answer.message + 26, mac, MAC_BYTES);
	write_icmp6(frame, &answer);
}

START_TEST(a_solicitation_for_the_media_address_is_answered)
{
	struct rig_frame frame;
	struct frame parsed;
	struct ip_address asker = rig_ip6(7), media = rig_ip6(2), other = rig_ip6(3);
	write_solicitation(&frame, &asker, &media);
	inject_and_turn(&frame);
	ck_assert(rig_take(&rig, &frame));
	ck_assert_int_eq(frame_parse(frame.bytes, frame.length, &parsed), DROP_NONE);
	ck_assert_int_eq(parsed.kind, FRAME_ND_ADVERTISEMENT);
	ck_assert(ip_equals(&parsed.tuple.remote, &media));
	ck_assert_mem_eq(&parsed.sender_mac, &worker_mac, MAC_BYTES);
	ck_assert_mem_eq(&parsed.destination, &router_mac, MAC_BYTES);
	ck_assert_uint_eq(frame.bytes[IP6_OFFSET + 7], 255);
	ck_assert_uint_eq(frame.bytes[L4_OFFSET + 4], 0x60); // solicited, overrides
	write_solicitation(&frame, &asker, &other);
	memcpy(frame.bytes, &worker_mac, MAC_BYTES); // though it came to us
	inject_and_turn(&frame);
	ck_assert(!rig_take(&rig, &frame));
	ck_assert_uint_eq(drops(DROP_ND_OTHER), 1);
}
END_TEST

START_TEST(who_wants_to_take_the_media_address_is_told_that_it_is_taken)
{
	struct rig_frame frame;
	struct frame parsed;
	struct ip_address nobody = {{0}}, media = rig_ip6(2), all_nodes = group(1, false);
	write_solicitation(&frame, &nobody, &media);
	inject_and_turn(&frame);
	ck_assert(rig_take(&rig, &frame));
	ck_assert_int_eq(frame_parse(frame.bytes, frame.length, &parsed), DROP_NONE);
	ck_assert_int_eq(parsed.kind, FRAME_ND_ADVERTISEMENT);
	ck_assert_mem_eq(frame.bytes, "\x33\x33\0\0\0\1", MAC_BYTES);
	ck_assert_mem_eq(frame.bytes + IP6_OFFSET + 24, &all_nodes, 16);
	ck_assert_uint_eq(frame.bytes[L4_OFFSET + 4], 0x20);
}
END_TEST

START_TEST(neighbour_discovery_from_beyond_the_wire_is_not_heard)
{
	struct rig_frame frame;
	struct ip_address asker = rig_ip6(7), media = rig_ip6(2);
	write_solicitation(&frame, &asker, &media);
	frame.bytes[IP6_OFFSET + 7] = 254;
	inject_and_turn(&frame);
	ck_assert(!rig_take(&rig, &frame));
	ck_assert_uint_eq(drops(DROP_ND_OTHER), 1);
}
END_TEST

static void
write_echo(struct rig_frame *frame)
{
	struct icmp6 request = {.to_mac = worker_mac,
		.from = rig_ip6(7),
		.to = rig_ip6(2),
		.hop_limit = 64,
		.message = {128, 0, 0, 0, 0, 42, 0, 1, 'h', 'e', 'l', 'l', 'o'},
		.bytes = 13};
	write_icmp6(frame, &request);
}

START_TEST(an_echo_request_is_answered_so_often_a_second)
{
	struct rig_frame frame, reply;
	struct ip_address asker = rig_ip6(7), media = rig_ip6(2);
	write_echo(&frame);
	inject_and_turn(&frame);
	ck_assert(rig_take(&rig, &reply));
	ck_assert_uint_eq(reply.length, frame.length);
	ck_assert_mem_eq(reply.bytes, &router_mac, MAC_BYTES);
	ck_assert_mem_eq(reply.bytes + IP6_OFFSET + 8, &media, 16);
	ck_assert_mem_eq(reply.bytes + IP6_OFFSET + 24, &asker, 16);
	ck_assert_uint_eq(reply.bytes[L4_OFFSET], 129);
	ck_assert_mem_eq(reply.bytes + L4_OFFSET + 4, frame.bytes + L4_OFFSET + 4, 9);
	ck_assert_uint_eq(checksum_icmp6(&media, &asker, reply.bytes + L4_OFFSET, 13), 0);
	rig_turn(&rig, 2 * NS_IN_S);
	rig_discard_output(&rig);
	for (int i = 0; i < 500; i++) {
		rig_inject(&rig, &frame);
		rig_turn(&rig, 0);
	}
	ck_assert_uint_eq(rig_discard_output(&rig), 100);
	ck_assert_uint_eq(drops(DROP_ICMP_RATE), 400);
}
END_TEST

// The MAC address that the relay's answer to a request from `endpoint` goes to.
static void
check_next_hop(struct rig_endpoint *endpoint, uint8_t seed, const struct mac *expected)
{
	struct rig_frame frame;
	rig_discard_output(&rig);
	rig_stun_request(endpoint, seed, &frame);
	inject_and_turn(&frame);
	ck_assert(rig_take(&rig, &frame));
	ck_assert_mem_eq(frame.bytes, expected, MAC_BYTES);
}

START_TEST(the_gateway_is_asked_for_and_carries_what_is_not_on_the_wire)
{
	static const struct mac other_mac = {{2, 0xbb, 0, 0, 0, 9}};
	struct rig_frame frame;
	struct frame parsed;
	struct ip_address gateway = rig_ip6(1);
	bool asked = false;
	rig_stop(&rig);
	rig_use_gateway6(&gateway);
	rig_start(&rig, 0, VLAN_NONE);
	rig_use_gateway6(&no_gateway);
	rig_turn(&rig, NS_IN_S);
	while (rig_take(&rig, &frame))
		asked |= frame_parse(frame.bytes, frame.length, &parsed) == DROP_NONE &&
			 parsed.kind == FRAME_ND_SOLICITATION &&
			 ip_equals(&parsed.tuple.local, &gateway) &&
			 memcmp(frame.bytes, "\x33\x33\xff\0\0\1", MAC_BYTES) == 0;
	ck_assert(asked);
	write_advertisement(&frame, &gateway, &router_mac, true);
	inject_and_turn(&frame);
	rig_add_endpoint(&rig, &a, 0, SRTP_AEAD_AES_128_GCM, true);
	a.is_v6 = true;
	check_next_hop(&a, 3, &a.mac); // a neighbour
	a.ip6 = ip_from_v6((const uint8_t *)"\xfd\0\1\x99\0\0\0\0\0\0\0\0\0\0\0\7");
	check_next_hop(&a, 4, &router_mac);
	// RFC 4861, section 7.2.5: another address only with the Override flag.
	write_advertisement(&frame, &gateway, &other_mac, false);
	inject_and_turn(&frame);
	check_next_hop(&a, 5, &router_mac);
	write_advertisement(&frame, &gateway, &other_mac, true);
	inject_and_turn(&frame);
	check_next_hop(&a, 6, &other_mac);
	rig_remove_endpoint(&rig, &a);
}
END_TEST

// Both schools with their paths proved, `a` by one family and `b` by the other.
static void
pair_up(bool a_is_v6, bool b_is_v6)
{
	rig_add_endpoint(&rig, &a, 0, SRTP_AEAD_AES_128_GCM, true);
	rig_add_endpoint(&rig, &b, 1, SRTP_AEAD_AES_128_GCM, true);
	a.is_v6 = a_is_v6;
	b.is_v6 = b_is_v6;
	rig_connect(&rig, 0, &a, &b);
	rig_prove_path(&rig, &a);
	rig_prove_path(&rig, &b);
}

static void
part(void)
{
	rig_disconnect(&rig, 0);
	rig_remove_endpoint(&rig, &a);
	rig_remove_endpoint(&rig, &b);
}

// The copy went from the relay to `to`, under a right UDP checksum.
static void
check_copy(
	const struct rig_frame *sent, const struct rig_frame *copy, const struct rig_endpoint *to)
{
	struct frame in, out;
	struct ip_address expected = rig_address_of(to);
	uint8_t udp[RIG_FRAME_BYTES_MAX];
	const uint8_t *sent_payload = rig_payload(sent, &in);
	const uint8_t *payload = rig_payload(copy, &out);
	ck_assert_uint_eq(in.payload_bytes, out.payload_bytes);
	ck_assert_mem_eq(sent_payload, payload, in.payload_bytes);
	ck_assert(ip_equals(&out.tuple.local, &expected));
	uint16_t udp_bytes = (uint16_t)(UDP_HEADER_BYTES + out.payload_bytes);
	memcpy(udp, copy->bytes + out.l4_offset, udp_bytes);
	ck_assert_uint_eq(out.udp_checksum_be,
		checksum_udp(&out.tuple.remote, &out.tuple.local, udp, udp_bytes));
	if (to->is_v6) // DSCP 34 in the traffic class
		ck_assert_mem_eq(copy->bytes + IP6_OFFSET, "\x68\x80", 2);
}

START_TEST(a_lesson_joins_any_two_families)
{
	for (int way = 0; way < 4; way++) {
		struct rig_frame sent, copy;
		struct outflow_stats stats;
		pair_up(way & 1, way & 2);
		for (uint16_t bytes = 1; bytes < 1300; bytes = (uint16_t)(bytes + 97)) {
			rig_rtp(&rig, &a, bytes, true, &sent);
			inject_and_turn(&sent);
			ck_assert(rig_take_copy(&rig, &copy));
			check_copy(&sent, &copy, &b);
		}
		worker_publish(rig.worker, rig.now);
		stats_read_outflow(rig.stats, rig_outflow(0), &stats);
		ck_assert_uint_eq(stats.packets, 14);
		part();
	}
}
END_TEST

START_TEST(a_datagram_without_checksum_gets_one_on_its_way_to_ipv6)
{
	struct rig_frame sent, copy;
	pair_up(false, true);
	rig_rtp(&rig, &a, 333, true, &sent);
	memset(sent.bytes + 40, 0, 2);
	inject_and_turn(&sent);
	ck_assert(rig_take_copy(&rig, &copy));
	check_copy(&sent, &copy, &b);
	part();
}
END_TEST

START_TEST(a_packet_that_grows_too_long_is_dropped_by_name)
{
	struct rig_frame sent, copy;
	// 1472 bytes of UDP payload fill 1500 over IPv4, and are 20 too many over IPv6.
	uint16_t fits_v6 = 1500 - 40 - 8 - 12 - 16, fits_v4 = 1500 - 20 - 8 - 12 - 16;
	pair_up(false, true);
	rig_rtp(&rig, &a, fits_v6, true, &sent);
	inject_and_turn(&sent);
	ck_assert(rig_take_copy(&rig, &copy));
	ck_assert_uint_eq(copy.length, 1514);
	rig_rtp(&rig, &a, fits_v4, true, &sent);
	ck_assert_uint_eq(sent.length, 1514);
	inject_and_turn(&sent);
	ck_assert(!rig_take_copy(&rig, &copy));
	ck_assert_uint_eq(drops(DROP_TX_TOO_LONG), 1);
	part();
}
END_TEST

START_TEST(a_school_moves_from_one_family_to_the_other_by_proof)
{
	struct rig_frame sent, copy;
	pair_up(true, false);
	b.is_v6 = true;
	rig_rtp(&rig, &a, 100, true, &sent);
	inject_and_turn(&sent);
	ck_assert(rig_take_copy(&rig, &copy)); // still by IPv4
	b.is_v6 = false;
	check_copy(&sent, &copy, &b);
	b.is_v6 = true;
	rig_prove_path(&rig, &b);
	rig_rtp(&rig, &a, 100, true, &sent);
	inject_and_turn(&sent);
	ck_assert(rig_take_copy(&rig, &copy));
	check_copy(&sent, &copy, &b);
	part();
}
END_TEST

static void
setup(void)
{
	rig_start(&rig, 0, VLAN_NONE);
}

static void
teardown(void)
{
	struct worker_stats stats;
	rig_counters(&rig, &stats);
	rig_stop(&rig);
}

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("ipv6");
	TCase *tests = tcase_create("the wire");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_solicitation_for_the_media_address_is_answered);
	tcase_add_test(tests, who_wants_to_take_the_media_address_is_told_that_it_is_taken);
	tcase_add_test(tests, neighbour_discovery_from_beyond_the_wire_is_not_heard);
	tcase_add_test(tests, an_echo_request_is_answered_so_often_a_second);
	tcase_add_test(tests, the_gateway_is_asked_for_and_carries_what_is_not_on_the_wire);
	tcase_add_test(tests, a_lesson_joins_any_two_families);
	tcase_add_test(tests, a_datagram_without_checksum_gets_one_on_its_way_to_ipv6);
	tcase_add_test(tests, a_packet_that_grows_too_long_is_dropped_by_name);
	tcase_add_test(tests, a_school_moves_from_one_family_to_the_other_by_proof);
	suite_add_tcase(suite, tests);
	return suite;
}

int
main(void)
{
	return rig_run_in_fleets(make_suite);
}
