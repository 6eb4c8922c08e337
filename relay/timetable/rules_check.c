/* SPDX-License-Identifier: BSD-3-Clause */
// rules_check.c - holds every rule against the bells and the days that it will meet, so that
// expanding cannot fail later.
#include <errno.h>
#include <stdio.h>

#include "timetable/calendar_internal.h"

static int
refuse(const struct timetable *timetable, const struct timetable_rule *rule, struct civil_date date,
	const char *reason, struct file_error *error)
{
	char text[CIVIL_DATE_BYTES];

	civil_date_format(date, text);
	return file_error_set(error, timetable->files[TIMETABLE_RULES], rule->line,
		"rule '%s' on %s: %s", rule->id, text, reason);
}

static int
ordinary_check(const struct timetable *timetable, const struct timetable_rule *rule,
	struct civil_date date, struct file_error *error)
{
	const struct lesson_slot slot = {.as = rule, .is_ordinary_day = true};
	char reason[FILE_ERROR_REASON_BYTES];
	struct bell_interval times;

	if (rule_times(timetable, rule, &slot, date, &times, reason) != -EINVAL)
		return 0;
	return refuse(timetable, rule, date, reason, error);
}

// A rule's ordinary times change only where a bell table of its schools comes into force.
static int
bells_check(const struct timetable *timetable, const struct timetable_rule *rule,
	struct file_error *error)
{
	const struct lesson_slot slot = {.as = rule, .is_ordinary_day = true};
	char reason[FILE_ERROR_REASON_BYTES];
	struct bell_interval times;
	int result;

	// In the end every table is in force: what is lacking then is lacking always.
	if (rule_times(timetable, rule, &slot, CIVIL_DATE_MAX, &times, reason) == -ENOENT)
		return file_error_set(error, timetable->files[TIMETABLE_RULES], rule->line,
			"rule '%s': %s", rule->id, reason);
	result = ordinary_check(timetable, rule, rule->from, error);
	for (size_t i = 0; i < timetable->bell_count && result == 0; i++) {
		const struct bell_table *table = &timetable->bells[i];

		if (table->effective_from.days >= rule->from.days &&
			table->effective_from.days <= rule->until.days &&
			rule_has_school(rule, table->school))
			result = ordinary_check(timetable, rule, table->effective_from, error);
	}
	return result;
}

static int
weeks_check(const struct timetable *timetable, const struct timetable_rule *rule,
	struct file_error *error)
{
	const struct timetable_school *lead = rule->pair->lead;

	if (rule->week_set.is_every || calendar_has_terms(timetable, lead))
		return 0;
	if (timetable->calendar == NULL)
		return file_error_set(error, timetable->files[TIMETABLE_RULES], rule->line,
			"rule '%s': weeks '%s' count from a term's week 1, but there is no "
			"calendar",
			rule->id, rule->weeks);
	return file_error_set(error, timetable->files[TIMETABLE_RULES], rule->line,
		"rule '%s': weeks '%s' count from a term's week 1, but %s has no week1 row for "
		"school '%s'",
		rule->id, rule->weeks, timetable->files[TIMETABLE_CALENDAR], lead->id);
}

// The rules held on the days that ring other bells.
static int
days_check(const struct timetable *timetable, const struct calendar_scope *scope,
	struct file_error *error)
{
	for (size_t i = 0; i < scope->row_count; i++) {
		const struct calendar_row *row = &scope->rows[i];

		if (row->bells[0] == '\0')
			continue;
		for (size_t j = 0; j < timetable->rule_count; j++) {
			const struct timetable_rule *rule = &timetable->rules[j];
			char reason[FILE_ERROR_REASON_BYTES];
			struct bell_interval times;

			if (planned_lesson_get(timetable, rule, row->date).is_planned &&
				rule_times(timetable, rule, NULL, row->date, &times, reason) ==
					-EINVAL)
				return refuse(timetable, rule, row->date, reason, error);
		}
	}
	return 0;
}

int
rules_check(const struct timetable *timetable, struct file_error *error)
{
	const struct calendar *calendar = timetable->calendar;
	int result = 0;

	for (size_t i = 0; i < timetable->rule_count && result == 0; i++) {
		result = weeks_check(timetable, &timetable->rules[i], error);
		if (result == 0)
			result = bells_check(timetable, &timetable->rules[i], error);
	}
	if (calendar == NULL || result != 0)
		return result;
	result = days_check(timetable, &calendar->county, error);
	for (size_t i = 0; i < calendar->school_count && result == 0; i++) {
		if (calendar->schools[i] != NULL)
			result = days_check(timetable, calendar->schools[i], error);
	}
	return result;
}
