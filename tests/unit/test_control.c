/* SPDX-License-Identifier: BSD-3-Clause */
// test_control.c - every route of the control port, asked over TLS on loopback, over a fake worker.
#include "../support/control_fixture.h"

static struct classroom wuxi;
static struct classroom houren;

// Waits until the worker has acted on all that was sent.
static void
settle(void)
{
	while (sessions_pending_count(scene.control->sessions) > 0)
		event_base_loop(scene.control->base, EVLOOP_ONCE);
}

// Both classrooms are connected, and an ad-hoc lesson of ten minutes is live. Returns its path.
static const char *
lesson_between_both(void)
{
	static char path[160];
	classroom_enrol(&wuxi, "wuxi-1");
	classroom_enrol(&houren, "houren-1");
	classroom_connect(&wuxi, "");
	classroom_connect(&houren, "");
	json_t *session = ask("POST", "/v1/sessions",
		"{\"endpoints\":[\"wuxi-1\",\"houren-1\"],\"minutes\":10,\"title\":\"备课\"}", NULL,
		201);
	ck_assert_str_eq(text_at(session, "state"), "live");
	const char *id = text_at(session, "id");
	const char *rest = strchr(id, '/');
	snprintf(path, sizeof path, "/v1/sessions/adhoc%%2F%s", rest + 1);
	json_decref(session);
	classroom_wait(&wuxi, JOIN, 1);
	classroom_wait(&houren, JOIN, 1);
	settle();
	return path;
}

static void
teardown(void)
{
	classroom_close(&wuxi);
	classroom_close(&houren);
	scene_teardown();
}

START_TEST(health_readiness_and_status_tell_of_the_worker)
{
	bool has_turned = false;
	struct timeval soon = {0, 30000}; // one look at acknowledgements
	struct event *timer = evtimer_new(scene.control->base, scene_patience_end, &has_turned);
	evtimer_add(timer, &soon);
	scene_run_until(&has_turned);
	event_free(timer);
	json_t *health = ask("GET", "/healthz", NULL, NULL, 200);
	ck_assert_str_eq(text_at(health, "status"), "ok");
	ck_assert_str_eq(text_at(health, "instance"), scene.control->instance);
	json_decref(health);
	json_t *ready = ask("GET", "/readyz", NULL, NULL, 200);
	ck_assert_str_eq(text_at(ready, "status"), "ready");
	json_decref(ready);
	json_t *status = ask("GET", "/v1/status", NULL, NULL, 200);
	json_t *worker = json_array_get(json_object_get(status, "workers"), 0);
	ck_assert_int_eq(number_at(worker, "frames_in"), 7);
	ck_assert_int_eq(number_at(json_object_get(status, "media"), "port"), 5000);
	ck_assert_int_eq(number_at(json_object_get(status, "memory"), "flow_bytes"), 1234);
	ck_assert_uint_eq(
		json_object_size(json_object_get(status, "drops")), DROP_REASON_COUNT - 1);
	ck_assert_str_eq(text_at(status, "zone"), "Asia/Shanghai");
	json_decref(status);
}
END_TEST

START_TEST(a_worker_without_heartbeat_is_stalled)
{
	struct worker_stats figures = {
		.heartbeat_ns = clock_mono().ns - 1500 * NS_IN_MS,
	};
	scene.control->edges.link.take_ack = fake_worker_take_ack;
	event_del(scene.control->ack_timer);
	stats_publish_worker(scene.worker.board, 0, &figures);
	json_t *health = ask("GET", "/healthz", NULL, NULL, 503);
	ck_assert_str_eq(text_at(health, "status"), "stalled");
	json_decref(health);
	json_decref(ask("GET", "/readyz", NULL, NULL, 503));
}
END_TEST

START_TEST(the_index_and_metrics_are_text)
{
	struct answer answer = {0};
	ck_assert_ptr_nonnull(https_request(scene.client, "GET", "/metrics", NULL, NULL,
		PATIENCE_MS, scene_on_answer, &answer));
	scene_run_until(&answer.is_there);
	ck_assert_int_eq(answer.status, 200);
	ck_assert_ptr_nonnull(strstr(answer.text, "\nrelay_endpoints_known 4\n"));
	free(answer.text);
	json_decref(ask("GET", "/v1", NULL, NULL, 200));
}
END_TEST

START_TEST(the_lessons_of_a_day_come_from_the_timetable)
{
	json_t *day = ask("GET", "/v1/lessons?date=2024-10-15", NULL, NULL, 200);
	json_t *lesson = json_array_get(json_object_get(day, "lessons"), 0);
	ck_assert_str_eq(text_at(lesson, "id"), "chinese-tue/2024-10-15");
	ck_assert_str_eq(text_at(lesson, "starts_at"), "2024-10-15T01:20:00Z");
	ck_assert_str_eq(text_at(lesson, "opens_at"), "2024-10-15T01:17:00Z");
	ck_assert_uint_eq(json_array_size(json_object_get(lesson, "parts")), 2);
	json_decref(day);
	json_decref(ask("GET", "/v1/lessons?date=2024-10-32", NULL, NULL, 400));
}
END_TEST

START_TEST(a_join_has_all_that_a_classroom_needs)
{
	lesson_between_both();
	ck_assert_str_eq(text_at(wuxi.last[HELLO], "instance"), scene.control->instance);
	json_t *join = wuxi.last[JOIN];
	ck_assert_str_eq(text_at(join, "state"), "live");
	ck_assert_str_eq(text_at(join, "profile"), "AEAD_AES_128_GCM");
	ck_assert_str_eq(text_at(json_object_get(join, "media"), "address"), "198.18.0.2");
	ck_assert_int_eq(number_at(join, "live_in_ms"), 0);
	ck_assert_int_le(number_at(join, "bell_in_ms"), 600000);
	ck_assert_int_gt(number_at(join, "bell_in_ms"), 595000);
	ck_assert_int_gt(number_at(join, "leave_in_ms"), number_at(join, "bell_in_ms"));
	ck_assert_uint_eq(json_array_size(json_object_get(join, "send")), 3);
	ck_assert_uint_eq(json_array_size(json_object_get(join, "receive")), 3);
	json_t *sent = json_array_get(json_object_get(join, "send"), 0);
	struct srtp_keys keys;
	ck_assert_int_eq(
		srtp_keys_from_text(SRTP_AEAD_AES_128_GCM, text_at(sent, "key"), &keys), 0);
	ck_assert_str_eq(text_at(sent, "encoding"), "opus/48000/2");
	// What one sends is what the other receives.
	json_t *received = json_array_get(json_object_get(houren.last[JOIN], "receive"), 0);
	ck_assert_str_eq(text_at(received, "endpoint"), "wuxi-1");
	ck_assert_str_eq(text_at(received, "key"), text_at(sent, "key"));
	ck_assert_int_eq(number_at(received, "ssrc"), number_at(sent, "ssrc"));
	// STUN's two user names are each other's halves.
	json_t *stun = json_object_get(join, "stun");
	const struct join *own = sessions_join_of(scene.control->sessions, "wuxi-1");
	char expected[64];
	snprintf(expected, sizeof expected, "%s:%s", own->leg.endpoint_user, own->leg.relay_user);
	ck_assert_str_eq(text_at(stun, "relay_username"), expected);
	ck_assert_str_eq(text_at(stun, "password"), own->leg.relay_password);
	ck_assert_str_eq(text_at(stun, "relay_password"), own->leg.endpoint_password);
}
END_TEST

START_TEST(sessions_flows_and_endpoints_show_the_lesson)
{
	const char *path = lesson_between_both();
	json_t *session = ask("GET", path, NULL, NULL, 200);
	json_t *legs = json_object_get(session, "legs");
	ck_assert_uint_eq(json_array_size(legs), 2);
	ck_assert(json_is_true(json_object_get(json_array_get(legs, 0), "connected")));
	ck_assert_str_eq(text_at(json_array_get(legs, 0), "role"), "lead");
	ck_assert(json_is_null(json_object_get(session, "lesson")));
	json_t *flows = ask("GET", "/v1/flows", NULL, NULL, 200);
	json_t *array = json_object_get(flows, "flows");
	ck_assert_uint_eq(json_array_size(array), 6 + 6);
	ck_assert_str_eq(text_at(json_array_get(array, 0), "direction"), "in");
	json_t *out = json_array_get(array, 11);
	ck_assert_str_eq(text_at(out, "direction"), "out");
	ck_assert_str_eq(text_at(out, "to"), "houren-1");
	ck_assert(json_is_null(json_object_get(out, "lost")));
	json_decref(flows);
	flows = ask("GET", "/v1/flows?session=other", NULL, NULL, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(flows, "flows")), 0);
	json_decref(flows);
	json_t *endpoints = ask("GET", "/v1/endpoints", NULL, NULL, 200);
	json_t *endpoint = json_array_get(json_object_get(endpoints, "endpoints"), 0);
	ck_assert_str_eq(text_at(endpoint, "id"), "wuxi-1");
	ck_assert_str_eq(text_at(endpoint, "session"), text_at(session, "id"));
	ck_assert_str_eq(text_at(endpoint, "version"), "0.1");
	ck_assert(json_is_string(json_object_get(endpoint, "last_seen")));
	json_decref(endpoints);
	json_decref(session);
}
END_TEST

START_TEST(who_asks_for_its_join_gets_the_rollover_counters_of_now)
{
	lesson_between_both();
	const struct join *sender = sessions_join_of(scene.control->sessions, "wuxi-1");
	struct inflow_stats figures = {.ssrc = sender->streams[1].ssrc, .roc = 3};
	stats_publish_inflow(scene.worker.board, sender->streams[1].slot, &figures);
	json_t *join = ask("GET", "/v1/endpoint/join", NULL, houren.token, 200);
	json_t *received = json_array_get(json_object_get(join, "receive"), 0);
	ck_assert_int_eq(number_at(received, "ssrc"), sender->streams[1].ssrc);
	ck_assert_int_eq(number_at(received, "roc"), 3);
	json_decref(join);
}
END_TEST

START_TEST(extending_moves_the_bell_for_everybody)
{
	const char *path = lesson_between_both();
	char extend[192];
	snprintf(extend, sizeof extend, "%s/extend", path);
	json_decref(ask("POST", extend, "{\"minutes\":0}", NULL, 422));
	unsigned updates = houren.counts[UPDATE];
	json_t *session = ask("POST", extend, "{\"minutes\":5}", NULL, 200);
	ck_assert_int_gt(number_at(session, "remaining_s"), 890);
	json_decref(session);
	classroom_wait(&houren, UPDATE, updates + 1);
	ck_assert_int_gt(number_at(houren.last[UPDATE], "bell_in_ms"), 890000);
}
END_TEST

START_TEST(ending_a_session_sends_everybody_away)
{
	const char *path = lesson_between_both();
	json_t *session = ask("DELETE", path, NULL, NULL, 200);
	ck_assert_str_eq(text_at(session, "state"), "ended");
	json_decref(session);
	classroom_wait(&wuxi, LEAVE, 1);
	classroom_wait(&houren, LEAVE, 1);
	ck_assert_str_eq(text_at(wuxi.last[LEAVE], "join"), wuxi.join);
	json_decref(ask("GET", path, NULL, NULL, 404));
	json_decref(ask("GET", "/v1/endpoint/join", NULL, wuxi.token, 404));
	settle();
	ck_assert_uint_eq(fake_worker_legs(&scene.worker), 0);
}
END_TEST

START_TEST(a_reconnect_resumes_and_a_newer_stream_replaces_the_older)
{
	lesson_between_both();
	char join[JOIN_ID_BYTES];
	memcpy(join, wuxi.join, sizeof join);
	struct classroom again = {0};
	memcpy(again.token, wuxi.token, sizeof again.token);
	size_t sent = scene.worker.received;
	classroom_connect(&again, join);
	classroom_wait(&again, UPDATE, 1);
	ck_assert_str_eq(text_at(again.last[UPDATE], "join"), join);
	ck_assert_uint_eq(again.counts[JOIN], 0);
	ck_assert_uint_eq(scene.worker.received, sent);
	if (!wuxi.has_ended)
		scene_run_until(&wuxi.has_ended);
	ck_assert_uint_eq(presence_connected_count(scene.control->presence), 2);
	classroom_close(&again);
}
END_TEST

START_TEST(a_rejoin_brings_fresh_keys)
{
	lesson_between_both();
	char body[128];
	snprintf(body, sizeof body, "{\"join\":\"%s\",\"reason\":\"path down\"}", wuxi.join);
	char before[JOIN_ID_BYTES];
	memcpy(before, wuxi.join, sizeof before);
	json_decref(ask("POST", "/v1/endpoint/rejoin", body, wuxi.token, 200));
	classroom_wait(&wuxi, JOIN, 2);
	ck_assert_str_ne(wuxi.join, before);
	json_decref(ask("POST", "/v1/endpoint/rejoin", body, wuxi.token, 409));
}
END_TEST

START_TEST(a_heartbeat_comes_every_second)
{
	classroom_enrol(&wuxi, "wuxi-1");
	classroom_connect(&wuxi, "");
	classroom_wait(&wuxi, HEARTBEAT, 1);
	struct mono_time first = clock_mono();
	classroom_wait(&wuxi, HEARTBEAT, 2);
	int64_t ms = mono_since_ns(clock_mono(), first) / NS_IN_MS;
	ck_assert_msg(ms > 500 && ms < 2000, "%lld ms", (long long)ms);
}
END_TEST

START_TEST(a_bad_wish_is_refused_with_its_reason)
{
	static const struct {
		const char *body;
		int status;
	} wishes[] = {
		{"{}", 400},
		{"{\"endpoints\":[\"wuxi-1\"],\"minutes\":10}", 422},
		{"{\"endpoints\":[\"wuxi-1\",\"wuxi-1\"],\"minutes\":10}", 422},
		{"{\"endpoints\":[\"wuxi-1\",\"nobody\"],\"minutes\":10}", 422},
		{"{\"endpoints\":[\"wuxi-1\",\"houren-1\"],\"minutes\":601}", 422},
		{"{\"endpoints\":[\"wuxi-1\",5],\"minutes\":10}", 400},
	};
	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
		json_t *answer =
			ask("POST", "/v1/sessions", wishes[i].body, NULL, wishes[i].status);
		ck_assert_uint_gt(strlen(text_at(answer, "detail")), 10);
		json_decref(answer);
	}
	lesson_between_both();
	json_decref(ask("POST", "/v1/sessions",
		"{\"endpoints\":[\"wuxi-1\",\"jian-1\"],\"minutes\":10}", NULL, 409));
	json_decref(ask("DELETE", "/v1/sessions/none", NULL, NULL, 404));
}
END_TEST

START_TEST(a_role_stays_on_its_side)
{
	classroom_enrol(&wuxi, "wuxi-1");
	json_decref(ask("GET", "/v1/status", NULL, wuxi.token, 403));
	json_decref(ask("GET", "/v1/endpoint/join", NULL, NULL, 403));
	json_decref(ask("GET", "/v1/status", NULL, "ccr_unknown", 401));
}
END_TEST

// Makes a token and gives its text.
static void
token_make(const char *name, const char *rest, char text[TOKEN_TEXT_BYTES])
{
	char body[160];
	snprintf(body, sizeof body, "{\"name\":\"%s\",%s}", name, rest);
	json_t *answer = ask("POST", "/v1/tokens", body, NULL, 201);
	snprintf(text, TOKEN_TEXT_BYTES, "%s", text_at(answer, "token"));
	json_decref(answer);
}

START_TEST(an_observer_reads_and_an_operator_changes)
{
	char observer[TOKEN_TEXT_BYTES], operator[TOKEN_TEXT_BYTES], school[TOKEN_TEXT_BYTES];
	token_make("wall", "\"role\":\"observer\"", observer);
	token_make("desk", "\"role\":\"operator\"", operator);
	token_make("staff", "\"role\":\"school\",\"school\":\"wuxi\"", school);
	json_decref(ask("GET", "/v1/status", NULL, observer, 200));
	json_decref(ask("POST", "/v1/reload", "{}", observer, 403));
	json_decref(ask("GET", "/v1/tokens", NULL, observer, 403));
	json_decref(ask("POST", "/v1/reload", "{}", operator, 200));
	json_decref(ask("GET", "/v1/tokens", NULL, operator, 403));
	json_decref(ask("GET", "/v1/status", NULL, school, 403));
	json_t *me = ask("GET", "/v1/me", NULL, school, 200);
	ck_assert_str_eq(text_at(me, "role"), "school");
	ck_assert_str_eq(text_at(me, "school"), "wuxi");
	ck_assert_str_eq(text_at(me, "name"), "staff");
	json_decref(me);
	me = ask("GET", "/v1/me", NULL, NULL, 200);
	ck_assert_str_eq(text_at(me, "role"), "administrator");
	json_decref(me);
	json_decref(ask("POST", "/v1/tokens", "{\"name\":\"x\",\"role\":\"school\"}", NULL, 422));
	json_decref(ask("POST", "/v1/tokens",
		"{\"name\":\"x\",\"role\":\"observer\",\"school\":\"wuxi\"}", NULL, 422));
}
END_TEST

START_TEST(revoking_a_token_ends_its_stream)
{
	classroom_enrol(&wuxi, "wuxi-1");
	classroom_connect(&wuxi, "");
	json_t *list = ask("GET", "/v1/tokens", NULL, NULL, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(list, "tokens")), 1);
	json_decref(list);
	json_decref(ask("DELETE", "/v1/tokens/wuxi-1%20pc", NULL, NULL, 200));
	scene_run_until(&wuxi.has_ended);
	json_decref(ask("GET", "/v1/endpoint/join", NULL, wuxi.token, 401));
	json_decref(ask("DELETE", "/v1/tokens/wuxi-1%20pc", NULL, NULL, 404));
	json_decref(ask("POST", "/v1/tokens",
		"{\"name\":\"a\",\"role\":\"endpoint\",\"endpoint\":\"nobody\"}", NULL, 422));
}
END_TEST

START_TEST(a_revoked_classroom_is_out_of_its_lesson)
{
	lesson_between_both();
	unsigned updates = houren.counts[UPDATE];
	json_decref(ask("DELETE", "/v1/tokens/wuxi-1%20pc", NULL, NULL, 200));
	classroom_wait(&houren, UPDATE, updates + 1);
	ck_assert_uint_eq(json_array_size(json_object_get(houren.last[UPDATE], "receive")), 0);
	settle();
	ck_assert_uint_eq(fake_worker_legs(&scene.worker), 1);
}
END_TEST

START_TEST(a_reload_takes_the_new_timetable_over)
{
	scene_write("endpoints.csv",
		"endpoint,school,room,streams,profiles\n"
		"wuxi-1,wuxi,101,audio=opus,\nhouren-1,houren,201,audio=opus,\n"
		"wuxi-2,wuxi,9,audio=opus,\njian-1,jian,1,audio=opus,\njian-2,jian,2,audio=opus,\n",
		0644);
	json_t *answer = ask("POST", "/v1/reload", "{}", NULL, 200);
	ck_assert_int_ge(number_at(answer, "lessons_today"), 0);
	json_decref(answer);
	json_t *endpoints = ask("GET", "/v1/endpoints", NULL, NULL, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(endpoints, "endpoints")), 5);
	json_t *unseen = json_array_get(json_object_get(endpoints, "endpoints"), 4);
	ck_assert(json_is_null(json_object_get(unseen, "last_seen")));
	json_decref(endpoints);
}
END_TEST

START_TEST(a_broken_timetable_leaves_the_old_one)
{
	scene_write("check", "#!/bin/sh\necho 'relay: rules.csv:3: no such period' >&2\nexit 2\n",
		0755);
	json_t *answer = ask("POST", "/v1/reload", "{}", NULL, 422);
	ck_assert_str_eq(text_at(answer, "detail"), "rules.csv:3: no such period");
	json_decref(answer);
	// The check let it pass, and it is broken all the same.
	scene_write("check", "#!/bin/sh\nexit 0\n", 0755);
	scene_write("rules.csv", "rule,pair\nx\n", 0644);
	answer = ask("POST", "/v1/reload", "{}", NULL, 422);
	ck_assert_ptr_nonnull(strstr(text_at(answer, "detail"), "rules.csv:"));
	json_decref(answer);
	json_t *day = ask("GET", "/v1/lessons?date=2024-10-15", NULL, NULL, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(day, "lessons")), 1);
	json_decref(day);
}
END_TEST

START_TEST(a_restart_resumes_what_ran_and_not_what_ended)
{
	char path[160], instance[CONTROL_INSTANCE_BYTES];
	snprintf(path, sizeof path, "%s", lesson_between_both());
	json_t *other = ask("POST", "/v1/sessions",
		"{\"endpoints\":[\"wuxi-2\",\"jian-1\"],\"minutes\":10}", NULL, 201);
	char ended[LESSON_ID_BYTES_MAX];
	snprintf(ended, sizeof ended, "%s", text_at(other, "id"));
	json_decref(other);
	ck_assert_int_eq(scheduler_end(scene.control->scheduler, ended), 0);
	control_step(scene.control);
	memcpy(instance, scene.control->instance, sizeof instance);
	classroom_close(&wuxi);
	classroom_close(&houren);
	scene_stop();
	scene_start();
	ck_assert_str_ne(scene.control->instance, instance);
	control_step(scene.control);
	json_t *session = ask("GET", path, NULL, NULL, 200);
	ck_assert_str_eq(text_at(session, "state"), "live");
	ck_assert_str_eq(text_at(session, "title"), "备课");
	json_decref(session);
	ck_assert_ptr_null(sessions_find(scene.control->sessions, ended));
	// Its join is of the old instance: a fresh one comes.
	char before[JOIN_ID_BYTES];
	memcpy(before, wuxi.join, sizeof before);
	wuxi.counts[JOIN] = 0;
	classroom_connect(&wuxi, before);
	classroom_wait(&wuxi, JOIN, 1);
	ck_assert_str_ne(wuxi.join, before);
}
END_TEST

static Suite *
control_suite(void)
{
	const TTest *const tests[] = {
		health_readiness_and_status_tell_of_the_worker,
		a_worker_without_heartbeat_is_stalled,
		the_index_and_metrics_are_text,
		the_lessons_of_a_day_come_from_the_timetable,
		a_join_has_all_that_a_classroom_needs,
		sessions_flows_and_endpoints_show_the_lesson,
		who_asks_for_its_join_gets_the_rollover_counters_of_now,
		extending_moves_the_bell_for_everybody,
		ending_a_session_sends_everybody_away,
		a_reconnect_resumes_and_a_newer_stream_replaces_the_older,
		a_rejoin_brings_fresh_keys,
		a_heartbeat_comes_every_second,
		a_bad_wish_is_refused_with_its_reason,
		a_role_stays_on_its_side,
		an_observer_reads_and_an_operator_changes,
		revoking_a_token_ends_its_stream,
		a_revoked_classroom_is_out_of_its_lesson,
		a_reload_takes_the_new_timetable_over,
		a_broken_timetable_leaves_the_old_one,
		a_restart_resumes_what_ran_and_not_what_ended,
	};
	Suite *suite = suite_create("control");
	TCase *tcase = tcase_create("control");
	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, scene_setup, teardown);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(control_suite());
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
