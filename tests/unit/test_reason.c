/* SPDX-License-Identifier: BSD-3-Clause */
// test_reason.c - what a row keeps of why, and how it is told.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/reason.h"

static struct reason reason;
static char words[REASON_BYTES];

static void
setup(void)
{
	reason = (struct reason){0};
}

START_TEST(parts_are_kept_in_order_and_told_in_both_languages)
{
	reason_add_count(&reason, REASON_absent, "应坑小学", 5);
	reason_add(&reason, REASON_relay_down, "09:25", "09:31");
	reason_add_count(&reason, REASON_cut, NULL, 3);
	ck_assert_str_eq(reason.text, "absent(应坑小学|5); relay_down(09:25|09:31); cut(3)");
	reason_words(reason.text, false, words);
	ck_assert_str_eq(words, "应坑小学 was absent for 5 min; the relay was down from 09:25 to "
				"09:31; an operator let it end 3 min early");
	reason_words(reason.text, true, words);
	ck_assert_str_eq(words, "应坑小学缺席5分钟；服务器09:25至09:31停机；管理员提前3分钟下课");
}
END_TEST

START_TEST(a_name_cannot_end_its_part)
{
	reason_add_count(&reason, REASON_absent, "A|B (east); C", 2);
	reason_words(reason.text, false, words);
	ck_assert_str_eq(words, "A｜B （east）； C was absent for 2 min");
}
END_TEST

START_TEST(what_a_person_wrote_is_told_as_it_is)
{
	static const char *const texts[] = {"", "停电", "see the file (page 3); and call",
		"absent(unclosed", "absent(x|2)y", "unknown(x)"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		reason_words(texts[i], true, words);
		ck_assert_str_eq(words, texts[i]);
	}
}
END_TEST

START_TEST(a_part_that_does_not_fit_is_left_out_whole)
{
	char name[300];
	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	for (int i = 0; i < 5; i++)
		reason_add_count(&reason, REASON_absent, name, 1);
	ck_assert_uint_eq(strlen(reason.text), reason.bytes);
	ck_assert_uint_eq(reason.bytes, 3 * strlen("absent(|1)") + 3 * 299 + 2 * strlen("; "));
	ck_assert_int_eq(reason.text[reason.bytes - 1], ')');
	// Its words would be longer than they may be: then the parts themselves.
	for (int i = 0; i < 2; i++)
		reason_add(&reason, REASON_relay_down, "09:25", "09:31");
	reason_words(reason.text, false, words);
	ck_assert_uint_lt(strlen(words), REASON_BYTES);
	ck_assert_uint_gt(strlen(words), 900);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("reason");
	TCase *facts = tcase_create("facts");
	tcase_add_checked_fixture(facts, setup, NULL);
	tcase_add_test(facts, parts_are_kept_in_order_and_told_in_both_languages);
	tcase_add_test(facts, a_name_cannot_end_its_part);
	tcase_add_test(facts, what_a_person_wrote_is_told_as_it_is);
	tcase_add_test(facts, a_part_that_does_not_fit_is_left_out_whole);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
