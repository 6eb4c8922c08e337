/* SPDX-License-Identifier: BSD-3-Clause */
// log.c - one line to standard error, whole, with its level.
#include "platform/log.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES_MAX 1024

static const char *program_name = "relay";
static enum log_level level_max = LOG_LEVEL_INFO;
static const char *const level_names[] = {"error", "warning", "info", "debug"};

void
log_start(const char *program, enum log_level level)
{
	program_name = program;
	level_max = level;
}

void
log_line(enum log_level level, const char *format, ...)
{
	if (level > level_max)
		return;

	char line[LINE_BYTES_MAX];
	int prefix = snprintf(line, sizeof line, "%s: %s: ", program_name, level_names[level]);
	va_list arguments;
	va_start(arguments, format);
	int body = vsnprintf(line + prefix, sizeof line - (size_t)prefix - 1, format, arguments);
	va_end(arguments);
	if (body < 0)
		return;

	size_t length = strnlen(line, sizeof line - 2);
	for (size_t i = 0; i < length; i++) {
		if (iscntrl((unsigned char)line[i]))
			line[i] = '?';
	}
	line[length] = '\n';
	// One write, so that lines of several threads do not mix.
	if (write(STDERR_FILENO, line, length + 1) < 0)
		return;
}
