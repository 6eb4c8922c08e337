/* SPDX-License-Identifier: BSD-3-Clause */
// test_probe.c - the pacing of a connection check's probes.
#include <check.h>
#include <stdlib.h>

#include "classroom/probe.h"

#define START_NS (1000 * NS_IN_S)
#define TICK_NS (5 * NS_IN_MS)

static const struct probe_plan plan = {
	.rung_count = 3,
	.kbit_s = {500, 1000, 8000},
	.rung_ms = 2000,
	.pause_ms = 1000,
	.begins_in_ms = 4000,
};
static struct probe probe;

static struct mono_time
at_ms(int64_t ms)
{
	return (struct mono_time){START_NS + (4000 + ms) * NS_IN_MS};
}

// What is sent from one moment of the ladder until another, in steps of 5 ms.
static unsigned
sent(int64_t from_ms, int64_t until_ms, unsigned *burst_out)
{
	unsigned count = 0, burst = 0;
	for (int64_t ns = at_ms(from_ms).ns; ns < at_ms(until_ms).ns; ns += TICK_NS) {
		unsigned due = probe_take_due(&probe, (struct mono_time){ns});
		count += due;
		burst = due > burst ? due : burst;
	}
	if (burst_out)
		*burst_out = burst;
	return count;
}

static void
setup(void)
{
	probe = (struct probe){0};
	probe_set(&probe, &plan, (struct mono_time){START_NS});
}

START_TEST(each_rung_has_its_rate)
{
	static const uint32_t rates[] = {500, 1000, 8000};
	sent(-4000, 0, NULL);
	for (int rung = 0; rung < 3; rung++) {
		unsigned burst, wanted = rates[rung] * 2000 / 8 / PROBE_IP_BYTES;
		unsigned count = sent(3000 * rung, 3000 * rung + 2000, &burst);
		ck_assert_uint_ge(count, wanted - 5);
		ck_assert_uint_le(count, wanted);
		ck_assert_uint_le(burst, 1 + rates[rung] * 5 / 8 / PROBE_IP_BYTES);
		sent(3000 * rung + 2000, 3000 * rung + 3000, NULL);
	}
}
END_TEST

START_TEST(a_few_packets_go_ahead_and_behind_and_then_none)
{
	ck_assert_uint_eq(sent(-4000, -900, NULL), 0);
	ck_assert_uint_eq(sent(-900, -495, NULL), 20);
	ck_assert_uint_eq(sent(-495, 0, NULL), 0);
	sent(0, 2000, NULL);
	// Ten, and perhaps the rung's last.
	unsigned tail = sent(2000, 2205, NULL);
	ck_assert_uint_ge(tail, 10);
	ck_assert_uint_le(tail, 11);
	ck_assert_uint_eq(sent(2205, 3000, NULL), 0);
}
END_TEST

START_TEST(nothing_is_sent_behind_the_last_rung_or_without_a_plan)
{
	static const struct probe_plan none;
	ck_assert_uint_gt(sent(-4000, 9000, NULL), 0);
	ck_assert_uint_eq(sent(9000, 60000, NULL), 0);
	setup();
	probe_set(&probe, &none, (struct mono_time){START_NS});
	ck_assert_uint_eq(sent(-4000, 9000, NULL), 0);
}
END_TEST

START_TEST(a_stall_is_not_made_good_by_a_burst)
{
	sent(-4000, 6500, NULL);
	// A second at 8 Mbit/s is 800 packets.
	ck_assert_uint_eq(probe_take_due(&probe, at_ms(7500)), PROBE_BURST_MAX);
	ck_assert_uint_eq(probe_take_due(&probe, at_ms(7500)), 0);
}
END_TEST

START_TEST(the_plan_told_again_goes_on_where_it_was)
{
	struct probe_plan again = plan;
	unsigned burst, whole = sent(-4000, 1000, NULL);
	setup();
	unsigned first = sent(-4000, 500, NULL);
	again.begins_in_ms = -497; // some milliseconds late on its way
	probe_set(&probe, &again, at_ms(500));
	unsigned second = sent(500, 1000, &burst);
	ck_assert_uint_le(burst, 2);
	ck_assert_int_le(abs((int)(first + second) - (int)whole), 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("probe");
	TCase *tests = tcase_create("probe");
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, each_rung_has_its_rate);
	tcase_add_test(tests, a_few_packets_go_ahead_and_behind_and_then_none);
	tcase_add_test(tests, nothing_is_sent_behind_the_last_rung_or_without_a_plan);
	tcase_add_test(tests, a_stall_is_not_made_good_by_a_burst);
	tcase_add_test(tests, the_plan_told_again_goes_on_where_it_was);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
