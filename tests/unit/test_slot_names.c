/* SPDX-License-Identifier: BSD-3-Clause */
// test_slot_names.c - a label names a period, or none; a table that says two things is refused.
#include "timetable/slot_names.h"

#include "../support/timetable_fixture.h"

static struct slot_names names;
static struct file_error error;

static int
read_text(const char *text)
{
	const struct timetable_bytes file = {"slots.csv", text, strlen(text)};

	error = (struct file_error){"", 0, ""};
	return slot_names_read(&file, &names, &error);
}

static void
check_refused(const char *text, unsigned line, const char *reason)
{
	ck_assert_msg(read_text(text) == -EINVAL, "taken: %s", text);
	ck_assert_msg(error.line == line, "line %u for %s", error.line, text);
	ck_assert_msg(strstr(error.reason, reason) != NULL, "'%s' for %s", error.reason, text);
	ck_assert_ptr_null(names.names);
}

START_TEST(a_label_names_a_period_or_none)
{
	ck_assert_int_eq(read_text("label,period\n第一节,1\n早读,\n第九节,32\n"), 0);
	ck_assert_int_eq(slot_names_find(&names, "第一节")->period, 1);
	ck_assert_int_eq(slot_names_find(&names, "第九节")->period, 32);
	ck_assert_int_eq(slot_names_find(&names, "早读")->period, 0);
	ck_assert_ptr_null(slot_names_find(&names, "第二节"));
	ck_assert_ptr_null(slot_names_find(&names, "第一"));
	slot_names_fini(&names);
}
END_TEST

START_TEST(a_wrong_table_is_named_with_its_line)
{
	check_refused("label,period\n第一节,1\n第一节,2\n", 3, "already on line 2");
	check_refused("label,period\n第一节,0\n", 2, "not 1 to 32");
	check_refused("label,period\n第一节,33\n", 2, "not 1 to 32");
	check_refused("label,period\n第一节,1x\n", 2, "not 1 to 32");
	check_refused("label,period\n,1\n", 2, "'label' is empty");
	check_refused("label\n第一节\n", 1, "'period' is missing");
}
END_TEST

START_TEST(the_first_table_is_the_one_that_is_installed)
{
	char *installed = fixture_read("conf/slots.csv");

	ck_assert_str_eq(slot_names_default, installed);
	ck_assert_int_eq(read_text(installed), 0);
	slot_names_fini(&names);
	free(installed);
}
END_TEST

static Suite *
slot_names_suite(void)
{
	Suite *suite = suite_create("slot_names");
	TCase *cases = tcase_create("slot_names");

	tcase_add_test(cases, a_label_names_a_period_or_none);
	tcase_add_test(cases, a_wrong_table_is_named_with_its_line);
	tcase_add_test(cases, the_first_table_is_the_one_that_is_installed);
	suite_add_tcase(suite, cases);
	return suite;
}

int
main(void)
{
	return fixture_run(slot_names_suite());
}
