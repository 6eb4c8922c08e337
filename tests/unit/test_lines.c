/* SPDX-License-Identifier: BSD-3-Clause */
// test_lines.c - whose line is bad: uplink and downlink of each school, from the worker's board.
#include "lessons/lines.h"

#include <math.h>

#include <check.h>

#include "../support/lesson_fixture.h"

#define PACKETS_S 50

static struct fixture f;
static struct lines *lines;
static uint64_t sent[FIXTURE_SCHOOLS], lost_up[FIXTURE_SCHOOLS], lost_down[FIXTURE_SCHOOLS];
static bool is_deaf; // the assisted school receives nothing

static void
setup(void)
{
	fixture_init(&f);
	lines = lines_create(&quality_limits_default);
	memset(sent, 0, sizeof sent);
	memset(lost_up, 0, sizeof lost_up);
	memset(lost_down, 0, sizeof lost_down);
	is_deaf = false;
	fixture_open(&f, 0, 0, 2, 0);
	fixture_connect(&f, 0, "");
	fixture_connect(&f, 1, "");
	fixture_settle(&f);
	fixture_live(&f, 0);
	fixture_settle(&f);
}

static void
teardown(void)
{
	lines_destroy(lines);
	fixture_fini(&f);
}

static void
publish_school(size_t school)
{
	const struct join *join = fixture_join(&f, school);
	struct leg_stats leg = {.is_up = true, .rtt_us = 20000, .last_heard_ns = f.now.ns};
	stats_publish_leg(f.worker.board, join->leg.leg, &leg);
	for (size_t i = 1; i < join->stream_count; i++) {
		struct inflow_stats in = {.packets = sent[school] - lost_up[school],
			.expected = sent[school],
			.lost = lost_up[school],
			.bytes = sent[school] * 200,
			.jitter_us = 4000,
			.last_packet_ns = f.now.ns};
		stats_publish_inflow(f.worker.board, join->streams[i].slot, &in);
	}
	// Whoever receives lacks what its partner's uplink lost, too.
	const struct join_outflow *outflow;
	TAILQ_FOREACH (outflow, &join->receives, join_link) {
		size_t from = 1 - school;
		struct outflow_stats out;
		stats_read_outflow(f.worker.board, outflow->slot, &out);
		out.packets = sent[from] - lost_up[from];
		out.bytes = sent[from] * 200;
		if (school == 0 || !is_deaf) {
			out.report_count++;
			out.reported_highest_seq = (uint32_t)sent[from];
			out.reported_sent = (uint32_t)out.packets;
			out.reported_lost = (int32_t)(lost_up[from] + lost_down[school]);
		}
		out.reported_jitter_us = 6000;
		out.reported_ns = f.now.ns;
		stats_publish_outflow(f.worker.board, outflow->slot, &out);
	}
}

// A second of the lesson, in which these schools send, and what is lost of theirs on the way up and
// down, of PACKETS_S.
static void
second(bool lead_sends, bool assisted_sends, unsigned up, unsigned down)
{
	f.now = mono_after_ns(f.now, NS_IN_S);
	for (size_t i = 0; i < 2; i++) {
		if (!(i == 0 ? lead_sends : assisted_sends))
			continue;
		sent[i] += PACKETS_S;
		lost_up[i] += i == 1 ? up : 0;
		lost_down[i] += i == 1 ? down : 0;
		publish_school(i);
	}
	sessions_sample(f.sessions, f.now);
	ck_assert_int_eq(lines_look(lines, f.sessions, f.worker.board, f.now), 0);
}

static const struct line *
line_of(size_t school, enum line_direction direction)
{
	const struct school_lines *found =
		lines_find(lines, "lesson0/2026-11-23", f.endpoints[school].id);
	ck_assert_ptr_nonnull(found);
	return &found->lines[direction];
}

static void
expect(size_t school, enum line_direction direction, enum light light, enum quality_reason reason)
{
	struct judgement shown = line_of(school, direction)->light.shown;
	ck_assert_str_eq(light_name(shown.light), light_name(light));
	ck_assert_int_eq(shown.reason, reason);
}

START_TEST(a_good_lesson_is_green_everywhere)
{
	for (int i = 0; i < 12; i++)
		second(true, true, 0, 0);
	for (size_t school = 0; school < 2; school++) {
		expect(school, LINE_UP, LIGHT_GREEN, QUALITY_FINE);
		expect(school, LINE_DOWN, LIGHT_GREEN, QUALITY_FINE);
	}
	const struct line *up = line_of(0, LINE_UP);
	ck_assert_uint_eq(up->figures.expected_flows, 3);
	ck_assert_uint_eq(up->figures.present_flows, 3);
	ck_assert_double_eq_tol(up->kbit_s, 3 * PACKETS_S * 200 * 8 / 1000.0, 0.1);
	ck_assert_double_gt(up->mos, 4.2);
}
END_TEST

START_TEST(loss_on_the_way_up_is_the_uplinks_alone)
{
	for (int i = 0; i < 12; i++)
		second(true, true, 2, 0);
	expect(1, LINE_UP, LIGHT_AMBER, QUALITY_LOSS);
	expect(1, LINE_DOWN, LIGHT_GREEN, QUALITY_FINE);
	expect(0, LINE_UP, LIGHT_GREEN, QUALITY_FINE);
	expect(0, LINE_DOWN, LIGHT_GREEN, QUALITY_FINE);
	ck_assert_double_eq_tol(line_of(1, LINE_UP)->figures.loss_ratio, 0.04, 0.001);
}
END_TEST

START_TEST(loss_on_the_way_down_is_what_the_receiver_reports)
{
	for (int i = 0; i < 12; i++)
		second(true, true, 0, 5);
	expect(1, LINE_DOWN, LIGHT_RED, QUALITY_LOSS);
	expect(1, LINE_UP, LIGHT_GREEN, QUALITY_FINE);
	expect(0, LINE_DOWN, LIGHT_GREEN, QUALITY_FINE);
}
END_TEST

START_TEST(a_downlink_that_carries_nothing_is_red_although_it_is_heard)
{
	for (int i = 0; i < 12; i++)
		second(true, true, 0, 0);
	is_deaf = true;
	for (int i = 0; i < 12; i++)
		second(true, true, 0, 0);
	expect(1, LINE_DOWN, LIGHT_RED, QUALITY_SILENT);
	expect(1, LINE_UP, LIGHT_GREEN, QUALITY_FINE);
	expect(0, LINE_DOWN, LIGHT_GREEN, QUALITY_FINE);
}
END_TEST

START_TEST(jitter_that_came_by_the_uplink_is_not_the_receivers)
{
	for (int i = 0; i < 12; i++)
		second(true, true, 0, 0);
	ck_assert_double_eq_tol(line_of(0, LINE_DOWN)->figures.jitter_ms, 2, 1e-6);
}
END_TEST

START_TEST(a_school_that_falls_silent_is_named_and_not_its_partner)
{
	for (int i = 0; i < 5; i++)
		second(true, true, 0, 0);
	for (int i = 0; i < 5; i++)
		second(true, false, 0, 0);
	expect(1, LINE_UP, LIGHT_RED, QUALITY_SILENT);
	ck_assert_double_eq_tol(line_of(1, LINE_UP)->figures.silent_s, 5, 0.01);
	expect(0, LINE_UP, LIGHT_GREEN, QUALITY_FINE);
	ck_assert_uint_eq(line_of(0, LINE_DOWN)->figures.expected_flows, 0);
	ck_assert_int_ne(line_of(0, LINE_DOWN)->light.shown.light, LIGHT_RED);
}
END_TEST

START_TEST(who_never_came_is_silent_since_the_bell)
{
	for (int i = 0; i < 4; i++)
		second(true, false, 0, 0);
	expect(1, LINE_UP, LIGHT_RED, QUALITY_SILENT);
	ck_assert(!line_of(1, LINE_UP)->was_heard);
	ck_assert_double_eq_tol(line_of(1, LINE_UP)->figures.silent_s, 4, 0.01);
}
END_TEST

START_TEST(five_minutes_of_samples_are_kept)
{
	for (int i = 0; i < LINES_SAMPLES + 5; i++)
		second(true, true, i < 5 ? 50 : 0, 0);
	const struct school_lines *school =
		lines_find(lines, "lesson0/2026-11-23", f.endpoints[1].id);
	ck_assert_uint_eq(school->sample_count, LINES_SAMPLES + 5);
	const struct line_sample *oldest =
		&school->lines[LINE_UP].samples[school->sample_count % LINES_SAMPLES];
	const struct line_sample *newest =
		&school->lines[LINE_UP].samples[(school->sample_count - 1) % LINES_SAMPLES];
	ck_assert_float_gt(oldest->loss_ratio, 0.4f);
	ck_assert_float_eq(newest->loss_ratio, 0);
}
END_TEST

START_TEST(a_lesson_that_is_over_is_forgotten)
{
	second(true, true, 0, 0);
	fixture_end(&f, 0);
	fixture_settle(&f);
	ck_assert_int_eq(lines_look(lines, f.sessions, f.worker.board, f.now), 0);
	ck_assert_ptr_null(lines_find(lines, "lesson0/2026-11-23", f.endpoints[0].id));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("lines");
	TCase *tests = tcase_create("lines");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_good_lesson_is_green_everywhere);
	tcase_add_test(tests, loss_on_the_way_up_is_the_uplinks_alone);
	tcase_add_test(tests, loss_on_the_way_down_is_what_the_receiver_reports);
	tcase_add_test(tests, a_downlink_that_carries_nothing_is_red_although_it_is_heard);
	tcase_add_test(tests, jitter_that_came_by_the_uplink_is_not_the_receivers);
	tcase_add_test(tests, a_school_that_falls_silent_is_named_and_not_its_partner);
	tcase_add_test(tests, who_never_came_is_silent_since_the_bell);
	tcase_add_test(tests, five_minutes_of_samples_are_kept);
	tcase_add_test(tests, a_lesson_that_is_over_is_forgotten);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
