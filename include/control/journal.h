/* SPDX-License-Identifier: BSD-3-Clause */
// journal.h - what a restart must know of the lessons that run: sessions.json in the state
// directory.
//
// Ad-hoc lessons, what was edited of planned ones, and the ids that are not opened again. No keys:
// joins are fresh after a restart.
#ifndef CONTROL_JOURNAL_H
#define CONTROL_JOURNAL_H

#include "control/scheduler.h"

struct journal;

// Returns NULL where memory is lacking.
struct journal *journal_create(const char *state_directory);
void journal_destroy(struct journal *journal);

// Hands what the file tells to a new scheduler. A file that cannot be understood is set aside as
// sessions.json.bad and told to the log: the timetable's lessons run without it.
void journal_restore(struct journal *journal, struct scheduler *scheduler, struct wall_time wall,
	struct mono_time mono);

// Writes the file anew where something has changed: it is there whole or not at all. Returns 0 or
// -errno (told to the log once until it works again).
int journal_save(struct journal *journal, const struct scheduler *scheduler);

#endif
