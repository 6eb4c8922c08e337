/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_chain.h - the hash of a row: SHA-256 (FIPS 180-4) over the hash of the row before it and
// every column but the hash.
//
// Each column is written as a byte that names its type, 'i', 't', 'b' or 'n' (integer, text, bytes,
// null), the 8 bytes of an integer or of a text's length, the most significant first, and the
// text's or blob's own bytes. So no two rows have one writing. The first row's predecessor is
// zeros.
#ifndef LEDGER_LEDGER_CHAIN_H
#define LEDGER_LEDGER_CHAIN_H

#include <sqlite3.h>

#include "ledger/ledger.h"

#define LEDGER_ENTRY_COLUMNS 32 // with the hash
#define LEDGER_MINUTE_COLUMNS 17

struct ledger_value {
	char type;
	int64_t integer; // of 'i'; else the length
	const void *bytes;
};

struct ledger_chain; // OpenSSL's context, used again for each row

struct ledger_chain *ledger_chain_create(void); // NULL: memory is lacking
void ledger_chain_destroy(struct ledger_chain *chain);

// Replaces `hash`, that of the row before, by that of the row. -EIO: OpenSSL failed.
int ledger_chain_add(struct ledger_chain *chain, const struct ledger_value *values, size_t count,
	uint8_t hash[LEDGER_HASH_BYTES]);

// A row's columns but its hash. What they point to is borrowed. The minute's place is `head`'s.
void ledger_entry_values(const struct ledger_entry *entry, int64_t number,
	const struct ledger_head *head, struct ledger_value values[LEDGER_ENTRY_COLUMNS - 1]);
void ledger_minute_values(const struct ledger_minute *minute, int64_t number,
	struct ledger_value values[LEDGER_MINUTE_COLUMNS - 1]);

// Binds the values, and the hash after them. SQLite's code.
int ledger_values_bind(sqlite3_stmt *statement, const struct ledger_value *values, size_t count,
	const uint8_t hash[LEDGER_HASH_BYTES]);

// The first `count` columns of a statement's row; valid until its next step.
void ledger_values_read(sqlite3_stmt *statement, struct ledger_value *values, size_t count);

#endif
