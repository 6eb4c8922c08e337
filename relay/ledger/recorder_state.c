/* SPDX-License-Identifier: BSD-3-Clause */
// recorder_state.c - what is being recorded, as text that outlives a restart.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "ledger/recorder_internal.h"
#include "timetable/text.h"

#define STATE_VERSION 1
#define SLOTS_TEXT_BYTES (2 * RECORDER_MINUTES_MAX + 1)

static json_t *
slots_view(const uint8_t slots[RECORDER_MINUTES_MAX])
{
	static const char digits[] = "0123456789abcdef";
	char text[SLOTS_TEXT_BYTES];
	*text = '\0';
	size_t count = RECORDER_MINUTES_MAX;
	while (count > 0 && slots[count - 1] == 0)
		count--;
	for (size_t i = 0; i < count; i++) {
		text[2 * i] = digits[slots[i] >> 4];
		text[2 * i + 1] = digits[slots[i] & 15];
		text[2 * i + 2] = '\0';
	}
	return json_string(text);
}

static int
slots_read(const char *text, uint8_t slots[RECORDER_MINUTES_MAX])
{
	size_t bytes = strlen(text);
	if (bytes % 2 || bytes >= SLOTS_TEXT_BYTES || strspn(text, "0123456789abcdef") != bytes)
		return -EINVAL;
	for (size_t i = 0; i < bytes / 2; i++) {
		const char digits[3] = {text[2 * i], text[2 * i + 1], '\0'};
		slots[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return 0;
}

static json_t *
part_view(const struct recording_part *part)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:b, s:b, s:b, s:i, s:i, s:o}", "school",
		part->school, "name", part->name, "pair", part->pair, "scope", (int)part->scope,
		"is_in", part->is_in, "assists", part->assists, "is_planned", part->is_planned,
		"from", part->from, "until", part->until, "slots", slots_view(part->slots));
}

// One flow as a line of words: JSON of their thousands would take too long each second. Ids have no
// spaces, and are not "=".
static void
flow_add(struct text *text, const struct recording_flow *flow)
{
	text_add_format(text,
		"%s %s %s %d %d %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64 " %u %u %u %" PRId64
		"\n",
		flow->school, flow->endpoint, *flow->to_school ? flow->to_school : "=",
		(int)flow->kind, flow->is_outbound, flow->packets, flow->bytes, flow->expected,
		flow->lost, flow->jitter_us, flow->longest_gap_us, flow->rtt_us, flow->media_ns);
}

static json_t *
flows_view(const struct recording_flow *flows, size_t count)
{
	struct text text = {0};
	for (size_t i = 0; i < count; i++)
		flow_add(&text, &flows[i]);
	json_t *view = text.result ? NULL : json_string(text.bytes ? text.bytes : "");
	text_fini(&text);
	return view;
}

// The line's flow; *line moves to the next one.
static int
flow_read(const char **line, struct recording_flow *flow)
{
	int kind, is_outbound, bytes = 0;
	_Static_assert(TIMETABLE_ID_BYTES_MAX == 48, "the widths below");
	*flow = (struct recording_flow){0};
	int found = sscanf(*line,
		"%47s %47s %47s %d %d %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNd64
		" %u %u %u %" SCNd64 "%n",
		flow->school, flow->endpoint, flow->to_school, &kind, &is_outbound, &flow->packets,
		&flow->bytes, &flow->expected, &flow->lost, &flow->jitter_us, &flow->longest_gap_us,
		&flow->rtt_us, &flow->media_ns, &bytes);
	if (found != 13 || (*line)[bytes] != '\n' || kind < STREAM_AUDIO || kind > STREAM_REPORT)
		return -EINVAL;
	if (!strcmp(flow->to_school, "="))
		flow->to_school[0] = '\0';
	flow->kind = (enum stream_kind)kind;
	flow->is_outbound = is_outbound != 0;
	*line += bytes + 1;
	return 0;
}

static json_t *
recording_view(const struct recording *recording, struct wall_time wall, struct mono_time mono)
{
	json_t *parts = json_array();
	json_t *flows = flows_view(recording->flows, recording->flow_count);
	for (size_t i = 0; i < recording->part_count; i++)
		json_array_append_new(parts, part_view(&recording->parts[i]));
	// By this machine's clock another start knows nothing: moments become wall time.
	int64_t base_ms = wall.ms - mono_since_ns(mono, recording->base) / NS_IN_MS;
	int64_t bell_ms = wall.ms - mono_since_ns(mono, recording->bell) / NS_IN_MS;
	int64_t ended_ms = wall.ms - mono_since_ns(mono, recording->ended_at) / NS_IN_MS;
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:I, s:I, s:I, s:I, s:I, s:I, "
			 "s:b, s:b, s:b, s:i, s:i, s:i, s:i, s:o, s:s, s:o, s:o}",
		"id", recording->id, "rule", recording->rule, "date", recording->date, "title",
		recording->title, "subject", recording->subject, "class", recording->class_name,
		"teacher", recording->teacher, "form", (int)recording->form, "planned_start_ms",
		(json_int_t)recording->planned_start.ms, "planned_end_ms",
		(json_int_t)recording->planned_end.ms, "end_ms", (json_int_t)recording->end.ms,
		"base_ms", (json_int_t)base_ms, "bell_ms", (json_int_t)bell_ms, "ended_ms",
		(json_int_t)ended_ms, "has_plan", recording->has_plan, "has_run",
		recording->has_run, "has_ended", recording->has_ended, "end_reason",
		(int)recording->end_reason, "lead", (int)recording->lead, "first_lead",
		(int)recording->first_lead, "minute", recording->minute, "lead_slots",
		slots_view(recording->lead_slots), "notes", recording->notes.text, "parts", parts,
		"flows", flows);
}

char *
recorder_save(const struct recorder *recorder, struct wall_time wall, struct mono_time mono)
{
	json_t *lessons = json_array();
	const struct recording *recording;
	TAILQ_FOREACH (recording, &recorder->list, link)
		json_array_append_new(lessons, recording_view(recording, wall, mono));
	const struct recorder_row *row;
	json_t *unwritten = json_array();
	STAILQ_FOREACH (row, &recorder->unwritten, link)
		json_array_append_new(unwritten,
			json_pack("{s:s, s:I, s:o}", "lesson", row->lesson, "minute_ms",
				(json_int_t)row->minute.ms, "flow", flows_view(&row->flow, 1)));
	json_t *root = json_pack("{s:i, s:I, s:o, s:o}", "version", STATE_VERSION, "saved_at_ms",
		(json_int_t)wall.ms, "lessons", lessons, "unwritten", unwritten);
	char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	return text;
}

// Copies a text that must fit. Returns whether it did.
static bool
take(char *to, size_t bytes, const char *from)
{
	return (size_t)snprintf(to, bytes, "%s", from) < bytes;
}

static int
part_read(json_t *entry, struct recording_part *part)
{
	const char *school, *name, *pair, *slots;
	int scope, is_in, assists, is_planned;
	*part = (struct recording_part){0};
	if (json_unpack(entry, "{s:s, s:s, s:s, s:i, s:b, s:b, s:b, s:i, s:i, s:s}", "school",
		    &school, "name", &name, "pair", &pair, "scope", &scope, "is_in", &is_in,
		    "assists", &assists, "is_planned", &is_planned, "from", &part->from, "until",
		    &part->until, "slots", &slots) ||
		!take(part->school, sizeof part->school, school) ||
		!take(part->name, sizeof part->name, name) ||
		!take(part->pair, sizeof part->pair, pair) || scope < SCHOOL_COUNTY ||
		scope > SCHOOL_EXTERNAL || part->from < 0 || part->until < 0 ||
		part->until > RECORDER_MINUTES_MAX || slots_read(slots, part->slots))
		return -EINVAL;
	part->scope = (enum school_scope)scope;
	part->is_in = is_in;
	part->assists = assists;
	part->is_planned = is_planned;
	return 0;
}

static size_t
line_count(const char *text)
{
	size_t count = 0;
	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static int
lists_read(struct recording *recording, json_t *parts, const char *flows)
{
	size_t part_count = json_array_size(parts), flow_count = line_count(flows);
	int result =
		part_count <= TIMETABLE_PARTS_MAX && flow_count <= RECORDER_FLOWS_MAX ? 0 : -EINVAL;
	if (result)
		return result;
	recording->parts = calloc(part_count + 1, sizeof *recording->parts);
	recording->flows = calloc(flow_count + 1, sizeof *recording->flows);
	if (!recording->parts || !recording->flows)
		return -ENOMEM;
	recording->part_count = part_count;
	recording->flow_count = flow_count;
	recording->flow_capacity = flow_count + 1;
	for (size_t i = 0; i < part_count && !result; i++)
		result = part_read(json_array_get(parts, i), &recording->parts[i]);
	for (size_t i = 0; i < flow_count && !result; i++)
		result = flow_read(&flows, &recording->flows[i]);
	return result;
}

// What a lesson's members are read into before they are believed.
struct lesson_text {
	const char *id, *rule, *date, *title, *subject, *class_name, *teacher, *slots, *notes;
	const char *flows;
	int form, has_plan, has_run, has_ended, end_reason, lead, first_lead, minute;
	json_int_t planned_start_ms, planned_end_ms, end_ms, base_ms, bell_ms, ended_ms;
	json_t *parts;
};

static int
lesson_text_read(json_t *entry, struct lesson_text *text)
{
	if (json_unpack(entry,
		    "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:b, "
		    "s:b, s:b, s:i, s:i, s:i, s:i, s:s, s:s, s:o, s:s}",
		    "id", &text->id, "rule", &text->rule, "date", &text->date, "title",
		    &text->title, "subject", &text->subject, "class", &text->class_name, "teacher",
		    &text->teacher, "form", &text->form, "planned_start_ms",
		    &text->planned_start_ms, "planned_end_ms", &text->planned_end_ms, "end_ms",
		    &text->end_ms, "base_ms", &text->base_ms, "bell_ms", &text->bell_ms, "ended_ms",
		    &text->ended_ms, "has_plan", &text->has_plan, "has_run", &text->has_run,
		    "has_ended", &text->has_ended, "end_reason", &text->end_reason, "lead",
		    &text->lead, "first_lead", &text->first_lead, "minute", &text->minute,
		    "lead_slots", &text->slots, "notes", &text->notes, "parts", &text->parts,
		    "flows", &text->flows))
		return -EINVAL;
	int parts = (int)json_array_size(text->parts);
	return text->form >= FORM_SYNCHRONOUS && text->form <= FORM_OTHER && text->lead >= 0 &&
			       text->lead < parts && text->first_lead >= 0 &&
			       text->first_lead < parts && text->minute >= 0 &&
			       text->end_reason >= RECORDER_END_BELL &&
			       text->end_reason <= RECORDER_END_SUPERSEDED
		       ? 0
		       : -EINVAL;
}

static struct mono_time
mono_at(json_int_t ms, struct wall_time wall, struct mono_time mono)
{
	return mono_after_ns(mono, (ms - wall.ms) * NS_IN_MS);
}

static int
recording_read(
	struct recorder *recorder, json_t *entry, struct wall_time wall, struct mono_time mono)
{
	struct lesson_text text;
	struct recording *recording;
	int result = lesson_text_read(entry, &text);
	if (!result)
		result = recording_add(recorder, text.id, &recording);
	if (result)
		return result;
	bool fits = strlen(text.id) < sizeof recording->id &&
		    take(recording->rule, sizeof recording->rule, text.rule) &&
		    take(recording->date, sizeof recording->date, text.date) &&
		    take(recording->title, sizeof recording->title, text.title) &&
		    take(recording->subject, sizeof recording->subject, text.subject) &&
		    take(recording->class_name, sizeof recording->class_name, text.class_name) &&
		    take(recording->teacher, sizeof recording->teacher, text.teacher) &&
		    take(recording->notes.text, sizeof recording->notes.text, text.notes);
	if (!fits || slots_read(text.slots, recording->lead_slots))
		return -EINVAL;
	recording->notes.bytes = strlen(recording->notes.text);
	recording->form = (enum lesson_form)text.form;
	recording->planned_start.ms = text.planned_start_ms;
	recording->planned_end.ms = text.planned_end_ms;
	recording->end.ms = text.end_ms;
	recording->base = mono_at(text.base_ms, wall, mono);
	recording->bell = mono_at(text.bell_ms, wall, mono);
	recording->ended_at = mono_at(text.ended_ms, wall, mono);
	recording->has_plan = text.has_plan;
	recording->has_run = text.has_run;
	recording->has_ended = text.has_ended;
	recording->end_reason = (enum recorder_end)text.end_reason;
	recording->lead = (size_t)text.lead;
	recording->first_lead = (size_t)text.first_lead;
	recording->minute = text.minute;
	return lists_read(recording, text.parts, text.flows);
}

static int
row_read(struct recorder *recorder, json_t *entry)
{
	const char *lesson;
	json_int_t minute_ms;
	const char *line;
	struct recording_flow flow;
	if (json_unpack(entry, "{s:s, s:I, s:s}", "lesson", &lesson, "minute_ms", &minute_ms,
		    "flow", &line) ||
		strlen(lesson) >= LESSON_ID_BYTES_MAX || flow_read(&line, &flow))
		return -EINVAL;
	return recorder_row_keep(recorder, lesson, (struct wall_time){minute_ms}, &flow) ? 0
											 : -ENOMEM;
}

int
recorder_restore(struct recorder *recorder, const char *text, size_t bytes, struct wall_time wall,
	struct mono_time mono)
{
	json_t *root = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, NULL);
	json_t *lessons = NULL, *unwritten = NULL, *entry;
	json_int_t saved_ms = 0;
	int version, result = 0;
	size_t index;
	if (json_unpack(root, "{s:i, s:I, s:o, s:o}", "version", &version, "saved_at_ms", &saved_ms,
		    "lessons", &lessons, "unwritten", &unwritten) ||
		version != STATE_VERSION || !json_is_array(lessons) || !json_is_array(unwritten))
		result = -EINVAL;
	json_array_foreach(lessons, index, entry)
	{
		if (result)
			break;
		result = recording_read(recorder, entry, wall, mono);
	}
	json_array_foreach(unwritten, index, entry)
	{
		if (result)
			break;
		result = row_read(recorder, entry);
	}
	if (result)
		recorder_rows_clear(recorder);
	json_decref(root);
	struct recording *recording, *next;
	for (recording = TAILQ_FIRST(&recorder->list); recording; recording = next) {
		next = TAILQ_NEXT(recording, link);
		if (result)
			recording_remove(recorder, recording);
		else if (!recording->has_ended)
			recording_mark_down(recording, (struct wall_time){saved_ms}, wall);
	}
	if (!result)
		recorder_started(recorder, (struct wall_time){saved_ms}, wall);
	return result;
}
