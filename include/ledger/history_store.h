/* SPDX-License-Identifier: BSD-3-Clause */
// history_store.h - throughput.db itself: its tables, what is written to them and read from them.
//
// It belongs to one thread, and every call may wait for the disk.
#ifndef LEDGER_HISTORY_STORE_H
#define LEDGER_HISTORY_STORE_H

#include <limits.h>

#include <sqlite3.h>

#include "ledger/history.h"

#define HISTORY_SCHEMA 1
#define HISTORY_WHY_BYTES 256

struct history_store {
	char path[PATH_MAX];
	sqlite3 *database; // NULL: not open
	char why[HISTORY_WHY_BYTES];
};

// Opens the database where it is not open; a damaged one is set aside. 0 or -errno with `why`.
int history_store_ready(struct history_store *store);
void history_store_shut(struct history_store *store);

// The calls below need a store that is ready; they return 0, or -errno with `why`.
int history_store_begin(struct history_store *store);
int history_store_end(struct history_store *store, int result);
int history_store_add(struct history_store *store, const struct history_minute *minute);
int history_store_prune(struct history_store *store, struct wall_time before);

// Fills in an answer to its question; rows and days are to be freed.
int history_store_answer(struct history_store *store, struct history_answer *answer);

// SQLite's code as 0 or -errno, with its words in `why`.
int history_store_fail(struct history_store *store, int code);

// history_days.c: what each day's minutes come to.
int history_days_answer(struct history_store *store, struct history_answer *answer);

#endif
