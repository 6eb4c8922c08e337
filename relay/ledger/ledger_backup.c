/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_backup.c - a copy of a ledger while others read and write it.
#include "ledger/ledger_backup.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ledger/ledger_schema.h"

#define PAGES_OF_A_LOOK 4096 // between two looks whether to end

// All pages as they are at one moment, that of a transaction around it: readers of a write-ahead
// log hold nobody up.
static int
copy(sqlite3 *to, sqlite3 *from, const atomic_bool *is_ending, char *why, size_t why_bytes)
{
	int code =
		sqlite3_exec(from, "BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
	sqlite3_backup *backup =
		code == SQLITE_OK ? sqlite3_backup_init(to, "main", from, "main") : NULL;
	if (code == SQLITE_OK && !backup)
		code = sqlite3_errcode(to);
	while (backup && code == SQLITE_OK)
		code = is_ending && atomic_load(is_ending)
			       ? SQLITE_INTERRUPT
			       : sqlite3_backup_step(backup, PAGES_OF_A_LOOK);
	int end = backup ? sqlite3_backup_finish(backup) : code;
	if (code == SQLITE_DONE)
		code = end;
	if (!sqlite3_get_autocommit(from))
		sqlite3_exec(from, "ROLLBACK", NULL, NULL, NULL);
	if (code != SQLITE_OK)
		snprintf(why, why_bytes, "%s", sqlite3_errstr(code));
	return code;
}

int
ledger_backup_write(sqlite3 *database, const char *path, const atomic_bool *is_ending, char *why,
	size_t why_bytes)
{
	char fresh[PATH_MAX + 32];
	sqlite3 *to = NULL;
	int length = snprintf(fresh, sizeof fresh, "%s.new", path);
	if (length < 0 || (size_t)length >= sizeof fresh || access(path, F_OK) == 0) {
		snprintf(why, why_bytes, "%s: there is such a file already", path);
		return SQLITE_CANTOPEN;
	}
	unlink(fresh); // of an attempt that a crash ended
	int code = sqlite3_open_v2(fresh, &to,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE |
			SQLITE_OPEN_NOMUTEX,
		NULL);
	if (code != SQLITE_OK)
		snprintf(why, why_bytes, "%s: %s", fresh, sqlite3_errstr(code));
	else
		code = copy(to, database, is_ending, why, why_bytes);
	// One file that is whole by itself, without a log beside it.
	if (code == SQLITE_OK)
		code = sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	sqlite3_close(to);
	if (code == SQLITE_OK && rename(fresh, path) != 0) {
		snprintf(why, why_bytes, "%s: %s", path, strerror(errno));
		code = SQLITE_IOERR;
	}
	if (code != SQLITE_OK)
		unlink(fresh);
	return code;
}

int
ledger_backup_load(sqlite3 *database, const char *path, char *why, size_t why_bytes)
{
	sqlite3 *from;
	int code = ledger_schema_open_reader(path, &from, why, why_bytes);
	if (code == SQLITE_OK)
		code = copy(database, from, NULL, why, why_bytes);
	sqlite3_close(from);
	return code;
}
