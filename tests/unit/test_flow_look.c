/* SPDX-License-Identifier: BSD-3-Clause */
// test_flow_look.c - every packet of a flow is told once, and of the lesson in which it came.
#include <check.h>

#include "../support/lesson_fixture.h"

static struct fixture f;

static void
setup(void)
{
	fixture_init(&f);
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
	fixture_fini(&f);
}

// The board shows so much of the lead's audio as it reaches the relay.
static void
receive(uint64_t packets, uint64_t lost)
{
	const struct inflow_stats figures = {.packets = packets,
		.bytes = packets * 100,
		.expected = packets + lost,
		.lost = lost};
	stats_publish_inflow(f.worker.board, fixture_join(&f, 0)->streams[1].slot, &figures);
}

// And as it leaves for the assisted school.
static void
forward(uint64_t packets, uint64_t reports, uint32_t highest_seq, int32_t lost)
{
	const struct outflow_stats figures = {.packets = packets,
		.bytes = packets * 100,
		.report_count = reports,
		.reported_highest_seq = highest_seq,
		.reported_lost = lost};
	const struct join_stream *audio = &fixture_join(&f, 0)->streams[1];
	stats_publish_outflow(f.worker.board, TAILQ_FIRST(&audio->copies)->slot, &figures);
}

static void
expect(size_t lesson, uint64_t packets, int64_t lost)
{
	const struct flow_look *sum = &f.looked[lesson][0];
	ck_assert_uint_eq(sum->packets, packets);
	ck_assert_uint_eq(sum->bytes, packets * 100);
	ck_assert_int_eq(sum->lost, lost);
	ck_assert_int_eq((int64_t)sum->expected, (int64_t)packets + lost);
}

START_TEST(each_look_tells_what_is_new)
{
	receive(50, 2);
	sessions_sample(f.sessions, f.now);
	expect(0, 50, 2);
	sessions_sample(f.sessions, f.now);
	expect(0, 50, 2);
	receive(101, 1); // one that seemed lost was late
	sessions_sample(f.sessions, f.now);
	expect(0, 101, 1);
}
END_TEST

START_TEST(a_rejoin_loses_nothing_and_begins_anew)
{
	receive(50, 0);
	sessions_sample(f.sessions, f.now);
	receive(70, 3); // since the last look
	const struct join *join = fixture_join(&f, 0);
	f.now = mono_after_ns(f.now, 5 * NS_IN_S);
	ck_assert_int_eq(sessions_rejoin(f.sessions, f.endpoints[0].id, join->id, f.now), 0);
	fixture_settle(&f);
	expect(0, 70, 3);
	receive(30, 1); // by the new join's counters
	sessions_sample(f.sessions, f.now);
	expect(0, 100, 4);
}
END_TEST

START_TEST(the_last_figures_of_a_lesson_are_told_after_its_end)
{
	receive(50, 0);
	fixture_end(&f, 0);
	ck_assert_uint_eq(f.looked[0][0].packets, 0);
	fixture_settle(&f);
	expect(0, 50, 0);
}
END_TEST

START_TEST(counters_that_run_on_are_told_of_each_lesson_apart)
{
	struct scheduled_lesson *next = &f.lessons[1];
	const struct scheduler_event opened = {SCHEDULER_OPEN, next};
	const struct scheduler_event events[] = {
		{SCHEDULER_END, &f.lessons[0]}, {SCHEDULER_LIVE, next}};
	const char *id = fixture_join(&f, 0)->id;
	char before[JOIN_ID_BYTES];
	snprintf(before, sizeof before, "%s", id);
	*next = f.lessons[0];
	strcpy(next->lesson.id, "lesson1/2026-11-23");
	sessions_follow(f.sessions, &opened, 1, f.now);
	receive(50, 1);
	f.holder[0] = f.holder[1] = next;
	sessions_follow(f.sessions, events, 2, f.now);
	fixture_settle(&f);
	ck_assert_str_eq(fixture_join(&f, 0)->id, before);
	expect(0, 50, 1);
	receive(90, 1);
	sessions_sample(f.sessions, f.now);
	expect(0, 50, 1);
	expect(1, 40, 0);
}
END_TEST

START_TEST(what_a_receiver_expected_is_known_once_it_has_reported)
{
	const struct flow_look *sum = &f.looked[0][1];
	forward(40, 0, 0, 0);
	sessions_sample(f.sessions, f.now);
	ck_assert_uint_eq(sum->packets, 40);
	ck_assert_uint_eq(sum->expected, 0);
	forward(60, 1, 1060, 2);
	sessions_sample(f.sessions, f.now);
	ck_assert_uint_eq(sum->expected, 60);
	ck_assert_int_eq(sum->lost, 2);
	forward(110, 2, 1115, 7);
	sessions_sample(f.sessions, f.now);
	ck_assert_uint_eq(sum->packets, 110);
	ck_assert_uint_eq(sum->expected, 60 + 55);
	ck_assert_int_eq(sum->lost, 7);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("flow_look");
	TCase *facts = tcase_create("facts");
	tcase_add_checked_fixture(facts, setup, teardown);
	tcase_add_test(facts, each_look_tells_what_is_new);
	tcase_add_test(facts, a_rejoin_loses_nothing_and_begins_anew);
	tcase_add_test(facts, the_last_figures_of_a_lesson_are_told_after_its_end);
	tcase_add_test(facts, counters_that_run_on_are_told_of_each_lesson_apart);
	tcase_add_test(facts, what_a_receiver_expected_is_known_once_it_has_reported);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
