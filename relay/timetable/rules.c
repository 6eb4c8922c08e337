/* SPDX-License-Identifier: BSD-3-Clause */
// rules.c - reads rules.csv: the weekly lessons of the pairs.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/readers.h"

enum {
	RULE,
	PAIR,
	WEEKDAY,
	PERIOD,
	WEEKS,
	SUBJECT,
	CLASS,
	TEACHER,
	FORM,
	GOVERNING_BELL,
	FROM,
	UNTIL,
	ENDPOINTS,
	AUDIENCE,
	COLUMN_COUNT
};

const struct csv_column rules_columns[] = {
	[RULE] = {"rule", true},
	[PAIR] = {"pair", true},
	[WEEKDAY] = {"weekday", true},
	[PERIOD] = {"period", true},
	[WEEKS] = {"weeks", false},
	[SUBJECT] = {"subject", true},
	[CLASS] = {"class", false},
	[TEACHER] = {"teacher", false},
	[FORM] = {"form", false},
	[GOVERNING_BELL] = {"governing_bell", false},
	[FROM] = {"from", false},
	[UNTIL] = {"until", false},
	[ENDPOINTS] = {"endpoints", false},
	[AUDIENCE] = {"audience", false},
};
const size_t rules_column_count = COLUMN_COUNT;

static const char *const form_names[] = {
	[FORM_SYNCHRONOUS] = "synchronous",
	[FORM_DELIVERED] = "delivered",
	[FORM_TRAINING] = "training",
	[FORM_MASTER_TEACHER] = "master_teacher",
	[FORM_PREPARATION] = "preparation",
	[FORM_TUTORING] = "tutoring",
	[FORM_INSPECTION] = "inspection",
	[FORM_OTHER] = "other",
};

static const char *const role_names[] = {
	[LESSON_LEAD] = "lead",
	[LESSON_ASSIST] = "assist",
	[LESSON_LISTEN] = "listen",
};

const char *
lesson_form_name(enum lesson_form form)
{
	return form_names[form];
}

const char *
lesson_role_name(enum lesson_role role)
{
	return role_names[role];
}

static int
form_read(const char *file, const struct csv_row *row, enum lesson_form *out,
	struct file_error *error)
{
	const char *text = row->fields[FORM];

	*out = FORM_SYNCHRONOUS;
	if (text[0] == '\0')
		return 0;
	for (size_t i = 0; i < sizeof(form_names) / sizeof(form_names[0]); i++) {
		if (strcmp(text, form_names[i]) == 0) {
			*out = (enum lesson_form)i;
			return 0;
		}
	}
	// As the first tables wrote it.
	if (strcmp(text, "master-teacher") == 0) {
		*out = FORM_MASTER_TEACHER;
		return 0;
	}
	return file_error_set(error, file, row->line,
		"form '%s' is not synchronous, delivered, training, master_teacher, "
		"preparation, tutoring, inspection or other",
		text);
}

// "HH:MM[:SS]-HH:MM[:SS]".
static int
bell_times_parse(const char *text, struct bell_interval *out)
{
	char start[sizeof("HH:MM:SS")];
	const char *dash = strchr(text, '-');

	if (dash == NULL || (size_t)(dash - text) >= sizeof(start))
		return -EINVAL;
	memcpy(start, text, (size_t)(dash - text));
	start[dash - text] = '\0';
	if (civil_time_parse(start, &out->start_s) != 0 ||
		civil_time_parse(dash + 1, &out->end_s) != 0)
		return -EINVAL;
	return out->end_s > out->start_s ? 0 : -EINVAL;
}

// Needs the rule's parts.
static int
governing_bell_read(const struct timetable *timetable, const char *file, const struct csv_row *row,
	struct timetable_rule *rule, struct file_error *error)
{
	const char *text = row->fields[GOVERNING_BELL];

	rule->bell = BELL_LEAD;
	if (text[0] == '\0' || strcmp(text, "lead") == 0)
		return 0;
	if (strcmp(text, "intersection") == 0) {
		rule->bell = BELL_INTERSECTION;
		return 0;
	}
	if (strcmp(text, "union") == 0) {
		rule->bell = BELL_UNION;
		return 0;
	}
	if (text[0] >= '0' && text[0] <= '9' && strchr(text, ':') != NULL) {
		rule->bell = BELL_EXPLICIT;
		if (bell_times_parse(text, &rule->bell_times) == 0)
			return 0;
		return file_error_set(error, file, row->line,
			"governing_bell '%s' is not HH:MM-HH:MM with its end after its start",
			text);
	}
	rule->bell = BELL_SCHOOL;
	rule->bell_school = timetable_school_find(timetable, text);
	if (rule->bell_school == NULL)
		return file_error_set(error, file, row->line,
			"governing_bell '%s' is not lead, intersection, union, a school or "
			"HH:MM-HH:MM",
			text);
	if (!rule_has_school(rule, rule->bell_school))
		return file_error_set(error, file, row->line,
			"governing_bell: school '%s' is not of pair '%s'", text, rule->pair->id);
	return 0;
}

static int
dates_read(const char *file, const struct csv_row *row, struct timetable_rule *rule,
	struct file_error *error)
{
	const char *from = row->fields[FROM];
	const char *until = row->fields[UNTIL];

	rule->from = CIVIL_DATE_MIN;
	rule->until = CIVIL_DATE_MAX;
	if (from[0] != '\0' && civil_date_parse(from, &rule->from) != 0)
		return file_error_set(
			error, file, row->line, "from '%s' is not a date YYYY-MM-DD", from);
	if (until[0] != '\0' && civil_date_parse(until, &rule->until) != 0)
		return file_error_set(
			error, file, row->line, "until '%s' is not a date YYYY-MM-DD", until);
	if (rule->until.days < rule->from.days)
		return file_error_set(
			error, file, row->line, "until %s is before from %s", until, from);
	return 0;
}

static int
texts_read(const char *file, const struct csv_row *row, struct timetable_rule *rule,
	struct file_error *error)
{
	int result = id_check(file, row->line, "rule", row->fields[RULE], error);

	if (result != 0)
		return result;
	rule->id = row->fields[RULE];
	rule->weeks = row->fields[WEEKS];
	rule->subject = row->fields[SUBJECT];
	rule->class_name = row->fields[CLASS];
	rule->teacher = row->fields[TEACHER];
	rule->audience = audience_make(row->fields[AUDIENCE]);
	rule->line = row->line;
	if (strcmp(rule->id, "adhoc") == 0)
		return file_error_set(error, file, row->line,
			"rule 'adhoc': that name is kept for lessons opened by hand");
	if (rule->subject[0] == '\0')
		return file_error_set(error, file, row->line, "'subject' is empty");
	if (weeks_parse(rule->weeks, &rule->week_set) != 0)
		return file_error_set(error, file, row->line,
			"weeks '%s' is not all, odd, even, 7, 1-16, 1-15单, 2-16双 or a list of "
			"them",
			rule->weeks);
	return 0;
}

static int
rule_read(const struct timetable *timetable, const char *file, const struct csv_row *row,
	struct timetable_rule *rule, struct file_error *error)
{
	int result = texts_read(file, row, rule, error);

	if (result != 0)
		return result;
	rule->pair = timetable_pair_find(timetable, row->fields[PAIR]);
	if (rule->pair == NULL)
		return file_error_set(
			error, file, row->line, "unknown pair '%s'", row->fields[PAIR]);
	result = rule_parts_make(rule);
	if (result == 0 && rule_number_read(row->fields[WEEKDAY], 7, &rule->weekday) != 0)
		result = file_error_set(error, file, row->line,
			"weekday '%s' is not 1 (Monday) to 7 (Sunday)", row->fields[WEEKDAY]);
	if (result == 0)
		result = form_read(file, row, &rule->form, error);
	if (result == 0)
		result = governing_bell_read(timetable, file, row, rule, error);
	if (result == 0)
		result = rule_periods_read(file, row->line, row->fields[PERIOD], rule, error);
	if (result == 0)
		result = dates_read(file, row, rule, error);
	if (result == 0)
		result = rule_endpoints_read(
			timetable, file, row->line, row->fields[ENDPOINTS], rule, error);
	return result;
}

int
rules_read(
	struct timetable *timetable, const struct timetable_bytes *file, struct file_error *error)
{
	struct csv_table *table = &timetable->tables[TIMETABLE_RULES];
	int result = csv_table_parse(
		file->file, file->bytes, file->count, rules_columns, COLUMN_COUNT, table, error);

	if (result == 0)
		result = fields_check(file->file, table, error);
	if (result == 0)
		result = fields_check_unique(file->file, table, RULE, "rule", error);
	if (result != 0)
		return result;
	timetable->rules = calloc(table->count + 1, sizeof(*timetable->rules));
	if (timetable->rules == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < table->count && result == 0; i++) {
		timetable->rule_count++;
		result = rule_read(
			timetable, file->file, &table->rows[i], &timetable->rules[i], error);
	}
	return result;
}

const struct timetable_rule *
timetable_rule_find(const struct timetable *timetable, const char *id)
{
	for (size_t i = 0; i < timetable->rule_count; i++) {
		if (strcmp(timetable->rules[i].id, id) == 0)
			return &timetable->rules[i];
	}
	return NULL;
}
