/* SPDX-License-Identifier: BSD-3-Clause */
// plan_say.c - the words of a finding.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "timetable/plan_internal.h"

// Takes off the bytes of a character that is not whole (RFC 3629, section 3).
static void
character_trim(char *text, size_t length)
{
	size_t start = length;

	while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0 || ((unsigned char)text[start - 1] & 0x80) == 0)
		return;
	start--;
	unsigned char head = (unsigned char)text[start];
	size_t wanted = head >= 0xf0 ? 4 : head >= 0xe0 ? 3 : 2;

	if (length - start < wanted)
		text[start] = '\0';
}

void
plan_say(struct plan_finding *finding, const char *format, ...)
{
	size_t used = strlen(finding->text);
	size_t room = sizeof(finding->text) - used;
	va_list arguments;
	int written;

	va_start(arguments, format);
	written = vsnprintf(finding->text + used, room, format, arguments);
	va_end(arguments);
	if (written > 0 && (size_t)written >= room)
		character_trim(finding->text, sizeof(finding->text) - 1);
}

void
plan_say_dates(struct plan_finding *finding)
{
	char first[CIVIL_DATE_BYTES];
	char last[CIVIL_DATE_BYTES];

	civil_date_format(finding->first, first);
	civil_date_format(finding->last, last);
	if (finding->count <= 1)
		plan_say(finding, "on %s", first);
	else
		plan_say(finding, "on %u dates from %s to %s", finding->count, first, last);
}

static void
time_say(struct plan_finding *finding, int32_t second_of_day)
{
	plan_say(finding, "%02d:%02d", second_of_day / 3600, second_of_day / 60 % 60);
	if (second_of_day % 60 != 0)
		plan_say(finding, ":%02d", second_of_day % 60);
}

void
plan_say_times(struct plan_finding *finding, struct bell_interval times)
{
	time_say(finding, times.start_s);
	plan_say(finding, "-");
	time_say(finding, times.end_s);
}
