/* SPDX-License-Identifier: BSD-3-Clause */
// test_ledger_plan.c - what timetable.db keeps over a restart, on a full disk and in a broken file.
#include "ledger/ledger_plan.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "platform/log.h"

static char directory[64];
static char path[96];
static struct ledger_plan *ledger;

static void
setup(void)
{
	log_start("test", LOG_LEVEL_ERROR);
	snprintf(directory, sizeof directory, "/tmp/test_ledger.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/" LEDGER_PLAN_FILE, directory);
	ledger = ledger_plan_open(directory);
	ck_assert_ptr_nonnull(ledger);
}

static int
remove_one(const char *name, const struct stat *status, int what, struct FTW *where)
{
	(void)status, (void)what, (void)where;
	return remove(name);
}

static void
teardown(void)
{
	ledger_plan_close(ledger);
	nftw(directory, remove_one, 4, FTW_DEPTH | FTW_PHYS);
}

static void
reopen(void)
{
	ledger_plan_close(ledger);
	ledger = ledger_plan_open(directory);
	ck_assert_ptr_nonnull(ledger);
}

static void
write_file(const char *bytes, size_t count)
{
	FILE *file = fopen(path, "wb");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, count, file), count);
	ck_assert_int_eq(fclose(file), 0);
}

static int
audit(const char *who, const char *what, const char *before, const char *after)
{
	struct ledger_audit row = {.at = {1000}, who, what, before, after};
	return ledger_plan_audit_add(ledger, &row);
}

// --- what is told, noted

static struct {
	size_t count;
	char who[8][LEDGER_WHO_BYTES];
	char what[8][64];
	size_t after_bytes;
	int64_t numbers[8];
} seen;

static void
see_audit(void *context, const struct ledger_audit *row)
{
	ck_assert_ptr_eq(context, &seen);
	if (seen.count == 8)
		return;
	snprintf(seen.who[seen.count], sizeof seen.who[0], "%s", row->who);
	snprintf(seen.what[seen.count], sizeof seen.what[0], "%s", row->what);
	seen.numbers[seen.count] = row->number;
	seen.after_bytes = strlen(row->after);
	seen.count++;
}

static size_t
look_at_audit(size_t limit)
{
	memset(&seen, 0, sizeof seen);
	ck_assert_int_eq(ledger_plan_audit_each(ledger, limit, see_audit, &seen), 0);
	return seen.count;
}

static struct {
	size_t count;
	char ids[4][LESSON_ID_BYTES_MAX];
	char first_endpoint[TIMETABLE_ID_BYTES_MAX];
	size_t endpoint_count;
	size_t listener_count;
	int64_t end_ms;
	char title[64];
} found;

static void
find_adhoc(void *context, const struct ledger_adhoc *adhoc)
{
	(void)context;
	ck_assert_uint_lt(found.count, 4);
	snprintf(found.ids[found.count++], sizeof found.ids[0], "%s", adhoc->id);
	snprintf(found.first_endpoint, sizeof found.first_endpoint, "%s", adhoc->endpoints[0]);
	snprintf(found.title, sizeof found.title, "%s", adhoc->title);
	found.endpoint_count = adhoc->endpoint_count;
	found.listener_count = adhoc->listener_count;
	found.end_ms = adhoc->end.ms;
}

static size_t
look_at_adhoc(void)
{
	memset(&found, 0, sizeof found);
	ck_assert_int_eq(ledger_plan_adhoc_each(ledger, find_adhoc, NULL), 0);
	return found.count;
}

// --- the audit log

START_TEST(audit_rows_come_back_the_newest_first)
{
	ck_assert_int_eq(audit("localhost", "one", "", "1"), 0);
	ck_assert_int_eq(audit("office", "two", "1", "2"), 0);
	ck_assert_int_eq(audit("教育局", "three", "2", "3"), 0);
	reopen();
	ck_assert_uint_eq(look_at_audit(2), 2);
	ck_assert_str_eq(seen.who[0], "教育局");
	ck_assert_str_eq(seen.what[0], "three");
	ck_assert_str_eq(seen.what[1], "two");
	ck_assert_int_gt(seen.numbers[0], seen.numbers[1]);
	ck_assert_uint_eq(look_at_audit(100), 3);
}
END_TEST

START_TEST(an_audit_row_can_be_neither_changed_nor_removed)
{
	static const char *const attempts[] = {
		"UPDATE audit SET who = 'nobody'",
		"DELETE FROM audit",
		"INSERT OR REPLACE INTO audit (number, at_ms, who, what, before, after)"
		" VALUES (1, 0, 'nobody', '', '', '')",
	};
	ck_assert_int_eq(audit("localhost", "one", "", ""), 0);
	ledger_plan_close(ledger);
	ledger = NULL;
	sqlite3 *database;
	ck_assert_int_eq(sqlite3_open(path, &database), SQLITE_OK);
	sqlite3_exec(database, "PRAGMA recursive_triggers = ON", NULL, NULL, NULL);
	for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++)
		ck_assert_int_ne(sqlite3_exec(database, attempts[i], NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(database);
	reopen();
	ck_assert_uint_eq(look_at_audit(10), 1);
	ck_assert_str_eq(seen.who[0], "localhost");
}
END_TEST

START_TEST(a_long_text_is_cut_between_two_characters)
{
	const size_t characters = LEDGER_AUDIT_TEXT_BYTES_MAX / 3 + 10;
	char *text = calloc(characters, 3 + 1);
	for (size_t i = 0; i < characters; i++)
		strcat(text + 3 * i, "课");
	ck_assert_int_eq(audit("localhost", "long", "", text), 0);
	free(text);
	ck_assert_uint_eq(look_at_audit(1), 1);
	ck_assert_uint_eq(seen.after_bytes, LEDGER_AUDIT_TEXT_BYTES_MAX / 3 * 3);
}
END_TEST

// --- ad-hoc lessons

static const struct ledger_adhoc adhoc_one = {.id = "adhoc/2026-11-23T08:15:00Z-1",
	.title = "备课",
	.start = {1000},
	.end = {601000},
	.endpoints = {"wuxi-1", "houren-1", "jian-1"},
	.endpoint_count = 3,
	.listener_count = 1};

START_TEST(an_adhoc_lesson_is_there_until_it_is_over)
{
	struct ledger_adhoc running[2] = {adhoc_one, adhoc_one};
	running[1].id = "adhoc/2026-11-23T08:15:00Z-2";
	running[1].start.ms = 2000;
	ck_assert_int_eq(ledger_plan_adhoc_sync(ledger, running, 2, (struct wall_time){5}), 0);
	reopen();
	ck_assert_uint_eq(look_at_adhoc(), 2);
	ck_assert_str_eq(found.ids[0], adhoc_one.id);
	ck_assert_str_eq(found.title, "备课");
	ck_assert_str_eq(found.first_endpoint, "wuxi-1");
	ck_assert_uint_eq(found.endpoint_count, 3);
	ck_assert_uint_eq(found.listener_count, 1);
	ck_assert_int_eq(ledger_plan_adhoc_sync(ledger, &running[1], 1, (struct wall_time){6}), 0);
	ck_assert_uint_eq(look_at_adhoc(), 1);
	ck_assert_str_eq(found.ids[0], running[1].id);
	ck_assert_int_eq(ledger_plan_adhoc_sync(ledger, NULL, 0, (struct wall_time){7}), 0);
	ck_assert_uint_eq(look_at_adhoc(), 0);
}
END_TEST

START_TEST(an_extended_adhoc_lesson_keeps_its_new_bell)
{
	struct ledger_adhoc running = adhoc_one;
	ck_assert_int_eq(ledger_plan_adhoc_sync(ledger, &running, 1, (struct wall_time){5}), 0);
	running.end.ms += 300000;
	ck_assert_int_eq(ledger_plan_adhoc_sync(ledger, &running, 1, (struct wall_time){6}), 0);
	reopen();
	ck_assert_uint_eq(look_at_adhoc(), 1);
	ck_assert_int_eq(found.end_ms, 901000);
}
END_TEST

START_TEST(what_has_not_changed_is_not_written)
{
	char log_path[128];
	struct stat before, after;
	snprintf(log_path, sizeof log_path, "%s-wal", path);
	ck_assert_int_eq(ledger_plan_adhoc_sync(ledger, &adhoc_one, 1, (struct wall_time){5}), 0);
	ck_assert_int_eq(stat(log_path, &before), 0);
	ck_assert_int_eq(ledger_plan_adhoc_sync(ledger, &adhoc_one, 1, (struct wall_time){6}), 0);
	ck_assert_int_eq(stat(log_path, &after), 0);
	ck_assert_int_eq(before.st_size, after.st_size);
	ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}
END_TEST

// --- exceptions

static const struct ledger_audit made = {.at = {4000}, "office", "exception", "", "x"};

static int64_t
add_exception(const char *lesson)
{
	struct plan_exception exception = {
		.kind = PLAN_MOVE, .to_date = {20000}, .to_period = 3, .to_times = {100, 200}};
	int64_t number = 0;
	strcpy(exception.lesson_id, lesson);
	strcpy(exception.other_id, "other/2026-11-25");
	strcpy(exception.school, "wuxi");
	strcpy(exception.endpoint, "wuxi-2");
	ck_assert_int_eq(ledger_plan_exception_add(ledger, &exception, &made, &number), 0);
	return number;
}

START_TEST(exceptions_come_back_whole_and_in_order)
{
	struct ledger_exception *list;
	size_t count;
	int64_t first = add_exception("b/2026-11-24");
	add_exception("a/2026-11-24");
	reopen();
	ck_assert_int_eq(ledger_plan_exceptions_load(ledger, &list, &count), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(list[0].number, first);
	ck_assert_str_eq(list[0].exception.lesson_id, "b/2026-11-24");
	ck_assert_str_eq(list[1].exception.lesson_id, "a/2026-11-24");
	ck_assert_int_eq(list[0].exception.kind, PLAN_MOVE);
	ck_assert_int_eq(list[0].exception.to_date.days, 20000);
	ck_assert_int_eq(list[0].exception.to_period, 3);
	ck_assert_int_eq(list[0].exception.to_times.end_s, 200);
	ck_assert_str_eq(list[0].exception.other_id, "other/2026-11-25");
	ck_assert_str_eq(list[0].exception.school, "wuxi");
	ck_assert_str_eq(list[0].exception.endpoint, "wuxi-2");
	ck_assert_str_eq(list[0].made_by, "office");
	ck_assert_int_eq(list[0].made_at.ms, 4000);
	free(list);
	ck_assert_uint_eq(look_at_audit(10), 2);
}
END_TEST

START_TEST(a_removed_exception_is_gone_and_its_number_not_given_again)
{
	struct ledger_exception *list;
	size_t count;
	int64_t number = add_exception("a/2026-11-24");
	ck_assert_int_eq(ledger_plan_exception_remove(ledger, number, &made), 0);
	ck_assert_int_eq(ledger_plan_exception_remove(ledger, number, &made), -ENOENT);
	ck_assert_int_eq(ledger_plan_exceptions_load(ledger, &list, &count), 0);
	ck_assert_uint_eq(count, 0);
	free(list);
	ck_assert_uint_eq(look_at_audit(10), 2); // the refused one told nothing
	ck_assert_int_gt(add_exception("a/2026-11-24"), number);
}
END_TEST

static unsigned
revision(const char *lesson)
{
	unsigned count = 99;
	ck_assert_int_eq(ledger_plan_revision_get(ledger, lesson, &count), 0);
	return count;
}

START_TEST(a_lessons_revisions_only_grow)
{
	ck_assert_uint_eq(revision("a/2026-11-24"), 0);
	int64_t number = add_exception("a/2026-11-24");
	ck_assert_uint_eq(revision("a/2026-11-24"), 1);
	ck_assert_uint_eq(revision("other/2026-11-25"), 1); // it is swapped with
	ck_assert_int_eq(ledger_plan_exception_remove(ledger, number, &made), 0);
	ck_assert_uint_eq(revision("a/2026-11-24"), 2);
	reopen();
	add_exception("a/2026-11-24");
	add_exception("b/2026-11-24");
	ck_assert_uint_eq(revision("a/2026-11-24"), 3);
	ck_assert_uint_eq(revision("b/2026-11-24"), 1);
	ck_assert_uint_eq(revision("other/2026-11-25"), 4);
	ck_assert_uint_eq(revision(""), 0);
}
END_TEST

// --- broken files and full disks

static void
expect_set_aside(void)
{
	char aside[112];
	snprintf(aside, sizeof aside, "%s.bad", path);
	ck_assert_int_eq(access(aside, F_OK), 0);
	ck_assert_int_eq(audit("localhost", "afresh", "", ""), 0);
	ck_assert_uint_eq(look_at_audit(10), 1);
	nftw(aside, remove_one, 4, FTW_DEPTH | FTW_PHYS);
}

START_TEST(a_file_that_is_no_database_is_set_aside)
{
	static const char nonsense[] = "this is no database, however long one looks at it";
	ledger_plan_close(ledger);
	ledger = NULL;
	write_file(nonsense, sizeof nonsense);
	reopen();
	expect_set_aside();
	ledger_plan_close(ledger);
	ledger = NULL;
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	reopen();
	expect_set_aside();
}
END_TEST

START_TEST(a_database_with_a_torn_page_is_set_aside)
{
	char zeros[2 * 4096] = {0};
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(audit("localhost", "many rows make many pages", "", path), 0);
	ledger_plan_close(ledger);
	ledger = NULL;
	int file = open(path, O_WRONLY);
	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(pwrite(file, zeros, sizeof zeros, 3 * 4096), sizeof zeros);
	close(file);
	reopen();
	expect_set_aside();
}
END_TEST

START_TEST(a_database_of_another_version_is_set_aside)
{
	static const char *const texts[] = {"PRAGMA user_version = 99", "DROP TABLE exceptions"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		sqlite3 *database;
		ledger_plan_close(ledger);
		ledger = NULL;
		ck_assert_int_eq(sqlite3_open(path, &database), SQLITE_OK);
		ck_assert_int_eq(sqlite3_exec(database, texts[i], NULL, NULL, NULL), SQLITE_OK);
		sqlite3_close(database);
		reopen();
		expect_set_aside();
	}
}
END_TEST

START_TEST(a_database_that_another_holds_is_left_alone)
{
	ck_assert_int_eq(audit("localhost", "ours", "", ""), 0);
	struct ledger_plan *second = ledger_plan_open(directory);
	ck_assert_ptr_nonnull(second);
	struct ledger_audit row = {.at = {1}, "other", "theirs", "", ""};
	ck_assert_int_eq(ledger_plan_audit_add(second, &row), -EBUSY);
	ck_assert_uint_gt(strlen(ledger_plan_reason(second)), 0);
	// It is free, and is taken with the next write.
	ledger_plan_close(ledger);
	ledger = NULL;
	ck_assert_int_eq(ledger_plan_audit_add(second, &row), 0);
	ledger_plan_close(second);
	reopen();
	ck_assert_uint_eq(look_at_audit(10), 2);
}
END_TEST

static void
fill(const char *name)
{
	char bytes[4096];
	int file = open(name, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_ge(file, 0);
	memset(bytes, 'x', sizeof bytes);
	while (write(file, bytes, sizeof bytes) > 0)
		;
	ck_assert_int_eq(errno, ENOSPC);
	close(file);
}

static void
mount_small_disk(void)
{
	ledger_plan_close(ledger);
	ledger = NULL;
	ck_assert_msg(unshare(CLONE_NEWNS) == 0, "unshare: %s", strerror(errno));
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ck_assert_int_eq(mount("disk", directory, "tmpfs", 0, "size=512k"), 0);
}

START_TEST(a_full_disk_is_an_error_and_changes_nothing)
{
	char stuffing[128];
	struct ledger_exception *list;
	size_t count;
	mount_small_disk();
	reopen();
	int64_t number = add_exception("a/2026-11-24");
	snprintf(stuffing, sizeof stuffing, "%s/stuffing", directory);
	fill(stuffing);
	struct plan_exception exception = {.kind = PLAN_CANCEL, .lesson_id = "b/2026-11-24"};
	int result = 0;
	// What the log's file has room for yet may still be written.
	for (int i = 0; i < 200 && result == 0; i++)
		result = ledger_plan_exception_remove(ledger, number, &made)
				 ?: ledger_plan_exception_add(ledger, &exception, &made, &number);
	ck_assert_int_eq(result, -ENOSPC);
	ck_assert_int_eq(audit("localhost", "no room", "", path), -ENOSPC);
	ck_assert_uint_gt(strlen(ledger_plan_reason(ledger)), 0);
	ck_assert_int_eq(ledger_plan_exceptions_load(ledger, &list, &count), 0);
	ck_assert_uint_le(count, 1);
	free(list);
	ck_assert_int_eq(unlink(stuffing), 0);
	ck_assert_int_eq(audit("localhost", "room again", "", ""), 0);
	ck_assert_uint_ge(look_at_audit(8), 2);
	ck_assert_str_eq(seen.what[0], "room again");
	ck_assert_str_eq(seen.what[1], "exception");
	ledger_plan_close(ledger);
	ledger = NULL;
	ck_assert_int_eq(umount(directory), 0);
}
END_TEST

START_TEST(a_disk_that_is_full_from_the_start_lets_nothing_fall)
{
	char stuffing[128];
	mount_small_disk();
	snprintf(stuffing, sizeof stuffing, "%s/stuffing", directory);
	fill(stuffing);
	reopen();
	ck_assert_int_lt(audit("localhost", "no room", "", ""), 0);
	ck_assert_int_lt(ledger_plan_adhoc_sync(ledger, &adhoc_one, 1, (struct wall_time){5}), 0);
	ck_assert_int_eq(unlink(stuffing), 0);
	ck_assert_int_eq(audit("localhost", "room", "", ""), 0);
	ck_assert_uint_eq(look_at_audit(8), 1);
	ledger_plan_close(ledger);
	ledger = NULL;
	ck_assert_int_eq(umount(directory), 0);
}
END_TEST

static Suite *
ledger_suite(void)
{
	const TTest *const tests[] = {
		audit_rows_come_back_the_newest_first,
		an_audit_row_can_be_neither_changed_nor_removed,
		a_long_text_is_cut_between_two_characters,
		an_adhoc_lesson_is_there_until_it_is_over,
		an_extended_adhoc_lesson_keeps_its_new_bell,
		what_has_not_changed_is_not_written,
		exceptions_come_back_whole_and_in_order,
		a_removed_exception_is_gone_and_its_number_not_given_again,
		a_lessons_revisions_only_grow,
		a_file_that_is_no_database_is_set_aside,
		a_database_with_a_torn_page_is_set_aside,
		a_database_of_another_version_is_set_aside,
		a_database_that_another_holds_is_left_alone,
		a_full_disk_is_an_error_and_changes_nothing,
		a_disk_that_is_full_from_the_start_lets_nothing_fall,
	};
	Suite *suite = suite_create("ledger_plan");
	TCase *tcase = tcase_create("ledger_plan");
	tcase_add_checked_fixture(tcase, setup, teardown);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(ledger_suite());
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
