/* SPDX-License-Identifier: BSD-3-Clause */
// scheduler.h - which lesson opens, goes live, closes and ends when; keeps no clock of its own.
//
// A lesson is opened by the wall clock: between open_before_s ahead of its bell and its closing
// bell. From then on its moments are monotonic deadlines, so that a step of the wall clock neither
// cuts nor repeats nor skips it. What has ended, by the bell or by an operator, is not opened
// again.
//
// Two lessons that need one endpoint: lead-in and grace may overlap, and when the later one goes
// live, the earlier one, if it was live, ends as a whole in the same step (SCHEDULER_END comes
// before SCHEDULER_LIVE). A lesson whose time has come only because the clock was set waits for the
// running one: it goes live no earlier than the running lesson's own course puts it.
#ifndef LESSONS_SCHEDULER_H
#define LESSONS_SCHEDULER_H

#include <stddef.h>

#include "platform/units.h"
#include "timetable/exceptions.h"
#include "timetable/timetable.h"

#define SCHEDULER_RUNNING_MAX 1024 // lessons open at once
#define SCHEDULER_ENDED_MAX 4096   // ids remembered; beyond that the oldest is forgotten
#define SCHEDULER_MINUTES_MAX 600  // of an ad-hoc lesson or an extension
#define SCHEDULER_EDITS_MAX 1024   // planned lessons that were edited and have not ended
#define SCHEDULER_DAYS_AHEAD 7     // planned: yesterday to this many days ahead

enum lesson_state {
	LESSON_PLANNED,
	LESSON_OPEN,  // endpoints connect, only probes flow
	LESSON_LIVE,  // between the bells
	LESSON_GRACE, // after the closing bell
	LESSON_ENDED,
};

enum scheduler_event_type {
	SCHEDULER_OPEN,
	SCHEDULER_LIVE,
	SCHEDULER_GRACE,
	SCHEDULER_END,
	SCHEDULER_CHANGED, // its moments moved (extended, cut) or its parts are others (regrouped);
			   // after an extension in grace LIVE comes too
};

enum scheduler_end_reason {
	SCHEDULER_END_PLANNED,    // its grace was over
	SCHEDULER_END_OPERATOR,   // scheduler_end()
	SCHEDULER_END_SUPERSEDED, // the next lesson of one of its endpoints went live
};

// A lesson from its opening to its end. The address stays the same all the while.
struct scheduled_lesson {
	struct lesson lesson; // `end` moves when it is extended or cut, `parts` when regrouped
	enum lesson_state state;
	bool is_edited;                       // an operator has changed it
	enum scheduler_end_reason end_reason; // once LESSON_ENDED
	struct mono_time live_at;
	struct mono_time bell_at; // closing bell
	struct mono_time end_at;
	// Whose plan it runs by; held until it has ended.
	struct timetable *timetable;
};

struct scheduler_event {
	enum scheduler_event_type type;
	const struct scheduled_lesson
		*lesson; // valid until the next scheduler_step(), also with END
};

// What an operator has changed of a planned lesson, for the state file: a restart knows of it.
struct lesson_edit {
	char id[LESSON_ID_BYTES_MAX];
	struct wall_time end;  // its closing bell now
	size_t endpoint_count; // 0: those of the plan; else the first leads
	size_t listener_count; // the last of them listen
	char endpoints[TIMETABLE_PARTS_MAX][TIMETABLE_ID_BYTES_MAX];
};

// How a lesson that runs differs from the plan as it is now.
enum lesson_difference {
	LESSON_DIFFERS_GONE = 1, // the plan has no such lesson in these days
	LESSON_DIFFERS_TIMES = 2,
	LESSON_DIFFERS_ENDPOINTS = 4, // or their roles
	LESSON_DIFFERS_SUBJECT = 8,   // or class, teacher, form
};

// Limits that were reached, since creation.
struct scheduler_stats {
	uint64_t running_full; // a lesson could not be opened for SCHEDULER_RUNNING_MAX (told once
			       // each step)
	uint64_t ended_forgotten;
};

// For the day's board.
struct board_lesson {
	struct lesson lesson;
	enum lesson_state state;
	struct wall_time opens;
	struct wall_time closes; // closing bell and grace
};

struct scheduler;

// Holds a reference of the timetable. NULL where memory is lacking.
struct scheduler *scheduler_create(struct timetable *timetable);
void scheduler_destroy(struct scheduler *scheduler);

// Moves everything to `now` and writes what happened, in order, to events[0..*count_out). Where
// *count_out is `capacity`, call it again: there may be more. Call it at each scheduler_next(), and
// at least once a second since the wall clock may be set. Returns 0 or -ENOMEM (nothing planned was
// opened; running lessons went on).
int scheduler_step(struct scheduler *scheduler, struct wall_time wall, struct mono_time mono,
	struct scheduler_event *events, size_t capacity, size_t *count_out);

// When something happens next, if nobody sets the clock; at most an hour ahead.
struct mono_time scheduler_next(
	const struct scheduler *scheduler, struct wall_time wall, struct mono_time mono);

// The plan from the next step on. What runs goes on by the plan that it opened with.
void scheduler_set_timetable(struct scheduler *scheduler, struct timetable *timetable);
struct timetable *scheduler_timetable(const struct scheduler *scheduler);

// The one-day changes of the plan from the next step on; they are copied. What runs goes on. 0 or
// -ENOMEM: the ones before stay.
int scheduler_set_exceptions(struct scheduler *scheduler, const struct plan_exceptions *exceptions);
const struct plan_exceptions *scheduler_exceptions(const struct scheduler *scheduler);

// Opens a lesson between endpoints (the first leads) that goes live with the next step. Its id is
// "adhoc/2026-11-23T08:15:00Z-1". Returns 0, -EINVAL (fewer than 2 or more than TIMETABLE_PARTS_MAX
// endpoints, one twice, minutes not 1..SCHEDULER_MINUTES_MAX), -ENOENT (unknown endpoint), -EBUSY
// (an endpoint's lesson is live: end that first), -ENOSPC or -ENOMEM.
int scheduler_open_adhoc(struct scheduler *scheduler, const char *const *endpoint_ids, size_t count,
	unsigned minutes, const char *title, struct wall_time wall, struct mono_time mono,
	const struct scheduled_lesson **out);

// The same for a call in which two teachers prepare a lesson (FORM_PREPARATION); its id is
// "adhoc/call-2026-11-23T08:15:00Z-1".
int scheduler_open_call(struct scheduler *scheduler, const char *const *endpoint_ids, size_t count,
	unsigned minutes, const char *title, struct wall_time wall, struct mono_time mono,
	const struct scheduled_lesson **out);

// The same for a connection check (FORM_INSPECTION), which gives way to whatever opens; its id is
// "adhoc/check-2026-11-23T08:15:00Z-1". It is no lesson: nobody restores or records it.
int scheduler_open_check(struct scheduler *scheduler, const char *const *endpoint_ids, size_t count,
	unsigned minutes, const char *title, struct wall_time wall, struct mono_time mono,
	const struct scheduled_lesson **out);
bool scheduler_is_check(const struct lesson *lesson);

// After a restart: an ad-hoc lesson that ran before, with its old id and bells; the last
// `listener_count` of its endpoints listen. Same errors;
// -EINVAL also for an id that is not an ad-hoc one, -EEXIST where it runs, -ETIME where its end has
// passed or it has ended.
int scheduler_restore_adhoc(struct scheduler *scheduler, const char *id,
	const char *const *endpoint_ids, size_t count, size_t listener_count, const char *title,
	struct wall_time start, struct wall_time end, struct wall_time wall, struct mono_time mono);

// The closing bell comes `minutes` later, or that long from now if it has rung. With an event.
// Returns 0, -ENOENT (no such lesson runs), -EINVAL (minutes not 1..SCHEDULER_MINUTES_MAX),
// -ENOSPC (SCHEDULER_EDITS_MAX) or -ENOMEM.
int scheduler_extend(
	struct scheduler *scheduler, const char *id, unsigned minutes, struct mono_time mono);

// The closing bell comes at `bell_at`, or now where that is past. With an event. Returns 0, -ENOENT
// (no such lesson runs), -EALREADY (it has rung), or -EINVAL (not earlier than it was, or not after
// the opening bell: then scheduler_end() it).
int scheduler_cut(struct scheduler *scheduler, const char *id, struct mono_time bell_at,
	struct mono_time mono);

// From now on the lesson is held by these endpoints: the first leads, the last `listener_count`
// listen, the others assist. With an event. Those that stay are untouched; a newcomer is taken out
// of another lesson's grace. Returns 0, -ENOENT (no such lesson runs), -ENODEV (an endpoint is not
// in the plan), -EINVAL (fewer than 2 or more than TIMETABLE_PARTS_MAX, one twice, or fewer than
// one that does not listen), -EBUSY (a newcomer's other lesson is live), -EAGAIN (the last
// regrouping has not been told yet: step first), -ENOSPC (SCHEDULER_EDITS_MAX) or -ENOMEM.
int scheduler_regroup(struct scheduler *scheduler, const char *id, const char *const *endpoint_ids,
	size_t count, size_t listener_count, struct mono_time mono);

// What was edited of planned lessons that have not ended.
size_t scheduler_edit_count(const struct scheduler *scheduler);
const struct lesson_edit *scheduler_edit_get(const struct scheduler *scheduler, size_t index);

// After a restart, before the first step: the planned lesson opens as it was edited. Returns 0,
// -EINVAL (no such id or lists), -ENODEV (an endpoint is not in the plan: only its bell is taken),
// -ENOSPC or -ENOMEM.
int scheduler_edit_restore(struct scheduler *scheduler, const struct lesson_edit *edit);

// How a running lesson differs from the plan of the last step: bits of enum lesson_difference. An
// ad-hoc lesson is in no plan and does not differ.
unsigned scheduler_differences(
	const struct scheduler *scheduler, const struct scheduled_lesson *running);

// Ends it with the next step. 0, or -ENOENT where no such lesson runs.
int scheduler_end(struct scheduler *scheduler, const char *id);

// What runs: open, live or in grace.
size_t scheduler_running_count(const struct scheduler *scheduler);
const struct scheduled_lesson *scheduler_running_get(
	const struct scheduler *scheduler, size_t index);
const struct scheduled_lesson *scheduler_find(const struct scheduler *scheduler, const char *id);

// The one running lesson that an endpoint belongs to now, or NULL: the one that is live or in
// grace, else the open one that goes live first.
const struct scheduled_lesson *scheduler_holder(
	const struct scheduler *scheduler, const char *endpoint_id);

// The next planned lesson of an endpoint that has not gone live, or NULL. Valid until the next
// step.
const struct lesson *scheduler_next_lesson(
	const struct scheduler *scheduler, const char *endpoint_id, struct wall_time wall);

// The lessons of a county date with what runs in their place, by start: an array of *count_out to
// be freed with free(), whose pointers are valid until the next step or set_timetable. 0 or
// -ENOMEM.
int scheduler_lessons_of(const struct scheduler *scheduler, struct civil_date date,
	struct wall_time wall, struct board_lesson **out, size_t *count_out);

// The ids that are not opened again, oldest first, for the state file; adding one that is known
// changes nothing. -EINVAL where the id is too long or empty.
size_t scheduler_ended_count(const struct scheduler *scheduler);
const char *scheduler_ended_get(const struct scheduler *scheduler, size_t index);
int scheduler_ended_add(struct scheduler *scheduler, const char *id);

const struct scheduler_stats *scheduler_stats(const struct scheduler *scheduler);

bool lesson_shares_endpoint(const struct lesson *a, const struct lesson *b);

const char *lesson_state_name(enum lesson_state state); // "planned", "open", ...

#endif
