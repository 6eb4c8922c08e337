/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_backup.h - a copy of a ledger while others read and write it.
#ifndef LEDGER_LEDGER_BACKUP_H
#define LEDGER_LEDGER_BACKUP_H

#include <stdatomic.h>
#include <stddef.h>

#include <sqlite3.h>

// Copies an open database to a file that must not be there yet, whole and on the disk before it has
// its name. Returns SQLite's code with `why`; once `is_ending` (NULL: never) is set,
// SQLITE_INTERRUPT.
int ledger_backup_write(sqlite3 *database, const char *path, const atomic_bool *is_ending,
	char *why, size_t why_bytes);

// Copies a file over an open database, in one transaction. SQLite's code with `why`.
int ledger_backup_load(sqlite3 *database, const char *path, char *why, size_t why_bytes);

#endif
