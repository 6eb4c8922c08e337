/* SPDX-License-Identifier: BSD-3-Clause */
// child.c - starts a command under a guard, watches it, and ends it with all it started.
#include "classroom/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GUARD_EXIT 127

// In the child, between fork and exec: only what is safe there.
static void __attribute__((noreturn))
become_guard(const char *command, const struct child_variable *variables, const char *parent)
{
	// All signals are blocked here, and stay so until the guard has its own mask: a TERM that
	// comes this early must neither be lost nor run a handler of the classroom's event loop.
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	for (const struct child_variable *v = variables; v && v->name; v++)
		setenv(v->name, v->value, 1);
	char *const argv[] = {(char *)"classroom", (char *)CHILD_GUARD_OPTION, (char *)parent,
		(char *)command, NULL};
	// A command in the background that reads the terminal would be stopped.
	int null = open("/dev/null", O_RDONLY);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	closefrom(STDERR_FILENO + 1);
	execv("/proc/self/exe", argv);
	_exit(GUARD_EXIT);
}

static bool
start(struct child *child, const char *command, const struct child_variable *variables,
	struct mono_time now)
{
	char parent[16];
	snprintf(parent, sizeof parent, "%d", (int)getpid());
	sigset_t all, before;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid_t pid = fork();
	if (pid == 0)
		become_guard(command, variables, parent);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid < 0)
		return false;
	// Here and in the guard: whoever comes first, a kill by group finds the group.
	setpgid(pid, pid);
	child->pid = pid;
	child->ending = false;
	child->started = now;
	return true;
}

static void
end(struct child *child, struct mono_time now)
{
	if (!child->ending) {
		child->ending = true;
		child->kill_at = mono_after_ns(now, CHILD_KILL_NS);
		kill(child->pid, SIGTERM); // the guard tells its group
	} else if (mono_reached(now, child->kill_at)) {
		kill(-child->pid, SIGKILL);
	}
}

enum child_event
child_poll(struct child *child, bool wanted, const char *command,
	const struct child_variable *variables, struct mono_time now, uint32_t random,
	int *status_out)
{
	if (child->pid == 0) {
		if (!wanted) {
			backoff_reset(&child->backoff);
			child->next_start = now;
			return CHILD_NOTHING;
		}
		if (!mono_reached(now, child->next_start))
			return CHILD_NOTHING;
		if (start(child, command, variables, now))
			return CHILD_STARTED;
		child->next_start = mono_after_ns(now, backoff_next_ns(&child->backoff, random));
		return CHILD_FAILED;
	}

	if (waitpid(child->pid, status_out, WNOHANG) == child->pid) {
		bool was_ending = child->ending;
		// A guard that was killed has left its group behind.
		if (WIFSIGNALED(*status_out))
			kill(-child->pid, SIGKILL);
		child->pid = 0;
		child->ending = false;
		if (mono_since_ns(now, child->started) >= CHILD_SETTLED_NS)
			backoff_reset(&child->backoff);
		child->next_start = mono_after_ns(now, backoff_next_ns(&child->backoff, random));
		return was_ending ? CHILD_ENDED : CHILD_EXITED;
	}
	if (!wanted || child->ending)
		end(child, now);
	return CHILD_NOTHING;
}

// Waits for SIGCHLD or SIGTERM until `deadline_ns` of CLOCK_MONOTONIC (-1: for ever). Returns the
// signal, or 0 at the deadline.
static int
wait_signal(const sigset_t *set, int64_t deadline_ns)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	int64_t left_ns = deadline_ns - (now.tv_sec * NS_IN_S + now.tv_nsec);
	if (deadline_ns >= 0 && left_ns <= 0)
		return 0;
	struct timespec left = {left_ns / NS_IN_S, left_ns % NS_IN_S};
	int number = sigtimedwait(set, NULL, deadline_ns < 0 ? &(struct timespec){3600, 0} : &left);
	return number > 0 ? number : 0;
}

// Tells the group to end and waits until no process of it is left, or its time is over.
static void
end_group(const sigset_t *set)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	int64_t deadline_ns = now.tv_sec * NS_IN_S + now.tv_nsec + CHILD_KILL_NS * 9 / 10;
	kill(0, SIGTERM); // blocked in the guard itself
	for (;;) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue;
		if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
			return;
		struct timespec time;
		clock_gettime(CLOCK_MONOTONIC, &time);
		if (time.tv_sec * NS_IN_S + time.tv_nsec >= deadline_ns)
			break;
		wait_signal(set, deadline_ns);
	}
	kill(0, SIGKILL); // the guard too
}

void
child_guard(int argc, char **argv)
{
	if (argc != 4)
		_exit(GUARD_EXIT);
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_SETMASK, &set, NULL);
	setpgid(0, 0);
	// Orphans of the command become the guard's, so that it knows when all are gone.
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
	if (getppid() != atoi(argv[2]))
		_exit(GUARD_EXIT); // the classroom ended meanwhile

	pid_t shell = fork();
	if (shell == 0) {
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		execl("/bin/sh", "sh", "-c", argv[3], (char *)NULL);
		_exit(GUARD_EXIT);
	}
	int status = GUARD_EXIT << 8;
	while (shell > 0) {
		int number = wait_signal(&set, -1);
		if (number == SIGTERM || number == SIGINT)
			break;
		pid_t pid;
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0 && pid != shell)
			continue;
		if (pid == shell)
			break;
	}
	int exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	end_group(&set);
	_exit(exit_code);
}
