/* SPDX-License-Identifier: BSD-3-Clause */
// test_api_events.c - what people who watch are told, and whose streams end when.
#include "../support/control_fixture.h"

struct watcher {
	struct https_stream *stream;
	char events[4096]; // "name data\n" of each
	size_t length;
	json_t *live; // the last one
	unsigned lives;
	bool has_news;
	bool has_ended;
	int status;
};

static struct watcher desk, staff;
static struct classroom wuxi, houren;

static void
on_event(const char *name, const char *data, size_t length, void *user)
{
	struct watcher *watcher = user;
	if (strcmp(name, "live") == 0) {
		json_decref(watcher->live);
		watcher->live = json_loadb(data, length, 0, NULL);
		watcher->lives++;
	} else {
		watcher->length += (size_t)snprintf(watcher->events + watcher->length,
			sizeof watcher->events - watcher->length, "%s %.*s\n", name, (int)length,
			data);
	}
	ck_assert_uint_lt(watcher->length, sizeof watcher->events);
	watcher->has_news = true;
}

static void
on_end(int status, const char *reason, void *user)
{
	struct watcher *watcher = user;
	(void)reason;
	watcher->status = status;
	watcher->has_ended = true;
	watcher->stream = NULL;
}

static void
wait_for(struct watcher *watcher, const char *words)
{
	while (!strstr(watcher->events, words)) {
		watcher->has_news = false;
		scene_run_until(&watcher->has_news);
	}
}

static void
watch(struct watcher *watcher, const char *token)
{
	memset(watcher, 0, sizeof *watcher);
	watcher->stream =
		https_stream_open(scene.client, "/v1/events", token, on_event, on_end, watcher);
	ck_assert_ptr_nonnull(watcher->stream);
	wait_for(watcher, "hello ");
}

static void
token_make(const char *body, char text[TOKEN_TEXT_BYTES])
{
	json_t *answer = ask("POST", "/v1/tokens", body, NULL, 201);
	snprintf(text, TOKEN_TEXT_BYTES, "%s", text_at(answer, "token"));
	json_decref(answer);
}

static void
teardown(void)
{
	struct watcher *const watchers[] = {&desk, &staff};
	for (size_t i = 0; i < 2; i++) {
		if (watchers[i]->stream)
			https_stream_close(watchers[i]->stream);
		json_decref(watchers[i]->live);
	}
	classroom_close(&wuxi);
	classroom_close(&houren);
	scene_teardown();
}

START_TEST(a_greeting_says_who_one_is)
{
	char token[TOKEN_TEXT_BYTES];
	token_make("{\"name\":\"staff\",\"role\":\"school\",\"school\":\"houren\"}", token);
	watch(&staff, token);
	ck_assert_ptr_nonnull(strstr(
		staff.events, "\"role\":\"school\",\"name\":\"staff\",\"school\":\"houren\""));
	watch(&desk, NULL);
	ck_assert_ptr_nonnull(strstr(
		desk.events, "\"role\":\"administrator\",\"name\":\"localhost\",\"school\":null"));
	ck_assert_uint_eq(listeners_count(scene.control->listeners), 2);
}
END_TEST

START_TEST(who_comes_and_goes_is_told_to_whom_it_concerns)
{
	char token[TOKEN_TEXT_BYTES];
	token_make("{\"name\":\"staff\",\"role\":\"school\",\"school\":\"houren\"}", token);
	watch(&staff, token);
	watch(&desk, NULL);
	classroom_enrol(&wuxi, "wuxi-1");
	classroom_enrol(&houren, "houren-1");
	classroom_connect(&wuxi, "");
	classroom_connect(&houren, "");
	wait_for(&desk, "presence {\"endpoint\":\"wuxi-1\",\"connected\":true}\n");
	wait_for(&desk, "presence {\"endpoint\":\"houren-1\",\"connected\":true}\n");
	wait_for(&staff, "presence {\"endpoint\":\"houren-1\",\"connected\":true}\n");
	classroom_close(&houren);
	wait_for(&staff, "presence {\"endpoint\":\"houren-1\",\"connected\":false}\n");
	ck_assert_ptr_null(strstr(staff.events, "wuxi-1"));
}
END_TEST

START_TEST(a_change_of_the_plan_is_told)
{
	watch(&desk, NULL);
	struct mono_time begin = clock_mono();
	// The first second's look tells of the day itself.
	wait_for(&desk, "lessons {}\n");
	desk.length = 0;
	desk.events[0] = '\0';
	json_decref(ask("POST", "/v1/sessions",
		"{\"endpoints\":[\"wuxi-1\",\"houren-1\"],\"minutes\":10}", NULL, 201));
	wait_for(&desk, "lessons {}\n");
	ck_assert_int_lt(mono_since_ns(clock_mono(), begin) / NS_IN_MS, 4000);
}
END_TEST

START_TEST(what_is_on_is_told_each_second_and_to_a_school_its_own)
{
	char token[TOKEN_TEXT_BYTES];
	token_make("{\"name\":\"staff\",\"role\":\"school\",\"school\":\"jian\"}", token);
	watch(&staff, token);
	watch(&desk, NULL);
	json_decref(ask("POST", "/v1/sessions",
		"{\"endpoints\":[\"wuxi-1\",\"houren-1\"],\"minutes\":10}", NULL, 201));
	while (!desk.live || json_array_size(json_object_get(desk.live, "lessons")) == 0) {
		desk.has_news = false;
		scene_run_until(&desk.has_news);
	}
	unsigned told = staff.lives;
	while (staff.lives < told + 2) {
		staff.has_news = false;
		scene_run_until(&staff.has_news);
	}
	ck_assert_uint_eq(json_array_size(json_object_get(staff.live, "lessons")), 0);
	json_t *live = ask("GET", "/v1/live", NULL, token, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(live, "lessons")), 0);
	json_decref(live);
}
END_TEST

START_TEST(a_new_alarm_is_told_once)
{
	watch(&desk, NULL);
	scene.control->alarms.is_synchronised = false;
	wait_for(&desk, "alarm {\"kind\":\"clock_unsynchronised\"");
	// Two more seconds bring no second one.
	classroom_enrol(&wuxi, "wuxi-1");
	classroom_connect(&wuxi, "");
	classroom_wait(&wuxi, HEARTBEAT, 2);
	const char *first = strstr(desk.events, "alarm ");
	ck_assert_ptr_null(strstr(first + 1, "alarm "));
}
END_TEST

START_TEST(a_stream_ends_with_its_token)
{
	char token[TOKEN_TEXT_BYTES];
	token_make("{\"name\":\"wall\",\"role\":\"observer\"}", token);
	watch(&desk, token);
	watch(&staff, NULL);
	json_decref(ask("DELETE", "/v1/tokens/wall", NULL, NULL, 200));
	if (!desk.has_ended)
		scene_run_until(&desk.has_ended);
	ck_assert(!staff.has_ended);
	ck_assert_uint_eq(listeners_count(scene.control->listeners), 1);
}
END_TEST

START_TEST(no_more_than_the_limit_may_watch)
{
	static struct watcher many[LISTENERS_MAX];
	for (size_t i = 0; i < LISTENERS_MAX; i++)
		watch(&many[i], NULL);
	desk.stream = https_stream_open(scene.client, "/v1/events", NULL, on_event, on_end, &desk);
	scene_run_until(&desk.has_ended);
	ck_assert_int_eq(desk.status, 503);
	for (size_t i = 0; i < LISTENERS_MAX; i++)
		https_stream_close(many[i].stream);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_greeting_says_who_one_is,
		who_comes_and_goes_is_told_to_whom_it_concerns,
		a_change_of_the_plan_is_told,
		what_is_on_is_told_each_second_and_to_a_school_its_own,
		a_new_alarm_is_told_once,
		a_stream_ends_with_its_token,
		no_more_than_the_limit_may_watch,
	};
	Suite *suite = suite_create("api_events");
	TCase *tcase = tcase_create("api_events");
	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, scene_setup, teardown);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
