/* SPDX-License-Identifier: BSD-3-Clause */
// test_rtcp.c - RTCP compounds: golden bytes, round trips, and lengths that lie.
#include "media/rtcp.h"

#include <check.h>
#include <errno.h>

#include "../support/bytes.h"

#define FUZZ_ROUNDS 200000

// SR with one report block, SDES with CNAME "ab", as RFC 3550, sections 6.4.1 and 6.5 draw them.
static const uint8_t golden[] = {
	0x81, 200, 0, 12, 0x11, 0x22, 0x33, 0x44,                 // SR, its sender
	0xe0, 0, 0, 1, 0x80, 0, 0, 0,                             // NTP
	0, 0, 0x10, 0, 0, 0, 0, 7, 0, 0, 0x20, 0,                 // RTP time, packets, octets
	0xaa, 0xbb, 0xcc, 0xdd, 64, 0xff, 0xff, 0xfe, 0, 1, 0, 2, // lost -2
	0, 0, 0, 9, 0x12, 0x34, 0x56, 0x78, 0, 1, 0, 0,           // jitter, LSR, DLSR
	0x81, 202, 0, 3, 0x11, 0x22, 0x33, 0x44, 1, 2, 'a', 'b', 0, 0, 0, 0, // SDES
};

static const struct rtcp_sender_info info = {0xe000000180000000, 0x1000, 7, 0x2000};
static const struct rtcp_report_block block = {
	0xaabbccdd, 64, -2, 0x00010002, 9, 0x12345678, 0x00010000};

static void
assert_blocks_equal(const struct rtcp_report_block *a, const struct rtcp_report_block *b)
{
	ck_assert_uint_eq(a->ssrc, b->ssrc);
	ck_assert_uint_eq(a->fraction_lost, b->fraction_lost);
	ck_assert_int_eq(a->cumulative_lost, b->cumulative_lost);
	ck_assert_uint_eq(a->highest_seq, b->highest_seq);
	ck_assert_uint_eq(a->jitter, b->jitter);
	ck_assert_uint_eq(a->last_sr, b->last_sr);
	ck_assert_uint_eq(a->delay_since_last_sr, b->delay_since_last_sr);
}

START_TEST(sender_report_is_written_as_the_rfc_draws_it)
{
	uint8_t bytes[RTCP_COMPOUND_BYTES_MAX];
	int length =
		rtcp_write_sender_report(bytes, sizeof(bytes), 0x11223344, &info, &block, 1, "ab");

	ck_assert_int_eq(length, sizeof(golden));
	ck_assert_mem_eq(bytes, golden, sizeof(golden));
}
END_TEST

START_TEST(golden_compound_is_walked)
{
	struct rtcp_packet packet;
	struct rtcp_sender_info read_info;
	struct rtcp_report_block read_block;
	size_t cursor = 0;

	ck_assert_int_eq(rtcp_next(golden, sizeof(golden), &cursor, &packet), 1);
	ck_assert_uint_eq(packet.type, RTCP_SR);
	ck_assert_uint_eq(packet.count, 1);
	ck_assert_uint_eq(packet.ssrc, 0x11223344);
	ck_assert_uint_eq(packet.body_bytes, 48);
	ck_assert_int_eq(rtcp_read_sender_info(&packet, &read_info), 0);
	ck_assert_uint_eq(read_info.ntp, info.ntp);
	ck_assert_uint_eq(read_info.rtp_timestamp, info.rtp_timestamp);
	ck_assert_uint_eq(read_info.packet_count, info.packet_count);
	ck_assert_uint_eq(read_info.octet_count, info.octet_count);
	ck_assert_int_eq(rtcp_read_report_blocks(&packet, &read_block, 1), 1);
	assert_blocks_equal(&read_block, &block);
	ck_assert_int_eq(rtcp_next(golden, sizeof(golden), &cursor, &packet), 1);
	ck_assert_uint_eq(packet.type, RTCP_SDES);
	ck_assert_uint_eq(packet.ssrc, 0x11223344);
	ck_assert_int_eq(rtcp_read_sender_info(&packet, &read_info), -EBADMSG);
	ck_assert_int_eq(rtcp_read_report_blocks(&packet, &read_block, 1), -EBADMSG);
	ck_assert_int_eq(rtcp_next(golden, sizeof(golden), &cursor, &packet), 0);
	ck_assert_uint_eq(cursor, sizeof(golden));
}
END_TEST

START_TEST(reports_of_every_count_are_read_back)
{
	uint64_t state = 1;

	for (size_t count = 0; count <= RTCP_REPORT_BLOCKS_MAX; count++) {
		struct rtcp_report_block in[RTCP_REPORT_BLOCKS_MAX], out[RTCP_REPORT_BLOCKS_MAX];
		uint8_t bytes[RTCP_COMPOUND_BYTES_MAX];
		struct rtcp_packet packet;
		size_t cursor = 0;
		int length;

		random_fill(&state, (uint8_t *)in, sizeof(in));
		for (size_t i = 0; i < count; i++)
			in[i].cumulative_lost =
				(int32_t)(random_next(&state) % 0x1000000) - 0x800000;
		length = count % 2 == 0 ? rtcp_write_receiver_report(
						  bytes, sizeof(bytes), 5, in, count, "relay")
					: rtcp_write_sender_report(bytes, sizeof(bytes), 5, &info,
						  in, count, "relay");
		ck_assert_int_gt(length, 0);
		ck_assert_int_eq(rtcp_next(bytes, (size_t)length, &cursor, &packet), 1);
		ck_assert_uint_eq(packet.type, count % 2 == 0 ? RTCP_RR : RTCP_SR);
		ck_assert_uint_eq(packet.ssrc, 5);
		ck_assert_int_eq(
			rtcp_read_report_blocks(&packet, out, RTCP_REPORT_BLOCKS_MAX), count);
		for (size_t i = 0; i < count; i++)
			assert_blocks_equal(&out[i], &in[i]);
		ck_assert_int_eq(rtcp_next(bytes, (size_t)length, &cursor, &packet), 1);
		ck_assert_uint_eq(packet.type, RTCP_SDES);
		ck_assert_int_eq(rtcp_next(bytes, (size_t)length, &cursor, &packet), 0);
	}
}
END_TEST

START_TEST(cumulative_lost_is_clamped_to_24_signed_bits)
{
	static const struct {
		int32_t in, out;
	} cases[] = {{0, 0}, {-1, -1}, {0x7fffff, 0x7fffff}, {0x800000, 0x7fffff},
		{INT32_MAX, 0x7fffff}, {-0x800000, -0x800000}, {-0x800001, -0x800000},
		{INT32_MIN, -0x800000}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rtcp_report_block in = block, out;
		uint8_t bytes[RTCP_COMPOUND_BYTES_MAX];
		struct rtcp_packet packet;
		size_t cursor = 0;
		int length;

		in.cumulative_lost = cases[i].in;
		length = rtcp_write_receiver_report(bytes, sizeof(bytes), 1, &in, 1, "");
		ck_assert_int_eq(rtcp_next(bytes, (size_t)length, &cursor, &packet), 1);
		ck_assert_int_eq(rtcp_read_report_blocks(&packet, &out, 1), 1);
		ck_assert_int_eq(out.cumulative_lost, cases[i].out);
		ck_assert_uint_eq(out.fraction_lost, in.fraction_lost);
	}
}
END_TEST

START_TEST(every_cname_ends_in_a_zero_on_a_word)
{
	char cname[RTCP_CNAME_BYTES_MAX + 1] = {0};

	for (size_t length = 0; length <= RTCP_CNAME_BYTES_MAX; length++) {
		uint8_t bytes[RTCP_COMPOUND_BYTES_MAX];
		struct rtcp_packet packet;
		size_t cursor = 0;
		int written = rtcp_write_receiver_report(bytes, sizeof(bytes), 1, NULL, 0, cname);

		ck_assert_int_gt(written, 0);
		ck_assert_int_eq(written % 4, 0);
		ck_assert_int_eq(rtcp_next(bytes, (size_t)written, &cursor, &packet), 1);
		ck_assert_int_eq(rtcp_next(bytes, (size_t)written, &cursor, &packet), 1);
		ck_assert_uint_eq(packet.body[4], 1);
		ck_assert_uint_eq(packet.body[5], length);
		ck_assert_mem_eq(packet.body + 6, cname, length);
		ck_assert_uint_ge(packet.body_bytes, 6 + length + 1);
		ck_assert_uint_le(packet.body_bytes, 6 + length + 4);
		for (size_t i = 6 + length; i < packet.body_bytes; i++)
			ck_assert_uint_eq(packet.body[i], 0);
		cname[length < RTCP_CNAME_BYTES_MAX ? length : 0] = 'c';
	}
}
END_TEST

START_TEST(too_small_a_buffer_is_refused_untouched)
{
	for (size_t capacity = 0; capacity < sizeof(golden); capacity++) {
		uint8_t *bytes = exact_copy(golden, capacity);

		ck_assert_int_eq(rtcp_write_sender_report(
					 bytes, capacity, 0x11223344, &info, &block, 1, "ab"),
			-ENOSPC);
		ck_assert_mem_eq(bytes, golden, capacity);
		free(bytes);
	}
}
END_TEST

START_TEST(every_truncation_is_refused)
{
	for (size_t length = 0; length < sizeof(golden); length++) {
		uint8_t *copy = exact_copy(golden, length);
		struct rtcp_packet packet;
		size_t cursor = 0;
		int status = rtcp_next(copy, length, &cursor, &packet);

		if (length == 0) {
			ck_assert_int_eq(status, 0);
		} else if (length < 52) {
			ck_assert_int_eq(status, -EBADMSG);
			ck_assert_uint_eq(cursor, 0);
		} else {
			ck_assert_int_eq(status, 1);
			ck_assert_int_eq(rtcp_next(copy, length, &cursor, &packet),
				length == 52 ? 0 : -EBADMSG);
		}
		free(copy);
	}
}
END_TEST

START_TEST(other_versions_are_refused)
{
	uint8_t bytes[] = {0x80, 203, 0, 0};
	struct rtcp_packet packet;

	for (unsigned version = 0; version < 4; version++) {
		size_t cursor = 0;

		bytes[0] = (uint8_t)(version << 6);
		ck_assert_int_eq(rtcp_next(bytes, sizeof(bytes), &cursor, &packet),
			version == 2 ? 1 : -EBADMSG);
	}
}
END_TEST

START_TEST(packet_without_a_sender_has_ssrc_zero)
{
	static const uint8_t bytes[] = {0x80, 203, 0, 0};
	struct rtcp_packet packet;
	size_t cursor = 0;

	ck_assert_int_eq(rtcp_next(bytes, sizeof(bytes), &cursor, &packet), 1);
	ck_assert_uint_eq(packet.ssrc, 0);
	ck_assert_uint_eq(packet.body_bytes, 0);
}
END_TEST

START_TEST(feedback_alone_is_a_compound)
{
	// RFC 5506: a PLI (RFC 4585, section 6.3.1) without a report before it.
	static const uint8_t pli[] = {0x81, 206, 0, 2, 0, 0, 0, 5, 0, 0, 0, 6};
	struct rtcp_packet packet;
	size_t cursor = 0;

	ck_assert_int_eq(rtcp_next(pli, sizeof(pli), &cursor, &packet), 1);
	ck_assert_uint_eq(packet.type, RTCP_PSFB);
	ck_assert_uint_eq(packet.count, 1);
	ck_assert_uint_eq(packet.ssrc, 5);
	ck_assert_uint_eq(packet.body_bytes, 8);
}
END_TEST

START_TEST(padding_is_taken_off_the_last_packet_only)
{
	uint8_t bytes[] = {0xa0, 201, 0, 2, 0, 0, 0, 5, 0, 0, 0, 4};
	uint8_t twice[2 * sizeof(bytes)];
	struct rtcp_packet packet;
	size_t cursor = 0;

	ck_assert_int_eq(rtcp_next(bytes, sizeof(bytes), &cursor, &packet), 1);
	ck_assert_uint_eq(packet.body_bytes, 4);
	ck_assert_uint_eq(packet.ssrc, 5);
	ck_assert_uint_eq(cursor, sizeof(bytes));
	memcpy(twice, bytes, sizeof(bytes));
	memcpy(twice + sizeof(bytes), bytes, sizeof(bytes));
	cursor = 0;
	ck_assert_int_eq(rtcp_next(twice, sizeof(twice), &cursor, &packet), -EBADMSG);
}
END_TEST

START_TEST(padding_that_lies_is_refused)
{
	uint8_t bytes[] = {0xa0, 201, 0, 2, 0, 0, 0, 5, 0, 0, 0, 0};

	for (unsigned padding = 0; padding < 256; padding++) {
		struct rtcp_packet packet;
		size_t cursor = 0;

		bytes[sizeof(bytes) - 1] = (uint8_t)padding;
		ck_assert_int_eq(rtcp_next(bytes, sizeof(bytes), &cursor, &packet),
			padding == 4 || padding == 8 ? 1 : -EBADMSG);
	}
}
END_TEST

START_TEST(padding_of_an_empty_packet_is_refused)
{
	static const uint8_t bytes[] = {0xa0, 203, 0, 0};
	struct rtcp_packet packet;
	size_t cursor = 0;

	ck_assert_int_eq(rtcp_next(bytes, sizeof(bytes), &cursor, &packet), -EBADMSG);
}
END_TEST

START_TEST(count_beyond_the_packet_is_refused)
{
	struct rtcp_report_block blocks[RTCP_REPORT_BLOCKS_MAX];

	for (uint8_t count = 0; count <= RTCP_REPORT_BLOCKS_MAX; count++) {
		uint8_t bytes[sizeof(golden)];
		struct rtcp_packet packet;
		size_t cursor = 0;

		memcpy(bytes, golden, sizeof(bytes));
		bytes[0] = (uint8_t)(0x80 | count);
		ck_assert_int_eq(rtcp_next(bytes, sizeof(bytes), &cursor, &packet), 1);
		ck_assert_int_eq(rtcp_read_report_blocks(&packet, blocks, RTCP_REPORT_BLOCKS_MAX),
			count <= 1 ? count : -EBADMSG);
	}
}
END_TEST

START_TEST(sender_info_needs_its_bytes)
{
	static const uint8_t bytes[] = {
		0x80, 200, 0, 5, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	struct rtcp_packet packet;
	struct rtcp_sender_info read_info;
	struct rtcp_report_block read_block;
	size_t cursor = 0;

	ck_assert_int_eq(rtcp_next(bytes, sizeof(bytes), &cursor, &packet), 1);
	ck_assert_int_eq(rtcp_read_sender_info(&packet, &read_info), -EBADMSG);
	ck_assert_int_eq(rtcp_read_report_blocks(&packet, &read_block, 1), -EBADMSG);
}
END_TEST

START_TEST(no_more_blocks_are_read_than_fit)
{
	struct rtcp_report_block in[3] = {block, block, block}, out[3];
	uint8_t bytes[RTCP_COMPOUND_BYTES_MAX];
	struct rtcp_packet packet;
	size_t cursor = 0;
	int length = rtcp_write_receiver_report(bytes, sizeof(bytes), 1, in, 3, "x");

	memset(out, 0x77, sizeof(out));
	ck_assert_int_eq(rtcp_next(bytes, (size_t)length, &cursor, &packet), 1);
	ck_assert_int_eq(rtcp_read_report_blocks(&packet, out, 2), 2);
	ck_assert_uint_eq(out[2].ssrc, 0x77777777);
	ck_assert_int_eq(rtcp_read_report_blocks(&packet, NULL, 0), 0);
}
END_TEST

START_TEST(walk_over_mutations_ends_inside_the_compound)
{
	uint64_t state = 2;

	for (int i = 0; i < FUZZ_ROUNDS; i++) {
		uint8_t bytes[sizeof(golden)];
		size_t length = sizeof(bytes) - random_next(&state) % 8;
		struct rtcp_report_block blocks[4];
		struct rtcp_sender_info read_info;
		struct rtcp_packet packet;
		size_t cursor = 0, steps = 0;
		uint8_t *copy;

		memcpy(bytes, golden, sizeof(bytes));
		for (unsigned n = random_next(&state) % 6; n > 0; n--)
			bytes[random_next(&state) % sizeof(bytes)] = (uint8_t)random_next(&state);
		copy = exact_copy(bytes, length);
		while (rtcp_next(copy, length, &cursor, &packet) == 1) {
			ck_assert_uint_le(cursor, length);
			ck_assert(packet.body + packet.body_bytes <= copy + length);
			ck_assert_int_le(rtcp_read_report_blocks(&packet, blocks, 4), 4);
			(void)rtcp_read_sender_info(&packet, &read_info);
			ck_assert_uint_le(++steps, length / 4);
		}
		free(copy);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rtcp");
	TCase *facts = tcase_create("facts");
	SRunner *runner;
	int failed;

	tcase_add_test(facts, sender_report_is_written_as_the_rfc_draws_it);
	tcase_add_test(facts, golden_compound_is_walked);
	tcase_add_test(facts, reports_of_every_count_are_read_back);
	tcase_add_test(facts, cumulative_lost_is_clamped_to_24_signed_bits);
	tcase_add_test(facts, every_cname_ends_in_a_zero_on_a_word);
	tcase_add_test(facts, too_small_a_buffer_is_refused_untouched);
	tcase_add_test(facts, every_truncation_is_refused);
	tcase_add_test(facts, other_versions_are_refused);
	tcase_add_test(facts, packet_without_a_sender_has_ssrc_zero);
	tcase_add_test(facts, feedback_alone_is_a_compound);
	tcase_add_test(facts, padding_is_taken_off_the_last_packet_only);
	tcase_add_test(facts, padding_that_lies_is_refused);
	tcase_add_test(facts, padding_of_an_empty_packet_is_refused);
	tcase_add_test(facts, count_beyond_the_packet_is_refused);
	tcase_add_test(facts, sender_info_needs_its_bytes);
	tcase_add_test(facts, no_more_blocks_are_read_than_fit);
	tcase_add_test(facts, walk_over_mutations_ends_inside_the_compound);
	suite_add_tcase(suite, facts);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
