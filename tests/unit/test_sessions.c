/* SPDX-License-Identifier: BSD-3-Clause */
// test_sessions.c - who is in a session, under which keys, and in which order the worker is told.
#include <check.h>

#include "../support/lesson_fixture.h"

static struct fixture f;

static void
setup_one(void)
{
	fixture_init_workers(&f, 1);
}

static void
setup_two(void)
{
	fixture_init_workers(&f, 2);
}

static void
setup_four(void)
{
	fixture_init_workers(&f, 4);
}

static void
teardown(void)
{
	fixture_fini(&f);
}

static void
join_two(void)
{
	fixture_open(&f, 0, 0, 2, 0);
	fixture_connect(&f, 0, "");
	fixture_connect(&f, 1, "");
	fixture_settle(&f);
}

START_TEST(one_to_one_forwards_every_stream_both_ways)
{
	join_two();
	ck_assert_uint_eq(fake_worker_legs(&f.worker), 2);
	ck_assert_uint_eq(fake_worker_streams(&f.worker), 2 * (3 + 1));
	ck_assert_uint_eq(fake_worker_outflows(&f.worker), 2 * 3);
	ck_assert_uint_eq(f.worker.violations, 0);
}
END_TEST

START_TEST(one_to_many_sends_each_stream_to_everybody_else)
{
	fixture_open(&f, 0, 0, 4, 0);
	for (size_t i = 0; i < 4; i++)
		fixture_connect(&f, i, "");
	fixture_settle(&f);
	ck_assert_uint_eq(fake_worker_outflows(&f.worker), 4 * 3 * 3);
	ck_assert_uint_eq(f.worker.violations, 0);
}
END_TEST

START_TEST(a_listener_receives_and_sends_only_reports)
{
	fixture_open(&f, 0, 0, 3, 1);
	for (size_t i = 0; i < 3; i++)
		fixture_connect(&f, i, "");
	fixture_settle(&f);
	const struct join *listener = fixture_join(&f, 2);
	ck_assert_uint_eq(listener->stream_count, 1);
	ck_assert_int_eq(listener->streams[0].kind, STREAM_REPORT);
	// Lead and assisted exchange 3 each, and the listener gets all 6.
	ck_assert_uint_eq(fake_worker_outflows(&f.worker), 3 + 3 + 6);
}
END_TEST

START_TEST(a_report_stream_is_never_forwarded)
{
	join_two();
	for (size_t i = 0; i < FAKE_OUTFLOWS; i++)
		if (f.worker.outflows[i])
			ck_assert_int_ne(
				f.worker.stream[f.worker.outflow[i].stream].kind, STREAM_REPORT);
}
END_TEST

START_TEST(copies_carry_the_dscp_of_their_kind)
{
	join_two();
	for (size_t i = 0; i < FAKE_STREAMS; i++)
		if (f.worker.streams[i])
			ck_assert_uint_eq(f.worker.stream[i].dscp,
				f.worker.stream[i].kind == STREAM_AUDIO ? 46 : 34);
}
END_TEST

START_TEST(whoever_joins_is_told_once_and_the_other_gets_an_update)
{
	fixture_open(&f, 0, 0, 2, 0);
	fixture_connect(&f, 0, "");
	ck_assert_uint_eq(fixture_told(&f, 0, NOTICE_JOIN), 1);
	ck_assert_uint_eq(f.told[0].receives, 0);
	f.told_count = 0;
	fixture_connect(&f, 1, "");
	ck_assert_uint_eq(f.told_count, 2);
	ck_assert_uint_eq(fixture_told(&f, 1, NOTICE_JOIN), 1);
	ck_assert_uint_eq(fixture_told(&f, 0, NOTICE_UPDATE), 1);
	ck_assert_uint_eq(f.told[0].receives, 3);
	ck_assert_uint_eq(f.told[1].receives, 3);
}
END_TEST

START_TEST(who_receives_is_told_before_who_sends)
{
	fixture_open(&f, 0, 0, 2, 0);
	fixture_connect(&f, 1, "");
	fixture_connect(&f, 0, "");
	f.told_count = 0;
	fixture_connect(&f, 1, ""); // its seat is the first
	ck_assert_int_eq(f.told[0].notice, NOTICE_UPDATE);
	ck_assert_int_eq(f.told[1].notice, NOTICE_JOIN);
	ck_assert_str_eq(f.told[1].endpoint, f.endpoints[1].id);
}
END_TEST

START_TEST(those_who_wait_are_joined_when_the_session_opens)
{
	fixture_connect(&f, 0, "");
	fixture_connect(&f, 1, "");
	ck_assert_uint_eq(f.told_count, 0);
	fixture_open(&f, 0, 0, 2, 0);
	// One event each, in which the other is there already.
	ck_assert_uint_eq(f.told_count, 2);
	ck_assert_uint_eq(fixture_told(&f, 0, NOTICE_JOIN), 1);
	ck_assert_uint_eq(fixture_told(&f, 1, NOTICE_JOIN), 1);
	ck_assert_uint_eq(f.told[0].receives, 3);
	ck_assert_uint_eq(f.told[1].receives, 3);
}
END_TEST

START_TEST(whoever_is_in_no_lesson_gets_no_join)
{
	fixture_open(&f, 0, 0, 2, 0);
	fixture_connect(&f, 3, "");
	ck_assert_ptr_null(fixture_join(&f, 3));
	ck_assert_uint_eq(f.told_count, 0);
}
END_TEST

START_TEST(a_reconnect_with_the_current_join_keeps_everything)
{
	join_two();
	const struct join *before = fixture_join(&f, 0);
	size_t sent = f.worker.received;
	char id[JOIN_ID_BYTES];
	memcpy(id, before->id, sizeof id);
	sessions_disconnect(f.sessions, f.endpoints[0].id);
	ck_assert_ptr_eq(fixture_join(&f, 0), before);
	f.told_count = 0;
	fixture_connect(&f, 0, id);
	ck_assert_ptr_eq(fixture_join(&f, 0), before);
	ck_assert_uint_eq(f.worker.received, sent);
	ck_assert_uint_eq(f.told_count, 1);
	ck_assert_uint_eq(fixture_told(&f, 0, NOTICE_UPDATE), 1);
	ck_assert_str_eq(f.told[0].join, id);
}
END_TEST

START_TEST(a_join_is_fresh_in_every_part)
{
	join_two();
	struct join before = *fixture_join(&f, 0);
	fixture_connect(&f, 0, "00000000000000000000000000000000");
	const struct join *after = fixture_join(&f, 0);
	ck_assert_str_ne(before.id, after->id);
	ck_assert_uint_ne(before.leg.leg, after->leg.leg);
	ck_assert_uint_ne(before.leg.relay_ssrc, after->leg.relay_ssrc);
	ck_assert_str_ne(before.leg.relay_user, after->leg.relay_user);
	ck_assert_str_ne(before.leg.endpoint_user, after->leg.endpoint_user);
	ck_assert_str_ne(before.leg.relay_password, after->leg.relay_password);
	ck_assert_str_ne(before.leg.endpoint_password, after->leg.endpoint_password);
	ck_assert_str_ne(after->leg.relay_password, after->leg.endpoint_password);
	ck_assert_mem_ne(before.relay_keys.key, after->relay_keys.key, 16);
	for (size_t i = 0; i < after->stream_count; i++) {
		ck_assert_uint_ne(before.streams[i].ssrc, after->streams[i].ssrc);
		ck_assert_mem_ne(before.streams[i].keys.key, after->streams[i].keys.key, 16);
		ck_assert_mem_ne(after->streams[i].keys.key, after->relay_keys.key, 16);
	}
	fixture_settle(&f);
	ck_assert_uint_eq(f.worker.violations, 0);
	ck_assert_uint_eq(fake_worker_legs(&f.worker), 2);
	ck_assert_uint_eq(fake_worker_outflows(&f.worker), 6);
}
END_TEST

START_TEST(the_user_name_leads_to_worker_and_leg)
{
	join_two();
	const struct message_leg *leg = &fixture_join(&f, 1)->leg;
	uint8_t worker;
	uint32_t slot;
	ck_assert_int_eq(
		leg_user_parse(leg->relay_user, strlen(leg->relay_user), &worker, &slot), 0);
	ck_assert_uint_eq(worker, 0);
	ck_assert_uint_eq(slot, leg->leg);
	ck_assert_uint_eq(strlen(leg->relay_password), STUN_PASSWORD_BYTES_MAX - 1);
}
END_TEST

START_TEST(slots_and_contexts_are_kept_until_the_worker_gives_them_back)
{
	join_two();
	uint32_t old_leg = fixture_join(&f, 0)->leg.leg;
	struct stats_limits before = joins_free_get(sessions_joins(f.sessions));
	ck_assert_int_eq(sessions_rejoin(f.sessions, f.endpoints[0].id, fixture_join(&f, 0)->id,
				 mono_after_ns(f.now, NS_IN_S)),
		0);
	ck_assert_uint_ne(fixture_join(&f, 0)->leg.leg, old_leg);
	// Nothing has come back yet: the old ones are still taken.
	struct stats_limits during = joins_free_get(sessions_joins(f.sessions));
	ck_assert_uint_eq(during.leg_count, before.leg_count - 1);
	ck_assert_uint_eq(during.stream_count, before.stream_count - 4);
	ck_assert_uint_eq(during.outflow_count, before.outflow_count - 6);
	ck_assert(!TAILQ_EMPTY(joins_leaving(sessions_joins(f.sessions))));
	fixture_settle(&f);
	struct stats_limits after = joins_free_get(sessions_joins(f.sessions));
	ck_assert_mem_eq(&after, &before, sizeof after);
	ck_assert(TAILQ_EMPTY(joins_leaving(sessions_joins(f.sessions))));
	ck_assert_uint_eq(f.worker.violations, 0);
}
END_TEST

START_TEST(a_full_mailbox_delays_and_keeps_the_order)
{
	f.worker.capacity = 1;
	fixture_open(&f, 0, 0, 4, 0);
	for (size_t i = 0; i < 4; i++)
		fixture_connect(&f, i, "");
	ck_assert_uint_eq(f.worker.received, 1);
	fixture_settle(&f);
	ck_assert_uint_eq(f.worker.violations, 0);
	ck_assert_uint_eq(fake_worker_outflows(&f.worker), 36);
	fixture_end(&f, 0);
	fixture_settle(&f);
	ck_assert_uint_eq(f.worker.violations, 0);
	ck_assert_uint_eq(fake_worker_legs(&f.worker), 0);
}
END_TEST

START_TEST(media_passes_from_just_before_the_bell)
{
	join_two();
	uint32_t leg = fixture_join(&f, 0)->leg.leg;
	ck_assert(!f.worker.live[leg]);
	f.now = mono_after_ns(f.lessons[0].live_at, -(SESSIONS_GATE_LEAD_MS + 1) * NS_IN_MS);
	fixture_settle(&f);
	ck_assert(!f.worker.live[leg]);
	f.now = mono_after_ns(f.lessons[0].live_at, -SESSIONS_GATE_LEAD_MS * NS_IN_MS);
	sessions_step(f.sessions, f.now);
	fixture_settle(&f);
	ck_assert(f.worker.live[leg]);
	ck_assert(f.worker.live[fixture_join(&f, 1)->leg.leg]);
}
END_TEST

START_TEST(the_bell_opens_the_gates_and_tells_everybody)
{
	join_two();
	f.told_count = 0;
	fixture_live(&f, 0);
	fixture_settle(&f);
	ck_assert(f.worker.live[fixture_join(&f, 0)->leg.leg]);
	ck_assert_uint_eq(fixture_told(&f, 0, NOTICE_UPDATE), 1);
	ck_assert_uint_eq(fixture_told(&f, 1, NOTICE_UPDATE), 1);
	ck_assert_uint_eq(f.told_count, 2);
}
END_TEST

START_TEST(whoever_joins_a_live_lesson_passes_at_once)
{
	fixture_open(&f, 0, 0, 2, 0);
	fixture_live(&f, 0);
	fixture_connect(&f, 0, "");
	fake_worker_work(&f.worker);
	ck_assert(f.worker.live[fixture_join(&f, 0)->leg.leg]);
}
END_TEST

START_TEST(the_grace_leaves_the_gates_open)
{
	join_two();
	fixture_live(&f, 0);
	f.lessons[0].state = LESSON_GRACE;
	fixture_event(&f, 0, SCHEDULER_GRACE);
	fixture_settle(&f);
	ck_assert(f.worker.live[fixture_join(&f, 0)->leg.leg]);
}
END_TEST

START_TEST(an_extension_is_told_to_everybody)
{
	join_two();
	f.told_count = 0;
	fixture_event(&f, 0, SCHEDULER_CHANGED);
	ck_assert_uint_eq(fixture_told(&f, 0, NOTICE_UPDATE), 1);
	ck_assert_uint_eq(fixture_told(&f, 1, NOTICE_UPDATE), 1);
}
END_TEST

START_TEST(the_end_takes_everything_back_and_says_leave)
{
	join_two();
	char id[JOIN_ID_BYTES];
	memcpy(id, fixture_join(&f, 1)->id, sizeof id);
	f.told_count = 0;
	fixture_end(&f, 0);
	ck_assert_uint_eq(f.told_count, 2);
	ck_assert_uint_eq(fixture_told(&f, 0, NOTICE_LEAVE), 1);
	ck_assert_uint_eq(fixture_told(&f, 1, NOTICE_LEAVE), 1);
	ck_assert_str_eq(f.told[1].join, id);
	fixture_settle(&f);
	ck_assert_uint_eq(fake_worker_legs(&f.worker), 0);
	ck_assert_uint_eq(fake_worker_streams(&f.worker), 0);
	ck_assert_uint_eq(fake_worker_outflows(&f.worker), 0);
	ck_assert_uint_eq(f.worker.violations, 0);
	struct stats_limits left = joins_free_get(sessions_joins(f.sessions));
	ck_assert_uint_eq(left.leg_count, FAKE_LEGS);
	ck_assert_uint_eq(left.stream_count, FAKE_STREAMS);
	ck_assert_uint_eq(left.outflow_count, FAKE_OUTFLOWS);
	ck_assert_ptr_null(fixture_join(&f, 0));
	ck_assert(TAILQ_EMPTY(sessions_list(f.sessions)));
}
END_TEST

START_TEST(the_next_lesson_takes_over_without_a_leave_between)
{
	join_two();
	fixture_open(&f, 1, 1, 2, 0); // school 1 is wanted by both
	f.lessons[0].state = LESSON_ENDED;
	f.holder[0] = NULL;
	f.told_count = 0;
	fixture_event(&f, 0, SCHEDULER_END);
	ck_assert_uint_eq(fixture_told(&f, 0, NOTICE_LEAVE), 1);
	ck_assert_uint_eq(fixture_told(&f, 1, NOTICE_LEAVE), 0);
	ck_assert_ptr_eq(fixture_join(&f, 1)->session->scheduled, &f.lessons[1]);
	fixture_settle(&f);
	ck_assert_uint_eq(f.worker.violations, 0);
	ck_assert_uint_eq(fake_worker_legs(&f.worker), 1);
}
END_TEST

START_TEST(a_stale_join_is_answered_with_leave)
{
	fixture_connect(&f, 0, "11111111111111111111111111111111");
	ck_assert_uint_eq(f.told_count, 1);
	ck_assert_uint_eq(fixture_told(&f, 0, NOTICE_LEAVE), 1);
	ck_assert_str_eq(f.told[0].join, "11111111111111111111111111111111");
}
END_TEST

START_TEST(a_rejoin_that_names_another_join_changes_nothing)
{
	join_two();
	const struct join *before = fixture_join(&f, 0);
	ck_assert_int_eq(
		sessions_rejoin(f.sessions, f.endpoints[0].id, fixture_join(&f, 1)->id, f.now),
		-ENOENT);
	ck_assert_ptr_eq(fixture_join(&f, 0), before);
}
END_TEST

START_TEST(rejoins_in_a_row_are_held_back_for_a_second)
{
	join_two();
	char id[JOIN_ID_BYTES];
	memcpy(id, fixture_join(&f, 0)->id, sizeof id);
	ck_assert_int_eq(sessions_rejoin(f.sessions, f.endpoints[0].id, id, f.now), 0);
	ck_assert_ptr_null(fixture_join(&f, 0));
	f.now = mono_after_ns(f.now, SESSIONS_REJOIN_MS * NS_IN_MS);
	f.told_count = 0;
	fixture_settle(&f);
	ck_assert_ptr_nonnull(fixture_join(&f, 0));
	ck_assert_uint_eq(fixture_told(&f, 0, NOTICE_JOIN), 1);
}
END_TEST

START_TEST(who_is_evicted_loses_its_join_and_gets_none)
{
	join_two();
	f.told_count = 0;
	sessions_evict(f.sessions, f.endpoints[0].id);
	fixture_settle(&f);
	ck_assert_ptr_null(fixture_join(&f, 0));
	ck_assert_uint_eq(fake_worker_legs(&f.worker), 1);
	ck_assert_uint_eq(fixture_told(&f, 1, NOTICE_UPDATE), 1);
	ck_assert_uint_eq(fixture_told(&f, 0, NOTICE_JOIN), 0);
}
END_TEST

START_TEST(a_join_that_the_worker_refuses_is_made_again_later)
{
	f.worker.refuse_type = MESSAGE_STREAM_ADD;
	fixture_open(&f, 0, 0, 2, 0);
	fixture_connect(&f, 0, "");
	fixture_settle(&f);
	ck_assert_ptr_null(fixture_join(&f, 0));
	ck_assert_uint_eq(sessions_counters(f.sessions).joins_failed, 1);
	f.worker.refuse_type = -1;
	f.now = mono_after_ns(f.now, SESSIONS_RETRY_MS * NS_IN_MS);
	fixture_settle(&f);
	ck_assert_ptr_nonnull(fixture_join(&f, 0));
	ck_assert_uint_eq(fake_worker_streams(&f.worker), 4);
}
END_TEST

START_TEST(a_session_beyond_the_slots_takes_nothing)
{
	// All but one of the first worker's legs are gone.
	struct joins *joins = sessions_joins(f.sessions);
	struct lesson_part part = {
		.school = &f.schools[4], .endpoint = &f.endpoints[4], .role = LESSON_LISTEN};
	struct join_request request = {.part = &part, .profile = SRTP_AEAD_AES_128_GCM};
	struct join *filler[FAKE_LEGS];
	size_t filler_count = FAKE_LEGS / f.worker.worker_count - 1;
	for (size_t i = 0; i < filler_count; i++)
		ck_assert_int_eq(joins_add(joins, &request, &filler[i]), 0);
	fixture_open(&f, 0, 0, 2, 0);
	fixture_connect(&f, 0, "");
	fixture_connect(&f, 1, "");
	ck_assert_ptr_nonnull(fixture_join(&f, 0));
	ck_assert_ptr_null(fixture_join(&f, 1));
	ck_assert_uint_eq(sessions_counters(f.sessions).joins_failed, 1);
	for (size_t i = 0; i < filler_count; i++)
		joins_remove(joins, filler[i]);
	f.now = mono_after_ns(f.now, SESSIONS_RETRY_MS * NS_IN_MS);
	fixture_settle(&f);
	fixture_settle(&f);
	ck_assert_ptr_nonnull(fixture_join(&f, 1));
	ck_assert_uint_eq(f.worker.violations, 0);
}
END_TEST

START_TEST(the_profile_is_the_best_that_all_support)
{
	fixture_open(&f, 0, 0, 2, 0);
	ck_assert_int_eq(
		sessions_find(f.sessions, "lesson0/2026-11-23")->profile, SRTP_AEAD_AES_128_GCM);
	f.endpoints[3].profiles[0] = SRTP_AES_CM_128_HMAC_SHA1_80;
	f.endpoints[3].profile_count = 1;
	fixture_open(&f, 1, 2, 2, 0);
	ck_assert_int_eq(sessions_find(f.sessions, "lesson1/2026-11-23")->profile,
		SRTP_AES_CM_128_HMAC_SHA1_80);
}
END_TEST

START_TEST(without_a_common_profile_nobody_joins)
{
	f.endpoints[0].profile_count = 1;
	f.endpoints[1].profiles[0] = SRTP_AES_CM_128_HMAC_SHA1_80;
	f.endpoints[1].profile_count = 1;
	join_two();
	ck_assert_int_eq(sessions_find(f.sessions, "lesson0/2026-11-23")->profile, 0);
	ck_assert_ptr_null(fixture_join(&f, 0));
	ck_assert_uint_eq(f.worker.received, 0);
}
END_TEST

START_TEST(both_leaving_at_once_removes_each_copy_once)
{
	fixture_open(&f, 0, 0, 3, 0);
	for (size_t i = 0; i < 3; i++)
		fixture_connect(&f, i, "");
	fixture_end(&f, 0); // before the worker has seen anything
	fixture_settle(&f);
	ck_assert_uint_eq(f.worker.violations, 0);
	ck_assert_uint_eq(f.worker.received, 2 * (3 + 3 * 4 + 3 * 2 * 3));
	ck_assert_uint_eq(joins_refused_count(sessions_joins(f.sessions)), 0);
}
END_TEST

static Suite *
sessions_suite(void)
{
	const TTest *const tests[] = {
		one_to_one_forwards_every_stream_both_ways,
		one_to_many_sends_each_stream_to_everybody_else,
		a_listener_receives_and_sends_only_reports,
		a_report_stream_is_never_forwarded,
		copies_carry_the_dscp_of_their_kind,
		whoever_joins_is_told_once_and_the_other_gets_an_update,
		who_receives_is_told_before_who_sends,
		those_who_wait_are_joined_when_the_session_opens,
		whoever_is_in_no_lesson_gets_no_join,
		a_reconnect_with_the_current_join_keeps_everything,
		a_join_is_fresh_in_every_part,
		the_user_name_leads_to_worker_and_leg,
		slots_and_contexts_are_kept_until_the_worker_gives_them_back,
		a_full_mailbox_delays_and_keeps_the_order,
		media_passes_from_just_before_the_bell,
		the_bell_opens_the_gates_and_tells_everybody,
		whoever_joins_a_live_lesson_passes_at_once,
		the_grace_leaves_the_gates_open,
		an_extension_is_told_to_everybody,
		the_end_takes_everything_back_and_says_leave,
		the_next_lesson_takes_over_without_a_leave_between,
		a_stale_join_is_answered_with_leave,
		a_rejoin_that_names_another_join_changes_nothing,
		rejoins_in_a_row_are_held_back_for_a_second,
		who_is_evicted_loses_its_join_and_gets_none,
		a_join_that_the_worker_refuses_is_made_again_later,
		a_session_beyond_the_slots_takes_nothing,
		the_profile_is_the_best_that_all_support,
		without_a_common_profile_nobody_joins,
		both_leaving_at_once_removes_each_copy_once,
	};
	static const struct {
		const char *name;
		SFun setup;
	} fleets[] = {{"one worker", setup_one}, {"two workers", setup_two},
		{"four workers", setup_four}};
	Suite *suite = suite_create("sessions");
	for (size_t fleet = 0; fleet < sizeof fleets / sizeof *fleets; fleet++) {
		TCase *tcase = tcase_create(fleets[fleet].name);
		tcase_add_checked_fixture(tcase, fleets[fleet].setup, teardown);
		for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
			tcase_add_test(tcase, tests[i]);
		suite_add_tcase(suite, tcase);
	}
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(sessions_suite());
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
