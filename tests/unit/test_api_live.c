/* SPDX-License-Identifier: BSD-3-Clause */
// test_api_live.c - what the control port says of what is on: LIVE, its history, and who may see
// which.
#include "../support/control_fixture.h"

static json_t *
session_open(void)
{
	return ask("POST", "/v1/sessions",
		"{\"endpoints\":[\"wuxi-1\",\"houren-1\"],\"minutes\":10,\"title\":\"听课\"}", NULL,
		201);
}

static void
look(struct mono_time now)
{
	const struct control *control = scene.control;
	sessions_sample(control->sessions, now);
	ck_assert_int_eq(
		lines_look(control->lines, control->sessions, control->edges.link.stats, now), 0);
}

static json_t *
first_of(json_t *object, const char *key)
{
	json_t *one = json_array_get(json_object_get(object, key), 0);
	ck_assert_msg(one != NULL, "no %s", key);
	return one;
}

START_TEST(nothing_is_on_and_the_next_lessons_are_told)
{
	json_t *live = ask("GET", "/v1/live", NULL, NULL, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(live, "lessons")), 0);
	ck_assert_str_eq(text_at(live, "instance"), scene.control->instance);
	ck_assert(json_is_array(json_object_get(live, "next")));
	ck_assert_int_eq(number_at(first_of(live, "workers"), "worker"), 0);
	number_at(json_object_get(live, "totals"), "packets_in_s");
	json_decref(live);
}
END_TEST

START_TEST(who_is_absent_is_said_in_both_languages)
{
	json_decref(session_open());
	look(clock_mono());
	json_t *live = ask("GET", "/v1/live", NULL, NULL, 200);
	json_t *lesson = first_of(live, "lessons");
	ck_assert_str_eq(text_at(lesson, "title"), "听课");
	ck_assert(json_is_null(json_object_get(lesson, "lesson")));
	ck_assert_uint_eq(json_array_size(json_object_get(lesson, "schools")), 2);
	json_t *school = first_of(lesson, "schools");
	ck_assert_str_eq(text_at(school, "school_name"), "巫溪中心小学");
	ck_assert(!json_is_true(json_object_get(school, "connected")));
	json_t *line = json_object_get(school, "uplink");
	ck_assert_int_eq(number_at(line, "present_flows"), 0);
	ck_assert(json_is_null(json_object_get(line, "loss_ratio")));
	ck_assert(json_is_null(json_object_get(line, "mos")));
	json_decref(live);
}
END_TEST

START_TEST(silence_is_red_and_named)
{
	json_t *opened = session_open();
	struct mono_time now = clock_mono();
	for (int second = 0; second < 42; second++)
		look(mono_after_ns(now, second * NS_IN_S));
	json_t *live = ask("GET", "/v1/live", NULL, NULL, 200);
	json_t *lesson = first_of(live, "lessons");
	ck_assert_str_eq(text_at(lesson, "light"), "red");
	json_t *school = first_of(lesson, "schools");
	ck_assert_str_eq(text_at(json_object_get(school, "uplink"), "why"), "silent");
	json_t *words = json_object_get(school, "words");
	ck_assert_ptr_nonnull(strstr(text_at(words, "en"), "connect"));
	ck_assert_ptr_nonnull(strstr(text_at(words, "zh"), "巫溪中心小学"));
	json_decref(live);

	char path[200];
	char *escaped = strdup(text_at(opened, "id"));
	snprintf(path, sizeof path, "/v1/live/history?session=%s", escaped);
	json_t *history = ask("GET", path, NULL, NULL, 200);
	ck_assert_int_eq(number_at(history, "step_s"), 1);
	json_t *up = json_object_get(first_of(history, "schools"), "uplink");
	ck_assert_uint_ge(json_array_size(json_object_get(up, "kbit_s")), 42);
	ck_assert(json_is_null(json_array_get(json_object_get(up, "loss_ratio"), 0)));
	free(escaped);
	json_decref(history);
	json_decref(opened);
}
END_TEST

START_TEST(a_school_sees_its_own_lessons)
{
	json_t *token = ask("POST", "/v1/tokens",
		"{\"name\":\"jian\",\"role\":\"school\",\"school\":\"houren\"}", NULL, 201);
	json_t *opened = session_open();
	json_t *live = ask("GET", "/v1/live", NULL, text_at(token, "token"), 200);
	ck_assert_uint_eq(json_array_size(json_object_get(live, "lessons")), 1);
	ck_assert_ptr_null(json_object_get(live, "totals"));
	ck_assert_ptr_null(json_object_get(live, "workers"));
	json_decref(live);
	json_t *other = ask("POST", "/v1/tokens",
		"{\"name\":\"other\",\"role\":\"school\",\"school\":\"jian\"}", NULL, 201);
	live = ask("GET", "/v1/live", NULL, text_at(other, "token"), 200);
	ck_assert_uint_eq(json_array_size(json_object_get(live, "lessons")), 0);
	json_decref(live);
	json_decref(other);
	json_decref(ask("DELETE", "/v1/tokens/jian", NULL, NULL, 200));
	json_decref(token);
	json_decref(opened);
}
END_TEST

START_TEST(a_history_needs_a_session_that_is_open)
{
	json_decref(ask("GET", "/v1/live/history", NULL, NULL, 404));
	json_decref(ask("GET", "/v1/live/history?session=nobody", NULL, NULL, 404));
}
END_TEST

static Suite *
live_suite(void)
{
	Suite *suite = suite_create("api_live");
	TCase *tcase = tcase_create("api_live");
	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, scene_setup, scene_teardown);
	tcase_add_test(tcase, nothing_is_on_and_the_next_lessons_are_told);
	tcase_add_test(tcase, who_is_absent_is_said_in_both_languages);
	tcase_add_test(tcase, silence_is_red_and_named);
	tcase_add_test(tcase, a_school_sees_its_own_lessons);
	tcase_add_test(tcase, a_history_needs_a_session_that_is_open);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(live_suite());
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
