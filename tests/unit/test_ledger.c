/* SPDX-License-Identifier: BSD-3-Clause */
// test_ledger.c - what is posted is on the disk, queries are answered, and nobody waits.
#include "ledger/ledger.h"

#include <errno.h>

#include "../support/ledger_fixture.h"
#include "ledger/ledger_schema.h"
#include "platform/clock.h"
#include "platform/log.h"

#define WAIT_MS 20000

static struct ledger *ledger;
static struct ledger_status status;

static void
begin(void)
{
	folder_make();
	const struct ledger_options options = {.state_directory = folder};
	ledger = ledger_create(&options);
	ck_assert_ptr_nonnull(ledger);
}

static void
end(void)
{
	ledger_destroy(ledger);
	folder_end();
}

struct answer {
	int count;
	int result;
	int64_t number;
	char what[512];
};

static void
posted(void *context, int64_t number, int result)
{
	struct answer *answer = context;
	answer->count++;
	answer->number = number;
	answer->result = result;
}

static void
done(void *context, int result)
{
	posted(*(struct answer **)context, 0, result);
}

static void
told(void *context, int result, const char *what)
{
	struct answer *answer = context;
	posted(answer, 0, result);
	snprintf(answer->what, sizeof answer->what, "%s", what);
}

static void
await(const struct answer *answer)
{
	struct pollfd event = {.fd = ledger_event_fd(ledger), .events = POLLIN};
	while (answer->count == 0) {
		ck_assert_int_eq(poll(&event, 1, WAIT_MS), 1);
		ledger_dispatch(ledger);
	}
	ck_assert_int_eq(answer->count, 1);
}

// Rows are written in the order of their posts: behind them all stands this one.
static void
await_written(void)
{
	struct answer answer = {0};
	struct ledger_entry entry = an_entry("last");
	ck_assert_int_eq(ledger_post_entry(ledger, &entry, posted, &answer), 0);
	await(&answer);
	ck_assert_int_eq(answer.result, 0);
	ledger_status_get(ledger, &status);
}

struct question {
	struct answer *answer;
	const char *sql;
	int64_t number;
	sqlite3 *seen;
};

static int
ask(sqlite3 *database, void *context)
{
	struct question *question = context;
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(database, question->sql, -1, &statement, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	question->number = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
	sqlite3_finalize(statement);
	return ledger_schema_error(code);
}

static int64_t
query(const char *sql, int *result_out)
{
	struct answer answer = {0};
	struct question question = {.answer = &answer, .sql = sql};
	ck_assert_int_eq(ledger_query(ledger, ask, &question, done), 0);
	await(&answer);
	*result_out = answer.result;
	return question.number;
}

START_TEST(what_is_posted_is_on_the_disk_and_chained)
{
	struct ledger_minute rows[3] = {a_minute(0), a_minute(1), a_minute(2)};
	struct ledger_entry entry = an_entry("chinese-tue/2026-11-24");
	struct ledger_verified verified;
	char head[128], why[256];
	ck_assert_int_eq(ledger_post_minutes(ledger, rows, 3), 0);
	ck_assert_int_eq(ledger_post_entry(ledger, &entry, NULL, NULL), 0);
	await_written();
	ck_assert_int_eq(outside_number(ledger_path, "SELECT count(*) FROM minutes"), 3);
	ck_assert_int_eq(outside_number(ledger_path,
				 "SELECT number FROM entries WHERE lesson LIKE 'chin%' AND"
				 " verdict = 'delivered' AND lead_name = '巫溪中心小学'"
				 " AND live_minutes = 39 AND minute_number = 3"),
		1);
	ck_assert_int_eq(
		outside_number(ledger_path, "SELECT packets FROM minutes WHERE kind = 'teacher' AND"
					    " to_school = 'houren' AND is_outbound = 1"),
		3001);
	snprintf(head, sizeof head, "%s/" LEDGER_HEAD_FILE, folder);
	ck_assert_int_eq(ledger_verify_file(ledger_path, head, &verified, why, sizeof why), 0);
	ck_assert(ledger_verified_is_whole(&verified));
	ck_assert_mem_eq(&verified.head, &status.head, sizeof status.head);
	ck_assert_int_eq(status.head.entry_number, 2);
	ck_assert_uint_eq(status.minutes_written, 3);
	ck_assert_uint_eq(status.minutes_held, 0);
	ck_assert(!status.is_failing);
}
END_TEST

START_TEST(an_entry_that_asks_hears_its_number)
{
	struct answer first = {0}, second = {0};
	struct ledger_entry entry = an_entry("");
	entry.kind = LEDGER_MANUAL;
	ck_assert_int_eq(ledger_post_entry(ledger, &entry, posted, &first), 0);
	ck_assert_int_eq(ledger_post_entry(ledger, &entry, posted, &second), 0);
	await(&first);
	await(&second);
	ck_assert_int_eq(first.result, 0);
	ck_assert_int_eq(first.number, 1);
	ck_assert_int_eq(second.number, 2);
}
END_TEST

START_TEST(a_query_reads_what_was_written_and_cannot_write)
{
	int result;
	await_written();
	ck_assert_int_eq(query("SELECT count(*) FROM current_entries", &result), 1);
	ck_assert_int_eq(result, 0);
	query("INSERT INTO entries SELECT * FROM entries", &result);
	ck_assert_int_eq(result, -EROFS);
}
END_TEST

static const char endless[] = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1"
			      " FROM c) SELECT count(*) FROM c";

// The ledger ends, and is there again.
static void
again(void)
{
	ledger_destroy(ledger);
	ledger = ledger_create(&(struct ledger_options){.state_directory = folder});
}

START_TEST(a_query_that_is_too_long_is_interrupted_by_the_end)
{
	struct answer answers[2] = {{0}, {0}};
	struct question questions[2] = {
		{&answers[0], endless, 0, NULL}, {&answers[1], "SELECT 1", 0, NULL}};
	await_written();
	ck_assert_int_eq(ledger_query(ledger, ask, &questions[0], done), 0);
	ck_assert_int_eq(ledger_query(ledger, ask, &questions[1], done), 0);
	again();
	ck_assert_int_eq(answers[0].count, 1);
	ck_assert(answers[0].result == -EINTR || answers[0].result == -ECANCELED);
	ck_assert_int_eq(answers[1].count, 1);
	ck_assert_int_eq(answers[1].result, -ECANCELED);
}
END_TEST

START_TEST(a_report_does_not_wait_for_a_long_job)
{
	struct answer answer = {0};
	struct question question = {&answer, endless, 0, NULL};
	int result;
	await_written();
	ck_assert_int_eq(ledger_query_long(ledger, ask, &question, done), 0);
	ck_assert_int_eq(query("SELECT count(*) FROM current_entries", &result), 1);
	ck_assert_int_eq(result, 0);
	ck_assert_int_eq(answer.count, 0);
	again();
	ck_assert_int_eq(answer.count, 1);
	ck_assert(answer.result == -EINTR || answer.result == -ECANCELED);
}
END_TEST

static bool
is_open_here(const char *path)
{
	char link[64], target[256];
	for (int fd = 0; fd < 256; fd++) {
		snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		ssize_t bytes = readlink(link, target, sizeof target - 1);
		target[bytes > 0 ? bytes : 0] = '\0';
		if (strcmp(target, path) == 0)
			return true;
	}
	return false;
}

START_TEST(a_file_that_is_verified_is_left_at_the_end)
{
	struct answer backup = {0}, restore = {0};
	char file[256];
	await_written();
	ck_assert_int_eq(ledger_backup(ledger, "long.db", told, &backup), 0);
	await(&backup);
	ck_assert_msg(backup.result == 0, "%s", backup.what);
	snprintf(file, sizeof file, "%s/backup/long.db", folder);
	// Reading it takes for ever.
	outside_edit(file, "DROP TABLE entries; CREATE VIEW entries AS WITH RECURSIVE c (n) AS"
			   " (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
			   " SELECT n AS number FROM c WHERE n < 0;");
	ck_assert_int_eq(ledger_restore(ledger, "long.db", told, &restore), 0);
	struct mono_time deadline = mono_after_ns(clock_mono(), WAIT_MS * NS_IN_MS);
	while (!is_open_here(file))
		ck_assert(!mono_reached(clock_mono(), deadline));
	again();
	ck_assert_int_eq(restore.count, 1);
	ck_assert(restore.result == -EINTR || restore.result == -ECANCELED);
}
END_TEST

START_TEST(what_was_posted_before_the_end_is_on_the_disk_after_it)
{
	struct ledger_minute row = a_minute(0);
	for (int i = 0; i < 5000; i++)
		ck_assert_int_eq(ledger_post_minutes(ledger, &row, 1), 0);
	ledger_destroy(ledger);
	ck_assert_int_eq(outside_number(ledger_path, "SELECT max(number) FROM minutes"), 5000);
	const struct ledger_options options = {.state_directory = folder};
	ledger = ledger_create(&options);
	await_written();
	ck_assert_int_eq(status.head.minute_number, 5000);
}
END_TEST

START_TEST(a_backup_is_whole_and_restoring_it_keeps_what_was_there)
{
	struct answer backup = {0}, again = {0}, restore = {0};
	struct ledger_minute row = a_minute(0);
	struct ledger_verified verified;
	char file[256], why[256];
	ck_assert_int_eq(ledger_post_minutes(ledger, &row, 1), 0);
	await_written();
	ck_assert_int_eq(ledger_backup(ledger, "friday.db", told, &backup), 0);
	await(&backup);
	ck_assert_msg(backup.result == 0, "%s", backup.what);
	snprintf(file, sizeof file, "%s/backup/friday.db", folder);
	ck_assert_int_eq(ledger_verify_file(file, NULL, &verified, why, sizeof why), 0);
	ck_assert(ledger_verified_is_whole(&verified));
	ck_assert_int_eq(verified.head.minute_number, 1);
	ck_assert_int_eq(ledger_backup(ledger, "friday.db", told, &again), 0);
	await(&again);
	ck_assert_int_eq(again.result, -EEXIST);

	ck_assert_int_eq(ledger_post_minutes(ledger, &row, 1), 0);
	await_written();
	ck_assert_int_eq(status.head.entry_number, 2);
	ck_assert_int_eq(ledger_restore(ledger, "friday.db", told, &restore), 0);
	await(&restore);
	ck_assert_msg(restore.result == 0, "%s", restore.what);
	await_written();
	ck_assert_int_eq(status.head.entry_number, 3); // before, the gap, the last
	ck_assert_int_eq(status.head.minute_number, 1);
	ck_assert_int_eq(outside_number(ledger_path,
				 "SELECT number FROM entries WHERE kind = 'gap' AND reason LIKE"
				 " 'restored(friday.db|ledger.db.replaced-%Z); only_there(1|1);"
				 " rows_kept(0|0)'"),
		2);
	snprintf(file, sizeof file, "%s/" LEDGER_HEAD_FILE, folder);
	ck_assert_int_eq(ledger_verify_file(ledger_path, file, &verified, why, sizeof why), 0);
	ck_assert(ledger_verified_is_whole(&verified));
}
END_TEST

START_TEST(no_backup_leaves_its_folder_and_no_broken_one_is_restored)
{
	static const char *const names[] = {"", ".hidden", "../ledger.db", "a/b", "a b", "ü"};
	struct answer backup = {0}, broken = {0}, missing = {0};
	char file[256];
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		ck_assert_int_eq(ledger_backup(ledger, names[i], told, &backup), -EINVAL);
	await_written();
	ck_assert_int_eq(ledger_backup(ledger, "monday.db", told, &backup), 0);
	await(&backup);
	snprintf(file, sizeof file, "%s/backup/monday.db", folder);
	outside_edit(file, "UPDATE entries SET live_minutes = 40 WHERE number = 1");
	ck_assert_int_eq(ledger_restore(ledger, "monday.db", told, &broken), 0);
	await(&broken);
	ck_assert_int_eq(broken.result, -EBADMSG);
	ck_assert_ptr_nonnull(strstr(broken.what, "entries, row 1: the row does not fit its hash"));
	ck_assert_int_eq(ledger_restore(ledger, "none.db", told, &missing), 0);
	await(&missing);
	ck_assert_int_eq(missing.result, -ENOENT);
	await_written();
	ck_assert_int_eq(status.head.entry_number, 2);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ledger");
	TCase *tests = tcase_create("ledger");
	log_start("test", LOG_LEVEL_ERROR);
	tcase_add_checked_fixture(tests, begin, end);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, what_is_posted_is_on_the_disk_and_chained);
	tcase_add_test(tests, an_entry_that_asks_hears_its_number);
	tcase_add_test(tests, a_query_reads_what_was_written_and_cannot_write);
	tcase_add_test(tests, a_query_that_is_too_long_is_interrupted_by_the_end);
	tcase_add_test(tests, a_report_does_not_wait_for_a_long_job);
	tcase_add_test(tests, a_file_that_is_verified_is_left_at_the_end);
	tcase_add_test(tests, what_was_posted_before_the_end_is_on_the_disk_after_it);
	tcase_add_test(tests, a_backup_is_whole_and_restoring_it_keeps_what_was_there);
	tcase_add_test(tests, no_backup_leaves_its_folder_and_no_broken_one_is_restored);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
