/* SPDX-License-Identifier: BSD-3-Clause */
// scheduler_state.h - inside the scheduler: what its files share.
#ifndef LESSONS_SCHEDULER_STATE_H
#define LESSONS_SCHEDULER_STATE_H

#include "lessons/ended_ids.h"
#include "lessons/scheduler.h"

// A lesson that runs, and what has not been told of it yet.
struct running_lesson {
	struct scheduled_lesson public; // first: what events point to
	struct mono_time opened_at;
	unsigned plan_number; // of the plan that it opened with
	bool open_is_due;
	bool changed_is_due;
	bool live_is_due; // again, after an extension in grace
	bool end_is_due;
	// Its own, of an ad-hoc or regrouped lesson; else NULL. Those before stay until the change
	// has been told.
	struct lesson_part *parts;
	struct lesson_part *parts_before;
	// Newer plans that it has endpoints of, besides public.timetable.
	struct timetable **held;
	size_t held_count;
	// An ad-hoc lesson's own; else empty.
	char title[TIMETABLE_TEXT_BYTES_MAX];
	struct running_lesson *next_departed;
};

struct scheduler {
	struct timetable *timetable;
	struct plan_exceptions exceptions; // its own
	unsigned plan_number;              // counts the changes of the two
	bool has_plan;
	struct civil_date plan_date; // the day it was made for
	struct lesson_list plan;
	struct running_lesson *running[SCHEDULER_RUNNING_MAX]; // in the order of opening
	size_t running_count;
	struct running_lesson *departed; // ended in the last step; their events may still be read
	struct ended_ids ended;
	struct lesson_edit *edits[SCHEDULER_EDITS_MAX];
	size_t edit_count;
	unsigned adhoc_number;
	struct scheduler_stats stats;
};

struct running_lesson *scheduler_running_find(const struct scheduler *scheduler, const char *id);

// Parts of these endpoints, the first leading, the last `listener_count` listening. One that is in
// `kept` (or NULL) stays as it is there; the others are looked up in the timetable. Returns 0,
// -EINVAL (as scheduler_regroup()), -ENODEV or -ENOMEM; to be freed with free().
int scheduler_parts_make(const struct timetable *timetable, const struct lesson *kept,
	const char *const *endpoint_ids, size_t count, size_t listener_count,
	struct lesson_part **parts_out);

// The lesson of the plan as it was edited: its own parts, or NULL, in *parts_out. 0 or -ENOMEM.
int scheduler_edit_apply(
	const struct scheduler *scheduler, struct lesson *lesson, struct lesson_part **parts_out);

// The edit of a lesson, or NULL.
struct lesson_edit *scheduler_edit_find(const struct scheduler *scheduler, const char *id);
// Makes the edit of a planned lesson that runs, where there is none; an ad-hoc one needs none. 0,
// -ENOSPC or -ENOMEM.
int scheduler_edit_reserve(struct scheduler *scheduler, const struct scheduled_lesson *running);
void scheduler_edit_forget(struct scheduler *scheduler, const char *id);
// Forgets those whose lesson does not run and ended over a day ago.
void scheduler_edits_expire(struct scheduler *scheduler, struct wall_time wall);
void scheduler_edits_fini(struct scheduler *scheduler);

// Makes a running lesson of the scheduler's timetable, open from now on. Returns NULL where memory
// is lacking; there must be room.
struct running_lesson *scheduler_run(struct scheduler *scheduler, const struct lesson *lesson,
	struct wall_time wall, struct mono_time mono);

// Opens what is due of the plan. 0 or -ENOMEM.
int scheduler_open_due(struct scheduler *scheduler, struct wall_time wall, struct mono_time mono);

// When the next planned lesson opens, or `until` where none does before.
struct mono_time scheduler_next_opening(const struct scheduler *scheduler, struct wall_time wall,
	struct mono_time mono, struct mono_time until);

// The moment when a lesson may go live at the earliest for the running lessons that share an
// endpoint with it; INT64_MIN where there is none.
struct mono_time scheduler_earliest_live(
	const struct scheduler *scheduler, const struct lesson *lesson);

#endif
