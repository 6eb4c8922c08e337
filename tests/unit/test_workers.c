/* SPDX-License-Identifier: BSD-3-Clause */
// test_workers.c - what each worker did is told of each, and one that stands still is named.
#include "control/workers.h"

#include "../support/control_fixture.h"

static struct stats *board;
static struct workers workers;
static struct mono_time now;
static struct classroom classrooms[4];

static void
board_setup(void)
{
	const struct stats_limits limits = {.worker_count = 3};
	board = stats_create(&limits);
	memset(&workers, 0, sizeof workers);
	now.ns = 5000 * NS_IN_S;
}

static void
board_teardown(void)
{
	stats_destroy(board);
}

static void
look_after_a_second(const struct worker_stats figures[3])
{
	now = mono_after_ns(now, NS_IN_S);
	for (uint32_t i = 0; i < 3; i++)
		stats_publish_worker(board, i, &figures[i]);
	workers_look(&workers, board, now);
}

START_TEST(each_worker_has_its_share_of_the_last_second)
{
	struct worker_stats figures[3] = {{.busy_ns = 100 * NS_IN_MS}, {0}, {0}};
	look_after_a_second(figures);
	ck_assert_double_eq(workers_busy_share(&workers, 0), 0); // since when is not known
	figures[0].busy_ns += 200 * NS_IN_MS;
	figures[1].busy_ns += 700 * NS_IN_MS;
	figures[2].busy_ns += 1100 * NS_IN_MS; // as told a little later
	look_after_a_second(figures);
	ck_assert_double_eq_tol(workers_busy_share(&workers, 0), 0.2, 1e-9);
	ck_assert_double_eq_tol(workers_busy_share(&workers, 1), 0.7, 1e-9);
	ck_assert_double_eq(workers_busy_share(&workers, 2), 1);
}
END_TEST

START_TEST(each_second_counts_the_one_that_was_busiest_in_it)
{
	struct worker_stats figures[3] = {{.busy_ns = 50 * NS_IN_MS}, {.busy_ns = NS_IN_MS}, {0}};
	look_after_a_second(figures);
	ck_assert_int_eq(workers.busiest_ns, 50 * NS_IN_MS);
	figures[0].busy_ns += 300 * NS_IN_MS;
	figures[2].busy_ns += 800 * NS_IN_MS;
	look_after_a_second(figures);
	figures[1].busy_ns += 600 * NS_IN_MS;
	look_after_a_second(figures);
	ck_assert_int_eq(workers.busiest_ns, (50 + 800 + 600) * NS_IN_MS);
}
END_TEST

START_TEST(traffic_is_the_sum_of_all)
{
	struct worker_stats figures[3] = {{.frames_in = 1000}, {.frames_in = 10}, {0}};
	look_after_a_second(figures);
	figures[0].frames_in += 100;
	figures[0].handed_out += 60; // no frame of the wire's own: it is counted where it came in
	figures[1].handed_in += 60;
	figures[1].transmitted += 70;
	figures[2].bytes_in += 1000;
	figures[2].bytes_out += 500;
	figures[0].drops[DROP_AUTHENTICATION] += 3;
	figures[2].drops[DROP_TX_FULL] += 4;
	look_after_a_second(figures);
	json_t *traffic = workers_traffic_view(&workers);
	ck_assert_double_eq(json_number_value(json_object_get(traffic, "packets_in_s")), 100);
	ck_assert_double_eq(json_number_value(json_object_get(traffic, "packets_out_s")), 70);
	ck_assert_double_eq(json_number_value(json_object_get(traffic, "bit_in_s")), 8000);
	ck_assert_double_eq(json_number_value(json_object_get(traffic, "bit_out_s")), 4000);
	ck_assert_double_eq(json_number_value(json_object_get(traffic, "drops_s")), 7);
	json_decref(traffic);
}
END_TEST

START_TEST(the_worker_that_is_quiet_for_the_longest_is_named)
{
	uint32_t worker = 7;
	struct worker_stats figures[3];
	for (uint32_t i = 0; i < 3; i++)
		figures[i] = (struct worker_stats){.heartbeat_ns = now.ns + NS_IN_S};
	look_after_a_second(figures);
	ck_assert(!workers_have_stalled(board, now, &worker));
	ck_assert_uint_eq(worker, 7);
	figures[1].heartbeat_ns = now.ns + NS_IN_S - (WORKERS_STALE_MS + 1) * NS_IN_MS;
	figures[2].heartbeat_ns = now.ns - 4 * NS_IN_S;
	look_after_a_second(figures);
	ck_assert(workers_have_stalled(board, now, &worker));
	ck_assert_uint_eq(worker, 2);
	ck_assert_int_eq(workers_heartbeat_age_ms(board, 1, now), WORKERS_STALE_MS + 1);
}
END_TEST

// --- a whole control plane over two workers

static void
two_setup(void)
{
	scene_setup_workers(2);
}

static void
two_teardown(void)
{
	for (size_t i = 0; i < sizeof classrooms / sizeof *classrooms; i++)
		classroom_close(&classrooms[i]);
	scene_teardown();
}

// Two lessons, one after the other.
static void
open_two_lessons(void)
{
	static const char *const endpoints[] = {"wuxi-1", "houren-1", "wuxi-2", "jian-1"};
	for (size_t i = 0; i < 4; i++) {
		classroom_enrol(&classrooms[i], endpoints[i]);
		classroom_connect(&classrooms[i], "");
	}
	for (size_t i = 0; i < 4; i += 2) {
		char wish[128];
		snprintf(wish, sizeof wish, "{\"endpoints\":[\"%s\",\"%s\"],\"minutes\":10}",
			endpoints[i], endpoints[i + 1]);
		json_decref(ask("POST", "/v1/sessions", wish, NULL, 201));
	}
	while (sessions_pending_count(scene.control->sessions) > 0)
		event_base_loop(scene.control->base, EVLOOP_ONCE);
}

START_TEST(the_status_tells_what_each_worker_owns)
{
	open_two_lessons();
	json_t *sessions = ask("GET", "/v1/sessions", NULL, NULL, 200), *session;
	size_t index;
	ck_assert_uint_eq(json_array_size(json_object_get(sessions, "sessions")), 2);
	json_array_foreach(json_object_get(sessions, "sessions"), index, session)
		ck_assert_uint_eq(number_at(session, "worker"), index);
	json_decref(sessions);

	json_t *status = ask("GET", "/v1/status", NULL, NULL, 200), *worker;
	ck_assert_uint_eq(json_array_size(json_object_get(status, "workers")), 2);
	json_array_foreach(json_object_get(status, "workers"), index, worker)
	{
		ck_assert_uint_eq(number_at(worker, "worker"), index);
		ck_assert_uint_eq(number_at(worker, "sessions"), 1);
		ck_assert_uint_eq(number_at(worker, "legs"), 2);
		ck_assert_uint_eq(number_at(worker, "frames_in"), 7);
		ck_assert_uint_eq(number_at(worker, "handed_in"), 0);
	}
	json_decref(status);
	json_t *live = ask("GET", "/v1/live", NULL, NULL, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(live, "workers")), 2);
	json_decref(live);
}
END_TEST

START_TEST(one_worker_that_stands_still_is_named)
{
	const struct worker_stats running = {.heartbeat_ns = clock_mono().ns + 60 * NS_IN_S};
	const struct worker_stats quiet = {.heartbeat_ns = clock_mono().ns - 1500 * NS_IN_MS};
	scene.control->edges.link.take_ack = fake_worker_take_ack;
	event_del(scene.control->ack_timer);
	stats_publish_worker(scene.worker.board, 0, &running);
	stats_publish_worker(scene.worker.board, 1, &quiet);
	json_t *health = ask("GET", "/healthz", NULL, NULL, 503);
	ck_assert_str_eq(text_at(health, "status"), "stalled");
	ck_assert_ptr_nonnull(strstr(text_at(health, "detail"), "worker 1 has stood still"));
	ck_assert_uint_eq(json_array_size(json_object_get(health, "workers")), 2);
	json_decref(health);
	json_decref(ask("GET", "/readyz", NULL, NULL, 503));
	stats_publish_worker(scene.worker.board, 1, &running);
	health = ask("GET", "/healthz", NULL, NULL, 200);
	ck_assert_ptr_null(json_object_get(health, "detail"));
	json_decref(health);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("workers");
	TCase *board_tests = tcase_create("board");
	tcase_add_checked_fixture(board_tests, board_setup, board_teardown);
	tcase_add_test(board_tests, each_worker_has_its_share_of_the_last_second);
	tcase_add_test(board_tests, each_second_counts_the_one_that_was_busiest_in_it);
	tcase_add_test(board_tests, traffic_is_the_sum_of_all);
	tcase_add_test(board_tests, the_worker_that_is_quiet_for_the_longest_is_named);
	suite_add_tcase(suite, board_tests);
	TCase *two = tcase_create("two workers");
	tcase_set_timeout(two, 30);
	tcase_add_checked_fixture(two, two_setup, two_teardown);
	tcase_add_test(two, the_status_tells_what_each_worker_owns);
	tcase_add_test(two, one_worker_that_stands_still_is_named);
	suite_add_tcase(suite, two);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
