/* SPDX-License-Identifier: BSD-3-Clause */
// test_ledger_threads.c - a disk that fails or does not answer keeps nobody waiting, and what it
// missed is written when it is back.
#include <errno.h>
#include <signal.h>

#include <sys/wait.h>

#include "../support/fault_vfs.h"
#include "../support/ledger_fixture.h"
#include "platform/clock.h"
#include "platform/log.h"

#define PATIENCE_NS (20 * NS_IN_S)

static struct ledger *ledger;
static struct ledger_status status;

static void
begin(void)
{
	folder_make();
	fault_start();
	ledger = ledger_create(&(struct ledger_options){.state_directory = folder});
	ck_assert_ptr_nonnull(ledger);
}

static void
end(void)
{
	ledger_destroy(ledger);
	folder_end();
}

// Waits until the ledger is as `is_so` says.
static void
await(bool (*is_so)(void))
{
	struct mono_time deadline = mono_after_ns(clock_mono(), PATIENCE_NS);
	do {
		ck_assert_msg(!mono_reached(clock_mono(), deadline), "it never came");
		usleep(1000);
		ledger_dispatch(ledger);
		ledger_status_get(ledger, &status);
	} while (!is_so());
}

static bool
is_idle(void)
{
	return status.commits > 0 && !status.is_failing && status.minutes_held == 0 &&
	       status.entries_held == 0;
}

static bool
is_failing(void)
{
	return status.is_failing;
}

static bool
is_busy(void)
{
	return status.busy_ms > 20;
}

static void
post(int index)
{
	struct ledger_minute row = a_minute(index);
	ck_assert_int_eq(ledger_post_minutes(ledger, &row, 1), 0);
}

static int answers, answered;

static void
posted(void *context, int64_t number, int result)
{
	(void)context, (void)number;
	answers++;
	answered = result;
}

static bool
is_answered(void)
{
	return answers > 0;
}

START_TEST(a_disk_that_does_not_answer_keeps_nobody_waiting)
{
	post(0);
	await(is_idle);
	pthread_mutex_lock(&fault.hold); // the next sync hangs
	post(1);
	await(is_busy);
	// Whoever waited for the disk here would wait for ever.
	struct ledger_entry entry = an_entry("lesson");
	for (int i = 2; i < 100; i++)
		post(i);
	ck_assert_int_eq(ledger_post_entry(ledger, &entry, NULL, NULL), 0);
	ledger_dispatch(ledger);
	ledger_status_get(ledger, &status);
	ck_assert_uint_eq(status.minutes_held, 99);
	pthread_mutex_unlock(&fault.hold);
	await(is_idle);
	ck_assert_uint_eq(status.minutes_written, 100);
	ck_assert_uint_eq(status.gaps, 0);
	ck_assert_int_eq(outside_number(ledger_path, "SELECT count(*) FROM minutes"), 100);
}
END_TEST

START_TEST(a_full_disk_is_told_and_memory_fills_the_gap)
{
	struct ledger_entry entry = an_entry("lesson");
	post(0);
	await(is_idle);
	fault_set(SQLITE_FULL, SQLITE_OK);
	post(1);
	await(is_failing);
	ck_assert_int_eq(status.error, -ENOSPC);
	ck_assert_str_eq(status.why, "database or disk is full");
	ck_assert_int_eq(ledger_post_entry(ledger, &entry, NULL, NULL), 0);
	ledger_status_get(ledger, &status);
	ck_assert_uint_eq(status.entries_held, 1);
	fault_set(SQLITE_OK, SQLITE_OK);
	await(is_idle);
	ck_assert_uint_eq(status.gaps, 1);
	ck_assert_int_eq(outside_number(ledger_path, "SELECT count(*) FROM minutes"), 2);
	ck_assert_int_eq(outside_number(ledger_path,
				 "SELECT count(*) FROM entries WHERE kind = 'lesson' OR reason ="
				 " 'disk_full(database or disk is full); rows_kept(1|0)'"),
		2);
}
END_TEST

START_TEST(who_asks_hears_of_a_full_disk_and_can_try_again)
{
	struct ledger_entry entry = an_entry("visit");
	post(0);
	await(is_idle);
	fault_set(SQLITE_FULL, SQLITE_OK);
	ck_assert_int_eq(ledger_post_entry(ledger, &entry, posted, NULL), 0);
	await(is_answered);
	ck_assert_int_eq(answered, -ENOSPC);
	ck_assert_int_eq(answers, 1);
	fault_set(SQLITE_OK, SQLITE_OK);
	await(is_idle);
	ck_assert_int_eq(
		outside_number(ledger_path, "SELECT count(*) FROM entries WHERE lesson = 'visit'"),
		0);
}
END_TEST

START_TEST(a_deleted_file_comes_back_by_itself)
{
	post(0);
	await(is_idle);
	ck_assert_int_eq(unlink(ledger_path), 0);
	struct mono_time deadline = mono_after_ns(clock_mono(), PATIENCE_NS);
	while (access(ledger_path, F_OK) != 0) {
		ck_assert(!mono_reached(clock_mono(), deadline));
		usleep(1000);
	}
	post(1);
	await(is_idle);
	ck_assert_int_eq(outside_number(ledger_path, "SELECT count(*) FROM minutes"), 2);
}
END_TEST

// Rows and something large beside them; the last page is then of no use.
static void
damage_large(void)
{
	const char zeros[4096] = {0};
	outside_edit(ledger_path, "CREATE TABLE room (bytes BLOB);"
				  "INSERT INTO room VALUES (zeroblob(40000000));"
				  "CREATE TABLE more (number INTEGER PRIMARY KEY, text TEXT);"
				  "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c"
				  " WHERE n < 2000) INSERT INTO more SELECT n, hex(n) FROM c;"
				  "PRAGMA wal_checkpoint(TRUNCATE)");
	int fd = open(ledger_path, O_RDWR | O_CLOEXEC);
	ck_assert_int_eq(pwrite(fd, zeros, sizeof zeros, lseek(fd, -4096, SEEK_END)), 4096);
	close(fd);
}

static bool
is_set_aside(void)
{
	return *status.set_aside && is_idle();
}

START_TEST(a_large_database_is_looked_through_while_rows_are_written)
{
	post(0);
	await(is_idle);
	ledger_destroy(ledger);
	damage_large();
	ledger = ledger_create(&(struct ledger_options){.state_directory = folder});
	await(is_set_aside);
	ck_assert_str_eq(status.why, "");
	post(1);
	await(is_idle);
	ck_assert_int_eq(outside_number(ledger_path, "SELECT count(*) FROM minutes"), 1);
	ck_assert_int_eq(outside_number(ledger_path,
				 "SELECT count(*) FROM entries WHERE reason LIKE 'broken(%'"),
		1);
}
END_TEST

// What the child has posted, and when.
struct post {
	int index;
	struct mono_time at;
};

static void
post_for_ever(const char *directory, int fd)
{
	struct ledger *own = ledger_create(&(struct ledger_options){.state_directory = directory});
	for (int i = 0;; i++) {
		struct ledger_minute row = a_minute(i);
		if (!own || ledger_post_minutes(own, &row, 1) != 0)
			_exit(1);
		const struct post post = {i, clock_mono()};
		if (write(fd, &post, sizeof post) != sizeof post)
			_exit(1);
		usleep(2000);
	}
}

START_TEST(a_process_that_is_killed_loses_less_than_a_second)
{
	int pipe_fds[2];
	struct post posts[4000];
	size_t count = 0;
	char other[128], path[160], why[256];
	struct ledger_verified verified;
	// A child has no more of a thread than what it held: here it holds nothing.
	post(0);
	await(is_idle);
	snprintf(other, sizeof other, "%s/killed", folder);
	ck_assert_int_eq(mkdir(other, 0700), 0);
	snprintf(path, sizeof path, "%s/" LEDGER_FILE, other);
	ck_assert_int_eq(pipe2(pipe_fds, O_CLOEXEC), 0);
	pid_t child = fork();
	if (child == 0)
		post_for_ever(other, pipe_fds[1]);
	close(pipe_fds[1]);
	do {
		ck_assert_uint_lt(count, sizeof posts / sizeof *posts);
		ck_assert_int_eq(read(pipe_fds[0], &posts[count], sizeof *posts), sizeof *posts);
		count++;
	} while (mono_since_ns(posts[count - 1].at, posts[0].at) < 3 * NS_IN_S / 2);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	struct mono_time killed = clock_mono();
	int64_t due = 0; // rows that were posted a second before
	for (size_t i = 0; i < count && mono_since_ns(killed, posts[i].at) >= NS_IN_S; i++)
		due++;
	ck_assert_int_gt(due, 0);
	ck_assert_int_ge(outside_number(path, "SELECT count(*) FROM minutes"), due);
	ck_assert_int_eq(ledger_verify_file(path, NULL, &verified, why, sizeof why), 0);
	ck_assert(ledger_verified_is_whole(&verified));
	ck_assert_int_ge(verified.head.minute_number, due);
	close(pipe_fds[0]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ledger_threads");
	TCase *tests = tcase_create("threads");
	log_start("test", LOG_LEVEL_ERROR);
	tcase_add_checked_fixture(tests, begin, end);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_disk_that_does_not_answer_keeps_nobody_waiting);
	tcase_add_test(tests, a_full_disk_is_told_and_memory_fills_the_gap);
	tcase_add_test(tests, who_asks_hears_of_a_full_disk_and_can_try_again);
	tcase_add_test(tests, a_deleted_file_comes_back_by_itself);
	tcase_add_test(tests, a_large_database_is_looked_through_while_rows_are_written);
	tcase_add_test(tests, a_process_that_is_killed_loses_less_than_a_second);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
