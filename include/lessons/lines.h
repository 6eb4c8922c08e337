/* SPDX-License-Identifier: BSD-3-Clause */
// lines.h - each school's line in a lesson that is open: uplink and downlink apart, their lights,
// and what they were like in the last five minutes.
#ifndef LESSONS_LINES_H
#define LESSONS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lessons/quality.h"
#include "lessons/sessions.h"

#define LINES_SAMPLES 300 // one a second

enum line_direction {
	LINE_UP,   // school to relay, measured by the relay
	LINE_DOWN, // relay to school, as the school's receiver reports
	LINE_DIRECTIONS,
};

// One second. NAN: not known.
struct line_sample {
	float loss_ratio;
	float jitter_ms;
	float kbit_s;
};

struct line {
	struct line_figures figures;
	struct judgement seen; // of these figures alone
	struct steady_light light;
	double kbit_s;
	double longest_gap_ms;                     // uplink; negative: not known
	double mos;                                // of its audio; 0: there is none
	bool was_heard;                            // some packet came since the lesson went live
	struct line_sample samples[LINES_SAMPLES]; // a ring
};

// An endpoint's lines in a session.
struct school_lines {
	char session[LESSON_ID_BYTES_MAX];
	char endpoint[TIMETABLE_ID_BYTES_MAX];
	struct leg_stats leg; // all 0: no join
	struct line lines[LINE_DIRECTIONS];
	uint32_t sample_count; // in all; the ring holds the last LINES_SAMPLES
	bool is_met;           // in this look
};

struct lines;

// Returns NULL where memory is lacking.
struct lines *lines_create(const struct quality_limits *limits);
void lines_destroy(struct lines *lines); // NULL is fine

// Looks at all open sessions; once a second. What is not open any more is forgotten. Returns 0, or
// -ENOMEM: then some newcomers are not looked at.
int lines_look(struct lines *lines, const struct sessions *sessions, const struct stats *board,
	struct mono_time now);

// The light is amber or red only because it does not turn better at the first good look.
bool line_is_recovering(const struct line *line);

// NULL where they have not been looked at yet.
const struct school_lines *lines_find(
	const struct lines *lines, const char *session, const char *endpoint);

#endif
