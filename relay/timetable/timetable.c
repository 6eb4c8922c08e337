/* SPDX-License-Identifier: BSD-3-Clause */
// timetable.c - a county's timetable from the bytes of its five files, checked as a whole.
#include "timetable/timetable.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/readers.h"

typedef int (*file_reader)(
	struct timetable *timetable, const struct timetable_bytes *file, struct file_error *error);

static const file_reader readers[TIMETABLE_FILE_COUNT] = {
	[TIMETABLE_SCHOOLS] = schools_read,
	[TIMETABLE_ENDPOINTS] = endpoints_read,
	[TIMETABLE_BELLS] = bells_read,
	[TIMETABLE_PAIRS] = pairs_read,
	[TIMETABLE_RULES] = rules_read,
};

static int
rule_check_on(const struct timetable *timetable, const struct timetable_rule *rule,
	struct civil_date date, struct file_error *error)
{
	char reason[FILE_ERROR_REASON_BYTES];
	char text[CIVIL_DATE_BYTES];
	struct bell_interval times;

	if (rule_times(timetable, rule, date, &times, reason) != -EINVAL)
		return 0;
	civil_date_format(date, text);
	return file_error_set(error, timetable->files[TIMETABLE_RULES], rule->line,
		"rule '%s' on %s: %s", rule->id, text, reason);
}

// A rule's times change only where a bell table of its schools comes into force.
static int
rule_check(const struct timetable *timetable, const struct timetable_rule *rule,
	struct file_error *error)
{
	char reason[FILE_ERROR_REASON_BYTES];
	struct bell_interval times;
	int result;

	// In the end every table is in force: what is lacking then is lacking always.
	if (rule_times(timetable, rule, CIVIL_DATE_MAX, &times, reason) == -ENOENT)
		return file_error_set(error, timetable->files[TIMETABLE_RULES], rule->line,
			"rule '%s': %s", rule->id, reason);
	result = rule_check_on(timetable, rule, rule->from, error);
	for (size_t i = 0; i < timetable->bell_count && result == 0; i++) {
		const struct bell_table *table = &timetable->bells[i];

		if (table->effective_from.days >= rule->from.days &&
			table->effective_from.days <= rule->until.days &&
			rule_has_school(rule, table->school))
			result = rule_check_on(timetable, rule, table->effective_from, error);
	}
	return result;
}

int
timetable_create(const struct timetable_policies *policies,
	const struct timetable_bytes files[TIMETABLE_FILE_COUNT], struct timetable **out,
	struct file_error *error)
{
	struct timetable *timetable = calloc(1, sizeof(*timetable));
	int result = 0;

	*out = NULL;
	if (timetable == NULL)
		return -ENOMEM;
	timetable->references = 1;
	timetable->policies = *policies;
	for (size_t i = 0; i < TIMETABLE_FILE_REQUIRED_COUNT && result == 0; i++) {
		timetable->files[i] = strdup(files[i].file);
		if (timetable->files[i] == NULL)
			result = -ENOMEM;
		else
			result = readers[i](timetable, &files[i], error);
	}
	for (size_t i = 0; i < timetable->rule_count && result == 0; i++)
		result = rule_check(timetable, &timetable->rules[i], error);
	if (result != 0) {
		timetable_release(timetable);
		return result;
	}
	*out = timetable;
	return 0;
}

struct timetable *
timetable_acquire(struct timetable *timetable)
{
	assert(timetable->references > 0);
	timetable->references++;
	return timetable;
}

void
timetable_release(struct timetable *timetable)
{
	if (timetable == NULL)
		return;
	assert(timetable->references > 0);
	if (--timetable->references > 0)
		return;
	for (size_t i = 0; i < timetable->rule_count; i++)
		free(timetable->rules[i].parts);
	for (size_t i = 0; i < timetable->pair_count; i++) {
		free(timetable->pairs[i].assisted);
		free(timetable->pairs[i].listeners);
	}
	free(timetable->rules);
	free(timetable->pairs);
	free(timetable->bells);
	free(timetable->endpoints);
	free(timetable->schools);
	for (size_t i = 0; i < TIMETABLE_FILE_COUNT; i++) {
		csv_table_fini(&timetable->tables[i]);
		free(timetable->files[i]);
	}
	free(timetable);
}
