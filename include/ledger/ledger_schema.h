/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_schema.h - the tables of ledger.db, and how a writer and a reader open it.
//
// entries: a row of struct ledger_entry each, minutes: of struct ledger_minute. Columns are named
// as the fields, times with _ms added; kinds and verdicts are their names. entries.minute_number
// and .minute_hash name a row of minutes, by which the two chains are bound to each other: of a
// pruned row the last one that was removed, else the last one that there was. `hash` is what
// ledger_chain.h says, over all columns before it.
//
// The view current_entries has the lessons and manual rows, each as its last correction says.
#ifndef LEDGER_LEDGER_SCHEMA_H
#define LEDGER_LEDGER_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

#define LEDGER_SCHEMA 1

// Both return SQLite's code; `why` then says what is wrong, and *out is NULL. A file that is of
// another schema is SQLITE_SCHEMA.
//
// The writer makes the tables in a fresh file.
int ledger_schema_open_writer(const char *path, sqlite3 **out, char *why, size_t why_bytes);

// A reader never writes and never makes a file.
int ledger_schema_open_reader(const char *path, sqlite3 **out, char *why, size_t why_bytes);

// The first column of a statement's first row, as a number and as text. SQLite's code.
int ledger_schema_ask(
	sqlite3 *database, const char *text, int *number_out, char *word, size_t word_bytes);

// Looks at each page and row, which takes some 10 s a GB: SQLITE_OK where the file is whole, else
// SQLite's code with `why`, SQLITE_CORRUPT where it is damaged.
int ledger_schema_check(sqlite3 *database, char *why, size_t why_bytes);

// Compares the tables and views, what is read through, with those of a fresh ledger. Returns
// SQLite's code; `what` tells of the first that differs, "" where none does.
int ledger_schema_compare(sqlite3 *database, char *what, size_t what_bytes);

// Whether the file itself is at fault, and not the disk, the memory or somebody who holds it.
bool ledger_schema_is_broken(int code);

// SQLite's code as 0 or -errno: -ENOSPC, -EROFS, -EBUSY, -ENOMEM, -EINTR, -ENOENT, -EIO.
int ledger_schema_error(int code);

#endif
