/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_check.c - whether a large database is whole, found out while its rows are written.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger_schema.h"
#include "ledger/ledger_store.h"
#include "platform/log.h"

struct check {
	struct ledger *ledger;
	uint64_t opening; // which one was looked at
	char why[LEDGER_WHY_BYTES];
};

static void
check_end(void *context, int result)
{
	(void)result;
	free(context);
}

// On the writer's thread. What was opened anew or restored meanwhile is another database.
static int
damage_write(struct ledger *ledger, struct ledger_job *job, const struct ledger_now *now)
{
	const struct check *check = job->context;
	struct ledger_writer *writer = &ledger->writer;
	if (check->opening != writer->opening)
		return 0;
	return ledger_writer_set_aside(writer, check->why, now);
}

// On a reader's thread.
static int
check_run(sqlite3 *database, void *context)
{
	struct check *check = context;
	int code = ledger_schema_check(database, check->why, sizeof check->why);
	struct check *damage = NULL;
	if (code == SQLITE_OK || (code & 0xff) == SQLITE_INTERRUPT)
		return 0;
	if (ledger_schema_is_broken(code) && (damage = malloc(sizeof *damage))) {
		*damage = *check;
		const struct ledger_job job = {
			.write = damage_write, .done = check_end, .context = damage};
		if (ledger_job_post(check->ledger, &job) == 0)
			return 0;
	}
	free(damage);
	log_error("%s: %s; cannot tell whether it is whole, or act on it: restart the relay",
		check->ledger->writer.path, check->why);
	return ledger_schema_error(code);
}

int
ledger_check_post(struct ledger *ledger)
{
	struct check *check = malloc(sizeof *check);
	if (!check)
		return -ENOMEM;
	*check = (struct check){.ledger = ledger, .opening = ledger->writer.opening};
	const struct ledger_job job = {
		.query = check_run, .is_long = true, .done = check_end, .context = check};
	int result = ledger_job_post(ledger, &job);
	if (result != 0)
		free(check);
	return result;
}
