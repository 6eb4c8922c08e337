/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_plan.c - timetable.db in the state directory: opened, set aside where it is broken, and
// its transactions.
#include "ledger/ledger_plan.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger/ledger_internal.h"
#include "ledger/ledger_schema.h"
#include "platform/log.h"

#define TEXT_OF(number) TEXT_OF_VALUE(number)
#define TEXT_OF_VALUE(number) #number

// One process owns the database. In this mode SQLite keeps the index of the write-ahead log in its
// own memory: a mapped file would be a SIGBUS where the disk is full.
static const char settings[] = "PRAGMA locking_mode = EXCLUSIVE;"
			       "PRAGMA journal_mode = WAL;"
			       "PRAGMA synchronous = FULL;"
			       "PRAGMA temp_store = MEMORY;"
			       "PRAGMA wal_autocheckpoint = 100;";

// A swap revises two lessons.
#define REVISE(row)                                                                                \
	REVISE_ONE(row ".lesson")                                                                  \
	REVISE_ONE(row ".other")
#define REVISE_ONE(lesson)                                                                         \
	" INSERT INTO revisions SELECT " lesson ", 1 WHERE " lesson " != ''"                       \
	" ON CONFLICT (lesson) DO UPDATE SET count = count + 1;"

static const char schema[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE adhoc ("
	" id TEXT PRIMARY KEY, title TEXT NOT NULL, starts_at_ms INTEGER NOT NULL,"
	" ends_at_ms INTEGER NOT NULL, endpoints TEXT NOT NULL,"
	" listener_count INTEGER NOT NULL, over_at_ms INTEGER"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE audit ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, who TEXT NOT NULL,"
	" what TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL"
	") STRICT;"
	"CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit"
	" BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;"
	"CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit"
	" BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;"
	"CREATE TABLE exceptions ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, lesson TEXT NOT NULL,"
	" to_date INTEGER NOT NULL, to_period INTEGER NOT NULL, to_start_s INTEGER NOT NULL,"
	" to_end_s INTEGER NOT NULL, other TEXT NOT NULL, school TEXT NOT NULL,"
	" endpoint TEXT NOT NULL, made_at_ms INTEGER NOT NULL, made_by TEXT NOT NULL"
	") STRICT;"
	// Whoever has read of a change must see that it was taken back: the count only grows.
	"CREATE TABLE revisions (lesson TEXT PRIMARY KEY, count INTEGER NOT NULL)"
	" STRICT, WITHOUT ROWID;"
	"CREATE TRIGGER revised_by_adding AFTER INSERT ON exceptions BEGIN" REVISE(
		"NEW") " END;"
		       "CREATE TRIGGER revised_by_removing AFTER DELETE ON exceptions BEGIN" REVISE(
			       "OLD") " END;"
				      "PRAGMA user_version = " TEXT_OF(
					      LEDGER_PLAN_SCHEMA) ";"
								  "COMMIT;";

static const char *const statement_texts[LEDGER_STATEMENT_COUNT] = {
	[LEDGER_BEGIN] = "BEGIN IMMEDIATE",
	[LEDGER_COMMIT] = "COMMIT",
	[LEDGER_ROLLBACK] = "ROLLBACK",
	[LEDGER_ADHOC_PUT] =
		"INSERT INTO adhoc VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL) ON CONFLICT (id) DO"
		" UPDATE SET ends_at_ms = ?4, endpoints = ?5, listener_count = ?6,"
		" over_at_ms = NULL WHERE ends_at_ms != ?4 OR endpoints != ?5"
		" OR listener_count != ?6 OR over_at_ms IS NOT NULL",
	[LEDGER_ADHOC_MARK_OVER] = "UPDATE adhoc SET over_at_ms = ?2 WHERE id = ?1",
	[LEDGER_ADHOC_ALL] = "SELECT id, title, starts_at_ms, ends_at_ms, endpoints,"
			     " listener_count FROM adhoc"
			     " WHERE over_at_ms IS NULL ORDER BY starts_at_ms, id",
	[LEDGER_AUDIT_ADD] = "INSERT INTO audit (at_ms, who, what, before, after)"
			     " VALUES (?1, ?2, ?3, ?4, ?5)",
	[LEDGER_AUDIT_ALL] = "SELECT number, at_ms, who, what, before, after FROM audit"
			     " ORDER BY number DESC LIMIT ?1",
	[LEDGER_EXCEPTION_COUNT] = "SELECT count(*) FROM exceptions",
	[LEDGER_EXCEPTION_ADD] =
		"INSERT INTO exceptions (kind, lesson, to_date, to_period, to_start_s, to_end_s,"
		" other, school, endpoint, made_at_ms, made_by)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	[LEDGER_EXCEPTION_REMOVE] = "DELETE FROM exceptions WHERE number = ?1",
	[LEDGER_EXCEPTION_ALL] =
		"SELECT number, kind, lesson, to_date, to_period, to_start_s, to_end_s, other,"
		" school, endpoint, made_at_ms, made_by FROM exceptions ORDER BY number",
	[LEDGER_REVISION_GET] = "SELECT count FROM revisions WHERE lesson = ?1",
};

static int
error_of(int code)
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
	default:
		return -EIO;
	}
}

// Notes why, in SQLite's words.
static int
fail(struct ledger_plan *ledger, int code)
{
	snprintf(ledger->reason, sizeof ledger->reason, "%s",
		ledger->database ? sqlite3_errmsg(ledger->database) : sqlite3_errstr(code));
	return error_of(code);
}

static void
shut(struct ledger_plan *ledger)
{
	for (size_t i = 0; i < LEDGER_STATEMENT_COUNT; i++) {
		sqlite3_finalize(ledger->statements[i]);
		ledger->statements[i] = NULL;
	}
	sqlite3_close(ledger->database);
	ledger->database = NULL;
}

// Makes the tables in a fresh database, and looks whether an old one is whole and ours.
static int
schema_open(struct ledger_plan *ledger)
{
	int version = 0;
	char word[64] = "";
	int code = ledger_schema_ask(
		ledger->database, "PRAGMA user_version", &version, word, sizeof word);
	int tables = 0;
	if (code == SQLITE_OK)
		code = ledger_schema_ask(ledger->database, "SELECT count(*) FROM sqlite_schema",
			&tables, word, sizeof word);
	if (code == SQLITE_OK && version == 0 && tables == 0)
		return sqlite3_exec(ledger->database, schema, NULL, NULL, NULL);
	if (code != SQLITE_OK)
		return code;
	if (version != LEDGER_PLAN_SCHEMA) {
		snprintf(ledger->reason, sizeof ledger->reason,
			"its schema is of version %d, and this program knows %d only", version,
			LEDGER_PLAN_SCHEMA);
		return SQLITE_SCHEMA;
	}
	code = ledger_schema_check(ledger->database, ledger->reason, sizeof ledger->reason);
	return code == SQLITE_CORRUPT ? SQLITE_SCHEMA : code; // its reason is there
}

// Returns SQLite's code; ledger->reason says why.
static int
try_open(struct ledger_plan *ledger)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	int code = sqlite3_open_v2(ledger->path, &ledger->database, flags, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(ledger->database, settings, NULL, NULL, NULL);
	if (code == SQLITE_OK) {
		code = schema_open(ledger);
		if (code == SQLITE_SCHEMA)
			goto shut_it; // its reason is there
	}
	for (size_t i = 0; code == SQLITE_OK && i < LEDGER_STATEMENT_COUNT; i++)
		code = sqlite3_prepare_v3(ledger->database, statement_texts[i], -1,
			SQLITE_PREPARE_PERSISTENT, &ledger->statements[i], NULL);
	if (code == SQLITE_OK)
		return code;
	fail(ledger, code);
shut_it:
	shut(ledger);
	return code;
}

// Whether the file itself is at fault, and not the disk, the memory or somebody who holds it.
static bool
is_broken(const struct ledger_plan *ledger, int code)
{
	switch (code & 0xff) {
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
	case SQLITE_SCHEMA:
	case SQLITE_ERROR: // a table or a column is not there
		return true;
	case SQLITE_CANTOPEN:
		return access(ledger->path, F_OK) == 0;
	default:
		return false;
	}
}

// With its write-ahead log, so that somebody who knows SQLite can look into it.
static bool
set_aside(struct ledger_plan *ledger)
{
	char aside[PATH_MAX + 16], log_path[PATH_MAX + 16], log_aside[PATH_MAX + 16];
	snprintf(aside, sizeof aside, "%s.bad", ledger->path);
	snprintf(log_path, sizeof log_path, "%s-wal", ledger->path);
	snprintf(log_aside, sizeof log_aside, "%s.bad-wal", ledger->path);
	log_error("%s: %s; set aside as " LEDGER_PLAN_FILE ".bad, and a fresh one begins: ad-hoc "
		  "lessons, exceptions and the audit log are in the old one",
		ledger->path, ledger->reason);
	if (rename(ledger->path, aside) != 0) {
		log_error("%s: cannot be renamed: %s", ledger->path, strerror(errno));
		return false;
	}
	if (rename(log_path, log_aside) != 0)
		unlink(log_aside);
	return true;
}

int
ledger_ready(struct ledger_plan *ledger)
{
	if (ledger->database)
		return 0;
	int code = try_open(ledger);
	if (code != SQLITE_OK && is_broken(ledger, code) && set_aside(ledger))
		code = try_open(ledger);
	if (code != SQLITE_OK) {
		if (!ledger->is_failing)
			log_error("%s: cannot be opened: %s; lessons run, but no change is kept",
				ledger->path, ledger->reason);
		ledger->is_failing = true;
		return error_of(code);
	}
	if (ledger->is_failing)
		log_info("%s: open again", ledger->path);
	ledger->is_failing = false;
	return 0;
}

struct ledger_plan *
ledger_plan_open(const char *state_directory)
{
	struct ledger_plan *ledger = calloc(1, sizeof *ledger);
	if (!ledger)
		return NULL;
	int length = snprintf(
		ledger->path, sizeof ledger->path, "%s/" LEDGER_PLAN_FILE, state_directory);
	if (length < 0 || (size_t)length >= sizeof ledger->path) {
		free(ledger);
		return NULL;
	}
	ledger_ready(ledger); // what fails here is told, and tried again later
	return ledger;
}

void
ledger_plan_close(struct ledger_plan *ledger)
{
	if (!ledger)
		return;
	shut(ledger);
	free(ledger);
}

const char *
ledger_plan_reason(const struct ledger_plan *ledger)
{
	return ledger->reason;
}

sqlite3_stmt *
ledger_statement(struct ledger_plan *ledger, enum ledger_statement which)
{
	assert(ledger->database != NULL);
	sqlite3_stmt *statement = ledger->statements[which];
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return statement;
}

int
ledger_row(struct ledger_plan *ledger, sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		return 1;
	int result = code == SQLITE_DONE ? 0 : fail(ledger, code);
	sqlite3_reset(statement);
	return result;
}

int
ledger_run(struct ledger_plan *ledger, sqlite3_stmt *statement)
{
	int result = ledger_row(ledger, statement);
	assert(result <= 0);
	return result;
}

int
ledger_begin(struct ledger_plan *ledger)
{
	int result = ledger_ready(ledger);
	if (result == 0)
		result = ledger_run(ledger, ledger_statement(ledger, LEDGER_BEGIN));
	return result;
}

int
ledger_end(struct ledger_plan *ledger, int result)
{
	if (result == 0)
		result = ledger_run(ledger, ledger_statement(ledger, LEDGER_COMMIT));
	// A full disk rolls some back by itself.
	if (result != 0 && !sqlite3_get_autocommit(ledger->database)) {
		char reason[LEDGER_REASON_BYTES];
		memcpy(reason, ledger->reason, sizeof reason);
		ledger_run(ledger, ledger_statement(ledger, LEDGER_ROLLBACK));
		memcpy(ledger->reason, reason, sizeof reason);
	}
	return result;
}

const char *
ledger_text(sqlite3_stmt *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement, column);
	return text ? (const char *)text : "";
}
