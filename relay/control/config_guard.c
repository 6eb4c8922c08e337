/* SPDX-License-Identifier: BSD-3-Clause */
// config_guard.c - finds in a configuration's text what libconfig must not be given.
#include "control/config_guard.h"

#include <stdbool.h>
#include <string.h>

#define NUMBER_CHARACTERS_MAX 9 // always within 32 bits

#define WORD_CHARACTERS "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-*"

// The bytes of a comment or string that starts at `text`, or 0 where none does.
static size_t
quiet_bytes(const char *text)
{
	const char *end = text;

	if (text[0] == '#' || (text[0] == '/' && text[1] == '/'))
		return strcspn(text, "\n");
	if (text[0] == '/' && text[1] == '*') {
		end = strstr(text + 2, "*/");
		return end == NULL ? strlen(text) : (size_t)(end - text) + 2;
	}
	if (text[0] != '"')
		return 0;
	for (end = text + 1; *end != '\0' && *end != '"'; end++) {
		if (end[0] == '\\' && end[1] != '\0')
			end++;
	}
	return (size_t)(end - text) + (*end == '"');
}

// libconfig looks for it at the start of any line, in comments and strings too.
static bool
is_include(const char *line)
{
	return strncmp(line + strspn(line, " \t"), "@include", strlen("@include")) == 0;
}

static int
lines_check(const char *file, const char *text, struct file_error *error)
{
	unsigned line = 1;

	for (; text != NULL; line++) {
		if (is_include(text))
			return file_error_set(error, file, line,
				"@include is not allowed: write everything in this file");
		text = strchr(text, '\n');
		text = text == NULL ? NULL : text + 1;
	}
	return 0;
}

static int
numbers_check(const char *file, const char *text, struct file_error *error)
{
	unsigned line = 1;
	size_t step;

	for (; *text != '\0'; text += step) {
		step = quiet_bytes(text);
		if (step == 0) {
			step = strspn(text, WORD_CHARACTERS);
			if (*text >= '0' && *text <= '9' && step > NUMBER_CHARACTERS_MAX)
				return file_error_set(error, file, line,
					"number '%.*s' has more than %d characters",
					(int)(step < 40 ? step : 40), text, NUMBER_CHARACTERS_MAX);
		}
		if (step == 0)
			step = 1;
		for (size_t i = 0; i < step; i++)
			line += text[i] == '\n';
	}
	return 0;
}

int
config_guard_check(const char *file, const char *text, size_t count, struct file_error *error)
{
	int result;

	if (strlen(text) != count)
		return file_error_set(error, file, 0, "the file holds a NUL byte");
	result = lines_check(file, text, error);
	return result != 0 ? result : numbers_check(file, text, error);
}
