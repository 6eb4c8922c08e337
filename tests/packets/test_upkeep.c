/* SPDX-License-Identifier: BSD-3-Clause */
// test_upkeep.c - what time asks of a worker: counters published in their time, naps that end.
#include <check.h>
#include <stdlib.h>

#include "datapath/fleet.h"
#include "rig.h"

#define PUBLISH_NS (200 * NS_IN_MS)

static struct rig rig;
static struct rig_endpoint schools[2];

static void
setup(void)
{
	rig_start(&rig, 0, VLAN_NONE);
}

static void
teardown(void)
{
	rig_stop(&rig);
}

static void
begin_lesson(void)
{
	for (unsigned i = 0; i < 2; i++) {
		rig_add_endpoint(&rig, &schools[i], i, SRTP_AEAD_AES_128_GCM, true);
		rig_prove_path(&rig, &schools[i]);
	}
	rig_connect(&rig, 0, &schools[0], &schools[1]);
}

static void
end_lesson(void)
{
	rig_disconnect(&rig, 0);
	for (unsigned i = 0; i < 2; i++)
		rig_remove_endpoint(&rig, &schools[i]);
}

// Which of the first school's figures have reached the board by themselves.
static unsigned
published(uint64_t packets)
{
	struct outflow_stats outflow;
	struct leg_stats leg;
	stats_read_outflow(rig.stats, rig_outflow(0), &outflow);
	stats_read_leg(rig.stats, schools[0].leg, &leg);
	return (outflow.packets == packets) + (leg.last_heard_ns == rig.now.ns);
}

// Polling, napping in a lesson, napping without one, and where each turn is held up.
static const int64_t turns_ns[] = {3 * NS_IN_US, 120 * NS_IN_US, 1300 * NS_IN_US, 70 * NS_IN_MS};

START_TEST(every_counter_is_published_in_its_time)
{
	int64_t turn_ns = turns_ns[_i];
	struct rig_frame frame;
	begin_lesson();
	for (uint64_t packets = 1; packets <= 3; packets++) {
		struct leg_stats leg;
		struct outflow_stats outflow;
		rig_rtp(&rig, &schools[0], 100, true, &frame);
		rig_inject(&rig, &frame);
		rig_turn(&rig, turn_ns);
		int64_t heard_ns = rig.now.ns;
		for (int64_t ns = 0; ns <= PUBLISH_NS; ns += turn_ns)
			rig_turn(&rig, turn_ns);
		rig_discard_output(&rig);
		stats_read_leg(rig.stats, schools[0].leg, &leg);
		stats_read_outflow(rig.stats, rig_outflow(0), &outflow);
		ck_assert_int_eq(leg.last_heard_ns, heard_ns);
		ck_assert_uint_eq(outflow.packets, packets);
	}
	end_lesson();
}
END_TEST

START_TEST(a_sweep_begins_no_sooner_than_its_time)
{
	struct rig_frame frame;
	begin_lesson();
	for (int64_t ns = 0; ns <= 2 * PUBLISH_NS; ns += NS_IN_MS)
		rig_turn(&rig, NS_IN_MS);
	// Within one period each figure reaches the board once: what comes behind a sweep waits.
	unsigned seen = 0;
	for (int64_t ns = 0; ns < PUBLISH_NS; ns += NS_IN_MS) {
		rig_rtp(&rig, &schools[0], 100, true, &frame);
		rig_inject(&rig, &frame);
		rig_turn(&rig, NS_IN_MS);
		rig_discard_output(&rig);
		seen += published((uint64_t)(ns / NS_IN_MS) + 1);
	}
	ck_assert_uint_ge(seen, 1);
	ck_assert_uint_le(seen, 3);
	end_lesson();
}
END_TEST

START_TEST(naps_are_short_in_every_worker_as_soon_as_a_session_has_a_leg)
{
	struct rig_endpoint early;
	ck_assert(!fleet_has_legs(rig.fleet));
	// Minutes before its bell: the leg is there, and not live.
	rig_add_endpoint(&rig, &early, 0, SRTP_AEAD_AES_128_GCM, false);
	ck_assert(fleet_has_legs(rig.fleet));
	rig_remove_endpoint(&rig, &early);
	ck_assert(!fleet_has_legs(rig.fleet));
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("upkeep");
	TCase *tests = tcase_create("upkeep");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, every_counter_is_published_in_its_time, 0,
		(int)(sizeof turns_ns / sizeof turns_ns[0]));
	tcase_add_test(tests, a_sweep_begins_no_sooner_than_its_time);
	tcase_add_test(tests, naps_are_short_in_every_worker_as_soon_as_a_session_has_a_leg);
	suite_add_tcase(suite, tests);
	return suite;
}

int
main(void)
{
	return rig_run_in_fleets(make_suite);
}
