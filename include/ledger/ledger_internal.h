/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_internal.h - inside the ledger: the database, and its statements, prepared once.
#ifndef LEDGER_LEDGER_INTERNAL_H
#define LEDGER_LEDGER_INTERNAL_H

#include <limits.h>

#include <sqlite3.h>

#include "ledger/ledger_plan.h"

#define LEDGER_REASON_BYTES 256

enum ledger_statement {
	LEDGER_BEGIN,
	LEDGER_COMMIT,
	LEDGER_ROLLBACK,
	LEDGER_ADHOC_PUT,
	LEDGER_ADHOC_MARK_OVER,
	LEDGER_ADHOC_ALL,
	LEDGER_AUDIT_ADD,
	LEDGER_AUDIT_ALL,
	LEDGER_EXCEPTION_COUNT,
	LEDGER_EXCEPTION_ADD,
	LEDGER_EXCEPTION_REMOVE,
	LEDGER_EXCEPTION_ALL,
	LEDGER_REVISION_GET,
	LEDGER_STATEMENT_COUNT,
};

struct ledger_plan {
	char path[PATH_MAX];
	sqlite3 *database; // NULL: it could not be opened; the next call tries again
	sqlite3_stmt *statements[LEDGER_STATEMENT_COUNT];
	char reason[LEDGER_REASON_BYTES];
	bool is_failing; // and that has been told to the log
};

// The errors are those of ledger_plan.h.

// Opens the database where that failed before.
int ledger_ready(struct ledger_plan *ledger);

// A statement with nothing bound to it. The database must be ready.
sqlite3_stmt *ledger_statement(struct ledger_plan *ledger, enum ledger_statement which);

// Runs a statement that gives no rows, and resets it.
int ledger_run(struct ledger_plan *ledger, sqlite3_stmt *statement);

// One row of a statement: 1, 0 at the end, or an error; it is reset after the last two.
int ledger_row(struct ledger_plan *ledger, sqlite3_stmt *statement);

// Writes between these two become true together, where `result` is 0, or not at all. Returns
// `result`, or why it could not be ended well.
int ledger_begin(struct ledger_plan *ledger);
int ledger_end(struct ledger_plan *ledger, int result);

// Adds an audit row, in a transaction or alone.
int ledger_audit_append(struct ledger_plan *ledger, const struct ledger_audit *row);

// A column's text, never NULL; valid until the statement's next step.
const char *ledger_text(sqlite3_stmt *statement, int column);

#endif
