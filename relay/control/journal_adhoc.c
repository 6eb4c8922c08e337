/* SPDX-License-Identifier: BSD-3-Clause */
// journal_adhoc.c - the ledger's ad-hoc lessons and those that run, made equal.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/journal.h"
#include "ledger/ledger_plan.h"
#include "platform/log.h"

struct restoring {
	struct scheduler *scheduler;
	struct wall_time wall;
	struct mono_time mono;
};

static void
restore_one(void *context, const struct ledger_adhoc *adhoc)
{
	const struct restoring *restoring = context;
	int result = scheduler_restore_adhoc(restoring->scheduler, adhoc->id, adhoc->endpoints,
		adhoc->endpoint_count, adhoc->listener_count, adhoc->title, adhoc->start,
		adhoc->end, restoring->wall, restoring->mono);
	if (result && result != -ETIME)
		log_warning("%s is not resumed: %s", adhoc->id, strerror(-result));
}

void
journal_adhoc_restore(struct ledger_plan *ledger, struct scheduler *scheduler,
	struct wall_time wall, struct mono_time mono)
{
	struct restoring restoring = {scheduler, wall, mono};
	int result = ledger_plan_adhoc_each(ledger, restore_one, &restoring);
	if (result)
		log_error(
			LEDGER_PLAN_FILE ": ad-hoc lessons are not resumed: %s", strerror(-result));
}

// Parts are in order of their roles: who listens comes last.
static struct ledger_adhoc
adhoc_make(const struct lesson *lesson)
{
	struct ledger_adhoc adhoc = {.id = lesson->id,
		.title = lesson->title,
		.start = lesson->start,
		.end = lesson->end,
		.endpoint_count = lesson->part_count};
	for (size_t i = 0; i < lesson->part_count; i++) {
		adhoc.endpoints[i] = lesson->parts[i].endpoint->id;
		adhoc.listener_count += lesson->parts[i].role == LESSON_LISTEN;
	}
	return adhoc;
}

int
journal_adhoc_save(
	struct ledger_plan *ledger, const struct scheduler *scheduler, struct wall_time now)
{
	size_t running_count = scheduler_running_count(scheduler), count = 0;
	struct ledger_adhoc *running = calloc(running_count + 1, sizeof *running);
	if (!running)
		return -ENOMEM;
	for (size_t i = 0; i < running_count; i++) {
		const struct lesson *lesson = &scheduler_running_get(scheduler, i)->lesson;
		if (!lesson->rule && !scheduler_is_check(lesson))
			running[count++] = adhoc_make(lesson);
	}
	int result = ledger_plan_adhoc_sync(ledger, running, count, now);
	free(running);
	return result;
}
