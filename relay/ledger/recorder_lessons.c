/* SPDX-License-Identifier: BSD-3-Clause */
// recorder_lessons.c - what was planned of a lesson, who takes part in it, and what was done to it.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/recorder_internal.h"

#define TIME_BYTES 16
#define SOON_MINUTES 1 // a lesson that runs only so long after its bell was opened late

static void
time_text(struct wall_time wall, char text[TIME_BYTES])
{
	int32_t second = civil_second_of(wall);
	snprintf(text, TIME_BYTES, "%02d:%02d", second / 3600, second / 60 % 60);
}

void
recording_note(
	struct reason *reason, enum reason_code code, const char *name, struct wall_time wall)
{
	char text[TIME_BYTES];
	time_text(wall, text);
	reason_add(reason, code, name ? name : text, name ? text : NULL);
}

void
recording_mark_down(struct recording *recording, struct wall_time from, struct wall_time until)
{
	int64_t start_ms = recording->planned_start.ms;
	char from_text[TIME_BYTES], until_text[TIME_BYTES];
	if (from.ms < start_ms)
		from.ms = start_ms;
	if (until.ms > recording->end.ms)
		until = recording->end;
	if (from.ms >= until.ms)
		return;
	int64_t first = (from.ms - start_ms) / (60 * MS_IN_S);
	int64_t last = (until.ms - 1 - start_ms) / (60 * MS_IN_S);
	for (int64_t i = first; i <= last && i < RECORDER_MINUTES_MAX; i++)
		recording->lead_slots[i] |= SLOT_DOWN;
	time_text(from, from_text);
	time_text(until, until_text);
	reason_add(&recording->notes, REASON_relay_down, from_text, until_text);
}

struct recording_part *
recording_part_find(const struct recording *recording, const char *school_id)
{
	for (size_t i = 0; i < recording->part_count; i++)
		if (!strcmp(recording->parts[i].school, school_id))
			return &recording->parts[i];
	return NULL;
}

// NULL where memory is lacking.
static struct recording_part *
part_get(struct recording *recording, const struct timetable_school *school)
{
	struct recording_part *part = recording_part_find(recording, school->id);
	if (part)
		return part;
	part = realloc(recording->parts, (recording->part_count + 1) * sizeof *part);
	if (!part)
		return NULL;
	recording->parts = part;
	part += recording->part_count++;
	*part = (struct recording_part){.scope = school->scope};
	snprintf(part->school, sizeof part->school, "%s", school->id);
	snprintf(part->name, sizeof part->name, "%s", school->name);
	return part;
}

static bool
pair_has(const struct timetable_pair *pair, const char *lead, const char *assisted)
{
	if (strcmp(pair->lead->id, lead))
		return false;
	for (size_t i = 0; i < pair->assisted_count; i++)
		if (!strcmp(pair->assisted[i]->id, assisted))
			return true;
	return false;
}

// The rule's pair, or one that the schools share, whoever leads there.
static void
part_find_pair(const struct timetable *timetable, const struct lesson *lesson, const char *lead,
	struct recording_part *part)
{
	const struct timetable_pair *found = lesson->rule ? lesson->rule->pair : NULL;
	for (int turn = 0; turn < 2 && !found; turn++)
		for (size_t i = 0; i < timetable->pair_count && !found; i++)
			if (pair_has(&timetable->pairs[i], turn ? part->school : lead,
				    turn ? lead : part->school))
				found = &timetable->pairs[i];
	snprintf(part->pair, sizeof part->pair, "%s", found ? found->id : "");
}

static void
texts_take(struct recording *recording, const struct lesson *lesson)
{
	snprintf(recording->rule, sizeof recording->rule, "%s",
		lesson->rule ? lesson->rule->id : "");
	civil_date_format(lesson->date, recording->date);
	snprintf(recording->title, sizeof recording->title, "%s", lesson->title);
	snprintf(recording->subject, sizeof recording->subject, "%s", lesson->subject);
	snprintf(recording->class_name, sizeof recording->class_name, "%s", lesson->class_name);
	snprintf(recording->teacher, sizeof recording->teacher, "%s", lesson->teacher);
	recording->form = lesson->form;
	recording->planned_start = lesson->start;
	recording->planned_end = recording->end = lesson->end;
}

// What was planned before the relay was there is told so.
static void
begin(const struct recorder *recorder, struct recording *recording)
{
	if (recording->planned_start.ms < recorder->started_at.ms)
		recording_mark_down(recording, recorder->down_from, recorder->started_at);
}

static void
reason_of_cancellation(
	const struct lesson *lesson, const char *lead, const char *assisted, struct reason *reason)
{
	*reason = (struct reason){0};
	switch (lesson->cancellation) {
	case CANCELLED_EXCEPTION:
		reason_add(reason, REASON_exception, NULL, NULL);
		break;
	case CANCELLED_LEAD_OFF:
		reason_add(reason, REASON_lead_off, lead, NULL);
		break;
	case CANCELLED_NO_PERIOD:
		reason_add(reason, REASON_no_period, NULL, NULL);
		break;
	case CANCELLED_ASSISTED_OFF:
	case LESSON_HELD: // without this school
		reason_add(reason, REASON_assisted_off, assisted, NULL);
		break;
	}
}

static bool
holds(const struct lesson *lesson, const struct timetable_school *school)
{
	for (size_t i = 0; i < lesson->part_count; i++)
		if (!strcmp(lesson->parts[i].school->id, school->id))
			return true;
	return false;
}

// A row for each assisted school for which the lesson is not held.
static int
cancel(struct recorder *recorder, const struct timetable *timetable, const struct lesson *lesson,
	struct wall_time wall)
{
	const struct timetable_rule *rule = lesson->rule;
	for (size_t i = 0; i < rule->part_count; i++) {
		const struct lesson_part *planned = &rule->parts[i];
		struct recording *recording;
		struct recording_part *part;
		struct reason reason;
		if (planned->role != LESSON_ASSIST ||
			recorder_is_known(recorder, lesson->id, planned->school->id) ||
			(lesson->cancellation == LESSON_HELD && holds(lesson, planned->school)))
			continue;
		// Not one that is recorded: only as long as it takes to tell.
		int result = recording_add(recorder, "", &recording);
		if (result)
			return result;
		snprintf(recording->id, sizeof recording->id, "%s", lesson->id);
		texts_take(recording, lesson);
		part = part_get(recording, rule->parts[0].school);
		part = part ? part_get(recording, planned->school) : NULL;
		if (part) {
			part_find_pair(timetable, lesson, rule->parts[0].school->id, part);
			reason_of_cancellation(lesson, rule->parts[0].school->name,
				planned->school->name, &reason);
			recording_cancel(recorder, recording, part, &reason, wall);
		}
		recording_remove(recorder, recording);
		if (!part)
			return -ENOMEM;
	}
	return 0;
}

// Whether every school's row is in the ledger: it is over, and judged.
static bool
is_judged(const struct recorder *recorder, const struct lesson *lesson)
{
	for (size_t i = 0; i < lesson->part_count; i++)
		if (lesson->parts[i].role == LESSON_ASSIST &&
			!recorder_is_known(recorder, lesson->id, lesson->parts[i].school->id))
			return false;
	return true;
}

// Those who assist by the plan; who does not take part any more has left before the bell.
static int
plan_take(
	struct recording *recording, const struct timetable *timetable, const struct lesson *lesson)
{
	const char *lead = lesson->parts[0].school->id;
	for (size_t i = 0; i < lesson->part_count; i++) {
		bool is_new = !recording_part_find(recording, lesson->parts[i].school->id);
		struct recording_part *part = part_get(recording, lesson->parts[i].school);
		if (!part)
			return -ENOMEM;
		if (lesson->parts[i].role != LESSON_ASSIST)
			continue;
		part->is_planned = true;
		if (is_new || !part->assists)
			part_find_pair(timetable, lesson, lead, part);
		part->assists = true;
		if (is_new && !recording->has_run)
			part->until = RECORDER_MINUTES_MAX;
		else if (is_new)
			recording_note(&recording->notes, REASON_left, part->name, lesson->start);
	}
	if (!recording->has_run)
		recording->lead = recording->first_lead = 0;
	recording->planned_start = lesson->start;
	recording->planned_end = lesson->end;
	recording->has_plan = true;
	return 0;
}

int
recorder_plan(struct recorder *recorder, const struct timetable *timetable,
	const struct lesson *lesson, struct wall_time wall, struct mono_time mono)
{
	int result = lesson->rule ? cancel(recorder, timetable, lesson, wall) : 0;
	if (result || lesson->cancellation != LESSON_HELD || is_judged(recorder, lesson))
		return result;
	struct recording *recording = recording_find(recorder, lesson->id);
	if (recording && recording->has_plan)
		return 0;
	bool is_new = !recording;
	if (is_new)
		result = recording_add(recorder, lesson->id, &recording);
	if (result)
		return result;
	if (is_new) {
		texts_take(recording, lesson);
		recording->base = mono_after_ns(mono, (lesson->start.ms - wall.ms) * NS_IN_MS);
		recording->bell = mono_after_ns(
			recording->base, (lesson->end.ms - lesson->start.ms) * NS_IN_MS);
		begin(recorder, recording);
	}
	return plan_take(recording, timetable, lesson);
}

// Who takes part from now on.
static int
parts_follow(struct recording *recording, const struct timetable *timetable,
	const struct lesson *lesson, struct wall_time wall, struct mono_time mono)
{
	int32_t minute = recording_minute_of(recording, mono);
	bool is_first = !recording->has_run, is_on = minute >= 0 && !is_first;
	int32_t from = is_on ? minute : 0;
	for (size_t i = 0; i < recording->part_count; i++)
		recording->parts[i].is_in = false;
	for (size_t i = 0; i < lesson->part_count; i++) {
		const struct lesson_part *now = &lesson->parts[i];
		struct recording_part *part = part_get(recording, now->school);
		if (!part)
			return -ENOMEM;
		size_t index = (size_t)(part - recording->parts);
		if (now->role == LESSON_LEAD) {
			if (!is_first && index != recording->lead)
				recording_note(&recording->notes, REASON_led, part->name, wall);
			recording->lead = index;
			if (is_first)
				recording->first_lead = index;
		}
		if (now->role != LESSON_ASSIST || part->is_in)
			continue;
		part->is_in = true;
		if (part->until == RECORDER_MINUTES_MAX)
			continue; // it was in already
		if (!part->assists)
			part->from = from;
		if (is_on)
			recording_note(&recording->notes, REASON_joined, part->name, wall);
		part->until = RECORDER_MINUTES_MAX;
		part->assists = true;
		part_find_pair(timetable, lesson, lesson->parts[0].school->id, part);
	}
	for (size_t i = 0; i < recording->part_count; i++) {
		struct recording_part *part = &recording->parts[i];
		if (part->is_in || part->until != RECORDER_MINUTES_MAX)
			continue;
		part->until = from;
		recording_note(&recording->notes, REASON_left, part->name, wall);
	}
	return 0;
}

int
recorder_run(struct recorder *recorder, const struct timetable *timetable,
	const struct lesson *lesson, bool is_edited, struct mono_time bell, struct wall_time wall,
	struct mono_time mono)
{
	struct recording *recording = recording_find(recorder, lesson->id);
	bool is_new = !recording;
	int result = is_new ? recording_add(recorder, lesson->id, &recording) : 0;
	if (result)
		return result;
	if (is_new) {
		texts_take(recording, lesson);
		recording->base =
			mono_after_ns(bell, -(lesson->end.ms - lesson->start.ms) * NS_IN_MS);
		begin(recorder, recording);
	}
	if (!recording->has_plan && (!is_edited || !lesson->rule))
		result = plan_take(recording, timetable, lesson);
	if (!result)
		result = parts_follow(recording, timetable, lesson, wall, mono);
	if (result)
		return result;
	if (!recording->has_run && lesson->start.ms >= recorder->started_at.ms &&
		recording_minute_of(recording, mono) >= SOON_MINUTES)
		recording_note(&recording->notes, REASON_opened_late, NULL, wall);
	recording->bell = bell;
	recording->end = lesson->end;
	recording->has_run = recording->is_running = true;
	return 0;
}
