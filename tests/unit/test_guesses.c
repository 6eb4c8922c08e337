/* SPDX-License-Identifier: BSD-3-Clause */
// test_guesses.c - how often a wrong token may be tried, and by whom.
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "http/guesses.h"

static struct guesses *guesses;

static void
setup(void)
{
	guesses = guesses_create();
	ck_assert_ptr_nonnull(guesses);
}

static void
teardown(void)
{
	guesses_destroy(guesses);
}

static struct address_prefix
prefix_of(const char *text)
{
	struct sockaddr_storage address = {0};
	struct sockaddr_in *ip4 = (struct sockaddr_in *)&address;
	struct sockaddr_in6 *ip6 = (struct sockaddr_in6 *)&address;
	if (inet_pton(AF_INET, text, &ip4->sin_addr) == 1) {
		address.ss_family = AF_INET;
	} else {
		ck_assert_int_eq(inet_pton(AF_INET6, text, &ip6->sin6_addr), 1);
		address.ss_family = AF_INET6;
	}
	return address_prefix_of(&address);
}

static struct mono_time
at_ms(int64_t ms)
{
	return (struct mono_time){(1000000 + ms) * NS_IN_MS};
}

static void
try_wrong(const char *from, unsigned times, int64_t ms)
{
	struct address_prefix prefix = prefix_of(from);
	for (unsigned i = 0; i < times; i++)
		guesses_failed(guesses, &prefix, at_ms(ms));
}

static unsigned
wait_s(const char *from, int64_t ms)
{
	struct address_prefix prefix = prefix_of(from);
	return guesses_wait_s(guesses, &prefix, at_ms(ms));
}

START_TEST(ten_failures_are_free_then_one_each_five_seconds)
{
	try_wrong("198.18.0.1", GUESSES_BURST - 1, 0);
	ck_assert_uint_eq(wait_s("198.18.0.1", 0), 0);
	try_wrong("198.18.0.1", 1, 0);
	ck_assert_uint_eq(wait_s("198.18.0.1", 0), 5);
	ck_assert_uint_eq(wait_s("198.18.0.1", 4001), 1);
	ck_assert_uint_eq(wait_s("198.18.0.1", 5000), 0);
	try_wrong("198.18.0.1", 1, 5000);
	ck_assert_uint_eq(wait_s("198.18.0.1", 5000), 5);
	// Long after, all is forgiven.
	try_wrong("198.18.0.1", GUESSES_BURST - 1, 1000000);
	ck_assert_uint_eq(wait_s("198.18.0.1", 1000000), 0);
}
END_TEST

START_TEST(each_address_fails_for_itself)
{
	try_wrong("198.18.0.1", 50, 0);
	try_wrong("fd00:198:18:1::1", 50, 0);
	ck_assert_uint_eq(wait_s("198.18.0.2", 0), 0);
	ck_assert_uint_gt(wait_s("::ffff:198.18.0.1", 0), 0);
	ck_assert_uint_gt(wait_s("fd00:198:18:1:aaaa::2", 0), 0);
	ck_assert_uint_eq(wait_s("fd00:198:18:2::1", 0), 0);
}
END_TEST

START_TEST(the_table_is_bounded_and_keeps_who_fails_most)
{
	try_wrong("198.18.0.1", 100, 0);
	for (unsigned i = 0; i < 2 * GUESSES_ADDRESSES_MAX; i++) {
		char text[32];
		snprintf(text, sizeof text, "198.19.%u.%u", i >> 8, i & 255);
		try_wrong(text, 1, 1);
	}
	ck_assert_uint_gt(wait_s("198.18.0.1", 1), 400);
}
END_TEST

START_TEST(a_token_is_known_at_its_last_address_only)
{
	const unsigned char one[SECRET_HASH_BYTES] = {1, 2, 3},
			    other[SECRET_HASH_BYTES] = {1, 2, 4};
	struct address_prefix here = prefix_of("198.18.0.1"), there = prefix_of("198.18.0.2");
	ck_assert(!guesses_knows(guesses, &here, one));
	guesses_succeeded(guesses, &here, one);
	ck_assert(guesses_knows(guesses, &here, one));
	ck_assert(!guesses_knows(guesses, &here, other));
	ck_assert(!guesses_knows(guesses, &there, one));
	guesses_succeeded(guesses, &there, one);
	ck_assert(!guesses_knows(guesses, &here, one));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("guesses");
	TCase *tests = tcase_create("guesses");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, ten_failures_are_free_then_one_each_five_seconds);
	tcase_add_test(tests, each_address_fails_for_itself);
	tcase_add_test(tests, the_table_is_bounded_and_keeps_who_fails_most);
	tcase_add_test(tests, a_token_is_known_at_its_last_address_only);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
