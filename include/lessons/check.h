/* SPDX-License-Identifier: BSD-3-Clause */
// check.h - a connection check: when its rungs are, and what a school's line is found to be like.
//
// Pure. Both schools send numbered probes up a ladder of rates, with a pause behind each rung in
// which all of them have arrived and been reported: so counters at the rungs' bounds tell what
// became of each rung's packets. The rate that arrives is taken from the middle of a rung, where a
// queue that fills or empties does not count.
#ifndef LESSONS_CHECK_H
#define LESSONS_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lessons/lines.h"
#include "platform/units.h"

#define CHECK_LEAD_MS 4000 // from the opening: schools join and prove their paths
#define CHECK_RUNGS 5
#define CHECK_RUNG_MS 2000
#define CHECK_PAUSE_MS 1000
#define CHECK_PERIOD_MS (CHECK_RUNG_MS + CHECK_PAUSE_MS)
#define CHECK_MS (CHECK_LEAD_MS + CHECK_RUNGS * CHECK_PERIOD_MS)
#define CHECK_SETTLED_MS 600 // into a rung: a queue is full, if it fills at all

extern const uint32_t check_kbit_s[CHECK_RUNGS];

// A school's counters at a moment. Only what comes between two looks at one join counts.
struct check_counts {
	uint64_t sent;       // up: by the highest number that came; down: handed to the device
	uint64_t received;   // up: authenticated here; down: what the receiver reports
	uint64_t bytes;      // IP length; up: of what came; down: of what was sent
	struct mono_time at; // the last packet's arrival, or the report's
	uint32_t jitter_us;
	bool is_known;
};

struct check_look {
	int64_t elapsed_ms; // since the opening
	bool is_up;         // its path is proved
	uint32_t rtt_us;    // 0: not known
	struct check_counts lines[LINE_DIRECTIONS];
};

// What one rung did on one line.
struct check_rung {
	bool is_known;
	uint64_t sent;
	uint64_t received;
	double kbit_s; // that arrived, IP length
	double jitter_ms;
	bool is_overloaded; // more was sent than the line carries
};

struct check_line {
	struct check_rung rungs[CHECK_RUNGS];
	// Of the rungs that did not overload the line, from check_line_judge().
	bool is_known;
	double loss_ratio;
	double jitter_ms;
	double usable_kbit_s;
	bool is_at_least; // no rung overloaded it: it may carry more
};

// One school's check as it goes on.
struct check_meter {
	bool was_up;
	int rung;                                   // of the last look; -1: before the ladder
	struct check_counts begin[LINE_DIRECTIONS]; // of the rung
	struct check_counts middle[LINE_DIRECTIONS];
	struct check_counts last[LINE_DIRECTIONS]; // still in its steady part
	double jitter_sum_ms[LINE_DIRECTIONS];
	unsigned jitter_count[LINE_DIRECTIONS];
	double idle_rtt_ms; // the least before the ladder; 0: not known
	double rtt_ms_max;  // of the whole check
	struct check_line lines[LINE_DIRECTIONS];
};

void check_meter_init(struct check_meter *meter);

// A look at the school; several in a second, from the opening until past CHECK_MS.
void check_meter_look(struct check_meter *meter, const struct check_look *look);

// Finds which rungs overloaded the line, and its headline figures. `feed` is the judged uplink that
// a downlink's packets came by, NULL of an uplink: what overloaded that says little of this one.
void check_line_judge(struct check_line *line, const struct check_line *feed);

#endif
