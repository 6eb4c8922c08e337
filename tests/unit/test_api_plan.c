/* SPDX-License-Identifier: BSD-3-Clause */
// test_api_plan.c - the plan check over TLS, of the two real schools' timetable.
#include "../support/control_fixture.h"

static json_t *
member(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	ck_assert_msg(value != NULL, "no '%s'", key);
	return value;
}

// The first day of the winter bells.
START_TEST(the_check_tells_findings_minutes_and_the_peak)
{
	json_t *check = ask("GET", "/v1/plan/check?date=2024-10-09", NULL, NULL, 200);
	json_t *findings = member(check, "findings");
	json_t *shared = member(check, "shared");
	json_t *peak = member(check, "peak");

	ck_assert_str_eq(text_at(check, "first"), "2024-10-09");
	ck_assert_str_eq(text_at(check, "last"), "2025-10-08");
	ck_assert(json_is_false(member(check, "clean")));
	ck_assert_int_eq(number_at(check, "left_out"), 0);
	ck_assert_int_eq(number_at(peak, "legs"), 3); // union-fri is of three schools
	ck_assert_int_eq(number_at(peak, "legs_max"), 256);
	ck_assert_int_eq(number_at(peak, "lessons_max"), SCHEDULER_RUNNING_MAX);
	// The gravest first: that rule's rooms cannot meet. Two lessons are in afternoon periods,
	// which the schools hold twenty minutes apart.
	ck_assert_int_eq(number_at(member(check, "counts"), "error"), 1);
	json_t *gravest = json_array_get(findings, 0);
	ck_assert_str_eq(text_at(gravest, "severity"), "error");
	ck_assert_str_eq(text_at(gravest, "kind"), "no_profile");
	ck_assert_str_eq(
		json_string_value(json_array_get(member(gravest, "rules"), 0)), "union-fri");
	ck_assert(json_is_null(member(gravest, "first")));
	size_t few = 0;
	for (size_t i = 0; i < json_array_size(findings); i++) {
		json_t *finding = json_array_get(findings, i);

		ck_assert_str_ne(text_at(finding, "text"), "");
		few += strcmp(text_at(finding, "kind"), "few_minutes") == 0;
	}
	ck_assert_uint_gt(few, 0);
	ck_assert_int_ge(number_at(member(check, "counts"), "warning"), (json_int_t)few);
	json_t *row = json_array_get(shared, 0);
	ck_assert_str_eq(text_at(row, "school"), "houren");
	ck_assert_str_eq(text_at(row, "school_name"), "厚仁中心小学");
	ck_assert_int_eq(number_at(row, "lead_minutes"), 45); // chinese-tue: period 2
	ck_assert_int_eq(number_at(row, "shared_minutes"), 40);
	json_decref(check);
}
END_TEST

START_TEST(a_date_that_is_none_is_refused)
{
	json_t *error = ask("GET", "/v1/plan/check?date=2024-13-09", NULL, NULL, 400);

	ck_assert_ptr_nonnull(strstr(text_at(error, "detail"), "2026-11-23"));
	json_decref(error);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("api_plan");
	TCase *tests = tcase_create("api_plan");

	tcase_add_checked_fixture(tests, scene_setup, scene_teardown);
	tcase_add_test(tests, the_check_tells_findings_minutes_and_the_peak);
	tcase_add_test(tests, a_date_that_is_none_is_refused);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
