/* SPDX-License-Identifier: BSD-3-Clause */
// history_answer.c - what is read from throughput.db: stretches that minutes are added up to.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/history_store.h"

#define COLUMN(name) ", " #name
#define RAISE(name) raise_to(&to->name, from->name);

// In the order of their minutes, and added up here: SQLite would sort them first.
static const char relay_rows[] =
	"SELECT minute_ms, ms" HISTORY_SUMS(COLUMN) HISTORY_MARKS(COLUMN) HISTORY_PEAKS(
		COLUMN) " FROM minutes WHERE minute_ms >= ?1 AND minute_ms < ?2 ORDER BY minute_ms";

static const char school_rows[] =
	"SELECT minute_ms, ms, packets_in, bytes_in, packets_out, bytes_out FROM schools"
	" WHERE school = ?3 AND minute_ms >= ?1 AND minute_ms < ?2 ORDER BY minute_ms";

static const char drop_rows[] = "SELECT minute_ms, reason, count FROM drops"
				" WHERE minute_ms >= ?1 AND minute_ms < ?2 ORDER BY minute_ms";

static void
raise_to(uint64_t *mark, uint64_t value)
{
	if (value > *mark)
		*mark = value;
}

void
history_figures_add(struct history_figures *to, const struct history_figures *from)
{
#define ADD(name) to->name += from->name;
	HISTORY_SUMS(ADD)
	HISTORY_MARKS(RAISE)
#undef ADD
	for (int reason = 0; reason < DROP_REASON_COUNT; reason++)
		to->drops[reason] += from->drops[reason];
}

void
history_school_add(struct history_school *to, const struct history_school *from)
{
	to->packets_in += from->packets_in;
	to->bytes_in += from->bytes_in;
	to->packets_out += from->packets_out;
	to->bytes_out += from->bytes_out;
}

static void
peaks_raise(struct history_peaks *to, const struct history_peaks *from)
{
	HISTORY_PEAKS(RAISE)
}

static int
ask(struct history_store *store, const struct history_question *question, const char *text,
	sqlite3_stmt **out)
{
	int code = sqlite3_prepare_v2(store->database, text, -1, out, NULL);
	if (code == SQLITE_OK) {
		sqlite3_bind_int64(*out, 1, question->from.ms);
		sqlite3_bind_int64(*out, 2, question->until.ms);
	}
	if (code == SQLITE_OK && *question->school)
		code = sqlite3_bind_text(*out, 3, question->school, -1, SQLITE_STATIC);
	return history_store_fail(store, code);
}

static struct wall_time
stretch_at(const struct history_question *question, sqlite3_stmt *statement)
{
	int64_t step_ms = (int64_t)question->step_s * MS_IN_S;
	int64_t since_ms = sqlite3_column_int64(statement, 0) - question->from.ms;
	return (struct wall_time){question->from.ms + since_ms / step_ms * step_ms};
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
static void
row_add(struct history_answer *answer, const struct history_row *row)
{
	struct history_row *last = answer->rows + answer->row_count;
	if (answer->row_count == 0 || last[-1].at.ms != row->at.ms) {
		answer->row_count++;
		*last = *row;
		return;
	}
	last--;
	last->ms += row->ms;
	history_figures_add(&last->figures, &row->figures);
	history_school_add(&last->school, &row->school);
	peaks_raise(&last->peaks, &row->peaks);
}

static int
rows_read(struct history_store *store, struct history_answer *answer)
{
	const struct history_question *question = &answer->question;
	sqlite3_stmt *statement = NULL;
	int code = SQLITE_OK;
	int result = ask(store, question, *question->school ? school_rows : relay_rows, &statement);
	while (!result && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct history_row row;
		row_read(question, statement, &row);
		row_add(answer, &row);
	}
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
