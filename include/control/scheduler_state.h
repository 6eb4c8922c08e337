/* SPDX-License-Identifier: BSD-3-Clause */
// scheduler_state.h - inside the scheduler: what its files share.
#ifndef CONTROL_SCHEDULER_STATE_H
#define CONTROL_SCHEDULER_STATE_H

#include "control/ended_ids.h"
#include "control/scheduler.h"

// A lesson that runs, and what has not been told of it yet.
struct running_lesson {
	struct scheduled_lesson public; // first: what events point to
	struct mono_time opened_at;
	bool open_is_due;
	bool changed_is_due;
	bool live_is_due; // again, after an extension in grace
	bool end_is_due;
	// An ad-hoc lesson's own; else NULL and empty.
	struct lesson_part *parts;
	char title[TIMETABLE_TEXT_BYTES_MAX];
	struct running_lesson *next_departed;
};

struct scheduler {
	struct timetable *timetable;
	bool has_plan;
	struct civil_date plan_date; // the day it was made for
	struct lesson_list plan;
	struct running_lesson *running[SCHEDULER_RUNNING_MAX]; // in the order of opening
	size_t running_count;
	struct running_lesson *departed; // ended in the last step; their events may still be read
	struct ended_ids ended;
	unsigned adhoc_number;
	struct scheduler_stats stats;
};

bool lesson_shares_endpoint(const struct lesson *a, const struct lesson *b);

struct running_lesson *scheduler_running_find(const struct scheduler *scheduler, const char *id);

// Makes a running lesson of the scheduler's timetable, open from now on. Returns NULL where memory
// is lacking; there must be room.
struct running_lesson *scheduler_run(struct scheduler *scheduler, const struct lesson *lesson,
	struct wall_time wall, struct mono_time mono);

// The moment when a lesson may go live at the earliest for the running lessons that share an
// endpoint with it; INT64_MIN where there is none.
struct mono_time scheduler_earliest_live(
	const struct scheduler *scheduler, const struct lesson *lesson);

#endif
