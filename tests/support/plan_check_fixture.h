/* SPDX-License-Identifier: BSD-3-Clause */
// plan_check_fixture.h - a sound plan, what a check finds when one of its tables is another, and
// what should have been found.
#ifndef TESTS_PLAN_CHECK_FIXTURE_H
#define TESTS_PLAN_CHECK_FIXTURE_H

#include "timetable/exceptions.h"
#include "timetable/plan_internal.h"
#include "timetable_fixture.h"

#define RULES "rule,pair,weekday,period,subject,weeks,governing_bell,from,until\n"
#define FOUR "r1,ab,1,1,s\nr2,ab,2,2,s\nr3,ab,3,3,s\nr4,ab,4,1,s\n"
#define THREE "r1,ab,1,1,s\nr2,ab,2,2,s\nr3,ab,3,3,s\n"
#define CALENDAR "date,kind,runs_as,school,note\n"
#define TERM "2026-08-31,week1\n2026-09-27,end\n" // four weeks
#define MONDAY "2026-08-31"

// A sound plan: four lessons a week of a and b, whose bells differ only in the afternoon. c's pairs
// have no target.
static const char *const sound[TIMETABLE_FILE_COUNT] = {
	[TIMETABLE_SCHOOLS] = "school,name\na,Alpha\nb,Beta\nc,Gamma\nd,Delta\n",
	[TIMETABLE_ENDPOINTS] = "endpoint,school,streams,profiles\na-1,a,audio=opus,\n"
				"b-1,b,audio=opus,\nc-1,c,audio=opus,\nd-1,d,audio=opus,\n",
	[TIMETABLE_BELLS] = "school,effective_from,period,start,end\n"
			    "a,2026-01-01,1,08:00,08:40\na,2026-01-01,2,09:00,09:40\n"
			    "a,2026-01-01,3,10:00,10:40\na,2026-01-01,4,13:20,14:00\n"
			    "b,2026-01-01,1,08:00,08:40\nb,2026-01-01,2,09:00,09:40\n"
			    "b,2026-01-01,3,10:00,10:40\nb,2026-01-01,4,13:00,13:40\n"
			    "b,2026-01-01,5,13:28:00,14:08:00\n"
			    "c,2026-01-01,1,08:00,08:40\nd,2026-01-01,1,08:00,08:40\n",
	[TIMETABLE_PAIRS] = "pair,lead,assisted,weekly_target\nab,a,b,4\nac,a,c,0\ncd,c,d,0\n",
	[TIMETABLE_RULES] = RULES FOUR,
	[TIMETABLE_CALENDAR] = CALENDAR TERM,
};

static struct plan_check check;

static inline size_t
commas_count(const char *line, size_t bytes)
{
	size_t count = 0;

	for (size_t i = 0; i < bytes; i++)
		count += line[i] == ',';
	return count;
}

// The rows above leave out the empty fields at their ends: fills them up. To be freed.
static inline char *
table_fill(const char *text)
{
	size_t wanted = commas_count(text, strcspn(text, "\n"));
	char *filled;
	size_t bytes;
	FILE *out = open_memstream(&filled, &bytes);

	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		fwrite(text, 1, length, out);
		for (size_t i = commas_count(text, length); i < wanted; i++)
			fputc(',', out);
		fputc('\n', out);
		text += length + 1;
	}
	fclose(out);
	return filled;
}

static inline struct timetable *
plan_make_two(enum timetable_file replaced, const char *text, enum timetable_file other,
	const char *other_text)
{
	const struct timetable_policies policies = {
		.county = "test", .zone = "Asia/Shanghai", .open_before_s = 180, .grace_s = 120};
	struct timetable_bytes files[TIMETABLE_FILE_COUNT] = {{NULL, NULL, 0}};
	struct file_error error = {"", 0, ""};
	struct timetable *timetable;

	civil_zone_set("Asia/Shanghai");
	for (size_t i = 0; i < TIMETABLE_FILE_COUNT; i++) {
		const char *bytes = i == replaced ? text : i == other ? other_text : sound[i];

		if (bytes == NULL)
			continue;
		bytes = table_fill(bytes);
		files[i] = (struct timetable_bytes){"plan.csv", bytes, strlen(bytes)};
	}
	ck_assert_msg(timetable_create(&policies, files, &timetable, &error) == 0, "%s:%u: %s",
		error.file, error.line, error.reason);
	for (size_t i = 0; i < TIMETABLE_FILE_COUNT; i++)
		free((void *)files[i].bytes);
	return timetable;
}

static inline struct timetable *
plan_make(enum timetable_file replaced, const char *text)
{
	return plan_make_two(replaced, text, replaced, text);
}

static inline void
plan_look(const struct timetable *timetable, const char *today, unsigned legs_max,
	const struct plan_exceptions *exceptions)
{
	const struct plan_question question = {.timetable = timetable,
		.exceptions = exceptions,
		.today = fixture_date(today),
		.legs_max = legs_max,
		.lessons_max = 1024};

	plan_check_fini(&check);
	ck_assert_int_eq(plan_check(&question, &check), 0);
}

// The strings of a finding are the timetable's, so what is compared are copies.
static char first_rules[2][TIMETABLE_ID_BYTES_MAX];

// Checks the plan with one table replaced, from the term's first day.
static inline void
plan_check_with(enum timetable_file replaced, const char *text)
{
	struct timetable *timetable = plan_make(replaced, text);

	plan_look(timetable, MONDAY, 256, NULL);
	for (size_t i = 0; i < 2; i++) {
		const char *id = check.finding_count > 0 ? check.findings[0].rules[i] : NULL;

		snprintf(first_rules[i], sizeof(first_rules[i]), "%s", id != NULL ? id : "");
	}
	timetable_release(timetable);
}

static inline void
assert_nothing_found(void)
{
	ck_assert_msg(check.finding_count == 0, "%s", check.findings[0].text);
	ck_assert_uint_eq(
		check.counts[PLAN_ERROR] + check.counts[PLAN_WARNING] + check.counts[PLAN_NOTE], 0);
}

static inline void
assert_only(
	enum plan_kind kind, const char *first, const char *last, unsigned count, const char *text)
{
	const struct plan_finding *finding = &check.findings[0];

	ck_assert_uint_ge(check.finding_count, 1);
	ck_assert_str_eq(finding->text, text);
	ck_assert_uint_eq(check.finding_count, 1);
	ck_assert_uint_eq(check.counts[plan_kind_severity(kind)], 1);
	ck_assert_str_eq(plan_kind_name(finding->kind), plan_kind_name(kind));
	ck_assert_uint_eq(finding->count, count);
	if (first == NULL)
		return;
	ck_assert_int_eq(finding->first.days, fixture_date(first).days);
	ck_assert_int_eq(finding->last.days, fixture_date(last).days);
}

#endif
