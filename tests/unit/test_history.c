/* SPDX-License-Identifier: BSD-3-Clause */
// test_history.c - minutes outlive restarts, add up to stretches, and make days.
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/history.h"

#define START_MS 1795276800000 // 2026-11-22T00:00 in the county
#define COUNTY_S (8 * 3600)
#define PATIENCE_MS 10000

static char directory[64];
static struct history *history;
static struct history_row rows[2000];
static struct history_day days[500];
static size_t row_count, day_count, answers;
static int answer_result;

static void
path_of(const char *name, char path[128])
{
	snprintf(path, 128, "%s/%s", directory, name);
}

static void
setup(void)
{
	snprintf(directory, sizeof directory, "/tmp/test_history.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	history = history_create(directory);
	ck_assert_ptr_nonnull(history);
}

static void
teardown(void)
{
	static const char *const endings[] = {"", "-wal", "-shm"};
	history_destroy(history);
	for (size_t i = 0; i < 6; i++) {
		char path[128];
		snprintf(path, sizeof path, "%s/" HISTORY_FILE "%s%s", directory,
			i < 3 ? "" : ".bad", endings[i % 3]);
		unlink(path);
	}
	ck_assert_int_eq(rmdir(directory), 0);
}

static void
restart(void)
{
	history_destroy(history);
	history = history_create(directory);
	ck_assert_ptr_nonnull(history);
}

static void
post(int64_t minute, uint64_t bytes_a_second)
{
	const struct history_school_row school = {
		.school = "wuxi", .figures = {bytes_a_second * 6, bytes_a_second * 60, 1, 2}};
	const struct history_minute row = {
		.minute = {START_MS + minute * 60000},
		.ms = 60000,
		.figures = {.frames_in = 100,
			.ip_bytes_in = bytes_a_second * 60,
			.ip_bytes_out = bytes_a_second * 120,
			.buffers_used = (uint64_t)minute,
			.drops = {[DROP_REPLAYED] = (uint64_t)minute % 3}},
		.peaks = {.peak_ip_bytes_in_s = bytes_a_second * 2},
		.schools = &school,
		.school_count = 1,
	};
	history_post(history, &row);
}

static void
answered(void *context, const struct history_answer *answer)
{
	(void)context;
	answers++;
	answer_result = answer->result;
	row_count = answer->row_count;
	day_count = answer->day_count;
	ck_assert_uint_lt(row_count, 2000);
	ck_assert_uint_lt(day_count, 500);
	if (row_count > 0)
		memcpy(rows, answer->rows, row_count * sizeof *rows);
	if (day_count > 0)
		memcpy(days, answer->days, day_count * sizeof *days);
}

static int
ask(int64_t minutes, uint32_t step_s, const char *school)
{
	struct history_question question = {.from = {START_MS},
		.until = {START_MS + minutes * 60000},
		.step_s = step_s,
		.zone_s = COUNTY_S};
	snprintf(question.school, sizeof question.school, "%s", school);
	size_t before = answers;
	int result = history_ask(history, &question, answered, NULL);
	struct pollfd ready = {history_event_fd(history), POLLIN, 0};
	while (!result && answers == before) {
		ck_assert_int_eq(poll(&ready, 1, PATIENCE_MS), 1);
		history_dispatch(history);
	}
	return result;
}

START_TEST(minutes_add_up_to_stretches)
{
	for (int64_t i = 0; i < 30; i++)
		if (i != 12)
			post(i, 1000);
	ck_assert_int_eq(ask(40, 600, ""), 0);
	ck_assert_int_eq(answer_result, 0);
	ck_assert_uint_eq(row_count, 3);
	ck_assert_int_eq(rows[1].at.ms, START_MS + 600000);
	ck_assert_uint_eq(rows[0].ms, 600000);
	ck_assert_uint_eq(rows[1].ms, 540000);
	ck_assert_uint_eq(rows[0].figures.frames_in, 1000);
	ck_assert_uint_eq(rows[1].figures.ip_bytes_in, 9 * 60000);
	ck_assert_uint_eq(rows[2].figures.buffers_used, 29);
	ck_assert_uint_eq(rows[0].peaks.peak_ip_bytes_in_s, 2000);
	ck_assert_uint_eq(rows[0].figures.drops[DROP_REPLAYED], 0 + 1 + 2 + 0 + 1 + 2 + 0 + 1 + 2);
	ck_assert_int_eq(ask(40, 1200, "wuxi"), 0);
	ck_assert_uint_eq(row_count, 2);
	ck_assert_uint_eq(rows[0].school.bytes_in, 19 * 60000);
	ck_assert_int_eq(ask(40, 600, "nobody"), 0);
	ck_assert_uint_eq(row_count, 0);
}
END_TEST

START_TEST(a_minute_given_twice_adds_up_and_outlives_a_restart)
{
	post(0, 1000);
	restart();
	post(0, 500);
	ck_assert_int_eq(ask(10, 60, ""), 0);
	ck_assert_uint_eq(row_count, 1);
	ck_assert_uint_eq(rows[0].figures.ip_bytes_in, 90000);
	ck_assert_uint_eq(rows[0].figures.frames_in, 200);
	ck_assert_uint_eq(rows[0].peaks.peak_ip_bytes_in_s, 2000);
	ck_assert_int_eq(ask(10, 60, "wuxi"), 0);
	ck_assert_uint_eq(rows[0].school.packets_in, 9000);
}
END_TEST

// A day of 100 minutes with 1 to 100 bytes a second: the nearest rank is the 95th.
START_TEST(a_day_has_its_peak_and_its_95th_percentile)
{
	for (int64_t i = 0; i < 100; i++)
		post(i, (uint64_t)(i * 37 % 100 + 1));
	for (int64_t i = 0; i < 7; i++)
		post(1440 + i, 5);
	ck_assert_int_eq(ask(2 * 1440, 3600, ""), 0);
	ck_assert_uint_eq(day_count, 2);
	ck_assert_int_eq(days[0].day.ms, START_MS);
	ck_assert_int_eq(days[1].day.ms, START_MS + 1440 * 60000);
	ck_assert_uint_eq(days[0].p95_in, 95);
	ck_assert_uint_eq(days[0].p95_out, 190);
	ck_assert_uint_eq(days[0].peak_in, 200);
	ck_assert_uint_eq(days[1].p95_in, 5);
	ck_assert_int_eq(ask(2 * 1440, 3600, "wuxi"), 0);
	ck_assert_uint_eq(days[0].peak_in, 100);
}
END_TEST

START_TEST(what_is_too_old_goes)
{
	post(0, 1000);
	restart(); // it looks for what is too old with its first writing
	post((HISTORY_DAYS + 1) * 1440, 1000);
	ck_assert_int_eq(ask(10, 60, ""), 0);
	ck_assert_uint_eq(row_count, 0);
}
END_TEST

START_TEST(questions_that_make_no_sense_are_refused)
{
	ck_assert_int_eq(ask(0, 60, ""), -EINVAL);
	ck_assert_int_eq(ask(10, 0, ""), -EINVAL);
	ck_assert_int_eq(ask(10, 90, ""), -EINVAL);
	ck_assert_int_eq(ask(60 * 24 * 400, 60, ""), -EINVAL);
}
END_TEST

START_TEST(a_damaged_file_is_set_aside_and_a_new_one_begins)
{
	char path[128], aside[128];
	history_destroy(history);
	path_of(HISTORY_FILE, path);
	path_of(HISTORY_FILE ".bad", aside);
	FILE *file = fopen(path, "w");
	ck_assert_int_ge(fputs("this is no database, and it is longer than a header of one, "
			       "which has a hundred bytes at its beginning",
				 file),
		0);
	fclose(file);
	history = history_create(directory);
	post(0, 1000);
	ck_assert_int_eq(ask(10, 60, ""), 0);
	ck_assert_uint_eq(row_count, 1);
	ck_assert_int_eq(access(aside, F_OK), 0);
}
END_TEST

START_TEST(what_cannot_be_written_waits_in_memory)
{
	char path[128];
	size_t held = 0;
	history_destroy(history);
	path_of(HISTORY_FILE, path);
	unlink(path);
	ck_assert_int_eq(mkdir(path, 0700), 0); // nothing can be opened there
	history = history_create(directory);
	for (int64_t i = 0; i < HISTORY_HELD_MAX + 10; i++)
		post(i, 1000);
	while (history_state(history, &held) == 0)
		usleep(1000);
	ck_assert_uint_le(held, HISTORY_HELD_MAX);
	ck_assert_uint_ge(held, HISTORY_HELD_MAX - 10);
	ck_assert_int_eq(ask(10, 60, ""), 0);
	ck_assert_int_ne(answer_result, 0);
	ck_assert_int_eq(rmdir(path), 0);
	// At the end there is one more attempt.
	restart();
	ck_assert_int_eq(ask(HISTORY_HELD_MAX + 10, 6000, ""), 0);
	ck_assert_int_eq(answer_result, 0);
	uint64_t frames = 0;
	for (size_t i = 0; i < row_count; i++)
		frames += rows[i].figures.frames_in;
	ck_assert_uint_eq(frames, held * 100);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("history");
	TCase *facts = tcase_create("facts");
	tcase_add_checked_fixture(facts, setup, teardown);
	tcase_set_timeout(facts, 30);
	tcase_add_test(facts, minutes_add_up_to_stretches);
	tcase_add_test(facts, a_minute_given_twice_adds_up_and_outlives_a_restart);
	tcase_add_test(facts, a_day_has_its_peak_and_its_95th_percentile);
	tcase_add_test(facts, what_is_too_old_goes);
	tcase_add_test(facts, questions_that_make_no_sense_are_refused);
	tcase_add_test(facts, a_damaged_file_is_set_aside_and_a_new_one_begins);
	tcase_add_test(facts, what_cannot_be_written_waits_in_memory);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
