/* SPDX-License-Identifier: BSD-3-Clause */
// test_throughput.c - seconds and minutes add up to the counters, whatever the clocks do.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "control/throughput.h"

#define START_MS 1795310400000 // a full minute
#define MINUTES_MAX 128

static struct throughput *throughput;
static struct history_minute minutes[MINUTES_MAX];
static struct history_school_row schools[MINUTES_MAX][4];
static size_t minute_count;
static struct wall_time wall;
static struct mono_time mono;
static struct worker_stats worker;
static struct port_stats device;

static void
told(void *context, const struct history_minute *minute)
{
	(void)context;
	ck_assert_uint_lt(minute_count, MINUTES_MAX);
	ck_assert_uint_le(minute->school_count, 4);
	minutes[minute_count] = *minute;
	if (minute->school_count > 0)
		memcpy(schools[minute_count], minute->schools,
			minute->school_count * sizeof *minute->schools);
	minute_count++;
}

static void
setup(void)
{
	wall.ms = START_MS;
	mono.ns = 7 * NS_IN_S;
	memset(&worker, 0, sizeof worker);
	memset(&device, 0, sizeof device);
	minute_count = 0;
	throughput = throughput_create(told, NULL, mono);
	ck_assert_ptr_nonnull(throughput);
}

static void
teardown(void)
{
	throughput_destroy(throughput);
}

// A stretch with so many packets of 100 bytes in, and twice as many out.
static void
pass(uint32_t ms, uint64_t packets)
{
	wall.ms += ms;
	mono.ns += ms * NS_IN_MS;
	worker.frames_in += packets;
	worker.bytes_in += packets * 100;
	worker.transmitted += 2 * packets;
	worker.bytes_out += 200 * packets;
	worker.busy_ns += ms * NS_IN_MS / 4;
	device.packets_in += packets;
	device.bytes_in += packets * 114;
	device.buffers = 8192;
	device.buffers_used = (uint32_t)packets;
	throughput_look(throughput, &worker, &device, wall, mono);
}

START_TEST(seconds_and_minutes_add_up_to_the_counters)
{
	uint64_t in_minutes = 0, in_seconds = 0;
	for (uint64_t i = 0; i < 150; i++)
		pass(1000, i);
	throughput_flush(throughput);
	ck_assert_uint_eq(minute_count, 3);
	for (size_t i = 0; i < minute_count; i++) {
		ck_assert_int_eq(minutes[i].minute.ms, START_MS + (int64_t)i * 60000);
		in_minutes += minutes[i].figures.frames_in;
	}
	ck_assert_uint_eq(minutes[0].ms, 60000);
	ck_assert_uint_eq(minutes[2].ms, 30000);
	ck_assert_uint_eq(throughput_count(throughput), 150);
	for (size_t i = 0; i < 150; i++)
		in_seconds += throughput_get(throughput, i)->figures.frames_in;
	ck_assert_uint_eq(in_minutes, worker.frames_in);
	ck_assert_uint_eq(in_seconds, worker.frames_in);
	ck_assert_uint_eq(throughput_totals(throughput)->frames_in, worker.frames_in);
	ck_assert_uint_eq(throughput_totals(throughput)->device_bytes_in, device.bytes_in);
	// The marks are the highest, the peaks those of a second.
	ck_assert_uint_eq(minutes[0].figures.buffers_used, 59);
	ck_assert_uint_eq(minutes[0].peaks.peak_ip_bytes_in_s, 5900);
	ck_assert_uint_eq(minutes[1].peaks.peak_frames_in_s, 119);
	ck_assert_uint_eq(minutes[1].peaks.peak_busy_permille, 250);
}
END_TEST

START_TEST(a_second_that_was_longer_has_its_length)
{
	pass(1000, 10);
	pass(4000, 400);
	ck_assert_uint_eq(throughput_get(throughput, 1)->ms, 4000);
	throughput_flush(throughput);
	ck_assert_uint_eq(minutes[0].ms, 5000);
	ck_assert_uint_eq(minutes[0].peaks.peak_frames_in_s, 100);
}
END_TEST

START_TEST(an_hour_is_kept_and_the_oldest_gives_way)
{
	for (uint64_t i = 0; i < THROUGHPUT_SECONDS + 100; i++)
		pass(1000, i);
	ck_assert_uint_eq(throughput_count(throughput), THROUGHPUT_SECONDS);
	ck_assert_uint_eq(throughput_get(throughput, 0)->figures.frames_in, 100);
	ck_assert_uint_eq(throughput_get(throughput, THROUGHPUT_SECONDS - 1)->figures.frames_in,
		THROUGHPUT_SECONDS + 99);
	ck_assert_int_eq(throughput_get(throughput, 0)->at.ms, START_MS + 101000);
}
END_TEST

START_TEST(each_school_has_its_own_and_only_while_it_has_any)
{
	for (int i = 0; i < 60; i++) {
		throughput_school(throughput, "wuxi", false, 50, 5000);
		throughput_school(throughput, "wuxi", true, 10, 1000);
		if (i < 10)
			throughput_school(throughput, "houren", true, 7, 70);
		throughput_school(throughput, "quiet", false, 0, 0);
		pass(1000, 50);
	}
	pass(1000, 0);
	throughput_flush(throughput);
	ck_assert_uint_eq(minute_count, 2);
	ck_assert_uint_eq(minutes[0].school_count, 2);
	ck_assert_str_eq(schools[0][0].school, "wuxi");
	ck_assert_uint_eq(schools[0][0].figures.packets_in, 3000);
	ck_assert_uint_eq(schools[0][0].figures.bytes_out, 60000);
	ck_assert_str_eq(schools[0][1].school, "houren");
	ck_assert_uint_eq(schools[0][1].figures.packets_out, 70);
	ck_assert_uint_eq(minutes[1].school_count, 0);
	ck_assert_uint_eq(throughput_school_get(throughput, 9, "houren").packets_out, 7);
	ck_assert_uint_eq(throughput_school_get(throughput, 10, "houren").packets_out, 0);
	ck_assert_uint_eq(throughput_school_get(throughput, 0, "nobody").packets_in, 0);
}
END_TEST

START_TEST(a_clock_that_is_set_loses_nothing)
{
	uint64_t sum = 0;
	for (int i = 0; i < 30; i++)
		pass(1000, 10);
	wall.ms -= 3600000;
	for (int i = 0; i < 30; i++)
		pass(1000, 10);
	wall.ms += 7200000;
	for (int i = 0; i < 30; i++)
		pass(1000, 10);
	throughput_flush(throughput);
	for (size_t i = 0; i < minute_count; i++)
		sum += minutes[i].figures.frames_in;
	ck_assert_uint_eq(sum, 900);
	ck_assert_uint_eq(throughput_totals(throughput)->frames_in, 900);
}
END_TEST

START_TEST(a_device_that_begins_anew_or_is_silent_makes_no_absurd_figure)
{
	pass(1000, 500);
	device.packets_in = 20; // it was started again
	wall.ms += 1000;
	mono.ns += NS_IN_S;
	throughput_look(throughput, &worker, &device, wall, mono);
	ck_assert_uint_eq(throughput_get(throughput, 1)->figures.device_packets_in, 20);
	wall.ms += 1000;
	mono.ns += NS_IN_S;
	throughput_look(throughput, &worker, NULL, wall, mono);
	ck_assert_uint_eq(throughput_get(throughput, 2)->figures.device_packets_in, 0);
	device.packets_in = 25;
	wall.ms += 1000;
	mono.ns += NS_IN_S;
	throughput_look(throughput, &worker, &device, wall, mono);
	ck_assert_uint_eq(throughput_get(throughput, 3)->figures.device_packets_in, 5);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("throughput");
	TCase *facts = tcase_create("facts");
	tcase_add_checked_fixture(facts, setup, teardown);
	tcase_add_test(facts, seconds_and_minutes_add_up_to_the_counters);
	tcase_add_test(facts, a_second_that_was_longer_has_its_length);
	tcase_add_test(facts, an_hour_is_kept_and_the_oldest_gives_way);
	tcase_add_test(facts, each_school_has_its_own_and_only_while_it_has_any);
	tcase_add_test(facts, a_clock_that_is_set_loses_nothing);
	tcase_add_test(facts, a_device_that_begins_anew_or_is_silent_makes_no_absurd_figure);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
