/* SPDX-License-Identifier: BSD-3-Clause */
// recorder_rig.h - a lesson of three schools, a recorder with clocks of its own, and the rows it
// gives.
#ifndef TESTS_SUPPORT_RECORDER_RIG_H
#define TESTS_SUPPORT_RECORDER_RIG_H

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/reason.h"
#include "ledger/recorder.h"

#define RIG_ROWS_MAX 4096
#define RIG_START_MS 1795310400000 // 2026-11-22T01:20:00Z, 09:20 in the county

struct rig_entry {
	struct ledger_entry row;
	char lesson[LESSON_ID_BYTES_MAX];
	char assisted[64];
	char lead[64];
	char pair[64];
	char reason[REASON_BYTES];
};

struct rig {
	struct recorder *recorder;
	struct wall_time wall;
	struct mono_time mono;
	struct timetable timetable;
	struct timetable_school schools[4];
	const struct timetable_school *assisted[2];
	struct timetable_pair pair;
	struct timetable_endpoint endpoints[4];
	struct lesson_part parts[4];
	struct timetable_rule rule;
	struct lesson lesson;
	struct mono_time bell;
	struct ledger_minute minutes[RIG_ROWS_MAX]; // texts are endpoints' and schools'
	size_t minute_count;
	struct rig_entry entries[64];
	size_t entry_count;
};

// The texts of a row end with the call: what a test compares is kept under the rig's own names.
static inline const char *
rig_name(const struct rig *rig, const char *id)
{
	for (size_t i = 0; i < 4; i++)
		if (!strcmp(rig->schools[i].id, id))
			return rig->schools[i].id;
	return "";
}

static inline void
rig_minute(void *context, const struct ledger_minute *row)
{
	struct rig *rig = context;
	ck_assert_uint_lt(rig->minute_count, RIG_ROWS_MAX);
	struct ledger_minute *kept = &rig->minutes[rig->minute_count++];
	*kept = *row;
	kept->school = rig_name(rig, row->school);
	kept->to_school = rig_name(rig, row->to_school);
	kept->lesson = kept->endpoint = "";
}

static inline void
rig_entry(void *context, const struct ledger_entry *row)
{
	struct rig *rig = context;
	ck_assert_uint_lt(rig->entry_count, 64);
	struct rig_entry *kept = &rig->entries[rig->entry_count++];
	kept->row = *row;
	snprintf(kept->lesson, sizeof kept->lesson, "%s", row->lesson);
	snprintf(kept->assisted, sizeof kept->assisted, "%s", row->assisted);
	snprintf(kept->lead, sizeof kept->lead, "%s", row->lead);
	snprintf(kept->pair, sizeof kept->pair, "%s", row->pair);
	snprintf(kept->reason, sizeof kept->reason, "%s", row->reason);
}

static inline void
rig_recorder(struct rig *rig)
{
	const struct recorder_settings settings = {50, 80, 1};
	const struct recorder_edges edges = {rig_minute, rig_entry, rig};
	rig->recorder = recorder_create(&settings, &edges);
	ck_assert_ptr_nonnull(rig->recorder);
}

// wuxi leads houren and jian; 40 minutes from 09:20; it is 09:17.
static inline void
rig_init(struct rig *rig)
{
	static const char *const ids[] = {"wuxi", "houren", "jian", "outside"};
	static const char *const names[] = {"巫溪", "厚仁", "吉安", "外校"};
	static const enum lesson_role roles[] = {
		LESSON_LEAD, LESSON_ASSIST, LESSON_ASSIST, LESSON_LISTEN};
	memset(rig, 0, sizeof *rig);
	civil_zone_set("Asia/Shanghai");
	for (size_t i = 0; i < 4; i++) {
		rig->schools[i] = (struct timetable_school){.id = ids[i], .name = names[i]};
		rig->endpoints[i] =
			(struct timetable_endpoint){.id = ids[i], .school = &rig->schools[i]};
		rig->parts[i] =
			(struct lesson_part){&rig->schools[i], &rig->endpoints[i], roles[i], 2};
	}
	rig->schools[2].scope = SCHOOL_CITY;
	rig->assisted[0] = &rig->schools[1];
	rig->assisted[1] = &rig->schools[2];
	rig->pair = (struct timetable_pair){.id = "p1",
		.lead = &rig->schools[0],
		.assisted = rig->assisted,
		.assisted_count = 2};
	rig->timetable.pairs = &rig->pair;
	rig->timetable.pair_count = 1;
	rig->rule = (struct timetable_rule){
		.id = "chinese", .pair = &rig->pair, .parts = rig->parts, .part_count = 2};
	rig->wall.ms = RIG_START_MS - 180000;
	rig->mono.ns = 5000 * NS_IN_S;
	rig->lesson = (struct lesson){
		.id = "chinese/2026-11-22",
		.rule = &rig->rule,
		.date = civil_date_of((struct wall_time){RIG_START_MS}),
		.start = {RIG_START_MS},
		.end = {RIG_START_MS + 40 * 60000},
		.title = "语文",
		.subject = "语文",
		.class_name = "三1",
		.teacher = "王",
		.parts = rig->parts,
		.part_count = 2,
	};
	rig->bell = mono_after_ns(rig->mono, 43 * 60 * NS_IN_S);
	rig_recorder(rig);
	recorder_started(
		rig->recorder, (struct wall_time){0}, (struct wall_time){rig->wall.ms - 3600000});
}

static inline void
rig_fini(struct rig *rig)
{
	recorder_destroy(rig->recorder);
}

static inline void
rig_run(struct rig *rig, bool is_edited)
{
	ck_assert_int_eq(recorder_run(rig->recorder, &rig->timetable, &rig->lesson, is_edited,
				 rig->bell, rig->wall, rig->mono),
		0);
}

static inline void
rig_plan(struct rig *rig)
{
	ck_assert_int_eq(
		recorder_plan(rig->recorder, &rig->timetable, &rig->lesson, rig->wall, rig->mono),
		0);
}

static inline void
rig_look(struct rig *rig, size_t school, enum stream_kind kind, uint64_t packets)
{
	const struct recorder_look look = {
		.lesson = rig->lesson.id,
		.school = rig->schools[school].id,
		.endpoint = rig->endpoints[school].id,
		.to_school = "",
		.kind = kind,
		.at = mono_after_ns(rig->mono, -NS_IN_S / 2),
		.packets = packets,
		.bytes = packets * 100,
		.expected = packets,
		.media_ns = packets ? NS_IN_S : 0,
	};
	recorder_look(rig->recorder, &look);
}

// Seconds pass; the schools of the mask send 50 audio packets in each, those of `video` 30 video
// ones.
static inline void
rig_pass(struct rig *rig, unsigned seconds, unsigned audio, unsigned video)
{
	for (unsigned s = 0; s < seconds; s++) {
		rig->wall.ms += 1000;
		rig->mono.ns += NS_IN_S;
		for (size_t i = 0; i < 4; i++) {
			if (audio & 1U << i)
				rig_look(rig, i, STREAM_AUDIO, 50);
			if (video & 1U << i)
				rig_look(rig, i, STREAM_TEACHER, 30);
		}
		recorder_step(rig->recorder, rig->wall, rig->mono);
	}
}

#define WUXI 1U
#define HOUREN 2U
#define JIAN 4U

static inline void
rig_end(struct rig *rig, enum recorder_end reason)
{
	recorder_end(rig->recorder, rig->lesson.id, reason, rig->mono);
	rig_pass(rig, 5, 0, 0);
}

static inline const struct rig_entry *
rig_entry_of(const struct rig *rig, const char *assisted)
{
	const struct rig_entry *found = NULL;
	for (size_t i = 0; i < rig->entry_count; i++)
		if (!strcmp(rig->entries[i].assisted, assisted)) {
			ck_assert_msg(!found, "two rows of %s", assisted);
			found = &rig->entries[i];
		}
	ck_assert_msg(found != NULL, "no row of %s", assisted);
	return found;
}

static inline uint64_t
rig_packets(const struct rig *rig, size_t school)
{
	uint64_t packets = 0;
	for (size_t i = 0; i < rig->minute_count; i++)
		if (rig->minutes[i].school == rig->schools[school].id)
			packets += rig->minutes[i].packets;
	return packets;
}

#endif
