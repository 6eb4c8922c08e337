/* SPDX-License-Identifier: BSD-3-Clause */
// test_ledger_verify.c - whatever somebody edits in the file, the first row that is wrong is named.
#include "ledger/ledger_verify.h"

#include <errno.h>

#include "../support/ledger_fixture.h"
#include "platform/log.h"

#define LESSONS 4
#define MINUTES 10 // of each

static struct ledger_verified verified;
static char head_path[128], why[256];

// Each lesson's minutes, then its entry.
static void
begin(void)
{
	struct ledger_writer writer;
	const struct ledger_now now = {.wall = {NOON_MS}};
	folder_make();
	snprintf(head_path, sizeof head_path, "%s/" LEDGER_HEAD_FILE, folder);
	ck_assert_int_eq(ledger_writer_init(&writer, folder), 0);
	ck_assert_int_eq(ledger_writer_ready(&writer, &now), 0);
	for (int lesson = 0; lesson < LESSONS; lesson++) {
		struct ledger_items items = STAILQ_HEAD_INITIALIZER(items);
		struct ledger_minute rows[MINUTES];
		for (int i = 0; i < MINUTES; i++)
			rows[i] = a_minute(lesson * MINUTES + i);
		struct ledger_entry entry = an_entry("lesson");
		struct ledger_item *minutes = ledger_item_minutes(rows, MINUTES);
		struct ledger_item *record = ledger_item_entry(&entry);
		STAILQ_INSERT_TAIL(&items, minutes, link);
		STAILQ_INSERT_TAIL(&items, record, link);
		ck_assert_int_eq(ledger_writer_write(&writer, &items, &now), 0);
		free(minutes);
		free(record);
	}
	ledger_writer_fini(&writer);
}

static void
verify(const char *head)
{
	ck_assert_msg(
		ledger_verify_file(ledger_path, head, &verified, why, sizeof why) == 0, "%s", why);
}

static const struct {
	const char *sql;
	int64_t entry, minute; // 0: the chain is whole
	const char *text;      // begins the finding
} edits[] = {
	{"SELECT 1", 0, 0, ""},
	{"UPDATE entries SET live_minutes = 40 WHERE number = 2", 2, 0, "the row does not fit"},
	{"UPDATE entries SET teacher = 'x', title = '' WHERE number = 4", 4, 0, "the row does not"},
	// The boundary between two texts moved: the same bytes, other columns.
	{"UPDATE entries SET subject = '', title = '语文语文' WHERE number = 3", 3, 0, "the row"},
	{"UPDATE entries SET hash = zeroblob(32) WHERE number = 1", 1, 0, "the row does not fit"},
	{"UPDATE entries SET hash = x'00' WHERE number = 1", 1, 0, "the row does not fit"},
	{"DELETE FROM entries WHERE number = 2", 2, 0, "rows 2 to 2 are missing"},
	{"DELETE FROM entries WHERE number = 1", 1, 0, "rows 1 to 1 are missing"},
	{"DELETE FROM entries WHERE number >= 3", 3, 0, "rows 3 to 4 are missing at the end"},
	{"DELETE FROM entries", 1, 0, "rows 1 to 4 are missing at the end"},
	{"CREATE TEMP TABLE t AS SELECT * FROM entries WHERE number = 1; UPDATE t SET number = 5;"
	 "INSERT INTO entries SELECT * FROM t",
		5, 0, "the row does not fit"},
	{"CREATE TEMP TABLE t AS SELECT * FROM entries WHERE number = 1; UPDATE t SET number = -1;"
	 "INSERT INTO entries SELECT * FROM t",
		-1, 0, "a row that was inserted"},
	{"UPDATE entries SET number = 9 WHERE number = 2; UPDATE entries SET number = 2 WHERE"
	 " number = 3; UPDATE entries SET number = 3 WHERE number = 9",
		2, 0, "the row does not fit"},
	{"ALTER TABLE entries ADD COLUMN remark TEXT", 1, 0, "the table has 33 columns"},
	{"UPDATE minutes SET lost = 0 WHERE number = 17", 0, 17, "the row does not fit"},
	{"DELETE FROM minutes WHERE number BETWEEN 5 AND 7", 0, 5, "rows 5 to 7 are missing"},
	{"DELETE FROM minutes WHERE number > 38", 0, 39,
		"rows 39 to 40 are missing at the end: they were removed, says entry 4"},
	{"DELETE FROM minutes", 0, 1, "rows 1 to 10 are missing at the end"},
	{"UPDATE minutes SET lost = 0 WHERE number = 30; DELETE FROM entries WHERE number = 1", 1,
		30, "rows 1 to 1"},
};

START_TEST(an_edit_is_found_at_its_first_row)
{
	struct ledger_finding *entries = &verified.chains[LEDGER_CHAIN_ENTRIES];
	struct ledger_finding *minutes = &verified.chains[LEDGER_CHAIN_MINUTES];
	outside_edit(ledger_path, edits[_i].sql);
	verify(head_path);
	ck_assert_int_eq(entries->number, edits[_i].entry);
	ck_assert_int_eq(minutes->number, edits[_i].minute);
	ck_assert_int_eq(entries->is_whole, edits[_i].entry == 0);
	ck_assert_int_eq(minutes->is_whole, edits[_i].minute == 0);
	const char *what = edits[_i].entry ? entries->what : minutes->what;
	ck_assert_msg(strncmp(what, edits[_i].text, strlen(edits[_i].text)) == 0, "%s", what);
}
END_TEST

// Somebody who knows how rows are hashed calculates them anew from a row on.
static void
recalculate(const char *table, const char *edit, size_t columns)
{
	char sql[128];
	uint8_t hash[LEDGER_HASH_BYTES] = {0};
	struct ledger_value values[LEDGER_ENTRY_COLUMNS];
	struct ledger_chain *chain = ledger_chain_create();
	sqlite3 *db;
	sqlite3_stmt *rows, *update;
	outside_edit(ledger_path, edit);
	ck_assert_int_eq(sqlite3_open(ledger_path, &db), SQLITE_OK);
	snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY number", table);
	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &rows, NULL), SQLITE_OK);
	snprintf(sql, sizeof sql, "UPDATE %s SET hash = ?1 WHERE number = ?2", table);
	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &update, NULL), SQLITE_OK);
	while (sqlite3_step(rows) == SQLITE_ROW) {
		ledger_values_read(rows, values, columns - 1);
		ck_assert_int_eq(ledger_chain_add(chain, values, columns - 1, hash), 0);
		sqlite3_bind_blob(update, 1, hash, sizeof hash, SQLITE_STATIC);
		sqlite3_bind_int64(update, 2, sqlite3_column_int64(rows, 0));
		ck_assert_int_eq(sqlite3_step(update), SQLITE_DONE);
		sqlite3_reset(update);
	}
	sqlite3_finalize(rows);
	sqlite3_finalize(update);
	sqlite3_close(db);
	ledger_chain_destroy(chain);
}

START_TEST(minutes_that_were_calculated_anew_betray_themselves_at_the_next_entry)
{
	recalculate(
		"minutes", "UPDATE minutes SET lost = 0 WHERE number = 17", LEDGER_MINUTE_COLUMNS);
	verify(NULL);
	const struct ledger_finding *minutes = &verified.chains[LEDGER_CHAIN_MINUTES];
	ck_assert(!minutes->is_whole);
	ck_assert_int_eq(minutes->number, 20);
	ck_assert_ptr_nonnull(strstr(minutes->what, "when entry 2 was written"));
}
END_TEST

START_TEST(entries_that_were_calculated_anew_betray_themselves_at_the_head)
{
	recalculate("entries", "UPDATE entries SET verdict = 'missed' WHERE number = 2",
		LEDGER_ENTRY_COLUMNS);
	verify(head_path);
	const struct ledger_finding *entries = &verified.chains[LEDGER_CHAIN_ENTRIES];
	ck_assert(!entries->is_whole);
	ck_assert_int_eq(entries->number, 4);
	ck_assert_ptr_nonnull(strstr(entries->what, LEDGER_HEAD_FILE));
}
END_TEST

// Rows stay as they are, and are read otherwise.
static const struct {
	const char *sql, *text;
} readings[] = {
	{"ALTER TABLE entries RENAME COLUMN live_minutes TO kept;"
	 "ALTER TABLE entries RENAME COLUMN planned_minutes TO live_minutes;"
	 "ALTER TABLE entries RENAME COLUMN kept TO planned_minutes",
		"the table entries was altered"},
	{"DROP VIEW current_entries; CREATE VIEW current_entries AS SELECT * FROM entries",
		"the view current_entries was altered"},
	{"DROP VIEW current_entries", "the view current_entries is not there"},
};

START_TEST(a_table_or_view_that_reads_otherwise_is_found)
{
	const struct ledger_finding *entries = &verified.chains[LEDGER_CHAIN_ENTRIES];
	sqlite3 *db;
	verify(head_path);
	ck_assert(ledger_verified_is_whole(&verified));
	ck_assert_int_eq(sqlite3_open(ledger_path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, readings[_i].sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	verify(head_path);
	ck_assert(!entries->is_whole);
	ck_assert_msg(strncmp(entries->what, readings[_i].text, strlen(readings[_i].text)) == 0,
		"%s", entries->what);
}
END_TEST

START_TEST(a_row_with_its_own_hash_calculated_anew_is_named_with_the_next_one)
{
	uint8_t hash[LEDGER_HASH_BYTES];
	sqlite3 *db;
	sqlite3_stmt *row;
	char sql[256] = "UPDATE minutes SET hash = x'";
	size_t used = strlen(sql);
	recalculate("minutes",
		"UPDATE minutes SET lost = 0 WHERE number = 12; CREATE TABLE kept AS"
		" SELECT number, hash FROM minutes",
		LEDGER_MINUTE_COLUMNS);
	ck_assert_int_eq(sqlite3_open(ledger_path, &db), SQLITE_OK);
	sqlite3_prepare_v2(db, "SELECT hash FROM minutes WHERE number = 12", -1, &row, NULL);
	ck_assert_int_eq(sqlite3_step(row), SQLITE_ROW);
	memcpy(hash, sqlite3_column_blob(row, 0), sizeof hash);
	sqlite3_finalize(row);
	sqlite3_close(db);
	for (size_t i = 0; i < sizeof hash; i++)
		used += (size_t)snprintf(sql + used, sizeof sql - used, "%02x", hash[i]);
	snprintf(sql + used, sizeof sql - used, "' WHERE number = 12");
	outside_edit(ledger_path, "UPDATE minutes SET hash = (SELECT hash FROM kept WHERE"
				  " kept.number = minutes.number)");
	outside_edit(ledger_path, sql);
	verify(head_path);
	const struct ledger_finding *minutes = &verified.chains[LEDGER_CHAIN_MINUTES];
	ck_assert_int_eq(minutes->number, 13);
	ck_assert_ptr_nonnull(strstr(minutes->what, "or the row before it was"));
}
END_TEST

START_TEST(a_head_that_is_older_is_no_fault_and_one_that_is_damaged_is)
{
	FILE *file = fopen(head_path, "r+");
	char line[256];
	ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
	fseek(file, 0, SEEK_SET);
	fputs("entries x", file);
	fclose(file);
	ck_assert_int_eq(
		ledger_verify_file(ledger_path, head_path, &verified, why, sizeof why), -EINVAL);
	file = fopen(head_path, "w");
	fprintf(file, "entries 0 %064d\nminutes 0 %064d\n", 0, 0);
	fclose(file);
	verify(head_path);
	ck_assert(ledger_verified_is_whole(&verified));
	unlink(head_path);
	verify(head_path);
	ck_assert(ledger_verified_is_whole(&verified));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ledger_verify");
	TCase *tests = tcase_create("edits");
	log_start("test", LOG_LEVEL_ERROR);
	tcase_add_checked_fixture(tests, begin, folder_end);
	tcase_add_loop_test(
		tests, an_edit_is_found_at_its_first_row, 0, sizeof edits / sizeof *edits);
	tcase_add_test(
		tests, minutes_that_were_calculated_anew_betray_themselves_at_the_next_entry);
	tcase_add_test(tests, entries_that_were_calculated_anew_betray_themselves_at_the_head);
	tcase_add_loop_test(tests, a_table_or_view_that_reads_otherwise_is_found, 0,
		sizeof readings / sizeof *readings);
	tcase_add_test(tests, a_row_with_its_own_hash_calculated_anew_is_named_with_the_next_one);
	tcase_add_test(tests, a_head_that_is_older_is_no_fault_and_one_that_is_damaged_is);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
