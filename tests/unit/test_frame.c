/* SPDX-License-Identifier: BSD-3-Clause */
// test_frame.c - golden Ethernet frames, each way to be malformed, and every truncation.
#include "media/frame.h"

#include <arpa/inet.h>
#include <check.h>

#include "../support/bytes.h"
#include "media/checksum.h"

#define FUZZ_ROUNDS 200000

// 198.18.1.2:40000 -> 198.18.0.2:5000, four bytes of content, UDP checksum 0x1234.
static const uint8_t udp_frame[] = {
	0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x08, 0x00,              // Ethernet
	0x45, 0, 0, 32, 0, 0, 0x40, 0, 64, 17, 0xad, 0xa4,                 // IPv4
	198, 18, 1, 2, 198, 18, 0, 2,                                      // addresses
	0x9c, 0x40, 0x13, 0x88, 0, 12, 0x12, 0x34, 0x80, 0x60, 0x00, 0x01, // UDP
};

static const uint8_t arp_request[] = {
	0xff,
	0xff,
	0xff,
	0xff,
	0xff,
	0xff,
	0x02,
	0,
	0,
	0,
	0,
	2,
	0x08,
	0x06, // Ethernet
	0,
	1,
	8,
	0,
	6,
	4,
	0,
	1, // ARP
	0x02,
	0,
	0,
	0,
	0,
	3,
	198,
	18,
	0,
	1,
	0,
	0,
	0,
	0,
	0,
	0,
	198,
	18,
	0,
	2,
};

#define ICMP_FRAME_BYTES (14 + 20 + 8 + 5)

static void
fix_ip_checksum(uint8_t *ip)
{
	be16_t checksum_be;

	memset(ip + 10, 0, 2);
	checksum_be = checksum_internet(ip, IPV4_HEADER_BYTES);
	memcpy(ip + 10, &checksum_be, 2);
}

static void
set_ip_bytes(uint8_t *frame, uint16_t ip_bytes)
{
	frame[16] = (uint8_t)(ip_bytes >> 8);
	frame[17] = (uint8_t)ip_bytes;
	fix_ip_checksum(frame + 14);
}

static void
make_icmp(uint8_t frame[ICMP_FRAME_BYTES], uint8_t type, uint8_t code)
{
	uint8_t *icmp = frame + 34;
	be16_t checksum_be;

	memcpy(frame, udp_frame, 34);
	frame[23] = 1;
	set_ip_bytes(frame, ICMP_FRAME_BYTES - 14);
	memcpy(icmp, (uint8_t[]){type, code, 0, 0, 0x12, 0x34, 0, 1, 'h', 'e', 'l', 'l', 'o'}, 13);
	checksum_be = checksum_internet(icmp, 13);
	memcpy(icmp + 2, &checksum_be, 2);
}

static size_t
make_vlan(uint8_t *out, const uint8_t *frame, size_t length, uint16_t tci)
{
	memcpy(out, frame, 12);
	memcpy(out + 12, (uint8_t[]){0x81, 0x00, (uint8_t)(tci >> 8), (uint8_t)tci}, 4);
	memcpy(out + 16, frame + 12, length - 12);
	return length + 4;
}

START_TEST(udp_is_read)
{
	struct frame frame;

	ck_assert_int_eq(frame_parse(udp_frame, sizeof(udp_frame), &frame), DROP_NONE);
	ck_assert_int_eq(frame.kind, FRAME_UDP);
	ck_assert_uint_eq(frame.destination.bytes[5], 1);
	ck_assert_uint_eq(frame.source.bytes[5], 2);
	ck_assert_uint_eq(frame.vlan_id, VLAN_NONE);
	ck_assert_uint_eq(frame.l3_offset, 14);
	ck_assert_uint_eq(frame.l4_offset, 34);
	ck_assert_uint_eq(frame.payload_offset, 42);
	ck_assert_uint_eq(frame.payload_bytes, 4);
	ck_assert_uint_eq(frame.ip_bytes, 32);
	ck_assert_uint_eq(ntohs(frame.udp_checksum_be), 0x1234);
	ck_assert_uint_eq(ntohl(ip_v4_be(&frame.tuple.remote)), 0xc6120102);
	ck_assert_uint_eq(ntohl(ip_v4_be(&frame.tuple.local)), 0xc6120002);
	ck_assert_uint_eq(ntohs(frame.tuple.remote_port_be), 40000);
	ck_assert_uint_eq(ntohs(frame.tuple.local_port_be), 5000);
}
END_TEST

START_TEST(vlan_tag_moves_the_headers)
{
	uint8_t bytes[sizeof(udp_frame) + 4];
	struct frame frame;
	size_t length = make_vlan(bytes, udp_frame, sizeof(udp_frame), 0xa064);

	ck_assert_int_eq(frame_parse(bytes, length, &frame), DROP_NONE);
	ck_assert_uint_eq(frame.vlan_id, 100);
	ck_assert_uint_eq(frame.l3_offset, 18);
	ck_assert_uint_eq(frame.payload_offset, 46);
	ck_assert_uint_eq(frame.payload_bytes, 4);
	ck_assert_uint_eq(ntohs(frame.tuple.local_port_be), 5000);
}
END_TEST

START_TEST(priority_tag_is_no_vlan_and_4095_is_reserved)
{
	uint8_t bytes[sizeof(udp_frame) + 4];
	struct frame frame;
	size_t length = make_vlan(bytes, udp_frame, sizeof(udp_frame), 0xe000);

	ck_assert_int_eq(frame_parse(bytes, length, &frame), DROP_NONE);
	ck_assert_uint_eq(frame.vlan_id, VLAN_NONE);
	ck_assert_uint_eq(frame.l3_offset, 18);
	make_vlan(bytes, udp_frame, sizeof(udp_frame), 0x0fff);
	ck_assert_int_eq(frame_parse(bytes, length, &frame), DROP_ETHERTYPE);
}
END_TEST

START_TEST(second_vlan_tag_is_refused)
{
	uint8_t once[sizeof(udp_frame) + 4], twice[sizeof(udp_frame) + 8];
	struct frame frame;
	size_t length = make_vlan(once, udp_frame, sizeof(udp_frame), 5);

	length = make_vlan(twice, once, length, 6);
	ck_assert_int_eq(frame_parse(twice, length, &frame), DROP_ETHERTYPE);
}
END_TEST

START_TEST(arp_request_asks_for_the_local_address)
{
	struct frame frame;

	ck_assert_int_eq(frame_parse(arp_request, sizeof(arp_request), &frame), DROP_NONE);
	ck_assert_int_eq(frame.kind, FRAME_ARP_REQUEST);
	ck_assert_uint_eq(frame.sender_mac.bytes[5], 3);
	ck_assert_uint_eq(frame.source.bytes[5], 2);
	ck_assert_uint_eq(ntohl(ip_v4_be(&frame.tuple.remote)), 0xc6120001);
	ck_assert_uint_eq(ntohl(ip_v4_be(&frame.tuple.local)), 0xc6120002);
	ck_assert_uint_eq(frame.tuple.remote_port_be, 0);
	ck_assert_uint_eq(frame.tuple.local_port_be, 0);
}
END_TEST

START_TEST(arp_reply_tells_where_the_remote_is)
{
	uint8_t bytes[sizeof(arp_request) + 18] = {0}; // padded to Ethernet's 60
	struct frame frame;

	memcpy(bytes, arp_request, sizeof(arp_request));
	bytes[21] = 2;
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_NONE);
	ck_assert_int_eq(frame.kind, FRAME_ARP_REPLY);
	ck_assert_uint_eq(frame.sender_mac.bytes[5], 3);
	ck_assert_uint_eq(ntohl(ip_v4_be(&frame.tuple.remote)), 0xc6120001);
}
END_TEST

START_TEST(other_arp_is_refused)
{
	// Hardware, protocol, their lengths, the operation, and a sender at a group address.
	static const struct {
		size_t offset;
		uint8_t value;
	} changes[] = {{15, 6}, {16, 0x86}, {18, 8}, {19, 16}, {21, 3}, {21, 0}, {22, 0x03}};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		uint8_t bytes[sizeof(arp_request)];
		struct frame frame;

		memcpy(bytes, arp_request, sizeof(bytes));
		bytes[changes[i].offset] = changes[i].value;
		ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_ARP_OTHER);
	}
}
END_TEST

START_TEST(echo_request_is_read)
{
	uint8_t bytes[ICMP_FRAME_BYTES];
	struct frame frame;

	make_icmp(bytes, 8, 0);
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_NONE);
	ck_assert_int_eq(frame.kind, FRAME_ICMP_ECHO);
	ck_assert_uint_eq(frame.payload_offset, 34);
	ck_assert_uint_eq(frame.payload_bytes, 13);
	ck_assert_uint_eq(frame.tuple.remote_port_be, 0);
	ck_assert_uint_eq(ntohl(ip_v4_be(&frame.tuple.remote)), 0xc6120102);
}
END_TEST

START_TEST(other_icmp_and_damaged_echo_are_refused)
{
	uint8_t bytes[ICMP_FRAME_BYTES];
	struct frame frame;

	make_icmp(bytes, 0, 0); // an echo reply
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_IP_PROTOCOL);
	make_icmp(bytes, 8, 1);
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_IP_PROTOCOL);
	make_icmp(bytes, 8, 0);
	bytes[ICMP_FRAME_BYTES - 1] ^= 1;
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_IP_PROTOCOL);
	// Four bytes with a right checksum of their own are no echo request.
	set_ip_bytes(bytes, 24);
	memcpy(bytes + 34, (uint8_t[]){8, 0, 0xf7, 0xff}, 4);
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_IP_PROTOCOL);
}
END_TEST

START_TEST(other_ethertypes_and_protocols_are_refused)
{
	uint8_t bytes[sizeof(udp_frame)];
	struct frame frame;

	memcpy(bytes, udp_frame, sizeof(bytes));
	bytes[12] = 0x88; // PPPoE
	bytes[13] = 0x63;
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_ETHERTYPE);
	memcpy(bytes, udp_frame, sizeof(bytes));
	bytes[23] = 6;
	fix_ip_checksum(bytes + 14);
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_IP_PROTOCOL);
}
END_TEST

START_TEST(options_and_other_versions_are_refused)
{
	static const uint8_t firsts[] = {0x46, 0x4f, 0x44, 0x40, 0x55, 0x65, 0x05};

	for (size_t i = 0; i < sizeof(firsts); i++) {
		uint8_t bytes[sizeof(udp_frame)];
		struct frame frame;

		memcpy(bytes, udp_frame, sizeof(bytes));
		bytes[14] = firsts[i];
		fix_ip_checksum(bytes + 14);
		ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_IP_HEADER);
	}
}
END_TEST

START_TEST(every_damaged_bit_of_the_ip_header_is_noticed)
{
	for (size_t bit = 0; bit < 20 * 8; bit++) {
		uint8_t bytes[sizeof(udp_frame)];
		struct frame frame;

		memcpy(bytes, udp_frame, sizeof(bytes));
		bytes[14 + bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_IP_HEADER);
	}
}
END_TEST

START_TEST(fragments_are_refused_and_dont_fragment_is_not)
{
	static const struct {
		uint8_t high, low;
		enum drop_reason reason;
	} cases[] = {
		{0x20, 0, DROP_IP_FRAGMENT}, // the first
		{0x00, 1, DROP_IP_FRAGMENT}, // the last
		{0x1f, 0xff, DROP_IP_FRAGMENT},
		{0x40, 0, DROP_NONE},
		{0x00, 0, DROP_NONE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t bytes[sizeof(udp_frame)];
		struct frame frame;

		memcpy(bytes, udp_frame, sizeof(bytes));
		bytes[20] = cases[i].high;
		bytes[21] = cases[i].low;
		fix_ip_checksum(bytes + 14);
		ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), cases[i].reason);
	}
}
END_TEST

START_TEST(sources_that_are_no_host_are_refused)
{
	static const uint8_t firsts[] = {0, 127, 224, 239, 240, 255};

	for (size_t i = 0; i < sizeof(firsts); i++) {
		uint8_t bytes[sizeof(udp_frame)];
		struct frame frame;

		memcpy(bytes, udp_frame, sizeof(bytes));
		bytes[26] = firsts[i];
		fix_ip_checksum(bytes + 14);
		ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_IP_HEADER);
	}
}
END_TEST

START_TEST(ip_length_beyond_the_frame_is_truncated)
{
	uint8_t bytes[sizeof(udp_frame)];
	struct frame frame;

	memcpy(bytes, udp_frame, sizeof(bytes));
	set_ip_bytes(bytes, 33);
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_TRUNCATED);
	set_ip_bytes(bytes, 65535);
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_TRUNCATED);
	set_ip_bytes(bytes, 19);
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_IP_HEADER);
}
END_TEST

START_TEST(padding_behind_the_packet_is_not_content)
{
	uint8_t bytes[60] = {0};
	struct frame frame;

	memcpy(bytes, udp_frame, sizeof(udp_frame));
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_NONE);
	ck_assert_uint_eq(frame.payload_bytes, 4);
	ck_assert_uint_eq(frame.ip_bytes, 32);
}
END_TEST

START_TEST(udp_length_that_is_not_the_packets_is_refused)
{
	static const uint16_t lengths[] = {0, 7, 8, 11, 13, 65535};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		uint8_t bytes[sizeof(udp_frame)];
		struct frame frame;

		memcpy(bytes, udp_frame, sizeof(bytes));
		bytes[38] = (uint8_t)(lengths[i] >> 8);
		bytes[39] = (uint8_t)lengths[i];
		ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_UDP_HEADER);
	}
}
END_TEST

START_TEST(udp_header_needs_eight_bytes_and_may_be_all)
{
	uint8_t bytes[sizeof(udp_frame)];
	struct frame frame;

	memcpy(bytes, udp_frame, sizeof(bytes));
	set_ip_bytes(bytes, 27);
	bytes[39] = 7;
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_UDP_HEADER);
	set_ip_bytes(bytes, 28);
	bytes[39] = 8;
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_NONE);
	ck_assert_uint_eq(frame.payload_bytes, 0);
}
END_TEST

static void
assert_truncations_are_refused(const uint8_t *bytes, size_t length)
{
	struct frame frame;

	ck_assert_int_eq(frame_parse(bytes, length, &frame), DROP_NONE);
	for (size_t captured = 0; captured < length; captured++) {
		uint8_t *copy = exact_copy(bytes, captured);

		ck_assert_int_eq(frame_parse(copy, captured, &frame), DROP_TRUNCATED);
		free(copy);
	}
}

START_TEST(every_truncation_is_told_as_such)
{
	uint8_t tagged[sizeof(udp_frame) + 4], icmp[ICMP_FRAME_BYTES];

	assert_truncations_are_refused(udp_frame, sizeof(udp_frame));
	assert_truncations_are_refused(arp_request, sizeof(arp_request));
	assert_truncations_are_refused(tagged, make_vlan(tagged, udp_frame, sizeof(udp_frame), 7));
	make_icmp(icmp, 8, 0);
	assert_truncations_are_refused(icmp, sizeof(icmp));
}
END_TEST

START_TEST(no_mutation_leads_out_of_the_frame)
{
	uint64_t state = 1;
	unsigned good = 0;

	for (int i = 0; i < FUZZ_ROUNDS; i++) {
		uint8_t bytes[sizeof(udp_frame)];
		size_t length = random_next(&state) % 4 == 0
					? random_next(&state) % (sizeof(bytes) + 1)
					: sizeof(bytes);
		struct frame frame;
		uint8_t *copy;

		memcpy(bytes, udp_frame, sizeof(bytes));
		for (unsigned n = random_next(&state) % 4; n > 0; n--)
			bytes[random_next(&state) % sizeof(bytes)] = (uint8_t)random_next(&state);
		if (random_next(&state) % 2 == 0)
			fix_ip_checksum(bytes + 14);
		copy = exact_copy(bytes, length);
		if (frame_parse(copy, length, &frame) == DROP_NONE && frame.kind == FRAME_UDP) {
			ck_assert_uint_le(
				(size_t)frame.payload_offset + frame.payload_bytes, length);
			ck_assert_uint_le((size_t)frame.l3_offset + frame.ip_bytes, length);
			good++;
		}
		free(copy);
	}
	ck_assert_uint_gt(good, FUZZ_ROUNDS / 100);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("frame");
	TCase *facts = tcase_create("facts");
	SRunner *runner;
	int failed;

	tcase_add_test(facts, udp_is_read);
	tcase_add_test(facts, vlan_tag_moves_the_headers);
	tcase_add_test(facts, priority_tag_is_no_vlan_and_4095_is_reserved);
	tcase_add_test(facts, second_vlan_tag_is_refused);
	tcase_add_test(facts, arp_request_asks_for_the_local_address);
	tcase_add_test(facts, arp_reply_tells_where_the_remote_is);
	tcase_add_test(facts, other_arp_is_refused);
	tcase_add_test(facts, echo_request_is_read);
	tcase_add_test(facts, other_icmp_and_damaged_echo_are_refused);
	tcase_add_test(facts, other_ethertypes_and_protocols_are_refused);
	tcase_add_test(facts, options_and_other_versions_are_refused);
	tcase_add_test(facts, every_damaged_bit_of_the_ip_header_is_noticed);
	tcase_add_test(facts, fragments_are_refused_and_dont_fragment_is_not);
	tcase_add_test(facts, sources_that_are_no_host_are_refused);
	tcase_add_test(facts, ip_length_beyond_the_frame_is_truncated);
	tcase_add_test(facts, padding_behind_the_packet_is_not_content);
	tcase_add_test(facts, udp_length_that_is_not_the_packets_is_refused);
	tcase_add_test(facts, udp_header_needs_eight_bytes_and_may_be_all);
	tcase_add_test(facts, every_truncation_is_told_as_such);
	tcase_add_test(facts, no_mutation_leads_out_of_the_frame);
	suite_add_tcase(suite, facts);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
