/* SPDX-License-Identifier: BSD-3-Clause */
// test_requests.c - a recorded request is known for half an hour, and few new ones are taken for
// old.
#include "datapath/requests.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct requests requests;
static const struct tuple here = {.remote_port_be = 1}, elsewhere = {.remote_port_be = 2};

static void
setup(void)
{
	memset(&requests, 0, sizeof requests);
	srandom(1);
}

// The id of request `number`, as random as a classroom's.
static const uint8_t *
transaction(uint32_t number)
{
	static uint8_t bytes[STUN_TRANSACTION_BYTES];
	uint64_t state = number + UINT64_C(0x9e3779b97f4a7c15);
	for (unsigned i = 0; i < sizeof bytes; i++) {
		state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
		bytes[i] = (uint8_t)(state >> 56);
	}
	return bytes;
}

static bool
take(uint32_t number, const struct tuple *tuple, bool is_on_path)
{
	return requests_take(&requests, transaction(number), tuple, is_on_path);
}

START_TEST(each_is_known_for_as_long_as_promised)
{
	const uint32_t count = 3 * REQUESTS_FILTERS * REQUESTS_FILTER_COUNT;
	ck_assert_uint_ge(REQUESTS_KNOWN_MIN, 1800);
	for (uint32_t i = 0; i < count; i++) {
		ck_assert(take(i, &here, true));
		ck_assert_msg(i < REQUESTS_KNOWN_MIN - 1 ||
				      !take(i - (REQUESTS_KNOWN_MIN - 1), &elsewhere, false),
			"%u is forgotten", i - (REQUESTS_KNOWN_MIN - 1));
	}
}
END_TEST

START_TEST(a_tenth_of_the_new_ones_at_most_is_taken_for_old)
{
	uint32_t taken = 0;
	const uint32_t first = 1000000, count = 20000;
	for (uint32_t i = 0; i < REQUESTS_FILTERS * REQUESTS_FILTER_COUNT; i++)
		take(i, &here, true);
	for (uint32_t i = 0; i < count; i++) {
		struct requests before = requests;
		taken += !take(first + i, &elsewhere, false);
		requests = before;
	}
	ck_assert_uint_gt(taken, 0); // else the filters are larger than they need be
	ck_assert_uint_lt(taken, count / 10);
	// In the first minute of a join there is hardly one.
	setup();
	for (uint32_t i = 0; i < 60; i++)
		ck_assert(take(i, &elsewhere, false));
}
END_TEST

START_TEST(one_that_is_sent_again_until_it_is_answered_is_good_from_where_it_came)
{
	ck_assert(take(1, &here, false));
	ck_assert(take(1, &here, false));
	ck_assert(!take(1, &elsewhere, false));
	ck_assert(take(1, &here, false));
	for (uint32_t i = 0; i < REQUESTS_RECENT; i++)
		ck_assert(take(100 + i, &elsewhere, false));
	ck_assert(!take(1, &here, false));
}
END_TEST

START_TEST(on_the_path_any_is_good)
{
	ck_assert(take(1, &here, false));
	ck_assert(take(1, &elsewhere, true));
}
END_TEST

START_TEST(repeating_recorded_ones_pushes_no_other_out)
{
	for (uint32_t i = 0; i < REQUESTS_FILTERS * REQUESTS_FILTER_COUNT; i++)
		take(i, &here, true);
	// All that came, again and again, in the sender's name.
	for (unsigned round = 0; round < 20; round++)
		for (uint32_t i = 0; i < REQUESTS_FILTERS * REQUESTS_FILTER_COUNT; i++)
			take(i, &here, true);
	for (uint32_t i = 0; i < REQUESTS_FILTERS * REQUESTS_FILTER_COUNT; i++)
		ck_assert_msg(i < REQUESTS_FILTER_COUNT || !take(i, &elsewhere, false),
			"%u is forgotten", i);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("requests");
	TCase *tests = tcase_create("requests");
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, each_is_known_for_as_long_as_promised);
	tcase_add_test(tests, a_tenth_of_the_new_ones_at_most_is_taken_for_old);
	tcase_add_test(
		tests, one_that_is_sent_again_until_it_is_answered_is_good_from_where_it_came);
	tcase_add_test(tests, on_the_path_any_is_good);
	tcase_add_test(tests, repeating_recorded_ones_pushes_no_other_out);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
