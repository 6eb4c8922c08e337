/* SPDX-License-Identifier: BSD-3-Clause */
// test_rules_import.c - an import says what it would change, rule by rule, and refuses as a whole.
#include "timetable/rules_import.h"

#include "../support/timetable_fixture.h"

#define HEADER "rule,pair,weekday,period,weeks,subject,teacher\n"

static struct rules_difference difference;
static struct file_error error;

static int
differ(const char *before, const char *after)
{
	const struct timetable_bytes old = {"rules.csv", before, strlen(before)};
	const struct timetable_bytes new = {"new.csv", after, strlen(after)};

	error = (struct file_error){"", 0, ""};
	return rules_difference_make(&old, &new, &difference, &error);
}

static void
check_told(const char *before, const char *after, const char *expected)
{
	struct text out = {0};

	ck_assert_msg(
		differ(before, after) == 0, "%s:%u: %s", error.file, error.line, error.reason);
	rules_difference_tell(&difference, &out);
	ck_assert_str_eq(out.bytes, expected);
	text_fini(&out);
	rules_difference_fini(&difference);
}

START_TEST(what_is_added_removed_and_changed_is_told_by_rule)
{
	check_told(HEADER "a,p,1,2,all,语文,王\nb,p,2,2,all,数学,\nc,p,3,1,odd,英语,李\n",
		HEADER "c,p,3,4,even,英语,李\na,p,1,2,all,语文,王\nd,p,5,1,all,科学,\n",
		"removed  b: pair p, weekday 2, period 2, weeks all, subject 数学\n"
		"changed  c: period '1' -> '4', weeks 'odd' -> 'even'\n"
		"added    d: pair p, weekday 5, period 1, weeks all, subject 科学\n"
		"1 added, 1 removed, 1 changed, 1 unchanged\n");
}
END_TEST

START_TEST(order_of_rows_and_columns_changes_nothing)
{
	check_told(HEADER "a,p,1,2,all,语文,王\nb,p,2,2,,数学,\n",
		"\xef\xbb\xbfsubject,rule,pair,period,weekday,weeks,class\r\n"
		"数学,b,p,2,2,,\r\n\"语文\",a,p,2,1,all,\r\n",
		"changed  a: teacher '王' -> ''\n0 added, 0 removed, 1 changed, 1 unchanged\n");
}
END_TEST

START_TEST(a_rule_keeps_its_lines_for_messages)
{
	ck_assert_int_eq(differ(HEADER "a,p,1,2,,x,\n", HEADER "\nb,p,1,2,,x,\na,p,1,3,,x,\n"), 0);
	ck_assert_uint_eq(difference.count, 2);
	ck_assert_str_eq(difference.changes[0].rule, "a");
	ck_assert_int_eq(difference.changes[0].kind, RULES_CHANGED);
	ck_assert_uint_eq(difference.changes[0].line_before, 2);
	ck_assert_uint_eq(difference.changes[0].line_after, 4);
	ck_assert_int_eq(difference.changes[1].kind, RULES_ADDED);
	ck_assert_uint_eq(difference.changes[1].line_before, 0);
	rules_difference_fini(&difference);
}
END_TEST

START_TEST(the_county_s_rules_imported_again_change_nothing)
{
	char *text = fixture_read(FIXTURE_COUNTY "/rules.csv");
	struct text out = {0};

	ck_assert_int_eq(differ(text, text), 0);
	ck_assert_uint_eq(difference.count, 0);
	ck_assert_uint_gt(difference.unchanged, 0);
	rules_difference_tell(&difference, &out);
	ck_assert_ptr_nonnull(strstr(out.bytes, "0 added, 0 removed, 0 changed, "));
	text_fini(&out);
	rules_difference_fini(&difference);
	free(text);
}
END_TEST

START_TEST(a_table_that_cannot_be_read_is_named)
{
	ck_assert_int_eq(differ(HEADER, HEADER "a,p,1,2,,x,\na,p,1,3,,x,\n"), -EINVAL);
	ck_assert_str_eq(error.file, "new.csv");
	ck_assert_uint_eq(error.line, 3);
	ck_assert_ptr_nonnull(strstr(error.reason, "rule 'a' is already on line 2"));
	ck_assert_int_eq(differ(HEADER, "rule,pair\n"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.reason, "is missing"));
	ck_assert_int_eq(differ("", HEADER), -EINVAL);
	ck_assert_str_eq(error.file, "rules.csv");
	ck_assert_ptr_null(difference.changes);
}
END_TEST

static Suite *
rules_import_suite(void)
{
	Suite *suite = suite_create("rules_import");
	TCase *cases = tcase_create("rules_import");

	tcase_add_test(cases, what_is_added_removed_and_changed_is_told_by_rule);
	tcase_add_test(cases, order_of_rows_and_columns_changes_nothing);
	tcase_add_test(cases, a_rule_keeps_its_lines_for_messages);
	tcase_add_test(cases, the_county_s_rules_imported_again_change_nothing);
	tcase_add_test(cases, a_table_that_cannot_be_read_is_named);
	suite_add_tcase(suite, cases);
	return suite;
}

int
main(void)
{
	return fixture_run(rules_import_suite());
}
