/* SPDX-License-Identifier: BSD-3-Clause */
// test_frame_ipv6.c - golden IPv6 frames, each way to be malformed, and neighbour discovery's
// rules.
#include <arpa/inet.h>
#include <check.h>
#include <string.h>

#include "media/checksum.h"
#include "media/frame.h"

// fd00:198:18::1:2 port 40000 -> fd00:198:18::2 port 5000, four bytes of content.
static const uint8_t udp6_frame[] = {
	0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x86, 0xdd,              // Ethernet
	0x60, 0, 0, 0, 0, 12, 17, 64,                                      // IPv6
	0xfd, 0, 1, 0x98, 0, 0x18, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2,           // from
	0xfd, 0, 1, 0x98, 0, 0x18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,           // to
	0x9c, 0x40, 0x13, 0x88, 0, 12, 0x12, 0x34, 0x80, 0x60, 0x00, 0x01, // UDP
};

#define V6_SOURCE 22
#define V6_DESTINATION 38
#define V6_PAYLOAD 54

START_TEST(udp_over_ipv6_is_read)
{
	uint8_t padded[sizeof(udp6_frame) + 20] = {0};
	struct frame frame;

	memcpy(padded, udp6_frame, sizeof(udp6_frame));
	ck_assert_int_eq(frame_parse(padded, sizeof(padded), &frame), DROP_NONE);
	ck_assert_int_eq(frame.kind, FRAME_UDP);
	ck_assert_uint_eq(frame.l4_offset, V6_PAYLOAD);
	ck_assert_uint_eq(frame.payload_offset, V6_PAYLOAD + 8);
	ck_assert_uint_eq(frame.payload_bytes, 4);
	ck_assert_uint_eq(frame.ip_bytes, 52);
	ck_assert_mem_eq(&frame.tuple.remote, udp6_frame + V6_SOURCE, 16);
	ck_assert_mem_eq(&frame.tuple.local, udp6_frame + V6_DESTINATION, 16);
	ck_assert_uint_eq(ntohs(frame.tuple.remote_port_be), 40000);
	ck_assert_uint_eq(ntohs(frame.tuple.local_port_be), 5000);
	for (size_t cut = 0; cut < sizeof(udp6_frame); cut++)
		ck_assert_int_eq(frame_parse(udp6_frame, cut, &frame), DROP_TRUNCATED);
}
END_TEST

START_TEST(extension_headers_are_not_followed_and_fragments_are_named)
{
	static const struct {
		uint8_t next;
		enum drop_reason reason;
	} headers[] = {{0, DROP_IP_EXTENSION}, {43, DROP_IP_EXTENSION}, {44, DROP_IP_FRAGMENT},
		{50, DROP_IP_EXTENSION}, {51, DROP_IP_EXTENSION}, {60, DROP_IP_EXTENSION},
		{135, DROP_IP_EXTENSION}, {6, DROP_IP_PROTOCOL}, {1, DROP_IP_PROTOCOL},
		{59, DROP_IP_PROTOCOL}};

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		uint8_t bytes[sizeof(udp6_frame)];
		struct frame frame;

		memcpy(bytes, udp6_frame, sizeof(bytes));
		bytes[20] = headers[i].next;
		ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), headers[i].reason);
	}
}
END_TEST

START_TEST(ipv6_sources_that_are_no_host_are_refused)
{
	// A group, loopback, nobody, and IPv4 addresses in IPv6's clothes, which would be taken for
	// those of IPv4 legs.
	static const char *const sources[] = {"\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\1",
		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		"\0\0\0\0\0\0\0\0\0\0\xff\xff\xc6\x12\1\2"};

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		uint8_t bytes[sizeof(udp6_frame)];
		struct frame frame;

		memcpy(bytes, udp6_frame, sizeof(bytes));
		memcpy(bytes + V6_SOURCE, sources[i], 16);
		ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_IP_HEADER);
	}
}
END_TEST

START_TEST(ipv6_without_a_udp_checksum_is_refused)
{
	uint8_t bytes[sizeof(udp6_frame)];
	struct frame frame;

	memcpy(bytes, udp6_frame, sizeof(bytes));
	memset(bytes + V6_PAYLOAD + 6, 0, 2);
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_UDP_HEADER);
}
END_TEST

#define ND_FRAME_BYTES (V6_PAYLOAD + 32)

static void
fix_icmp6_checksum(uint8_t *bytes, size_t length)
{
	struct ip_address from = ip_from_v6(bytes + V6_SOURCE);
	struct ip_address to = ip_from_v6(bytes + V6_DESTINATION);
	memset(bytes + V6_PAYLOAD + 2, 0, 2);
	be16_t checksum_be = checksum_icmp6(&from, &to, bytes + V6_PAYLOAD, length - V6_PAYLOAD);
	memcpy(bytes + V6_PAYLOAD + 2, &checksum_be, 2);
}

// Who has fd00:198:18::2? Tell fd00:198:18::1:2 at 02:00:00:00:00:03.
static void
make_solicitation(uint8_t bytes[ND_FRAME_BYTES])
{
	static const uint8_t group[] = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 2};

	memset(bytes, 0, ND_FRAME_BYTES);
	memcpy(bytes, udp6_frame, V6_PAYLOAD);
	bytes[19] = 32;
	bytes[20] = 58;
	bytes[21] = 255;
	memcpy(bytes + V6_DESTINATION, group, sizeof(group));
	bytes[V6_PAYLOAD] = 135;
	memcpy(bytes + V6_PAYLOAD + 8, udp6_frame + V6_DESTINATION, 16);
	memcpy(bytes + V6_PAYLOAD + 24, (uint8_t[]){1, 1, 2, 0, 0, 0, 0, 3}, 8);
	fix_icmp6_checksum(bytes, ND_FRAME_BYTES);
}

START_TEST(solicitation_asks_for_the_local_address)
{
	uint8_t bytes[ND_FRAME_BYTES];
	struct frame frame;

	make_solicitation(bytes);
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_NONE);
	ck_assert_int_eq(frame.kind, FRAME_ND_SOLICITATION);
	ck_assert_mem_eq(&frame.tuple.local, udp6_frame + V6_DESTINATION, 16);
	ck_assert_mem_eq(&frame.tuple.remote, udp6_frame + V6_SOURCE, 16);
	ck_assert(frame.has_sender_mac);
	ck_assert_uint_eq(frame.sender_mac.bytes[5], 3);
}
END_TEST

// RFC 4861, section 7.1.1, one rule after the other; the checksum is right each time.
START_TEST(malformed_solicitations_are_refused)
{
	static const struct {
		size_t offset;
		uint8_t value;
	} changes[] = {
		{21, 254},                // came over a router
		{V6_PAYLOAD + 1, 1},      // code
		{V6_PAYLOAD + 8, 0xff},   // asks for a group
		{V6_PAYLOAD + 25, 0},     // an option without length
		{V6_PAYLOAD + 25, 2},     // an option beyond the end
		{V6_DESTINATION + 15, 3}, // the group of another address
		{V6_DESTINATION + 12, 0}, // another group
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		uint8_t bytes[ND_FRAME_BYTES];
		struct frame frame;

		make_solicitation(bytes);
		bytes[changes[i].offset] = changes[i].value;
		fix_icmp6_checksum(bytes, sizeof(bytes));
		ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_ND_OTHER);
	}
	uint8_t bytes[ND_FRAME_BYTES];
	struct frame frame;
	make_solicitation(bytes);
	bytes[V6_PAYLOAD + 2] ^= 1;
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_IP_PROTOCOL);
	// Who has no address yet tells no hardware address either.
	make_solicitation(bytes);
	memset(bytes + V6_SOURCE, 0, 16);
	fix_icmp6_checksum(bytes, sizeof(bytes));
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_ND_OTHER);
}
END_TEST

START_TEST(advertisement_tells_where_its_target_is)
{
	uint8_t bytes[ND_FRAME_BYTES];
	struct frame frame;

	make_solicitation(bytes);
	memcpy(bytes + V6_DESTINATION, udp6_frame + V6_DESTINATION, 16);
	bytes[V6_PAYLOAD] = 136;
	bytes[V6_PAYLOAD + 4] = 0x60; // solicited, overrides
	bytes[V6_PAYLOAD + 24] = 2;
	fix_icmp6_checksum(bytes, sizeof(bytes));
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_NONE);
	ck_assert_int_eq(frame.kind, FRAME_ND_ADVERTISEMENT);
	ck_assert_mem_eq(&frame.tuple.remote, udp6_frame + V6_DESTINATION, 16);
	ck_assert(frame.overrides);
	ck_assert_uint_eq(frame.sender_mac.bytes[5], 3);
	// To a group it cannot be the answer to a question.
	bytes[V6_DESTINATION] = 0xff;
	fix_icmp6_checksum(bytes, sizeof(bytes));
	ck_assert_int_eq(frame_parse(bytes, sizeof(bytes), &frame), DROP_ND_OTHER);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("frame_ipv6");
	TCase *facts = tcase_create("facts");
	tcase_add_test(facts, udp_over_ipv6_is_read);
	tcase_add_test(facts, extension_headers_are_not_followed_and_fragments_are_named);
	tcase_add_test(facts, ipv6_sources_that_are_no_host_are_refused);
	tcase_add_test(facts, ipv6_without_a_udp_checksum_is_refused);
	tcase_add_test(facts, solicitation_asks_for_the_local_address);
	tcase_add_test(facts, malformed_solicitations_are_refused);
	tcase_add_test(facts, advertisement_tells_where_its_target_is);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
