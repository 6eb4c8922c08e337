/* SPDX-License-Identifier: BSD-3-Clause */
// plan_check.c - expands the days ahead, lets every check look at them, and puts the gravest first.
#include "timetable/plan_check.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/plan_internal.h"

static const struct {
	const char *name;
	enum plan_severity severity;
} kinds[PLAN_KIND_COUNT] = {
#define PLAN_KIND_ROW(kind, name, severity) [kind] = {name, severity},
	PLAN_KINDS(PLAN_KIND_ROW)
#undef PLAN_KIND_ROW
};

static const char *const severity_names[PLAN_SEVERITY_COUNT] = {
	[PLAN_ERROR] = "error",
	[PLAN_WARNING] = "warning",
	[PLAN_NOTE] = "note",
};

enum plan_severity
plan_kind_severity(enum plan_kind kind)
{
	return kinds[kind].severity;
}

const char *
plan_kind_name(enum plan_kind kind)
{
	return kinds[kind].name;
}

const char *
plan_severity_name(enum plan_severity severity)
{
	return severity_names[severity];
}

static int
finding_room_make(struct plan_work *work)
{
	size_t wanted = work->finding_capacity == 0 ? 16 : 2 * work->finding_capacity;
	struct plan_finding *findings;

	if (work->out->finding_count < work->finding_capacity)
		return 0;
	findings = realloc(work->out->findings, wanted * sizeof(*findings));
	if (findings == NULL)
		return -ENOMEM;
	work->out->findings = findings;
	work->finding_capacity = wanted;
	return 0;
}

struct plan_finding *
plan_finding_add(struct plan_work *work, enum plan_kind kind)
{
	struct plan_finding *finding = &work->spare;

	work->out->counts[kinds[kind].severity]++;
	if (work->kind_counts[kind]++ >= PLAN_FINDINGS_MAX)
		work->out->left_out++;
	else if (finding_room_make(work) != 0)
		work->is_out_of_memory = true;
	else
		finding = &work->out->findings[work->out->finding_count++];
	*finding = (struct plan_finding){.kind = kind};
	return finding;
}

bool
plan_finding_is_kept(const struct plan_work *work, const struct plan_finding *finding)
{
	return finding != &work->spare;
}

bool
plan_is_ahead(const struct plan_work *work, const struct lesson *lesson)
{
	return lesson->date.days >= work->question->today.days;
}

static int
name_compare(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static int
finding_compare(const void *left, const void *right)
{
	const struct plan_finding *a = left;
	const struct plan_finding *b = right;
	int result = 0;

	if (kinds[a->kind].severity != kinds[b->kind].severity)
		return kinds[a->kind].severity < kinds[b->kind].severity ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->first.days != b->first.days)
		return a->first.days < b->first.days ? -1 : 1;
	for (size_t i = 0; i < 2 && result == 0; i++)
		result = name_compare(a->rules[i], b->rules[i]);
	if (result == 0)
		result = name_compare(a->pair, b->pair);
	return result != 0 ? result : strcmp(a->text, b->text);
}

static void
findings_order(struct plan_check *check)
{
	if (check->finding_count > 1)
		qsort(check->findings, check->finding_count, sizeof(*check->findings),
			finding_compare);
	if (check->finding_count > PLAN_FINDINGS_MAX) {
		check->left_out += check->finding_count - PLAN_FINDINGS_MAX;
		check->finding_count = PLAN_FINDINGS_MAX;
	}
}

static int
work_run(struct plan_work *work)
{
	int result = plan_days_expand(work);

	if (result == 0)
		result = plan_days_check(work);
	if (result == 0)
		result = plan_rooms_check(work);
	if (result == 0)
		result = plan_capacity_check(work);
	if (result == 0)
		result = plan_busy_make(work);
	if (result == 0)
		result = plan_minutes_check(work);
	if (result == 0)
		result = plan_weeks_check(work);
	if (result == 0)
		result = plan_rules_check(work);
	return result == 0 && work->is_out_of_memory ? -ENOMEM : result;
}

int
plan_check(const struct plan_question *question, struct plan_check *out)
{
	struct plan_work *work = calloc(1, sizeof(*work));
	int result = -ENOMEM;

	memset(out, 0, sizeof(*out));
	if (work == NULL)
		return -ENOMEM;
	work->question = question;
	work->timetable = question->timetable;
	work->out = out;
	result = work_run(work);
	findings_order(out);
	lesson_list_fini(&work->list);
	free(work->midnights);
	free(work->uses);
	free(work->busy);
	free(work);
	if (result != 0)
		plan_check_fini(out);
	return result;
}

void
plan_check_fini(struct plan_check *check)
{
	free(check->findings);
	free(check->shared);
	memset(check, 0, sizeof(*check));
}
