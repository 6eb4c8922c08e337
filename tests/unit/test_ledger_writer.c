/* SPDX-License-Identifier: BSD-3-Clause */
// test_ledger_writer.c - whatever the disk does, what was written stays, and what was missed is
// told.
#include "ledger/ledger_writer.h"

#include <errno.h>
#include <glob.h>

#include "../support/fault_vfs.h"
#include "../support/ledger_fixture.h"
#include "ledger/ledger_schema.h"
#include "platform/log.h"

static struct ledger_writer writer;
static struct ledger_now now;
static struct ledger_verified verified;

static void
begin(void)
{
	folder_make();
	fault_start();
	now = (struct ledger_now){.wall = {NOON_MS}};
	ck_assert_int_eq(ledger_writer_init(&writer, folder), 0);
	ck_assert_int_eq(ledger_writer_ready(&writer, &now), 0);
}

static void
end(void)
{
	fault_set(SQLITE_OK, SQLITE_OK);
	ledger_writer_fini(&writer);
	folder_end();
}

// As the ledger's thread does it: ready, then one transaction.
static int
write_minutes(int first, int count)
{
	struct ledger_items items = STAILQ_HEAD_INITIALIZER(items);
	struct ledger_minute rows[64];
	ck_assert_int_le(count, 64);
	for (int i = 0; i < count; i++)
		rows[i] = a_minute(first + i);
	struct ledger_item *item = ledger_item_minutes(rows, (size_t)count);
	STAILQ_INSERT_TAIL(&items, item, link);
	int result = ledger_writer_ready(&writer, &now);
	if (result == 0)
		result = ledger_writer_write(&writer, &items, &now);
	free(item);
	return result;
}

static int
write_entry(const char *lesson)
{
	struct ledger_items items = STAILQ_HEAD_INITIALIZER(items);
	struct ledger_entry entry = an_entry(lesson);
	struct ledger_item *item = ledger_item_entry(&entry);
	STAILQ_INSERT_TAIL(&items, item, link);
	int result = ledger_writer_ready(&writer, &now);
	if (result == 0)
		result = ledger_writer_write(&writer, &items, &now);
	free(item);
	return result;
}

static void
verify(void)
{
	char head[128], why[256];
	snprintf(head, sizeof head, "%s/" LEDGER_HEAD_FILE, folder);
	ck_assert_msg(
		ledger_verify_file(ledger_path, head, &verified, why, sizeof why) == 0, "%s", why);
}

static void
assert_whole(int64_t entries, int64_t minutes)
{
	verify();
	for (size_t i = 0; i < LEDGER_CHAIN_COUNT; i++)
		ck_assert_msg(verified.chains[i].is_whole, "%s %lld: %s", ledger_chain_table(i),
			(long long)verified.chains[i].number, verified.chains[i].what);
	ck_assert_int_eq(verified.head.entry_number, entries);
	ck_assert_int_eq(verified.head.minute_number, minutes);
}

static void
assert_gap(const char *pattern)
{
	char sql[256];
	snprintf(sql, sizeof sql,
		"SELECT count(*) FROM entries WHERE kind = 'gap' AND reason LIKE '%s'", pattern);
	ck_assert_msg(outside_number(ledger_path, sql) == 1, "no gap like %s", pattern);
}

static const struct {
	int write_code, sync_code, error;
	const char *gap;
} disks[] = {
	{SQLITE_FULL, SQLITE_OK, -ENOSPC, "disk_full(database or disk is full); rows_kept(9|4)"},
	{SQLITE_IOERR_WRITE, SQLITE_OK, -EIO, "io_error(disk I/O error); rows_kept(9|4)"},
	{SQLITE_READONLY, SQLITE_OK, -EROFS, "read_only(%); rows_kept(9|4)"},
	{SQLITE_OK, SQLITE_IOERR_FSYNC, -EIO, "io_error(disk I/O error); rows_kept(9|4)"},
};

START_TEST(a_disk_that_fails_becomes_a_gap_and_its_rows_come_later)
{
	ck_assert_int_eq(write_minutes(0, 3), 0);
	fault_set(disks[_i].write_code, disks[_i].sync_code);
	now.minutes_dropped = 5;
	for (int attempt = 0; attempt < 3; attempt++)
		ck_assert_int_eq(write_minutes(3, 2), disks[_i].error);
	ck_assert(writer.gap.is_open);
	fault_set(SQLITE_OK, SQLITE_OK);
	now.wall.ms += 3600 * MS_IN_S;
	now.minutes_held = 9;
	now.minutes_dropped = 9;
	ck_assert_int_eq(write_minutes(3, 2), 0);
	ck_assert_int_eq(write_entry("after"), 0);
	assert_gap(disks[_i].gap);
	ck_assert_int_eq(
		outside_number(ledger_path,
			"SELECT real_end_ms - real_start_ms FROM entries WHERE kind = 'gap'"),
		3600 * MS_IN_S);
	ck_assert_int_eq(
		outside_number(ledger_path, "SELECT count(DISTINCT minute_ms) FROM minutes"), 5);
	assert_whole(2, 5);
}
END_TEST

START_TEST(a_disk_that_fails_at_the_start_is_tried_again)
{
	ledger_writer_fini(&writer);
	folder_end();
	folder_make();
	ck_assert_int_eq(ledger_writer_init(&writer, folder), 0);
	fault_set(SQLITE_FULL, SQLITE_OK);
	ck_assert_int_eq(ledger_writer_ready(&writer, &now), -ENOSPC);
	ck_assert_int_eq(ledger_writer_ready(&writer, &now), -ENOSPC);
	fault_set(SQLITE_OK, SQLITE_OK);
	ck_assert_int_eq(write_minutes(0, 2), 0);
	assert_gap("disk_full(%");
	assert_whole(1, 2);
}
END_TEST

START_TEST(a_deleted_file_is_written_anew_with_all_its_rows)
{
	ck_assert_int_eq(write_minutes(0, 5), 0);
	ck_assert_int_eq(write_entry("before"), 0);
	ck_assert_int_eq(unlink(ledger_path), 0);
	ck_assert_int_eq(write_minutes(5, 1), 0);
	assert_gap("gone(); rows_kept(0|0)");
	assert_whole(2, 6);
}
END_TEST

START_TEST(a_deleted_file_waits_for_room_and_says_what_is_wrong)
{
	ck_assert_int_eq(write_minutes(0, 5), 0);
	ck_assert_int_eq(unlink(ledger_path), 0);
	fault_set(SQLITE_FULL, SQLITE_OK);
	ck_assert_int_eq(write_minutes(5, 1), -ENOSPC);
	ck_assert_str_eq(writer.why, "database or disk is full");
	fault_set(SQLITE_OK, SQLITE_OK);
	ck_assert_int_eq(write_minutes(5, 1), 0);
	assert_gap("disk_full(database or disk is full); rows_kept(0|0)");
	assert_whole(1, 6);
}
END_TEST

START_TEST(a_replaced_file_is_set_aside_and_the_rows_stay)
{
	char other[256];
	glob_t found;
	ck_assert_int_eq(write_minutes(0, 5), 0);
	snprintf(other, sizeof other, "%s/other", folder);
	FILE *file = fopen(other, "w");
	fputs("no database\n", file);
	fclose(file);
	ck_assert_int_eq(rename(other, ledger_path), 0);
	ck_assert_int_eq(write_minutes(5, 1), 0);
	assert_gap("gone()%");
	assert_whole(1, 6);
	snprintf(other, sizeof other, "%s.bad-20261120T*Z", ledger_path);
	ck_assert_int_eq(glob(other, 0, NULL, &found), 0);
	ck_assert_uint_eq(found.gl_pathc, 1);
	globfree(&found);
}
END_TEST

START_TEST(a_deleted_log_or_index_costs_no_row)
{
	static const char *const ends[] = {"-wal", "-shm"};
	char beside[256];
	ck_assert_int_eq(write_minutes(0, 5), 0);
	snprintf(beside, sizeof beside, "%s%s", ledger_path, ends[_i]);
	ck_assert_int_eq(unlink(beside), 0);
	ck_assert_int_eq(write_minutes(5, 1), 0);
	assert_whole(0, 6);
	ck_assert_int_eq(write_entry("after"), 0);
	assert_whole(1, 6);
}
END_TEST

START_TEST(an_index_that_is_cut_off_ends_no_process)
{
	char index[256];
	ck_assert_int_eq(write_minutes(0, 5), 0);
	snprintf(index, sizeof index, "%s-shm", ledger_path);
	ck_assert_int_eq(truncate(index, 0), 0); // the next touch of the mapping is a SIGBUS
	int failed = write_minutes(5, 1);
	ck_assert_int_ne(failed, 0);
	ck_assert_int_eq(write_minutes(5, 1), 0);
	assert_gap("io_error(%");
	assert_whole(1, 6);
}
END_TEST

START_TEST(the_index_has_its_room_on_the_disk_before_it_is_mapped)
{
	char index[256];
	struct stat found;
	ck_assert_int_eq(write_minutes(0, 5), 0);
	snprintf(index, sizeof index, "%s-shm", ledger_path);
	ck_assert_int_eq(stat(index, &found), 0);
	ck_assert_int_ge(found.st_size, 32768);
	ck_assert_int_ge(found.st_blocks * 512, found.st_size);
}
END_TEST

static void
scribble(off_t offset)
{
	static const char noise[8192] = "nothing of a database\n";
	int fd = open(ledger_path, O_WRONLY | O_CLOEXEC);
	ck_assert_int_eq(pwrite(fd, noise, sizeof noise, offset), sizeof noise);
	close(fd);
}

START_TEST(a_damaged_file_is_set_aside_and_a_new_one_begun)
{
	static const off_t offsets[] = {0, 4096, 8192 + 4096};
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(write_minutes(50 * i, 50), 0);
	ledger_writer_fini(&writer);
	scribble(offsets[_i]);
	ck_assert_int_eq(ledger_writer_init(&writer, folder), 0);
	ck_assert_int_eq(write_minutes(5, 1), 0);
	ck_assert_int_eq(strncmp(writer.set_aside, "ledger.db.bad-20261120T", 23), 0);
	assert_gap("broken(ledger.db.bad-%|%); rows_kept(0|0)");
	assert_whole(1, 1);
	char aside[512];
	struct stat found;
	snprintf(aside, sizeof aside, "%s/%s", folder, writer.set_aside);
	ck_assert_int_eq(stat(aside, &found), 0);
	ck_assert_int_gt(found.st_size, 100 * 1024);
}
END_TEST

START_TEST(rows_that_were_cut_off_while_the_relay_was_down_are_told)
{
	ck_assert_int_eq(write_minutes(0, 5), 0);
	ck_assert_int_eq(write_entry("kept"), 0);
	ck_assert_int_eq(write_entry("cut off"), 0);
	ledger_writer_fini(&writer);
	outside_edit(ledger_path, "DELETE FROM entries WHERE number = 2");
	verify();
	ck_assert(!verified.chains[LEDGER_CHAIN_ENTRIES].is_whole);
	ck_assert_int_eq(ledger_writer_init(&writer, folder), 0);
	ck_assert_int_eq(write_minutes(5, 1), 0);
	assert_gap("behind(2 %|5); rows_kept(0|0)");
}
END_TEST

// Whoever calculates hashes anew leaves the last one other than ledger.head tells, and that file is
// written with the next row.
START_TEST(rows_that_were_calculated_anew_while_the_relay_was_down_are_told)
{
	bool is_minute = _i != 0;
	ck_assert_int_eq(write_minutes(0, 1), 0);
	ck_assert_int_eq(write_entry("one"), 0);
	ledger_writer_fini(&writer);
	outside_edit(ledger_path, is_minute ? "UPDATE minutes SET hash = randomblob(32)"
					    : "UPDATE entries SET hash = randomblob(32)");
	ck_assert_int_eq(ledger_writer_init(&writer, folder), 0);
	ck_assert_int_eq(write_minutes(1, 1), 0);
	assert_gap("rewritten(1 %|1); rows_kept(0|0)");
}
END_TEST

START_TEST(foreign_rows_are_stepped_over_and_named)
{
	ck_assert_int_eq(write_entry("ours"), 0);
	outside_edit(ledger_path, "CREATE TEMP TABLE t AS SELECT * FROM entries;"
				  "UPDATE t SET number = 2, live_minutes = 40;"
				  "INSERT INTO entries SELECT * FROM t");
	int result = write_entry("ours too");
	ck_assert_int_ne(result, 0);
	ck_assert_int_eq(write_entry("ours too"), 0);
	assert_gap("foreign(1 %|0); rows_kept(0|0)");
	verify();
	ck_assert(!verified.chains[LEDGER_CHAIN_ENTRIES].is_whole);
	ck_assert_int_eq(verified.chains[LEDGER_CHAIN_ENTRIES].number, 2);
}
END_TEST

START_TEST(old_minutes_go_and_the_chain_holds)
{
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(write_minutes(24 * 60 * 2 * i, 10), 0); // two days apart
	ck_assert_int_eq(write_entry("a lesson"), 0);
	now.wall.ms = NOON_MS + 4 * 24 * 3600 * MS_IN_S + 600 * MS_IN_S;
	ck_assert_int_eq(ledger_writer_prune(&writer, 5, &now), 0);
	ck_assert_int_eq(ledger_writer_prune(&writer, 3, &now), 10);
	ck_assert_int_eq(ledger_writer_prune(&writer, 3, &now), 0);
	ck_assert_int_eq(outside_number(ledger_path, "SELECT min(number) FROM minutes"), 11);
	ck_assert_int_eq(
		outside_number(ledger_path, "SELECT number FROM entries WHERE kind = 'pruned' AND"
					    " minute_number = 10 AND reason = 'pruned(10|3)'"),
		2);
	assert_whole(2, 30);
	// A clock that runs a year ahead removes nothing by itself.
	now.wall.ms += INT64_C(365) * 24 * 3600 * MS_IN_S;
	ck_assert_int_eq(ledger_writer_prune(&writer, 3, &now), 0);
	ck_assert_int_eq(write_minutes(24 * 60 * 30, 1), 0);
	ck_assert_int_eq(ledger_writer_prune(&writer, 3, &now), 20);
	assert_whole(3, 31);
	outside_edit(ledger_path, "DELETE FROM minutes");
	verify();
	ck_assert_int_eq(verified.chains[LEDGER_CHAIN_MINUTES].number, 31);
}
END_TEST

START_TEST(a_ledger_without_minutes_goes_on_where_the_pruned_ones_ended)
{
	ck_assert_int_eq(write_minutes(0, 10), 0);
	ck_assert_int_eq(write_minutes(24 * 60 * 9, 1), 0);
	now.wall.ms = NOON_MS + INT64_C(9) * 24 * 3600 * MS_IN_S;
	ck_assert_int_eq(ledger_writer_prune(&writer, 3, &now), 10);
	ledger_writer_fini(&writer);
	ck_assert_int_eq(ledger_writer_init(&writer, folder), 0);
	ck_assert_int_eq(write_minutes(24 * 60 * 9 + 1, 1), 0);
	ck_assert(!writer.gap.is_open);
	assert_whole(1, 12);
}
END_TEST

// Where each transaction was acknowledged, in notes.
#define ROUNDS 120
static struct {
	size_t at;
	int64_t entries, minutes;
} acknowledged[ROUNDS];

START_TEST(after_a_power_loss_it_opens_and_every_acknowledged_row_is_there)
{
	char other[64], path[128], log[160], why[256];
	unsigned seed = (unsigned)_i + 1;
	fault_set(SQLITE_OK, SQLITE_OK);
	ledger_writer_fini(&writer);
	folder_end();
	folder_make();
	fault.is_noting = true;
	ck_assert_int_eq(ledger_writer_init(&writer, folder), 0);
	for (int i = 0; i < ROUNDS; i++) {
		ck_assert_int_eq(i % 4 ? write_minutes(64 * i, 64) : write_entry("lesson"), 0);
		acknowledged[i].at = fault.note_count;
		acknowledged[i].entries = writer.head.entry_number;
		acknowledged[i].minutes = writer.head.minute_number;
	}
	fault.is_noting = false;
	strcpy(other, folder);
	snprintf(path, sizeof path, "%s/after.db", other);
	snprintf(log, sizeof log, "%s/after.db-wal", other);
	for (int cut = 0; cut < 40; cut++) {
		size_t count = acknowledged[0].at +
			       (size_t)rand_r(&seed) % (fault.note_count - acknowledged[0].at);
		struct ledger_verified found;
		int last = 0;
		fault_replay(FAULT_DATABASE, count, &seed, path);
		fault_replay(FAULT_LOG, count, &seed, log);
		while (last + 1 < ROUNDS && acknowledged[last + 1].at <= count)
			last++;
		ck_assert_msg(ledger_verify_file(path, NULL, &found, why, sizeof why) == 0,
			"seed %d cut %zu: %s", _i, count, why);
		ck_assert(ledger_verified_is_whole(&found));
		ck_assert_int_ge(found.head.entry_number, acknowledged[last].entries);
		ck_assert_int_ge(found.head.minute_number, acknowledged[last].minutes);

		unlink(path);
		unlink(log);
		char index[160];
		snprintf(index, sizeof index, "%s/after.db-shm", other);
		unlink(index);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ledger_writer");
	TCase *tests = tcase_create("faults");
	log_start("test", LOG_LEVEL_ERROR);
	tcase_add_checked_fixture(tests, begin, end);
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, a_disk_that_fails_becomes_a_gap_and_its_rows_come_later, 0,
		sizeof disks / sizeof *disks);
	tcase_add_test(tests, a_disk_that_fails_at_the_start_is_tried_again);
	tcase_add_test(tests, a_deleted_file_is_written_anew_with_all_its_rows);
	tcase_add_test(tests, a_deleted_file_waits_for_room_and_says_what_is_wrong);
	tcase_add_test(tests, a_replaced_file_is_set_aside_and_the_rows_stay);
	tcase_add_loop_test(tests, a_deleted_log_or_index_costs_no_row, 0, 2);
	tcase_add_test(tests, an_index_that_is_cut_off_ends_no_process);
	tcase_add_test(tests, the_index_has_its_room_on_the_disk_before_it_is_mapped);
	tcase_add_loop_test(tests, a_damaged_file_is_set_aside_and_a_new_one_begun, 0, 3);
	tcase_add_test(tests, rows_that_were_cut_off_while_the_relay_was_down_are_told);
	tcase_add_loop_test(
		tests, rows_that_were_calculated_anew_while_the_relay_was_down_are_told, 0, 2);
	tcase_add_test(tests, foreign_rows_are_stepped_over_and_named);
	tcase_add_test(tests, old_minutes_go_and_the_chain_holds);
	tcase_add_test(tests, a_ledger_without_minutes_goes_on_where_the_pruned_ones_ended);
	tcase_add_loop_test(
		tests, after_a_power_loss_it_opens_and_every_acknowledged_row_is_there, 0, 4);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
