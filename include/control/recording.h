/* SPDX-License-Identifier: BSD-3-Clause */
// recording.h - the lessons that run, told to the ledger's recorder; its rows, to the ledger; and
// what a restart must know of both, to recording.json in the state directory.
#ifndef CONTROL_RECORDING_H
#define CONTROL_RECORDING_H

#include "control/config.h"
#include "ledger/ledger.h"
#include "lessons/flow_look.h"
#include "lessons/scheduler.h"

#define RECORDING_FILE "recording.json"
#define RECORDING_DAYS_MAX 400   // how long an outage may be: what was planned before has no rows
#define RECORDING_IDLE_SAVE_S 60 // where no lesson is on
// Else each second, and for so many lessons more a second later: it takes 0.1 ms a lesson.
#define RECORDING_LESSONS_A_SECOND 64
#define RECORDING_PATIENCE_S 10 // for the ledger's answer, what rows there are

struct recording_desk;

// Ledger and scheduler must outlive it. What was being recorded when the relay ended goes on.
// Returns NULL where memory or a thread is lacking.
struct recording_desk *recording_create(const struct config *config, struct ledger *ledger,
	const struct scheduler *scheduler, struct wall_time wall, struct mono_time mono);

// Saves what is being recorded. NULL is fine.
void recording_destroy(struct recording_desk *desk, struct wall_time wall, struct mono_time mono);

// What the scheduler did; before the sessions follow it.
void recording_follow(struct recording_desk *desk, const struct scheduler_event *events,
	size_t count, struct wall_time wall, struct mono_time mono);

// flow_looked, of a desk.
void recording_looked(void *desk, const struct flow_look *look);

// Once a second, after the flows have been looked at.
void recording_step(struct recording_desk *desk, struct wall_time wall, struct mono_time mono);

#endif
