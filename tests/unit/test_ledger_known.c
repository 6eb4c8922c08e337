/* SPDX-License-Identifier: BSD-3-Clause */
// test_ledger_known.c - a recorder that begins anew learns which rows there are.
#include "../support/ledger_fixture.h"
#include "ledger/ledger_known.h"
#include "platform/clock.h"

#define PATIENCE_MS 5000
#define ROWS 8

static struct ledger *ledger;
static size_t entry_count, minute_count, done_count;
static int done_result;

static void
setup(void)
{
	folder_make();
	ledger = ledger_create(&(struct ledger_options){.state_directory = folder});
	ck_assert_ptr_nonnull(ledger);
	entry_count = minute_count = done_count = 0;
}

static void
teardown(void)
{
	ledger_destroy(ledger);
	folder_end();
}

static void
entry_told(void *context, const char *lesson, const char *assisted)
{
	(void)context;
	ck_assert_str_eq(lesson, "chinese-tue/2026-11-24");
	ck_assert_str_eq(assisted, "houren");
	entry_count++;
}

// The newest comes first.
static void
minute_told(void *context, const struct ledger_minute *row)
{
	const struct ledger_minute expected = a_minute((int)(ROWS - 1 - minute_count++));
	(void)context;
	ck_assert_str_eq(row->lesson, expected.lesson);
	ck_assert_str_eq(row->endpoint, expected.endpoint);
	ck_assert_str_eq(row->to_school, expected.to_school);
	ck_assert_int_eq(row->kind, expected.kind);
	ck_assert_int_eq(row->is_outbound, expected.is_outbound);
	ck_assert_int_eq(row->minute.ms, expected.minute.ms);
}

static void
done_told(void *context, int result)
{
	(void)context;
	done_result = result;
	done_count++;
}

static void
ask(const char *since)
{
	const struct ledger_known_edges edges = {entry_told, minute_told, done_told, NULL};
	struct pollfd ready = {ledger_event_fd(ledger), POLLIN, 0};
	ck_assert_int_eq(ledger_known_each(ledger, since, &edges), 0);
	while (done_count == 0) {
		ck_assert_int_eq(poll(&ready, 1, PATIENCE_MS), 1);
		ledger_dispatch(ledger);
	}
	ck_assert_uint_eq(done_count, 1);
}

static void
write_all(void)
{
	const struct ledger_entry entry = an_entry("chinese-tue/2026-11-24");
	struct ledger_status status;
	int64_t deadline = clock_mono().ns + PATIENCE_MS * NS_IN_MS;
	for (int i = 0; i < ROWS; i++) {
		const struct ledger_minute row = a_minute(i);
		ck_assert_int_eq(ledger_post_minutes(ledger, &row, 1), 0);
	}
	ck_assert_int_eq(ledger_post_entry(ledger, &entry, NULL, NULL), 0);
	do {
		ledger_status_get(ledger, &status);
		ck_assert_int_lt(clock_mono().ns, deadline);
	} while (status.entries_written < 1 || status.minutes_written < ROWS);
}

START_TEST(lessons_and_minutes_are_told)
{
	write_all();
	ask("2026-11-24");
	ck_assert_int_eq(done_result, 0);
	ck_assert_uint_eq(entry_count, 1);
	ck_assert_uint_eq(minute_count, ROWS);
}
END_TEST

START_TEST(lessons_before_the_date_are_not_told)
{
	write_all();
	ask("2026-11-25");
	ck_assert_uint_eq(entry_count, 0);
	ck_assert_uint_eq(minute_count, ROWS);
}
END_TEST

START_TEST(who_asks_hears_of_the_end_too)
{
	const struct ledger_known_edges edges = {entry_told, minute_told, done_told, NULL};
	ck_assert_int_eq(ledger_known_each(ledger, "2026-11-24", &edges), 0);
	ledger_destroy(ledger);
	ck_assert_uint_eq(done_count, 1);
	ledger = NULL;
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ledger_known");
	TCase *facts = tcase_create("facts");
	tcase_add_checked_fixture(facts, setup, teardown);
	tcase_set_timeout(facts, 30);
	tcase_add_test(facts, lessons_and_minutes_are_told);
	tcase_add_test(facts, lessons_before_the_date_are_not_told);
	tcase_add_test(facts, who_asks_hears_of_the_end_too);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
