/* SPDX-License-Identifier: BSD-3-Clause */
// ledger.h - ledger.db in the state directory: the rows of records.h, written and read by threads
// of its own, so that nobody else ever waits for the disk.
//
// The control thread posts rows, which are copied; the writer commits them within a second. What
// cannot be written stays in memory until the disk is back, and the stretch becomes a LEDGER_GAP
// entry. Each row holds the SHA-256 of itself and of the row before it; ledger.head, beside the
// database, holds the last ones.
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger/records.h"

#define LEDGER_FILE "ledger.db"
#define LEDGER_HEAD_FILE "ledger.head"
#define LEDGER_BACKUP_DIRECTORY "backup" // in the state directory

#define LEDGER_HASH_BYTES 32
#define LEDGER_TEXT_BYTES_MAX 1024 // of each text of a row; the rest is cut
#define LEDGER_WHY_BYTES 256

// What may wait in memory. 24 schools with 28 classrooms, 4 streams in and out each, make 26 880
// minute rows in two hours. Beyond it the oldest minute rows are dropped and counted.
#define LEDGER_MINUTES_HELD_MAX 32768
#define LEDGER_ENTRIES_HELD_MAX 65536 // never dropped; beyond it a new one is refused and counted
#define LEDGER_QUERIES_MAX 64         // that wait for a reader

#define LEDGER_MINUTE_DAYS 400 // minute rows are kept for so long where nothing else is said

struct sqlite3;
struct ledger;

struct ledger_options {
	const char *state_directory;
	unsigned minute_days; // 0: for ever
};

// All calls belong to the control thread. Returns NULL where memory or a thread is lacking, or the
// directory's name is too long; a disk that fails is no reason.
struct ledger *ledger_create(const struct ledger_options *options);

// Writes what waits (one attempt), then ends the threads. Each query and posted row that is not
// over yet hears -ECANCELED. NULL is fine.
void ledger_destroy(struct ledger *ledger);

// Readable when ledger_dispatch() has something to do; owned by the ledger.
int ledger_event_fd(const struct ledger *ledger);

// Calls the callbacks of what is over.
void ledger_dispatch(struct ledger *ledger);

// What became of it, in words; "" where all is well. Called from ledger_dispatch() or
// ledger_destroy(), exactly once. The text is valid during the call.
typedef void (*ledger_told_fn)(void *context, int result, const char *what);

// --- writing: nothing here waits

// Called from ledger_dispatch() or ledger_destroy(), exactly once.
typedef void (*ledger_posted_fn)(void *context, int64_t number, int result);

// Rows of minutes; they are in one transaction. -ENOMEM: they are counted as dropped.
int ledger_post_minutes(struct ledger *ledger, const struct ledger_minute *rows, size_t count);

// An entry; its `number` is ignored. With `posted` NULL it is kept until it can be written.
// Else `posted` is told its number once it is on the disk, or that it could not be written
// (-ENOSPC, -EROFS, -EBUSY, -EIO): then it is not kept, and who entered it can try again.
// -ENOMEM, -ENOBUFS (LEDGER_ENTRIES_HELD_MAX): refused; `posted` is not called.
int ledger_post_entry(struct ledger *ledger, const struct ledger_entry *entry,
	ledger_posted_fn posted, void *context);

// --- reading: a connection that cannot write, on a reader's thread, one query after another

// Runs on a reader's thread; returns 0 or -errno. A query that is not over at ledger_destroy() is
// interrupted (SQLITE_INTERRUPT).
typedef int (*ledger_query_fn)(struct sqlite3 *database, void *context);

// Called from ledger_dispatch() or ledger_destroy(), exactly once. `result` is the query's, or why
// there was none: the database cannot be opened (-ENOENT, -EIO, ...), -ECANCELED.
typedef void (*ledger_done_fn)(void *context, int result);

// -ENOMEM, -ENOBUFS (LEDGER_QUERIES_MAX): refused; `done` is not called. What `context` points to
// belongs to the reader until `done`.
int ledger_query(struct ledger *ledger, ledger_query_fn query, void *context, ledger_done_fn done);

// The same for what may take minutes, on a thread of its own: no ledger_query() waits for it.
int ledger_query_long(
	struct ledger *ledger, ledger_query_fn query, void *context, ledger_done_fn done);

// --- copies

// Copies the database to a fresh file in LEDGER_BACKUP_DIRECTORY of the state directory and
// verifies the copy, as a long query. `name` is a file's name of letters, digits, '.', '-' and '_',
// which does not begin with a '.': else -EINVAL. -EEXIST, and as of ledger_query().
int ledger_backup(struct ledger *ledger, const char *name, ledger_told_fn told, void *context);

// Verifies a file of that directory as a long query, and puts it in the place of the
// database on the writer's, which first copies that to LEDGER_FILE.replaced-TIME. Rows that were
// written after the backup are in that copy only; an entry LEDGER_GAP tells of it. Rows that are
// posted meanwhile follow the restored ones. Errors as above.
int ledger_restore(struct ledger *ledger, const char *name, ledger_told_fn told, void *context);

// --- how it is

// The last row of each chain; number 0 and zeros: there is none.
struct ledger_head {
	int64_t entry_number;
	int64_t minute_number;
	uint8_t entry_hash[LEDGER_HASH_BYTES];
	uint8_t minute_hash[LEDGER_HASH_BYTES];
};

struct ledger_status {
	bool is_failing; // rows wait in memory
	int error;       // of the last attempt: 0 or -errno
	char why[LEDGER_WHY_BYTES];
	struct wall_time failing_since;
	int64_t busy_ms; // for so long has the writer been at what it does now; 0: it waits
	// A database that was set aside since the start, by its name; "" where none was.
	char set_aside[LEDGER_WHY_BYTES];
	size_t minutes_held; // not on the disk yet
	size_t entries_held;
	uint64_t minutes_written; // these and below: since the start
	uint64_t entries_written;
	uint64_t minutes_dropped;
	uint64_t entries_refused;
	uint64_t minutes_pruned;
	uint64_t commits;
	uint64_t failures;
	uint64_t gaps;
	struct ledger_head head; // as it is on the disk
};

void ledger_status_get(struct ledger *ledger, struct ledger_status *out);

#endif
