/* SPDX-License-Identifier: BSD-3-Clause */
// child.h - one command kept running while it should: camera, encoders, player.
//
// A command is run by this same program, executed anew as its guard: the guard leads a process
// group of its own, runs `/bin/sh -c COMMAND` in it, and ends the whole group when it is told to or
// when the classroom is gone, however it went. It holds no key, since it is a fresh program.
#ifndef CLASSROOM_CHILD_H
#define CLASSROOM_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "classroom/backoff.h"
#include "platform/units.h"

#define CHILD_GUARD_OPTION                                                                         \
	"--guard" // argv[1] of a guard; argv[2] is its parent, argv[3] the command
#define CHILD_KILL_NS (3 * NS_IN_S)     // from TERM to KILL
#define CHILD_SETTLED_NS (10 * NS_IN_S) // having run for so long, a command has not failed at once
#define CHILD_ENVIRONMENT_MAX 4

// One variable for the command.
struct child_variable {
	const char *name;
	const char *value;
};

struct child {
	pid_t pid;   // 0: not running
	bool ending; // TERM was sent
	struct mono_time started;
	struct mono_time kill_at;
	struct mono_time next_start;
	struct backoff backoff;
};

// What child_poll() did.
enum child_event {
	CHILD_NOTHING,
	CHILD_STARTED,
	CHILD_EXITED, // by itself, though it should run
	CHILD_ENDED,  // as it should
	CHILD_FAILED, // could not be started; it is tried again
};

// Brings the child to where it should be: starts `command` (with `variables`, up to a NULL name)
// when it is `wanted`, again after a growing pause when it ends by itself; ends it when it is not.
// Never blocks. `random` jitters the pause. *status_out is waitpid's, with CHILD_EXITED.
enum child_event child_poll(struct child *child, bool wanted, const char *command,
	const struct child_variable *variables, struct mono_time now, uint32_t random,
	int *status_out);

// The guard's whole life: never returns. Call it first in main() when argv[1] is
// CHILD_GUARD_OPTION.
void child_guard(int argc, char **argv) __attribute__((noreturn));

#endif
