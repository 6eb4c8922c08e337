/* SPDX-License-Identifier: BSD-3-Clause */
// test_rtp.c - RTP headers: golden bytes, CSRCs, extensions, and every truncation.
#include "media/rtp.h"

#include <check.h>
#include <errno.h>

#include "../support/bytes.h"

#define ROUNDS 50000

static const uint8_t plain[] = {
	0x80, 0xe0, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 0xca, 0xfe, 0xba, 0xbe, 0x55};

// Two CSRCs and an extension of one word: 12 + 8 + 8 bytes of header, then 2 of content.
static const uint8_t extended[] = {0x92, 0x6f, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0,
	0, 4, 0xbe, 0xde, 0x00, 0x01, 0x10, 0xff, 0, 0, 0xaa, 0xbb};

START_TEST(fixed_header_is_read)
{
	struct rtp_header header;

	ck_assert_int_eq(rtp_parse(plain, sizeof(plain), &header), 0);
	ck_assert_uint_eq(header.payload_type, 96);
	ck_assert(header.marker);
	ck_assert_uint_eq(header.seq, 0x1234);
	ck_assert_uint_eq(header.timestamp, 0xdeadbeef);
	ck_assert_uint_eq(header.ssrc, 0xcafebabe);
	ck_assert_uint_eq(header.header_bytes, 12);
}
END_TEST

START_TEST(csrcs_and_extension_belong_to_the_header)
{
	struct rtp_header header;

	ck_assert_int_eq(rtp_parse(extended, sizeof(extended), &header), 0);
	ck_assert_uint_eq(header.payload_type, 111);
	ck_assert(!header.marker);
	ck_assert_uint_eq(header.seq, 65535);
	ck_assert_uint_eq(header.header_bytes, 28);
}
END_TEST

START_TEST(header_without_content_is_a_packet)
{
	struct rtp_header header;

	ck_assert_int_eq(rtp_parse(plain, 12, &header), 0);
	ck_assert_int_eq(rtp_parse(extended, 28, &header), 0);
	ck_assert_uint_eq(header.header_bytes, 28);
}
END_TEST

START_TEST(every_truncation_of_the_header_is_refused)
{
	for (size_t length = 0; length < sizeof(extended); length++) {
		uint8_t *copy = exact_copy(extended, length);
		struct rtp_header header;

		ck_assert_int_eq(rtp_parse(copy, length, &header), length < 28 ? -EBADMSG : 0);
		free(copy);
	}
	for (size_t length = 0; length < 12; length++) {
		uint8_t *copy = exact_copy(plain, length);
		struct rtp_header header;

		ck_assert_int_eq(rtp_parse(copy, length, &header), -EBADMSG);
		free(copy);
	}
}
END_TEST

START_TEST(other_versions_are_refused)
{
	uint8_t bytes[sizeof(plain)];
	struct rtp_header header;

	memcpy(bytes, plain, sizeof(plain));
	for (unsigned version = 0; version < 4; version++) {
		bytes[0] = (uint8_t)(version << 6);
		ck_assert_int_eq(
			rtp_parse(bytes, sizeof(bytes), &header), version == 2 ? 0 : -EBADMSG);
	}
}
END_TEST

START_TEST(encrypted_padding_is_not_looked_at)
{
	uint8_t bytes[sizeof(plain)];
	struct rtp_header header;

	memcpy(bytes, plain, sizeof(plain));
	bytes[0] |= 0x20;
	bytes[sizeof(bytes) - 1] = 255;
	ck_assert_int_eq(rtp_parse(bytes, sizeof(bytes), &header), 0);
}
END_TEST

START_TEST(extension_longer_than_16_bits_of_bytes_is_refused)
{
	static uint8_t bytes[12 + 4 + 65535 * 4];
	struct rtp_header header;

	bytes[0] = 0x90;
	bytes[14] = 0xff;
	bytes[15] = 0xff;
	ck_assert_int_eq(rtp_parse(bytes, sizeof(bytes), &header), -EBADMSG);
}
END_TEST

START_TEST(what_is_written_is_read_back)
{
	uint64_t state = 1;

	for (int i = 0; i < ROUNDS; i++) {
		struct rtp_header in = {
			.payload_type = random_next(&state) & 127,
			.marker = random_next(&state) & 1,
			.seq = (uint16_t)random_next(&state),
			.timestamp = random_next(&state),
			.ssrc = random_next(&state),
		};
		struct rtp_header out;
		uint8_t bytes[RTP_HEADER_BYTES];

		rtp_write(bytes, &in);
		ck_assert_int_eq(rtp_parse(bytes, sizeof(bytes), &out), 0);
		ck_assert_uint_eq(out.payload_type, in.payload_type);
		ck_assert_int_eq(out.marker, in.marker);
		ck_assert_uint_eq(out.seq, in.seq);
		ck_assert_uint_eq(out.timestamp, in.timestamp);
		ck_assert_uint_eq(out.ssrc, in.ssrc);
		ck_assert_uint_eq(out.header_bytes, RTP_HEADER_BYTES);
	}
}
END_TEST

START_TEST(written_header_is_golden)
{
	const struct rtp_header header = {96, true, 0x1234, 0xdeadbeef, 0xcafebabe, 0};
	uint8_t bytes[RTP_HEADER_BYTES];

	rtp_write(bytes, &header);
	ck_assert_mem_eq(bytes, plain, RTP_HEADER_BYTES);
}
END_TEST

START_TEST(random_bytes_never_give_a_header_beyond_the_packet)
{
	uint64_t state = 2;
	uint8_t bytes[64];

	for (int i = 0; i < ROUNDS; i++) {
		size_t length = random_next(&state) % (sizeof(bytes) + 1);
		struct rtp_header header;
		uint8_t *copy;

		random_fill(&state, bytes, sizeof(bytes));
		bytes[0] = (bytes[0] & 0x3f) | 0x80;
		bytes[14] = 0;
		copy = exact_copy(bytes, length);
		if (rtp_parse(copy, length, &header) == 0)
			ck_assert_uint_le(header.header_bytes, length);
		free(copy);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rtp");
	TCase *facts = tcase_create("facts");
	SRunner *runner;
	int failed;

	tcase_add_test(facts, fixed_header_is_read);
	tcase_add_test(facts, csrcs_and_extension_belong_to_the_header);
	tcase_add_test(facts, header_without_content_is_a_packet);
	tcase_add_test(facts, every_truncation_of_the_header_is_refused);
	tcase_add_test(facts, other_versions_are_refused);
	tcase_add_test(facts, encrypted_padding_is_not_looked_at);
	tcase_add_test(facts, extension_longer_than_16_bits_of_bytes_is_refused);
	tcase_add_test(facts, what_is_written_is_read_back);
	tcase_add_test(facts, written_header_is_golden);
	tcase_add_test(facts, random_bytes_never_give_a_header_beyond_the_packet);
	suite_add_tcase(suite, facts);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
