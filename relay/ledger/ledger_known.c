/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_known.c - which rows there are already, for a recorder that begins anew.
#include "ledger/ledger_known.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger_schema.h"
#include "timetable/timetable.h"

#define TEXT_OF(number) TEXT_OF_VALUE(number)
#define TEXT_OF_VALUE(number) #number

// An entry where `minute` is 0.
struct known_row {
	char lesson[LESSON_ID_BYTES_MAX];
	char school[TIMETABLE_ID_BYTES_MAX]; // of an entry the assisted, of a minute the receiver
	char endpoint[TIMETABLE_ID_BYTES_MAX];
	char kind[16];
	bool is_outbound;
	struct wall_time minute;
};

// Belongs to the reader until it is done.
struct known {
	char since[CIVIL_DATE_BYTES];
	struct known_row *rows;
	size_t count;
	size_t capacity;
	struct ledger_known_edges edges;
};

static const char text[] =
	"SELECT lesson, assisted, '', '', 0, 0 FROM entries WHERE date >= ? AND kind = 'lesson'"
	" UNION ALL SELECT * FROM (SELECT lesson, to_school, endpoint, kind, is_outbound, minute_ms"
	" FROM minutes ORDER BY number DESC LIMIT " TEXT_OF(LEDGER_KNOWN_MINUTES) ")";

static void
take(char *to, size_t bytes, sqlite3_stmt *statement, int column)
{
	const unsigned char *found = sqlite3_column_text(statement, column);
	snprintf(to, bytes, "%s", found ? (const char *)found : "");
}

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
	take(row->lesson, sizeof row->lesson, statement, 0);
	take(row->school, sizeof row->school, statement, 1);
	take(row->endpoint, sizeof row->endpoint, statement, 2);
	take(row->kind, sizeof row->kind, statement, 3);
	row->is_outbound = sqlite3_column_int(statement, 4) != 0;
	row->minute.ms = sqlite3_column_int64(statement, 5);
	return 0;
}

static int
query(struct sqlite3 *database, void *context)
{
	struct known *known = context;
	sqlite3_stmt *statement = NULL;
	int result = 0;
	int code = sqlite3_prepare_v2(database, text, -1, &statement, NULL);
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
minute_tell(const struct ledger_known_edges *edges, const struct known_row *row)
{
	struct ledger_minute minute = {
		.lesson = row->lesson,
		.school = "",
		.endpoint = row->endpoint,
		.to_school = row->school,
		.is_outbound = row->is_outbound,
		.minute = row->minute,
	};
	for (enum stream_kind kind = STREAM_AUDIO; kind < STREAM_REPORT; kind++) {
		minute.kind = kind;
		if (!strcmp(stream_kind_name(kind), row->kind)) {
			edges->minute(edges->context, &minute);
			return;
		}
	}
}

static void
done(void *context, int result)
{
	struct known *known = context;
	for (size_t i = 0; i < known->count; i++) {
		const struct known_row *row = &known->rows[i];
		if (row->minute.ms == 0)
			known->edges.entry(known->edges.context, row->lesson, row->school);
		else
			minute_tell(&known->edges, row);
	}
	known->edges.done(known->edges.context, result);
	free(known->rows);
	free(known);
}

int
ledger_known_each(
	struct ledger *ledger, const char *since_date, const struct ledger_known_edges *edges)
{
	struct known *known = calloc(1, sizeof *known);
	if (!known)
		return -ENOMEM;
	known->edges = *edges;
	snprintf(known->since, sizeof known->since, "%s", since_date);
	int result = ledger_query(ledger, query, known, done);
	if (result)
		free(known);
	return result;
}
