/* SPDX-License-Identifier: BSD-3-Clause */
// verdict.c - whether a lesson was delivered to a school, and why not.
#include <stdio.h>

#include "ledger/recorder_internal.h"

// What a lesson's minutes amount to for one school.
struct tally {
	uint32_t live;
	int32_t first_live; // -1: none
	int32_t last_live;
	uint32_t lead_absent, lead_silent;
	uint32_t absent, silent;
};

static uint32_t
minutes_of(int64_t ms)
{
	return ms <= 0 ? 0 : (uint32_t)((ms + 60 * MS_IN_S - 1) / (60 * MS_IN_S));
}

// How many of its minutes count: until its closing bell, or its end where that came before.
static int32_t
minute_count(const struct recording *recording)
{
	struct mono_time end = recording->bell;
	if (recording->has_ended && recording->ended_at.ns < end.ns)
		end = recording->ended_at;
	uint32_t count = minutes_of(mono_since_ns(end, recording->base) / NS_IN_MS);
	return count > RECORDER_MINUTES_MAX ? RECORDER_MINUTES_MAX : (int32_t)count;
}

static void
count_lacking(uint8_t slot, unsigned live_seconds, uint32_t *absent, uint32_t *silent)
{
	if (!(slot & SLOT_PRESENT))
		++*absent;
	else if ((slot & SLOT_AUDIO_S) < live_seconds)
		++*silent;
}

static struct tally
tally_make(const struct recorder *recorder, const struct recording *recording,
	const struct recording_part *part)
{
	unsigned live_seconds = recorder->settings.live_seconds;
	struct tally tally = {.first_live = -1};
	int32_t until = minute_count(recording);
	if (part->until < until)
		until = part->until;
	for (int32_t i = part->from; i < until; i++) {
		uint8_t lead = recording->lead_slots[i], slot = part->slots[i];
		if ((lead & SLOT_AUDIO_S) >= live_seconds &&
			(slot & SLOT_AUDIO_S) >= live_seconds) {
			tally.live++;
			tally.last_live = i;
			if (tally.first_live < 0)
				tally.first_live = i;
		} else if (recording->has_run && !(lead & SLOT_DOWN)) {
			count_lacking(lead, live_seconds, &tally.lead_absent, &tally.lead_silent);
			count_lacking(slot, live_seconds, &tally.absent, &tally.silent);
		}
	}
	return tally;
}

static enum ledger_verdict
verdict_of(const struct recorder *recorder, const struct recording *recording,
	const struct recording_part *part, const struct tally *tally, uint32_t planned)
{
	const struct recorder_settings *settings = &recorder->settings;
	if (!*recording->rule || !part->is_planned)
		return LEDGER_EXTRA;
	if (tally->live * 100 >= planned * settings->delivered_percent)
		return LEDGER_DELIVERED;
	return tally->live >= settings->partial_minutes && tally->live > 0 ? LEDGER_PARTIAL
									   : LEDGER_MISSED;
}

static void
add_lacking(struct reason *reason, const char *name, uint32_t absent, uint32_t silent)
{
	if (absent > 0)
		reason_add_count(reason, REASON_absent, name, absent);
	if (silent > 0)
		reason_add_count(reason, REASON_no_audio, name, silent);
}

// An end before its bell, and a bell that was moved.
static void
add_end(struct reason *reason, const struct recording *recording)
{
	int64_t moved_ms = recording->end.ms - recording->planned_end.ms;
	int64_t left_ns = mono_since_ns(recording->bell, recording->ended_at);
	if (moved_ms > 0)
		reason_add_count(reason, REASON_extended, NULL, minutes_of(moved_ms));
	if (moved_ms < 0)
		reason_add_count(reason, REASON_cut, NULL, minutes_of(-moved_ms));
	if (!recording->has_ended || left_ns <= 0 || recording->end_reason == RECORDER_END_BELL)
		return;
	recording_note(reason,
		recording->end_reason == RECORDER_END_OPERATOR ? REASON_ended : REASON_superseded,
		NULL, (struct wall_time){recording->end.ms - left_ns / NS_IN_MS});
}

static struct reason
reason_make(const struct recording *recording, const struct recording_part *part,
	const struct tally *tally, enum ledger_verdict verdict, uint32_t planned)
{
	const struct recording_part *lead = &recording->parts[recording->lead];
	struct reason reason = {0};
	if (verdict == LEDGER_PARTIAL || verdict == LEDGER_MISSED) {
		char live[12], of[12];
		snprintf(live, sizeof live, "%u", tally->live);
		snprintf(of, sizeof of, "%u", planned);
		reason_add(&reason, REASON_live, live, of);
	}
	add_lacking(&reason, lead->name, tally->lead_absent, tally->lead_silent);
	if (part != lead)
		add_lacking(&reason, part->name, tally->absent, tally->silent);
	reason_append(&reason, &recording->notes);
	add_end(&reason, recording);
	if (!recording->has_run && recording->notes.bytes == 0)
		reason_add(&reason, REASON_never_opened, NULL, NULL);
	return reason;
}

static struct ledger_entry
entry_make(
	const struct recording *recording, const struct recording_part *part, struct wall_time wall)
{
	// Who leads now may have assisted before.
	const struct recording_part *lead = &recording->parts[recording->lead];
	if (lead == part)
		lead = &recording->parts[recording->first_lead];
	return (struct ledger_entry){
		.kind = LEDGER_LESSON,
		.written_at = wall,
		.author = "relay",
		.lesson = recording->id,
		.date = recording->date,
		.pair = part->pair,
		.rule = recording->rule,
		.lead = lead->school,
		.assisted = part->school,
		.lead_name = lead->name,
		.assisted_name = part->name,
		.scope = school_scope_name(lead->scope > part->scope ? lead->scope : part->scope),
		.form = lesson_form_name(recording->form),
		.title = recording->title,
		.subject = recording->subject,
		.class_name = recording->class_name,
		.teacher = recording->teacher,
		.assistant = "",
		.headcount = -1,
		.planned_start = recording->planned_start,
		.planned_end = recording->planned_end,
		.planned_minutes =
			minutes_of(recording->planned_end.ms - recording->planned_start.ms),
	};
}

static struct wall_time
minute_wall(const struct recording *recording, int32_t minute)
{
	return (struct wall_time){recording->planned_start.ms + (int64_t)minute * 60 * MS_IN_S};
}

static void
judge_part(struct recorder *recorder, const struct recording *recording,
	const struct recording_part *part, struct wall_time wall)
{
	struct tally tally = tally_make(recorder, recording, part);
	struct ledger_entry entry = entry_make(recording, part, wall);
	entry.verdict = verdict_of(recorder, recording, part, &tally, entry.planned_minutes);
	struct reason reason =
		reason_make(recording, part, &tally, entry.verdict, entry.planned_minutes);
	entry.live_minutes = tally.live;
	entry.reason = reason.text;
	if (tally.live > 0) {
		entry.real_start = minute_wall(recording, tally.first_live);
		entry.real_end = minute_wall(recording, tally.last_live + 1);
	}
	recorder->edges.entry(recorder->edges.context, &entry);
	recorder_known(recorder, recording->id, part->school);
}

void
recording_judge(struct recorder *recorder, const struct recording *recording, struct wall_time wall)
{
	for (size_t i = 0; i < recording->part_count; i++) {
		const struct recording_part *part = &recording->parts[i];
		if (part->assists && !recorder_is_known(recorder, recording->id, part->school))
			judge_part(recorder, recording, part, wall);
	}
}

void
recording_cancel(struct recorder *recorder, const struct recording *recording,
	const struct recording_part *part, const struct reason *reason, struct wall_time wall)
{
	struct ledger_entry entry = entry_make(recording, part, wall);
	entry.verdict = LEDGER_CANCELLED;
	entry.reason = reason->text;
	recorder->edges.entry(recorder->edges.context, &entry);
	recorder_known(recorder, recording->id, part->school);
}
