/* SPDX-License-Identifier: BSD-3-Clause */
// history_answer.c - what is read from throughput.db: stretches that minutes are added up to.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/history_store.h"

#define SUMMED(name) ", sum(" #name ")"
#define HIGHEST(name) ", max(" #name ")"

static const char relay_rows[] =
	"SELECT (minute_ms - ?1) / ?2 AS stretch, sum(ms)" HISTORY_SUMS(SUMMED)
		HISTORY_MARKS(HIGHEST)
			HISTORY_PEAKS(HIGHEST) " FROM minutes WHERE minute_ms >= ?1 AND minute_ms "
					       "< ?3 GROUP BY stretch ORDER BY stretch";

static const char school_rows[] =
	"SELECT (minute_ms - ?1) / ?2 AS stretch, sum(ms), sum(packets_in), sum(bytes_in),"
	" sum(packets_out), sum(bytes_out) FROM schools"
	" WHERE school = ?4 AND minute_ms >= ?1 AND minute_ms < ?3"
	" GROUP BY stretch ORDER BY stretch";

static const char drop_rows[] =
	"SELECT (minute_ms - ?1) / ?2 AS stretch, reason, sum(count) FROM drops"
	" WHERE minute_ms >= ?1 AND minute_ms < ?3 GROUP BY stretch, reason ORDER BY stretch";

static int
ask(struct history_store *store, const struct history_question *question, const char *text,
	sqlite3_stmt **out)
{
	int code = sqlite3_prepare_v2(store->database, text, -1, out, NULL);
	if (code == SQLITE_OK) {
		sqlite3_bind_int64(*out, 1, question->from.ms);
		sqlite3_bind_int64(*out, 2, (int64_t)question->step_s * MS_IN_S);
		sqlite3_bind_int64(*out, 3, question->until.ms);
	}
	if (code == SQLITE_OK && *question->school)
		code = sqlite3_bind_text(*out, 4, question->school, -1, SQLITE_STATIC);
	return history_store_fail(store, code);
}

static struct wall_time
stretch_at(const struct history_question *question, sqlite3_stmt *statement)
{
	return (struct wall_time){question->from.ms + sqlite3_column_int64(statement, 0) *
							      (int64_t)question->step_s * MS_IN_S};
}

static void
row_read(const struct history_question *question, sqlite3_stmt *statement, struct history_row *row)
{
	int at = 1;
	*row = (struct history_row){.at = stretch_at(question, statement)};
	row->ms = (uint64_t)sqlite3_column_int64(statement, at++);
	if (*question->school) {
		row->school = (struct history_school){
			.packets_in = (uint64_t)sqlite3_column_int64(statement, at),
			.bytes_in = (uint64_t)sqlite3_column_int64(statement, at + 1),
			.packets_out = (uint64_t)sqlite3_column_int64(statement, at + 2),
			.bytes_out = (uint64_t)sqlite3_column_int64(statement, at + 3),
		};
		return;
	}
#define READ_FIGURE(name) row->figures.name = (uint64_t)sqlite3_column_int64(statement, at++);
#define READ_PEAK(name) row->peaks.name = (uint64_t)sqlite3_column_int64(statement, at++);
	HISTORY_SUMS(READ_FIGURE)
	HISTORY_MARKS(READ_FIGURE)
	HISTORY_PEAKS(READ_PEAK)
#undef READ_FIGURE
#undef READ_PEAK
}

// There are no more stretches than history_ask() let in.
static int
rows_read(struct history_store *store, struct history_answer *answer)
{
	const struct history_question *question = &answer->question;
	sqlite3_stmt *statement = NULL;
	int code = SQLITE_OK;
	int result = ask(store, question, *question->school ? school_rows : relay_rows, &statement);
	while (!result && answer->row_count < HISTORY_ROWS_MAX &&
		(code = sqlite3_step(statement)) == SQLITE_ROW)
		row_read(question, statement, &answer->rows[answer->row_count++]);
	if (!result)
		result = history_store_fail(store, code);
	sqlite3_finalize(statement);
	return result;
}

static int
drop_find(const char *name)
{
	for (int reason = DROP_NONE + 1; reason < DROP_REASON_COUNT; reason++)
		if (!strcmp(drop_reason_name((enum drop_reason)reason), name))
			return reason;
	return DROP_NONE; // one of an older relay
}

static int
drops_read(struct history_store *store, struct history_answer *answer)
{
	sqlite3_stmt *statement = NULL;
	int code = SQLITE_OK;
	size_t row = 0;
	int result = ask(store, &answer->question, drop_rows, &statement);
	while (!result && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct wall_time at = stretch_at(&answer->question, statement);
		const char *name = (const char *)sqlite3_column_text(statement, 1);
		while (row < answer->row_count && answer->rows[row].at.ms < at.ms)
			row++;
		if (row < answer->row_count && answer->rows[row].at.ms == at.ms)
			answer->rows[row].figures.drops[drop_find(name ? name : "")] +=
				(uint64_t)sqlite3_column_int64(statement, 2);
	}
	if (!result)
		result = history_store_fail(store, code);
	sqlite3_finalize(statement);
	return result;
}

int
history_store_answer(struct history_store *store, struct history_answer *answer)
{
	const struct history_question *question = &answer->question;
	int64_t step_ms = (int64_t)question->step_s * MS_IN_S;
	size_t stretches =
		(size_t)((question->until.ms - question->from.ms + step_ms - 1) / step_ms);
	answer->rows = calloc(stretches + 1, sizeof *answer->rows);
	if (!answer->rows)
		return -ENOMEM;
	int result = rows_read(store, answer);
	if (!result && !*question->school)
		result = drops_read(store, answer);
	return result ? result : history_days_answer(store, answer);
}
