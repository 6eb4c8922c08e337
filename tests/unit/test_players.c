/* SPDX-License-Identifier: BSD-3-Clause */
// test_players.c - an SDP file per sending endpoint, and a player that outlives its sender's
// rejoin.
#include "classroom/players.h"

#include <check.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "../support/classroom_join.h"
#include "platform/clock.h"
#include "platform/log.h"

#define PATIENCE_NS (10 * NS_IN_S)
#define NAP_NS 2000000

static struct settings settings = {.output_address = "127.0.0.1"};
static struct players players;
static struct roster roster;
static struct join join;
static struct mono_time now;
static char directory[] = "/tmp/test_players.XXXXXX";
static char file[64];

static void
start(void)
{
	const struct srtp_engine *engine = srtp_engine_libsrtp2();
	ck_assert_ptr_nonnull(engine);
	log_start("test", LOG_LEVEL_ERROR);
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(file, sizeof file, "%s/houren-1.sdp", directory);
	strcpy(settings.output_directory, directory);
	strcpy(settings.play_command, "exec sleep 600");
	now = (struct mono_time){NS_IN_S};
	roster_init(&roster, engine, 6000, 1);
	test_join_parse(test_join_json(TEST_PROFILE), &join);
	ck_assert_int_eq(roster_apply(&roster, &join, true, now), 0);
	players_init(&players, &settings);
}

static void
poll_after_ms(int64_t ms, bool joined)
{
	now = mono_after_ns(now, ms * NS_IN_MS);
	players_poll(&players, &roster, joined, now, 0);
}

// The virtual clock stands still while the command ends.
static void
wait_end(bool joined)
{
	struct mono_time end = mono_after_ns(clock_mono(), PATIENCE_NS);
	while (players_are_running(&players)) {
		ck_assert(!mono_reached(clock_mono(), end));
		nanosleep(&(struct timespec){0, NAP_NS}, NULL);
		players_poll(&players, &roster, joined, now, 0);
	}
}

static void
stop(void)
{
	poll_after_ms(1, false);
	wait_end(false);
	roster_fini(&roster);
	unlink(file);
	ck_assert_int_eq(rmdir(directory), 0);
}

static void
list(size_t count)
{
	join.receive_count = count;
	ck_assert_int_eq(roster_apply(&roster, &join, false, now), 0);
}

START_TEST(one_player_runs_for_all_streams_of_an_endpoint)
{
	poll_after_ms(20, true);
	ck_assert_int_eq(access(file, R_OK), 0);
	ck_assert(players_are_running(&players));
	ck_assert_int_ne(players.players[0].child.pid, 0);
	ck_assert(!players.players[1].used);
}
END_TEST

START_TEST(rejoin_of_the_sender_leaves_its_player_alone)
{
	poll_after_ms(20, true);
	pid_t pid = players.players[0].child.pid;
	list(0);
	for (int i = 0; i < 140; i++)
		poll_after_ms(100, true);
	join.receive[0].ssrc = 77;
	join.receive[1].ssrc = 78;
	list(2);
	poll_after_ms(100, true);
	ck_assert_int_eq(players.players[0].child.pid, pid);
}
END_TEST

START_TEST(player_of_an_endpoint_that_stays_away_ends)
{
	poll_after_ms(20, true);
	list(0);
	poll_after_ms(15000, true);
	wait_end(true);
	ck_assert(!players.players[0].used);
}
END_TEST

START_TEST(player_is_restarted_when_a_stream_is_added)
{
	list(1);
	poll_after_ms(20, true);
	pid_t pid = players.players[0].child.pid;
	list(2);
	poll_after_ms(20, true);
	wait_end(true);
	poll_after_ms(200, true);
	ck_assert(players_are_running(&players));
	ck_assert_int_ne(players.players[0].child.pid, pid);
	ck_assert_ptr_nonnull(strstr(players.players[0].sdp, "m=video"));
}
END_TEST

START_TEST(file_is_written_without_a_command_too)
{
	settings.play_command[0] = '\0';
	poll_after_ms(20, true);
	ck_assert_int_eq(access(file, R_OK), 0);
	ck_assert(!players_are_running(&players));
}
END_TEST

START_TEST(nothing_is_played_before_a_join)
{
	poll_after_ms(20, false);
	ck_assert_int_ne(access(file, R_OK), 0);
	ck_assert(!players_are_running(&players));
}
END_TEST

START_TEST(player_waits_for_a_file_that_cannot_be_written)
{
	strcpy(settings.output_directory, "/nonexistent");
	poll_after_ms(20, true);
	ck_assert(!players_are_running(&players));
	// Somebody makes the directory: the next try succeeds.
	snprintf(players.players[0].path, sizeof players.players[0].path, "%s", file);
	poll_after_ms(5000, true);
	ck_assert_int_eq(access(file, R_OK), 0);
	ck_assert(players_are_running(&players));
}
END_TEST

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], CHILD_GUARD_OPTION) == 0)
		child_guard(argc, argv);

	Suite *suite = suite_create("players");
	TCase *facts = tcase_create("facts");
	tcase_add_checked_fixture(facts, start, stop);
	tcase_add_test(facts, one_player_runs_for_all_streams_of_an_endpoint);
	tcase_add_test(facts, rejoin_of_the_sender_leaves_its_player_alone);
	tcase_add_test(facts, player_of_an_endpoint_that_stays_away_ends);
	tcase_add_test(facts, player_is_restarted_when_a_stream_is_added);
	tcase_add_test(facts, file_is_written_without_a_command_too);
	tcase_add_test(facts, nothing_is_played_before_a_join);
	tcase_add_test(facts, player_waits_for_a_file_that_cannot_be_written);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
