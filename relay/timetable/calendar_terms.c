/* SPDX-License-Identifier: BSD-3-Clause */
// calendar_terms.c - the terms of the county and of schools, and what contradicts them.
#include <errno.h>
#include <stdlib.h>

#include "timetable/calendar_internal.h"

int
calendar_mark_compare(const void *left, const void *right)
{
	const struct calendar_mark *a = left;
	const struct calendar_mark *b = right;

	if (a->date.days != b->date.days)
		return a->date.days < b->date.days ? -1 : 1;
	return (a->line > b->line) - (a->line < b->line);
}

static bool
has_mark(const struct calendar_rows *rows, enum calendar_mark_kind kind)
{
	for (size_t i = 0; i < rows->mark_count; i++) {
		if (rows->marks[i].kind == kind)
			return true;
	}
	return false;
}

int
calendar_marks_merge(struct calendar_rows *rows, const struct calendar_rows *county)
{
	struct calendar_mark *marks =
		calloc(rows->mark_count + county->mark_count + 1, sizeof(*marks));
	bool has[] = {has_mark(rows, MARK_WEEK1), has_mark(rows, MARK_END)};
	size_t count = 0;

	if (marks == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < rows->mark_count; i++)
		marks[count++] = rows->marks[i];
	for (size_t i = 0; i < county->mark_count; i++) {
		if (!has[county->marks[i].kind])
			marks[count++] = county->marks[i];
	}
	qsort(marks, count, sizeof(*marks), calendar_mark_compare);
	free(rows->marks);
	rows->marks = marks;
	rows->mark_count = count;
	return 0;
}

static int
end_refuse(const struct calendar_reading *reading, const struct calendar_rows *rows, size_t at)
{
	if (at == 0)
		return file_error_set(reading->error, reading->file, rows->marks[at].line,
			"end: no week1 comes before it");
	return file_error_set(reading->error, reading->file, rows->marks[at].line,
		"end: the term has ended already by line %u", rows->marks[at - 1].line);
}

int
calendar_terms_make(const struct calendar_reading *reading, const struct calendar_rows *rows)
{
	struct calendar_scope *scope = rows->scope;
	struct calendar_term *term = NULL; // the one that is open

	scope->terms = calloc(rows->mark_count + 1, sizeof(*scope->terms));
	if (scope->terms == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < rows->mark_count; i++) {
		const struct calendar_mark *mark = &rows->marks[i];

		if (mark->kind == MARK_WEEK1) {
			if (term != NULL)
				term->last = civil_date_add(mark->date, -1);
			term = &scope->terms[scope->term_count++];
			*term = (struct calendar_term){mark->date, CIVIL_DATE_MAX, mark->line};
			continue;
		}
		if (term == NULL)
			return end_refuse(reading, rows, i);
		term->last = mark->date;
		term = NULL;
	}
	return 0;
}

// What a make-up day runs must be a day of a term, and so must the make-up day itself.
static int
make_up_check(const struct calendar_reading *reading, const struct calendar_scope *terms,
	const struct calendar_row *row, const char *school)
{
	bool has_school = school[0] != '\0';
	char date[CIVIL_DATE_BYTES];
	char source[CIVIL_DATE_BYTES];

	civil_date_format(row->date, date);
	civil_date_format(row->runs_as, source);
	if (terms->term_count > 0 && calendar_term_find(terms, row->runs_as) == NULL)
		return file_error_set(reading->error, reading->file, row->line,
			"%s runs as %s, which lies outside every term of %s%s", date, source,
			has_school ? "school " : "the county", school);
	if (terms->term_count > 0 && calendar_term_find(terms, row->date) == NULL)
		return file_error_set(reading->error, reading->file, row->line,
			"make-up day %s lies outside every term of %s%s, but runs as %s", date,
			has_school ? "school " : "the county", school, source);
	return 0;
}

// A day that runs another day's lessons has none of its own to give.
static int
chain_check(const struct calendar_reading *reading, const struct calendar_scope *own,
	const struct calendar_scope *county, const struct calendar_row *row)
{
	const struct calendar_row *source = calendar_row_find(own, row->runs_as);
	char texts[3][CIVIL_DATE_BYTES];

	if (source == NULL)
		source = calendar_row_find(county, row->runs_as);
	if (source == NULL || source == row || !source->is_mapped ||
		source->runs_as.days == source->date.days)
		return 0;
	civil_date_format(row->date, texts[0]);
	civil_date_format(source->date, texts[1]);
	civil_date_format(source->runs_as, texts[2]);
	return file_error_set(reading->error, reading->file, row->line,
		"%s runs as %s, which itself runs as %s (line %u)", texts[0], texts[1], texts[2],
		source->line);
}

int
calendar_days_check(const struct calendar_reading *reading, const struct calendar_scope *own,
	const struct calendar_scope *county, const char *school)
{
	int result = 0;

	for (size_t i = 0; i < own->row_count && result == 0; i++) {
		if (!own->rows[i].is_mapped)
			continue;
		result = make_up_check(reading, own, &own->rows[i], school);
		if (result == 0)
			result = chain_check(reading, own, county, &own->rows[i]);
	}
	for (size_t i = 0; i < county->row_count && result == 0 && own->has_own_terms; i++) {
		const struct calendar_row *row = &county->rows[i];

		// One that lies outside the school's terms is none of its business.
		if (row->is_mapped && calendar_row_find(own, row->date) == NULL &&
			calendar_term_find(own, row->date) != NULL)
			result = make_up_check(reading, own, row, school);
	}
	return result;
}
