/* SPDX-License-Identifier: BSD-3-Clause */
// test_api_ledger_store.c - the ledger's database over TLS: how it is, verified, copied, put back.
#include "../support/control_fixture.h"
#include "control/ledger_view.h"

static json_t *
work_await(const char *path, const char *body)
{
	json_t *answer = ask("POST", path, body, NULL, 202);
	struct mono_time deadline = mono_after_ns(clock_mono(), PATIENCE_MS * NS_IN_MS);
	while (!strcmp(text_at(json_object_get(answer, "work"), "state"), "running")) {
		ck_assert(!mono_reached(clock_mono(), deadline));
		json_decref(answer);
		answer = ask("GET", "/v1/ledger/state", NULL, NULL, 200);
	}
	json_t *work = json_incref(json_object_get(answer, "work"));
	json_decref(answer);
	return work;
}

static void
post_entry(void)
{
	const struct ledger_entry entry = {.kind = LEDGER_MANUAL,
		.author = "test",
		.lesson = "",
		.date = "2026-11-24",
		.pair = "",
		.rule = "",
		.lead = "",
		.assisted = "",
		.lead_name = "",
		.assisted_name = "",
		.scope = "",
		.form = "visit",
		.title = "",
		.subject = "",
		.class_name = "",
		.teacher = "",
		.assistant = "",
		.headcount = -1,
		.reason = ""};
	ck_assert_int_eq(ledger_post_entry(scene.control->lesson_ledger, &entry, NULL, NULL), 0);
	struct ledger_status status = {0};
	do {
		event_base_loop(scene.control->base, EVLOOP_NONBLOCK);
		ledger_status_get(scene.control->lesson_ledger, &status);
	} while (status.entries_held > 0);
}

START_TEST(a_whole_ledger_is_told_so)
{
	post_entry();
	json_t *work = work_await("/v1/ledger/verify", "{}");
	ck_assert_str_eq(text_at(work, "state"), "done");
	json_t *entries = json_object_get(json_object_get(work, "found"), "entries");
	ck_assert(json_is_true(json_object_get(entries, "whole")));
	ck_assert_int_eq(number_at(entries, "rows"), 1);
	json_decref(work);

	json_t *status = ask("GET", "/v1/status", NULL, NULL, 200);
	json_t *ledger = json_object_get(status, "ledger");
	ck_assert(json_is_false(json_object_get(ledger, "failing")));
	ck_assert_int_eq(number_at(ledger, "entries_written"), 1);
	json_t *head = json_object_get(json_object_get(ledger, "head"), "entries");
	ck_assert_int_eq(number_at(head, "number"), 1);
	ck_assert_uint_eq(strlen(text_at(head, "hash")), 64);
	json_decref(status);
}
END_TEST

START_TEST(a_backup_is_made_once_and_comes_back)
{
	post_entry();
	json_t *work = work_await("/v1/ledger/backup", "{\"name\":\"friday.db\"}");
	ck_assert_str_eq(text_at(work, "state"), "done");
	json_decref(work);
	work = work_await("/v1/ledger/backup", "{\"name\":\"friday.db\"}");
	ck_assert_str_eq(text_at(work, "state"), "failed");
	ck_assert_str_eq(text_at(work, "text"), "there is a backup of this name already");
	json_decref(work);
	post_entry();
	work = work_await("/v1/ledger/restore", "{\"name\":\"friday.db\"}");
	ck_assert_str_eq(text_at(work, "state"), "done");
	json_decref(work);
	json_t *audit = ask("GET", "/v1/audit?limit=1", NULL, NULL, 200);
	json_t *row = json_array_get(json_object_get(audit, "audit"), 0);
	ck_assert_str_eq(text_at(row, "what"), "ledger restore: friday.db");
	ck_assert_str_eq(text_at(row, "who"), "localhost");
	json_decref(audit);
}
END_TEST

START_TEST(a_name_that_leaves_the_folder_is_refused)
{
	json_decref(ask("POST", "/v1/ledger/backup", "{\"name\":\"../x.db\"}", NULL, 422));
	json_decref(ask("POST", "/v1/ledger/restore", "{}", NULL, 422));
	json_t *ledger = ask("GET", "/v1/ledger/state", NULL, NULL, 200);
	ck_assert(json_is_null(json_object_get(ledger, "work")));
	json_decref(ledger);
}
END_TEST

START_TEST(a_ledger_that_cannot_be_written_is_an_alarm)
{
	const struct ledger_status status = {.is_failing = true,
		.why = "database or disk is full",
		.minutes_held = 7,
		.set_aside = "ledger.db.bad-20261123T012000Z",
		.minutes_dropped = 3,
		.busy_ms = 10000};
	static const char *const kinds[] = {
		"ledger_failing", "ledger_stalled", "ledger_set_aside", "ledger_dropped"};
	json_t *list = json_array();
	ledger_alarms(list, &status);
	ck_assert_uint_eq(json_array_size(list), 4);
	for (size_t i = 0; i < 4; i++)
		ck_assert_str_eq(text_at(json_array_get(list, i), "kind"), kinds[i]);
	ck_assert_ptr_nonnull(strstr(text_at(json_array_get(list, 0), "text"), "disk is full"));
	ck_assert_ptr_nonnull(strstr(text_at(json_array_get(list, 2), "text"), status.set_aside));
	json_decref(list);
	list = json_array();
	ledger_alarms(list, &(struct ledger_status){0});
	ck_assert_uint_eq(json_array_size(list), 0);
	json_decref(list);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("api_ledger_store");
	TCase *tests = tcase_create("api");
	tcase_add_checked_fixture(tests, scene_setup, scene_teardown);
	tcase_set_timeout(tests, 30);
	tcase_add_test(tests, a_whole_ledger_is_told_so);
	tcase_add_test(tests, a_backup_is_made_once_and_comes_back);
	tcase_add_test(tests, a_name_that_leaves_the_folder_is_refused);
	tcase_add_test(tests, a_ledger_that_cannot_be_written_is_an_alarm);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
