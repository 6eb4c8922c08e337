/* SPDX-License-Identifier: BSD-3-Clause */
// timetable_fixture.h - makes timetables for tests, of a folder's tables or of texts.
#ifndef TESTS_TIMETABLE_FIXTURE_H
#define TESTS_TIMETABLE_FIXTURE_H

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/timetable.h"

#define FIXTURE_COUNTY "tests/data/county"

static const char *const fixture_names[TIMETABLE_FILE_COUNT] = {"schools.csv", "endpoints.csv",
	"bells.csv", "pairs.csv", "rules.csv", "calendar.csv", "slots.csv"};

static inline char *
fixture_read(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text;
	long bytes;

	ck_assert_msg(file != NULL, "%s: run this in the project's folder", path);
	ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
	bytes = ftell(file);
	rewind(file);
	text = calloc(1, (size_t)bytes + 1);
	ck_assert_uint_eq(fread(text, 1, (size_t)bytes, file), (size_t)bytes);
	fclose(file);
	return text;
}

// A timetable of the county's tables, where those that `texts` has take the place of the files; the
// result of timetable_create().
static inline int
fixture_create(const char *const texts[TIMETABLE_FILE_COUNT], struct timetable **out,
	struct file_error *error)
{
	const struct timetable_policies policies = {
		.county = "test", .zone = "Asia/Shanghai", .open_before_s = 180, .grace_s = 120};
	struct timetable_bytes files[TIMETABLE_FILE_COUNT];
	char *read[TIMETABLE_FILE_COUNT] = {NULL};
	char path[256];
	int result;

	for (size_t i = 0; i < TIMETABLE_FILE_COUNT; i++) {
		snprintf(path, sizeof(path), "%s/%s", FIXTURE_COUNTY, fixture_names[i]);
		files[i] = (struct timetable_bytes){NULL, NULL, 0};
		if (texts == NULL || texts[i] == NULL) {
			if (i >= TIMETABLE_FILE_REQUIRED_COUNT)
				continue;
			read[i] = fixture_read(path);
		}
		files[i].file = fixture_names[i];
		files[i].bytes = read[i] != NULL ? read[i] : texts[i];
		files[i].count = strlen(files[i].bytes);
	}
	result = timetable_create(&policies, files, out, error);
	for (size_t i = 0; i < TIMETABLE_FILE_COUNT; i++)
		free(read[i]);
	return result;
}

// One table replaced; fails the test where the timetable is refused.
static inline struct timetable *
fixture_timetable(enum timetable_file replaced, const char *text)
{
	const char *texts[TIMETABLE_FILE_COUNT] = {NULL};
	struct file_error error = {"", 0, ""};
	struct timetable *timetable;

	texts[replaced] = text;
	ck_assert_msg(fixture_create(texts, &timetable, &error) == 0, "%s:%u: %s", error.file,
		error.line, error.reason);
	return timetable;
}

static inline struct civil_date
fixture_date(const char *text)
{
	struct civil_date date;

	ck_assert_msg(civil_date_parse(text, &date) == 0, "%s", text);
	return date;
}

// A county's civil time, "2024-10-09" and "08:30".
static inline struct wall_time
fixture_wall(const char *date, const char *time)
{
	int32_t second;

	ck_assert_msg(civil_time_parse(time, &second) == 0, "%s", time);
	return civil_to_wall(fixture_date(date), second);
}

static inline int
fixture_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
