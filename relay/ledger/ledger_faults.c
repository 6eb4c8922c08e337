/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_faults.c - opens ledger.db, and finds the way out where it is broken, gone or in
// somebody's hands.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/stat.h>

#include "ledger/ledger_backup.h"
#include "ledger/ledger_guard.h"
#include "ledger/ledger_head.h"
#include "ledger/ledger_schema.h"
#include "ledger/ledger_writer.h"
#include "platform/log.h"

#define STAMP_BYTES 32

static const char *const insert_texts[LEDGER_INSERT_COUNT] = {
	[LEDGER_INSERT_MINUTE] = "INSERT INTO minutes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
				 " ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
	[LEDGER_INSERT_ENTRY] = "INSERT INTO entries VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
				" ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,"
				" ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32)",
};

static const char *const beside_ends[LEDGER_BESIDE_COUNT] = {"-wal", "-shm"};

void
ledger_gap_begin(struct ledger_writer *writer, enum reason_code cause, const struct ledger_now *now,
	const char *first, const char *second)
{
	struct ledger_gap *gap = &writer->gap;
	if (gap->is_open)
		return;
	*gap = (struct ledger_gap){
		.is_open = true, .since = now->wall, .dropped_before = now->minutes_dropped};
	reason_add(&gap->reason, cause, first, second);
}

// A moment in both chains.
static void
gap_begin_at(struct ledger_writer *writer, enum reason_code cause, const struct ledger_now *now,
	const struct ledger_head *head)
{
	char hash[LEDGER_HASH_TEXT_BYTES], entry[24 + sizeof hash], minute[24];
	ledger_hash_format(head->entry_hash, hash);
	snprintf(entry, sizeof entry, "%lld %s", (long long)head->entry_number, hash);
	snprintf(minute, sizeof minute, "%lld", (long long)head->minute_number);
	ledger_gap_begin(writer, cause, now, entry, minute);
}

void
ledger_writer_shut(struct ledger_writer *writer)
{
	for (size_t i = 0; i < LEDGER_INSERT_COUNT; i++) {
		sqlite3_finalize(writer->inserts[i]);
		writer->inserts[i] = NULL;
	}
	sqlite3_close(writer->database);
	writer->database = NULL;
}

void
ledger_name_aside(const struct ledger_writer *writer, const char *what, struct wall_time now,
	char path[LEDGER_PATH_BYTES])
{
	char stamp[STAMP_BYTES];
	time_t seconds = (time_t)(now.ms / MS_IN_S);
	struct tm parts;
	gmtime_r(&seconds, &parts);
	strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &parts);
	int length = snprintf(path, LEDGER_PATH_BYTES, "%s.%s-%s", writer->path, what, stamp);
	for (int i = 2; access(path, F_OK) == 0 && i < 1000; i++)
		snprintf(path + length, LEDGER_PATH_BYTES - (size_t)length, "-%d", i);
}

// With its write-ahead log, so that somebody who knows SQLite can look into it.
static int
set_aside(struct ledger_writer *writer, const struct ledger_now *now)
{
	char aside[LEDGER_PATH_BYTES], from[LEDGER_PATH_BYTES + 8], to[LEDGER_PATH_BYTES + 8];
	ledger_writer_shut(writer);
	ledger_name_aside(writer, "bad", now->wall, aside);
	if (rename(writer->path, aside) != 0) {
		int result = -errno;
		log_error("%s: cannot be renamed: %s", writer->path, strerror(-result));
		return result;
	}
	snprintf(from, sizeof from, "%s-wal", writer->path);
	snprintf(to, sizeof to, "%s-wal", aside);
	if (rename(from, to) != 0)
		unlink(from);
	snprintf(from, sizeof from, "%s-shm", writer->path);
	unlink(from); // it is made anew from the log
	const char *name = strrchr(aside, '/') + 1;
	log_error("%s: %s; set aside as %s, and a new ledger begins: keep that file, it holds the "
		  "rows until now",
		writer->path, writer->why, name);
	snprintf(writer->set_aside, sizeof writer->set_aside, "%s", name);
	ledger_gap_begin(writer, REASON_broken, now, name, writer->why);
	return 0;
}

int
ledger_head_load(sqlite3 *database, struct ledger_head *out)
{
	static const char *const texts[] = {
		"SELECT minute_number, minute_hash FROM entries WHERE kind = 'pruned'"
		" ORDER BY number DESC LIMIT 1",
		"SELECT number, hash FROM minutes ORDER BY number DESC LIMIT 1",
		"SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1",
	};
	int code = SQLITE_OK;
	*out = (struct ledger_head){0};
	for (size_t i = 0; code == SQLITE_OK && i < sizeof texts / sizeof *texts; i++) {
		int64_t *number = i < 2 ? &out->minute_number : &out->entry_number;
		uint8_t *hash = i < 2 ? out->minute_hash : out->entry_hash;
		sqlite3_stmt *row;
		code = sqlite3_prepare_v2(database, texts[i], -1, &row, NULL);
		if (code != SQLITE_OK)
			return code;
		if (sqlite3_step(row) == SQLITE_ROW &&
			sqlite3_column_bytes(row, 1) == LEDGER_HASH_BYTES) {
			*number = sqlite3_column_int64(row, 0);
			memcpy(hash, sqlite3_column_blob(row, 1), LEDGER_HASH_BYTES);
		}
		code = sqlite3_finalize(row);
	}
	return code;
}

int
ledger_writer_set_aside(
	struct ledger_writer *writer, const char *what, const struct ledger_now *now)
{
	snprintf(writer->why, sizeof writer->why, "%s", what);
	return set_aside(writer, now);
}

// Whether a row has the hash that it had; one that is not there any more is pruned, or missed
// elsewhere.
static bool
is_as_known(sqlite3 *database, const char *text, int64_t number, const uint8_t *hash)
{
	sqlite3_stmt *row;
	bool is_so = true;
	if (sqlite3_prepare_v2(database, text, -1, &row, NULL) != SQLITE_OK)
		return true;
	if (sqlite3_bind_int64(row, 1, number) == SQLITE_OK && sqlite3_step(row) == SQLITE_ROW)
		is_so = sqlite3_column_bytes(row, 0) == LEDGER_HASH_BYTES &&
			memcmp(sqlite3_column_blob(row, 0), hash, LEDGER_HASH_BYTES) == 0;
	sqlite3_finalize(row);
	return is_so;
}

// ledger.head tells of what was committed: a database that lacks it has lost it. It is written
// anew with the next row, so what it tells becomes an entry.
static void
head_compare(struct ledger_writer *writer, const struct ledger_now *now)
{
	char path[LEDGER_PATH_BYTES];
	struct ledger_head told;
	snprintf(path, sizeof path, "%s/" LEDGER_HEAD_FILE, writer->directory);
	if (ledger_head_read(path, &told) != 0)
		return;
	if (told.entry_number <= writer->head.entry_number &&
		told.minute_number <= writer->head.minute_number) {
		if (is_as_known(writer->database, "SELECT hash FROM entries WHERE number = ?1",
			    told.entry_number, told.entry_hash) &&
			is_as_known(writer->database, "SELECT hash FROM minutes WHERE number = ?1",
				told.minute_number, told.minute_hash))
			return;
		log_error("%s: rows up to entry %lld or minute %lld were altered, and their hashes "
			  "calculated anew: they are not as %s tells",
			writer->path, (long long)told.entry_number, (long long)told.minute_number,
			path);
		gap_begin_at(writer, REASON_rewritten, now, &told);
		return;
	}
	log_error("%s: ends with entry %lld and minute %lld, but %s tells of entry %lld and minute "
		  "%lld: rows are missing at its end",
		writer->path, (long long)writer->head.entry_number,
		(long long)writer->head.minute_number, path, (long long)told.entry_number,
		(long long)told.minute_number);
	gap_begin_at(writer, REASON_behind, now, &told);
}

static int
try_open(struct ledger_writer *writer, const struct ledger_now *now)
{
	struct stat found;
	int code = ledger_schema_open_writer(
		writer->path, &writer->database, writer->why, sizeof writer->why);
	for (size_t i = 0; code == SQLITE_OK && i < LEDGER_INSERT_COUNT; i++)
		code = sqlite3_prepare_v3(writer->database, insert_texts[i], -1,
			SQLITE_PREPARE_PERSISTENT, &writer->inserts[i], NULL);
	if (code == SQLITE_OK)
		code = ledger_head_load(writer->database, &writer->head);
	if (code == SQLITE_OK && stat(writer->path, &found) != 0)
		code = SQLITE_CANTOPEN;
	if (code != SQLITE_OK && writer->database)
		snprintf(writer->why, sizeof writer->why, "%s", sqlite3_errmsg(writer->database));
	bool is_small = code == SQLITE_OK && found.st_size <= LEDGER_CHECKED_FIRST_BYTES;
	if (is_small)
		code = ledger_schema_check(writer->database, writer->why, sizeof writer->why);
	if (code != SQLITE_OK) {
		ledger_writer_shut(writer);
		return code;
	}
	writer->opening++;
	writer->is_check_due = !is_small;
	writer->device = found.st_dev;
	writer->inode = found.st_ino;
	for (size_t i = 0; i < sizeof beside_ends / sizeof *beside_ends; i++) {
		char beside[LEDGER_PATH_BYTES + 8];
		snprintf(beside, sizeof beside, "%s%s", writer->path, beside_ends[i]);
		writer->beside_inodes[i] = stat(beside, &found) == 0 ? found.st_ino : 0;
	}
	head_compare(writer, now);
	return code;
}

// The file was deleted or replaced, and this process holds the only way to what was in it: from
// there it is written anew. What lies in its place by now is set aside.
static int
rescue(struct ledger_writer *writer, const struct ledger_now *now)
{
	char copy[LEDGER_PATH_BYTES + 16];
	log_error("%s: was deleted or replaced while the relay runs; it is written anew",
		writer->path);
	snprintf(copy, sizeof copy, "%s.rescued", writer->path);
	unlink(copy); // of a rescue that a fault ended
	int code =
		ledger_backup_write(writer->database, copy, NULL, writer->why, sizeof writer->why);
	if (code != SQLITE_OK)
		return ledger_writer_fail(writer, code, now);
	ledger_gap_begin(writer, REASON_gone, now, NULL, NULL);
	if (access(writer->path, F_OK) == 0) {
		snprintf(writer->why, sizeof writer->why, "another file took its place");
		int result = set_aside(writer, now);
		if (result != 0)
			return result;
	}
	ledger_writer_shut(writer);
	for (size_t i = 0; i < sizeof beside_ends / sizeof *beside_ends; i++) {
		char beside[LEDGER_PATH_BYTES + 8];
		snprintf(beside, sizeof beside, "%s%s", writer->path, beside_ends[i]);
		unlink(beside);
	}
	return rename(copy, writer->path) == 0 ? 0 : -errno;
}

// SQLite finds its log and index by name: where somebody has deleted them, what is in the log goes
// into the database through what is still open, and both are made anew.
static bool
is_log_in_place(const struct ledger_writer *writer)
{
	bool is_there = true;
	for (size_t i = 0; i < sizeof beside_ends / sizeof *beside_ends; i++) {
		char beside[LEDGER_PATH_BYTES + 8];
		struct stat found;
		snprintf(beside, sizeof beside, "%s%s", writer->path, beside_ends[i]);
		if (stat(beside, &found) == 0)
			is_there = is_there && found.st_ino == writer->beside_inodes[i];
		else
			is_there = is_there && errno != ENOENT;
	}
	return is_there;
}

static bool
is_in_place(const struct ledger_writer *writer)
{
	struct stat found;
	// Whatever else keeps stat() from an answer will show in the next write.
	if (stat(writer->path, &found) != 0)
		return errno != ENOENT;
	return found.st_dev == writer->device && found.st_ino == writer->inode;
}

int
ledger_writer_ready(struct ledger_writer *writer, const struct ledger_now *now)
{
	if (writer->database && !is_in_place(writer)) {
		int result = rescue(writer, now);
		if (result != 0)
			return result;
	}
	if (writer->database && !is_log_in_place(writer)) {
		log_warning(
			"%s: its -wal or -shm file was deleted; both are made anew", writer->path);
		int code = sqlite3_wal_checkpoint_v2(
			writer->database, NULL, SQLITE_CHECKPOINT_FULL, NULL, NULL);
		if (code != SQLITE_OK)
			return ledger_writer_fail(writer, code, now);
		ledger_writer_shut(writer);
	}
	if (writer->database)
		return 0;
	int code = try_open(writer, now);
	if (ledger_schema_is_broken(code) && set_aside(writer, now) == 0)
		code = try_open(writer, now);
	return code == SQLITE_OK ? 0 : ledger_writer_fail(writer, code, now);
}

static enum reason_code
cause_of(int code)
{
	switch (ledger_schema_error(code)) {
	case -ENOSPC:
		return REASON_disk_full;
	case -EROFS:
		return REASON_read_only;
	case -EBUSY:
		return REASON_busy;
	case -ENOMEM:
		return REASON_memory;
	default:
		return REASON_io_error;
	}
}

// Another program has put rows where the next ones belong. Ours go behind them, chained to our own
// last row, so that verifying names the foreign ones.
static void
step_over(struct ledger_writer *writer, const struct ledger_now *now)
{
	struct ledger_head found;
	if (ledger_head_load(writer->database, &found) != SQLITE_OK)
		return;
	gap_begin_at(writer, REASON_foreign, now, &writer->head);
	if (found.entry_number > writer->head.entry_number)
		writer->head.entry_number = found.entry_number;
	if (found.minute_number > writer->head.minute_number)
		writer->head.minute_number = found.minute_number;
}

int
ledger_writer_fail(struct ledger_writer *writer, int code, const struct ledger_now *now)
{
	if (writer->database) {
		// The failure may be another connection's, a copy's.
		bool is_own = (sqlite3_errcode(writer->database) & 0xff) == (code & 0xff);
		snprintf(writer->why, sizeof writer->why, "%s",
			is_own ? sqlite3_errmsg(writer->database) : sqlite3_errstr(code));
		if (!sqlite3_get_autocommit(writer->database)) // a full disk may have done so
			sqlite3_exec(writer->database, "ROLLBACK", NULL, NULL, NULL);
	}
	if (!writer->is_told)
		log_error("%s: %s; lessons go on, and rows wait in memory", writer->path,
			writer->why);
	writer->is_told = true;
	if ((code & 0xff) == SQLITE_CONSTRAINT && writer->database)
		step_over(writer, now);
	else if (ledger_schema_is_broken(code) && writer->database)
		set_aside(writer, now);
	else
		ledger_gap_begin(writer, cause_of(code), now, writer->why, NULL);
	// A file that was opened when it could not be written stays so.
	if ((code & 0xff) == SQLITE_READONLY || ledger_guard_is_spoiled())
		ledger_writer_shut(writer);
	return ledger_schema_error(code);
}
