/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_adhoc.c - the ad-hoc lessons that were opened, and which of them are over.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger_internal.h"

#define ENDPOINTS_BYTES_MAX (TIMETABLE_PARTS_MAX * TIMETABLE_ID_BYTES_MAX)

// "a;b;c": an endpoint's id has no ';' in it.
static void
endpoints_join(const struct ledger_adhoc *adhoc, char text[ENDPOINTS_BYTES_MAX])
{
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < adhoc->endpoint_count && used < ENDPOINTS_BYTES_MAX; i++)
		used += (size_t)snprintf(text + used, ENDPOINTS_BYTES_MAX - used, "%s%s",
			i > 0 ? ";" : "", adhoc->endpoints[i]);
}

static void
endpoints_split(char *text, struct ledger_adhoc *adhoc)
{
	char *rest;
	for (char *id = strtok_r(text, ";", &rest); id; id = strtok_r(NULL, ";", &rest)) {
		if (adhoc->endpoint_count == TIMETABLE_PARTS_MAX)
			return;
		adhoc->endpoints[adhoc->endpoint_count++] = id;
	}
}

static int
put(struct ledger_plan *ledger, const struct ledger_adhoc *adhoc)
{
	char endpoints[ENDPOINTS_BYTES_MAX];
	endpoints_join(adhoc, endpoints);
	sqlite3_stmt *statement = ledger_statement(ledger, LEDGER_ADHOC_PUT);
	sqlite3_bind_text(statement, 1, adhoc->id, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, adhoc->title, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 3, adhoc->start.ms);
	sqlite3_bind_int64(statement, 4, adhoc->end.ms);
	sqlite3_bind_text(statement, 5, endpoints, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 6, (sqlite3_int64)adhoc->listener_count);
	return ledger_run(ledger, statement);
}

static bool
is_running(const char *id, const struct ledger_adhoc *running, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(running[i].id, id) == 0)
			return true;
	}
	return false;
}

static int
mark_over(struct ledger_plan *ledger, const char *id, struct wall_time now)
{
	sqlite3_stmt *statement = ledger_statement(ledger, LEDGER_ADHOC_MARK_OVER);
	sqlite3_bind_text(statement, 1, id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, now.ms);
	return ledger_run(ledger, statement);
}

static int
mark_others_over(struct ledger_plan *ledger, const struct ledger_adhoc *running, size_t count,
	struct wall_time now)
{
	sqlite3_stmt *all = ledger_statement(ledger, LEDGER_ADHOC_ALL);
	int result = 0, row;
	while ((row = ledger_row(ledger, all)) > 0 && result == 0) {
		char id[LESSON_ID_BYTES_MAX];
		snprintf(id, sizeof id, "%s", ledger_text(all, 0));
		if (!is_running(id, running, count))
			result = mark_over(ledger, id, now);
	}
	sqlite3_reset(all);
	return result != 0 ? result : row;
}

int
ledger_plan_adhoc_sync(struct ledger_plan *ledger, const struct ledger_adhoc *running, size_t count,
	struct wall_time now)
{
	int result = ledger_begin(ledger);
	if (result != 0)
		return result;
	for (size_t i = 0; i < count && result == 0; i++)
		result = put(ledger, &running[i]);
	if (result == 0)
		result = mark_others_over(ledger, running, count, now);
	return ledger_end(ledger, result);
}

int
ledger_plan_adhoc_each(struct ledger_plan *ledger, ledger_adhoc_fn tell, void *context)
{
	int result = ledger_ready(ledger);
	if (result != 0)
		return result;
	sqlite3_stmt *all = ledger_statement(ledger, LEDGER_ADHOC_ALL);
	while ((result = ledger_row(ledger, all)) > 0) {
		struct ledger_adhoc adhoc = {
			.id = ledger_text(all, 0),
			.title = ledger_text(all, 1),
			.start = {sqlite3_column_int64(all, 2)},
			.end = {sqlite3_column_int64(all, 3)},
			.listener_count = (size_t)sqlite3_column_int64(all, 5),
		};
		char *endpoints = strdup(ledger_text(all, 4));
		if (!endpoints) {
			sqlite3_reset(all);
			return -ENOMEM;
		}
		endpoints_split(endpoints, &adhoc);
		tell(context, &adhoc);
		free(endpoints);
	}
	return result;
}
