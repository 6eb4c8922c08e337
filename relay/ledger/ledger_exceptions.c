/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_exceptions.c - the one-day changes of the plan, each kept with the audit row that tells of
// it.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger_internal.h"
#include "platform/log.h"

static int
count_get(struct ledger_plan *ledger, size_t *count_out)
{
	sqlite3_stmt *statement = ledger_statement(ledger, LEDGER_EXCEPTION_COUNT);
	int row = ledger_row(ledger, statement);
	if (row < 0)
		return row;
	*count_out = (size_t)sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return 0;
}

static int
insert(struct ledger_plan *ledger, const struct plan_exception *exception,
	const struct ledger_audit *audit)
{
	sqlite3_stmt *statement = ledger_statement(ledger, LEDGER_EXCEPTION_ADD);
	const char *kind = plan_exception_kind_name(exception->kind);
	sqlite3_bind_text(statement, 1, kind, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, exception->lesson_id, -1, SQLITE_STATIC);
	sqlite3_bind_int(statement, 3, exception->to_date.days);
	sqlite3_bind_int(statement, 4, exception->to_period);
	sqlite3_bind_int(statement, 5, exception->to_times.start_s);
	sqlite3_bind_int(statement, 6, exception->to_times.end_s);
	sqlite3_bind_text(statement, 7, exception->other_id, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 8, exception->school, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 9, exception->endpoint, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 10, audit->at.ms);
	sqlite3_bind_text(statement, 11, audit->who, -1, SQLITE_STATIC);
	return ledger_run(ledger, statement);
}

int
ledger_plan_exception_add(struct ledger_plan *ledger, const struct plan_exception *exception,
	const struct ledger_audit *audit, int64_t *number_out)
{
	size_t count = 0;
	int result = ledger_begin(ledger);
	if (result != 0)
		return result;
	result = count_get(ledger, &count);
	if (result == 0 && count >= LEDGER_EXCEPTIONS_MAX)
		result = -E2BIG;
	if (result == 0)
		result = insert(ledger, exception, audit);
	if (result == 0)
		*number_out = sqlite3_last_insert_rowid(ledger->database);
	if (result == 0)
		result = ledger_audit_append(ledger, audit);
	return ledger_end(ledger, result);
}

int
ledger_plan_exception_remove(
	struct ledger_plan *ledger, int64_t number, const struct ledger_audit *audit)
{
	int result = ledger_begin(ledger);
	if (result != 0)
		return result;
	sqlite3_stmt *statement = ledger_statement(ledger, LEDGER_EXCEPTION_REMOVE);
	sqlite3_bind_int64(statement, 1, number);
	result = ledger_run(ledger, statement);
	if (result == 0 && sqlite3_changes(ledger->database) == 0)
		result = -ENOENT;
	if (result == 0)
		result = ledger_audit_append(ledger, audit);
	return ledger_end(ledger, result);
}

// A column's text in the room that there is for it. Returns whether it fits.
static bool
take_text(sqlite3_stmt *statement, int column, char *out, size_t bytes)
{
	int length = snprintf(out, bytes, "%s", ledger_text(statement, column));
	return length >= 0 && (size_t)length < bytes;
}

// Returns false where somebody has written into the row what no exception says.
static bool
take_row(sqlite3_stmt *row, struct ledger_exception *out)
{
	struct plan_exception *exception = &out->exception;
	out->number = sqlite3_column_int64(row, 0);
	exception->to_date.days = sqlite3_column_int(row, 3);
	exception->to_period = sqlite3_column_int(row, 4);
	exception->to_times.start_s = sqlite3_column_int(row, 5);
	exception->to_times.end_s = sqlite3_column_int(row, 6);
	out->made_at.ms = sqlite3_column_int64(row, 10);
	return plan_exception_kind_parse(ledger_text(row, 1), &exception->kind) == 0 &&
	       take_text(row, 2, exception->lesson_id, sizeof exception->lesson_id) &&
	       take_text(row, 7, exception->other_id, sizeof exception->other_id) &&
	       take_text(row, 8, exception->school, sizeof exception->school) &&
	       take_text(row, 9, exception->endpoint, sizeof exception->endpoint) &&
	       take_text(row, 11, out->made_by, sizeof out->made_by);
}

int
ledger_plan_exceptions_load(
	struct ledger_plan *ledger, struct ledger_exception **out, size_t *count_out)
{
	size_t room = 0, count = 0;
	int result = ledger_ready(ledger);
	if (result == 0)
		result = count_get(ledger, &room);
	if (result != 0)
		return result;
	if (room > LEDGER_EXCEPTIONS_MAX)
		room = LEDGER_EXCEPTIONS_MAX;
	struct ledger_exception *list = calloc(room + 1, sizeof *list);
	if (!list)
		return -ENOMEM;
	sqlite3_stmt *all = ledger_statement(ledger, LEDGER_EXCEPTION_ALL);
	while ((result = ledger_row(ledger, all)) > 0 && count < room) {
		if (take_row(all, &list[count]))
			count++;
		else
			log_warning("%s: exception %lld cannot be understood", ledger->path,
				(long long)list[count].number);
	}
	sqlite3_reset(all);
	if (result < 0) {
		free(list);
		return result;
	}
	*out = list;
	*count_out = count;
	return 0;
}

int
ledger_plan_revision_get(struct ledger_plan *ledger, const char *lesson_id, unsigned *count_out)
{
	*count_out = 0;
	int result = ledger_ready(ledger);
	if (result != 0)
		return result;
	sqlite3_stmt *statement = ledger_statement(ledger, LEDGER_REVISION_GET);
	sqlite3_bind_text(statement, 1, lesson_id, -1, SQLITE_STATIC);
	result = ledger_row(ledger, statement);
	if (result > 0)
		*count_out = (unsigned)sqlite3_column_int(statement, 0);
	sqlite3_reset(statement);
	return result < 0 ? result : 0;
}
