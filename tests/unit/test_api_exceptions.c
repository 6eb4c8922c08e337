/* SPDX-License-Identifier: BSD-3-Clause */
// test_api_exceptions.c - one-day changes over TLS: checked, in force at once and after a restart,
// taken back.
#include "../support/control_fixture.h"

// The next date of a weekday (1 = Monday) that is at least a day ahead: its lessons are to come.
static struct civil_date
next(int weekday)
{
	struct civil_date date = civil_date_add(civil_date_of(clock_wall()), 2);
	while (civil_weekday(date) != weekday)
		date = civil_date_add(date, 1);
	return date;
}

// A text with "%s" for each of the dates, of which there are two.
static const char *
with(const char *format, struct civil_date a, struct civil_date b)
{
	static char text[512];
	char first[CIVIL_DATE_BYTES], second[CIVIL_DATE_BYTES];
	civil_date_format(a, first);
	civil_date_format(b, second);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(text, sizeof text, format, first, second);
#pragma GCC diagnostic pop
	return text;
}

static json_t *
post(const char *body, int status)
{
	return ask("POST", "/v1/exceptions", body, NULL, status);
}

// Whether the board of a date has a lesson whose id begins so; *starts_at as it says.
static bool
is_held(struct civil_date date, const char *rule, char starts_at[32])
{
	json_t *day = ask("GET", with("/v1/lessons?date=%s", date, date), NULL, NULL, 200);
	bool found = false;
	size_t index;
	json_t *lesson;
	json_array_foreach(json_object_get(day, "lessons"), index, lesson)
	{
		if (strncmp(text_at(lesson, "id"), rule, strlen(rule)) != 0)
			continue;
		found = true;
		if (starts_at)
			snprintf(starts_at, 32, "%s", text_at(lesson, "starts_at"));
	}
	json_decref(day);
	return found;
}

// The board tells why the only lesson that is not held is not.
static void
expect_cancelled(struct civil_date date, const char *rule, const char *reason)
{
	json_t *day = ask("GET", with("/v1/lessons?date=%s", date, date), NULL, NULL, 200);
	json_t *cancelled = json_object_get(day, "cancelled");
	ck_assert_uint_eq(json_array_size(cancelled), 1);
	ck_assert_str_eq(text_at(json_array_get(cancelled, 0), "rule"), rule);
	ck_assert_str_eq(text_at(json_array_get(cancelled, 0), "reason"), reason);
	json_decref(day);
}

static void
expect_reason(json_t *answer, const char *one, const char *other)
{
	const char *text = text_at(answer, "detail");
	ck_assert_msg(strstr(text, one) && strstr(text, other), "%s", text);
	json_decref(answer);
}

START_TEST(a_cancelled_lesson_is_off_the_board_until_that_is_taken_back)
{
	struct civil_date tuesday = next(2);
	ck_assert(is_held(tuesday, "chinese-tue/", NULL));
	json_t *answer = post(
		with("{\"kind\":\"cancel\",\"lesson\":\"chinese-tue/%s\"}", tuesday, tuesday), 201);
	char path[64];
	snprintf(path, sizeof path, "/v1/exceptions/%d", (int)number_at(answer, "number"));
	ck_assert(json_is_null(json_object_get(answer, "held")));
	json_decref(answer);
	ck_assert(!is_held(tuesday, "chinese-tue/", NULL));
	expect_cancelled(tuesday, "chinese-tue", "exception");
	ck_assert(is_held(civil_date_add(tuesday, 7), "chinese-tue/", NULL));
	// Once is enough.
	expect_reason(
		post(with("{\"kind\":\"cancel\",\"lesson\":\"chinese-tue/%s\"}", tuesday, tuesday),
			422),
		"chinese-tue", "already");
	scene_stop();
	scene_start();
	ck_assert(!is_held(tuesday, "chinese-tue/", NULL));
	json_decref(ask("DELETE", path, NULL, NULL, 200));
	ck_assert(is_held(tuesday, "chinese-tue/", NULL));
	json_decref(ask("DELETE", path, NULL, NULL, 404));
	json_decref(ask("DELETE", "/v1/exceptions/x", NULL, NULL, 404));
	json_t *audit = ask("GET", "/v1/audit", NULL, NULL, 200);
	json_t *rows = json_object_get(audit, "audit");
	ck_assert_uint_eq(json_array_size(rows), 2);
	const char *what = text_at(json_array_get(rows, 0), "what");
	ck_assert_int_eq(strncmp(what, "exception taken back: cancel chinese-tue/", 41), 0);
	json_decref(audit);
}
END_TEST

START_TEST(a_moved_lesson_keeps_its_id_and_rings_elsewhere)
{
	struct civil_date tuesday = next(2), wednesday = civil_date_add(tuesday, 1);
	char starts_at[32], expected[32];
	json_t *answer = post(with("{\"kind\":\"move\",\"lesson\":\"chinese-tue/%s\","
				   "\"to_date\":\"%s\",\"to_period\":3}",
				      tuesday, wednesday),
		201);
	ck_assert_str_eq(text_at(json_object_get(answer, "held"), "id"), text_at(answer, "lesson"));
	json_decref(answer);
	ck_assert(!is_held(tuesday, "chinese-tue/", NULL));
	ck_assert(is_held(wednesday, "chinese-tue/", starts_at));
	civil_format_utc(civil_to_wall(wednesday, 10 * 3600 + 35 * 60), expected);
	ck_assert_str_eq(starts_at, expected);
	json_t *list = ask("GET", "/v1/exceptions", NULL, NULL, 200);
	json_t *row = json_array_get(json_object_get(list, "exceptions"), 0);
	ck_assert_str_eq(text_at(row, "kind"), "move");
	ck_assert_int_eq(number_at(row, "to_period"), 3);
	ck_assert_str_eq(text_at(row, "made_by"), "localhost");
	ck_assert(json_is_true(json_object_get(row, "holds")));
	json_decref(list);
}
END_TEST

START_TEST(a_lesson_moves_to_times_of_its_own)
{
	struct civil_date tuesday = next(2);
	char starts_at[32], expected[32];
	json_decref(post(with("{\"kind\":\"move\",\"lesson\":\"chinese-tue/%s\","
			      "\"to_date\":\"%s\",\"to_times\":\"15:00:30-15:40\"}",
				 tuesday, tuesday),
		201));
	ck_assert(is_held(tuesday, "chinese-tue/", starts_at));
	civil_format_utc(civil_to_wall(tuesday, 15 * 3600 + 30), expected);
	ck_assert_str_eq(starts_at, expected);
}
END_TEST

START_TEST(a_moved_lesson_that_is_in_anothers_way_is_refused_with_both)
{
	struct civil_date tuesday = next(2), friday = next(5);
	expect_reason(post(with("{\"kind\":\"move\",\"lesson\":\"chinese-tue/%s\","
				"\"to_date\":\"%s\",\"to_period\":2}",
				   tuesday, friday),
			      422),
		"chinese-tue/", "union-fri/");
	ck_assert(is_held(tuesday, "chinese-tue/", NULL));
}
END_TEST

START_TEST(a_place_that_was_given_away_is_not_taken_back)
{
	struct civil_date tuesday = next(2), wednesday = civil_date_add(tuesday, 1);
	json_t *answer = post(with("{\"kind\":\"move\",\"lesson\":\"chinese-tue/%s\","
				   "\"to_date\":\"%s\",\"to_period\":3}",
				      tuesday, wednesday),
		201);
	char path[64];
	snprintf(path, sizeof path, "/v1/exceptions/%d", (int)number_at(answer, "number"));
	json_decref(answer);
	json_decref(post(with("{\"kind\":\"move\",\"lesson\":\"maths-thu/%s\","
			      "\"to_date\":\"%s\",\"to_period\":2}",
				 civil_date_add(tuesday, 2), tuesday),
		201));
	expect_reason(ask("DELETE", path, NULL, NULL, 409), "chinese-tue/", "maths-thu/");
	ck_assert(is_held(wednesday, "chinese-tue/", NULL));
}
END_TEST

START_TEST(two_lessons_change_places)
{
	struct civil_date tuesday = next(2), thursday = civil_date_add(tuesday, 2);
	json_decref(post(with("{\"kind\":\"swap\",\"lesson\":\"chinese-tue/%s\","
			      "\"with\":\"maths-thu/%s\"}",
				 tuesday, thursday),
		201));
	ck_assert(is_held(tuesday, "maths-thu/", NULL));
	ck_assert(is_held(thursday, "chinese-tue/", NULL));
	ck_assert(!is_held(tuesday, "chinese-tue/", NULL));
}
END_TEST

START_TEST(a_school_takes_part_from_another_room)
{
	struct civil_date tuesday = next(2);
	// As it is, the other room has no SRTP profile in common with the far school.
	expect_reason(post(with("{\"kind\":\"endpoint\",\"lesson\":\"chinese-tue/%s\","
				"\"school\":\"wuxi\",\"endpoint\":\"wuxi-2\"}",
				   tuesday, tuesday),
			      422),
		"'wuxi-2'", "'houren-1'");
	scene_write("endpoints.csv",
		"endpoint,school,room,streams,profiles\n"
		"wuxi-1,wuxi,101,audio=opus,\nwuxi-2,wuxi,102,audio=opus,\n"
		"houren-1,houren,201,audio=opus,\njian-1,jian,301,audio=opus,\n",
		0644);
	json_decref(ask("POST", "/v1/reload", "{}", NULL, 200));
	json_t *answer = post(with("{\"kind\":\"endpoint\",\"lesson\":\"chinese-tue/%s\","
				   "\"school\":\"wuxi\",\"endpoint\":\"wuxi-2\"}",
				      tuesday, tuesday),
		201);
	json_t *parts = json_object_get(json_object_get(answer, "held"), "parts");
	ck_assert_str_eq(text_at(json_array_get(parts, 0), "endpoint"), "wuxi-2");
	json_decref(answer);
	expect_reason(post(with("{\"kind\":\"endpoint\",\"lesson\":\"chinese-tue/%s\","
				"\"school\":\"houren\",\"endpoint\":\"nobody\"}",
				   tuesday, tuesday),
			      422),
		"nobody", "endpoint");
}
END_TEST

START_TEST(what_cannot_be_understood_is_refused_with_an_example)
{
	static const char *const bodies[] = {"{}", "{\"kind\":\"cancel\"}",
		"{\"kind\":\"sing\",\"lesson\":\"a/2026-11-24\"}",
		"{\"kind\":\"cancel\",\"lesson\":\"a/2026-11-24\",\"to_date\":\"2026-11-25\"}",
		"{\"kind\":\"move\",\"lesson\":\"a/2026-11-24\",\"to_date\":\"2026-11-25\"}",
		"{\"kind\":\"move\",\"lesson\":\"a/2026-11-24\",\"to_date\":\"soon\","
		"\"to_period\":1}",
		"{\"kind\":\"move\",\"lesson\":\"a/2026-11-24\",\"to_date\":\"2026-11-25\","
		"\"to_period\":1,\"to_times\":\"10:00-11:00\"}",
		"{\"kind\":\"move\",\"lesson\":\"a/2026-11-24\",\"to_date\":\"2026-11-25\","
		"\"to_times\":\"10:00\"}",
		"{\"kind\":\"swap\",\"lesson\":\"a/2026-11-24\",\"with\":\"\"}", "[]"};
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
		expect_reason(post(bodies[i], 400), "\"kind\":\"cancel\"", "to_period");
	expect_reason(post("{\"kind\":\"cancel\",\"lesson\":\"nothing/2026-11-24\"}", 422),
		"nothing", "");
	expect_reason(post("{\"kind\":\"cancel\",\"lesson\":\"chinese-tue/2024-10-15\"}", 409),
		"chinese-tue/2024-10-15", "over");
	json_t *list = ask("GET", "/v1/exceptions", NULL, NULL, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(list, "exceptions")), 0);
	json_decref(list);
}
END_TEST

START_TEST(exceptions_that_cannot_be_read_yet_come_into_force_when_they_can)
{
	struct civil_date tuesday = next(2);
	char state[96];
	json_decref(
		post(with("{\"kind\":\"cancel\",\"lesson\":\"chinese-tue/%s\"}", tuesday, tuesday),
			201));
	scene_stop();
	snprintf(state, sizeof state, "%s/state", scene.directory);
	struct ledger_plan *other = ledger_plan_open(state); // who holds it, keeps it
	ck_assert_ptr_nonnull(other);
	scene_start();
	ck_assert(is_held(tuesday, "chinese-tue/", NULL));
	expect_reason(post(with("{\"kind\":\"cancel\",\"lesson\":\"chinese-tue/%s\"}",
				   civil_date_add(tuesday, 7), tuesday),
			      503),
		"nothing was changed", LEDGER_PLAN_FILE);
	json_decref(ask("GET", "/v1/audit", NULL, NULL, 503));
	ledger_plan_close(other);
	bool is_over = false;
	struct timeval patience = {.tv_sec = 3};
	struct event *timer = evtimer_new(scene.control->base, scene_patience_end, &is_over);
	evtimer_add(timer, &patience);
	while (scene.control->exceptions_are_due && !is_over)
		event_base_loop(scene.control->base, EVLOOP_ONCE);
	event_free(timer);
	ck_assert(!is_held(tuesday, "chinese-tue/", NULL));
}
END_TEST

START_TEST(what_a_new_table_makes_impossible_is_shown_as_such)
{
	struct civil_date tuesday = next(2);
	json_decref(
		post(with("{\"kind\":\"cancel\",\"lesson\":\"chinese-tue/%s\"}", tuesday, tuesday),
			201));
	scene_write("rules.csv",
		"rule,pair,weekday,period,weeks,subject,class,teacher,form,governing_bell,from,"
		"until,endpoints\nmusic-tue,wuxi-houren,2,3,all,音乐,,,,lead,,,\n",
		0644);
	json_decref(ask("POST", "/v1/reload", "{}", NULL, 200));
	json_t *list = ask("GET", "/v1/exceptions", NULL, NULL, 200);
	json_t *row = json_array_get(json_object_get(list, "exceptions"), 0);
	ck_assert(json_is_false(json_object_get(row, "holds")));
	ck_assert_ptr_nonnull(strstr(text_at(row, "reason"), "chinese-tue"));
	json_decref(list);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {a_cancelled_lesson_is_off_the_board_until_that_is_taken_back,
		a_moved_lesson_keeps_its_id_and_rings_elsewhere, a_lesson_moves_to_times_of_its_own,
		a_moved_lesson_that_is_in_anothers_way_is_refused_with_both,
		a_place_that_was_given_away_is_not_taken_back, two_lessons_change_places,
		a_school_takes_part_from_another_room,
		what_cannot_be_understood_is_refused_with_an_example,
		exceptions_that_cannot_be_read_yet_come_into_force_when_they_can,
		what_a_new_table_makes_impossible_is_shown_as_such};
	Suite *suite = suite_create("api_exceptions");
	TCase *tcase = tcase_create("api_exceptions");
	tcase_add_checked_fixture(tcase, scene_setup, scene_teardown);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
