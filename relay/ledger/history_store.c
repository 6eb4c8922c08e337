/* SPDX-License-Identifier: BSD-3-Clause */
// history_store.c - throughput.db: its tables, and what is written to them.
#include "ledger/history_store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ledger/ledger_schema.h"
#include "platform/log.h"

#define TEXT_OF(number) TEXT_OF_VALUE(number)
#define TEXT_OF_VALUE(number) #number
#define BUSY_MS 2000

#define DECLARED(name) ", " #name " INTEGER NOT NULL"
#define VALUE(name) ", ?"
#define ADDED(name) ", " #name " = " #name " + excluded." #name
#define RAISED(name) ", " #name " = max(" #name ", excluded." #name ")"

static const char schema[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE minutes (minute_ms INTEGER PRIMARY KEY, ms INTEGER NOT NULL" HISTORY_SUMS(
		DECLARED) HISTORY_MARKS(DECLARED)
		HISTORY_PEAKS(DECLARED) ") STRICT;"
					"CREATE TABLE drops (minute_ms INTEGER NOT NULL, reason "
					"TEXT NOT NULL,"
					" count INTEGER NOT NULL, PRIMARY KEY (minute_ms, reason)) "
					"STRICT, WITHOUT ROWID;"
					"CREATE TABLE schools (school TEXT NOT NULL, minute_ms "
					"INTEGER NOT NULL,"
					" ms INTEGER NOT NULL, packets_in INTEGER NOT NULL, "
					"bytes_in INTEGER NOT NULL,"
					" packets_out INTEGER NOT NULL, bytes_out INTEGER NOT NULL,"
					" PRIMARY KEY (school, minute_ms)) STRICT, WITHOUT ROWID;"
					"CREATE INDEX schools_by_minute ON schools (minute_ms);"
					"PRAGMA user_version = " TEXT_OF(HISTORY_SCHEMA) ";"
											 "COMMIT;";

static const char minute_add[] =
	"INSERT INTO minutes VALUES (?, ?" HISTORY_SUMS(VALUE) HISTORY_MARKS(VALUE) HISTORY_PEAKS(
		VALUE) ")"
		       " ON CONFLICT DO UPDATE SET ms = ms + excluded.ms" HISTORY_SUMS(ADDED)
			       HISTORY_MARKS(RAISED) HISTORY_PEAKS(RAISED);

static const char drop_add[] = "INSERT INTO drops VALUES (?, ?, ?)"
			       " ON CONFLICT DO UPDATE SET count = count + excluded.count";

static const char school_add[] =
	"INSERT INTO schools VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
	" ms = ms + excluded.ms, packets_in = packets_in + excluded.packets_in,"
	" bytes_in = bytes_in + excluded.bytes_in,"
	" packets_out = packets_out + excluded.packets_out,"
	" bytes_out = bytes_out + excluded.bytes_out";

int
history_store_fail(struct history_store *store, int code)
{
	if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
		return 0;
	snprintf(store->why, sizeof store->why, "%s",
		store->database ? sqlite3_errmsg(store->database) : sqlite3_errstr(code));
	return ledger_schema_error(code);
}

static int
version_callback(void *context, int count, char **values, char **names)
{
	(void)names;
	return sscanf(count > 0 && values[0] ? values[0] : "", "%d", (int *)context) != 1;
}

static int
open_once(struct history_store *store)
{
	int version = 0;
	int code = sqlite3_open_v2(store->path, &store->database,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_busy_timeout(store->database, BUSY_MS);
	if (code == SQLITE_OK)
		code = sqlite3_exec(store->database,
			"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;", NULL, NULL,
			NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(
			store->database, "PRAGMA user_version", version_callback, &version, NULL);
	if (code == SQLITE_OK && version == 0)
		code = sqlite3_exec(store->database, schema, NULL, NULL, NULL);
	else if (code == SQLITE_OK && version != HISTORY_SCHEMA)
		code = SQLITE_SCHEMA;
	if (code != SQLITE_OK) {
		history_store_fail(store, code);
		history_store_shut(store);
	}
	return code;
}

static void
set_aside(struct history_store *store)
{
	static const char *const endings[] = {"", "-wal", "-shm"};
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		char from[PATH_MAX + 8], to[PATH_MAX + 16];
		snprintf(from, sizeof from, "%s%s", store->path, endings[i]);
		snprintf(to, sizeof to, "%s.bad%s", store->path, endings[i]);
		if (rename(from, to) && errno != ENOENT)
			log_error("%s: cannot be renamed: %s", from, strerror(errno));
	}
}

int
history_store_ready(struct history_store *store)
{
	if (store->database)
		return 0;
	int code = open_once(store);
	if (ledger_schema_is_broken(code)) {
		log_error("%s: %s; set aside as " HISTORY_FILE ".bad, a new one begins",
			store->path, store->why);
		set_aside(store);
		code = open_once(store);
	}
	return ledger_schema_error(code);
}

void
history_store_shut(struct history_store *store)
{
	sqlite3_close_v2(store->database);
	store->database = NULL;
}

int
history_store_begin(struct history_store *store)
{
	return history_store_fail(
		store, sqlite3_exec(store->database, "BEGIN IMMEDIATE", NULL, NULL, NULL));
}

int
history_store_end(struct history_store *store, int result)
{
	if (!result)
		result = history_store_fail(
			store, sqlite3_exec(store->database, "COMMIT", NULL, NULL, NULL));
	if (result)
		sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
	return result;
}

// Runs a statement that gives no rows, and frees it. `code` is what came of making it.
static int
run(struct history_store *store, sqlite3_stmt *statement, int code)
{
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	int result = history_store_fail(store, code);
	sqlite3_finalize(statement);
	return result;
}

static int
minute_write(struct history_store *store, const struct history_minute *minute)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(store->database, minute_add, -1, &statement, NULL);
	int at = 0;
	const struct history_figures *figures = &minute->figures;
	const struct history_peaks *peaks = &minute->peaks;
	if (code == SQLITE_OK) {
		sqlite3_bind_int64(statement, ++at, minute->minute.ms);
		sqlite3_bind_int64(statement, ++at, minute->ms);
#define BIND_FIGURE(name) sqlite3_bind_int64(statement, ++at, (int64_t)figures->name);
#define BIND_PEAK(name) sqlite3_bind_int64(statement, ++at, (int64_t)peaks->name);
		HISTORY_SUMS(BIND_FIGURE)
		HISTORY_MARKS(BIND_FIGURE)
		HISTORY_PEAKS(BIND_PEAK)
#undef BIND_FIGURE
#undef BIND_PEAK
	}
	return run(store, statement, code);
}

static int
drop_write(struct history_store *store, const struct history_minute *minute, int reason)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(store->database, drop_add, -1, &statement, NULL);
	if (code == SQLITE_OK) {
		sqlite3_bind_int64(statement, 1, minute->minute.ms);
		sqlite3_bind_text(statement, 2, drop_reason_name((enum drop_reason)reason), -1,
			SQLITE_STATIC);
		sqlite3_bind_int64(statement, 3, (int64_t)minute->figures.drops[reason]);
	}
	return run(store, statement, code);
}

static int
school_write(struct history_store *store, const struct history_minute *minute,
	const struct history_school_row *row)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(store->database, school_add, -1, &statement, NULL);
	if (code == SQLITE_OK) {
		sqlite3_bind_text(statement, 1, row->school, -1, SQLITE_STATIC);
		sqlite3_bind_int64(statement, 2, minute->minute.ms);
		sqlite3_bind_int64(statement, 3, minute->ms);
		sqlite3_bind_int64(statement, 4, (int64_t)row->figures.packets_in);
		sqlite3_bind_int64(statement, 5, (int64_t)row->figures.bytes_in);
		sqlite3_bind_int64(statement, 6, (int64_t)row->figures.packets_out);
		sqlite3_bind_int64(statement, 7, (int64_t)row->figures.bytes_out);
	}
	return run(store, statement, code);
}

int
history_store_add(struct history_store *store, const struct history_minute *minute)
{
	int result = minute_write(store, minute);
	for (int reason = DROP_NONE + 1; reason < DROP_REASON_COUNT && !result; reason++)
		if (minute->figures.drops[reason] > 0)
			result = drop_write(store, minute, reason);
	for (size_t i = 0; i < minute->school_count && !result; i++)
		result = school_write(store, minute, &minute->schools[i]);
	return result;
}

int
history_store_prune(struct history_store *store, struct wall_time before)
{
	static const char *const texts[] = {"DELETE FROM minutes WHERE minute_ms < ?",
		"DELETE FROM drops WHERE minute_ms < ?", "DELETE FROM schools WHERE minute_ms < ?"};
	int result = 0;
	for (size_t i = 0; i < sizeof texts / sizeof *texts && !result; i++) {
		sqlite3_stmt *statement = NULL;
		int code = sqlite3_prepare_v2(store->database, texts[i], -1, &statement, NULL);
		if (code == SQLITE_OK)
			code = sqlite3_bind_int64(statement, 1, before.ms);
		result = run(store, statement, code);
	}
	return result;
}
