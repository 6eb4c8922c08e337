/* SPDX-License-Identifier: BSD-3-Clause */
// test_session_place.c - a session is one worker's with everything in it, and the workers share
// the load.
#include <check.h>

#include "../support/lesson_fixture.h"
#include "lessons/seats.h"

static struct fixture f;

static void
teardown(void)
{
	ck_assert_uint_eq(f.worker.violations, 0);
	fixture_fini(&f);
}

// Opens lesson `index` among these schools, which all join it. Returns whose it is.
static uint32_t
open_joined(size_t index, size_t first, size_t count)
{
	fixture_open(&f, index, first, count, 0);
	for (size_t i = 0; i < count; i++)
		fixture_connect(&f, first + i, "");
	fixture_settle(&f);
	for (size_t i = 0; i < count; i++) {
		ck_assert_ptr_nonnull(fixture_join(&f, first + i));
		ck_assert_uint_eq(
			fixture_join(&f, first + i)->worker, fixture_join(&f, first)->worker);
	}
	return fixture_join(&f, first)->worker;
}

// Lesson `next` takes over: the lessons before it end in the step in which it goes live.
static void
take_over(const size_t *before, size_t before_count, size_t next, size_t first, size_t count)
{
	struct scheduler_event events[FIXTURE_LESSONS];
	for (size_t i = 0; i < before_count; i++) {
		struct scheduled_lesson *ended = &f.lessons[before[i]];
		ended->state = LESSON_ENDED;
		ended->end_reason = SCHEDULER_END_SUPERSEDED;
		events[i] = (struct scheduler_event){SCHEDULER_END, ended};
	}
	f.lessons[next].state = LESSON_LIVE;
	f.now = f.lessons[next].live_at;
	events[before_count] = (struct scheduler_event){SCHEDULER_LIVE, &f.lessons[next]};
	for (size_t i = first; i < first + count; i++)
		f.holder[i] = &f.lessons[next];
	sessions_follow(f.sessions, events, before_count + 1, f.now);
	fixture_settle(&f);
}

START_TEST(a_session_goes_where_the_fewest_endpoints_are_expected)
{
	fixture_init_workers(&f, 2);
	ck_assert_uint_eq(open_joined(0, 0, 3), 0);
	ck_assert_uint_eq(open_joined(1, 3, 2), 1);
	ck_assert_uint_eq(open_joined(2, 5, 2), 1); // two there, three here
}
END_TEST

START_TEST(every_worker_has_its_lesson_and_its_own_slots)
{
	fixture_init_workers(&f, 4);
	for (uint32_t i = 0; i < 3; i++)
		ck_assert_uint_eq(open_joined(i, 2 * i, 2), i);
	for (uint32_t i = 0; i < 4; i++) {
		struct stats_limits left = joins_free_of(sessions_joins(f.sessions), i);
		ck_assert_uint_eq(left.leg_count, FAKE_LEGS / 4 - (i < 3 ? 2 : 0));
		ck_assert_uint_eq(left.stream_count, FAKE_STREAMS / 4 - (i < 3 ? 2 * 4 : 0));
		ck_assert_uint_eq(left.outflow_count, FAKE_OUTFLOWS / 4 - (i < 3 ? 2 * 3 : 0));
	}
	struct stats_limits left = joins_free_get(sessions_joins(f.sessions));
	ck_assert_uint_eq(left.worker_count, 4);
	ck_assert_uint_eq(left.leg_count, FAKE_LEGS - 6);
	ck_assert_uint_eq(left.outflow_count, FAKE_OUTFLOWS - 18);
}
END_TEST

START_TEST(what_is_on_its_way_to_any_worker_is_pending)
{
	fixture_init_workers(&f, 2);
	open_joined(0, 0, 2);
	fixture_open(&f, 1, 2, 2, 0);
	fixture_connect(&f, 2, "");
	ck_assert_uint_eq(fixture_join(&f, 2)->worker, 1);
	ck_assert_uint_eq(sessions_pending_count(f.sessions), 1 + 4); // a leg, its streams
	fixture_settle(&f);
	ck_assert(fixture_join(&f, 2)->is_added);
}
END_TEST

START_TEST(back_to_back_a_lesson_stays_with_its_worker)
{
	fixture_init_workers(&f, 2);
	ck_assert_uint_eq(open_joined(2, 5, 2), 0);
	ck_assert_uint_eq(open_joined(0, 0, 2), 1);
	fixture_live(&f, 0);
	fixture_end(&f, 2);
	fixture_settle(&f); // the first worker has nothing to do
	fixture_open_behind(&f, 1, 0, 3);
	char id[JOIN_ID_BYTES];
	memcpy(id, fixture_join(&f, 0)->id, sizeof id);
	take_over((const size_t[]){0}, 1, 1, 0, 3);
	ck_assert_str_eq(fixture_join(&f, 0)->id, id);
	ck_assert_ptr_eq(fixture_join(&f, 0)->session->scheduled, &f.lessons[1]);
	fixture_connect(&f, 2, "");
	fixture_settle(&f);
	ck_assert_uint_eq(fixture_join(&f, 2)->worker, 1);
}
END_TEST

START_TEST(who_waits_in_the_next_lesson_waits_at_the_worker_of_the_one_before)
{
	fixture_init_workers(&f, 2);
	ck_assert_uint_eq(open_joined(2, 5, 2), 0);
	ck_assert_uint_eq(open_joined(0, 0, 2), 1);
	fixture_live(&f, 0);
	fixture_end(&f, 2);
	fixture_settle(&f);
	fixture_open_behind(&f, 1, 0, 3);
	fixture_connect(&f, 2, "");
	fixture_settle(&f);
	ck_assert_uint_eq(fixture_join(&f, 2)->worker, 1);
	char id[JOIN_ID_BYTES];
	memcpy(id, fixture_join(&f, 0)->id, sizeof id);
	take_over((const size_t[]){0}, 1, 1, 0, 3);
	ck_assert_str_eq(fixture_join(&f, 0)->id, id);
}
END_TEST

START_TEST(of_two_lessons_that_merge_the_one_elsewhere_gets_fresh_joins)
{
	fixture_init_workers(&f, 2);
	ck_assert_uint_eq(open_joined(0, 0, 2), 0);
	ck_assert_uint_eq(open_joined(2, 2, 2), 1);
	fixture_live(&f, 0);
	f.lessons[2].state = LESSON_LIVE;
	fixture_event(&f, 2, SCHEDULER_LIVE);
	char first[JOIN_ID_BYTES], other[JOIN_ID_BYTES];
	memcpy(first, fixture_join(&f, 0)->id, sizeof first);
	memcpy(other, fixture_join(&f, 2)->id, sizeof other);
	fixture_open_behind(&f, 1, 0, 4);
	take_over((const size_t[]){0, 2}, 2, 1, 0, 4);
	ck_assert_str_eq(fixture_join(&f, 0)->id, first);
	ck_assert_str_ne(fixture_join(&f, 2)->id, other);
	for (size_t i = 0; i < 4; i++)
		ck_assert_uint_eq(fixture_join(&f, i)->worker, 0);
	ck_assert_uint_eq(fake_worker_outflows(&f.worker), 4 * 3 * 3);
}
END_TEST

START_TEST(one_worker_that_is_full_leaves_the_other_alone)
{
	fixture_init_workers(&f, 2);
	struct joins *joins = sessions_joins(f.sessions);
	struct lesson_part part = {
		.school = &f.schools[7], .endpoint = &f.endpoints[7], .role = LESSON_LISTEN};
	struct join_request request = {.part = &part, .profile = SRTP_AEAD_AES_128_GCM};
	struct join *filler[FAKE_LEGS / 2], *refused;
	ck_assert_uint_eq(open_joined(0, 0, 2), 0);
	for (size_t i = 0; i < FAKE_LEGS / 2 - 2; i++)
		ck_assert_int_eq(joins_add(joins, &request, &filler[i]), 0);
	ck_assert_int_eq(joins_add(joins, &request, &refused), -ENOSPC);
	ck_assert_uint_eq(open_joined(1, 2, 4), 1);
	for (size_t i = 0; i < FAKE_LEGS / 2 - 2; i++)
		joins_remove(joins, filler[i]);
	fixture_settle(&f);
}
END_TEST

START_TEST(a_capture_goes_to_the_worker_that_has_the_stream)
{
	fixture_init_workers(&f, 4);
	open_joined(0, 0, 2);
	ck_assert_uint_eq(open_joined(1, 2, 2), 1);
	size_t sent = f.worker.queues[1].received;
	struct capture *capture = (struct capture *)&f; // the fake never looks into it
	joins_capture(
		sessions_joins(f.sessions), fixture_join(&f, 3)->streams[1].slot, capture, true);
	ck_assert_uint_eq(f.worker.queues[1].received, sent + 1);
	fixture_settle(&f);
	ck_assert_ptr_eq(f.worker.capture, capture);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("session_place");
	TCase *tcase = tcase_create("session_place");
	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_test(tcase, a_session_goes_where_the_fewest_endpoints_are_expected);
	tcase_add_test(tcase, every_worker_has_its_lesson_and_its_own_slots);
	tcase_add_test(tcase, what_is_on_its_way_to_any_worker_is_pending);
	tcase_add_test(tcase, back_to_back_a_lesson_stays_with_its_worker);
	tcase_add_test(tcase, who_waits_in_the_next_lesson_waits_at_the_worker_of_the_one_before);
	tcase_add_test(tcase, of_two_lessons_that_merge_the_one_elsewhere_gets_fresh_joins);
	tcase_add_test(tcase, one_worker_that_is_full_leaves_the_other_alone);
	tcase_add_test(tcase, a_capture_goes_to_the_worker_that_has_the_stream);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
