/* SPDX-License-Identifier: BSD-3-Clause */
// plan_minutes.c - the minutes that a lead's period shares with each assisted school's.
#include <errno.h>
#include <stdlib.h>

#include "timetable/plan_internal.h"

int
plan_period_get(const struct plan_work *work, const struct timetable_rule *rule,
	const struct timetable_school *school, struct civil_date date, int period,
	struct bell_interval *out)
{
	struct calendar_day day = calendar_day_get(work->timetable, school, date);

	return bell_period_get(
		work->timetable, school, day.bells, &rule->audience, date, period, out);
}

// Explicit times were agreed upon, whatever the bells say.
static bool
has_minutes(const struct plan_work *work, const struct lesson *lesson)
{
	return lesson->rule->bell != BELL_EXPLICIT && lesson->date.days == lesson->planned.days &&
	       plan_is_ahead(work, lesson);
}

static void
rows_of(const struct plan_work *work, const struct lesson *lesson, struct plan_shared *rows,
	size_t *count)
{
	const struct lesson_part *lead = &lesson->parts[0];
	struct plan_shared row = {.rule = lesson->rule, .first = lesson->date, .count = 1};

	row.lead_period = lead->period;
	if (plan_period_get(work, row.rule, lead->school, row.first, lead->period, &row.lead) != 0)
		return;
	row.lead_minutes = bell_overlap_minutes(row.lead, row.lead);
	for (size_t i = 1; i < lesson->part_count; i++) {
		const struct lesson_part *part = &lesson->parts[i];

		if (part->role != LESSON_ASSIST)
			continue;
		row.school = part->school;
		row.school_period = part->period;
		// A school without this period today shares nothing.
		if (plan_period_get(work, row.rule, part->school, row.first, part->period,
			    &row.assisted) != 0)
			row.assisted = (struct bell_interval){0, 0};
		row.shared_minutes = bell_overlap_minutes(row.lead, row.assisted);
		rows[(*count)++] = row;
	}
}

static int
number_compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

// By rule and school; rows of the same bells then lie together.
static int
bells_compare(const struct plan_shared *a, const struct plan_shared *b)
{
	int result = (a->rule > b->rule) - (a->rule < b->rule);

	if (result == 0)
		result = (a->school > b->school) - (a->school < b->school);
	if (result == 0)
		result = number_compare(a->lead.start_s, b->lead.start_s);
	if (result == 0)
		result = number_compare(a->lead.end_s, b->lead.end_s);
	if (result == 0)
		result = number_compare(a->assisted.start_s, b->assisted.start_s);
	return result != 0 ? result : number_compare(a->assisted.end_s, b->assisted.end_s);
}

static int
row_compare(const void *left, const void *right)
{
	const struct plan_shared *a = left;
	const struct plan_shared *b = right;
	int result = bells_compare(a, b);

	return result != 0 ? result : number_compare(a->first.days, b->first.days);
}

static int
order_compare(const void *left, const void *right)
{
	const struct plan_shared *a = left;
	const struct plan_shared *b = right;
	int result = (a->rule > b->rule) - (a->rule < b->rule);

	if (result == 0)
		result = (a->school > b->school) - (a->school < b->school);
	if (result == 0)
		result = number_compare(a->first.days, b->first.days);
	return result != 0 ? result : bells_compare(a, b);
}

// One row for each rule, school and its bells. Returns how many are left.
static size_t
rows_unite(struct plan_shared *rows, size_t count)
{
	size_t kept = 0;

	qsort(rows, count, sizeof(*rows), row_compare);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && bells_compare(&rows[kept - 1], &rows[i]) == 0)
			rows[kept - 1].count++;
		else
			rows[kept++] = rows[i];
	}
	qsort(rows, kept, sizeof(*rows), order_compare);
	return kept;
}

static void
few_minutes_tell(struct plan_work *work, const struct plan_shared *row)
{
	struct plan_finding *finding = plan_finding_add(work, PLAN_FEW_MINUTES);
	const struct timetable_rule *rule = row->rule;

	if (!plan_finding_is_kept(work, finding))
		return;
	finding->rules[0] = rule->id;
	finding->pair = rule->pair->id;
	finding->first = finding->last = row->first;
	finding->count = row->count;
	plan_say(finding, "%s (%s): period %d of %s (", rule->id, rule->subject, row->lead_period,
		rule->pair->lead->name);
	plan_say_times(finding, row->lead);
	if (row->assisted.end_s == 0) {
		plan_say(finding, ") has no period %d of %s beside it", row->school_period,
			row->school->name);
	} else {
		plan_say(finding, ") and period %d of %s (", row->school_period, row->school->name);
		plan_say_times(finding, row->assisted);
		plan_say(finding, ") share %d of %d minutes", row->shared_minutes,
			row->lead_minutes);
	}
	plan_slots_propose(work, row, finding);
}

int
plan_minutes_check(struct plan_work *work)
{
	struct plan_shared *rows;
	struct plan_shared *shrunk;
	size_t most = 0;
	size_t count = 0;

	for (size_t i = 0; i < work->list.count; i++)
		most += work->list.lessons[i].part_count;
	rows = calloc(most + 1, sizeof(*rows));
	if (rows == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < work->list.count; i++) {
		if (has_minutes(work, &work->list.lessons[i]))
			rows_of(work, &work->list.lessons[i], rows, &count);
	}
	work->out->shared_count = rows_unite(rows, count);
	shrunk = realloc(rows, (work->out->shared_count + 1) * sizeof(*rows));
	work->out->shared = shrunk != NULL ? shrunk : rows;
	for (size_t i = 0; i < work->out->shared_count; i++) {
		const struct plan_shared *row = &work->out->shared[i];

		if (row->shared_minutes * 100 < row->lead_minutes * PLAN_SHARED_MIN_PERCENT)
			few_minutes_tell(work, row);
	}
	return 0;
}
