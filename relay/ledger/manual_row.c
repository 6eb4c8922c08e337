// SPDX-License-Identifier: BSD-3-Clause
// manual_row.c - the row that is to be corrected, and whether somebody was faster.
#include <errno.h>
#include <stdlib.h>

#include "ledger/ledger_queue.h"
#include "ledger/ledger_schema.h"
#include "ledger/manual.h"
#include "ledger/report_rows.h"

struct wanted {
	int64_t number;
	struct ledger_item *item;
};

static int
row_keep(void *context, const struct ledger_entry *entry)
{
	struct wanted *wanted = context;
	if (entry->number != wanted->number)
		return 0;
	wanted->item = ledger_item_entry(entry);
	if (!wanted->item)
		return -ENOMEM;
	wanted->item->entry.number = entry->number;
	return 0;
}

static int
corrected_by(sqlite3 *database, int64_t number, int64_t *out)
{
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(database,
		"SELECT coalesce(max(number), 0) FROM entries WHERE corrects = ?1 AND corrects != "
		"0",
		-1, &statement, NULL);
	if (code != SQLITE_OK)
		return ledger_schema_error(code);
	sqlite3_bind_int64(statement, 1, number);
	code = sqlite3_step(statement);
	*out = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_finalize(statement);
	return ledger_schema_error(code);
}

int
manual_row_get(struct sqlite3 *database, int64_t number, struct ledger_item **out,
	int64_t *corrected_by_out)
{
	struct wanted wanted = {.number = number};
	const struct report_question question = {.first = CIVIL_DATE_MIN,
		.last = CIVIL_DATE_MAX,
		.after = number - 1,
		.limit = 1,
		.is_all = true};
	int result = report_rows_each(database, &question, REPORT_BY_NUMBER, row_keep, &wanted);
	if (result == 0)
		result = corrected_by(database, number, corrected_by_out);
	if (result == 0 && !wanted.item)
		result = -ESRCH;
	if (result) {
		free(wanted.item);
		wanted.item = NULL;
	}
	*out = wanted.item;
	return result;
}
