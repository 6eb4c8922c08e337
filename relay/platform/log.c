/* SPDX-License-Identifier: BSD-3-Clause */
// log.c - one line to standard error, whole, with its level; too many are counted instead.
#include "platform/log.h"

#include <ctype.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "platform/clock.h"

#define MESSAGE_BYTES_MAX 1024
#define LINE_BYTES_MAX (2 * MESSAGE_BYTES_MAX + 128) // every byte escaped, and what stands before

static const char *program_name = "relay";
static enum log_level level_max = LOG_LEVEL_INFO;
static enum log_format line_format = LOG_FORMAT_TEXT;
static bool is_for_journal;
static const char *const level_names[] = {"error", "warning", "info", "debug"};

// Several threads log: a second's lines are counted by all of them together.
static pthread_mutex_t count_lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t second;
static unsigned lines_this_second;
static uint64_t left_out;

// systemd says by device and inode which stream leads to its journal (systemd.exec(5)).
static bool
leads_to_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat status;
	return stream && sscanf(stream, "%ju:%ju", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device &&
	       status.st_ino == inode;
}

void
log_start(const char *program, enum log_level level)
{
	program_name = program;
	level_max = level;
	is_for_journal = leads_to_journal();
}

void
log_format_set(enum log_format format)
{
	line_format = format;
}

// Whether there is room for one more line in this second. `told` is how many were left out before,
// to be told first.
static bool
count_in(uint64_t *told)
{
	int64_t now = clock_mono().ns / NS_IN_S;
	pthread_mutex_lock(&count_lock);
	*told = 0;
	if (now != second) {
		second = now;
		lines_this_second = 0;
		*told = left_out;
		left_out = 0;
	}
	bool has_room = lines_this_second < LOG_LINES_PER_S;
	if (has_room)
		lines_this_second++;
	else
		left_out++;
	pthread_mutex_unlock(&count_lock);
	return has_room;
}

// As JSON's string, which is also a quoted value of key=value.
static size_t
quote(char *to, const char *text)
{
	size_t at = 0;
	to[at++] = '"';
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			to[at++] = '\\';
		to[at++] = *text;
	}
	to[at++] = '"';
	return at;
}

static void
moment(char text[32])
{
	struct wall_time now = clock_wall();
	time_t seconds = (time_t)(now.ms / MS_IN_S);
	struct tm utc;
	gmtime_r(&seconds, &utc);
	size_t length = strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text + length, 32 - length, ".%03dZ", (int)(now.ms % MS_IN_S));
}

static void
write_line(enum log_level level, const char *message)
{
	// syslog(3)'s priorities of our levels; journald makes a field of the prefix
	// (sd-daemon(3)).
	static const int priorities[] = {3, 4, 6, 7};
	char line[LINE_BYTES_MAX], at[32];
	size_t length = 0;
	if (is_for_journal)
		length += (size_t)sprintf(line, "<%d>", priorities[level]);
	moment(at);
	switch (line_format) {
	case LOG_FORMAT_TEXT:
		length += (size_t)sprintf(
			line + length, "%.32s: %s: %s", program_name, level_names[level], message);
		break;
	case LOG_FORMAT_KEY_VALUE:
		length += (size_t)sprintf(line + length,
			"time=%s level=%s program=%.32s message=", at, level_names[level],
			program_name);
		length += quote(line + length, message);
		break;
	case LOG_FORMAT_JSON:
		length += (size_t)sprintf(line + length,
			"{\"time\":\"%s\",\"level\":\"%s\",\"program\":\"%.32s\",\"message\":", at,
			level_names[level], program_name);
		length += quote(line + length, message);
		line[length++] = '}';
		break;
	}
	line[length++] = '\n';
	// One write, so that lines of several threads do not mix.
	if (write(STDERR_FILENO, line, length) < 0)
		return;
}

void
log_line(enum log_level level, const char *format, ...)
{
	char message[MESSAGE_BYTES_MAX];
	uint64_t before;
	if (level > level_max)
		return;
	bool has_room = count_in(&before);
	if (before > 0) {
		snprintf(message, sizeof message,
			"%" PRIu64 " lines were left out: more than %d came in a second", before,
			LOG_LINES_PER_S);
		write_line(LOG_LEVEL_WARNING, message);
	}
	if (!has_room)
		return;
	va_list arguments;
	va_start(arguments, format);
	int bytes = vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	if (bytes < 0)
		return;
	for (char *c = message; *c; c++) {
		if (iscntrl((unsigned char)*c))
			*c = '?';
	}
	write_line(level, message);
}
