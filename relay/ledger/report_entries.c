// SPDX-License-Identifier: BSD-3-Clause
// report_entries.c - the rows themselves: of a day, or page by page.
#include <errno.h>
#include <string.h>

#include "ledger/reason.h"
#include "ledger/report_rows.h"

const struct report_column report_entry_columns[] = {
	{{"number", {"编号", "Number"}}, REPORT_CSV},
	{{"kind", {"类别", "Kind"}}, REPORT_JSON},
	{{"lesson", {"课次", "Lesson"}}, REPORT_CSV},
	{{"rule", {"课程", "Rule"}}, REPORT_JSON},
	{{"date", {"日期", "Date"}}, REPORT_CSV},
	{{"planned_start", {"开始", "Begins"}}, REPORT_HTML},
	{{"planned_end", {"结束", "Ends"}}, REPORT_HTML},
	{{"real_start", {"实际开始", "Really began"}}, REPORT_CSV},
	{{"real_end", {"实际结束", "Really ended"}}, REPORT_CSV},
	{{"pair", {"结对", "Pair"}}, REPORT_JSON},
	{{"lead", {"主讲学校代码", "Lead"}}, REPORT_JSON},
	{{"assisted", {"协同学校代码", "Assisted"}}, REPORT_JSON},
	{{"lead_name", {"主讲学校", "Lead school"}}, REPORT_HTML},
	{{"assisted_name", {"协同学校", "Assisted school"}}, REPORT_HTML},
	{{"scope", {"范围", "Scope"}}, REPORT_CSV},
	{{"form", {"形式", "Form"}}, REPORT_HTML},
	{{"title", {"内容", "Content"}}, REPORT_HTML},
	{{"subject", {"学科", "Subject"}}, REPORT_CSV},
	{{"class", {"班级", "Class"}}, REPORT_HTML},
	{{"teacher", {"教师", "Teacher"}}, REPORT_HTML},
	{{"assistant", {"助教", "Assistant"}}, REPORT_HTML},
	{{"headcount", {"师生人次", "Headcount"}}, REPORT_HTML},
	{{"planned_minutes", {"计划分钟", "Minutes planned"}}, REPORT_HTML},
	{{"live_minutes", {"有效分钟", "Minutes live"}}, REPORT_HTML},
	{{"verdict", {"结果", "Verdict"}}, REPORT_HTML},
	{{"reason", {"说明", "Reason"}}, REPORT_HTML},
	{{"author", {"登记人", "Author"}}, REPORT_CSV},
	{{"corrects", {"更正编号", "Corrects"}}, REPORT_JSON},
	{{"corrected_by", {"更正人", "Corrected by"}}, REPORT_HTML},
	{{"written_at", {"登记时间", "Written at"}}, REPORT_JSON},
};
const size_t report_entry_column_count =
	sizeof report_entry_columns / sizeof report_entry_columns[0];

static void
put_figures(struct report *report, const struct ledger_entry *entry)
{
	bool has_minutes = entry->planned_minutes > 0 || entry->live_minutes > 0;
	if (entry->headcount >= 0)
		report_put_count(report, entry->headcount);
	else
		report_put_none(report);
	for (int i = 0; i < 2; i++) {
		if (has_minutes)
			report_put_count(
				report, i == 0 ? entry->planned_minutes : entry->live_minutes);
		else
			report_put_none(report);
	}
}

static void
put_verdict(struct report *report, const struct ledger_entry *entry)
{
	char words[REASON_BYTES];
	if (entry->verdict == LEDGER_NO_VERDICT)
		report_put_none(report);
	else
		report_put_word(report, report_verdict_word(entry->verdict));
	report_put_mark(report, report_verdict_mark(entry->verdict));
	reason_words(entry->reason, report->question->language == LANGUAGE_CHINESE, words);
	report_put_text(report, words);
}

void
report_put_entry(struct report *report, const struct ledger_entry *entry)
{
	bool is_correction = entry->kind == LEDGER_CORRECTION;
	report_put_count(report, entry->number);
	report_put_text(report, ledger_kind_name(entry->kind));
	report_put_text(report, entry->lesson);
	report_put_text(report, entry->rule);
	report_put_text(report, entry->date);
	report_put_moment(report, entry->planned_start);
	report_put_moment(report, entry->planned_end);
	report_put_moment(report, entry->real_start);
	report_put_moment(report, entry->real_end);
	report_put_text(report, entry->pair);
	report_put_text(report, entry->lead);
	report_put_text(report, entry->assisted);
	report_put_text(report, entry->lead_name);
	report_put_text(report, entry->assisted_name);
	report_put_word(report, report_scope_word(report_scope_find(entry->scope)));
	report_put_word(report, report_form_word(report_form_find(entry->form)));
	report_put_text(report, *entry->title ? entry->title : entry->subject);
	report_put_text(report, entry->subject);
	report_put_text(report, entry->class_name);
	report_put_text(report, entry->teacher);
	report_put_text(report, entry->assistant);
	put_figures(report, entry);
	put_verdict(report, entry);
	report_put_text(report, entry->author);
	if (is_correction)
		report_put_count(report, entry->corrects);
	else
		report_put_none(report);
	if (is_correction)
		report_put_text(report, entry->author);
	else
		report_put_none(report);
	report_put_moment(report, entry->written_at);
}

// One row more than a page has is asked for: so it is known whether there is another page.
static int
row_put(void *context, const struct ledger_entry *entry)
{
	struct report *report = context;
	const struct report_table *table = &report->tables[0];
	const struct report_question *question = report->question;
	if (question->limit > 0 && report_row_count(table) == question->limit) {
		report->next = (int64_t)table->cells[table->count - table->column_count].number;
		return 0;
	}
	report_put_entry(report, entry);
	return report->result;
}

int
report_rows_fill(sqlite3 *database, struct report *report)
{
	static const struct report_word word = {"entries", {"记录", "Records"}};
	bool is_list = report->question->kind == REPORT_LIST;
	report_table_begin(report, &word, report_entry_columns, report_entry_column_count);
	return report_rows_each(database, report->question,
		is_list ? REPORT_BY_NUMBER : REPORT_BY_TIME, row_put, report);
}
