// SPDX-License-Identifier: BSD-3-Clause
// report_periods.c - a pair's week against its target, and its month against the monthly duties.
#include <errno.h>

#include "ledger/report_rows.h"
#include "timetable/pair_week.h"

static const struct report_word met = {"met", {"达标", "met"}};
static const struct report_word open = {"open", {"进行中", "not over yet"}};
static const struct report_word is_short = {"short", {"未达标", "short"}};
static const struct report_word pairs_word = {"pairs", {"结对学校", "Pairs"}};
static const struct report_word adhoc_word = {"", {"未结对", "no pair"}};

static const struct report_column week_columns[] = {
	{{"pair", {"结对", "Pair"}}, REPORT_JSON},
	{{"schools", {"结对学校", "Schools"}}, REPORT_HTML},
	{{"scope", {"范围", "Scope"}}, REPORT_HTML},
	{{"target", {"每周目标", "Target a week"}}, REPORT_HTML},
	{{"teaching_days", {"教学日", "Teaching days"}}, REPORT_HTML},
	{{"due", {"应完成", "Due"}}, REPORT_HTML},
	{{"planned", {"排课", "On the plan"}}, REPORT_HTML},
	{{"delivered", {"完成", "Delivered"}}, REPORT_HTML},
	{{"partial", {"部分完成", "Partial"}}, REPORT_HTML},
	{{"missed", {"未开课", "Missed"}}, REPORT_HTML},
	{{"cancelled", {"停课", "Cancelled"}}, REPORT_HTML},
	{{"extra", {"计划外", "Extra"}}, REPORT_HTML},
	{{"trainings", {"研修", "Trainings"}}, REPORT_HTML},
	{{"state", {"达标情况", "Target"}}, REPORT_HTML},
};

static const struct report_column month_columns[] = {
	{{"pair", {"结对", "Pair"}}, REPORT_JSON},
	{{"schools", {"结对学校", "Schools"}}, REPORT_HTML},
	{{"scope", {"范围", "Scope"}}, REPORT_HTML},
	{{"teaching_days", {"教学日", "Teaching days"}}, REPORT_HTML},
	{{"planned", {"排课", "On the plan"}}, REPORT_HTML},
	{{"delivered", {"完成", "Delivered"}}, REPORT_HTML},
	{{"partial", {"部分完成", "Partial"}}, REPORT_HTML},
	{{"missed", {"未开课", "Missed"}}, REPORT_HTML},
	{{"cancelled", {"停课", "Cancelled"}}, REPORT_HTML},
	{{"extra", {"计划外", "Extra"}}, REPORT_HTML},
	{{"trainings", {"研修", "Trainings"}}, REPORT_HTML},
	{{"visits_due", {"应送教", "Visits due"}}, REPORT_HTML},
	{{"visits", {"送教上门", "Visiting lessons"}}, REPORT_HTML},
	{{"working_days_due", {"应驻校日", "Days on site due"}}, REPORT_HTML},
	{{"working_days", {"驻校工作日", "Days on site"}}, REPORT_HTML},
	{{"state", {"达标情况", "Duties"}}, REPORT_HTML},
};

static void
put_pair(struct report *report, const struct report_pair *pair)
{
	report_put_text(report, pair->id);
	if (*pair->names)
		report_put_text(report, pair->names);
	else
		report_put_text(report, adhoc_word.texts[report->question->language]);
	report_put_word(report, report_scope_word(pair->scope));
}

static void
put_counts(struct report *report, const struct report_counts *counts)
{
	report_put_count(report, counts->planned);
	report_put_count(report, counts->delivered);
	report_put_count(report, counts->partial);
	report_put_count(report, counts->missed);
	report_put_count(report, counts->cancelled);
	report_put_count(report, counts->extra);
}

// A pair that the timetable does not know owes nothing.
static void
put_state(struct report *report, const struct report_pair *pair, bool is_done)
{
	const struct report_question *question = report->question;
	if (!pair->pair) {
		report_put_none(report);
		return;
	}
	bool is_over = question->today.days > question->last.days;
	report_put_word(report, is_done ? &met : is_over ? &is_short : &open);
	report_put_mark(report, is_done ? REPORT_GREEN : is_over ? REPORT_RED : REPORT_PLAIN);
}

static unsigned
days_of(const struct report_question *question, const struct report_pair *pair)
{
	if (!pair->pair)
		return 0;
	return pair_teaching_days(question->timetable, pair->pair, question->first, question->last);
}

static void
week_put(struct report *report, const struct report_pair *pair)
{
	const struct report_counts *lessons = &pair->forms[REPORT_FORM_SYNCHRONOUS];
	unsigned target = pair->pair ? pair->pair->weekly_target : 0;
	unsigned days = days_of(report->question, pair);
	unsigned due = pair_week_due(target, days);
	put_pair(report, pair);
	report_put_count(report, target);
	report_put_count(report, days);
	report_put_count(report, due);
	put_counts(report, lessons);
	report_put_count(report, pair->forms[REPORT_FORM_TRAINING].delivered);
	put_state(report, pair, lessons->delivered >= due);
}

static void
month_put(struct report *report, const struct report_pair *pair)
{
	const struct timetable_policies *policies = &report->question->timetable->policies;
	unsigned days = days_of(report->question, pair);
	unsigned visits_due = days > 0 ? policies->monthly_visits : 0;
	unsigned working_days_due = days > 0 ? policies->monthly_working_days : 0;
	unsigned visits = pair->forms[REPORT_FORM_VISIT].delivered;
	unsigned working_days = pair->forms[REPORT_FORM_WORKING_DAY].delivered;
	put_pair(report, pair);
	report_put_count(report, days);
	put_counts(report, &pair->forms[REPORT_FORM_SYNCHRONOUS]);
	report_put_count(report, pair->forms[REPORT_FORM_TRAINING].delivered);
	report_put_count(report, visits_due);
	report_put_count(report, visits);
	report_put_count(report, working_days_due);
	report_put_count(report, working_days);
	put_state(report, pair, visits >= visits_due && working_days >= working_days_due);
}

static int
fill(sqlite3 *database, struct report *report, const struct report_column *columns, size_t count,
	void (*put)(struct report *, const struct report_pair *))
{
	struct report_pairs pairs;
	int result = report_pairs_make(database, report->question, &pairs);
	report_table_begin(report, &pairs_word, columns, count);
	for (size_t i = 0; result == 0 && i < pairs.count; i++)
		put(report, &pairs.pairs[i]);
	report_pairs_fini(&pairs);
	return result;
}

int
report_week_fill(sqlite3 *database, struct report *report)
{
	return fill(database, report, week_columns, sizeof week_columns / sizeof week_columns[0],
		week_put);
}

int
report_month_fill(sqlite3 *database, struct report *report)
{
	return fill(database, report, month_columns, sizeof month_columns / sizeof month_columns[0],
		month_put);
}
