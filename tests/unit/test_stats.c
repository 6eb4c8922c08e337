/* SPDX-License-Identifier: BSD-3-Clause */
// test_stats.c - what a reader takes from a board is what the writer put there, whole.
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "platform/stats.h"

#define PUBLICATIONS 200000

static struct stats *board;

static void
setup(void)
{
	struct stats_limits limits = {.leg_count = 4, .stream_count = 8, .outflow_count = 16};
	board = stats_create(&limits);
	ck_assert_ptr_nonnull(board);
}

static void
teardown(void)
{
	stats_destroy(board);
}

START_TEST(a_new_board_is_all_zero)
{
	struct outflow_stats zero = {0}, flow;
	memset(&flow, 0xff, sizeof flow);
	stats_read_outflow(board, 15, &flow);
	ck_assert_uint_eq(flow.packets, zero.packets);
	ck_assert_int_eq(flow.reported_lost, 0);
	ck_assert_uint_eq(stats_limits_get(board)->outflow_count, 16);
}
END_TEST

START_TEST(slots_do_not_touch_one_another)
{
	for (uint32_t i = 0; i < 8; i++) {
		struct inflow_stats flow = {.ssrc = i + 1, .packets = 100 + i};
		stats_publish_inflow(board, i, &flow);
	}
	for (uint32_t i = 0; i < 8; i++) {
		struct inflow_stats flow;
		stats_read_inflow(board, i, &flow);
		ck_assert_uint_eq(flow.ssrc, i + 1);
		ck_assert_uint_eq(flow.packets, 100 + i);
	}
}
END_TEST

// Every counter of a publication carries its number, so that a torn copy would show.
static void *
publish_many(void *argument)
{
	for (uint64_t n = 1; n <= PUBLICATIONS; n++) {
		struct worker_stats stats;
		uint64_t *words = (uint64_t *)&stats;
		for (size_t i = 0; i < sizeof stats / sizeof *words; i++)
			words[i] = n;
		stats_publish_worker(board, 0, &stats);
	}
	return argument;
}

START_TEST(a_copy_is_never_torn)
{
	pthread_t writer;
	struct worker_stats stats;
	ck_assert_int_eq(pthread_create(&writer, NULL, publish_many, NULL), 0);
	do {
		stats_read_worker(board, 0, &stats);
		const uint64_t *words = (const uint64_t *)&stats;
		for (size_t i = 1; i < sizeof stats / sizeof *words; i++)
			ck_assert_uint_eq(words[i], words[0]);
	} while (stats.heartbeat < PUBLICATIONS);
	pthread_join(writer, NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("stats");
	TCase *tests = tcase_create("boards");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_new_board_is_all_zero);
	tcase_add_test(tests, slots_do_not_touch_one_another);
	tcase_add_test(tests, a_copy_is_never_torn);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
