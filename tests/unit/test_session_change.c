/* SPDX-License-Identifier: BSD-3-Clause */
// test_session_change.c - who stays in a session that is regrouped keeps everything, and so does
// who goes on in the next lesson.
#include <check.h>

#include "../support/lesson_fixture.h"
#include "lessons/seats.h"

static struct fixture f;
static struct lesson_part parts[4];

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
	ck_assert_uint_eq(f.worker.violations, 0);
	fixture_fini(&f);
}

static void
join_live(size_t count)
{
	fixture_open(&f, 0, 0, count, 0);
	for (size_t i = 0; i < FIXTURE_SCHOOLS; i++)
		fixture_connect(&f, i, "");
	fixture_live(&f, 0);
	fixture_settle(&f);
	f.told_count = 0;
}

// Lesson 0 is held by these schools from now on; the last `listeners` of them listen.
static void
regroup(const size_t *schools, size_t count, size_t listeners)
{
	struct scheduled_lesson *scheduled = &f.lessons[0];
	for (size_t i = 0; i < FIXTURE_SCHOOLS; i++)
		if (f.holder[i] == scheduled)
			f.holder[i] = NULL;
	for (size_t i = 0; i < count; i++) {
		parts[i] = (struct lesson_part){
			.school = &f.schools[schools[i]],
			.endpoint = &f.endpoints[schools[i]],
			.role = i == 0                   ? LESSON_LEAD
				: i >= count - listeners ? LESSON_LISTEN
							 : LESSON_ASSIST,
		};
		f.holder[schools[i]] = scheduled;
	}
	scheduled->lesson.parts = parts;
	scheduled->lesson.part_count = count;
	fixture_event(&f, 0, SCHEDULER_CHANGED);
	fixture_settle(&f);
}

// What must not change of a join that goes on.
struct kept {
	const struct join *join;
	char id[JOIN_ID_BYTES];
	uint32_t ssrcs[LEG_STREAMS_MAX];
	struct srtp_keys keys[LEG_STREAMS_MAX];
};

static struct kept
keep(size_t school)
{
	struct kept kept = {.join = fixture_join(&f, school)};
	memcpy(kept.id, kept.join->id, sizeof kept.id);
	for (size_t i = 0; i < kept.join->stream_count; i++) {
		kept.ssrcs[i] = kept.join->streams[i].ssrc;
		kept.keys[i] = kept.join->streams[i].keys;
	}
	return kept;
}

static void
check_kept(size_t school, const struct kept *kept)
{
	const struct join *join = fixture_join(&f, school);
	ck_assert_ptr_eq(join, kept->join);
	ck_assert_str_eq(join->id, kept->id);
	for (size_t i = 0; i < join->stream_count; i++) {
		ck_assert_uint_eq(join->streams[i].ssrc, kept->ssrcs[i]);
		ck_assert_mem_eq(&join->streams[i].keys, &kept->keys[i], sizeof kept->keys[i]);
	}
}

static size_t
receive_count(size_t school)
{
	const struct join_outflow *outflow;
	size_t count = 0;
	TAILQ_FOREACH (outflow, &fixture_join(&f, school)->receives, join_link)
		count++;
	return count;
}

START_TEST(who_stays_keeps_its_join_when_another_comes)
{
	join_live(2);
	struct kept lead = keep(0), assisted = keep(1);
	regroup((const size_t[]){0, 1, 2}, 3, 0);
	check_kept(0, &lead);
	check_kept(1, &assisted);
	ck_assert_uint_eq(fixture_told(&f, 0, NOTICE_UPDATE), 1);
	ck_assert_uint_eq(fixture_told(&f, 1, NOTICE_UPDATE), 1);
	ck_assert_uint_eq(fixture_told(&f, 2, NOTICE_JOIN), 1);
	ck_assert_uint_eq(receive_count(0), 6);
	ck_assert_uint_eq(receive_count(2), 6);
	ck_assert(fixture_join(&f, 2)->leg.live);
	ck_assert_ptr_eq(fixture_join(&f, 0)->part, &parts[0]);
}
END_TEST

START_TEST(who_is_taken_out_is_sent_away_and_nobody_else)
{
	join_live(3);
	struct kept lead = keep(0), assisted = keep(1);
	regroup((const size_t[]){0, 1}, 2, 0);
	check_kept(0, &lead);
	check_kept(1, &assisted);
	ck_assert_ptr_null(fixture_join(&f, 2));
	ck_assert_uint_eq(fixture_told(&f, 2, NOTICE_LEAVE), 1);
	ck_assert_uint_eq(fixture_told(&f, 0, NOTICE_LEAVE), 0);
	ck_assert_uint_eq(fake_worker_legs(&f.worker), 2);
	ck_assert_uint_eq(fake_worker_outflows(&f.worker), 2 * 3);
}
END_TEST

START_TEST(another_endpoint_takes_a_place_while_the_other_side_goes_on)
{
	join_live(2);
	struct kept assisted = keep(1);
	regroup((const size_t[]){3, 1}, 2, 0);
	check_kept(1, &assisted);
	ck_assert_uint_eq(fixture_told(&f, 0, NOTICE_LEAVE), 1);
	ck_assert_uint_eq(fixture_told(&f, 3, NOTICE_JOIN), 1);
	ck_assert_uint_eq(receive_count(1), 3);
	ck_assert_uint_eq(receive_count(3), 3);
}
END_TEST

START_TEST(who_shall_only_listen_now_gets_a_fresh_join_without_streams)
{
	join_live(3);
	struct kept lead = keep(0), listener = keep(2);
	regroup((const size_t[]){0, 1, 2}, 3, 1);
	check_kept(0, &lead);
	ck_assert_str_ne(fixture_join(&f, 2)->id, listener.id);
	ck_assert_uint_eq(fixture_join(&f, 2)->stream_count, 1);
	ck_assert_uint_eq(fixture_told(&f, 2, NOTICE_JOIN), 1);
	ck_assert_uint_eq(receive_count(0), 3);
}
END_TEST

// Lesson 1, among schools first..first+count-1, has opened beside lesson 0, and goes live in the
// step in which lesson 0 ends.
static void
hand_over(size_t first, size_t count)
{
	struct scheduled_lesson *next = &f.lessons[1];
	struct scheduler_event events[] = {{SCHEDULER_END, &f.lessons[0]}, {SCHEDULER_LIVE, next}};
	fixture_open_behind(&f, 1, first, count);
	fixture_settle(&f);
	f.now = next->live_at;
	f.lessons[0].state = LESSON_ENDED;
	f.lessons[0].end_reason = SCHEDULER_END_SUPERSEDED;
	next->state = LESSON_LIVE;
	for (size_t i = 0; i < FIXTURE_SCHOOLS; i++)
		f.holder[i] = i >= first && i < first + count ? next : NULL;
	f.told_count = 0;
	sessions_follow(f.sessions, events, 2, f.now);
	fixture_settle(&f);
}

START_TEST(the_same_room_goes_on_under_the_same_keys_back_to_back)
{
	join_live(2);
	struct kept lead = keep(0), assisted = keep(1);
	unsigned legs = fake_worker_legs(&f.worker);
	hand_over(0, 2);
	check_kept(0, &lead);
	check_kept(1, &assisted);
	ck_assert_uint_eq(fake_worker_legs(&f.worker), legs);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_uint_eq(fixture_told(&f, i, NOTICE_UPDATE), 1);
		ck_assert_uint_eq(fixture_told(&f, i, NOTICE_JOIN), 0);
		ck_assert_uint_eq(fixture_told(&f, i, NOTICE_LEAVE), 0);
		ck_assert_str_eq(session_id(fixture_join(&f, i)->session), "lesson1/2026-11-23");
		ck_assert(fixture_join(&f, i)->leg.live);
	}
	ck_assert_ptr_null(sessions_find(f.sessions, "lesson0/2026-11-23"));
}
END_TEST

START_TEST(one_more_may_wait_in_the_next_lesson)
{
	join_live(2);
	struct kept lead = keep(0);
	hand_over(0, 3); // school 2 has been waiting in it
	check_kept(0, &lead);
	for (size_t i = 0; i < 3; i++)
		ck_assert_uint_eq(receive_count(i), 6);
	ck_assert_uint_eq(fake_worker_outflows(&f.worker), 3 * 2 * 3);
}
END_TEST

START_TEST(where_one_is_left_behind_the_others_get_fresh_keys)
{
	join_live(3);
	struct kept assisted = keep(1), other = keep(2);
	hand_over(1, 2); // school 0 knows the keys of schools 1 and 2
	ck_assert_ptr_null(fixture_join(&f, 0));
	ck_assert_str_ne(fixture_join(&f, 1)->id, assisted.id);
	ck_assert_str_ne(fixture_join(&f, 2)->id, other.id);
	for (size_t i = 1; i < 3; i++) {
		ck_assert_uint_eq(fixture_told(&f, i, NOTICE_JOIN), 1);
		ck_assert_uint_ne(fixture_join(&f, i)->streams[1].ssrc, assisted.ssrcs[1]);
		ck_assert(fixture_join(&f, i)->leg.live);
	}
	ck_assert_uint_eq(fixture_told(&f, 0, NOTICE_LEAVE), 1);
}
END_TEST

START_TEST(a_lesson_that_only_prepares_takes_nobody_live)
{
	join_live(2);
	struct kept lead = keep(0);
	fixture_open(&f, 1, 0, 2, 0);
	fixture_end(&f, 0);
	fixture_settle(&f);
	ck_assert_str_ne(fixture_join(&f, 0)->id, lead.id);
	ck_assert(!fixture_join(&f, 0)->leg.live);
}
END_TEST

START_TEST(a_session_takes_only_whom_its_members_can_hear)
{
	join_live(2);
	const struct session *session = sessions_find(f.sessions, "lesson0/2026-11-23");
	ck_assert(session_accepts(session, &f.endpoints[2]));
	f.endpoints[2].profiles[0] = SRTP_AES_CM_128_HMAC_SHA1_80;
	f.endpoints[2].profile_count = 1;
	ck_assert(!session_accepts(session, &f.endpoints[2]));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		who_stays_keeps_its_join_when_another_comes,
		who_is_taken_out_is_sent_away_and_nobody_else,
		another_endpoint_takes_a_place_while_the_other_side_goes_on,
		who_shall_only_listen_now_gets_a_fresh_join_without_streams,
		the_same_room_goes_on_under_the_same_keys_back_to_back,
		one_more_may_wait_in_the_next_lesson,
		where_one_is_left_behind_the_others_get_fresh_keys,
		a_lesson_that_only_prepares_takes_nobody_live,
		a_session_takes_only_whom_its_members_can_hear,
	};
	static const struct {
		const char *name;
		SFun setup;
	} fleets[] = {{"one worker", setup_one}, {"two workers", setup_two},
		{"four workers", setup_four}};
	Suite *suite = suite_create("session_change");
	for (size_t fleet = 0; fleet < sizeof fleets / sizeof *fleets; fleet++) {
		TCase *tcase = tcase_create(fleets[fleet].name);
		tcase_add_checked_fixture(tcase, fleets[fleet].setup, teardown);
		for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
			tcase_add_test(tcase, tests[i]);
		suite_add_tcase(suite, tcase);
	}
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
