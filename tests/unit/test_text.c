/* SPDX-License-Identifier: BSD-3-Clause */
// test_text.c - text grows as it is written, and its first failure stays.
#include "timetable/text.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct text text;

static void
setup(void)
{
	text = (struct text){0};
}

static void
teardown(void)
{
	text_fini(&text);
}

START_TEST(what_is_added_follows_what_was_there)
{
	text_add(&text, "a");
	text_add_bytes(&text, "bcd", 2);
	text_add_format(&text, "%d-%s", 7, "e");
	text_add(&text, "");
	ck_assert_str_eq(text.bytes, "abc7-e");
	ck_assert_uint_eq(text.count, 6);
	ck_assert_int_eq(text.result, 0);
}
END_TEST

START_TEST(text_grows_over_every_size)
{
	size_t count = 0;

	for (size_t i = 0; i < 3000; i++) {
		char number[16];

		count += (size_t)snprintf(number, sizeof(number), "%zu,", i);
		text_add_format(&text, "%zu,", i);
		ck_assert_uint_eq(text.count, count);
		ck_assert_uint_lt(text.count, text.capacity);
		ck_assert_str_eq(text.bytes + count - strlen(number), number);
	}
}
END_TEST

START_TEST(the_limit_is_told_and_nothing_more_is_taken_in)
{
	const size_t part_bytes = 1024 * 1024;
	char *part = malloc(part_bytes);

	memset(part, 'x', part_bytes);
	for (size_t i = 0; i < TEXT_BYTES_MAX / part_bytes - 1; i++)
		text_add_bytes(&text, part, part_bytes);
	ck_assert_int_eq(text.result, 0);
	text_add_bytes(&text, part, part_bytes);
	ck_assert_int_eq(text.result, -EFBIG);
	ck_assert_uint_eq(text.count, TEXT_BYTES_MAX - part_bytes);
	text_add(&text, "y");
	text_add_format(&text, "%d", 1);
	ck_assert_uint_eq(text.count, TEXT_BYTES_MAX - part_bytes);
	ck_assert_int_eq(text.result, -EFBIG);
	text_fini(&text);
	ck_assert_int_eq(text.result, 0);
	ck_assert_ptr_null(text.bytes);
	free(part);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("text");
	TCase *tests = tcase_create("text");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, what_is_added_follows_what_was_there);
	tcase_add_test(tests, text_grows_over_every_size);
	tcase_add_test(tests, the_limit_is_told_and_nothing_more_is_taken_in);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
