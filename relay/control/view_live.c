/* SPDX-License-Identifier: BSD-3-Clause */
// view_live.c - LIVE: the lessons that are on, the worst first, and those that come next.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "control/live.h"
#include "control/parts.h"
#include "platform/clock.h"

#define NEXT_LESSONS 20
#define NEXT_WITHIN_MS (24 * 3600 * MS_IN_S)

static json_t *
number_or_null(double value)
{
	return value < 0 || isnan(value) ? json_null() : json_real(value);
}

static json_t *
line_view(const struct line *line, enum line_direction direction)
{
	const struct line_figures *figures = &line->figures;
	bool has_mos = line->mos > 0;
	return json_pack("{s:s, s:s?, s:b, s:I, s:I, s:o, s:o, s:f, s:o, s:o, s:o}", "light",
		light_name(line->light.shown.light), "why",
		quality_reason_name(line->light.shown.reason), "recovering",
		(int)line_is_recovering(line), "expected_flows",
		(json_int_t)figures->expected_flows, "present_flows",
		(json_int_t)figures->present_flows, "loss_ratio",
		number_or_null(figures->loss_ratio), "jitter_ms",
		number_or_null(figures->jitter_ms), "kbit_s", line->kbit_s, "longest_gap_ms",
		number_or_null(line->longest_gap_ms), "silent_s",
		figures->is_judged && direction == LINE_UP && figures->silent_s > 0
			? json_real(figures->silent_s)
			: json_null(),
		"mos", has_mos ? json_real(line->mos) : json_null());
}

static json_t *
unknown_line(void)
{
	static const struct line unknown = {
		.figures = {.loss_ratio = -1, .jitter_ms = -1}, .longest_gap_ms = -1};
	return line_view(&unknown, LINE_DOWN);
}

static enum light
school_light(const struct school_lines *lines, bool is_live, bool is_connected)
{
	if (!is_live)
		return is_connected ? LIGHT_GREEN : LIGHT_AMBER;
	if (!lines)
		return LIGHT_GREY;
	enum light up = lines->lines[LINE_UP].light.shown.light;
	enum light down = lines->lines[LINE_DOWN].light.shown.light;
	return up > down ? up : down;
}

static int64_t
absent_s(const struct presence_entry *entry)
{
	return entry ? (clock_wall().ms - entry->left_at.ms) / MS_IN_S : -1;
}

// Raises *worst to the school's light.
static json_t *
school_view(const struct control *control, const struct session *session,
	const struct lesson_part *part, enum light *worst)
{
	const struct presence_entry *entry = presence_find(control->presence, part->endpoint->id);
	const struct school_lines *lines =
		lines_find(control->lines, session_id(session), part->endpoint->id);
	bool is_connected = entry && entry->stream;
	bool is_live = session->scheduled->state == LESSON_LIVE;
	struct live_trouble trouble = {
		.school_name = part->school->name,
		.is_connected = is_connected,
		.is_live = is_live,
		.absent_s = is_connected ? 0 : absent_s(entry),
		.lines = lines,
	};
	enum light light = school_light(lines, is_live, is_connected);
	if (light > *worst)
		*worst = light;
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "school",
		part->school->id, "school_name", part->school->name, "endpoint", part->endpoint->id,
		"role", lesson_role_name(part->role), "contact", part->school->contact, "phone",
		part->school->phone, "connected", is_connected);
	json_object_set_new(object, "up", json_boolean(lines && lines->leg.is_up));
	json_object_set_new(object, "address", lines ? view_leg_address(&lines->leg) : json_null());
	json_object_set_new(object, "rtt_ms",
		lines && lines->leg.rtt_us ? json_real(lines->leg.rtt_us / 1000.0) : json_null());
	json_object_set_new(object, "uplink",
		lines ? line_view(&lines->lines[LINE_UP], LINE_UP) : unknown_line());
	json_object_set_new(object, "downlink",
		lines ? line_view(&lines->lines[LINE_DOWN], LINE_DOWN) : unknown_line());
	json_object_set_new(object, "words", live_words(&trouble));
	return object;
}

struct live_lesson {
	enum light light;
	int64_t live_ns;
	json_t *view;
};

static struct live_lesson
lesson_view(const struct control *control, const struct session *session, struct mono_time now)
{
	const struct scheduled_lesson *scheduled = session->scheduled;
	const struct lesson *lesson = &scheduled->lesson;
	int64_t remaining_ns = mono_since_ns(scheduled->bell_at, now);
	enum light worst = LIGHT_GREY;
	json_t *schools = json_array();
	for (size_t i = 0; i < lesson->part_count; i++)
		json_array_append_new(
			schools, school_view(control, session, &lesson->parts[i], &worst));
	json_t *view = json_pack("{s:s, s:s?, s:s, s:s, s:s?, s:s, s:s, s:o, s:o, s:I, s:s, s:o}",
		"session", lesson->id, "lesson", lesson->rule ? lesson->id : NULL, "title",
		lesson->title, "subject", lesson->subject, "pair",
		lesson->rule ? lesson->rule->pair->id : NULL, "form",
		lesson_form_name(lesson->form), "state", lesson_state_name(scheduled->state),
		"starts_at", view_time(lesson->start), "ends_at", view_time(lesson->end),
		"remaining_s", (json_int_t)(remaining_ns > 0 ? remaining_ns / NS_IN_S : 0), "light",
		light_name(worst), "schools", schools);
	return (struct live_lesson){worst, scheduled->live_at.ns, view};
}

// The worst first; among equals who went live first.
static int
compare(const void *a, const void *b)
{
	const struct live_lesson *x = a, *y = b;
	if (x->light != y->light)
		return x->light < y->light ? 1 : -1;
	return (x->live_ns > y->live_ns) - (x->live_ns < y->live_ns);
}

static bool
takes_part(const struct lesson *lesson, const char *school)
{
	for (size_t i = 0; i < lesson->part_count; i++)
		if (!school || strcmp(lesson->parts[i].school->id, school) == 0)
			return true;
	return false;
}

static json_t *
lessons_view(const struct control *control, const char *school, struct mono_time now)
{
	struct live_lesson *all = calloc(SCHEDULER_RUNNING_MAX, sizeof *all);
	const struct session *session;
	size_t count = 0;
	if (!all)
		return NULL;
	TAILQ_FOREACH (session, sessions_list(control->sessions), link)
		if (count < SCHEDULER_RUNNING_MAX &&
			!scheduler_is_check(&session->scheduled->lesson) &&
			takes_part(&session->scheduled->lesson, school))
			all[count++] = lesson_view(control, session, now);
	qsort(all, count, sizeof *all, compare);
	json_t *array = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, all[i].view);
	free(all);
	return array;
}

static json_t *
next_part_view(const struct control *control, const struct lesson_part *part)
{
	const struct presence_entry *entry = presence_find(control->presence, part->endpoint->id);
	bool is_connected = entry && entry->stream;
	json_t *last_seen = json_null();
	if (is_connected)
		last_seen = view_time(clock_wall());
	else if (entry)
		last_seen = view_time(entry->left_at);
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:o}", "school", part->school->id,
		"school_name", part->school->name, "endpoint", part->endpoint->id, "role",
		lesson_role_name(part->role), "connected", is_connected, "connected_since",
		is_connected ? view_time(entry->connected_since) : json_null(), "last_seen",
		last_seen);
}

static json_t *
next_view(const struct control *control, const struct board_lesson *next)
{
	const struct lesson *lesson = &next->lesson;
	json_t *parts = json_array();
	for (size_t i = 0; i < lesson->part_count; i++)
		json_array_append_new(parts, next_part_view(control, &lesson->parts[i]));
	return json_pack("{s:s, s:s, s:s, s:s?, s:o, s:o, s:o}", "lesson", lesson->id, "title",
		lesson->title, "subject", lesson->subject, "pair",
		lesson->rule ? lesson->rule->pair->id : NULL, "starts_at", view_time(lesson->start),
		"opens_at", view_time(next->opens), "parts", parts);
}

// What is planned for today, and for tomorrow where it is near.
static void
next_append(const struct control *control, const char *school, struct civil_date date,
	struct wall_time wall, json_t *array)
{
	struct board_lesson *lessons;
	size_t count;
	if (scheduler_lessons_of(control->scheduler, date, wall, &lessons, &count) != 0)
		return;
	for (size_t i = 0; i < count && json_array_size(array) < NEXT_LESSONS; i++) {
		if (lessons[i].state == LESSON_PLANNED && lessons[i].lesson.start.ms >= wall.ms &&
			lessons[i].lesson.start.ms < wall.ms + NEXT_WITHIN_MS &&
			takes_part(&lessons[i].lesson, school))
			json_array_append_new(array, next_view(control, &lessons[i]));
	}
	free(lessons);
}

static json_t *
workers_view(const struct control *control)
{
	const struct stats *board = control->edges.link.stats;
	struct mono_time now = clock_mono();
	json_t *array = json_array();
	for (uint32_t i = 0; i < stats_limits_get(board)->worker_count; i++)
		json_array_append_new(
			array, json_pack("{s:i, s:f, s:I}", "worker", (int)i, "busy_share",
				       workers_busy_share(&control->workers, i), "heartbeat_age_ms",
				       (json_int_t)workers_heartbeat_age_ms(board, i, now)));
	return array;
}

json_t *
view_live(const struct control *control, const char *school)
{
	struct wall_time wall = clock_wall();
	json_t *next = json_array();
	struct civil_date today = civil_date_of(wall);
	next_append(control, school, today, wall, next);
	next_append(control, school, civil_date_add(today, 1), wall, next);
	json_t *lessons = lessons_view(control, school, clock_mono());
	if (!lessons) {
		json_decref(next);
		return NULL;
	}
	json_t *live = json_pack("{s:o, s:s, s:o, s:o, s:o}", "now", view_time(wall), "instance",
		control->instance, "lessons", lessons, "next", next, "alarms",
		alarms_list(&control->alarms, scheduler_timetable(control->scheduler), wall));
	// How the whole county's relay fares is no school's business.
	if (live && !school) {
		json_object_set_new(live, "totals", workers_traffic_view(&control->workers));
		json_object_set_new(live, "workers", workers_view(control));
	}
	return live;
}

static json_t *
samples_view(const struct school_lines *school, enum line_direction direction)
{
	uint32_t count =
		school->sample_count < LINES_SAMPLES ? school->sample_count : LINES_SAMPLES;
	json_t *loss = json_array(), *rate = json_array(), *jitter = json_array();
	for (uint32_t i = school->sample_count - count; i < school->sample_count; i++) {
		const struct line_sample *sample =
			&school->lines[direction].samples[i % LINES_SAMPLES];
		json_array_append_new(loss, number_or_null(sample->loss_ratio));
		json_array_append_new(rate, number_or_null(sample->kbit_s));
		json_array_append_new(jitter, number_or_null(sample->jitter_ms));
	}
	return json_pack(
		"{s:o, s:o, s:o}", "loss_ratio", loss, "kbit_s", rate, "jitter_ms", jitter);
}

json_t *
view_live_history(const struct control *control, const struct session *session)
{
	const struct lesson *lesson = &session->scheduled->lesson;
	uint32_t longest = 0;
	json_t *schools = json_array();
	for (size_t i = 0; i < lesson->part_count; i++) {
		const struct lesson_part *part = &lesson->parts[i];
		const struct school_lines *school =
			lines_find(control->lines, session_id(session), part->endpoint->id);
		if (!school)
			continue;
		if (school->sample_count > longest)
			longest = school->sample_count;
		json_array_append_new(schools,
			json_pack("{s:s, s:s, s:o, s:o}", "school", part->school->id, "endpoint",
				part->endpoint->id, "uplink", samples_view(school, LINE_UP),
				"downlink", samples_view(school, LINE_DOWN)));
	}
	if (longest > LINES_SAMPLES)
		longest = LINES_SAMPLES;
	struct wall_time from = clock_wall();
	from.ms -= (int64_t)longest * MS_IN_S;
	return json_pack(
		"{s:o, s:i, s:o}", "from", view_time(from), "step_s", 1, "schools", schools);
}
