/* SPDX-License-Identifier: BSD-3-Clause */
// file_error.c - writes down what is wrong in a file, and where.
#include "timetable/file_error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "timetable/text_encoding.h"

int
file_error_set(struct file_error *error, const char *file, unsigned line, const char *format, ...)
{
	va_list arguments;

	snprintf(error->file, sizeof(error->file), "%s", file);
	error->line = line;
	va_start(arguments, format);
	vsnprintf(error->reason, sizeof(error->reason), format, arguments);
	va_end(arguments);
	// A limit may have cut a character in two, and JSON takes no half ones.
	text_utf8_mend(error->file);
	text_utf8_mend(error->reason);
	return -EINVAL;
}
