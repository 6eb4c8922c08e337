/* SPDX-License-Identifier: BSD-3-Clause */
// test_check.c - what a connection check finds of lines whose faults are known.
#include <check.h>
#include <string.h>

#include "lessons/check.h"

#define LOOK_MS 100
#define PACKET_BYTES 1250 // 10 kbit

static struct check_meter meter;

static void
setup(void)
{
	check_meter_init(&meter);
}

// A line that loses each n-th packet, and all beyond a limit in each look.
struct fault {
	unsigned each;
	unsigned limit_kbit_s; // 0: none
};

static void
flow(struct check_counts *line, enum line_direction direction, unsigned count,
	const struct fault *fault, int64_t now_ms)
{
	unsigned room = fault->limit_kbit_s * LOOK_MS / 1000 / 10;
	for (unsigned i = 0; i < count; i++) {
		line->sent++;
		bool is_lost = (fault->each && line->sent % fault->each == 0) ||
			       (fault->limit_kbit_s && i >= room);
		line->received += !is_lost;
		if (direction == LINE_DOWN || !is_lost)
			line->bytes += PACKET_BYTES;
	}
	line->at = (struct mono_time){now_ms * NS_IN_MS};
	line->jitter_us = 2000;
	line->is_known = true;
}

// A whole check in looks of 100 ms.
static void
run(const struct fault *up, const struct fault *down)
{
	struct check_look look = {.is_up = true};
	flow(&look.lines[LINE_UP], LINE_UP, 1, up, 0);
	flow(&look.lines[LINE_DOWN], LINE_DOWN, 1, down, 0);
	for (int64_t ms = 0; ms <= CHECK_MS + LOOK_MS; ms += LOOK_MS) {
		int64_t ladder_ms = ms - CHECK_LEAD_MS;
		look.elapsed_ms = ms;
		look.rtt_us = ladder_ms < 0 ? 12000 + (uint32_t)(ms % 300) : 80000;
		check_meter_look(&meter, &look);
		if (ladder_ms < 0 || ladder_ms >= CHECK_RUNGS * CHECK_PERIOD_MS ||
			ladder_ms % CHECK_PERIOD_MS >= CHECK_RUNG_MS)
			continue;
		unsigned count = check_kbit_s[ladder_ms / CHECK_PERIOD_MS] * LOOK_MS / 1000 / 10;
		flow(&look.lines[LINE_UP], LINE_UP, count, up, ms + LOOK_MS);
		flow(&look.lines[LINE_DOWN], LINE_DOWN, count, down, ms + LOOK_MS);
	}
	for (int line = 0; line < LINE_DIRECTIONS; line++)
		check_line_judge(&meter.lines[line], NULL);
}

static const struct fault none;

START_TEST(a_clean_line_carries_at_least_the_last_rung)
{
	run(&none, &none);
	for (int i = 0; i < LINE_DIRECTIONS; i++) {
		const struct check_line *line = &meter.lines[i];
		ck_assert(line->is_known && line->is_at_least);
		ck_assert_double_eq(line->loss_ratio, 0);
		ck_assert_double_eq_tol(line->usable_kbit_s, 8000, 200);
		ck_assert_double_eq_tol(line->jitter_ms, 2, 0.01);
		ck_assert_uint_eq(line->rungs[0].sent, 100);
	}
	ck_assert(meter.was_up);
	ck_assert_double_eq_tol(meter.idle_rtt_ms, 12, 0.01);
	ck_assert_double_eq_tol(meter.rtt_ms_max, 80, 0.01);
}
END_TEST

START_TEST(one_lines_loss_is_not_the_others)
{
	run(&(struct fault){.each = 20}, &none);
	ck_assert_double_eq_tol(meter.lines[LINE_UP].loss_ratio, 0.05, 0.002);
	ck_assert(meter.lines[LINE_UP].is_at_least);
	ck_assert_double_eq_tol(meter.lines[LINE_UP].usable_kbit_s, 7600, 200);
	ck_assert_double_eq(meter.lines[LINE_DOWN].loss_ratio, 0);
	ck_assert(meter.lines[LINE_DOWN].is_at_least);
}
END_TEST

START_TEST(a_limit_is_found_and_is_no_loss)
{
	run(&none, &(struct fault){.limit_kbit_s = 3000});
	const struct check_line *line = &meter.lines[LINE_DOWN];
	ck_assert(!line->is_at_least);
	ck_assert_double_eq_tol(line->usable_kbit_s, 3000, 100);
	ck_assert_double_eq(line->loss_ratio, 0);
	ck_assert(!line->rungs[2].is_overloaded);
	ck_assert(line->rungs[3].is_overloaded && line->rungs[4].is_overloaded);
	ck_assert(meter.lines[LINE_UP].is_at_least);
}
END_TEST

START_TEST(a_limit_below_the_first_rung_is_told_with_its_loss)
{
	run(&(struct fault){.limit_kbit_s = 200}, &none);
	const struct check_line *line = &meter.lines[LINE_UP];
	ck_assert(line->is_known && !line->is_at_least && line->rungs[0].is_overloaded);
	ck_assert_double_eq_tol(line->usable_kbit_s, 200, 10);
	ck_assert_double_gt(line->loss_ratio, 0.5);
}
END_TEST

START_TEST(loss_and_a_limit_are_told_apart)
{
	run(&(struct fault){.each = 10, .limit_kbit_s = 5000}, &none);
	const struct check_line *line = &meter.lines[LINE_UP];
	ck_assert(!line->is_at_least);
	ck_assert_double_eq_tol(line->loss_ratio, 0.1, 0.005);
	ck_assert(!line->rungs[3].is_overloaded && line->rungs[4].is_overloaded);
}
END_TEST

START_TEST(what_overloads_the_feeding_uplink_is_not_the_downlinks_jitter)
{
	struct check_line feed = {.rungs[3].is_overloaded = true, .rungs[4].is_overloaded = true};
	run(&none, &none);
	struct check_line *line = &meter.lines[LINE_DOWN];
	line->rungs[3].jitter_ms = line->rungs[4].jitter_ms = 40;
	check_line_judge(line, NULL);
	ck_assert_double_eq_tol(line->jitter_ms, 40, 0.01);
	check_line_judge(line, &feed);
	ck_assert_double_eq_tol(line->jitter_ms, 2, 0.01);
	ck_assert(line->is_at_least);
	ck_assert_double_eq_tol(line->usable_kbit_s, 8000, 200);
}
END_TEST

START_TEST(counters_that_begin_again_spoil_their_rung_alone)
{
	struct check_look look = {.elapsed_ms = CHECK_LEAD_MS};
	look.lines[LINE_UP] =
		(struct check_counts){.sent = 5000, .received = 5000, .bytes = 1, .is_known = true};
	check_meter_look(&meter, &look);
	look.elapsed_ms += CHECK_PERIOD_MS;
	look.lines[LINE_UP].sent = look.lines[LINE_UP].received = 40;
	check_meter_look(&meter, &look);
	ck_assert(!meter.lines[LINE_UP].rungs[0].is_known);
	look.elapsed_ms += CHECK_PERIOD_MS;
	look.lines[LINE_UP].sent = look.lines[LINE_UP].received = 240;
	check_meter_look(&meter, &look);
	ck_assert(meter.lines[LINE_UP].rungs[1].is_known);
	ck_assert_uint_eq(meter.lines[LINE_UP].rungs[1].sent, 200);
}
END_TEST

START_TEST(a_line_without_a_packet_is_not_known)
{
	struct check_look look = {0};
	for (; look.elapsed_ms <= CHECK_MS + LOOK_MS; look.elapsed_ms += LOOK_MS)
		check_meter_look(&meter, &look);
	check_line_judge(&meter.lines[LINE_UP], NULL);
	ck_assert(!meter.lines[LINE_UP].is_known);
	ck_assert(!meter.was_up);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("check");
	TCase *tests = tcase_create("check");
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, a_clean_line_carries_at_least_the_last_rung);
	tcase_add_test(tests, one_lines_loss_is_not_the_others);
	tcase_add_test(tests, a_limit_is_found_and_is_no_loss);
	tcase_add_test(tests, a_limit_below_the_first_rung_is_told_with_its_loss);
	tcase_add_test(tests, loss_and_a_limit_are_told_apart);
	tcase_add_test(tests, what_overloads_the_feeding_uplink_is_not_the_downlinks_jitter);
	tcase_add_test(tests, counters_that_begin_again_spoil_their_rung_alone);
	tcase_add_test(tests, a_line_without_a_packet_is_not_known);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
