/* SPDX-License-Identifier: BSD-3-Clause */
// exceptions.c - whether a one-day change of the plan can be carried out, and why not.
#include "timetable/exceptions.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "timetable/exception_index.h"

static const char *const kind_names[] = {
	[PLAN_CANCEL] = "cancel",
	[PLAN_MOVE] = "move",
	[PLAN_SWAP] = "swap",
	[PLAN_ENDPOINT] = "endpoint",
};

// What one exception is checked with.
struct check {
	const struct timetable *timetable;
	const struct plan_exceptions *exceptions;
	size_t at;
	char *reason;
};

const char *
plan_exception_kind_name(enum plan_exception_kind kind)
{
	return kind_names[kind];
}

int
plan_exception_kind_parse(const char *text, enum plan_exception_kind *out)
{
	for (size_t i = 0; i < sizeof(kind_names) / sizeof(kind_names[0]); i++) {
		if (strcmp(text, kind_names[i]) == 0) {
			*out = (enum plan_exception_kind)i;
			return 0;
		}
	}
	return -EINVAL;
}

__attribute__((format(printf, 2, 3))) static int
refuse(const struct check *check, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(check->reason, FILE_ERROR_REASON_BYTES, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

static bool
is_placing(const struct plan_exception *exception)
{
	return exception->kind == PLAN_MOVE || exception->kind == PLAN_SWAP;
}

// Whether an earlier exception of the lesson leaves room for this one.
static int
earlier_check(const struct check *check, const char *id)
{
	const struct plan_exception *this = &check->exceptions->items[check->at];

	for (size_t i = 0; i < check->at; i++) {
		const struct plan_exception *earlier = &check->exceptions->items[i];
		bool is_other = earlier->kind == PLAN_SWAP && strcmp(earlier->other_id, id) == 0;
		char date[CIVIL_DATE_BYTES];

		if (!is_other && strcmp(earlier->lesson_id, id) != 0)
			continue;
		if (earlier->kind == PLAN_CANCEL)
			return refuse(check, "lesson '%s' is cancelled already", id);
		if (earlier->kind == PLAN_MOVE && is_placing(this)) {
			civil_date_format(earlier->to_date, date);
			return refuse(check, "lesson '%s' is moved already, to %s", id, date);
		}
		if (earlier->kind == PLAN_SWAP && is_placing(this))
			return refuse(check, "lesson '%s' is swapped already, with '%s'", id,
				is_other ? earlier->lesson_id : earlier->other_id);
		if (earlier->kind == PLAN_ENDPOINT && this->kind == PLAN_ENDPOINT &&
			strcmp(earlier->school, this->school) == 0)
			return refuse(check,
				"lesson '%s' has endpoint '%s' for school '%s' already", id,
				earlier->endpoint, earlier->school);
	}
	return 0;
}

// Whether the lesson can be held in a slot of a date.
static int
place_check(const struct check *check, const struct timetable_rule *rule,
	const struct lesson_slot *slot, struct civil_date date, struct bell_interval *times_out)
{
	const struct timetable *timetable = check->timetable;
	const struct timetable_school *lead = rule->pair->lead;
	bool has_assist = false;
	char text[CIVIL_DATE_BYTES];

	civil_date_format(date, text);
	if (school_has_day_off(timetable, lead, date))
		return refuse(check, "%s is a day without lessons for school '%s' (%s line %u)",
			text, lead->id, timetable->files[TIMETABLE_CALENDAR],
			calendar_day_get(timetable, lead, date).line);
	for (size_t i = 0; i < rule->pair->assisted_count; i++)
		has_assist |= !school_has_day_off(timetable, rule->pair->assisted[i], date);
	if (!has_assist)
		return refuse(check,
			"%s is a day without lessons for every assisted school of pair '%s'", text,
			rule->pair->id);
	return rule_times(timetable, rule, slot, date, times_out, check->reason) == 0 ? 0 : -EINVAL;
}

static int
move_check(const struct check *check, const struct timetable_rule *rule, struct civil_date planned)
{
	const struct plan_exception *move = &check->exceptions->items[check->at];
	const struct lesson_slot slot = {
		.as = rule, .period = move->to_period, .times = move->to_times};
	char reason[FILE_ERROR_REASON_BYTES];
	struct bell_interval times, before;
	int result;

	if (move->to_period < 0 || move->to_period > TIMETABLE_PERIOD_MAX)
		return refuse(
			check, "period %d is not 1 to %d", move->to_period, TIMETABLE_PERIOD_MAX);
	if (move->to_date.days < CIVIL_DATE_MIN.days || move->to_date.days > CIVIL_DATE_MAX.days)
		return refuse(check, "the date to move to is none");
	if (move->to_times.end_s != 0 || move->to_times.start_s != 0) {
		if (move->to_period != 0)
			return refuse(check, "a lesson moves to a period or to times, not to both");
		if (move->to_times.start_s < 0 || move->to_times.end_s > CIVIL_DAY_S ||
			move->to_times.end_s <= move->to_times.start_s)
			return refuse(check, "the end to move to is not after the start");
	}
	result = place_check(check, rule, &slot, move->to_date, &times);
	if (result != 0 || move->to_date.days != planned.days)
		return result;
	result = rule_times(check->timetable, rule, NULL, planned, &before, reason);
	if (result == 0 && before.start_s == times.start_s && before.end_s == times.end_s)
		return refuse(check, "lesson '%s' is there already", move->lesson_id);
	return 0;
}

static int
swap_check(const struct check *check, const struct timetable_rule *rule, struct civil_date planned)
{
	const struct plan_exception *swap = &check->exceptions->items[check->at];
	const struct timetable_rule *other;
	struct civil_date other_planned;
	struct bell_interval times;
	int result;

	if (strcmp(swap->lesson_id, swap->other_id) == 0)
		return refuse(check, "lesson '%s' cannot be swapped with itself", swap->lesson_id);
	result = lesson_id_resolve(
		check->timetable, swap->other_id, &other, &other_planned, check->reason);
	if (result == 0)
		result = earlier_check(check, swap->other_id);
	if (result == 0)
		result = place_check(
			check, rule, &(struct lesson_slot){.as = other}, other_planned, &times);
	if (result == 0)
		result = place_check(
			check, other, &(struct lesson_slot){.as = rule}, planned, &times);
	return result;
}

static int
endpoint_check(const struct check *check, const struct timetable_rule *rule)
{
	const struct plan_exception *change = &check->exceptions->items[check->at];
	const struct timetable_endpoint *endpoint =
		timetable_endpoint_find(check->timetable, change->endpoint);

	for (size_t i = 0; i < rule->part_count; i++) {
		const struct lesson_part *part = &rule->parts[i];

		if (strcmp(part->school->id, change->school) != 0)
			continue;
		if (endpoint == NULL)
			return refuse(check, "unknown endpoint '%s'", change->endpoint);
		if (endpoint->school != part->school)
			return refuse(check, "endpoint '%s' is of school '%s', not of '%s'",
				change->endpoint, endpoint->school->id, change->school);
		if (endpoint == part->endpoint)
			return refuse(check, "school '%s' has endpoint '%s' in the plan already",
				change->school, change->endpoint);
		return 0;
	}
	return refuse(check, "school '%s' does not take part in rule '%s' (line %u)",
		change->school, rule->id, rule->line);
}

int
plan_exception_check(const struct timetable *timetable, const struct plan_exceptions *exceptions,
	size_t index, char reason[FILE_ERROR_REASON_BYTES])
{
	const struct check check = {timetable, exceptions, index, reason};
	const struct plan_exception *exception = &exceptions->items[index];
	const struct timetable_rule *rule;
	struct civil_date planned;
	int result = lesson_id_resolve(timetable, exception->lesson_id, &rule, &planned, reason);

	if (result == 0)
		result = earlier_check(&check, exception->lesson_id);
	if (result != 0)
		return result;
	switch (exception->kind) {
	case PLAN_CANCEL:
		return 0;
	case PLAN_MOVE:
		return move_check(&check, rule, planned);
	case PLAN_SWAP:
		return swap_check(&check, rule, planned);
	case PLAN_ENDPOINT:
		return endpoint_check(&check, rule);
	}
	return refuse(&check, "an exception of no known kind");
}
