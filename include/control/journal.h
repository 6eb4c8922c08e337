/* SPDX-License-Identifier: BSD-3-Clause */
// journal.h - what a restart must know of the lessons that run: sessions.json in the state
// directory, and the ledger's ad-hoc lessons.
//
// The file has what was edited of planned lessons, and the ids that are not opened again. No keys:
// joins are fresh after a restart.
#ifndef CONTROL_JOURNAL_H
#define CONTROL_JOURNAL_H

#include "lessons/scheduler.h"

struct journal;
struct ledger_plan;

// The ledger must outlive it. Returns NULL where memory is lacking.
struct journal *journal_create(const char *state_directory, struct ledger_plan *ledger);
void journal_destroy(struct journal *journal);

// Hands what file and ledger tell to a new scheduler. A file that cannot be understood is set aside
// as sessions.json.bad and told to the log: the timetable's lessons run without it.
void journal_restore(struct journal *journal, struct scheduler *scheduler, struct wall_time wall,
	struct mono_time mono);

// Writes the file anew, and the ledger's rows, where something has changed: each is there whole or
// not at all. Returns 0 or -errno (told to the log once until it works again).
int journal_save(struct journal *journal, const struct scheduler *scheduler, struct wall_time now);

// journal_adhoc.c: the ad-hoc lessons that were not over are opened again; those that run are kept.
void journal_adhoc_restore(struct ledger_plan *ledger, struct scheduler *scheduler,
	struct wall_time wall, struct mono_time mono);
int journal_adhoc_save(
	struct ledger_plan *ledger, const struct scheduler *scheduler, struct wall_time now);

#endif
