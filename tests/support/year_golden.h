/* SPDX-License-Identifier: BSD-3-Clause */
// year_golden.h - the school year of 24 schools that tests/support/make_year_golden.py wrote.
#ifndef TESTS_YEAR_GOLDEN_H
#define TESTS_YEAR_GOLDEN_H

#include "timetable/exceptions.h"
#include "timetable_fixture.h"

#define YEAR_FOLDER "tests/data/year"
#define YEAR_FIRST "2025-08-25"
#define YEAR_LAST "2026-07-31"
#define YEAR_LESSONS_MAX 4000
#define YEAR_EXCEPTIONS_MAX 200

struct year_lesson {
	char id[LESSON_ID_BYTES_MAX];
	long long start_s;
	long long end_s;
	unsigned term_week;
	char state[16];
	char parts[128]; // "s01-1:4 s02-1:4", endpoints and periods
};

static inline struct timetable *
year_timetable(void)
{
	char *texts[TIMETABLE_FILE_COUNT] = {NULL};
	struct file_error error = {"", 0, ""};
	struct timetable *timetable;
	char path[64];

	civil_zone_set("Asia/Shanghai");
	for (size_t i = 0; i < TIMETABLE_SLOTS; i++) {
		snprintf(path, sizeof(path), YEAR_FOLDER "/%s", fixture_names[i]);
		texts[i] = fixture_read(path);
	}
	ck_assert_msg(fixture_create((const char *const *)texts, &timetable, &error) == 0,
		"%s:%u: %s", error.file, error.line, error.reason);
	for (size_t i = 0; i < TIMETABLE_SLOTS; i++)
		free(texts[i]);
	return timetable;
}

// The next field of a line without quotes; strtok() would skip empty ones.
static inline const char *
year_field(char **line)
{
	char *field = *line;

	field[strcspn(field, "\r\n")] = '\0';
	*line += strcspn(field, ",");
	if (**line == ',')
		*(*line)++ = '\0';
	return field;
}

static inline void
year_exception_read(char *line, struct plan_exception *out)
{
	const char *kind = year_field(&line), *lesson = year_field(&line);
	const char *date = year_field(&line), *period = year_field(&line);
	char *times = (char *)(uintptr_t)year_field(&line);
	const char *other = year_field(&line), *school = year_field(&line);
	const char *endpoint = year_field(&line);

	memset(out, 0, sizeof(*out));
	ck_assert_int_eq(plan_exception_kind_parse(kind, &out->kind), 0);
	strcpy(out->lesson_id, lesson);
	if (date[0] != '\0')
		out->to_date = fixture_date(date);
	out->to_period = (int)strtol(period, NULL, 10);
	if (times[0] != '\0') {
		char *dash = strchr(times, '-');

		*dash = '\0';
		ck_assert_int_eq(civil_time_parse(times, &out->to_times.start_s), 0);
		ck_assert_int_eq(civil_time_parse(dash + 1, &out->to_times.end_s), 0);
	}
	strcpy(out->other_id, other);
	strcpy(out->school, school);
	strcpy(out->endpoint, endpoint);
}

// Returns how many there are.
static inline size_t
year_exceptions(struct plan_exception items[YEAR_EXCEPTIONS_MAX])
{
	FILE *file = fopen(YEAR_FOLDER "/exceptions.csv", "r");
	char line[512];
	size_t count = 0;

	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	for (; fgets(line, sizeof(line), file) != NULL; count++) {
		ck_assert_uint_lt(count, YEAR_EXCEPTIONS_MAX);
		year_exception_read(line, &items[count]);
	}
	fclose(file);
	ck_assert_uint_gt(count, 50);
	return count;
}

static inline void
year_copy(char *out, size_t bytes, const char *field)
{
	ck_assert_uint_lt(strlen(field), bytes);
	strcpy(out, field);
}

// The oracle's lessons, held and cancelled, by start and id.
static inline size_t
year_golden_read(struct year_lesson lessons[YEAR_LESSONS_MAX])
{
	FILE *file = fopen(YEAR_FOLDER "/lessons.csv", "r");
	char line[512];
	size_t count = 0;

	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	for (; fgets(line, sizeof(line), file) != NULL; count++) {
		struct year_lesson *lesson = &lessons[count];
		char *rest = line;

		ck_assert_uint_lt(count, YEAR_LESSONS_MAX);
		year_copy(lesson->id, sizeof(lesson->id), year_field(&rest));
		lesson->start_s = strtoll(year_field(&rest), NULL, 10);
		lesson->end_s = strtoll(year_field(&rest), NULL, 10);
		lesson->term_week = (unsigned)strtoul(year_field(&rest), NULL, 10);
		year_copy(lesson->state, sizeof(lesson->state), year_field(&rest));
		year_copy(lesson->parts, sizeof(lesson->parts), year_field(&rest));
	}
	fclose(file);
	ck_assert_uint_gt(count, 1000);
	return count;
}

#endif
