/* SPDX-License-Identifier: BSD-3-Clause */
// test_packet_index.c - indices from sequence numbers, and a window that knows what it has seen.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "srtp/packet_index.h"

static struct packet_index tested;
static uint64_t seen_words[PACKET_INDEX_WORDS(1024)];

START_TEST(a_late_joiner_begins_at_the_counter_it_was_told)
{
	packet_index_init(&tested, seen_words, 7, 64);
	ck_assert_uint_eq(packet_index_estimate(&tested, 65535), 7 * 65536 + 65535);
	packet_index_commit(&tested, seen_words, 7 * 65536 + 65535);
	ck_assert_uint_eq(packet_index_estimate(&tested, 0), 8 * 65536);
	ck_assert_uint_eq(packet_index_estimate(&tested, 65000), 7 * 65536 + 65000);
}
END_TEST

START_TEST(half_a_round_is_the_border_between_ahead_and_behind)
{
	packet_index_init(&tested, seen_words, 3, 64);
	packet_index_commit(&tested, seen_words, 3 * 65536 + 100);
	ck_assert_uint_eq(packet_index_estimate(&tested, 100 + 0x8000), 3 * 65536 + 100 + 0x8000);
	ck_assert_uint_eq(packet_index_estimate(&tested, 101 + 0x8000), 2 * 65536 + 101 + 0x8000);
}
END_TEST

// Every arrival is judged as a plain list of all that came before judges it.
START_TEST(the_window_agrees_with_a_plain_list)
{
	static uint8_t seen[4000000];
	uint64_t highest = 0, random = 88172645463325252;
	const uint32_t window = _i ? 1024 : 128;

	memset(seen, 0, sizeof seen);
	packet_index_init(&tested, seen_words, 0, window);
	for (int i = 0; i < 200000; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		// Mostly the next one; else a leap ahead or a look back over the window's edge.
		uint64_t back = random % (2 * window);
		uint64_t value = random >> 40 & 7   ? highest + 1
				 : random >> 44 & 1 ? highest + random % 40
						    : (highest > back ? highest - back : 0);
		enum packet_index_verdict expected = PACKET_INDEX_NEW;
		if (i > 0 && value <= highest)
			expected = highest - value >= window ? PACKET_INDEX_TOO_OLD
				   : seen[value]             ? PACKET_INDEX_SEEN
							     : PACKET_INDEX_NEW;
		ck_assert_uint_lt(value, sizeof seen);
		ck_assert_int_eq(packet_index_check(&tested, seen_words, value), expected);
		if (expected != PACKET_INDEX_NEW)
			continue;
		packet_index_commit(&tested, seen_words, value);
		seen[value] = 1;
		highest = value > highest ? value : highest;
		ck_assert_uint_eq(tested.highest, highest);
	}
}
END_TEST

START_TEST(a_leap_over_the_whole_window_forgets_it)
{
	packet_index_init(&tested, seen_words, 0, 1024);
	for (uint64_t i = 0; i < 2000; i++)
		packet_index_commit(&tested, seen_words, i);
	packet_index_commit(&tested, seen_words, 2000 + 1024);
	for (uint64_t i = 2001; i < 2000 + 1024; i++)
		ck_assert_int_eq(packet_index_check(&tested, seen_words, i), PACKET_INDEX_NEW);
	ck_assert_int_eq(packet_index_check(&tested, seen_words, 2000), PACKET_INDEX_TOO_OLD);
	ck_assert_int_eq(packet_index_check(&tested, seen_words, 2000 + 1024), PACKET_INDEX_SEEN);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("packet_index");
	TCase *tests = tcase_create("indices");
	tcase_add_test(tests, a_late_joiner_begins_at_the_counter_it_was_told);
	tcase_add_test(tests, half_a_round_is_the_border_between_ahead_and_behind);
	tcase_add_loop_test(tests, the_window_agrees_with_a_plain_list, 0, 2);
	tcase_add_test(tests, a_leap_over_the_whole_window_forgets_it);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
