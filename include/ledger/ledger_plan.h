/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_plan.h - timetable.db in the state directory: ad-hoc lessons, dated exceptions, and who
// changed what.
//
// SQLite, write-ahead log, each write on the disk when the call returns. All of it belongs to the
// control thread. A database that cannot be opened or understood is set aside as timetable.db.bad
// and told to the log, and a fresh one begins: lessons run without it.
#ifndef LEDGER_LEDGER_PLAN_H
#define LEDGER_LEDGER_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/units.h"
#include "timetable/exceptions.h"
#include "timetable/timetable.h"

#define LEDGER_PLAN_FILE "timetable.db"
#define LEDGER_PLAN_SCHEMA 1
#define LEDGER_AUDIT_TEXT_BYTES_MAX (16 * 1024) // of a before or after; the rest is cut
#define LEDGER_AUDIT_ROWS_MAX 1000              // of one answer
#define LEDGER_EXCEPTIONS_MAX 4096
#define LEDGER_WHO_BYTES 65 // of a token's name, with its terminator

struct ledger_plan;

// Returns NULL where memory is lacking. Where even a fresh database cannot be made (the disk is
// full or read-only), there is a ledger all the same: it holds nothing, and every write is an
// error.
struct ledger_plan *ledger_plan_open(const char *state_directory);
void ledger_plan_close(struct ledger_plan *ledger); // NULL is fine

// The errors of all calls below: 0, -ENOSPC (the disk or the database's limit is full), -EROFS,
// -EBUSY (another process holds the database), -EIO (anything else SQLite finds), -ENOMEM. A write
// that fails leaves everything as it was.
//
// What the last failure was, in SQLite's words; "" before the first. Valid until the next call.
const char *ledger_plan_reason(const struct ledger_plan *ledger);

// --- ad-hoc lessons

struct ledger_adhoc {
	const char *id; // "adhoc/2026-11-23T08:15:00Z-1"
	const char *title;
	struct wall_time start;
	struct wall_time end;
	const char *endpoints[TIMETABLE_PARTS_MAX]; // the first leads
	size_t endpoint_count;
	size_t listener_count; // the last of them listen
};

// Makes the rows of what runs equal to `running`; a row that is not among them any more gets `now`
// as the moment when it was over, and stays. Writes nothing where nothing has changed.
int ledger_plan_adhoc_sync(struct ledger_plan *ledger, const struct ledger_adhoc *running,
	size_t count, struct wall_time now);

// Tells each ad-hoc lesson that was not over; the pointers are valid during the call.
typedef void (*ledger_adhoc_fn)(void *context, const struct ledger_adhoc *adhoc);
int ledger_plan_adhoc_each(struct ledger_plan *ledger, ledger_adhoc_fn tell, void *context);

// --- the audit log: rows can be added, never changed or removed

struct ledger_audit {
	int64_t number; // counts up; given by the ledger
	struct wall_time at;
	const char *who;  // a token's name, or "localhost"
	const char *what; // "token made: office"
	const char *before;
	const char *after;
};

int ledger_plan_audit_add(struct ledger_plan *ledger, const struct ledger_audit *row);

// The newest `limit` rows, the newest first; the pointers are valid during the call.
typedef void (*ledger_audit_fn)(void *context, const struct ledger_audit *row);
int ledger_plan_audit_each(
	struct ledger_plan *ledger, size_t limit, ledger_audit_fn tell, void *context);

// --- one-day changes of the plan

struct ledger_exception {
	int64_t number; // counts up; given by the ledger
	struct plan_exception exception;
	struct wall_time made_at;
	char made_by[LEDGER_WHO_BYTES];
};

// Adds one together with its audit row, whose time and name are also the exception's: both or
// neither. Also -E2BIG (LEDGER_EXCEPTIONS_MAX).
int ledger_plan_exception_add(struct ledger_plan *ledger, const struct plan_exception *exception,
	const struct ledger_audit *audit, int64_t *number_out);

// Takes one away together with its audit row. Also -ENOENT.
int ledger_plan_exception_remove(
	struct ledger_plan *ledger, int64_t number, const struct ledger_audit *audit);

// All of them in the order in which they were made; to be freed with free().
int ledger_plan_exceptions_load(
	struct ledger_plan *ledger, struct ledger_exception **out, size_t *count_out);

// How often one-day changes of a lesson have been added or removed: 0 where it never had one. It
// never goes down.
int ledger_plan_revision_get(
	struct ledger_plan *ledger, const char *lesson_id, unsigned *count_out);

#endif
