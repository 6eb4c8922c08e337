/* SPDX-License-Identifier: BSD-3-Clause */
// test_demux.c - the first two bytes of a datagram against RFC 7983's and RFC 5761's ranges.
#include "media/demux.h"

#include <check.h>

#include "../support/bytes.h"

struct range {
	unsigned first, last; // of the first byte
	enum demux_kind kind; // where the second byte is 0
};

// RFC 7983, section 7, over all values; ZRTP and TURN channels are nobody's here.
static const struct range ranges[] = {
	{0, 3, DEMUX_STUN},
	{4, 19, DEMUX_OTHER},
	{20, 63, DEMUX_DTLS},
	{64, 127, DEMUX_OTHER},
	{128, 191, DEMUX_RTP},
	{192, 255, DEMUX_OTHER},
};

START_TEST(first_byte_follows_rfc7983)
{
	unsigned seen = 0;

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		for (unsigned first = ranges[i].first; first <= ranges[i].last; first++) {
			const uint8_t bytes[] = {(uint8_t)first, 0};

			ck_assert_int_eq(demux_classify(bytes, sizeof(bytes)), ranges[i].kind);
			seen++;
		}
	}
	ck_assert_uint_eq(seen, 256);
}
END_TEST

START_TEST(second_byte_tells_rtcp_from_rtp)
{
	for (unsigned first = 128; first <= 191; first++) {
		for (unsigned second = 0; second <= 255; second++) {
			const uint8_t bytes[] = {(uint8_t)first, (uint8_t)second};
			enum demux_kind kind = demux_classify(bytes, sizeof(bytes));

			ck_assert_int_eq(
				kind, second < 192 || second > 223 ? DEMUX_RTP : DEMUX_RTCP);
		}
	}
}
END_TEST

START_TEST(second_byte_matters_to_media_only)
{
	const uint8_t stun[] = {1, 200}, dtls[] = {22, 200}, other[] = {70, 200};

	ck_assert_int_eq(demux_classify(stun, sizeof(stun)), DEMUX_STUN);
	ck_assert_int_eq(demux_classify(dtls, sizeof(dtls)), DEMUX_DTLS);
	ck_assert_int_eq(demux_classify(other, sizeof(other)), DEMUX_OTHER);
}
END_TEST

START_TEST(short_datagrams_are_not_read_beyond)
{
	static const uint8_t media[] = {0x80, 200};
	uint8_t *one = exact_copy(media, 1);
	uint8_t *none = exact_copy(media, 0);

	ck_assert_int_eq(demux_classify(one, 1), DEMUX_OTHER);
	ck_assert_int_eq(demux_classify(none, 0), DEMUX_OTHER);
	free(one);
	free(none);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("demux");
	TCase *facts = tcase_create("facts");
	SRunner *runner;
	int failed;

	tcase_add_test(facts, first_byte_follows_rfc7983);
	tcase_add_test(facts, second_byte_tells_rtcp_from_rtp);
	tcase_add_test(facts, second_byte_matters_to_media_only);
	tcase_add_test(facts, short_datagrams_are_not_read_beyond);
	suite_add_tcase(suite, facts);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
