/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_head.h - ledger.head: the last row of each chain, kept outside the database, so that rows
// that are cut off at its end are missed.
//
// Two lines, "entries NUMBER HASH" and "minutes NUMBER HASH", the hash in hexadecimal. It is
// written after the commit: after a crash the database may be some rows ahead, never behind.
#ifndef LEDGER_LEDGER_HEAD_H
#define LEDGER_LEDGER_HEAD_H

#include "ledger/ledger.h"

#define LEDGER_HASH_TEXT_BYTES (2 * LEDGER_HASH_BYTES + 1)

// 0 or -errno; the old file then stays.
int ledger_head_write(const char *path, const struct ledger_head *head);

// -ENOENT: there is none; -EINVAL: it is no such file; other -errno.
int ledger_head_read(const char *path, struct ledger_head *out);

void ledger_hash_format(const uint8_t hash[LEDGER_HASH_BYTES], char text[LEDGER_HASH_TEXT_BYTES]);

#endif
