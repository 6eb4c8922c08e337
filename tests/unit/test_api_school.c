/* SPDX-License-Identifier: BSD-3-Clause */
// test_api_school.c - what a school's token opens, and what it does not.
#include "../support/control_fixture.h"
#include "http/guesses.h"

static char wuxi[TOKEN_TEXT_BYTES], jian[TOKEN_TEXT_BYTES];
static char path[160];

static void
token_make(const char *school, char text[TOKEN_TEXT_BYTES])
{
	char body[128];
	snprintf(body, sizeof body, "{\"name\":\"%s\",\"role\":\"school\",\"school\":\"%s\"}",
		school, school);
	json_t *answer = ask("POST", "/v1/tokens", body, NULL, 201);
	snprintf(text, TOKEN_TEXT_BYTES, "%s", text_at(answer, "token"));
	json_decref(answer);
}

static void
setup(void)
{
	scene_setup();
	token_make("wuxi", wuxi);
	token_make("jian", jian);
}

// Calls houren by wuxi's token. Gives the path that extends the session.
static void
call_houren(void)
{
	json_t *session = ask("POST", "/v1/calls", "{\"school\":\"houren\"}", wuxi, 201);
	const char *id = text_at(session, "id");
	ck_assert_int_eq(strncmp(id, "adhoc/call-", 11), 0);
	snprintf(path, sizeof path, "/v1/sessions/adhoc%%2F%s/extend", id + 6);
	const struct scheduled_lesson *running = scheduler_find(scene.control->scheduler, id);
	ck_assert_int_eq(running->lesson.form, FORM_PREPARATION);
	ck_assert_uint_eq(running->lesson.part_count, 2);
	json_decref(session);
}

START_TEST(a_school_calls_its_partner_only)
{
	json_decref(ask("POST", "/v1/calls", "{\"school\":\"nobody\"}", wuxi, 403));
	// The first pair's schools are wuxi and houren; no other remains.
	scene_write("pairs.csv", "pair,lead,assisted\npair,wuxi,houren\n", 0644);
	scene_write(
		"rules.csv", "rule,pair,weekday,period,subject\nchinese-tue,pair,2,3,语文\n", 0644);
	json_decref(ask("POST", "/v1/reload", "{}", NULL, 200));
	json_decref(ask("POST", "/v1/calls", "{\"school\":\"houren\"}", jian, 403));
	json_decref(ask("POST", "/v1/calls", "{\"school\":\"wuxi\"}", wuxi, 403));
	json_decref(ask("POST", "/v1/calls", "{\"school\":\"houren\"}", NULL, 403));
	json_t *error = ask("POST", "/v1/calls", "{\"school\":7}", wuxi, 400);
	ck_assert_str_eq(text_at(error, "field"), "school");
	json_decref(error);
	call_houren();
	json_decref(ask("POST", "/v1/calls", "{\"school\":\"houren\"}", wuxi, 409));
}
END_TEST

START_TEST(five_minutes_are_added_three_times_by_who_takes_part)
{
	call_houren();
	json_decref(ask("POST", path, "{\"minutes\":5}", jian, 403));
	json_decref(ask("POST", path, "{\"minutes\":6}", wuxi, 403));
	for (int i = 0; i < 3; i++)
		json_decref(ask("POST", path, "{\"minutes\":5}", wuxi, 200));
	json_decref(ask("POST", path, "{\"minutes\":5}", wuxi, 409));
	json_decref(ask("POST", path, "{\"minutes\":5}", NULL, 200));
	json_decref(ask("POST", "/v1/sessions/none/extend", "{\"minutes\":5}", wuxi, 403));
}
END_TEST

START_TEST(a_school_sees_its_own_lessons_and_sheet)
{
	json_t *day = ask("GET", "/v1/lessons?date=2024-10-15", NULL, wuxi, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(day, "lessons")), 1);
	json_decref(day);
	day = ask("GET", "/v1/lessons?date=2024-10-15", NULL, jian, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(day, "lessons")), 0);
	json_decref(day);
	struct answer answer = {0};
	https_request(scene.client, "GET", "/v1/sheet?school=wuxi&week=2024-10-15", NULL, jian,
		PATIENCE_MS, scene_on_answer, &answer);
	scene_run_until(&answer.is_there);
	ck_assert_int_eq(answer.status, 200);
	ck_assert_ptr_null(strstr(answer.text, "语文"));
	free(answer.text);
}
END_TEST

START_TEST(everything_else_is_closed_to_a_school)
{
	static const char *const asks[][2] = {
		{"GET", "/v1/status"},
		{"GET", "/v1/sessions"},
		{"GET", "/v1/flows"},
		{"GET", "/v1/endpoints"},
		{"GET", "/v1/tokens"},
		{"GET", "/v1/audit"},
		{"GET", "/v1/exceptions"},
		{"GET", "/v1/timetable"},
		{"GET", "/v1/plan/check"},
		{"GET", "/metrics"},
		{"POST", "/v1/sessions"},
		{"POST", "/v1/reload"},
		{"POST", "/v1/exceptions"},
		{"GET", "/v1/endpoint/join"},
		{"DELETE", "/v1/sessions/none"},
	};
	for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
		json_decref(ask(asks[i][0], asks[i][1], strcmp(asks[i][0], "GET") ? "{}" : NULL,
			wuxi, 403));
}
END_TEST

START_TEST(who_tries_many_tokens_must_wait_and_others_need_not)
{
	json_decref(ask("GET", "/v1/me", NULL, wuxi, 200));
	for (int i = 0; i < GUESSES_BURST; i++)
		json_decref(ask("GET", "/v1/me", NULL, "ccr_guess", 401));
	json_t *error = ask("GET", "/v1/me", NULL, "ccr_guess", 429);
	ck_assert_int_eq(number_at(error, "status"), 429);
	json_decref(error);
	json_decref(ask("POST", "/v1/signin", "{\"token\":\"ccr_guess\"}", NULL, 429));
	// A right guess is as good as none; but who was right from here before goes on.
	json_decref(ask("GET", "/v1/me", NULL, jian, 429));
	json_decref(ask("GET", "/v1/me", NULL, wuxi, 200));
	json_decref(ask("GET", "/v1/me", NULL, NULL, 200));
	ck_assert_uint_eq(http_server_counters(scene.control->server).limited, 3);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_school_calls_its_partner_only,
		five_minutes_are_added_three_times_by_who_takes_part,
		a_school_sees_its_own_lessons_and_sheet,
		everything_else_is_closed_to_a_school,
		who_tries_many_tokens_must_wait_and_others_need_not,
	};
	Suite *suite = suite_create("api_school");
	TCase *tcase = tcase_create("api_school");
	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, scene_teardown);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
