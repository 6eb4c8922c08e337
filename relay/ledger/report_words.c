// SPDX-License-Identifier: BSD-3-Clause
// report_words.c - what reports call forms, scopes, verdicts and themselves.
#include <assert.h>
#include <string.h>

#include "ledger/report_internal.h"

static const struct report_word forms[REPORT_FORM_COUNT] = {
	[FORM_SYNCHRONOUS] = {"synchronous", {"同步课堂", "synchronous classroom"}},
	[FORM_DELIVERED] = {"delivered", {"远程专递课堂", "delivered class"}},
	[FORM_TRAINING] = {"training", {"教师网络研修", "teacher training"}},
	[FORM_MASTER_TEACHER] = {"master_teacher", {"名师网络课堂", "master-teacher class"}},
	[FORM_PREPARATION] = {"preparation", {"备课", "preparation"}},
	[FORM_TUTORING] = {"tutoring", {"辅导", "tutoring"}},
	[FORM_INSPECTION] = {"inspection", {"督导", "inspection"}},
	[FORM_OTHER] = {"other", {"其他帮扶活动", "other activities"}},
	[REPORT_FORM_VISIT] = {"visit", {"送教上门", "visiting lesson"}},
	[REPORT_FORM_WORKING_DAY] = {"working_day", {"驻校工作日", "working day on site"}},
};

static const struct report_word scopes[REPORT_SCOPE_COUNT] = {
	[SCHOOL_COUNTY] = {"county", {"县域", "county"}},
	[SCHOOL_CITY] = {"city", {"市域", "city"}},
	[SCHOOL_PROVINCE] = {"province", {"省域", "province"}},
	[SCHOOL_EXTERNAL] = {"external", {"其他", "external"}},
};

static const struct report_word verdicts[] = {
	[LEDGER_NO_VERDICT] = {"none", {"", ""}},
	[LEDGER_DELIVERED] = {"delivered", {"完成", "delivered"}},
	[LEDGER_PARTIAL] = {"partial", {"部分完成", "partial"}},
	[LEDGER_MISSED] = {"missed", {"未开课", "missed"}},
	[LEDGER_CANCELLED] = {"cancelled", {"停课", "cancelled"}},
	[LEDGER_EXTRA] = {"extra", {"计划外", "extra"}},
};
#define VERDICT_COUNT (sizeof verdicts / sizeof verdicts[0])

static const struct report_word kinds[REPORT_KIND_COUNT] = {
	[REPORT_LIST] = {"list", {"台账", "Ledger"}},
	[REPORT_DAY] = {"day", {"结对课堂台账日报", "Ledger of paired lessons, a day"}},
	[REPORT_WEEK] = {"week", {"结对课堂周报", "Paired lessons of a week"}},
	[REPORT_MONTH] = {"month", {"结对帮扶月报", "Paired schools' month"}},
	[REPORT_YEAR] = {"year", {"结对帮扶年度汇总", "Paired schools' year"}},
	[REPORT_LESSON] = {"lesson", {"课堂质量记录单", "Record of one lesson"}},
	[REPORT_HEATMAP] = {"heatmap", {"学校周历", "Schools by weeks"}},
};

const char *
report_kind_name(enum report_kind kind)
{
	return report_kind_word(kind)->key;
}

const struct report_word *
report_kind_word(enum report_kind kind)
{
	assert(kind < REPORT_KIND_COUNT);
	return &kinds[kind];
}

const struct report_word *
report_form_word(enum report_form_index form)
{
	assert(form < REPORT_FORM_COUNT);
	return &forms[form];
}

const struct report_word *
report_scope_word(enum school_scope scope)
{
	assert(scope < REPORT_SCOPE_COUNT);
	return &scopes[scope];
}

const struct report_word *
report_verdict_word(enum ledger_verdict verdict)
{
	assert(verdict < VERDICT_COUNT);
	return &verdicts[verdict];
}

enum report_mark
report_verdict_mark(enum ledger_verdict verdict)
{
	switch (verdict) {
	case LEDGER_DELIVERED:
		return REPORT_GREEN;
	case LEDGER_PARTIAL:
		return REPORT_AMBER;
	case LEDGER_MISSED:
		return REPORT_RED;
	default:
		return REPORT_PLAIN;
	}
}

enum report_form_index
report_form_find(const char *name)
{
	for (unsigned i = 0; i < REPORT_FORM_COUNT; i++)
		if (strcmp(forms[i].key, name) == 0)
			return (enum report_form_index)i;
	return REPORT_FORM_OTHER;
}

enum school_scope
report_scope_find(const char *name)
{
	for (unsigned i = 0; i < REPORT_SCOPE_COUNT; i++)
		if (strcmp(scopes[i].key, name) == 0)
			return (enum school_scope)i;
	return SCHOOL_EXTERNAL;
}

void
report_dates_write(const struct report_question *question, struct text *out)
{
	char first[CIVIL_DATE_BYTES], last[CIVIL_DATE_BYTES];
	civil_date_format(question->first, first);
	civil_date_format(question->last, last);
	text_add(out, first);
	if (question->last.days != question->first.days)
		text_add_format(out, " – %s", last);
	else
		text_add_format(out, " %s",
			word_weekday(question->language, civil_weekday(question->first)));
}
