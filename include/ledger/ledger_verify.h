/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_verify.h - finds the first row of each chain that was altered, removed or inserted.
//
// What it cannot see: rows that were cut off at the end, unless the head is known from outside; and
// a ledger that somebody has calculated anew as a whole together with every head that was noted.
// Where a row and its own hash were altered together, the row after it is the first one that does
// not fit, and the text names both.
#ifndef LEDGER_LEDGER_VERIFY_H
#define LEDGER_LEDGER_VERIFY_H

#include <sqlite3.h>

#include "ledger/ledger.h"

enum ledger_chain_name {
	LEDGER_CHAIN_ENTRIES,
	LEDGER_CHAIN_MINUTES,
	LEDGER_CHAIN_COUNT,
};

struct ledger_finding {
	bool is_whole;
	int64_t number; // the first row that is wrong
	uint64_t rows;  // looked at
	char what[LEDGER_WHY_BYTES];
};

struct ledger_verified {
	struct ledger_finding chains[LEDGER_CHAIN_COUNT];
	struct ledger_head head; // the last rows that fit
};

// Reads the database as it is at one moment. `known` is the head as it is known from elsewhere, not
// younger than the database; NULL: it is not known. Returns 0, whether or not the chains are whole,
// or -errno with `why` where they could not be read to their end.
int ledger_verify(sqlite3 *database, const struct ledger_head *known, struct ledger_verified *out,
	char *why, size_t why_bytes);

// The same for a file, of which nothing else must be known. With `head_path` (or NULL), the head is
// read from there; a head that is missing is none, one that cannot be read is -EINVAL.
int ledger_verify_file(const char *path, const char *head_path, struct ledger_verified *out,
	char *why, size_t why_bytes);

bool ledger_verified_is_whole(const struct ledger_verified *verified);

const char *ledger_chain_table(enum ledger_chain_name chain); // "entries", "minutes"

// Verifies the file, and a ledger.head beside it, and prints what it finds: all rows as they were
// written, or which are not. Needs no relay that runs, and no configuration. Returns whether all
// is well.
bool ledger_verify_print(const char *path);

#endif
