// SPDX-License-Identifier: BSD-3-Clause
// report_pairs.c - what a pair's rows come to, form by form: the ground of weeks, months and years.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/report_rows.h"
#include "timetable/text_encoding.h"

// The rows of one lesson, which come behind each other: one for each assisted school.
struct gathering {
	const struct report_question *question;
	struct report_pairs *out;
	struct report_pair *pair; // whose rows come
	bool is_open;
	bool is_planned;
	char lesson[LESSON_ID_BYTES_MAX];
	enum report_form_index form;
	enum ledger_verdict verdict;
	uint64_t headcount;
	char working_day[CIVIL_DATE_BYTES]; // the last that was counted
};

void
report_counts_add(struct report_counts *sum, const struct report_counts *more)
{
	sum->planned += more->planned;
	sum->delivered += more->delivered;
	sum->partial += more->partial;
	sum->missed += more->missed;
	sum->cancelled += more->cancelled;
	sum->extra += more->extra;
	sum->headcount += more->headcount;
}

static struct report_pair *
pair_append(struct report_pairs *pairs)
{
	if (pairs->count == pairs->capacity) {
		size_t capacity = pairs->capacity ? pairs->capacity * 2 : 32;
		struct report_pair *grown = realloc(pairs->pairs, capacity * sizeof *grown);
		if (!grown)
			return NULL;
		pairs->pairs = grown;
		pairs->capacity = capacity;
	}
	struct report_pair *pair = &pairs->pairs[pairs->count++];
	memset(pair, 0, sizeof *pair);
	return pair;
}

static bool
pair_has(const struct timetable_pair *pair, const char *school)
{
	if (strcmp(pair->lead->id, school) == 0)
		return true;
	for (size_t i = 0; i < pair->assisted_count; i++)
		if (strcmp(pair->assisted[i]->id, school) == 0)
			return true;
	return false;
}

static enum school_scope
pair_scope(const struct timetable_pair *pair)
{
	enum school_scope scope = pair->lead->scope;
	for (size_t i = 0; i < pair->assisted_count; i++)
		if (pair->assisted[i]->scope > scope)
			scope = pair->assisted[i]->scope;
	return scope;
}

static void
pair_names_write(const struct timetable_pair *pair, char names[REPORT_NAMES_BYTES])
{
	size_t used = (size_t)snprintf(names, REPORT_NAMES_BYTES, "%s", pair->lead->name);
	for (size_t i = 0; i < pair->assisted_count && used < REPORT_NAMES_BYTES; i++)
		used += (size_t)snprintf(
			names + used, REPORT_NAMES_BYTES - used, " + %s", pair->assisted[i]->name);
	text_utf8_mend(names);
}

// Every pair of the timetable that is asked for, also those without a row.
static int
pairs_begin(const struct report_question *question, struct report_pairs *out)
{
	const struct timetable *timetable = question->timetable;
	for (size_t i = 0; i < timetable->pair_count; i++) {
		const struct timetable_pair *pair = &timetable->pairs[i];
		if ((question->pair[0] && strcmp(question->pair, pair->id) != 0) ||
			(question->school[0] && !pair_has(pair, question->school)))
			continue;
		struct report_pair *added = pair_append(out);
		if (!added)
			return -ENOMEM;
		added->pair = pair;
		added->scope = pair_scope(pair);
		snprintf(added->id, sizeof added->id, "%s", pair->id);
		pair_names_write(pair, added->names);
	}
	return 0;
}

static struct report_pair *
pair_find(struct report_pairs *pairs, const char *id)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (strcmp(pairs->pairs[i].id, id) == 0)
			return &pairs->pairs[i];
	return NULL;
}

// The pair of a row; of one that is in no pair there is one entry for all.
static int
pair_turn(struct gathering *gathering, const struct ledger_entry *entry)
{
	if (gathering->pair && strcmp(gathering->pair->id, entry->pair) == 0)
		return 0;
	gathering->working_day[0] = '\0';
	gathering->pair = pair_find(gathering->out, entry->pair);
	if (gathering->pair)
		return 0;
	gathering->pair = pair_append(gathering->out);
	if (!gathering->pair)
		return -ENOMEM;
	snprintf(gathering->pair->id, sizeof gathering->pair->id, "%s", entry->pair);
	gathering->pair->scope = report_scope_find(entry->scope);
	if (*entry->pair)
		snprintf(gathering->pair->names, sizeof gathering->pair->names, "%s + %s",
			entry->lead_name, entry->assisted_name);
	return 0;
}

// How good: of several assisted schools the best counts.
static int
rank(enum ledger_verdict verdict)
{
	static const int ranks[] = {[LEDGER_NO_VERDICT] = 0,
		[LEDGER_CANCELLED] = 1,
		[LEDGER_EXTRA] = 2,
		[LEDGER_MISSED] = 3,
		[LEDGER_PARTIAL] = 4,
		[LEDGER_DELIVERED] = 5};
	return ranks[verdict];
}

static void
lesson_close(struct gathering *gathering)
{
	if (!gathering->is_open)
		return;
	struct report_counts *counts = &gathering->pair->forms[gathering->form];
	counts->planned += gathering->is_planned && gathering->verdict != LEDGER_EXTRA;
	counts->delivered += gathering->verdict == LEDGER_DELIVERED;
	counts->partial += gathering->verdict == LEDGER_PARTIAL;
	counts->missed += gathering->verdict == LEDGER_MISSED;
	counts->cancelled += gathering->verdict == LEDGER_CANCELLED;
	counts->extra += gathering->verdict == LEDGER_EXTRA;
	counts->headcount += gathering->headcount;
	gathering->is_open = false;
}

// What is counted in days needs no verdict; two rows of a day are one day.
static bool
is_another_day(struct gathering *gathering, const struct ledger_entry *entry)
{
	if (strcmp(gathering->working_day, entry->date) == 0)
		return false;
	snprintf(gathering->working_day, sizeof gathering->working_day, "%s", entry->date);
	return true;
}

static int
row_gather(void *context, const struct ledger_entry *entry)
{
	struct gathering *gathering = context;
	enum report_form_index form = report_form_find(entry->form);
	enum ledger_verdict verdict = entry->verdict;
	bool is_in_person = form == REPORT_FORM_VISIT || form == REPORT_FORM_WORKING_DAY;
	if (gathering->is_open && *entry->lesson && strcmp(gathering->lesson, entry->lesson) == 0 &&
		strcmp(gathering->pair->id, entry->pair) == 0) {
		if (rank(verdict) > rank(gathering->verdict))
			gathering->verdict = verdict;
		gathering->headcount += entry->headcount > 0 ? (uint64_t)entry->headcount : 0;
		return 0;
	}
	lesson_close(gathering);
	int result = pair_turn(gathering, entry);
	if (result)
		return result;
	if (is_in_person && verdict == LEDGER_NO_VERDICT)
		verdict = LEDGER_DELIVERED;
	if (form == REPORT_FORM_WORKING_DAY && verdict == LEDGER_DELIVERED &&
		!is_another_day(gathering, entry))
		return 0;
	gathering->is_open = true;
	gathering->is_planned = *entry->rule != '\0';
	gathering->form = form;
	gathering->verdict = verdict;
	gathering->headcount = entry->headcount > 0 ? (uint64_t)entry->headcount : 0;
	snprintf(gathering->lesson, sizeof gathering->lesson, "%s", entry->lesson);
	return 0;
}

int
report_pairs_make(
	sqlite3 *database, const struct report_question *question, struct report_pairs *out)
{
	struct gathering gathering = {.question = question, .out = out};
	*out = (struct report_pairs){0};
	int result = pairs_begin(question, out);
	if (result == 0)
		result = report_rows_each(
			database, question, REPORT_BY_PAIR, row_gather, &gathering);
	if (result == 0)
		lesson_close(&gathering);
	return result;
}

void
report_pairs_fini(struct report_pairs *pairs)
{
	free(pairs->pairs);
	*pairs = (struct report_pairs){0};
}

struct report_counts
report_pair_lessons(const struct report_pair *pair)
{
	struct report_counts sum = {0};
	for (unsigned i = 0; i < REPORT_FORM_VISIT; i++)
		report_counts_add(&sum, &pair->forms[i]);
	return sum;
}
