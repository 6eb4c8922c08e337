/* SPDX-License-Identifier: BSD-3-Clause */
// control_ledger.c - what the control plane keeps of changes: who made them, and the one-day
// changes that are in force.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/parts.h"
#include "control/table_store.h"
#include "platform/clock.h"
#include "platform/log.h"

#define WHAT_BYTES 512
#define MARKS_TEXT_BYTES (TIMETABLE_FILE_COUNT * (TABLE_MARK_BYTES + 16) + 128)

void
control_audit(struct control *control, const char *who, const char *before, const char *after,
	const char *format, ...)
{
	char what[WHAT_BYTES];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(what, sizeof what, format, arguments);
	va_end(arguments);
	const struct ledger_audit row = {
		.at = clock_wall(), .who = who, .what = what, .before = before, .after = after};
	int result = ledger_plan_audit_add(control->ledger, &row);
	// What has happened has happened: then at least the log knows.
	if (result)
		log_error("not in the audit log: %s by %s: %s", what, who, strerror(-result));
}

void
control_lesson_text(
	const struct control *control, const char *id, char text[CONTROL_LESSON_TEXT_BYTES])
{
	const struct scheduled_lesson *running = scheduler_find(control->scheduler, id);
	char start[CIVIL_UTC_BYTES], end[CIVIL_UTC_BYTES];
	*text = '\0';
	if (!running)
		return;
	const struct lesson *lesson = &running->lesson;
	civil_format_utc(lesson->start, start);
	civil_format_utc(lesson->end, end);
	size_t used = (size_t)snprintf(text, CONTROL_LESSON_TEXT_BYTES, "%s to %s:", start, end);
	for (size_t i = 0; i < lesson->part_count && used < CONTROL_LESSON_TEXT_BYTES; i++)
		used += (size_t)snprintf(text + used, CONTROL_LESSON_TEXT_BYTES - used, " %s %s",
			lesson_role_name(lesson->parts[i].role), lesson->parts[i].endpoint->id);
}

void
control_audit_session(struct control *control, const char *who, const char *id, const char *what,
	const char *before)
{
	char after[CONTROL_LESSON_TEXT_BYTES];
	control_lesson_text(control, id, after);
	control_audit(control, who, before, strcmp(what, "ended") ? after : "", "session %s: %s",
		what, id);
}

// The versions of the files that differ, a line each.
static void
marks_text(
	const struct table_marks *marks, const struct table_marks *others, char *text, size_t bytes)
{
	size_t used = 0;
	*text = '\0';
	if (strcmp(marks->conf, others->conf))
		used += (size_t)snprintf(text, bytes, "timetable.conf %s\n", marks->conf);
	for (enum timetable_file i = 0; i < TIMETABLE_FILE_COUNT && used < bytes; i++)
		if (strcmp(marks->tables[i], others->tables[i]))
			used += (size_t)snprintf(text + used, bytes - used, "%s %s\n",
				table_name(i), marks->tables[i]);
}

void
control_audit_reload(struct control *control, const char *who, const struct table_marks *before)
{
	char was[MARKS_TEXT_BYTES], is[MARKS_TEXT_BYTES];
	marks_text(before, &control->config->marks, was, sizeof was);
	marks_text(&control->config->marks, before, is, sizeof is);
	control_audit(control, who, was, is, "timetable reloaded");
}

static int
exceptions_follow(struct control *control)
{
	struct ledger_exception *list = NULL;
	size_t count = 0;
	int result = ledger_plan_exceptions_load(control->ledger, &list, &count);
	if (result)
		return result;
	struct plan_exception *items = calloc(count + 1, sizeof *items);
	for (size_t i = 0; items && i < count; i++)
		items[i] = list[i].exception;
	const struct plan_exceptions exceptions = {items, count};
	result = items ? scheduler_set_exceptions(control->scheduler, &exceptions) : -ENOMEM;
	free(items);
	free(list);
	return result;
}

int
control_exceptions_follow(struct control *control)
{
	int result = exceptions_follow(control);
	control->exceptions_are_due = result != 0;
	control->lessons_changed = true;
	return result;
}

void
control_timetable_adopt(struct control *control, struct timetable *fresh)
{
	struct config *config = control->config;
	scheduler_set_timetable(control->scheduler, fresh);
	timetable_release(config->timetable);
	config->timetable = fresh;
	control->loaded_at = clock_wall();
	control->lessons_changed = true;
	control_step(control);
}

int
control_ledger_status(int result)
{
	return result == -ENOSPC ? 507 : 503;
}
