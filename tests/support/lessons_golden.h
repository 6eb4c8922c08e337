/* SPDX-License-Identifier: BSD-3-Clause */
// lessons_golden.h - reads the year of lessons that tests/support/make_lessons_golden.py wrote.
#ifndef TESTS_LESSONS_GOLDEN_H
#define TESTS_LESSONS_GOLDEN_H

#include "timetable_fixture.h"

#define GOLDEN_LESSONS_MAX 1000
#define GOLDEN_FIRST "2024-09-01"
#define GOLDEN_LAST "2025-08-31"

struct golden_lesson {
	char id[LESSON_ID_BYTES_MAX];
	long long start_s;
	long long end_s;
};

// Returns how many there are, by start and id.
static inline size_t
golden_read(const char *path, struct golden_lesson lessons[GOLDEN_LESSONS_MAX])
{
	FILE *file = fopen(path, "r");
	char line[256];
	size_t count = 0;

	ck_assert_msg(file != NULL, "%s: run this in the project's folder", path);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	for (; fgets(line, sizeof(line), file) != NULL; count++) {
		struct golden_lesson *lesson = &lessons[count];

		ck_assert_uint_lt(count, GOLDEN_LESSONS_MAX);
		ck_assert_int_eq(sscanf(line, "%63[^,],%lld,%lld", lesson->id, &lesson->start_s,
					 &lesson->end_s),
			3);
	}
	fclose(file);
	ck_assert_uint_gt(count, 250);
	return count;
}

#endif
