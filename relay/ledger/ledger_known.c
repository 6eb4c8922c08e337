/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_known.c - which lessons have their rows already, for a recorder that begins anew.
#include "ledger/ledger_known.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "ledger/ledger_schema.h"
#include "timetable/timetable.h"

struct known_row {
	char lesson[LESSON_ID_BYTES_MAX];
	char assisted[TIMETABLE_ID_BYTES_MAX];
};

// Belongs to the reader until it is done.
struct known {
	char since[CIVIL_DATE_BYTES];
	struct known_row *rows;
	size_t count;
	size_t capacity;
	ledger_known_fn tell;
	void *context;
};

static int
row_keep(struct known *known, sqlite3_stmt *statement)
{
	if (known->count == known->capacity) {
		size_t capacity = known->capacity ? 2 * known->capacity : 64;
		struct known_row *rows = realloc(known->rows, capacity * sizeof *rows);
		if (!rows)
			return -ENOMEM;
		known->rows = rows;
		known->capacity = capacity;
	}
	struct known_row *row = &known->rows[known->count++];
	const unsigned char *lesson = sqlite3_column_text(statement, 0);
	const unsigned char *assisted = sqlite3_column_text(statement, 1);
	snprintf(row->lesson, sizeof row->lesson, "%s", lesson ? (const char *)lesson : "");
	snprintf(row->assisted, sizeof row->assisted, "%s", assisted ? (const char *)assisted : "");
	return 0;
}

static int
query(struct sqlite3 *database, void *context)
{
	struct known *known = context;
	sqlite3_stmt *statement = NULL;
	int result = 0;
	int code = sqlite3_prepare_v2(database,
		"SELECT lesson, assisted FROM entries WHERE date >= ? AND kind = 'lesson'", -1,
		&statement, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_bind_text(statement, 1, known->since, -1, SQLITE_STATIC);
	while (code == SQLITE_OK && !result) {
		int step = sqlite3_step(statement);
		if (step == SQLITE_DONE)
			break;
		if (step == SQLITE_ROW)
			result = row_keep(known, statement);
		else
			code = step;
	}
	sqlite3_finalize(statement);
	return result ? result : ledger_schema_error(code);
}

static void
done(void *context, int result)
{
	struct known *known = context;
	for (size_t i = 0; i < known->count; i++)
		known->tell(known->context, known->rows[i].lesson, known->rows[i].assisted, 0);
	known->tell(known->context, NULL, NULL, result);
	free(known->rows);
	free(known);
}

int
ledger_known_each(
	struct ledger *ledger, const char *since_date, ledger_known_fn tell, void *context)
{
	struct known *known = calloc(1, sizeof *known);
	if (!known)
		return -ENOMEM;
	known->tell = tell;
	known->context = context;
	snprintf(known->since, sizeof known->since, "%s", since_date);
	int result = ledger_query(ledger, query, known, done);
	if (result)
		free(known);
	return result;
}
