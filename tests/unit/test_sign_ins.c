/* SPDX-License-Identifier: BSD-3-Clause */
// test_sign_ins.c - how long a sign-in lasts, and how many there may be.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "http/sign_ins.h"

static char directory[64];
static struct tokens *tokens;
static struct sign_ins *sign_ins;
static const struct token *token;

static void
setup(void)
{
	char error[TOKENS_ERROR_BYTES], text[TOKEN_TEXT_BYTES];
	snprintf(directory, sizeof directory, "/tmp/test_sign_ins.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_eq(tokens_open(directory, &tokens, error), 0);
	ck_assert_int_eq(tokens_create(tokens, "office", TOKEN_ROLE_OBSERVER, NULL,
				 (struct wall_time){0}, text, error),
		0);
	token = tokens_find(tokens, text);
	sign_ins = sign_ins_create();
}

static void
teardown(void)
{
	char path[96];
	sign_ins_destroy(sign_ins);
	tokens_close(tokens);
	snprintf(path, sizeof path, "%s/tokens.json", directory);
	unlink(path);
	rmdir(directory);
}

static struct mono_time
at_s(int64_t s)
{
	return (struct mono_time){s * NS_IN_S};
}

START_TEST(a_sign_in_lasts_half_a_day)
{
	char id[SECRET_TEXT_BYTES];
	uint64_t number = 0;
	ck_assert_int_eq(sign_ins_add(sign_ins, token, at_s(10), id), 0);
	ck_assert_ptr_eq(
		sign_ins_find(sign_ins, tokens, id, at_s(10 + SIGN_IN_LIFETIME_S - 1), &number),
		token);
	ck_assert(sign_ins_holds(sign_ins, tokens, number, at_s(10 + SIGN_IN_LIFETIME_S - 1)));
	ck_assert_ptr_null(
		sign_ins_find(sign_ins, tokens, id, at_s(10 + SIGN_IN_LIFETIME_S), &number));
	ck_assert(!sign_ins_holds(sign_ins, tokens, number, at_s(10 + SIGN_IN_LIFETIME_S)));
}
END_TEST

START_TEST(the_oldest_gives_way_to_one_too_many)
{
	char first[SECRET_TEXT_BYTES], second[SECRET_TEXT_BYTES], id[SECRET_TEXT_BYTES];
	uint64_t number;
	sign_ins_add(sign_ins, token, at_s(1), first);
	sign_ins_add(sign_ins, token, at_s(1), second);
	for (int i = 0; i < SIGN_INS_MAX - 2; i++)
		sign_ins_add(sign_ins, token, at_s(2), id);
	ck_assert_ptr_nonnull(sign_ins_find(sign_ins, tokens, first, at_s(3), &number));
	sign_ins_add(sign_ins, token, at_s(2), id);
	ck_assert_ptr_null(sign_ins_find(sign_ins, tokens, first, at_s(3), &number));
	ck_assert_ptr_nonnull(sign_ins_find(sign_ins, tokens, second, at_s(3), &number));
	ck_assert_ptr_nonnull(sign_ins_find(sign_ins, tokens, id, at_s(3), &number));
}
END_TEST

START_TEST(only_the_one_that_signs_out_is_out)
{
	char first[SECRET_TEXT_BYTES], second[SECRET_TEXT_BYTES];
	uint64_t number;
	sign_ins_add(sign_ins, token, at_s(1), first);
	sign_ins_add(sign_ins, token, at_s(1), second);
	ck_assert_str_ne(first, second);
	ck_assert_ptr_nonnull(sign_ins_find(sign_ins, tokens, first, at_s(2), &number));
	sign_ins_remove(sign_ins, number);
	sign_ins_remove(sign_ins, 0);
	ck_assert_ptr_null(sign_ins_find(sign_ins, tokens, first, at_s(2), &number));
	ck_assert_ptr_nonnull(sign_ins_find(sign_ins, tokens, second, at_s(2), &number));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sign_ins");
	TCase *tests = tcase_create("sign_ins");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_sign_in_lasts_half_a_day);
	tcase_add_test(tests, the_oldest_gives_way_to_one_too_many);
	tcase_add_test(tests, only_the_one_that_signs_out_is_out);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
