/* SPDX-License-Identifier: BSD-3-Clause */
// test_metrics.c - the page is Prometheus' text format, its labels are bounded, its counters never
// fall.
#include <check.h>
#include <stdio.h>

#include "../support/lesson_fixture.h"
#include "../support/scheduler_world.h"
#include "control/metrics.h"

static struct fixture f;
static char *page;

static void
setup(void)
{
	fixture_init(&f);
	page = NULL;
	scheduler = NULL;
}

static void
teardown(void)
{
	free(page);
	fixture_fini(&f);
}

static void
scrape(void)
{
	struct metrics_input input = {
		.version = "0.1",
		.engine = "libsrtp2",
		.is_ready = true,
		.started_at = {INT64_C(1795000000123)},
		.now = f.now,
		.board = f.worker.board,
		.sessions = f.sessions,
		.endpoints_known = 5,
		.endpoints_connected = 2,
		.is_clock_synchronised = true,
		.unmapped_days = 3,
		.wall = wall,
		.scheduler = scheduler,
		.http = {.limited = 11, .malformed = 12},
	};
	free(page);
	page = metrics_text(&input);
	ck_assert_ptr_nonnull(page);
}

// The value of a sample that is there exactly once.
static double
value_of(const char *series)
{
	char start[256];
	snprintf(start, sizeof start, "\n%s ", series);
	const char *at = strstr(page, start);
	ck_assert_msg(at != NULL, "%s is missing", series);
	ck_assert_msg(!strstr(at + 1, start), "%s is there twice", series);
	return atof(at + strlen(start));
}

static void
join_two(void)
{
	fixture_open(&f, 0, 0, 2, 0);
	fixture_connect(&f, 0, "");
	fixture_connect(&f, 1, "");
	fixture_settle(&f);
}

// What the worker counted of school's stream of a kind.
static void
publish_in(size_t school, size_t stream, uint64_t packets, uint64_t lost, uint32_t jitter_us)
{
	const struct join_stream *of = &fixture_join(&f, school)->streams[stream];
	struct inflow_stats figures = {
		.ssrc = of->ssrc,
		.packets = packets,
		.bytes = packets * 1000,
		.expected = packets + lost,
		.lost = lost,
		.jitter_us = jitter_us,
	};
	stats_publish_inflow(f.worker.board, of->slot, &figures);
}

#define IN_AUDIO "{school=\"school0\",kind=\"audio\",direction=\"in\"}"
#define OUT_AUDIO "{school=\"school1\",kind=\"audio\",direction=\"out\"}"

// Every line is a comment of a family, or a sample of the family that was last announced.
START_TEST(every_line_has_the_format)
{
	join_two();
	publish_in(0, 1, 100, 0, 0);
	scrape();
	char family[128] = "", type[32] = "";
	char *copy = strdup(page), *rest = copy, *line;
	ck_assert_int_eq(page[strlen(page) - 1], '\n');
	while ((line = strsep(&rest, "\n")) && *line) {
		if (!strncmp(line, "# HELP ", 7)) {
			ck_assert_int_eq(sscanf(line, "# HELP %127s", family), 1);
			char again[160];
			snprintf(again, sizeof again, "# HELP %s ", family);
			ck_assert_msg(!strstr(strstr(page, again) + 1, again), "%s twice", family);
			continue;
		}
		if (!strncmp(line, "# TYPE ", 7)) {
			char name[128];
			ck_assert_int_eq(sscanf(line, "# TYPE %127s %31s", name, type), 2);
			ck_assert_str_eq(name, family);
			bool is_counter = !strcmp(type, "counter");
			ck_assert(is_counter || !strcmp(type, "gauge"));
			size_t length = strlen(name);
			ck_assert_int_eq(
				length > 6 && !strcmp(name + length - 6, "_total"), is_counter);
			continue;
		}
		size_t length = strlen(family);
		ck_assert_msg(!strncmp(line, family, length), "%s in %s", line, family);
		ck_assert(line[length] == ' ' || line[length] == '{');
		const char *last = strrchr(line, ' ');
		char *end;
		strtod(last + 1, &end);
		ck_assert_msg(end != last + 1 && !*end, "no number: %s", line);
	}
	free(copy);
}
END_TEST

START_TEST(alarms_can_be_watched)
{
	scrape();
	ck_assert_double_eq(value_of("relay_clock_synchronised"), 1);
	ck_assert_double_eq(value_of("relay_unmapped_dates"), 3);
}
END_TEST

START_TEST(labels_name_no_lesson_endpoint_or_ssrc)
{
	join_two();
	scrape();
	char ssrc[16];
	snprintf(ssrc, sizeof ssrc, "%u", fixture_join(&f, 0)->streams[1].ssrc);
	ck_assert_ptr_null(strstr(page, "lesson0"));
	ck_assert_ptr_null(strstr(page, "room0"));
	ck_assert_ptr_null(strstr(page, ssrc));
	ck_assert_ptr_nonnull(strstr(page, "school0"));
}
END_TEST

START_TEST(flows_are_counted_by_school_kind_and_direction)
{
	join_two();
	publish_in(0, 1, 100, 3, 20000);
	scrape();
	ck_assert_double_eq(value_of("relay_flow_packets_total" IN_AUDIO), 100);
	ck_assert_double_eq(value_of("relay_flow_bytes_total" IN_AUDIO), 100000);
	ck_assert_double_eq(value_of("relay_flow_lost_packets_total" IN_AUDIO), 3);
	ck_assert_double_eq_tol(value_of("relay_flow_jitter_seconds" IN_AUDIO), 0.02, 1e-9);
	ck_assert_double_eq(value_of("relay_flows" IN_AUDIO), 1);
	ck_assert_double_eq(value_of("relay_flow_packets_total" OUT_AUDIO), 0);
	ck_assert_double_eq(value_of("relay_sessions{state=\"open\"}"), 1);
}
END_TEST

START_TEST(counters_stay_when_their_flows_end)
{
	join_two();
	publish_in(0, 1, 100, 3, 20000);
	fixture_end(&f, 0);
	scrape(); // leaving: the worker has not acknowledged yet
	ck_assert_double_eq(value_of("relay_flow_packets_total" IN_AUDIO), 100);
	fixture_settle(&f);
	scrape();
	ck_assert_double_eq(value_of("relay_flow_packets_total" IN_AUDIO), 100);
	ck_assert_double_eq(value_of("relay_flow_lost_packets_total" IN_AUDIO), 3);
	ck_assert_double_eq(value_of("relay_flows" IN_AUDIO), 0);
	ck_assert_ptr_null(strstr(page, "relay_flow_jitter_seconds" IN_AUDIO));
	fixture_open(&f, 0, 0, 2, 0);
	fixture_connect(&f, 0, "");
	fixture_settle(&f);
	publish_in(0, 1, 10, 0, 0);
	scrape();
	ck_assert_double_eq(value_of("relay_flow_packets_total" IN_AUDIO), 110);
}
END_TEST

START_TEST(a_found_packet_does_not_make_a_counter_fall)
{
	join_two();
	publish_in(0, 1, 97, 3, 0);
	scrape();
	ck_assert_double_eq(value_of("relay_flow_lost_packets_total" IN_AUDIO), 3);
	publish_in(0, 1, 99, 1, 0);
	scrape();
	ck_assert_double_eq(value_of("relay_flow_lost_packets_total" IN_AUDIO), 3);
}
END_TEST

START_TEST(the_workers_counters_and_every_drop_reason_are_there)
{
	struct worker_stats worker = {
		.heartbeat_ns = f.now.ns - 5 * NS_IN_MS,
		.busy_ns = 1500 * NS_IN_MS,
		.frames_in = 10,
		.forwarded = 4,
		.consumed = 3,
	};
	worker.drops[DROP_AUTHENTICATION] = 2;
	worker.drops[DROP_TX_FULL] = 1;
	stats_publish_worker(f.worker.board, 0, &worker);
	scrape();
	ck_assert_double_eq(value_of("relay_worker_frames_received_total{worker=\"0\"}"), 10);
	ck_assert_double_eq(value_of("relay_worker_busy_seconds_total{worker=\"0\"}"), 1.5);
	ck_assert_double_eq_tol(
		value_of("relay_worker_heartbeat_age_seconds{worker=\"0\"}"), 0.005, 1e-9);
	ck_assert_double_eq(value_of("relay_worker_drops_total{worker=\"0\",direction=\"in\","
				     "reason=\"authentication\"}"),
		2);
	ck_assert_double_eq(value_of("relay_worker_drops_total{worker=\"0\",direction=\"out\","
				     "reason=\"tx_full\"}"),
		1);
	size_t reasons = 0;
	for (const char *at = page; (at = strstr(at, "reason=\"")); at++)
		reasons++;
	ck_assert_uint_eq(reasons, DROP_REASON_COUNT - 1);
	ck_assert_double_eq(value_of("relay_start_time_seconds"), 1795000000.123);
}
END_TEST

START_TEST(each_worker_has_its_series)
{
	fixture_fini(&f);
	fixture_init_workers(&f, 2);
	join_two();
	struct worker_stats worker = {.frames_in = 10, .handed_out = 6, .consumed = 3};
	worker.drops[DROP_AUTHENTICATION] = 1;
	stats_publish_worker(f.worker.board, 0, &worker);
	worker = (struct worker_stats){.handed_in = 6, .forwarded = 6, .copies = 6};
	stats_publish_worker(f.worker.board, 1, &worker);
	scrape();
	ck_assert_double_eq(value_of("relay_worker_frames_received_total{worker=\"0\"}"), 10);
	ck_assert_double_eq(value_of("relay_worker_frames_handed_out_total{worker=\"0\"}"), 6);
	ck_assert_double_eq(value_of("relay_worker_frames_received_total{worker=\"1\"}"), 0);
	ck_assert_double_eq(value_of("relay_worker_frames_handed_in_total{worker=\"1\"}"), 6);
	ck_assert_double_eq(value_of("relay_worker_copies_total{worker=\"1\"}"), 6);
	ck_assert_double_eq(value_of("relay_worker_drops_total{worker=\"0\",direction=\"in\","
				     "reason=\"authentication\"}"),
		1);
	ck_assert_double_eq(value_of("relay_worker_drops_total{worker=\"1\",direction=\"in\","
				     "reason=\"authentication\"}"),
		0);
	ck_assert_double_eq(
		value_of("relay_slots_free{worker=\"0\",table=\"legs\"}"), FAKE_LEGS / 2 - 2);
	ck_assert_double_eq(
		value_of("relay_slots_free{worker=\"1\",table=\"legs\"}"), FAKE_LEGS / 2);
}
END_TEST

START_TEST(a_label_is_escaped)
{
	f.schools[0].id = "a\"b\\c";
	join_two();
	scrape();
	ck_assert_ptr_nonnull(strstr(page, "school=\"a\\\"b\\\\c\""));
}
END_TEST

START_TEST(refused_requests_are_told)
{
	scrape();
	ck_assert_double_eq(value_of("relay_http_limited_total"), 11);
	ck_assert_double_eq(value_of("relay_http_malformed_total"), 12);
}
END_TEST

START_TEST(a_lesson_that_opens_early_misses_nobody_until_three_minutes_before_its_bell)
{
	fixture_open(&f, 0, 0, 2, 0);
	f.lessons[0].live_at = mono_after_ns(f.now, 181 * NS_IN_S);
	fixture_connect(&f, 1, "");
	scrape();
	ck_assert_double_eq(value_of("relay_endpoint_absent{school=\"school0\",pair=\"\"}"), 0);
	f.now = mono_after_ns(f.now, NS_IN_S);
	scrape();
	ck_assert_double_eq(value_of("relay_endpoint_absent{school=\"school0\",pair=\"\"}"), 1);
	ck_assert_double_eq(value_of("relay_endpoint_absent{school=\"school1\",pair=\"\"}"), 0);
	f.lessons[0].state = LESSON_GRACE;
	scrape();
	ck_assert_double_eq(value_of("relay_endpoint_absent{school=\"school0\",pair=\"\"}"), 0);
}
END_TEST

#define ABSENT(school) "relay_endpoint_absent{school=\"" school "\",pair=\"wuxi-houren\"}"

START_TEST(a_lesson_that_opens_late_misses_whom_it_needs_three_minutes_before_its_bell)
{
	world_start(ONE, "08:56:59"); // the bell rings at 09:00
	timetable->policies.open_before_s = 60;
	step();
	scrape();
	ck_assert_ptr_null(strstr(page, "relay_endpoint_absent{"));
	wall.ms += MS_IN_S;
	step();
	scrape();
	ck_assert_double_eq(value_of(ABSENT("wuxi")), 1);
	ck_assert_double_eq(value_of(ABSENT("houren")), 1);
	sessions_connect(f.sessions, "houren-1", "", f.now);
	scrape();
	ck_assert_double_eq(value_of(ABSENT("wuxi")), 1);
	ck_assert_double_eq(value_of(ABSENT("houren")), 0);
	ck_assert_double_eq(value_of("relay_lesson_live{school=\"wuxi\",pair=\"wuxi-houren\"}"), 0);
	world_stop();
}
END_TEST

static Suite *
metrics_suite(void)
{
	Suite *suite = suite_create("metrics");
	TCase *tcase = tcase_create("metrics");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, every_line_has_the_format);
	tcase_add_test(tcase, alarms_can_be_watched);
	tcase_add_test(tcase, labels_name_no_lesson_endpoint_or_ssrc);
	tcase_add_test(tcase, flows_are_counted_by_school_kind_and_direction);
	tcase_add_test(tcase, counters_stay_when_their_flows_end);
	tcase_add_test(tcase, a_found_packet_does_not_make_a_counter_fall);
	tcase_add_test(tcase, the_workers_counters_and_every_drop_reason_are_there);
	tcase_add_test(tcase, each_worker_has_its_series);
	tcase_add_test(tcase, a_label_is_escaped);
	tcase_add_test(tcase, refused_requests_are_told);
	tcase_add_test(
		tcase, a_lesson_that_opens_early_misses_nobody_until_three_minutes_before_its_bell);
	tcase_add_test(
		tcase, a_lesson_that_opens_late_misses_whom_it_needs_three_minutes_before_its_bell);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(metrics_suite());
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
