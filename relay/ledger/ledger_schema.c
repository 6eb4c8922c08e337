/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_schema.c - the tables of ledger.db, and how a writer and a reader open it.
#include "ledger/ledger_schema.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ledger/ledger_guard.h"

#define TEXT_OF(number) TEXT_OF_VALUE(number)
#define TEXT_OF_VALUE(number) #number

#define BUSY_MS 2000 // an inspector's program may hold the file for a moment
#define CHECK_BYTES 256

// FULL: each commit is on the disk when it returns. A commit has a second's rows, so this costs one
// flush of the log a second at most.
static const char writer_settings[] = "PRAGMA journal_mode = WAL;"
				      "PRAGMA synchronous = FULL;"
				      "PRAGMA temp_store = MEMORY;"
				      "PRAGMA mmap_size = 0;"
				      "PRAGMA trusted_schema = OFF;"
				      "PRAGMA journal_size_limit = 16777216;";

static const char reader_settings[] = "PRAGMA query_only = ON;"
				      "PRAGMA temp_store = MEMORY;"
				      "PRAGMA mmap_size = 0;"
				      "PRAGMA trusted_schema = OFF;";

#define APPEND_ONLY(table)                                                                         \
	"CREATE TRIGGER " table "_are_not_changed BEFORE UPDATE ON " table                         \
	" BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: add a correction'); END;"

// The order of the columns is the order in which they are hashed.
static const char schema[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE entries ("
	" number INTEGER PRIMARY KEY, kind TEXT NOT NULL, written_at_ms INTEGER NOT NULL,"
	" author TEXT NOT NULL, corrects INTEGER NOT NULL, lesson TEXT NOT NULL,"
	" date TEXT NOT NULL, pair TEXT NOT NULL, rule TEXT NOT NULL, lead TEXT NOT NULL,"
	" assisted TEXT NOT NULL, lead_name TEXT NOT NULL, assisted_name TEXT NOT NULL,"
	" scope TEXT NOT NULL, form TEXT NOT NULL, title TEXT NOT NULL, subject TEXT NOT NULL,"
	" class_name TEXT NOT NULL, teacher TEXT NOT NULL, assistant TEXT NOT NULL,"
	" headcount INTEGER NOT NULL, planned_start_ms INTEGER NOT NULL,"
	" planned_end_ms INTEGER NOT NULL, real_start_ms INTEGER NOT NULL,"
	" real_end_ms INTEGER NOT NULL, planned_minutes INTEGER NOT NULL,"
	" live_minutes INTEGER NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL,"
	" minute_number INTEGER NOT NULL, minute_hash BLOB NOT NULL, hash BLOB NOT NULL"
	") STRICT;"
	"CREATE TABLE minutes ("
	" number INTEGER PRIMARY KEY, lesson TEXT NOT NULL, school TEXT NOT NULL,"
	" endpoint TEXT NOT NULL, to_school TEXT NOT NULL, kind TEXT NOT NULL,"
	" is_outbound INTEGER NOT NULL, minute_ms INTEGER NOT NULL, packets INTEGER NOT NULL,"
	" bytes INTEGER NOT NULL, expected INTEGER NOT NULL, lost INTEGER NOT NULL,"
	" jitter_us INTEGER NOT NULL, longest_gap_us INTEGER NOT NULL, rtt_us INTEGER NOT NULL,"
	" media_s INTEGER NOT NULL, hash BLOB NOT NULL"
	") STRICT;"
	"CREATE INDEX entries_by_lesson ON entries (lesson);"
	"CREATE INDEX entries_by_date ON entries (date);"
	"CREATE INDEX entries_by_pair ON entries (pair, date);"
	"CREATE INDEX entries_by_assisted ON entries (assisted, date);"
	"CREATE INDEX entries_by_corrected ON entries (corrects) WHERE corrects != 0;"
	"CREATE INDEX entries_of_pruning ON entries (minute_number) WHERE kind = 'pruned';"
	"CREATE INDEX minutes_by_lesson ON minutes (lesson);"
	"CREATE VIEW current_entries AS SELECT * FROM entries"
	" WHERE kind IN ('lesson', 'manual', 'correction') AND number NOT IN"
	" (SELECT corrects FROM entries WHERE corrects != 0)"
	// Of two that correct the same row, the later.
	" AND (corrects = 0 OR number = (SELECT max(other.number) FROM entries AS other"
	" WHERE other.corrects = entries.corrects));" APPEND_ONLY("entries") APPEND_ONLY(
		"minutes") "CREATE TRIGGER entries_are_not_removed BEFORE DELETE ON entries"
			   " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
			   // Removed by age: the entry that says so comes first.
			   "CREATE TRIGGER minutes_are_not_removed BEFORE DELETE ON minutes WHEN "
			   "OLD.number >"
			   " (SELECT coalesce(max(minute_number), 0) FROM entries WHERE kind = "
			   "'pruned')"
			   " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
			   "PRAGMA user_version = " TEXT_OF(LEDGER_SCHEMA) ";"
									   "COMMIT;";

int
ledger_schema_ask(
	sqlite3 *database, const char *text, int *number_out, char *word, size_t word_bytes)
{
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(database, text, -1, &statement, NULL);
	if (code != SQLITE_OK)
		return code;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW) {
		const unsigned char *found = sqlite3_column_text(statement, 0);
		*number_out = sqlite3_column_int(statement, 0);
		snprintf(word, word_bytes, "%s", found ? (const char *)found : "");
	}
	int end = sqlite3_finalize(statement);
	return code == SQLITE_ROW ? end : code;
}

static int
version_check(sqlite3 *database, bool may_make, char *why, size_t why_bytes)
{
	int version = 0, tables = 0;
	char word[64] = "";
	int code = ledger_schema_ask(database, "PRAGMA user_version", &version, word, sizeof word);
	if (code == SQLITE_OK)
		code = ledger_schema_ask(
			database, "SELECT count(*) FROM sqlite_schema", &tables, word, sizeof word);
	if (code == SQLITE_OK && version == 0 && tables == 0 && may_make)
		return sqlite3_exec(database, schema, NULL, NULL, NULL);
	if (code == SQLITE_OK && version != LEDGER_SCHEMA) {
		snprintf(why, why_bytes,
			"it is no ledger of this program: its schema is of version %d, "
			"not " TEXT_OF(LEDGER_SCHEMA),
			version);
		return SQLITE_SCHEMA;
	}
	return code;
}

static int
open_with(const char *path, int flags, const char *settings, sqlite3 **out, char *why,
	size_t why_bytes)
{
	bool may_make = (flags & SQLITE_OPEN_CREATE) != 0;
	sqlite3 *database = NULL;
	*why = '\0';
	*out = NULL;
	int code =
		sqlite3_open_v2(path, &database, flags | SQLITE_OPEN_NOMUTEX, ledger_guard_vfs());
	if (database)
		sqlite3_extended_result_codes(database, 1);
	if (code == SQLITE_OK)
		code = sqlite3_busy_timeout(database, BUSY_MS);
	if (code == SQLITE_OK)
		code = sqlite3_exec(database, settings, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = version_check(database, may_make, why, why_bytes);
	if (code == SQLITE_OK) {
		*out = database;
		return code;
	}
	if (!*why)
		snprintf(why, why_bytes, "%s",
			database ? sqlite3_errmsg(database) : sqlite3_errstr(code));
	sqlite3_close(database);
	return code;
}

int
ledger_schema_open_writer(const char *path, sqlite3 **out, char *why, size_t why_bytes)
{
	return open_with(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, writer_settings, out,
		why, why_bytes);
}

int
ledger_schema_check(sqlite3 *database, char *why, size_t why_bytes)
{
	char word[CHECK_BYTES] = "";
	int number;
	int code = ledger_schema_ask(database, "PRAGMA quick_check(1)", &number, word, sizeof word);
	if (code == SQLITE_OK && strcmp(word, "ok") == 0)
		return code;
	snprintf(why, why_bytes, "%s", code == SQLITE_OK ? word : sqlite3_errmsg(database));
	return code == SQLITE_OK ? SQLITE_CORRUPT : code;
}

int
ledger_schema_open_reader(const char *path, sqlite3 **out, char *why, size_t why_bytes)
{
	return open_with(path, SQLITE_OPEN_READONLY, reader_settings, out, why, why_bytes);
}

// One row of the fresh schema: how is it in the database?
static int
object_compare(sqlite3_stmt *own, sqlite3_stmt *theirs, char *what, size_t what_bytes)
{
	const char *type = (const char *)sqlite3_column_text(own, 0);
	const char *name = (const char *)sqlite3_column_text(own, 1);
	sqlite3_reset(theirs);
	sqlite3_bind_text(theirs, 1, type, -1, SQLITE_STATIC);
	sqlite3_bind_text(theirs, 2, name, -1, SQLITE_STATIC);
	int code = sqlite3_step(theirs);
	const char *text = code == SQLITE_ROW ? (const char *)sqlite3_column_text(theirs, 0) : NULL;
	const char *was = (const char *)sqlite3_column_text(own, 2);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return code;
	if (!text || strcmp(text, was) != 0)
		snprintf(what, what_bytes,
			"the %s %s %s: whatever is read through it may not be what the rows say",
			type, name, text ? "was altered" : "is not there");
	return SQLITE_OK;
}

int
ledger_schema_compare(sqlite3 *database, char *what, size_t what_bytes)
{
	sqlite3 *fresh;
	sqlite3_stmt *own = NULL, *theirs = NULL;
	*what = '\0';
	int code = sqlite3_open_v2(":memory:", &fresh,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(fresh, schema, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_prepare_v2(fresh,
			"SELECT type, name, sql FROM sqlite_schema WHERE type IN ('table', 'view')",
			-1, &own, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_prepare_v2(database,
			"SELECT sql FROM sqlite_schema WHERE type = ?1 AND name = ?2", -1, &theirs,
			NULL);
	while (code == SQLITE_OK && !*what) {
		code = sqlite3_step(own);
		if (code == SQLITE_ROW)
			code = object_compare(own, theirs, what, what_bytes);
	}
	sqlite3_finalize(theirs);
	sqlite3_finalize(own);
	sqlite3_close(fresh);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

bool
ledger_schema_is_broken(int code)
{
	switch (code & 0xff) {
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
	case SQLITE_SCHEMA:
	case SQLITE_ERROR: // a table or a column is not there
		return true;
	default:
		return false;
	}
}

int
ledger_schema_error(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return -EROFS;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_INTERRUPT:
		return -EINTR;
	case SQLITE_CANTOPEN:
		return -ENOENT;
	default:
		return -EIO;
	}
}
