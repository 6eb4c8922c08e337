/* SPDX-License-Identifier: BSD-3-Clause */
// test_text_diff.c - which lines a new version of a text has no more.
#include "control/text_diff.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static char told[1024];

static void
tell(void *context, const char *line, size_t bytes)
{
	size_t used = strlen(told);
	ck_assert_ptr_eq(context, told);
	snprintf(told + used, sizeof told - used, "[%.*s]", (int)bytes, line);
}

static long
diff(const char *left, const char *right)
{
	told[0] = '\0';
	return text_diff(left, strlen(left), right, strlen(right), tell, told);
}

START_TEST(what_is_missing_is_told_in_its_order)
{
	ck_assert_int_eq(diff("head\nb\na\nc\n", "head\na\n"), 2);
	ck_assert_str_eq(told, "[b][c]");
	ck_assert_int_eq(diff("head\na\n", "head\nb\na\nc\n"), 0);
	ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(a_line_that_only_moved_is_not_told)
{
	ck_assert_int_eq(diff("a\nb\nc\n", "c\nb\na\n"), 0);
}
END_TEST

START_TEST(a_line_counts_as_often_as_it_is_there)
{
	ck_assert_int_eq(diff("a\na\na\nb\n", "a\nb\n"), 2);
	ck_assert_str_eq(told, "[a][a]");
}
END_TEST

START_TEST(line_ends_make_no_difference)
{
	ck_assert_int_eq(diff("a\r\nb\r\n", "a\nb"), 0);
	ck_assert_int_eq(diff("a\nb", "a\r\nb\r\n"), 0);
	ck_assert_int_eq(diff("a\n\nb\n", "a\nb\n"), 1);
	ck_assert_str_eq(told, "[]");
}
END_TEST

START_TEST(empty_texts_have_no_lines)
{
	ck_assert_int_eq(diff("", ""), 0);
	ck_assert_int_eq(diff("", "a\n"), 0);
	ck_assert_int_eq(diff("a", ""), 1);
	ck_assert_str_eq(told, "[a]");
}
END_TEST

START_TEST(a_beginning_is_another_line)
{
	ck_assert_int_eq(diff("abc\nab\n", "ab\nabcd\n"), 1);
	ck_assert_str_eq(told, "[abc]");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("text_diff");
	TCase *tests = tcase_create("text_diff");

	tcase_add_test(tests, what_is_missing_is_told_in_its_order);
	tcase_add_test(tests, a_line_that_only_moved_is_not_told);
	tcase_add_test(tests, a_line_counts_as_often_as_it_is_there);
	tcase_add_test(tests, line_ends_make_no_difference);
	tcase_add_test(tests, empty_texts_have_no_lines);
	tcase_add_test(tests, a_beginning_is_another_line);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
