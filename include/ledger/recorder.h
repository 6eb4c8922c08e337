/* SPDX-License-Identifier: BSD-3-Clause */
// recorder.h - from live lessons to rows: what was planned, what came through, and the verdict.
//
// Pure: no clock, no disk. Whoever drives it tells it of lessons and, once a second, of what each
// flow did since the last look; it gives back rows. A lesson's minutes are counted from its opening
// bell by the monotonic clock, so that setting the wall clock neither doubles nor skips one; where
// the bell rings at a full minute, so do they.
#ifndef LEDGER_RECORDER_H
#define LEDGER_RECORDER_H

#include <stddef.h>

#include "ledger/records.h"
#include "timetable/timetable.h"

#define RECORDER_LESSONS_MAX 2048  // at once: those that run, and those whose time it is
#define RECORDER_MINUTES_MAX 1440  // of one lesson; later ones have rows, but no say
#define RECORDER_FLOWS_MAX 16384   // of one lesson
#define RECORDER_SETTLE_S 2        // after a lesson's end: the last figures come in
#define RECORDER_MINUTE_SETTLE_S 2 // after a minute's end

struct recorder;

struct recorder_settings {
	unsigned live_seconds;      // of audio, of both ends, that make a minute live
	unsigned delivered_percent; // of the planned minutes
	unsigned partial_minutes;
};

// Told in the order in which they are to be written; what they point to is valid during the call.
struct recorder_edges {
	void (*minute)(void *context, const struct ledger_minute *row);
	void (*entry)(void *context, const struct ledger_entry *row);
	void *context;
};

// What one flow did since it was last looked at.
struct recorder_look {
	const char *lesson; // id; one that is not recorded is passed over
	const char *school; // who sends
	const char *endpoint;
	const char *to_school; // outbound: who receives; "" inbound
	enum stream_kind kind;
	bool is_outbound;
	struct mono_time at; // the middle of the stretch that is looked at
	uint64_t packets;
	uint64_t bytes;
	uint64_t expected;
	int64_t lost;            // negative where late packets make good what seemed lost
	uint32_t jitter_us;      // 0: nothing new
	uint32_t longest_gap_us; // of the last 10 s
	uint32_t rtt_us;
	int64_t media_ns; // of the stretch, with media
};

enum recorder_end {
	RECORDER_END_BELL,
	RECORDER_END_OPERATOR,
	RECORDER_END_SUPERSEDED,
};

// Returns NULL where memory is lacking.
struct recorder *recorder_create(
	const struct recorder_settings *settings, const struct recorder_edges *edges);
void recorder_destroy(struct recorder *recorder); // NULL is fine

// The settings of lessons that are judged from now on.
void recorder_set(struct recorder *recorder, const struct recorder_settings *settings);

// When the relay began to record, and from when on it had not: what was planned between the two
// says so. `down_from` 0: it never recorded before.
void recorder_started(struct recorder *recorder, struct wall_time down_from, struct wall_time wall);

// A lesson of the plan whose opening bell has rung, or that is cancelled. Telling it again changes
// nothing. 0, -ENOMEM or -ENOSPC (RECORDER_LESSONS_MAX).
int recorder_plan(struct recorder *recorder, const struct timetable *timetable,
	const struct lesson *lesson, struct wall_time wall, struct mono_time mono);

// A lesson that runs: when it opens, and whenever its parts or its bell change. `lesson` as it is
// held now, edited or not; `bell` is its closing bell. Same errors.
int recorder_run(struct recorder *recorder, const struct timetable *timetable,
	const struct lesson *lesson, bool is_edited, struct mono_time bell, struct wall_time wall,
	struct mono_time mono);

// It has ended: it is judged RECORDER_SETTLE_S later.
void recorder_end(struct recorder *recorder, const char *lesson_id, enum recorder_end reason,
	struct mono_time mono);

void recorder_look(struct recorder *recorder, const struct recorder_look *look);

// A row of that lesson and assisted school is in the ledger already: it is not given again. After a
// restart, before the first recorder_plan() and recorder_step().
void recorder_known(struct recorder *recorder, const char *lesson_id, const char *assisted);

// The same of a row of a minute; its figures are not looked at.
void recorder_known_minute(struct recorder *recorder, const struct ledger_minute *row);

// After a restart, once it is known what rows there are: gives those again that never reached the
// disk.
void recorder_resume(struct recorder *recorder);

// All rows that were given are on the disk: a restart need not give them again.
void recorder_written(struct recorder *recorder);

// Gives the rows of minutes and lessons that are over. Once a second.
void recorder_step(struct recorder *recorder, struct wall_time wall, struct mono_time mono);

// As recorder_started() was told.
struct wall_time recorder_down_from(const struct recorder *recorder);

// Whether a lesson is being recorded, and how many are.
bool recorder_has(const struct recorder *recorder, const char *lesson_id);
size_t recorder_count(const struct recorder *recorder);

// Limits that were reached since creation.
uint64_t recorder_overflows(const struct recorder *recorder);

// --- across a restart

// All of it as JSON, to be freed with free(); NULL where memory is lacking.
char *recorder_save(const struct recorder *recorder, struct wall_time wall, struct mono_time mono);

// What recorder_save() gave, in a recorder that knows no lesson yet; calls recorder_started() with
// the moment of saving. Returns 0, -EINVAL (it is no such text: nothing is taken) or -ENOMEM.
int recorder_restore(struct recorder *recorder, const char *text, size_t bytes,
	struct wall_time wall, struct mono_time mono);

#endif
