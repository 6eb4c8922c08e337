/* SPDX-License-Identifier: BSD-3-Clause */
// test_ledger_schema.c - the tables of ledger.db: made, opened again, append-only.
#include <check.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ledger/ledger_schema.h"

static char folder[] = "/tmp/test_ledger_schema.XXXXXX";
static char path[PATH_MAX];
static char why[256];
static sqlite3 *db;

static void
make(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/ledger.db", folder);
	ck_assert_int_eq(ledger_schema_open_writer(path, &db, why, sizeof why), SQLITE_OK);
}

static void
clean(void)
{
	const char *const ends[] = {"", "-wal", "-shm"};
	char name[PATH_MAX + 8];
	sqlite3_close(db);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		snprintf(name, sizeof name, "%s%s", path, ends[i]);
		unlink(name);
	}
	rmdir(folder);
}

static int
run(const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) & 0xff;
}

static int64_t
number(const char *sql)
{
	sqlite3_stmt *statement;
	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
	int64_t value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

#define ENTRY(number, kind, corrects, minute)                                                      \
	"INSERT INTO entries VALUES (" number ", '" kind "', 0, 'relay', " corrects                \
	", '', '2026-11-23', 'p', '', '', '', '', '', '', '', '', '', '', '', '', -1, 0, 0, 0, 0," \
	" 0, 0, '', '', " minute ", x'00', x'00')"
#define MINUTE(number)                                                                             \
	"INSERT INTO minutes VALUES (" number                                                      \
	", 'l', 's', 'e', '', 'audio', 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, x'00')"

START_TEST(rows_are_neither_changed_nor_removed)
{
	ck_assert_int_eq(run(ENTRY("1", "lesson", "0", "0")), SQLITE_OK);
	ck_assert_int_eq(run(MINUTE("1")), SQLITE_OK);
	ck_assert_int_eq(run("UPDATE entries SET headcount = 1"), SQLITE_CONSTRAINT);
	ck_assert_int_eq(run("UPDATE minutes SET lost = 0"), SQLITE_CONSTRAINT);
	ck_assert_int_eq(run("DELETE FROM entries"), SQLITE_CONSTRAINT);
	ck_assert_int_eq(run("DELETE FROM minutes"), SQLITE_CONSTRAINT);
	ck_assert_int_eq(run(ENTRY("1", "lesson", "0", "0")), SQLITE_CONSTRAINT);
}
END_TEST

START_TEST(minutes_go_only_after_the_entry_that_says_so)
{
	ck_assert_int_eq(run(MINUTE("1")), SQLITE_OK);
	ck_assert_int_eq(run(MINUTE("2")), SQLITE_OK);
	ck_assert_int_eq(run(ENTRY("1", "pruned", "0", "1")), SQLITE_OK);
	ck_assert_int_eq(run("DELETE FROM minutes WHERE number = 2"), SQLITE_CONSTRAINT);
	ck_assert_int_eq(run("DELETE FROM minutes WHERE number <= 1"), SQLITE_OK);
	ck_assert_int_eq(number("SELECT number FROM minutes"), 2);
}
END_TEST

START_TEST(the_last_correction_counts)
{
	ck_assert_int_eq(run(ENTRY("1", "lesson", "0", "0")), SQLITE_OK);
	ck_assert_int_eq(run(ENTRY("2", "lesson", "0", "0")), SQLITE_OK);
	ck_assert_int_eq(run(ENTRY("3", "correction", "1", "0")), SQLITE_OK);
	ck_assert_int_eq(run(ENTRY("4", "correction", "3", "0")), SQLITE_OK);
	ck_assert_int_eq(run(ENTRY("5", "gap", "0", "0")), SQLITE_OK);
	ck_assert_int_eq(number("SELECT count(*) FROM current_entries"), 2);
	ck_assert_int_eq(number("SELECT sum(number) FROM current_entries"), 2 + 4);
}
END_TEST

START_TEST(a_reader_beside_the_writer_reads_and_cannot_write)
{
	sqlite3 *writer = db;
	ck_assert_int_eq(run(ENTRY("1", "lesson", "0", "0")), SQLITE_OK);
	ck_assert_int_eq(ledger_schema_open_reader(path, &db, why, sizeof why), SQLITE_OK);
	ck_assert_int_eq(number("SELECT count(*) FROM entries"), 1);
	ck_assert_int_eq(run(ENTRY("2", "lesson", "0", "0")), SQLITE_READONLY);
	sqlite3_close(db);
	db = writer;
	ck_assert_int_eq(run(ENTRY("2", "lesson", "0", "0")), SQLITE_OK);
}
END_TEST

START_TEST(a_reader_makes_no_file_and_takes_no_other_one)
{
	char other[PATH_MAX];
	sqlite3 *reader = NULL;
	snprintf(other, sizeof other, "%s/none.db", folder);
	int code = ledger_schema_open_reader(other, &reader, why, sizeof why);
	ck_assert_int_eq(ledger_schema_error(code), -ENOENT);
	ck_assert_ptr_null(reader);
	ck_assert_int_eq(run("PRAGMA user_version = 99"), SQLITE_OK);
	code = ledger_schema_open_reader(path, &reader, why, sizeof why);
	ck_assert_int_eq(code, SQLITE_SCHEMA);
	ck_assert(ledger_schema_is_broken(code));
	ck_assert_str_eq(
		why, "it is no ledger of this program: its schema is of version 99, not 1");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ledger_schema");
	TCase *tests = tcase_create("schema");
	tcase_add_checked_fixture(tests, make, clean);
	tcase_add_test(tests, rows_are_neither_changed_nor_removed);
	tcase_add_test(tests, minutes_go_only_after_the_entry_that_says_so);
	tcase_add_test(tests, the_last_correction_counts);
	tcase_add_test(tests, a_reader_beside_the_writer_reads_and_cannot_write);
	tcase_add_test(tests, a_reader_makes_no_file_and_takes_no_other_one);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
