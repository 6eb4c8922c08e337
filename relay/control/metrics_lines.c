/* SPDX-License-Identifier: BSD-3-Clause */
// metrics_lines.c - each school's lines in the lessons that are on, and who is absent.
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "control/metrics.h"
#include "control/metrics_write.h"

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
gather(const struct metrics_input *input, struct parts *parts)
{
	const struct session *session;
	TAILQ_FOREACH (session, sessions_list(input->sessions), link) {
		const struct scheduled_lesson *scheduled = session->scheduled;
		const struct lesson *lesson = &scheduled->lesson;
		const char *pair = lesson->rule ? lesson->rule->pair->id : "";
		for (size_t i = 0; i < lesson->part_count; i++) {
			const char *endpoint = lesson->parts[i].endpoint->id;
			struct part *part = part_get(parts, lesson->parts[i].school->id, pair);
			const struct school_lines *lines =
				input->lines
					? lines_find(input->lines, session_id(session), endpoint)
					: NULL;
			if (!part)
				return;
			part->is_live |= scheduled->state == LESSON_LIVE;
			part->is_absent |= scheduled->state != LESSON_GRACE &&
					   !sessions_is_connected(input->sessions, endpoint);
			if (lines)
				take_lines(part, lines);
		}
	}
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
		"1 while a classroom of a lesson that is open or live is not connected.");
	for (size_t i = 0; i < parts.count; i++)
		part_sample(out, "relay_endpoint_absent", &parts.all[i], LINE_DIRECTIONS,
			parts.all[i].is_absent);
	metrics_family(out, "relay_lesson_live", "gauge", "1 while a lesson of the pair is live.");
	for (size_t i = 0; i < parts.count; i++)
		part_sample(out, "relay_lesson_live", &parts.all[i], LINE_DIRECTIONS,
			parts.all[i].is_live);
	free(parts.all);
}
