/* SPDX-License-Identifier: BSD-3-Clause */
// fuzz_timetable.c - any table of a county's timetable, and the lessons it makes (libFuzzer's
// entry).
//
// The first byte says which table the rest is; the others are the test county's.
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/exceptions.h"
#include "timetable/timetable.h"

#define FOLDER "tests/data/county/"
#define BYTES_MAX (64 * 1024)
#define DAYS 20

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

// By enum timetable_file; NULL is a table that the county does without.
static const char *const paths[TIMETABLE_FILE_COUNT] = {
	FOLDER "schools.csv",
	FOLDER "endpoints.csv",
	FOLDER "bells.csv",
	FOLDER "pairs.csv",
	FOLDER "rules.csv",
};

static char texts[TIMETABLE_FILE_COUNT][BYTES_MAX];
static struct timetable_bytes files[TIMETABLE_FILE_COUNT];

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	civil_zone_set("Asia/Shanghai");
	for (size_t i = 0; i < TIMETABLE_FILE_COUNT; i++) {
		FILE *file = paths[i] == NULL ? NULL : fopen(paths[i], "rb");

		if (paths[i] == NULL)
			continue;
		if (file == NULL) {
			fprintf(stderr, "%s: run this in the project's folder\n", paths[i]);
			exit(2);
		}
		files[i] = (struct timetable_bytes){
			paths[i], texts[i], fread(texts[i], 1, BYTES_MAX, file)};
		fclose(file);
	}
	return 0;
}

static void
lessons_check(const struct lesson_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct lesson *lesson = &list->lessons[i];

		assert(lesson->end.ms > lesson->start.ms);
		assert(lesson->part_count > 0);
		assert(lesson->parts[0].role == LESSON_LEAD);
		assert(lesson->id[0] != '\0');
		assert(i == 0 || list->lessons[i - 1].start.ms <= lesson->start.ms);
	}
}

static void
timetable_use(const struct timetable *timetable)
{
	struct calendar_alarm alarms[4];
	struct civil_date first;
	struct lesson_list list;

	civil_date_parse("2024-09-28", &first);
	// What has been read can always be expanded.
	if (timetable_expand(timetable, NULL, first, civil_date_add(first, DAYS), &list) == 0) {
		lessons_check(&list);
		lesson_list_fini(&list);
	}
	if (timetable_expand_cancelled(
		    timetable, NULL, first, civil_date_add(first, DAYS), &list) == 0)
		lesson_list_fini(&list);
	calendar_alarms(timetable, first, alarms, 4);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const struct timetable_policies policies = {
		.county = "fuzz", .zone = "Asia/Shanghai"};
	struct timetable_bytes tried[TIMETABLE_FILE_COUNT];
	struct file_error error = {"", 0, ""};
	struct timetable *timetable;
	size_t which = length == 0 ? 0 : (size_t)(bytes[0] - '0') % TIMETABLE_FILE_COUNT;
	int result;

	if (length == 0)
		return 0;
	memcpy(tried, files, sizeof(tried));
	tried[which] = (struct timetable_bytes){"fuzz.csv", bytes + 1, length - 1};
	result = timetable_create(&policies, tried, &timetable, &error);
	if (result == 0)
		timetable_use(timetable);
	else
		assert(error.reason[0] != '\0');
	timetable_release(timetable);
	return 0;
}
