/* SPDX-License-Identifier: BSD-3-Clause */
// test_api_export.c - feeds, tables and sheets over TLS: who gets what, and what the log does not.
#include "../support/control_fixture.h"

#include "timetable/exceptions.h"

static char feed_token[TOKEN_TEXT_BYTES];

static void
make_token(const char *body)
{
	json_t *answer = ask("POST", "/v1/tokens", body, NULL, 201);
	snprintf(feed_token, sizeof feed_token, "%s", text_at(answer, "token"));
	json_decref(answer);
}

// The text at a path, to be freed; expects the status.
static char *
get(const char *path, const char *token, int status)
{
	struct answer answer = {0};
	ck_assert_ptr_nonnull(https_request(
		scene.client, "GET", path, NULL, token, PATIENCE_MS, scene_on_answer, &answer));
	scene_run_until(&answer.is_there);
	ck_assert_msg(answer.status == status, "%s: %d %s", path, answer.status, answer.text);
	json_decref(answer.json);
	return answer.text;
}

static char *
get_feed(const char *name, int status)
{
	char path[160];
	snprintf(path, sizeof path, "/v1/feeds/%s/%s", feed_token, name);
	return get(path, NULL, status);
}

static size_t
occurrences(const char *text, const char *what)
{
	size_t count = 0;
	for (; (text = strstr(text, what)) != NULL; text++)
		count++;
	return count;
}

START_TEST(the_countys_token_opens_every_feed)
{
	make_token("{\"name\":\"all\",\"role\":\"feed\"}");
	char *county = get_feed("county.ics", 200);
	char *wuxi = get_feed("wuxi.ics", 200);
	char *jian = get_feed("jian.ics?language=en", 200);
	ck_assert_int_eq(strncmp(county, "BEGIN:VCALENDAR\r\n", 17), 0);
	ck_assert_uint_gt(occurrences(wuxi, "BEGIN:VEVENT"), 50);
	ck_assert_uint_gt(occurrences(county, "BEGIN:VEVENT"), 50);
	ck_assert_uint_gt(occurrences(county, "BEGIN:VEVENT"), occurrences(jian, "BEGIN:VEVENT"));
	ck_assert_uint_gt(occurrences(jian, "Form: synchronous classroom"), 0);
	free(county);
	free(wuxi);
	free(jian);
	free(get_feed("wuxi.ics?language=fr", 400));
}
END_TEST

START_TEST(a_schools_token_opens_its_own_feed_only)
{
	make_token("{\"name\":\"wall\",\"role\":\"feed\",\"school\":\"houren\"}");
	free(get_feed("houren.ics", 200));
	free(get_feed("wuxi.ics", 404));
	free(get_feed("county.ics", 404));
}
END_TEST

START_TEST(a_feed_says_what_was_cancelled)
{
	make_token("{\"name\":\"all\",\"role\":\"feed\"}");
	struct plan_exception item = {.kind = PLAN_CANCEL};
	const struct plan_exceptions exceptions = {&item, 1};
	struct civil_date date = civil_date_of(clock_wall());
	while (civil_weekday(date) != 2)
		date = civil_date_add(date, 1);
	char text[CIVIL_DATE_BYTES];
	civil_date_format(date, text);
	snprintf(item.lesson_id, sizeof item.lesson_id, "chinese-tue/%s", text);
	ck_assert_int_eq(scheduler_set_exceptions(scene.control->scheduler, &exceptions), 0);
	char *feed = get_feed("wuxi.ics", 200);
	ck_assert_uint_eq(occurrences(feed, "STATUS:CANCELLED"), 1);
	ck_assert_uint_eq(occurrences(feed, "SEQUENCE:1\r\n"), 1);
	free(feed);
	// Taken back: a calendar program must see the later word.
	const struct ledger_audit audit = {
		.who = "office", .what = "exception", .before = "", .after = ""};
	int64_t number;
	ck_assert_int_eq(
		ledger_plan_exception_add(scene.control->ledger, &item, &audit, &number), 0);
	ck_assert_int_eq(ledger_plan_exception_remove(scene.control->ledger, number, &audit), 0);
	ck_assert_int_eq(scheduler_set_exceptions(scene.control->scheduler,
				 &(const struct plan_exceptions){NULL, 0}),
		0);
	feed = get_feed("wuxi.ics", 200);
	ck_assert_uint_eq(occurrences(feed, "STATUS:CANCELLED"), 0);
	ck_assert_uint_eq(occurrences(feed, "SEQUENCE:2\r\n"), 1);
	free(feed);
}
END_TEST

START_TEST(nothing_else_opens_a_feed)
{
	static const char *const names[] = {"county.ics", "wuxi.ics"};
	struct classroom classroom;
	make_token("{\"name\":\"all\",\"role\":\"feed\"}");
	free(get_feed("nowhere.ics", 404));
	free(get_feed("county", 404));
	free(get_feed(".ics", 404));
	free(get_feed("a/county.ics", 404));
	free(get_feed("", 404));
	feed_token[TOKEN_TEXT_BYTES - 2] ^= 1;
	free(get_feed("county.ics", 404));
	free(get("/v1/feeds/county.ics", NULL, 404));
	// Not even a good token in the header, or the relay's own machine.
	classroom_enrol(&classroom, "wuxi-1");
	for (size_t i = 0; i < 2; i++) {
		snprintf(feed_token, sizeof feed_token, "%s", classroom.token);
		free(get_feed(names[i], 404));
	}
	make_token("{\"name\":\"office\",\"role\":\"operator\"}");
	free(get_feed("county.ics", 404));
	free(get("/v1/feeds/x/county.ics", feed_token, 404));
	ck_assert_uint_ge(http_server_counters(scene.control->server).unauthorized, 10);
}
END_TEST

START_TEST(a_feeds_token_opens_nothing_else)
{
	static const char *const paths[] = {"/v1/lessons", "/v1/tokens", "/metrics",
		"/v1/lessons.csv", "/v1/rules.csv", "/v1/sheet", "/v1/endpoint/join"};
	make_token("{\"name\":\"all\",\"role\":\"feed\"}");
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		free(get(paths[i], feed_token, 403));
	json_decref(ask("POST", "/v1/reload", "{}", feed_token, 403));
}
END_TEST

START_TEST(a_revoked_feed_is_closed)
{
	make_token("{\"name\":\"all\",\"role\":\"feed\"}");
	free(get_feed("county.ics", 200));
	json_decref(ask("DELETE", "/v1/tokens/all", "{}", NULL, 200));
	free(get_feed("county.ics", 404));
}
END_TEST

START_TEST(a_feeds_token_is_made_for_a_school_that_is_there_or_for_all)
{
	json_decref(ask("POST", "/v1/tokens",
		"{\"name\":\"a\",\"role\":\"feed\",\"school\":\"nowhere\"}", NULL, 422));
	json_decref(ask("POST", "/v1/tokens",
		"{\"name\":\"a\",\"role\":\"feed\",\"endpoint\":\"wuxi-1\"}", NULL, 422));
	json_decref(ask("POST", "/v1/tokens",
		"{\"name\":\"a\",\"role\":\"operator\",\"school\":\"wuxi\"}", NULL, 422));
	make_token("{\"name\":\"a\",\"role\":\"feed\",\"school\":\"wuxi\"}");
	json_t *list = ask("GET", "/v1/tokens", NULL, NULL, 200);
	json_t *token = json_array_get(json_object_get(list, "tokens"), 0);
	ck_assert_str_eq(text_at(token, "role"), "feed");
	ck_assert_str_eq(text_at(token, "school"), "wuxi");
	json_decref(list);
}
END_TEST

START_TEST(no_log_line_holds_a_feeds_token)
{
	char path[160], log[16384];
	FILE *file = tmpfile();
	int kept = dup(STDERR_FILENO);
	log_start("test", LOG_LEVEL_DEBUG);
	dup2(fileno(file), STDERR_FILENO);
	make_token("{\"name\":\"wall\",\"role\":\"feed\",\"school\":\"houren\"}");
	free(get_feed("houren.ics", 200));
	free(get_feed("wuxi.ics", 404));
	snprintf(path, sizeof path, "/v1/feeds/%s/houren.ics", feed_token);
	json_decref(ask("POST", path, "{}", "ccr_unknown", 401));
	json_decref(ask("PUT", path, "{}", NULL, 405));
	snprintf(path, sizeof path, "/v1/feed/%s/houren.ics", feed_token);
	json_decref(ask("GET", path, NULL, "ccr_unknown", 401));
	json_decref(ask("GET", path, NULL, NULL, 404));
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(file);
	log[fread(log, 1, sizeof log - 1, file)] = '\0';
	fclose(file);
	ck_assert_uint_eq(occurrences(log, "[hidden]"), 3);
	ck_assert_uint_eq(occurrences(log, "control port: 404 to "), 1);
	ck_assert_uint_eq(occurrences(log, feed_token), 0);
	ck_assert_uint_eq(occurrences(log, feed_token + 4), 0);
}
END_TEST

START_TEST(a_table_has_the_lessons_of_its_days)
{
	char *table = get("/v1/lessons.csv?from=2024-10-14&until=2024-10-18", NULL, 200);
	ck_assert_int_eq(strncmp(table,
				 "\xef\xbb\xbf"
				 "date,weekday,begins,ends,",
				 28),
		0);
	ck_assert_uint_eq(
		occurrences(table, "\r\n2024-10-15,2,09:20,10:05,planned,,语文,三1班,王老师,"), 1);
	ck_assert_uint_eq(occurrences(table, "2024-10-20"), 0);
	free(table);
	table = get("/v1/lessons.csv?from=2024-10-14", NULL, 200);
	ck_assert_uint_eq(occurrences(table, "\r\n2024-10-20,7,"), 1);
	ck_assert_uint_eq(occurrences(table, "2024-10-22"), 0);
	free(table);
	free(get("/v1/lessons.csv", NULL, 200));
	free(get("/v1/lessons.csv?from=yesterday", NULL, 400));
	free(get("/v1/lessons.csv?from=2024-10-14&until=2024-10-13", NULL, 400));
	free(get("/v1/lessons.csv?from=2024-10-14&until=2030-10-13", NULL, 400));
	free(get("/v1/lessons.csv?from=9999-12-31", NULL, 400));
	table = get("/v1/rules.csv", NULL, 200);
	ck_assert_uint_eq(occurrences(table, "\r\nchinese-tue,wuxi-houren,2,2,all,语文,"), 1);
	free(table);
}
END_TEST

START_TEST(a_sheet_is_of_a_school_or_of_the_county)
{
	char *sheet = get("/v1/sheet?school=wuxi&week=2024-10-16&language=en", NULL, 200);
	ck_assert_uint_eq(occurrences(sheet, "<section"), 1);
	ck_assert_uint_eq(occurrences(sheet, "2024-10-14 – 2024-10-20"), 1);
	ck_assert_uint_eq(occurrences(sheet, "Tuesday 10-15"), 1);
	free(sheet);
	sheet = get("/v1/sheet?week=2024-10-16", NULL, 200);
	ck_assert_uint_eq(occurrences(sheet, "<section"), 4);
	ck_assert_uint_eq(occurrences(sheet, "星期二 10-15"), 4);
	free(sheet);
	free(get("/v1/sheet", NULL, 200));
	free(get("/v1/sheet?school=nowhere", NULL, 404));
	free(get("/v1/sheet?week=2024-13-01", NULL, 400));
	free(get("/v1/sheet?week=9999-12-31", NULL, 400));
	free(get("/v1/sheet?week=1900-01-01", NULL, 400));
	free(get("/v1/sheet?language=klingon", NULL, 400));
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {the_countys_token_opens_every_feed,
		a_schools_token_opens_its_own_feed_only, a_feed_says_what_was_cancelled,
		nothing_else_opens_a_feed, a_feeds_token_opens_nothing_else,
		a_revoked_feed_is_closed,
		a_feeds_token_is_made_for_a_school_that_is_there_or_for_all,
		no_log_line_holds_a_feeds_token, a_table_has_the_lessons_of_its_days,
		a_sheet_is_of_a_school_or_of_the_county};
	Suite *suite = suite_create("api_export");
	TCase *test_case = tcase_create("api_export");
	tcase_add_checked_fixture(test_case, scene_setup, scene_teardown);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_test(test_case, tests[i]);
	suite_add_tcase(suite, test_case);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
