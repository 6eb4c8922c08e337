/* SPDX-License-Identifier: BSD-3-Clause */
// reload.c - tries a configuration in a child process before this one reads it.
#include "control/reload.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "platform/clock.h"

#define LOOK_EVERY_MS 10
#define CHILD_PREFIX "relay: "

extern char **environ;

struct reload {
	char *program;
	char *path;
	int64_t limit_ms;
	reload_done done;
	void *context;
	struct event *look;
	pid_t child; // 0: none
	int output;  // what the child writes
	struct mono_time deadline;
	bool is_late;
	char text[RELOAD_OUTPUT_BYTES];
	size_t text_bytes;
};

static void look_at_child(evutil_socket_t fd, short what, void *argument);

struct reload *
reload_create(struct event_base *base, const char *program, const char *path, int64_t limit_ms,
	reload_done done, void *context)
{
	struct reload *reload = calloc(1, sizeof *reload);
	if (!reload)
		return NULL;
	reload->program = strdup(program ? program : "/proc/self/exe");
	reload->path = strdup(path);
	reload->limit_ms = limit_ms;
	reload->done = done;
	reload->context = context;
	reload->output = -1;
	reload->look = event_new(base, -1, EV_PERSIST, look_at_child, reload);
	if (!reload->program || !reload->path || !reload->look) {
		reload_destroy(reload);
		return NULL;
	}
	return reload;
}

void
reload_destroy(struct reload *reload)
{
	if (!reload)
		return;
	if (reload->child) {
		kill(reload->child, SIGKILL);
		waitpid(reload->child, NULL, 0);
	}
	if (reload->output >= 0)
		close(reload->output);
	if (reload->look)
		event_free(reload->look);
	free(reload->program);
	free(reload->path);
	free(reload);
}

// The child has only its output: no socket, no device, no event loop of ours.
static int
child_spawn(struct reload *reload, int output)
{
	char name[] = "relay", check[] = "--check-config", config[] = "--config";
	char *arguments[] = {name, check, config, reload->path, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t defaults, none;
	int result = posix_spawn_file_actions_init(&actions);
	if (result)
		return -result;
	result = posix_spawnattr_init(&attributes);
	if (result) {
		posix_spawn_file_actions_destroy(&actions);
		return -result;
	}
	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	result = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (!result)
		result = posix_spawn_file_actions_adddup2(&actions, output, 1);
	if (!result)
		result = posix_spawn_file_actions_adddup2(&actions, output, 2);
	if (!result)
		result = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	if (!result)
		result = posix_spawn(
			&reload->child, reload->program, &actions, &attributes, arguments, environ);
	if (result)
		reload->child = 0;
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -result;
}

int
reload_start(struct reload *reload)
{
	int ends[2];
	if (reload->child)
		return -EBUSY;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	int result = child_spawn(reload, ends[1]);
	close(ends[1]);
	if (result) {
		close(ends[0]);
		return result;
	}
	reload->output = ends[0];
	reload->text_bytes = 0;
	reload->is_late = false;
	reload->deadline = mono_after_ns(clock_mono(), reload->limit_ms * NS_IN_MS);
	struct timeval every = {0, LOOK_EVERY_MS * 1000};
	event_add(reload->look, &every);
	return 0;
}

static void
output_read(struct reload *reload)
{
	char bytes[512];
	ssize_t count;
	while ((count = read(reload->output, bytes, sizeof bytes)) > 0) {
		size_t room = sizeof reload->text - 1 - reload->text_bytes;
		size_t kept = (size_t)count < room ? (size_t)count : room;
		memcpy(reload->text + reload->text_bytes, bytes, kept);
		reload->text_bytes += kept;
	}
}

static void
child_report(struct reload *reload, int status)
{
	while (reload->text_bytes > 0 && reload->text[reload->text_bytes - 1] == '\n')
		reload->text_bytes--;
	reload->text[reload->text_bytes] = '\0';
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		reload->done(reload->context, NULL);
		return;
	}
	// The child says who it is: here that is plain.
	size_t prefix = strncmp(reload->text, CHILD_PREFIX, strlen(CHILD_PREFIX))
				? 0
				: strlen(CHILD_PREFIX);
	memmove(reload->text, reload->text + prefix, reload->text_bytes - prefix + 1);
	if (reload->is_late)
		snprintf(reload->text, sizeof reload->text,
			"%s: not read within %lld ms: a file in it hangs", reload->path,
			(long long)reload->limit_ms);
	else if (reload->text_bytes == 0)
		snprintf(reload->text, sizeof reload->text, "%s: the check ended by %s %d",
			reload->path, WIFSIGNALED(status) ? "signal" : "exit status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	reload->done(reload->context, reload->text);
}

static void
look_at_child(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	struct reload *reload = argument;
	int status;
	pid_t gone = waitpid(reload->child, &status, WNOHANG);
	output_read(reload);
	if (gone == 0) {
		if (!reload->is_late && mono_reached(clock_mono(), reload->deadline)) {
			reload->is_late = true;
			kill(reload->child, SIGKILL);
		}
		return;
	}
	event_del(reload->look);
	close(reload->output);
	reload->output = -1;
	reload->child = 0;
	if (gone < 0)
		status = 1 << 8; // somebody else reaped it: its verdict is lost
	child_report(reload, status);
}
