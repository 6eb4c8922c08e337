// SPDX-License-Identifier: BSD-3-Clause
// manual.c - what people enter into the ledger: each field looked at, and named where it is wrong.
#include "ledger/manual.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/report_internal.h"
#include "timetable/text_encoding.h"

#define HEADCOUNT_MAX 100000
#define MINUTES_MAX 1440
#define TIMES_BYTES 12 // "09:20-10:05" and its terminator

const struct csv_column manual_columns[MANUAL_FIELD_COUNT] = {
	[MANUAL_DATE] = {"date", true},
	[MANUAL_FORM] = {"form", true},
	[MANUAL_PAIR] = {"pair", false},
	[MANUAL_LEAD] = {"lead", false},
	[MANUAL_ASSISTED] = {"assisted", false},
	[MANUAL_TITLE] = {"title", false},
	[MANUAL_SUBJECT] = {"subject", false},
	[MANUAL_CLASS] = {"class", false},
	[MANUAL_TEACHER] = {"teacher", false},
	[MANUAL_ASSISTANT] = {"assistant", false},
	[MANUAL_HEADCOUNT] = {"headcount", false},
	[MANUAL_TIMES] = {"times", false},
	[MANUAL_MINUTES] = {"minutes", false},
	[MANUAL_VERDICT] = {"verdict", false},
	[MANUAL_REASON] = {"reason", false},
};

static int __attribute__((format(printf, 2, 3)))
refuse(char error[MANUAL_ERROR_BYTES], const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(error, MANUAL_ERROR_BYTES, format, arguments);
	va_end(arguments);
	text_utf8_mend(error);
	return -EINVAL;
}

static bool
is_given(const char *const fields[MANUAL_FIELD_COUNT], enum manual_field field)
{
	return fields[field] != NULL && *fields[field] != '\0';
}

static int
texts_check(const char *const fields[MANUAL_FIELD_COUNT], char error[MANUAL_ERROR_BYTES])
{
	for (int i = 0; i < MANUAL_FIELD_COUNT; i++) {
		const char *text = fields[i] ? fields[i] : "";
		if (strlen(text) >= TIMETABLE_TEXT_BYTES_MAX)
			return refuse(error, "%s: it is longer than %d bytes",
				manual_columns[i].name, TIMETABLE_TEXT_BYTES_MAX - 1);
		for (const char *c = text; *c != '\0'; c++)
			if ((unsigned char)*c < ' ' || *c == 0x7f)
				return refuse(error, "%s: it holds a control character",
					manual_columns[i].name);
	}
	return 0;
}

static int
number_read(const char *const fields[MANUAL_FIELD_COUNT], enum manual_field field, long most,
	long *out, char error[MANUAL_ERROR_BYTES])
{
	char *end;
	if (!is_given(fields, field))
		return 0;
	long number = strtol(fields[field], &end, 10);
	if (*end != '\0' || number < 0 || number > most || strchr(" +-", fields[field][0]))
		return refuse(error, "%s: '%.32s' is not a number from 0 to %ld",
			manual_columns[field].name, fields[field], most);
	*out = number;
	return 0;
}

static int
date_read(const char *const fields[MANUAL_FIELD_COUNT], struct wall_time now,
	struct manual_entry *out, char error[MANUAL_ERROR_BYTES])
{
	struct civil_date date;
	if (!is_given(fields, MANUAL_DATE))
		return 0;
	if (civil_date_parse(fields[MANUAL_DATE], &date) != 0)
		return refuse(error, "date: '%.32s' is not a day: write it as 2026-11-23",
			fields[MANUAL_DATE]);
	if (date.days > civil_date_of(now).days)
		return refuse(error, "date: %s is still to come: enter what was held",
			fields[MANUAL_DATE]);
	civil_date_format(date, out->date);
	out->entry.date = out->date;
	return 0;
}

static int
form_read(const char *const fields[MANUAL_FIELD_COUNT], struct manual_entry *out,
	char error[MANUAL_ERROR_BYTES])
{
	size_t used;
	if (!is_given(fields, MANUAL_FORM))
		return 0;
	const struct report_word *word = report_form_word(report_form_find(fields[MANUAL_FORM]));
	if (strcmp(word->key, fields[MANUAL_FORM]) == 0) {
		out->entry.form = word->key;
		return 0;
	}
	refuse(error, "form: '%.32s' is none of", fields[MANUAL_FORM]);
	used = strlen(error);
	for (unsigned i = 0; i < REPORT_FORM_COUNT && used < MANUAL_ERROR_BYTES; i++)
		used += (size_t)snprintf(error + used, MANUAL_ERROR_BYTES - used, "%s %s",
			i > 0 ? "," : "", report_form_word((enum report_form_index)i)->key);
	return -EINVAL;
}

static int
verdict_read(const char *const fields[MANUAL_FIELD_COUNT], struct manual_entry *out,
	char error[MANUAL_ERROR_BYTES])
{
	if (!is_given(fields, MANUAL_VERDICT))
		return 0;
	for (enum ledger_verdict i = LEDGER_DELIVERED; i <= LEDGER_EXTRA; i++) {
		if (strcmp(ledger_verdict_name(i), fields[MANUAL_VERDICT]) != 0)
			continue;
		out->entry.verdict = i;
		return 0;
	}
	return refuse(error,
		"verdict: '%.32s' is none of delivered, partial, missed, cancelled, extra",
		fields[MANUAL_VERDICT]);
}

// "09:20-10:05" of the row's date; its minutes are those that were held unless told.
static int
times_read(const char *const fields[MANUAL_FIELD_COUNT], struct manual_entry *out,
	char error[MANUAL_ERROR_BYTES])
{
	const char *text = fields[MANUAL_TIMES];
	char first[6], last[6];
	int32_t start_s, end_s;
	struct civil_date date;
	if (!is_given(fields, MANUAL_TIMES))
		return 0;
	if (strlen(text) != TIMES_BYTES - 1 || text[5] != '-')
		return refuse(error, "times: '%.32s' is not written as 09:20-10:05", text);
	snprintf(first, sizeof first, "%.5s", text);
	snprintf(last, sizeof last, "%.5s", text + 6);
	if (civil_time_parse(first, &start_s) != 0 || civil_time_parse(last, &end_s) != 0 ||
		end_s <= start_s)
		return refuse(error, "times: '%.32s' is not written as 09:20-10:05", text);
	if (civil_date_parse(out->entry.date, &date) != 0)
		return refuse(error, "date: it is missing");
	out->entry.planned_start = civil_to_wall(date, start_s);
	out->entry.planned_end = civil_to_wall(date, end_s);
	out->entry.planned_minutes = (uint32_t)(end_s - start_s) / 60;
	out->entry.live_minutes = out->entry.planned_minutes;
	return 0;
}

// The fields that a new row and a correction have in common.
static int
fields_read(const char *const fields[MANUAL_FIELD_COUNT], struct wall_time now,
	struct manual_entry *out, char error[MANUAL_ERROR_BYTES])
{
	struct ledger_entry *entry = &out->entry;
	const char **const texts[MANUAL_FIELD_COUNT] = {[MANUAL_TITLE] = &entry->title,
		[MANUAL_SUBJECT] = &entry->subject,
		[MANUAL_CLASS] = &entry->class_name,
		[MANUAL_TEACHER] = &entry->teacher,
		[MANUAL_ASSISTANT] = &entry->assistant,
		[MANUAL_REASON] = &entry->reason};
	long headcount = entry->headcount, minutes;
	int result = texts_check(fields, error);
	for (int i = 0; i < MANUAL_FIELD_COUNT; i++)
		if (texts[i] && is_given(fields, (enum manual_field)i))
			*texts[i] = fields[i];
	if (result == 0)
		result = date_read(fields, now, out, error);
	if (result == 0)
		result = form_read(fields, out, error);
	if (result == 0)
		result = number_read(fields, MANUAL_HEADCOUNT, HEADCOUNT_MAX, &headcount, error);
	if (result == 0)
		result = times_read(fields, out, error);
	minutes = entry->live_minutes;
	if (result == 0)
		result = number_read(fields, MANUAL_MINUTES, MINUTES_MAX, &minutes, error);
	if (result == 0)
		result = verdict_read(fields, out, error);
	entry->headcount = (int32_t)headcount;
	entry->live_minutes = (uint32_t)minutes;
	return result;
}

// --- whose it is

static void
schools_set(struct manual_entry *out, const struct timetable_school *lead,
	const struct timetable_school *assisted)
{
	enum school_scope scope = lead->scope > assisted->scope ? lead->scope : assisted->scope;
	snprintf(out->scope, sizeof out->scope, "%s", school_scope_name(scope));
	out->entry.scope = out->scope;
	out->entry.lead = lead->id;
	out->entry.lead_name = lead->name;
	out->entry.assisted = assisted->id;
	out->entry.assisted_name = assisted->name;
}

static int
pair_read(const struct timetable *timetable, const char *const fields[MANUAL_FIELD_COUNT],
	struct manual_entry *out, char error[MANUAL_ERROR_BYTES])
{
	const struct timetable_pair *pair = timetable_pair_find(timetable, fields[MANUAL_PAIR]);
	if (!pair)
		return refuse(error, "pair: there is no '%.48s': pairs.csv lists them",
			fields[MANUAL_PAIR]);
	if (is_given(fields, MANUAL_LEAD) && strcmp(pair->lead->id, fields[MANUAL_LEAD]) != 0)
		return refuse(error, "lead: of pair '%s' it is %s", pair->id, pair->lead->id);
	out->entry.pair = pair->id;
	if (!is_given(fields, MANUAL_ASSISTED)) {
		if (pair->assisted_count > 1)
			return refuse(error,
				"assisted: pair '%s' has several assisted schools: name one",
				pair->id);
		schools_set(out, pair->lead, pair->assisted[0]);
		return 0;
	}
	for (size_t i = 0; i < pair->assisted_count; i++) {
		if (strcmp(pair->assisted[i]->id, fields[MANUAL_ASSISTED]) != 0)
			continue;
		schools_set(out, pair->lead, pair->assisted[i]);
		return 0;
	}
	return refuse(
		error, "assisted: '%.48s' is not in pair '%s'", fields[MANUAL_ASSISTED], pair->id);
}

static int
lead_and_assisted_read(const struct timetable *timetable,
	const char *const fields[MANUAL_FIELD_COUNT], struct manual_entry *out,
	char error[MANUAL_ERROR_BYTES])
{
	const struct timetable_school *schools[2];
	if (is_given(fields, MANUAL_PAIR))
		return pair_read(timetable, fields, out, error);
	if (!is_given(fields, MANUAL_LEAD) && !is_given(fields, MANUAL_ASSISTED))
		return refuse(error, "pair: it is missing");
	for (int i = 0; i < 2; i++) {
		enum manual_field field = i == 0 ? MANUAL_LEAD : MANUAL_ASSISTED;
		if (!is_given(fields, field))
			return refuse(error, "%s: it is missing", manual_columns[field].name);
		schools[i] = timetable_school_find(timetable, fields[field]);
		if (!schools[i])
			return refuse(error,
				"%s: there is no school '%.48s': schools.csv lists them",
				manual_columns[field].name, fields[field]);
	}
	schools_set(out, schools[0], schools[1]);
	return 0;
}

int
manual_read(const struct timetable *timetable, const char *const fields[MANUAL_FIELD_COUNT],
	const char *author, struct wall_time now, struct manual_entry *out,
	char error[MANUAL_ERROR_BYTES])
{
	out->entry = (struct ledger_entry){.kind = LEDGER_MANUAL,
		.written_at = now,
		.author = author,
		.lesson = "",
		.pair = "",
		.rule = "",
		.title = "",
		.subject = "",
		.class_name = "",
		.teacher = "",
		.assistant = "",
		.reason = "",
		.headcount = -1,
		.verdict = LEDGER_DELIVERED};
	for (int i = 0; i < MANUAL_FIELD_COUNT; i++)
		if (manual_columns[i].is_required && !is_given(fields, (enum manual_field)i))
			return refuse(error, "%s: it is missing", manual_columns[i].name);
	if (strcmp(fields[MANUAL_FORM], report_form_word(REPORT_FORM_WORKING_DAY)->key) == 0)
		out->entry.verdict = LEDGER_NO_VERDICT;
	int result = fields_read(fields, now, out, error);
	return result ? result : lead_and_assisted_read(timetable, fields, out, error);
}

int
manual_correct(const struct ledger_entry *row, const char *const fields[MANUAL_FIELD_COUNT],
	const char *author, struct wall_time now, struct manual_entry *out,
	char error[MANUAL_ERROR_BYTES])
{
	static const enum manual_field fixed[] = {MANUAL_PAIR, MANUAL_LEAD, MANUAL_ASSISTED};
	static const enum manual_field lessons_own[] = {MANUAL_DATE, MANUAL_TIMES};
	unsigned given = 0;
	if (row->kind == LEDGER_GAP || row->kind == LEDGER_PRUNED)
		return refuse(error, "number: row %lld is no lesson", (long long)row->number);
	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		if (is_given(fields, fixed[i]))
			return refuse(error,
				"%s: it cannot be corrected: cancel the row (verdict) and add one",
				manual_columns[fixed[i]].name);
	for (size_t i = 0; i < sizeof lessons_own / sizeof lessons_own[0]; i++)
		if (*row->lesson && is_given(fields, lessons_own[i]))
			return refuse(error, "%s: a lesson's is the timetable's",
				manual_columns[lessons_own[i]].name);
	for (int i = 0; i < MANUAL_FIELD_COUNT; i++)
		given += is_given(fields, (enum manual_field)i);
	if (is_given(fields, MANUAL_DATE) && !is_given(fields, MANUAL_TIMES) &&
		row->planned_start.ms != 0)
		return refuse(error, "times: give them again with the date");
	if (!is_given(fields, MANUAL_REASON))
		return refuse(error, "reason: say why the row is corrected");
	if (given < 2)
		return refuse(error, "fields: name what is to be another than it is");
	out->entry = *row;
	out->entry.kind = LEDGER_CORRECTION;
	out->entry.corrects = row->number;
	out->entry.written_at = now;
	out->entry.author = author;
	return fields_read(fields, now, out, error);
}
