/* SPDX-License-Identifier: BSD-3-Clause */
// test_api_ledger.c - the ledger's reports over TLS: whose rows whom, of which days, in which form.
#include "../support/control_fixture.h"

// An answer that may be no JSON, as it came; to be freed by the caller.
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

static int
enter(const char *date, const char *pair, const char *assisted, const char *title)
{
	char body[256];
	snprintf(body, sizeof body,
		"{\"date\":\"%s\",\"form\":\"visit\",\"pair\":\"%s\",\"assisted\":\"%s\","
		"\"title\":\"%s\",\"headcount\":30}",
		date, pair, assisted, title);
	json_t *answer = ask("POST", "/v1/ledger/entries", body, NULL, 201);
	int number = (int)number_at(answer, "number");
	json_decref(answer);
	return number;
}

static void
make_token(const char *role, const char *school, char token[TOKEN_TEXT_BYTES])
{
	char body[128];
	snprintf(body, sizeof body, "{\"name\":\"%s\",\"role\":\"%s\"%s%s%s}", role, role,
		*school ? ",\"school\":\"" : "", school, *school ? "\"" : "");
	json_t *answer = ask("POST", "/v1/tokens", body, NULL, 201);
	snprintf(token, TOKEN_TEXT_BYTES, "%s", text_at(answer, "token"));
	json_decref(answer);
}

static size_t
row_count(const char *path, const char *token)
{
	json_t *answer = ask("GET", path, NULL, token, 200);
	size_t count = json_array_size(json_object_get(answer, "entries"));
	json_decref(answer);
	return count;
}

START_TEST(rows_are_listed_by_day_pair_and_school_and_in_pages)
{
	enter("2024-10-08", "wuxi-houren", "", "a");
	enter("2024-10-09", "wuxi-houren", "", "b");
	enter("2024-10-09", "three", "jian", "c");
	ck_assert_uint_eq(row_count("/v1/ledger", NULL), 3);
	ck_assert_uint_eq(row_count("/v1/ledger?date=2024-10-09", NULL), 2);
	ck_assert_uint_eq(row_count("/v1/ledger?from=2024-10-08&until=2024-10-08", NULL), 1);
	ck_assert_uint_eq(row_count("/v1/ledger?pair=three", NULL), 1);
	ck_assert_uint_eq(row_count("/v1/ledger?school=jian", NULL), 1);
	ck_assert_uint_eq(row_count("/v1/ledger/day?date=2024-10-09", NULL), 2);
	json_t *page = ask("GET", "/v1/ledger?limit=2", NULL, NULL, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(page, "entries")), 2);
	char path[64];
	snprintf(path, sizeof path, "/v1/ledger?limit=2&after=%d", (int)number_at(page, "next"));
	json_decref(page);
	page = ask("GET", path, NULL, NULL, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(page, "entries")), 1);
	ck_assert(json_is_null(json_object_get(page, "next")));
	json_decref(page);
}
END_TEST

START_TEST(a_school_sees_its_own_rows_alone_and_enters_none)
{
	char school[TOKEN_TEXT_BYTES], observer[TOKEN_TEXT_BYTES];
	enter("2024-10-08", "wuxi-houren", "", "a");
	enter("2024-10-09", "three", "jian", "b");
	make_token("school", "jian", school);
	make_token("observer", "", observer);
	ck_assert_uint_eq(row_count("/v1/ledger", observer), 2);
	ck_assert_uint_eq(row_count("/v1/ledger", school), 1);
	ck_assert_uint_eq(row_count("/v1/ledger?school=wuxi", school), 1);
	ck_assert_uint_eq(row_count("/v1/ledger/day?date=2024-10-08&school=wuxi", school), 0);
	json_decref(ask("POST", "/v1/ledger/entries", "{}", school, 403));
	json_decref(ask("POST", "/v1/ledger/entries", "{}", observer, 403));
	json_decref(ask("POST", "/v1/ledger/entries/1/correct", "{}", observer, 403));
}
END_TEST

START_TEST(reports_come_in_three_forms)
{
	static const struct {
		const char *path, *begins;
	} forms[] = {
		{"/v1/ledger/day.csv?date=2024-10-08", "\xef\xbb\xbf编号,"},
		{"/v1/ledger/day.html?date=2024-10-08", "<!DOCTYPE html>"},
		{"/v1/ledger/week.csv?date=2024-10-08&language=en", "\xef\xbb\xbfSchools,"},
		{"/v1/ledger/month.html?month=2024-10", "<!DOCTYPE html>"},
		{"/v1/ledger/month?date=2024-12-31",
			"{\"report\":\"month\",\"first\":\"2024-12-01\","
			"\"last\":\"2024-12-31\""},
		{"/v1/ledger/year?year=2024",
			"{\"report\":\"year\",\"first\":\"2024-01-01\",\"last\":\"2024-12-31\""},
		{"/v1/ledger/year?from=2024-09-01&until=2025-07-31",
			"{\"report\":\"year\",\"first\":\"2024-09-01\",\"last\":\"2025-07-31\""},
		{"/v1/ledger/week?date=2024-10-13",
			"{\"report\":\"week\",\"first\":\"2024-10-07\",\"last\":\"2024-10-13\""},
		{"/v1/ledger/heatmap?year=2024", "{\"report\":\"heatmap\""},
	};
	enter("2024-10-08", "wuxi-houren", "", "=1+1");
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		char *text = get(forms[i].path, NULL, 200);
		ck_assert_msg(strncmp(text, forms[i].begins, strlen(forms[i].begins)) == 0,
			"%s: %s", forms[i].path, text);
		free(text);
	}
}
END_TEST

START_TEST(what_cannot_be_asked_says_why)
{
	static const char *const bad[] = {"/v1/ledger/day?date=today", "/v1/ledger?date=9999-12-31",
		"/v1/ledger?from=2024-10-09&until=2024-10-08", "/v1/ledger/month?month=10",
		"/v1/ledger/year?year=24", "/v1/ledger/year?from=2020-01-01&until=2024-01-01",
		"/v1/ledger?limit=1001", "/v1/ledger?after=x", "/v1/ledger/day?language=fr",
		"/v1/ledger?pair=0123456789012345678901234567890123456789012345678"};
	static const char *const missing[] = {"/v1/ledger/decade", "/v1/ledger/day.pdf",
		"/v1/ledger/lesson/none%2F2024-10-08", "/v1/ledger/lesson/"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		free(get(bad[i], NULL, 400));
	for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
		free(get(missing[i], NULL, 404));
	json_decref(ask("POST", "/v1/ledger/entries", "[]", NULL, 400));
	json_decref(ask("POST", "/v1/ledger/entries", "{\"date\":[]}", NULL, 400));
	json_decref(ask("POST", "/v1/ledger/entries", "{\"date\":\"2024-10-08\"}", NULL, 422));
	json_decref(ask("POST", "/v1/ledger/entries/x/correct", "{}", NULL, 404));
	json_decref(ask("POST", "/v1/ledger/entries/1/correct", "{}", NULL, 404));
}
END_TEST

START_TEST(a_row_is_corrected_once_and_its_correction_again)
{
	int number = enter("2024-10-08", "wuxi-houren", "", "a");
	char path[64];
	snprintf(path, sizeof path, "/v1/ledger/entries/%d/correct", number);
	json_decref(ask("POST", path, "{\"headcount\":31}", NULL, 422));
	json_t *answer = ask("POST", path, "{\"headcount\":31,\"reason\":\"x\"}", NULL, 201);
	int next = (int)number_at(answer, "number");
	json_decref(answer);
	json_decref(ask("POST", path, "{\"headcount\":32,\"reason\":\"y\"}", NULL, 409));
	snprintf(path, sizeof path, "/v1/ledger/entries/%d/correct", next);
	json_decref(ask("POST", path, "{\"headcount\":33,\"reason\":\"z\"}", NULL, 201));
	answer = ask("GET", "/v1/ledger", NULL, NULL, 200);
	json_t *rows = json_object_get(answer, "entries");
	ck_assert_uint_eq(json_array_size(rows), 1);
	ck_assert_int_eq(number_at(json_array_get(rows, 0), "headcount"), 33);
	ck_assert_str_eq(text_at(json_array_get(rows, 0), "title"), "a");
	json_decref(answer);
	ck_assert_uint_eq(row_count("/v1/ledger?all=1", NULL), 3);
}
END_TEST

static json_t *
import(const char *text, int status)
{
	struct answer answer = {0};
	const struct https_text body = {
		.content_type = "text/csv", .bytes = text, .count = strlen(text)};
	ck_assert_ptr_nonnull(https_request_text(scene.client, "POST", "/v1/ledger/import", &body,
		NULL, PATIENCE_MS, scene_on_answer, &answer));
	scene_run_until(&answer.is_there);
	ck_assert_msg(answer.status == status, "%d %s", answer.status, answer.text);
	free(answer.text);
	return answer.json;
}

START_TEST(a_table_is_entered_whole_or_not_at_all_in_utf_8_or_gbk)
{
	// 送教, in GBK.
	json_t *answer =
		import("date,form,pair,title\n2024-10-08,visit,wuxi-houren,\xcb\xcd\xbd\xcc\n"
		       "2024-10-09,visit,wuxi-houren,b\n",
			201);
	ck_assert_int_eq(number_at(answer, "written"), 2);
	json_decref(answer);
	answer = ask("GET", "/v1/ledger", NULL, NULL, 200);
	json_t *rows = json_object_get(answer, "entries");
	ck_assert_uint_eq(json_array_size(rows), 2);
	ck_assert_str_eq(text_at(json_array_get(rows, 0), "title"), "送教");
	json_decref(answer);
	answer = import(
		"date,form,pair\n2024-10-08,visit,wuxi-houren\n2024-10-08,visit,nobody\n", 422);
	ck_assert_int_eq(number_at(answer, "line"), 3);
	ck_assert_int_eq(strncmp(text_at(answer, "reason"), "pair: ", 6), 0);
	json_decref(answer);
	json_decref(import("date,form,colour\n", 422));
	json_decref(import("date,form,pair\n", 422));
	ck_assert_uint_eq(row_count("/v1/ledger", NULL), 2);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {rows_are_listed_by_day_pair_and_school_and_in_pages,
		a_school_sees_its_own_rows_alone_and_enters_none, reports_come_in_three_forms,
		what_cannot_be_asked_says_why, a_row_is_corrected_once_and_its_correction_again,
		a_table_is_entered_whole_or_not_at_all_in_utf_8_or_gbk};
	Suite *suite = suite_create("api_ledger");
	TCase *test_case = tcase_create("api_ledger");
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
