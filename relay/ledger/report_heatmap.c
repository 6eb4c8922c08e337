// SPDX-License-Identifier: BSD-3-Clause
// report_heatmap.c - which school was how good in which week.
#include "ledger/ledger_schema.h"
#include "ledger/report_rows.h"

static const struct report_column columns[] = {
	{{"school", {"学校代码", "School"}}, REPORT_JSON},
	{{"school_name", {"学校", "School"}}, REPORT_HTML},
	{{"week", {"周一", "Monday"}}, REPORT_HTML},
	{{"planned", {"排课", "On the plan"}}, REPORT_HTML},
	{{"delivered", {"完成", "Delivered"}}, REPORT_HTML},
	{{"partial", {"部分完成", "Partial"}}, REPORT_HTML},
	{{"missed", {"未开课", "Missed"}}, REPORT_HTML},
	{{"cancelled", {"停课", "Cancelled"}}, REPORT_HTML},
	{{"rate", {"完成率", "Of the plan"}}, REPORT_HTML},
};

// SQLite adds up: a lead's lesson with several assisted schools is one lesson, and as good as the
// best of its rows.
static const char query[] =
	"WITH lessons AS ("
	" SELECT lead AS school, max(lead_name) AS name,"
	"  date(min(date), 'weekday 0', '-6 days') AS monday, lesson,"
	"  max(CASE verdict WHEN 'delivered' THEN 4 WHEN 'partial' THEN 3 WHEN 'missed' THEN 2"
	"   ELSE 1 END) AS rank"
	" FROM current_entries WHERE date BETWEEN ?1 AND ?2 AND form = 'synchronous'"
	"  AND rule != '' AND (?3 = '' OR lead = ?3 OR assisted = ?3) GROUP BY lead, lesson"
	" UNION ALL"
	" SELECT assisted, assisted_name, date(date, 'weekday 0', '-6 days'), lesson,"
	"  CASE verdict WHEN 'delivered' THEN 4 WHEN 'partial' THEN 3 WHEN 'missed' THEN 2"
	"   ELSE 1 END"
	" FROM current_entries WHERE date BETWEEN ?1 AND ?2 AND form = 'synchronous'"
	"  AND rule != '' AND (?3 = '' OR lead = ?3 OR assisted = ?3))"
	"SELECT school, max(name), monday, count(*), sum(rank = 4), sum(rank = 3), sum(rank = 2),"
	" sum(rank = 1)"
	" FROM lessons WHERE ?3 = '' OR school = ?3 GROUP BY school, monday"
	" ORDER BY school, monday";

static void
row_put(struct report *report, sqlite3_stmt *row)
{
	int64_t planned = sqlite3_column_int64(row, 3), delivered = sqlite3_column_int64(row, 4);
	for (int i = 0; i < 3; i++)
		report_put_text(report, (const char *)sqlite3_column_text(row, i));
	for (int i = 3; i < 8; i++)
		report_put_count(report, sqlite3_column_int64(row, i));
	report_put_share(report, (double)delivered / (double)planned);
}

static int
rows_bind(sqlite3_stmt *statement, const struct report_question *question)
{
	char first[CIVIL_DATE_BYTES], last[CIVIL_DATE_BYTES];
	civil_date_format(question->first, first);
	civil_date_format(question->last, last);
	int code = sqlite3_bind_text(statement, 1, first, -1, SQLITE_TRANSIENT);
	if (code == SQLITE_OK)
		code = sqlite3_bind_text(statement, 2, last, -1, SQLITE_TRANSIENT);
	if (code == SQLITE_OK)
		code = sqlite3_bind_text(statement, 3, question->school, -1, SQLITE_STATIC);
	return code;
}

int
report_heatmap_fill(sqlite3 *database, struct report *report)
{
	static const struct report_word word = {"cells", {"学校周历", "Schools by weeks"}};
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(database, query, -1, &statement, NULL);
	if (code != SQLITE_OK)
		return ledger_schema_error(code);
	report_table_begin(report, &word, columns, sizeof columns / sizeof columns[0]);
	code = rows_bind(statement, report->question);
	while (code == SQLITE_OK || code == SQLITE_ROW) {
		code = sqlite3_step(statement);
		if (code == SQLITE_ROW)
			row_put(report, statement);
	}
	sqlite3_finalize(statement);
	return ledger_schema_error(code);
}
