/* SPDX-License-Identifier: BSD-3-Clause */
// test_roster.c - places of received streams: stable ports, rejoins, updates, and who gives way.
#include "classroom/roster.h"

#include <check.h>
#include <stdio.h>

#include "../support/classroom_join.h"
#include "classroom/uplink.h"
#include "media/rtp.h"

#define FIRST_PORT 6000

static const struct srtp_engine *engine;
static struct roster roster;
static struct join join;
static struct mono_time now;

static void
start(void)
{
	engine = srtp_engine_libsrtp2();
	ck_assert_ptr_nonnull(engine);
	now = (struct mono_time){NS_IN_S};
	roster_init(&roster, engine, FIRST_PORT, 0x1000);
	test_join_parse(test_join_json(TEST_PROFILE), &join);
	ck_assert_int_eq(roster_apply(&roster, &join, true, now), 0);
}

static void
stop(void)
{
	roster_fini(&roster);
	join_wipe(&join);
}

START_TEST(each_stream_has_a_port_pair_of_its_own)
{
	ck_assert_uint_eq(roster_find(&roster, 21)->port, FIRST_PORT);
	ck_assert_uint_eq(roster_find(&roster, 22)->port, FIRST_PORT + 2);
	ck_assert_uint_ne(roster_find(&roster, 21)->downlink.local_ssrc,
		roster_find(&roster, 22)->downlink.local_ssrc);
	ck_assert_ptr_null(roster_find(&roster, 11));
}
END_TEST

START_TEST(sender_that_joins_again_keeps_its_place)
{
	uint32_t local_ssrc = roster_find(&roster, 22)->downlink.local_ssrc;
	join.receive[1].ssrc = 99;
	ck_assert_int_eq(roster_apply(&roster, &join, false, now), 0);
	ck_assert_ptr_null(roster_find(&roster, 22));
	ck_assert_uint_eq(roster_find(&roster, 99)->port, FIRST_PORT + 2);
	ck_assert_uint_eq(roster_find(&roster, 99)->downlink.local_ssrc, local_ssrc);
}
END_TEST

START_TEST(stream_that_left_is_no_longer_found_but_keeps_its_port)
{
	join.receive_count = 1;
	ck_assert_int_eq(roster_apply(&roster, &join, false, now), 0);
	ck_assert_ptr_null(roster_find(&roster, 22));
	ck_assert_ptr_nonnull(roster_find(&roster, 21));
	join.receive_count = 2;
	ck_assert_int_eq(roster_apply(&roster, &join, false, now), 0);
	ck_assert_uint_eq(roster_find(&roster, 22)->port, FIRST_PORT + 2);
}
END_TEST

// Makes the sender's packet number `count` of receive[0] and gives it to its place.
static int
receive_one(struct uplink *sender)
{
	_Alignas(8) uint8_t out[256];
	uint8_t rtp[RTP_HEADER_BYTES + 20] = {0};
	rtp_write(rtp, &(struct rtp_header){.timestamp = 1});
	int length = uplink_packet(sender, rtp, sizeof rtp, now, out, sizeof out);
	ck_assert_int_gt(length, 0);
	return downlink_packet(&roster_find(&roster, 21)->downlink, out, (size_t)length, now);
}

START_TEST(working_stream_ignores_an_updates_older_counter_a_failing_one_takes_it)
{
	struct uplink sender;
	uplink_init(&sender, engine);
	ck_assert_int_eq(uplink_join(&sender, &join.receive[0], 5, now), 0);
	ck_assert_int_gt(receive_one(&sender), 0);
	struct srtp_context *context = roster_find(&roster, 21)->downlink.context;
	join.receive[0].roc = 7;
	ck_assert_int_eq(roster_apply(&roster, &join, false, now), 0);
	ck_assert_ptr_eq(roster_find(&roster, 21)->downlink.context, context);
	ck_assert_int_gt(receive_one(&sender), 0);

	// A fresh join of our own takes the list's word for it, and so fails here with 7.
	ck_assert_int_eq(roster_apply(&roster, &join, true, now), 0);
	ck_assert_int_lt(receive_one(&sender), 0);
	now = mono_after_ns(now, DOWNLINK_FAILING_NS);
	ck_assert_int_lt(receive_one(&sender), 0);
	ck_assert(roster_is_failing(&roster, now));
	join.receive[0].roc = 0;
	ck_assert_int_eq(roster_apply(&roster, &join, false, now), 0);
	ck_assert(!roster_is_failing(&roster, now));
	ck_assert_int_gt(receive_one(&sender), 0);
	ck_assert_uint_eq(roster_find(&roster, 21)->downlink.totals.packets, 3);
	uplink_leave(&sender);
}
END_TEST

START_TEST(when_all_places_are_taken_the_longest_unused_gives_way)
{
	join.receive_count = 1;
	for (unsigned i = 0; i < ROSTER_MAX - 2; i++) {
		now = mono_after_ns(now, NS_IN_S);
		snprintf(join.receive[0].endpoint, sizeof join.receive[0].endpoint, "e%u", i);
		join.receive[0].ssrc = 1000 + i;
		ck_assert_int_eq(roster_apply(&roster, &join, false, now), 0);
		ck_assert_uint_eq(roster_find(&roster, 1000 + i)->port, FIRST_PORT + 4 + 2 * i);
	}
	// Full now. The first two have been unused since the start.
	strcpy(join.receive[0].endpoint, "newcomer");
	join.receive[0].ssrc = 5000;
	ck_assert_int_eq(roster_apply(&roster, &join, false, now), 0);
	ck_assert_uint_le(roster_find(&roster, 5000)->port, FIRST_PORT + 2);
	// A full list fits, too.
	join.receive_count = JOIN_RECEIVE_MAX;
	for (unsigned i = 0; i < JOIN_RECEIVE_MAX; i++) {
		join.receive[i] = join.receive[0];
		snprintf(join.receive[i].endpoint, sizeof join.receive[i].endpoint, "full%u", i);
		join.receive[i].ssrc = 7000 + i;
	}
	ck_assert_int_eq(roster_apply(&roster, &join, false, now), 0);
	bool seen[ROSTER_MAX] = {false};
	for (unsigned i = 0; i < JOIN_RECEIVE_MAX; i++) {
		unsigned place = (roster_find(&roster, 7000 + i)->port - FIRST_PORT) / 2u;
		ck_assert_uint_lt(place, ROSTER_MAX);
		ck_assert(!seen[place]);
		seen[place] = true;
	}
}
END_TEST

START_TEST(nothing_is_received_after_leaving)
{
	roster_leave(&roster);
	ck_assert_ptr_null(roster_find(&roster, 21));
	for (int i = 0; i < ROSTER_MAX; i++)
		ck_assert_ptr_null(roster.entries[i].downlink.context);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("roster");
	TCase *facts = tcase_create("facts");
	tcase_set_timeout(facts, 60);
	tcase_add_checked_fixture(facts, start, stop);
	tcase_add_test(facts, each_stream_has_a_port_pair_of_its_own);
	tcase_add_test(facts, sender_that_joins_again_keeps_its_place);
	tcase_add_test(facts, stream_that_left_is_no_longer_found_but_keeps_its_port);
	tcase_add_test(
		facts, working_stream_ignores_an_updates_older_counter_a_failing_one_takes_it);
	tcase_add_test(facts, when_all_places_are_taken_the_longest_unused_gives_way);
	tcase_add_test(facts, nothing_is_received_after_leaving);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
