// SPDX-License-Identifier: BSD-3-Clause
// report_year.c - a year by form, by how far the pairs reach, and by pair, against the plan.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/report_rows.h"

static const struct report_word total_word = {"total", {"合计", "total"}};

static const struct report_column completion_columns[] = {
	{{"form", {"项目", "What"}}, REPORT_HTML},
	{{"plan", {"年度计划", "Plan of the year"}}, REPORT_HTML},
	{{"delivered", {"已完成", "Delivered"}}, REPORT_HTML},
	{{"rate", {"完成率", "Completion"}}, REPORT_HTML},
};

static const struct report_column form_columns[] = {
	{{"form", {"形式", "Form"}}, REPORT_HTML},
	{{"planned", {"排课", "On the plan"}}, REPORT_HTML},
	{{"delivered", {"完成", "Delivered"}}, REPORT_HTML},
	{{"partial", {"部分完成", "Partial"}}, REPORT_HTML},
	{{"missed", {"未开课", "Missed"}}, REPORT_HTML},
	{{"cancelled", {"停课", "Cancelled"}}, REPORT_HTML},
	{{"extra", {"计划外", "Extra"}}, REPORT_HTML},
	{{"headcount", {"师生人次", "Headcount"}}, REPORT_HTML},
};

static const struct report_column scope_columns[] = {
	{{"scope", {"范围", "Scope"}}, REPORT_HTML},
	{{"schools", {"本县学校", "Schools of the county"}}, REPORT_HTML},
	{{"pairs", {"结对数", "Pairs"}}, REPORT_HTML},
	{{"synchronous", {"同步课堂", "Synchronous"}}, REPORT_HTML},
	{{"training", {"网络研修", "Trainings"}}, REPORT_HTML},
	{{"other", {"其他", "Other"}}, REPORT_HTML},
	{{"visits", {"送教上门", "Visiting lessons"}}, REPORT_HTML},
	{{"working_days", {"驻校工作日", "Days on site"}}, REPORT_HTML},
	{{"headcount", {"师生人次", "Headcount"}}, REPORT_HTML},
};

static const struct report_column pair_columns[] = {
	{{"pair", {"结对", "Pair"}}, REPORT_JSON},
	{{"schools", {"结对学校", "Schools"}}, REPORT_HTML},
	{{"scope", {"范围", "Scope"}}, REPORT_HTML},
	{{"planned", {"排课", "On the plan"}}, REPORT_HTML},
	{{"synchronous", {"同步课堂", "Synchronous"}}, REPORT_HTML},
	{{"rate", {"完成率", "Of the plan"}}, REPORT_HTML},
	{{"partial", {"部分完成", "Partial"}}, REPORT_HTML},
	{{"missed", {"未开课", "Missed"}}, REPORT_HTML},
	{{"training", {"网络研修", "Trainings"}}, REPORT_HTML},
	{{"other", {"其他", "Other"}}, REPORT_HTML},
	{{"visits", {"送教上门", "Visiting lessons"}}, REPORT_HTML},
	{{"working_days", {"驻校工作日", "Days on site"}}, REPORT_HTML},
	{{"headcount", {"师生人次", "Headcount"}}, REPORT_HTML},
};

#define BEGIN(report, word, columns)                                                               \
	report_table_begin(report, word, columns, sizeof(columns) / sizeof((columns)[0]))

// Where nothing was planned there is no rate.
static void
put_rate(struct report *report, unsigned done, unsigned of)
{
	if (of > 0)
		report_put_share(report, (double)done / of);
	else
		report_put_none(report);
}

static void
put_plan(struct report *report, const struct report_word *word, unsigned done, unsigned plan)
{
	report_put_word(report, word);
	if (plan > 0)
		report_put_count(report, plan);
	else
		report_put_none(report);
	report_put_count(report, done);
	put_rate(report, done, plan);
}

// 668 synchronous lessons and 385 trainings of a plan of so many: the county's own way to tell it.
static void
put_completion(struct report *report, const struct report_counts *forms)
{
	static const struct report_word word = {"completion", {"完成率", "Completion"}};
	const struct timetable_policies *policies = &report->question->timetable->policies;
	unsigned synchronous = forms[REPORT_FORM_SYNCHRONOUS].delivered;
	unsigned training = forms[REPORT_FORM_TRAINING].delivered;
	unsigned plans = policies->plan_synchronous + policies->plan_training;
	BEGIN(report, &word, completion_columns);
	put_plan(report, report_form_word(REPORT_FORM_SYNCHRONOUS), synchronous,
		policies->plan_synchronous);
	put_plan(report, report_form_word(REPORT_FORM_TRAINING), training, policies->plan_training);
	put_plan(report, &total_word, synchronous + training, plans);
}

static void
put_forms(struct report *report, const struct report_counts *forms)
{
	static const struct report_word word = {"forms", {"按形式", "By form"}};
	BEGIN(report, &word, form_columns);
	for (unsigned i = 0; i < REPORT_FORM_COUNT; i++) {
		const struct report_counts *counts = &forms[i];
		if (counts->planned + counts->delivered + counts->partial + counts->missed +
				counts->cancelled + counts->extra ==
			0)
			continue;
		report_put_word(report, report_form_word((enum report_form_index)i));
		report_put_count(report, counts->planned);
		report_put_count(report, counts->delivered);
		report_put_count(report, counts->partial);
		report_put_count(report, counts->missed);
		report_put_count(report, counts->cancelled);
		report_put_count(report, counts->extra);
		report_put_count(report, (int64_t)counts->headcount);
	}
}

// What was delivered beside synchronous lessons and trainings.
static unsigned
others(const struct report_counts *forms)
{
	unsigned sum = 0;
	for (unsigned i = 0; i < REPORT_FORM_VISIT; i++)
		if (i != REPORT_FORM_SYNCHRONOUS && i != REPORT_FORM_TRAINING)
			sum += forms[i].delivered;
	return sum;
}

static void
put_delivered(struct report *report, const struct report_counts *forms)
{
	uint64_t headcount = 0;
	for (unsigned i = 0; i < REPORT_FORM_COUNT; i++)
		headcount += forms[i].headcount;
	report_put_count(report, forms[REPORT_FORM_TRAINING].delivered);
	report_put_count(report, others(forms));
	report_put_count(report, forms[REPORT_FORM_VISIT].delivered);
	report_put_count(report, forms[REPORT_FORM_WORKING_DAY].delivered);
	report_put_count(report, (int64_t)headcount);
}

static bool
has_rows(const struct report_pair *pair)
{
	static const struct report_counts none[REPORT_FORM_COUNT];
	return memcmp(pair->forms, none, sizeof none) != 0;
}

// The county's own schools that are in a pair of this scope and of which there is a record.
static unsigned
school_count(struct report *report, const struct report_pairs *pairs, enum school_scope scope)
{
	const struct timetable *timetable = report->question->timetable;
	bool *is_in = calloc(timetable->school_count + 1, sizeof *is_in);
	unsigned count = 0;
	if (!is_in) {
		report->result = -ENOMEM;
		return 0;
	}
	for (size_t i = 0; i < pairs->count; i++) {
		const struct timetable_pair *pair = pairs->pairs[i].pair;
		if (!pair || pairs->pairs[i].scope != scope || !has_rows(&pairs->pairs[i]))
			continue;
		is_in[pair->lead - timetable->schools] = true;
		for (size_t school = 0; school < pair->assisted_count; school++)
			is_in[pair->assisted[school] - timetable->schools] = true;
	}
	for (size_t i = 0; i < timetable->school_count; i++)
		count += is_in[i] && timetable->schools[i].scope == SCHOOL_COUNTY;
	free(is_in);
	return count;
}

static void
put_scopes(struct report *report, const struct report_pairs *pairs)
{
	static const struct report_word word = {"scopes", {"按范围", "By scope"}};
	BEGIN(report, &word, scope_columns);
	for (unsigned scope = 0; scope < REPORT_SCOPE_COUNT; scope++) {
		struct report_counts forms[REPORT_FORM_COUNT] = {0};
		unsigned count = 0;
		for (size_t i = 0; i < pairs->count; i++) {
			const struct report_pair *pair = &pairs->pairs[i];
			if (pair->scope != scope || !has_rows(pair))
				continue;
			count += *pair->id != '\0';
			for (unsigned form = 0; form < REPORT_FORM_COUNT; form++)
				report_counts_add(&forms[form], &pair->forms[form]);
		}
		if (count == 0 && scope == SCHOOL_EXTERNAL)
			continue;
		report_put_word(report, report_scope_word((enum school_scope)scope));
		report_put_count(report, school_count(report, pairs, (enum school_scope)scope));
		report_put_count(report, count);
		report_put_count(report, forms[REPORT_FORM_SYNCHRONOUS].delivered);
		put_delivered(report, forms);
	}
}

static void
put_pairs(struct report *report, const struct report_pairs *pairs)
{
	static const struct report_word word = {"pairs", {"按结对学校", "By pair"}};
	BEGIN(report, &word, pair_columns);
	for (size_t i = 0; i < pairs->count; i++) {
		const struct report_pair *pair = &pairs->pairs[i];
		const struct report_counts *lessons = &pair->forms[REPORT_FORM_SYNCHRONOUS];
		if (!pair->pair && !has_rows(pair))
			continue;
		report_put_text(report, pair->id);
		report_put_text(report, pair->names);
		report_put_word(report, report_scope_word(pair->scope));
		report_put_count(report, lessons->planned);
		report_put_count(report, lessons->delivered);
		put_rate(report, lessons->delivered, lessons->planned);
		report_put_count(report, lessons->partial);
		report_put_count(report, lessons->missed);
		put_delivered(report, pair->forms);
	}
}

int
report_year_fill(sqlite3 *database, struct report *report)
{
	struct report_pairs pairs;
	struct report_counts forms[REPORT_FORM_COUNT] = {0};
	int result = report_pairs_make(database, report->question, &pairs);
	for (size_t i = 0; i < pairs.count; i++)
		for (unsigned form = 0; form < REPORT_FORM_COUNT; form++)
			report_counts_add(&forms[form], &pairs.pairs[i].forms[form]);
	if (result == 0) {
		put_completion(report, forms);
		put_forms(report, forms);
		put_scopes(report, &pairs);
		put_pairs(report, &pairs);
	}
	report_pairs_fini(&pairs);
	return result;
}
