/* SPDX-License-Identifier: BSD-3-Clause */
// quality.h - from figures to a traffic light, with its reason, and the estimate of how speech
// sounds.
//
// Limits as in ITU-T Y.1541 and G.114, GB/T 28181; figures are those of the last ten seconds.
#ifndef LESSONS_QUALITY_H
#define LESSONS_QUALITY_H

#include <stdbool.h>

enum light {
	LIGHT_GREY, // not known
	LIGHT_GREEN,
	LIGHT_AMBER,
	LIGHT_RED,
};

// The gravest last.
enum quality_reason {
	QUALITY_FINE,
	QUALITY_ROUND_TRIP,
	QUALITY_JITTER,
	QUALITY_LOSS,
	QUALITY_MISSING_FLOW, // a stream that was announced does not come
	QUALITY_SILENT,       // nothing comes
};

// Above `amber` is amber, above `red` red.
struct quality_limit {
	double amber;
	double red;
};

struct quality_limits {
	struct quality_limit loss_ratio; // 0..1
	struct quality_limit jitter_ms;
	struct quality_limit round_trip_ms;
	double silent_s; // without any packet: red
};

extern const struct quality_limits quality_limits_default;

// What is known of one school's line in one direction. Negative: not known.
struct line_figures {
	bool is_judged; // false: no media is expected now
	unsigned expected_flows;
	unsigned present_flows;
	double loss_ratio; // the worst flow's
	double jitter_ms;  // the worst flow's
	double round_trip_ms;
	double silent_s; // since the last packet of any flow; 0: there are some
};

struct judgement {
	enum light light;
	enum quality_reason reason; // of an amber or red light
};

struct judgement quality_judge(
	const struct quality_limits *limits, const struct line_figures *figures);

// A light that does not flicker: it turns worse when two looks in a row say so (silence counts at
// once: its own limit is time enough), and better when ten do. One look a second.
#define QUALITY_WORSE_LOOKS 2
#define QUALITY_BETTER_LOOKS 10

struct steady_light {
	struct judgement shown;
	struct judgement pending; // worsening: the mildest; bettering: the worst of the looks
	unsigned looks;           // that disagreed with what is shown, in a row, on one side
	bool is_worse;            // which side
};

void quality_steady(struct steady_light *light, struct judgement seen);

// ITU-T G.107 in its short form, for speech of `delay_ms` one way and a share `loss_ratio` of
// packets lost in the interval (never cumulative): an estimate. MOS 1..4.5.
double quality_rating(double delay_ms, double loss_ratio);
double quality_mos(double delay_ms, double loss_ratio);

const char *light_name(enum light light);                    // "grey", "green", ...
const char *quality_reason_name(enum quality_reason reason); // "loss", ...; NULL: fine

#endif
