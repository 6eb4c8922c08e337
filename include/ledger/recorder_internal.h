/* SPDX-License-Identifier: BSD-3-Clause */
// recorder_internal.h - a lesson while it is recorded, as the files of the recorder share it.
#ifndef LEDGER_RECORDER_INTERNAL_H
#define LEDGER_RECORDER_INTERNAL_H

#include <sys/queue.h>

#include "ledger/reason.h"
#include "ledger/recorder.h"

// A minute of one school: seconds of audio, and whether there was anything at all of it.
#define SLOT_AUDIO_S 0x3f
#define SLOT_DOWN 0x40 // of a lesson: the relay did not record
#define SLOT_PRESENT 0x80

// A school in a lesson. It stays where it is taken out.
struct recording_part {
	char school[TIMETABLE_ID_BYTES_MAX];
	char name[TIMETABLE_TEXT_BYTES_MAX];
	enum school_scope scope;
	bool is_in;      // now
	bool assists;    // or did once
	bool is_planned; // assists by the plan
	int32_t from;    // the minutes in which it assists: [from, until)
	int32_t until;
	char pair[TIMETABLE_ID_BYTES_MAX]; // that it shares with the lead
	uint8_t slots[RECORDER_MINUTES_MAX];
};

// A flow in the minute that is open.
struct recording_flow {
	char school[TIMETABLE_ID_BYTES_MAX];
	char endpoint[TIMETABLE_ID_BYTES_MAX];
	char to_school[TIMETABLE_ID_BYTES_MAX];
	enum stream_kind kind;
	bool is_outbound;
	uint64_t packets;
	uint64_t bytes;
	uint64_t expected;
	int64_t lost; // what is negative at a minute's end counts in the next
	uint32_t jitter_us;
	uint32_t longest_gap_us;
	uint32_t last_gap_us; // as last looked at, to tell a new one from an old one
	uint32_t rtt_us;
	int64_t media_ns;
};

struct recording {
	TAILQ_ENTRY(recording) link;
	char id[LESSON_ID_BYTES_MAX];
	char rule[TIMETABLE_ID_BYTES_MAX]; // "": ad-hoc
	char date[CIVIL_DATE_BYTES];
	char title[TIMETABLE_TEXT_BYTES_MAX];
	char subject[TIMETABLE_TEXT_BYTES_MAX];
	char class_name[TIMETABLE_TEXT_BYTES_MAX];
	char teacher[TIMETABLE_TEXT_BYTES_MAX];
	enum lesson_form form;
	struct wall_time planned_start;
	struct wall_time planned_end;
	struct wall_time end;  // its closing bell now
	struct mono_time base; // when planned_start was, or will be, by this machine
	struct mono_time bell; // when `end` is
	bool has_plan;         // what was planned of it is known
	bool has_run;
	bool is_running; // then only its end closes it
	bool has_ended;
	bool is_judged; // its rows are on their way to the disk
	enum recorder_end end_reason;
	struct mono_time ended_at;
	struct recording_part *parts;
	size_t part_count;
	size_t lead;                              // among parts, now
	size_t first_lead;                        // and at first
	uint8_t lead_slots[RECORDER_MINUTES_MAX]; // of whoever led
	int32_t minute;                           // the open one, from 0
	struct recording_flow *flows;
	size_t flow_count;
	size_t flow_capacity;
	struct reason notes; // what was done to it
};

TAILQ_HEAD(recording_list, recording);

// A row that was given, and may not be on the disk yet.
struct recorder_row {
	STAILQ_ENTRY(recorder_row) link;
	char lesson[LESSON_ID_BYTES_MAX];
	struct wall_time minute;
	bool is_given; // since this start
	struct recording_flow flow;
};
STAILQ_HEAD(recorder_rows, recorder_row);

// Beyond it the oldest is forgotten: it is lost where the relay is killed before it is written.
#define RECORDER_UNWRITTEN_MAX 4096

// Rows that are in the ledger: a ring of "lesson|school" keys.
#define RECORDER_KNOWN_MAX 4096
#define RECORDER_KEY_BYTES (LESSON_ID_BYTES_MAX + TIMETABLE_ID_BYTES_MAX)

struct recorder {
	struct recorder_settings settings;
	struct recorder_edges edges;
	struct recording_list list;
	size_t count;
	struct recording *looked_at; // looks come lesson by lesson; NULL: none yet
	uint64_t overflows;
	struct wall_time down_from, started_at; // 0: not told
	char (*known)[RECORDER_KEY_BYTES];
	size_t known_count; // ever
	struct recorder_rows unwritten;
	size_t unwritten_count;
};

// recorder_rows.c: gives a row, and keeps it until recorder_written(); a kept one is only kept.
void recorder_row_give(struct recorder *recorder, const char *lesson, struct wall_time minute,
	const struct recording_flow *flow);
struct recorder_row *recorder_row_keep(struct recorder *recorder, const char *lesson,
	struct wall_time minute, const struct recording_flow *flow);
void recorder_rows_clear(struct recorder *recorder);

// Seconds with media, 0..60.
uint32_t recording_media_s(const struct recording_flow *flow);

struct recording *recording_find(const struct recorder *recorder, const char *id);
int recording_add(struct recorder *recorder, const char *id, struct recording **out);
void recording_remove(struct recorder *recorder, struct recording *recording);

bool recorder_is_known(const struct recorder *recorder, const char *id, const char *assisted);

// The part of a school; NULL where it has none.
struct recording_part *recording_part_find(
	const struct recording *recording, const char *school_id);

// The minute of a moment; below 0 before the bell.
int32_t recording_minute_of(const struct recording *recording, struct mono_time at);

// The relay was down from the one moment to the other: nobody was absent then.
void recording_mark_down(
	struct recording *recording, struct wall_time from, struct wall_time until);

// Gives the open minute's rows, and moves on to `minute`.
void recording_minute_close(struct recorder *recorder, struct recording *recording, int32_t minute);

// Adds what happened at a moment, of the county's day, to somebody or to the lesson (`name` NULL).
void recording_note(
	struct reason *reason, enum reason_code code, const char *name, struct wall_time wall);

// Gives the rows of a lesson that is over.
void recording_judge(
	struct recorder *recorder, const struct recording *recording, struct wall_time wall);

// Gives the row of a school for which it is cancelled, once.
void recording_cancel(struct recorder *recorder, const struct recording *recording,
	const struct recording_part *part, const struct reason *reason, struct wall_time wall);

#endif
