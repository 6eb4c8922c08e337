/* SPDX-License-Identifier: BSD-3-Clause */
// test_messages.c - the user name that leads a STUN request to its worker and leg.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "platform/messages.h"

START_TEST(worker_and_leg_are_read_back)
{
	static const uint32_t legs[] = {0, 1, 255, 256, 0xabcdef, 0xffffff};
	char text[STUN_USER_BYTES_MAX];
	uint8_t worker;
	uint32_t leg;
	for (size_t i = 0; i < sizeof legs / sizeof legs[0]; i++) {
		leg_user(text, (uint8_t)(i * 50), legs[i], UINT64_MAX - i);
		ck_assert_uint_eq(strlen(text), 24);
		ck_assert_int_eq(leg_user_parse(text, 24, &worker, &leg), 0);
		ck_assert_uint_eq(worker, i * 50);
		ck_assert_uint_eq(leg, legs[i]);
	}
}
END_TEST

START_TEST(joins_of_one_leg_differ)
{
	char first[STUN_USER_BYTES_MAX], second[STUN_USER_BYTES_MAX];
	leg_user(first, 0, 7, 1);
	leg_user(second, 0, 7, 2);
	ck_assert_str_ne(first, second);
}
END_TEST

START_TEST(other_names_are_refused)
{
	static const char *const names[] = {"", "short", "0000000112345678901234567",
		"0000000g1234567890123456", "0000000A1234567890123456"};
	uint8_t worker;
	uint32_t leg;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		ck_assert_int_ne(
			leg_user_parse(names[i], (uint32_t)strlen(names[i]), &worker, &leg), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("messages");
	TCase *tests = tcase_create("user names");
	tcase_add_test(tests, worker_and_leg_are_read_back);
	tcase_add_test(tests, joins_of_one_leg_differ);
	tcase_add_test(tests, other_names_are_refused);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
