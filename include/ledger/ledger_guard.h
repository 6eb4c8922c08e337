/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_guard.h - the file access (VFS) of ledger.db: its shared index cannot end the process.
//
// So that inspectors can open the ledger while the relay runs, the index of its write-ahead log is
// a file that is mapped into memory (-shm). SQLite writes into each page of it before it maps it,
// so a full disk is found there and not later. But a disk that dies, a copy-on-write file system
// that is full, or a program that truncates the file make the next touch of the mapping a SIGBUS,
// and that would end the lessons. Here the signal is caught: the mapping is replaced by empty
// memory, and from then on every read and write through it fails, until all connections of this
// process are closed. The index is made anew from the log, which is an ordinary file, by the next
// one that opens it. (timetable.db, which only the relay opens, has no such file: it is locked
// exclusively.)
#ifndef LEDGER_LEDGER_GUARD_H
#define LEDGER_LEDGER_GUARD_H

#include <stdbool.h>

// The name of the VFS for sqlite3_open_v2(); it stands on the default one of the first call. NULL
// where it cannot be registered. Takes SIGBUS; what is none of the ledger's goes to who had it.
const char *ledger_guard_vfs(void);

// Whether a mapping was lost, and a connection that used it is still open.
bool ledger_guard_is_spoiled(void);

#endif
