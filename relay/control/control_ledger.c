/* SPDX-License-Identifier: BSD-3-Clause */
// control_ledger.c - what the control plane keeps of changes: who made them, and the one-day
// changes that are in force.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/parts.h"
#include "platform/clock.h"
#include "platform/log.h"

#define WHAT_BYTES 512

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

int
control_exceptions_follow(struct control *control)
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

void
control_timetable_adopt(struct control *control, struct timetable *fresh)
{
	struct config *config = control->config;
	scheduler_set_timetable(control->scheduler, fresh);
	timetable_release(config->timetable);
	config->timetable = fresh;
	control->loaded_at = clock_wall();
	control_step(control);
}

int
control_ledger_status(int result)
{
	return result == -ENOSPC ? 507 : 503;
}
