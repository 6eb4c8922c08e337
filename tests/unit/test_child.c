/* SPDX-License-Identifier: BSD-3-Clause */
// test_child.c - commands: started, started again, ended with all they started, also after kill -9.
#include "classroom/child.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "platform/clock.h"

#define PATIENCE_NS (20 * NS_IN_S)
#define NAP_NS 2000000

static char file[] = "/tmp/test_child.XXXXXX";

static void
make_file(void)
{
	strcpy(file + strlen(file) - 6, "XXXXXX");
	int fd = mkstemp(file);
	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void
remove_file(void)
{
	unlink(file);
}

static void
nap(void)
{
	nanosleep(&(struct timespec){0, NAP_NS}, NULL);
}

// The file's text once it holds `lines` lines; fails when that takes too long.
static char *
wait_lines(int lines)
{
	static char text[4096];
	struct mono_time end = mono_after_ns(clock_mono(), PATIENCE_NS);
	for (;;) {
		int fd = open(file, O_RDONLY);
		ssize_t length = read(fd, text, sizeof text - 1);
		close(fd);
		text[length > 0 ? length : 0] = '\0';
		int count = 0;
		for (const char *c = text; *c; c++)
			count += *c == '\n';
		if (count >= lines)
			return text;
		ck_assert_msg(!mono_reached(clock_mono(), end), "after %s", text);
		nap();
	}
}

static bool
is_alive(pid_t pid)
{
	return kill(pid, 0) == 0 || errno != ESRCH;
}

static void
wait_gone(pid_t pid)
{
	struct mono_time end = mono_after_ns(clock_mono(), PATIENCE_NS);
	while (is_alive(pid)) {
		ck_assert_msg(!mono_reached(clock_mono(), end), "%d still runs", (int)pid);
		nap();
	}
}

// Polls until the event comes, by the real clock.
static int
poll_until(struct child *child, bool wanted, const char *command, enum child_event event)
{
	int status = -1;
	struct mono_time end = mono_after_ns(clock_mono(), PATIENCE_NS);
	while (child_poll(child, wanted, command, NULL, clock_mono(), 0, &status) != event) {
		ck_assert(!mono_reached(clock_mono(), end));
		nap();
	}
	return status;
}

static void
set_environment(void)
{
	setenv("OUT", file, 1);
}

START_TEST(command_runs_in_a_group_of_its_own_with_its_variables_and_no_descriptors)
{
	struct child child = {0};
	const struct child_variable variables[] = {{"CLASSROOM_FROM", "a 'b' $c"}, {NULL, NULL}};
	int status;
	// A secret's file, left open by mistake: it must not reach the command.
	int leak = open("/dev/null", O_RDONLY);
	ck_assert_int_ge(dup2(leak, 77), 0);
	set_environment();
	ck_assert_int_eq(
		child_poll(&child, true,
			"echo $CLASSROOM_FROM >>$OUT; ls /proc/$$/fd | tr '\\n' ' ' >>$OUT;"
			"echo >>$OUT; cut -d' ' -f5 /proc/$$/stat >>$OUT; sleep 60",
			variables, clock_mono(), 0, &status),
		CHILD_STARTED);
	char expected[64];
	snprintf(expected, sizeof expected, "a 'b' $c\n0 1 2 \n%d\n", (int)child.pid);
	ck_assert_str_eq(wait_lines(3), expected);
	ck_assert_int_ne(getpgrp(), child.pid);
	poll_until(&child, false, "", CHILD_ENDED);
}
END_TEST

START_TEST(command_that_ends_is_started_again_after_a_growing_pause)
{
	struct child child = {0};
	int status = 0;
	struct mono_time now = clock_mono();
	int64_t waited_ns[4];
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(child_poll(&child, true, "exit 3", NULL, now, UINT32_MAX, &status),
			CHILD_STARTED);
		// The clock stands still while the command runs.
		while (child_poll(&child, true, "exit 3", NULL, now, UINT32_MAX, &status) !=
			CHILD_EXITED)
			nap();
		ck_assert_int_eq(WEXITSTATUS(status), 3);
		waited_ns[i] = mono_since_ns(child.next_start, now);
		ck_assert_int_eq(child_poll(&child, true, "exit 3", NULL,
					 mono_after_ns(child.next_start, -1), UINT32_MAX, &status),
			CHILD_NOTHING);
		now = child.next_start;
	}
	ck_assert_int_eq(waited_ns[0], BACKOFF_FIRST_NS);
	for (int i = 1; i < 4; i++)
		ck_assert_int_eq(waited_ns[i], 2 * waited_ns[i - 1]);
}
END_TEST

START_TEST(ending_takes_all_that_the_command_started)
{
	struct child child = {0};
	int status, shell, grandchild;
	set_environment();
	const char *command = "echo $$ >>$OUT; (sleep 600 & echo $! >>$OUT; wait); true";
	child_poll(&child, true, command, NULL, clock_mono(), 0, &status);
	ck_assert_int_eq(sscanf(wait_lines(2), "%d %d", &shell, &grandchild), 2);
	ck_assert(is_alive(grandchild));
	pid_t guard = child.pid;
	poll_until(&child, false, command, CHILD_ENDED);
	ck_assert(!is_alive(grandchild));
	ck_assert(!is_alive(shell));
	ck_assert(!is_alive(guard));
	ck_assert_int_eq(child.pid, 0);
}
END_TEST

START_TEST(command_that_ignores_term_is_killed_after_three_seconds)
{
	struct child child = {0};
	int status, shell;
	set_environment();
	const char *command = "trap '' TERM; echo $$ >>$OUT; while :; do sleep 1; done";
	child_poll(&child, true, command, NULL, clock_mono(), 0, &status);
	ck_assert_int_eq(sscanf(wait_lines(1), "%d", &shell), 1);
	struct mono_time begin = clock_mono();
	poll_until(&child, false, command, CHILD_ENDED);
	ck_assert_int_ge(mono_since_ns(clock_mono(), begin), CHILD_KILL_NS * 8 / 10);
	ck_assert_int_le(mono_since_ns(clock_mono(), begin), CHILD_KILL_NS * 3);
	wait_gone(shell);
}
END_TEST

START_TEST(what_a_command_leaves_behind_ends_with_it)
{
	struct child child = {0};
	int status, left;
	set_environment();
	const char *command = "sleep 600 & echo $! >>$OUT; exit 0";
	child_poll(&child, true, command, NULL, clock_mono(), 0, &status);
	poll_until(&child, true, command, CHILD_EXITED);
	ck_assert_int_eq(sscanf(wait_lines(1), "%d", &left), 1);
	ck_assert(!is_alive(left));
}
END_TEST

START_TEST(killing_the_parent_ends_the_command_and_its_children)
{
	int shell, grandchild;
	set_environment();
	pid_t parent = fork();
	if (parent == 0) {
		struct child child = {0};
		int status;
		child_poll(&child, true, "echo $$ >>$OUT; (sleep 600 & echo $! >>$OUT; wait); true",
			NULL, clock_mono(), 0, &status);
		pause();
		_exit(0);
	}
	ck_assert_int_gt(parent, 0);
	ck_assert_int_eq(sscanf(wait_lines(2), "%d %d", &shell, &grandchild), 2);
	ck_assert_int_eq(kill(parent, SIGKILL), 0);
	ck_assert_int_eq(waitpid(parent, NULL, 0), parent);
	wait_gone(shell);
	wait_gone(grandchild);
}
END_TEST

static void
fail_on_term(int number)
{
	(void)number;
	kill(getppid(), SIGUSR1);
}

static volatile sig_atomic_t handler_ran;

static void
note(int number)
{
	(void)number;
	handler_ran = 1;
}

START_TEST(child_ended_at_once_runs_no_handler_of_ours)
{
	int status;
	signal(SIGUSR1, note);
	signal(SIGTERM, fail_on_term);
	for (int i = 0; i < 200; i++) {
		struct child child = {0};
		ck_assert_int_eq(
			child_poll(&child, true, "sleep 600", NULL, clock_mono(), 0, &status),
			CHILD_STARTED);
		poll_until(&child, false, "", CHILD_ENDED);
		ck_assert_int_eq(handler_ran, 0);
	}
}
END_TEST

START_TEST(nothing_runs_while_nothing_is_wanted)
{
	struct child child = {0};
	int status;
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(child_poll(&child, false, "exit 0", NULL,
					 (struct mono_time){i * NS_IN_S}, 0, &status),
			CHILD_NOTHING);
	ck_assert_int_eq(child.pid, 0);
}
END_TEST

int
main(int argc, char **argv)
{
	// The guard is the program itself, executed anew.
	if (argc > 1 && strcmp(argv[1], CHILD_GUARD_OPTION) == 0)
		child_guard(argc, argv);

	Suite *suite = suite_create("child");
	TCase *facts = tcase_create("facts");
	tcase_set_timeout(facts, 60);
	tcase_add_checked_fixture(facts, make_file, remove_file);
	tcase_add_test(
		facts, command_runs_in_a_group_of_its_own_with_its_variables_and_no_descriptors);
	tcase_add_test(facts, command_that_ends_is_started_again_after_a_growing_pause);
	tcase_add_test(facts, ending_takes_all_that_the_command_started);
	tcase_add_test(facts, command_that_ignores_term_is_killed_after_three_seconds);
	tcase_add_test(facts, what_a_command_leaves_behind_ends_with_it);
	tcase_add_test(facts, killing_the_parent_ends_the_command_and_its_children);
	tcase_add_test(facts, child_ended_at_once_runs_no_handler_of_ours);
	tcase_add_test(facts, nothing_runs_while_nothing_is_wanted);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
