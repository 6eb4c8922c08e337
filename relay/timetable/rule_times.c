/* SPDX-License-Identifier: BSD-3-Clause */
// rule_times.c - when a rule's lesson begins and ends, by the bells that govern it.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "timetable/readers.h"

static bool
governs(const struct timetable_rule *rule, enum governing_bell bell, const struct lesson_part *part)
{
	switch (bell) {
	case BELL_LEAD:
		return part->role == LESSON_LEAD;
	case BELL_SCHOOL:
		return part->school == rule->bell_school;
	case BELL_INTERSECTION:
	case BELL_UNION:
		return part->role != LESSON_LISTEN;
	case BELL_EXPLICIT:
		break;
	}
	return false;
}

static void
interval_merge(struct bell_interval *times, struct bell_interval other, enum governing_bell bell)
{
	bool takes_earlier = bell == BELL_UNION;

	if ((other.start_s < times->start_s) == takes_earlier)
		times->start_s = other.start_s;
	if ((other.end_s > times->end_s) == takes_earlier)
		times->end_s = other.end_s;
}

int
slot_period(const struct timetable_rule *rule, const struct lesson_slot *slot,
	const struct lesson_part *part)
{
	const struct timetable_rule *as = slot == NULL ? NULL : slot->as;

	if (slot != NULL && slot->period != 0)
		return slot->period;
	if (as == NULL || as == rule)
		return part->period;
	for (size_t i = 0; i < as->part_count; i++) {
		if (as->parts[i].school == part->school)
			return as->parts[i].period;
	}
	return as->period;
}

// What stands in the way of a school's period: the table that would have to have it.
static void
period_explain(const struct timetable *timetable, const struct timetable_rule *rule,
	const struct timetable_school *school, const struct calendar_day *day,
	struct civil_date date, int period, char reason[FILE_ERROR_REASON_BYTES])
{
	const struct audience *audience = &rule->audience;
	const struct bell_table *tables;
	size_t count = bell_tables_find(timetable, school, day->bells, date, &tables);
	const char *fitting[2] = {NULL, NULL};
	char text[CIVIL_DATE_BYTES];

	if (count == 0 && day->bells[0] != '\0') {
		snprintf(reason, FILE_ERROR_REASON_BYTES,
			"school '%s' has no bells of kind '%s' in force, which %s line %u rings",
			school->id, day->bells, timetable->files[TIMETABLE_CALENDAR], day->line);
		return;
	}
	if (count == 0) {
		snprintf(reason, FILE_ERROR_REASON_BYTES, "school '%s' has no bells in force",
			school->id);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		if (tables[i].periods[period].end_s != 0 &&
			audience_fits(&tables[i].audience, audience))
			fitting[fitting[0] != NULL] = tables[i].audience.text;
	}
	civil_date_format(tables->effective_from, text);
	if (fitting[1] != NULL)
		snprintf(reason, FILE_ERROR_REASON_BYTES,
			"audience '%s' fits two bands, '%s' and '%s', of period %d of school '%s' "
			"from %s on",
			audience->text, fitting[0], fitting[1], period, school->id, text);
	else
		snprintf(reason, FILE_ERROR_REASON_BYTES,
			"school '%s' has no period %d in its bells%s%s from %s on%s%s", school->id,
			period, day->bells[0] == '\0' ? "" : " of kind ", day->bells, text,
			audience->text[0] == '\0' ? "" : " for ", audience->text);
}

static int
school_times(const struct timetable *timetable, const struct timetable_rule *rule,
	const struct lesson_slot *slot, const struct lesson_part *part, struct civil_date date,
	struct bell_interval *out, char reason[FILE_ERROR_REASON_BYTES])
{
	int period = slot_period(rule, slot, part);
	struct calendar_day day = {.bells = ""};
	int result;

	if (slot == NULL || !slot->is_ordinary_day)
		day = calendar_day_get(timetable, part->school, date);
	result = bell_period_get(
		timetable, part->school, day.bells, &rule->audience, date, period, out);
	if (result == 0)
		return 0;
	period_explain(timetable, rule, part->school, &day, date, period, reason);
	if (result == -EINVAL)
		return -EINVAL;
	// The ordinary bells may begin later than the rule, and must have the period; those of a
	// kind of day must be there for it, and may be short of periods.
	if (day.bells[0] == '\0')
		return result == -ENOENT ? -ENOENT : -EINVAL;
	return result == -ENOENT ? -EINVAL : -ERANGE;
}

int
rule_times(const struct timetable *timetable, const struct timetable_rule *rule,
	const struct lesson_slot *slot, struct civil_date date, struct bell_interval *out,
	char reason[FILE_ERROR_REASON_BYTES])
{
	const struct timetable_rule *as = slot == NULL || slot->as == NULL ? rule : slot->as;
	enum governing_bell bell = rule->bell == BELL_EXPLICIT ? BELL_LEAD : rule->bell;
	bool is_first = true;

	if (slot != NULL && slot->times.end_s != 0) {
		*out = slot->times;
		return 0;
	}
	if (as->bell == BELL_EXPLICIT && (slot == NULL || slot->period == 0)) {
		*out = as->bell_times;
		return 0;
	}
	for (size_t i = 0; i < rule->part_count; i++) {
		struct bell_interval times;
		int result;

		if (!governs(rule, bell, &rule->parts[i]))
			continue;
		result = school_times(timetable, rule, slot, &rule->parts[i], date, &times, reason);
		if (result != 0)
			return result;
		if (is_first)
			*out = times;
		else
			interval_merge(out, times, bell);
		is_first = false;
	}
	if (out->end_s > out->start_s)
		return 0;
	snprintf(reason, FILE_ERROR_REASON_BYTES, "the schools' periods %d have no time in common",
		slot_period(rule, slot, &rule->parts[0]));
	return -EINVAL;
}
