// SPDX-License-Identifier: BSD-3-Clause
// report_answer.c - from a question to its answer's bytes.
#include <assert.h>
#include <errno.h>

#include "ledger/report_rows.h"

static int (*const fillers[])(sqlite3 *, struct report *) = {
	[REPORT_LIST] = report_rows_fill,
	[REPORT_DAY] = report_rows_fill,
	[REPORT_WEEK] = report_week_fill,
	[REPORT_MONTH] = report_month_fill,
	[REPORT_YEAR] = report_year_fill,
	[REPORT_LESSON] = report_lesson_fill,
	[REPORT_HEATMAP] = report_heatmap_fill,
};

int
report_answer(struct sqlite3 *database, const struct report_question *question, struct text *out)
{
	struct report report = {.question = question};
	assert(question->kind < REPORT_KIND_COUNT);
	int result = fillers[question->kind](database, &report);
	if (result == 0)
		result = report.result;
	// A lesson's page has a form of its own, which its filler writes.
	if (result == 0)
		report_write(&report, out);
	report_fini(&report);
	return result ? result : out->result;
}

const char *
report_content_type(enum report_format format)
{
	static const char *const types[] = {
		[REPORT_HTML] = "text/html; charset=utf-8",
		[REPORT_CSV] = "text/csv; charset=utf-8",
		[REPORT_JSON] = "application/json",
	};
	assert(format < REPORT_FORMAT_COUNT);
	return types[format];
}
