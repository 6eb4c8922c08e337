/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_audit.c - who changed what, and when: rows that are added and never changed.
#include <string.h>

#include "ledger/ledger_internal.h"

// What is cut ends with whole UTF-8 characters (RFC 3629, section 3).
static int
cut_bytes(const char *text)
{
	size_t length = strlen(text);
	if (length <= LEDGER_AUDIT_TEXT_BYTES_MAX)
		return (int)length;
	length = LEDGER_AUDIT_TEXT_BYTES_MAX;
	while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	return (int)length;
}

int
ledger_audit_append(struct ledger_plan *ledger, const struct ledger_audit *row)
{
	sqlite3_stmt *statement = ledger_statement(ledger, LEDGER_AUDIT_ADD);
	sqlite3_bind_int64(statement, 1, row->at.ms);
	sqlite3_bind_text(statement, 2, row->who, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 3, row->what, cut_bytes(row->what), SQLITE_STATIC);
	sqlite3_bind_text(statement, 4, row->before, cut_bytes(row->before), SQLITE_STATIC);
	sqlite3_bind_text(statement, 5, row->after, cut_bytes(row->after), SQLITE_STATIC);
	return ledger_run(ledger, statement);
}

int
ledger_plan_audit_add(struct ledger_plan *ledger, const struct ledger_audit *row)
{
	int result = ledger_ready(ledger);
	return result != 0 ? result : ledger_audit_append(ledger, row);
}

int
ledger_plan_audit_each(
	struct ledger_plan *ledger, size_t limit, ledger_audit_fn tell, void *context)
{
	int result = ledger_ready(ledger);
	if (result != 0)
		return result;
	if (limit > LEDGER_AUDIT_ROWS_MAX)
		limit = LEDGER_AUDIT_ROWS_MAX;
	sqlite3_stmt *all = ledger_statement(ledger, LEDGER_AUDIT_ALL);
	sqlite3_bind_int64(all, 1, (sqlite3_int64)limit);
	while ((result = ledger_row(ledger, all)) > 0) {
		const struct ledger_audit row = {
			.number = sqlite3_column_int64(all, 0),
			.at = {sqlite3_column_int64(all, 1)},
			.who = ledger_text(all, 2),
			.what = ledger_text(all, 3),
			.before = ledger_text(all, 4),
			.after = ledger_text(all, 5),
		};
		tell(context, &row);
	}
	return result;
}
