/* SPDX-License-Identifier: BSD-3-Clause */
// rule_parts.c - who takes part in a rule's lessons: with which endpoint, in which of their
// periods.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/readers.h"

bool
rule_has_school(const struct timetable_rule *rule, const struct timetable_school *school)
{
	for (size_t i = 0; i < rule->part_count; i++) {
		if (rule->parts[i].school == school)
			return true;
	}
	return false;
}

int
rule_parts_make(struct timetable_rule *rule)
{
	const struct timetable_pair *pair = rule->pair;
	struct lesson_part *part;

	rule->part_count = 1 + pair->assisted_count + pair->listener_count;
	rule->parts = part = calloc(rule->part_count, sizeof(*rule->parts));
	if (part == NULL)
		return -ENOMEM;
	*part++ = (struct lesson_part){pair->lead, NULL, LESSON_LEAD, 0};
	for (size_t i = 0; i < pair->assisted_count; i++)
		*part++ = (struct lesson_part){pair->assisted[i], NULL, LESSON_ASSIST, 0};
	for (size_t i = 0; i < pair->listener_count; i++)
		*part++ = (struct lesson_part){pair->listeners[i], NULL, LESSON_LISTEN, 0};
	return 0;
}

int
rule_number_read(const char *text, int most, int *out)
{
	char *rest;
	long number = strtol(text, &rest, 10);

	if (text[0] < '0' || text[0] > '9' || *rest != '\0' || number < 1 || number > most)
		return -EINVAL;
	*out = (int)number;
	return 0;
}

// "houren=5".
static int
school_period_read(const char *file, unsigned line, const char *item, struct timetable_rule *rule,
	struct file_error *error)
{
	const char *equals = strchr(item, '=');
	size_t bytes = equals == NULL ? 0 : (size_t)(equals - item);
	int period;

	if (equals == NULL || rule_number_read(equals + 1, TIMETABLE_PERIOD_MAX, &period) != 0)
		return file_error_set(error, file, line,
			"period: '%s' is not of the form school=1 to school=%d", item,
			TIMETABLE_PERIOD_MAX);
	// The lead's own is the number in front.
	for (size_t i = 1; i < rule->part_count; i++) {
		struct lesson_part *part = &rule->parts[i];

		if (strncmp(part->school->id, item, bytes) != 0 || part->school->id[bytes] != '\0')
			continue;
		if (part->period != 0)
			return file_error_set(error, file, line,
				"period: school '%s' is there twice", part->school->id);
		part->period = period;
		return 0;
	}
	return file_error_set(error, file, line,
		"period: '%.*s' does not assist or listen in pair '%s'", (int)bytes, item,
		rule->pair->id);
}

int
rule_periods_read(const char *file, unsigned line, const char *list, struct timetable_rule *rule,
	struct file_error *error)
{
	char item[TIMETABLE_TEXT_BYTES_MAX] = "";
	int result = 0;

	if (rule->bell == BELL_EXPLICIT && list[0] == '\0')
		return 0;
	if (!list_next(&list, item) ||
		rule_number_read(item, TIMETABLE_PERIOD_MAX, &rule->period) != 0)
		return file_error_set(error, file, line, "period '%s' is not 1 to %d", item,
			TIMETABLE_PERIOD_MAX);
	while (result == 0 && list_next(&list, item))
		result = school_period_read(file, line, item, rule, error);
	for (size_t i = 0; i < rule->part_count; i++) {
		if (rule->parts[i].period == 0)
			rule->parts[i].period = rule->period;
	}
	return result;
}

// Each school's endpoint: the one that the rule names, else the school's first.
int
rule_endpoints_read(const struct timetable *timetable, const char *file, unsigned line,
	const char *list, struct timetable_rule *rule, struct file_error *error)
{
	const char *cursor = list;
	char item[TIMETABLE_TEXT_BYTES_MAX];

	while (list_next(&cursor, item)) {
		const struct timetable_endpoint *endpoint =
			timetable_endpoint_find(timetable, item);

		if (endpoint == NULL)
			return file_error_set(error, file, line, "unknown endpoint '%s'", item);
		if (!rule_has_school(rule, endpoint->school))
			return file_error_set(error, file, line,
				"endpoint '%s' is not of a school of pair '%s'", item,
				rule->pair->id);
		for (size_t i = 0; i < rule->part_count; i++) {
			if (rule->parts[i].school != endpoint->school)
				continue;
			if (rule->parts[i].endpoint != NULL)
				return file_error_set(error, file, line,
					"two endpoints of school '%s'", endpoint->school->id);
			rule->parts[i].endpoint = endpoint;
		}
	}
	for (size_t i = 0; i < rule->part_count; i++) {
		struct lesson_part *part = &rule->parts[i];

		if (part->endpoint == NULL)
			part->endpoint = timetable_endpoint_of(timetable, part->school);
		if (part->endpoint == NULL)
			return file_error_set(
				error, file, line, "school '%s' has no endpoint", part->school->id);
	}
	return 0;
}
