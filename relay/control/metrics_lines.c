/* SPDX-License-Identifier: BSD-3-Clause */
// metrics_lines.c - each school's lines in the lessons that are on, and who is absent.
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "control/metrics.h"
#include "control/metrics_write.h"
#include "timetable/civil.h"

// So long before its bell a classroom has to be there, however early its lesson is opened.
#define PRESENT_BEFORE_S 180

// A school's part in a pair's lessons. Of lessons without a pair, and of several rooms, the worst:
// so labels are bounded by the timetable.
struct part {
	const char *school;
	const char *pair; // "" of an ad-hoc lesson
	bool is_absent;
	bool is_live; // some lesson of it
	double round_trip_s;
	enum light lights[LINE_DIRECTIONS];
	double silent_s;
	unsigned missing_flows[LINE_DIRECTIONS];
};

struct parts {
	struct part *all;
	size_t count;
	size_t capacity;
};

static struct part *
part_get(struct parts *parts, const char *school, const char *pair)
{
	for (size_t i = 0; i < parts->count; i++)
		if (!strcmp(parts->all[i].school, school) && !strcmp(parts->all[i].pair, pair))
			return &parts->all[i];
	if (parts->count == parts->capacity) {
		size_t capacity = parts->capacity ? 2 * parts->capacity : 32;
		struct part *all = realloc(parts->all, capacity * sizeof *all);
		if (!all)
			return NULL;
		parts->all = all;
		parts->capacity = capacity;
	}
	struct part *part = &parts->all[parts->count++];
	*part = (struct part){.school = school, .pair = pair, .round_trip_s = -1, .silent_s = -1};
	return part;
}

static void
take_lines(struct part *part, const struct school_lines *lines)
{
	for (int way = LINE_UP; way < LINE_DIRECTIONS; way++) {
		const struct line *line = &lines->lines[way];
		unsigned missing =
			line->figures.expected_flows > line->figures.present_flows
				? line->figures.expected_flows - line->figures.present_flows
				: 0;
		if (line->light.shown.light > part->lights[way])
			part->lights[way] = line->light.shown.light;
		if (missing > part->missing_flows[way])
			part->missing_flows[way] = missing;
	}
	const struct line_figures *up = &lines->lines[LINE_UP].figures;
	if (up->is_judged && up->silent_s > part->silent_s)
		part->silent_s = up->silent_s;
	if (up->round_trip_ms >= 0 && up->round_trip_ms / 1000 > part->round_trip_s)
		part->round_trip_s = up->round_trip_ms / 1000;
}

static void
gather_lesson(const struct metrics_input *input, const struct lesson *lesson, bool is_live,
	bool is_due, struct parts *parts)
{
	const char *pair = lesson->rule ? lesson->rule->pair->id : "";
	for (size_t i = 0; i < lesson->part_count; i++) {
		const char *endpoint = lesson->parts[i].endpoint->id;
		struct part *part = part_get(parts, lesson->parts[i].school->id, pair);
		const struct school_lines *lines =
			input->lines ? lines_find(input->lines, lesson->id, endpoint) : NULL;
		if (!part)
			return;
		part->is_live |= is_live;
		part->is_absent |= is_due && !sessions_is_connected(input->sessions, endpoint);
		if (lines)
			take_lines(part, lines);
	}
}

// Whoever opens lessons later than a classroom has to be there misses it all the same.
static void
gather_planned(const struct metrics_input *input, struct parts *parts)
{
	struct wall_time due = {input->wall.ms + PRESENT_BEFORE_S * MS_IN_S};
	struct board_lesson *board;
	size_t count;
	if (!input->scheduler || scheduler_lessons_of(input->scheduler, civil_date_of(due),
					 input->wall, &board, &count) != 0)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct lesson *lesson = &board[i].lesson;
		if (board[i].state == LESSON_PLANNED && lesson->start.ms <= due.ms &&
			lesson->end.ms > input->wall.ms)
			gather_lesson(input, lesson, false, true, parts);
	}
	free(board);
}

static void
gather(const struct metrics_input *input, struct parts *parts)
{
	const struct session *session = NULL;
	TAILQ_FOREACH (session, sessions_list(input->sessions), link) {
		const struct scheduled_lesson *scheduled = session->scheduled;
		bool is_due = scheduled->state == LESSON_LIVE ||
			      (scheduled->state == LESSON_OPEN &&
				      scheduled->live_at.ns <=
					      input->now.ns + PRESENT_BEFORE_S * NS_IN_S);
		gather_lesson(
			input, &scheduled->lesson, scheduled->state == LESSON_LIVE, is_due, parts);
	}
	gather_planned(input, parts);
}

static void
part_sample(FILE *out, const char *name, const struct part *part, int way, double value)
{
	fprintf(out, "%s{", name);
	metrics_label(out, "school", part->school, "");
	metrics_label(out, "pair", part->pair, ",");
	if (way < LINE_DIRECTIONS)
		metrics_label(out, "direction", way == LINE_UP ? "in" : "out", ",");
	fprintf(out, "} %.9g\n", value);
}

static void
write_by_direction(FILE *out, const struct parts *parts)
{
	metrics_family(out, "relay_line_light", "gauge",
		"A school's line in a lesson: 0 not known, 1 green, 2 amber, 3 red.");
	for (size_t i = 0; i < parts->count; i++)
		for (int way = LINE_UP; way < LINE_DIRECTIONS; way++)
			part_sample(out, "relay_line_light", &parts->all[i], way,
				parts->all[i].lights[way]);
	metrics_family(out, "relay_line_missing_flows", "gauge",
		"Streams that should be on the line and are not.");
	for (size_t i = 0; i < parts->count; i++)
		for (int way = LINE_UP; way < LINE_DIRECTIONS; way++)
			part_sample(out, "relay_line_missing_flows", &parts->all[i], way,
				parts->all[i].missing_flows[way]);
}

void
metrics_write_lines(FILE *out, const struct metrics_input *input)
{
	struct parts parts = {0};
	gather(input, &parts);
	write_by_direction(out, &parts);
	metrics_family(out, "relay_line_silence_seconds", "gauge",
		"Without any packet from a school that should send; 0 while there are some.");
	for (size_t i = 0; i < parts.count; i++)
		if (parts.all[i].silent_s >= 0)
			part_sample(out, "relay_line_silence_seconds", &parts.all[i],
				LINE_DIRECTIONS, parts.all[i].silent_s);
	metrics_family(out, "relay_line_round_trip_seconds", "gauge",
		"Of the relay's own question to the classroom.");
	for (size_t i = 0; i < parts.count; i++)
		if (parts.all[i].round_trip_s >= 0)
			part_sample(out, "relay_line_round_trip_seconds", &parts.all[i],
				LINE_DIRECTIONS, parts.all[i].round_trip_s);
	metrics_family(out, "relay_endpoint_absent", "gauge",
		"1 while a classroom is not connected whose lesson is on, or begins within three "
		"minutes.");
	for (size_t i = 0; i < parts.count; i++)
		part_sample(out, "relay_endpoint_absent", &parts.all[i], LINE_DIRECTIONS,
			parts.all[i].is_absent);
	metrics_family(out, "relay_lesson_live", "gauge", "1 while a lesson of the pair is live.");
	for (size_t i = 0; i < parts.count; i++)
		part_sample(out, "relay_lesson_live", &parts.all[i], LINE_DIRECTIONS,
			parts.all[i].is_live);
	free(parts.all);
}
