// SPDX-License-Identifier: BSD-3-Clause
// report_rows.c - the rows that a question is about, each as its last correction says.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ledger/ledger_schema.h"
#include "ledger/report_rows.h"

#define QUERY_BYTES 1024

// In the order in which row_read() takes them.
#define COLUMNS                                                                                    \
	"number, kind, written_at_ms, author, corrects, lesson, date, pair, rule, lead, assisted," \
	" lead_name, assisted_name, scope, form, title, subject, class_name, teacher, assistant,"  \
	" headcount, planned_start_ms, planned_end_ms, real_start_ms, real_end_ms,"                \
	" planned_minutes, live_minutes, verdict, reason"

static const char *const orders[] = {
	[REPORT_BY_NUMBER] = "number",
	[REPORT_BY_TIME] = "date, planned_start_ms, lesson, number",
	[REPORT_BY_PAIR] = "pair, lesson, date, number",
};

static bool
has_dates(const struct report_question *question)
{
	return question->first.days > CIVIL_DATE_MIN.days ||
	       question->last.days < CIVIL_DATE_MAX.days;
}

// Only what is asked for stands in it, so that an index of it is used.
static void
query_write(const struct report_question *question, enum report_order order, char text[QUERY_BYTES])
{
	snprintf(text, QUERY_BYTES,
		"SELECT " COLUMNS " FROM %s WHERE number > ?6%s%s%s%s ORDER BY %s LIMIT ?7",
		question->is_all ? "entries" : "current_entries",
		has_dates(question) ? " AND date BETWEEN ?1 AND ?2" : "",
		question->pair[0] ? " AND pair = ?3" : "",
		question->school[0] ? " AND (lead = ?4 OR assisted = ?4)" : "",
		question->lesson[0] ? " AND lesson = ?5" : "", orders[order]);
}

static int
query_bind(sqlite3_stmt *statement, const struct report_question *question)
{
	char first[CIVIL_DATE_BYTES], last[CIVIL_DATE_BYTES];
	civil_date_format(question->first, first);
	civil_date_format(question->last, last);
	const char *const texts[] = {
		first, last, question->pair, question->school, question->lesson};
	for (int i = 0; i < 5; i++)
		if (sqlite3_bind_text(statement, i + 1, texts[i], -1, SQLITE_TRANSIENT) ==
			SQLITE_NOMEM)
			return -ENOMEM;
	sqlite3_bind_int64(statement, 6, question->after);
	sqlite3_bind_int64(statement, 7, question->limit ? (int64_t)question->limit + 1 : -1);
	return 0;
}

static const char *
text_at(sqlite3_stmt *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement, column);
	return text ? (const char *)text : "";
}

static enum ledger_kind
kind_find(const char *name)
{
	for (enum ledger_kind i = LEDGER_LESSON; i < LEDGER_PRUNED; i++)
		if (strcmp(ledger_kind_name(i), name) == 0)
			return i;
	return LEDGER_PRUNED;
}

static enum ledger_verdict
verdict_find(const char *name)
{
	for (enum ledger_verdict i = LEDGER_DELIVERED; i <= LEDGER_EXTRA; i++)
		if (strcmp(ledger_verdict_name(i), name) == 0)
			return i;
	return LEDGER_NO_VERDICT;
}

static struct wall_time
moment_at(sqlite3_stmt *statement, int column)
{
	return (struct wall_time){sqlite3_column_int64(statement, column)};
}

static void
row_read(sqlite3_stmt *statement, struct ledger_entry *out)
{
	int i = 0;
	out->number = sqlite3_column_int64(statement, i++);
	out->kind = kind_find(text_at(statement, i++));
	out->written_at = moment_at(statement, i++);
	out->author = text_at(statement, i++);
	out->corrects = sqlite3_column_int64(statement, i++);
	const char **const texts[] = {&out->lesson, &out->date, &out->pair, &out->rule, &out->lead,
		&out->assisted, &out->lead_name, &out->assisted_name, &out->scope, &out->form,
		&out->title, &out->subject, &out->class_name, &out->teacher, &out->assistant};
	for (size_t text = 0; text < sizeof texts / sizeof texts[0]; text++)
		*texts[text] = text_at(statement, i++);
	out->headcount = sqlite3_column_int(statement, i++);
	out->planned_start = moment_at(statement, i++);
	out->planned_end = moment_at(statement, i++);
	out->real_start = moment_at(statement, i++);
	out->real_end = moment_at(statement, i++);
	out->planned_minutes = (uint32_t)sqlite3_column_int64(statement, i++);
	out->live_minutes = (uint32_t)sqlite3_column_int64(statement, i++);
	out->verdict = verdict_find(text_at(statement, i++));
	out->reason = text_at(statement, i);
}

int
report_rows_each(sqlite3 *database, const struct report_question *question, enum report_order order,
	report_row_fn tell, void *context)
{
	char text[QUERY_BYTES];
	sqlite3_stmt *statement;
	query_write(question, order, text);
	int code = sqlite3_prepare_v2(database, text, -1, &statement, NULL);
	if (code != SQLITE_OK)
		return ledger_schema_error(code);
	int result = query_bind(statement, question);
	while (result == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct ledger_entry entry;
		row_read(statement, &entry);
		result = tell(context, &entry);
	}
	sqlite3_finalize(statement);
	return result ? result : ledger_schema_error(code);
}
