/* SPDX-License-Identifier: BSD-3-Clause */
// test_api_checks.c - connection checks through the control port: who may, when not, and what ends
// one.
#include "../support/control_fixture.h"

#define BOTH "{\"schools\":[\"wuxi\",\"houren\"]}"

static char path[160];

// A check between wuxi and houren; its path is in `path`.
static void
begin(void)
{
	json_t *check = ask("POST", "/v1/checks", BOTH, NULL, 201);
	ck_assert_str_eq(text_at(check, "state"), "running");
	ck_assert_int_eq(number_at(check, "remaining_s"), CHECK_MS / MS_IN_S);
	snprintf(path, sizeof path, "/v1/checks/%s", text_at(check, "id"));
	json_decref(check);
}

static void
expect_state(const char *state)
{
	json_t *check = ask("GET", path, NULL, NULL, 200);
	ck_assert_str_eq(text_at(check, "state"), state);
	json_decref(check);
}

START_TEST(a_check_tells_the_endpoints_its_ladder_and_is_no_lesson)
{
	struct classroom classroom;
	classroom_enrol(&classroom, "wuxi-1");
	classroom_connect(&classroom, "");
	begin();
	classroom_wait(&classroom, JOIN, 1);
	json_t *ladder = json_object_get(classroom.last[JOIN], "check");
	ck_assert_int_le(number_at(ladder, "begins_in_ms"), CHECK_LEAD_MS);
	ck_assert_int_gt(number_at(ladder, "begins_in_ms"), CHECK_LEAD_MS - 1000);
	ck_assert_int_eq(number_at(ladder, "rung_ms"), CHECK_RUNG_MS);
	ck_assert_uint_eq(json_array_size(json_object_get(ladder, "kbit_s")), CHECK_RUNGS);
	json_t *live = ask("GET", "/v1/live", NULL, NULL, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(live, "lessons")), 0);
	json_decref(live);
	classroom_close(&classroom);
}
END_TEST

START_TEST(only_one_check_runs_and_an_operator_begins_it)
{
	json_t *made =
		ask("POST", "/v1/tokens", "{\"name\":\"looker\",\"role\":\"observer\"}", NULL, 201);
	char token[TOKEN_TEXT_BYTES];
	snprintf(token, sizeof token, "%s", text_at(made, "token"));
	json_decref(made);
	json_decref(ask("POST", "/v1/checks", BOTH, token, 403));
	begin();
	json_decref(ask("POST", "/v1/checks", "{\"schools\":[\"jian\"]}", NULL, 409));
	json_decref(ask("GET", "/v1/checks/none", NULL, token, 404));
	json_t *all = ask("GET", "/v1/checks", NULL, token, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(all, "checks")), 1);
	json_decref(all);
}
END_TEST

START_TEST(schools_are_named_by_their_ids)
{
	static const char *const wrong[] = {"{\"schools\":[\"wuxi\",\"nowhere\"]}",
		"{\"schools\":[\"wuxi\",\"wuxi\"]}", "{\"schools\":[7,\"wuxi\"]}"};
	for (size_t i = 0; i < 3; i++)
		json_decref(ask("POST", "/v1/checks", wrong[i], NULL, 422));
	json_t *error = ask("POST", "/v1/checks", "{}", NULL, 400);
	ck_assert_str_eq(text_at(error, "field"), "schools");
	json_decref(error);
	// Nobody is connected that could be its partner.
	json_decref(ask("POST", "/v1/checks", "{\"schools\":[\"wuxi\"]}", NULL, 409));
}
END_TEST

START_TEST(one_school_is_paired_with_a_partner_that_is_connected)
{
	struct classroom classroom;
	classroom_enrol(&classroom, "houren-1");
	classroom_connect(&classroom, "");
	json_t *check = ask("POST", "/v1/checks", "{\"schools\":[\"wuxi\"]}", NULL, 201);
	ck_assert(json_is_true(json_object_get(check, "partner_chosen")));
	json_t *other = json_array_get(json_object_get(check, "schools"), 1);
	ck_assert_str_eq(text_at(other, "school"), "houren");
	json_decref(check);
	classroom_close(&classroom);
}
END_TEST

START_TEST(a_school_in_a_session_is_not_checked)
{
	json_decref(ask("POST", "/v1/sessions",
		"{\"endpoints\":[\"wuxi-1\",\"jian-1\"],\"minutes\":5}", NULL, 201));
	json_t *error = ask("POST", "/v1/checks", BOTH, NULL, 409);
	ck_assert_ptr_nonnull(strstr(text_at(error, "detail"), "when that is over"));
	json_decref(error);
}
END_TEST

START_TEST(a_session_ends_the_check_at_once)
{
	begin();
	json_decref(ask("POST", "/v1/sessions",
		"{\"endpoints\":[\"wuxi-1\",\"jian-1\"],\"minutes\":5}", NULL, 201));
	checks_step(scene.control);
	expect_state("lesson");
	json_t *all = ask("GET", "/v1/sessions", NULL, NULL, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(all, "sessions")), 1);
	json_decref(all);
}
END_TEST

START_TEST(a_session_in_another_room_ends_it_too_since_the_line_is_one)
{
	begin();
	json_decref(ask("POST", "/v1/sessions",
		"{\"endpoints\":[\"wuxi-2\",\"jian-1\"],\"minutes\":5}", NULL, 201));
	checks_step(scene.control);
	expect_state("lesson");
	ck_assert_uint_eq(scheduler_running_count(scene.control->scheduler), 1);
}
END_TEST

START_TEST(whoever_ends_its_session_ends_the_check)
{
	begin();
	char session[sizeof path + 32];
	snprintf(session, sizeof session, "/v1/sessions/adhoc%%2F%s", path + strlen("/v1/checks/"));
	json_decref(ask("DELETE", session, NULL, NULL, 200));
	checks_step(scene.control);
	expect_state("ended");
}
END_TEST

START_TEST(the_page_says_what_is_not_seen_in_both_languages)
{
	static const char *const asked[][2] = {{"", "摄像机"}, {"?language=en", "Camera, encoder"}};
	begin();
	for (size_t i = 0; i < 2; i++) {
		char page[sizeof path + 32];
		struct answer answer = {0};
		snprintf(page, sizeof page, "%s.html%s", path, asked[i][0]);
		https_request(scene.client, "GET", page, NULL, NULL, PATIENCE_MS, scene_on_answer,
			&answer);
		scene_run_until(&answer.is_there);
		ck_assert_int_eq(answer.status, 200);
		ck_assert_ptr_nonnull(strstr(answer.text, asked[i][1]));
		ck_assert_ptr_nonnull(strstr(answer.text, "巫溪中心小学"));
		free(answer.text);
	}
	char page[sizeof path + 32];
	snprintf(page, sizeof page, "%s.html?language=fr", path);
	json_decref(ask("GET", page, NULL, NULL, 400));
}
END_TEST

START_TEST(a_restart_knows_of_no_check)
{
	begin();
	control_step(scene.control);
	scene_stop();
	scene_start();
	ck_assert_uint_eq(scheduler_running_count(scene.control->scheduler), 0);
	json_decref(ask("GET", path, NULL, NULL, 404));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("api_checks");
	TCase *tests = tcase_create("api_checks");
	tcase_set_timeout(tests, 30);
	tcase_add_checked_fixture(tests, scene_setup, scene_teardown);
	tcase_add_test(tests, a_check_tells_the_endpoints_its_ladder_and_is_no_lesson);
	tcase_add_test(tests, only_one_check_runs_and_an_operator_begins_it);
	tcase_add_test(tests, schools_are_named_by_their_ids);
	tcase_add_test(tests, one_school_is_paired_with_a_partner_that_is_connected);
	tcase_add_test(tests, a_school_in_a_session_is_not_checked);
	tcase_add_test(tests, a_session_ends_the_check_at_once);
	tcase_add_test(tests, a_session_in_another_room_ends_it_too_since_the_line_is_one);
	tcase_add_test(tests, whoever_ends_its_session_ends_the_check);
	tcase_add_test(tests, the_page_says_what_is_not_seen_in_both_languages);
	tcase_add_test(tests, a_restart_knows_of_no_check);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
