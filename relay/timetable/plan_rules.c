/* SPDX-License-Identifier: BSD-3-Clause */
// plan_rules.c - rules that make no lesson, and lessons whose rooms cannot meet.
#include <errno.h>
#include <stdlib.h>

#include "timetable/calendar_internal.h"
#include "timetable/plan_internal.h"

static void
rule_say(struct plan_finding *finding, const struct timetable_rule *rule)
{
	finding->rules[0] = rule->id;
	finding->pair = rule->pair->id;
	plan_say(finding, "%s (%s", rule->id, rule->subject);
	plan_say(finding, ", weekday %d", rule->weekday);
	if (rule->period != 0)
		plan_say(finding, ", period %d", rule->period);
	if (!rule->week_set.is_every)
		plan_say(finding, ", weeks %s", rule->weeks);
	plan_say(finding, ")");
}

static void
never_tell(struct plan_work *work, const struct timetable_rule *rule)
{
	struct civil_date first = work->out->first;
	struct civil_date last = work->out->last;
	bool is_over = rule->until.days < first.days;
	bool is_later = rule->from.days > last.days;
	struct plan_finding *finding =
		plan_finding_add(work, is_over || is_later ? PLAN_OUT_OF_DATE : PLAN_NEVER);
	char from[CIVIL_DATE_BYTES];
	char until[CIVIL_DATE_BYTES];

	rule_say(finding, rule);
	finding->first = first;
	finding->last = last;
	civil_date_format(is_over ? rule->until : is_later ? rule->from : first, from);
	civil_date_format(last, until);
	if (is_over)
		plan_say(finding, " is over since %s: its row can go", from);
	else if (is_later)
		plan_say(finding, " begins on %s, beyond the last day looked at", from);
	else
		plan_say(finding,
			" makes no lesson from %s to %s: look at its weekday, its weeks, its "
			"dates and the calendar",
			from, until);
}

static void
parts_tell(struct plan_work *work, enum plan_kind kind, const struct timetable_rule *rule,
	const struct lesson *lesson, const struct lesson_part *part)
{
	struct plan_finding *finding = plan_finding_add(work, kind);
	char text[CIVIL_DATE_BYTES];

	rule_say(finding, rule);
	if (lesson != NULL) {
		finding->first = finding->last = lesson->date;
		finding->count = 1;
		civil_date_format(lesson->date, text);
		plan_say(finding, " on %s", text);
	}
	if (kind == PLAN_NO_ENDPOINT)
		plan_say(
			finding, ": %s (%s) has no endpoint", part->school->name, part->school->id);
	else
		plan_say(finding, ": %s of %s has no SRTP profile in common with those before it",
			part->endpoint->id, part->school->name);
}

static uint64_t
profiles_of(const struct timetable_endpoint *endpoint)
{
	uint64_t set = 0;

	for (size_t i = 0; i < endpoint->profile_count; i++)
		set |= UINT64_C(1) << (endpoint->profiles[i] & 63);
	return set;
}

// All of a session's endpoints use one profile.
static void
parts_check(struct plan_work *work, const struct timetable_rule *rule, const struct lesson *lesson)
{
	const struct lesson_part *parts = lesson != NULL ? lesson->parts : rule->parts;
	size_t count = lesson != NULL ? lesson->part_count : rule->part_count;
	uint64_t common = UINT64_MAX;

	for (size_t i = 0; i < count; i++) {
		if (parts[i].endpoint == NULL) {
			parts_tell(work, PLAN_NO_ENDPOINT, rule, lesson, &parts[i]);
			continue;
		}
		if (common == 0)
			continue;
		common &= profiles_of(parts[i].endpoint);
		if (common == 0)
			parts_tell(work, PLAN_NO_PROFILE, rule, lesson, &parts[i]);
	}
}

// Whether a one-day change gave the lesson an endpoint that its rule has not.
static bool
has_own_endpoint(const struct lesson *lesson)
{
	const struct lesson_part *planned = lesson->rule->parts;
	size_t at = 0;

	if (lesson->parts == planned)
		return false;
	// A school that is off is left out, so the rest comes in the rule's order.
	for (size_t i = 0; i < lesson->part_count; i++) {
		while (at < lesson->rule->part_count &&
			planned[at].school != lesson->parts[i].school)
			at++;
		if (at == lesson->rule->part_count ||
			planned[at].endpoint != lesson->parts[i].endpoint)
			return true;
	}
	return false;
}

struct fallen {
	struct civil_date first;
	struct civil_date last;
	unsigned count;
};

static void
fallen_tell(struct plan_work *work, const struct timetable_rule *rule, const struct fallen *fallen)
{
	struct plan_finding *finding = plan_finding_add(work, PLAN_NO_PERIOD);

	rule_say(finding, rule);
	finding->first = fallen->first;
	finding->last = fallen->last;
	finding->count = fallen->count;
	plan_say(finding, ": no lesson ");
	plan_say_dates(finding);
	plan_say(finding, ", since the bells of that kind of day lack its period");
}

// Adds what falls out on one date. 0 or -ENOMEM.
static int
fallen_count(const struct plan_work *work, struct civil_date date, struct fallen *fallen)
{
	struct lesson_list list;
	int result = timetable_expand_cancelled(
		work->timetable, work->question->exceptions, date, date, &list);

	if (result != 0)
		return result;
	for (size_t i = 0; i < list.count; i++) {
		const struct lesson *lesson = &list.lessons[i];
		struct fallen *of_rule = &fallen[lesson->rule - work->timetable->rules];

		if (lesson->cancellation != CANCELLED_NO_PERIOD)
			continue;
		if (of_rule->count++ == 0)
			of_rule->first = date;
		of_rule->last = date;
	}
	lesson_list_fini(&list);
	return 0;
}

// Marks the days ahead on which other bells than the ordinary ones ring.
static void
kinds_mark(const struct plan_work *work, const struct calendar_scope *scope, bool *days)
{
	for (size_t i = 0; i < scope->row_count; i++) {
		const struct calendar_row *row = &scope->rows[i];

		if (row->bells[0] != '\0' && row->date.days >= work->question->today.days &&
			row->date.days >= work->out->first.days &&
			row->date.days <= work->out->last.days)
			days[row->date.days - work->out->first.days] = true;
	}
}

// Lessons that fall out for want of a bell, one finding a rule. Only a day of a kind can lack one
// that the ordinary day has, so only such days are expanded.
static int
periods_check(struct plan_work *work)
{
	const struct timetable *timetable = work->timetable;
	int32_t day_count = work->out->last.days - work->out->first.days + 1;
	struct fallen *fallen = calloc(timetable->rule_count + 1, sizeof(*fallen));
	bool *days = calloc((size_t)day_count, sizeof(*days));
	int result = fallen == NULL || days == NULL ? -ENOMEM : 0;

	if (result == 0) {
		kinds_mark(work, &timetable->calendar->county, days);
		for (size_t i = 0; i < timetable->school_count; i++) {
			if (timetable->calendar->schools[i] != NULL)
				kinds_mark(work, timetable->calendar->schools[i], days);
		}
	}
	for (int32_t i = 0; i < day_count && result == 0; i++) {
		if (days[i])
			result = fallen_count(work, civil_date_add(work->out->first, i), fallen);
	}
	for (size_t i = 0; i < timetable->rule_count && result == 0; i++) {
		if (fallen[i].count > 0)
			fallen_tell(work, &timetable->rules[i], &fallen[i]);
	}
	free(days);
	free(fallen);
	return result;
}

int
plan_rules_check(struct plan_work *work)
{
	const struct timetable *timetable = work->timetable;
	uint32_t *occurrences = calloc(timetable->rule_count + 1, sizeof(*occurrences));

	if (occurrences == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < work->list.count; i++) {
		const struct lesson *lesson = &work->list.lessons[i];

		occurrences[lesson->rule - timetable->rules]++;
		if (plan_is_ahead(work, lesson) && has_own_endpoint(lesson))
			parts_check(work, lesson->rule, lesson);
	}
	for (size_t i = 0; i < timetable->rule_count; i++) {
		const struct timetable_rule *rule = &timetable->rules[i];

		if (rule->until.days >= work->question->today.days)
			parts_check(work, rule, NULL);
		if (occurrences[i] == 0 && !work->is_termless)
			never_tell(work, rule);
	}
	free(occurrences);
	return timetable->calendar != NULL ? periods_check(work) : 0;
}
