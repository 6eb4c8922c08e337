/* SPDX-License-Identifier: BSD-3-Clause */
// test_api_session_edits.c - cut, regrouped and reloaded over TLS, with classrooms that listen.
#include "../support/control_fixture.h"

static struct classroom wuxi;
static struct classroom houren;
static struct classroom jian;
static char path[160];

static void
settle(void)
{
	while (sessions_pending_count(scene.control->sessions) > 0)
		event_base_loop(scene.control->base, EVLOOP_ONCE);
}

// An ad-hoc lesson of ten minutes between wuxi-1 and houren-1; jian-1 is connected, too.
static void
setup(void)
{
	scene_setup();
	classroom_enrol(&wuxi, "wuxi-1");
	classroom_enrol(&houren, "houren-1");
	classroom_enrol(&jian, "jian-1");
	classroom_connect(&wuxi, "");
	classroom_connect(&houren, "");
	classroom_connect(&jian, "");
	json_t *session = ask("POST", "/v1/sessions",
		"{\"endpoints\":[\"wuxi-1\",\"houren-1\"],\"minutes\":10,\"title\":\"t\"}", NULL,
		201);
	snprintf(path, sizeof path, "/v1/sessions/adhoc%%2F%s",
		strchr(text_at(session, "id"), '/') + 1);
	ck_assert(json_is_false(json_object_get(session, "edited")));
	json_decref(session);
	classroom_wait(&wuxi, JOIN, 1);
	classroom_wait(&houren, JOIN, 1);
	settle();
}

static void
teardown(void)
{
	classroom_close(&wuxi);
	classroom_close(&houren);
	classroom_close(&jian);
	scene_teardown();
}

static json_t *
cut(const char *body, int status)
{
	char where[192];
	snprintf(where, sizeof where, "%s/cut", path);
	return ask("POST", where, body, NULL, status);
}

START_TEST(a_cut_moves_the_bell_for_everybody)
{
	unsigned updates = houren.counts[UPDATE];
	json_t *session = cut("{\"minutes\":5}", 200);
	ck_assert_int_le(number_at(session, "remaining_s"), 300);
	ck_assert_int_gt(number_at(session, "remaining_s"), 280);
	ck_assert(json_is_true(json_object_get(session, "edited")));
	json_decref(session);
	classroom_wait(&houren, UPDATE, updates + 1);
	ck_assert_int_le(number_at(houren.last[UPDATE], "bell_in_ms"), 300000);
	session = cut("{\"end_in_minutes\":2}", 200);
	ck_assert_int_le(number_at(session, "remaining_s"), 120);
	json_decref(session);
	session = cut("{\"end_in_minutes\":0}", 200);
	ck_assert_str_eq(text_at(session, "state"), "grace");
	json_decref(session);
	json_decref(cut("{\"minutes\":1}", 409));
	ck_assert_uint_eq(wuxi.counts[JOIN], 1);
}
END_TEST

START_TEST(a_cut_that_is_none_is_refused)
{
	static const char *const bodies[] = {"{}", "{\"minutes\":0}", "{\"minutes\":-1}",
		"{\"minutes\":1,\"end_in_minutes\":1}", "{\"end_in_minutes\":10}",
		"{\"minutes\":601}", "{\"minutes\":\"1\"}"};
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
		json_decref(cut(bodies[i], 422));
	json_decref(ask("POST", "/v1/sessions/none/cut", "{\"minutes\":1}", NULL, 404));
	json_t *session = ask("GET", path, NULL, NULL, 200);
	ck_assert(json_is_false(json_object_get(session, "edited")));
	json_decref(session);
}
END_TEST

START_TEST(another_endpoint_comes_while_the_other_side_goes_on)
{
	unsigned updates = wuxi.counts[UPDATE];
	char join[JOIN_ID_BYTES];
	memcpy(join, wuxi.join, sizeof join);
	json_t *session = ask("PATCH", path,
		"{\"endpoints\":[\"wuxi-1\",\"jian-1\"],\"was\":[\"wuxi-1\",\"houren-1\"]}", NULL,
		200);
	ck_assert_uint_eq(json_array_size(json_object_get(session, "legs")), 2);
	json_decref(session);
	classroom_wait(&jian, JOIN, 1);
	classroom_wait(&houren, LEAVE, 1);
	classroom_wait(&wuxi, UPDATE, updates + 1);
	settle();
	json_t *now = ask("GET", "/v1/endpoint/join", NULL, wuxi.token, 200);
	ck_assert_str_eq(text_at(now, "join"), join);
	json_t *receive = json_object_get(now, "receive");
	ck_assert_uint_eq(json_array_size(receive), 1);
	ck_assert_str_eq(text_at(json_array_get(receive, 0), "endpoint"), "jian-1");
	json_decref(now);
	ck_assert_uint_eq(wuxi.counts[JOIN], 1);
	json_decref(ask("GET", "/v1/endpoint/join", NULL, houren.token, 404));
}
END_TEST

START_TEST(a_listener_may_be_added)
{
	json_t *session = ask("PATCH", path,
		"{\"endpoints\":[\"wuxi-1\",\"houren-1\"],\"listeners\":[\"jian-1\"]}", NULL, 200);
	json_t *legs = json_object_get(session, "legs");
	ck_assert_uint_eq(json_array_size(legs), 3);
	ck_assert_str_eq(text_at(json_array_get(legs, 2), "role"), "listen");
	json_decref(session);
	classroom_wait(&jian, JOIN, 1);
	ck_assert_uint_eq(json_array_size(json_object_get(jian.last[JOIN], "send")), 0);
	ck_assert_uint_eq(json_array_size(json_object_get(jian.last[JOIN], "receive")), 6);
	settle();
}
END_TEST

START_TEST(a_group_that_cannot_be_is_refused_with_its_reason)
{
	static const struct {
		const char *body;
		int status;
	} wishes[] = {
		{"{}", 400},
		{"{\"endpoints\":[\"wuxi-1\",7]}", 400},
		{"{\"endpoints\":[\"wuxi-1\",\"jian-1\"],\"more\":1}", 400},
		{"{\"endpoints\":[\"wuxi-1\"]}", 422},
		{"{\"endpoints\":[\"wuxi-1\",\"wuxi-1\"]}", 422},
		{"{\"endpoints\":[\"wuxi-1\",\"nobody-1\"]}", 422},
		// wuxi-2 speaks another profile than the one that is on.
		{"{\"endpoints\":[\"wuxi-2\",\"houren-1\"]}", 422},
		{"{\"endpoints\":[\"wuxi-1\",\"jian-1\"],\"was\":[\"wuxi-1\"]}", 409},
		{"{\"endpoints\":[\"wuxi-1\",\"jian-1\"],\"was\":[\"wuxi-1\",\"jian-1\"]}", 409},
	};
	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++)
		json_decref(ask("PATCH", path, wishes[i].body, NULL, wishes[i].status));
	json_decref(ask("PATCH", "/v1/sessions/none", "{\"endpoints\":[\"a\",\"b\"]}", NULL, 404));
	ck_assert_uint_eq(houren.counts[LEAVE], 0);
	ck_assert_uint_eq(jian.counts[JOIN], 0);
}
END_TEST

START_TEST(the_status_tells_of_a_clock_that_nobody_keeps)
{
	json_t *status = ask("GET", "/v1/status", NULL, NULL, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(status, "alarms")), 0);
	json_decref(status);
	scene_clock_is_kept = false;
	alarms_expire(&scene.control->alarms);
	unsigned beats = wuxi.counts[HEARTBEAT];
	classroom_wait(&wuxi, HEARTBEAT, beats + 2);
	status = ask("GET", "/v1/status", NULL, NULL, 200);
	json_t *alarms = json_object_get(status, "alarms");
	ck_assert_uint_eq(json_array_size(alarms), 1);
	ck_assert_str_eq(text_at(json_array_get(alarms, 0), "kind"), "clock_unsynchronised");
	json_decref(status);
	scene_clock_is_kept = true;
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("api_session_edits");
	TCase *tcase = tcase_create("api_session_edits");
	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_cut_moves_the_bell_for_everybody);
	tcase_add_test(tcase, a_cut_that_is_none_is_refused);
	tcase_add_test(tcase, another_endpoint_comes_while_the_other_side_goes_on);
	tcase_add_test(tcase, a_listener_may_be_added);
	tcase_add_test(tcase, a_group_that_cannot_be_is_refused_with_its_reason);
	tcase_add_test(tcase, the_status_tells_of_a_clock_that_nobody_keeps);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
