/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_writer.h - writes rows into ledger.db, one transaction after another, and finds its way
// out of every fault of the disk.
//
// It belongs to one thread, and every call may wait for the disk. Time is an argument.
#ifndef LEDGER_LEDGER_WRITER_H
#define LEDGER_LEDGER_WRITER_H

#include <limits.h>

#include <sys/types.h>

#include <sqlite3.h>

#include "ledger/ledger_chain.h"
#include "ledger/ledger_queue.h"
#include "ledger/reason.h"

#define LEDGER_PATH_BYTES (PATH_MAX + 64)
#define LEDGER_PRUNE_ROWS_MAX 50000 // removed in one transaction

// A database up to this size is looked through before a row is written; a larger one meanwhile: a
// disk reads some 80 MB a second of it, and no row may wait longer than a second.
#define LEDGER_CHECKED_FIRST_BYTES (32 * 1024 * 1024)

#define LEDGER_BESIDE_COUNT 2

enum ledger_insert {
	LEDGER_INSERT_MINUTE,
	LEDGER_INSERT_ENTRY,
	LEDGER_INSERT_COUNT,
};

struct ledger_gap {
	bool is_open;
	struct wall_time since;
	struct reason reason;
	uint64_t dropped_before; // when it began
};

struct ledger_writer {
	char directory[PATH_MAX];
	char path[LEDGER_PATH_BYTES];
	sqlite3 *database; // NULL: not open
	sqlite3_stmt *inserts[LEDGER_INSERT_COUNT];
	struct ledger_chain *chain;
	dev_t device;
	ino_t inode;
	ino_t beside_inodes[LEDGER_BESIDE_COUNT]; // of the -wal and -shm files
	struct ledger_head head;                  // as it is on the disk
	struct ledger_gap gap;
	uint64_t opening;  // of the database, or what took its place: the how manieth
	bool is_check_due; // it was opened, and not looked through
	bool is_told;      // the failure, to the log
	bool is_head_told;
	char why[LEDGER_WHY_BYTES]; // the last failure, in words
	char set_aside[LEDGER_WHY_BYTES];
	uint64_t gaps; // written
};

// What else the writer must know of the moment.
struct ledger_now {
	struct wall_time wall;
	size_t minutes_held;
	uint64_t minutes_dropped; // since the start
};

// -ENAMETOOLONG, -ENOMEM.
int ledger_writer_init(struct ledger_writer *writer, const char *state_directory);
void ledger_writer_fini(struct ledger_writer *writer);

// Opens the database where it is not open, and looks whether it is still in its place. Returns 0 or
// -errno with `why`: -ENOSPC, -EROFS, -EBUSY, -EIO, -ENOENT, -ENOMEM. A gap is then open.
int ledger_writer_ready(struct ledger_writer *writer, const struct ledger_now *now);

// Writes all items, and the gap where one is open, or nothing. Sets the entries' `number`. The
// writer must be ready; errors as above.
int ledger_writer_write(
	struct ledger_writer *writer, struct ledger_items *items, const struct ledger_now *now);

// Removes the oldest minute rows, at most LEDGER_PRUNE_ROWS_MAX, that are `days` older than now and
// than the last one: a clock that runs ahead removes nothing by itself. Returns their number, or an
// error as above.
int ledger_writer_prune(struct ledger_writer *writer, unsigned days, const struct ledger_now *now);

// Puts a whole ledger, which the caller has verified, in the place of the present one, which is
// first copied to `kept`. Readers go on meanwhile. Returns 0, or -errno with `why`: then nothing
// has changed.
int ledger_writer_restore(struct ledger_writer *writer, const char *file, const char *kept,
	const struct ledger_now *now);

// For the files that make up the writer: a stretch begins in which nothing can be written; it
// becomes an entry with the next transaction. The first cause stays.
void ledger_gap_begin(struct ledger_writer *writer, enum reason_code cause,
	const struct ledger_now *now, const char *first, const char *second);

// Gives the database, of which `what` is wrong, another name; the next ready() begins a new one.
// Returns -errno.
int ledger_writer_set_aside(
	struct ledger_writer *writer, const char *what, const struct ledger_now *now);

// Notes a failed call: opens a gap, closes what must be opened anew. Returns -errno.
int ledger_writer_fail(struct ledger_writer *writer, int code, const struct ledger_now *now);

// A name beside the database that nothing has yet: ledger.db.bad-20261123T012000Z.
void ledger_name_aside(const struct ledger_writer *writer, const char *what, struct wall_time now,
	char path[LEDGER_PATH_BYTES]);

void ledger_writer_shut(struct ledger_writer *writer);

// The heads as the database's last rows have them. SQLite's code.
int ledger_head_load(sqlite3 *database, struct ledger_head *out);

// One entry that the ledger itself writes, in a transaction. SQLite's code.
int ledger_entry_append(struct ledger_writer *writer, const struct ledger_entry *entry,
	const struct ledger_head *minutes, struct ledger_head *head, int64_t *number_out);

#endif
