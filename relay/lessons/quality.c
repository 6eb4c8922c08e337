/* SPDX-License-Identifier: BSD-3-Clause */
// quality.c - traffic lights with hysteresis, and the estimate of how speech sounds.
#include "lessons/quality.h"

#include <math.h>
#include <stddef.h>

const struct quality_limits quality_limits_default = {
	.loss_ratio = {0.01, 0.05},
	.jitter_ms = {30, 50},
	.round_trip_ms = {150, 300},
	.silent_s = 3,
};

static void
judge_one(struct judgement *worst, double value, const struct quality_limit *limit,
	enum quality_reason reason)
{
	enum light light = value > limit->red     ? LIGHT_RED
			   : value > limit->amber ? LIGHT_AMBER
						  : LIGHT_GREEN;
	if (light > worst->light || (light == worst->light && reason > worst->reason))
		*worst = (struct judgement){light, light == LIGHT_GREEN ? QUALITY_FINE : reason};
}

struct judgement
quality_judge(const struct quality_limits *limits, const struct line_figures *figures)
{
	struct judgement judgement = {LIGHT_GREY, QUALITY_FINE};
	if (!figures->is_judged)
		return judgement;
	if (figures->silent_s >= limits->silent_s)
		return (struct judgement){LIGHT_RED, QUALITY_SILENT};
	if (figures->round_trip_ms >= 0)
		judge_one(&judgement, figures->round_trip_ms, &limits->round_trip_ms,
			QUALITY_ROUND_TRIP);
	if (figures->jitter_ms >= 0)
		judge_one(&judgement, figures->jitter_ms, &limits->jitter_ms, QUALITY_JITTER);
	if (figures->loss_ratio >= 0)
		judge_one(&judgement, figures->loss_ratio, &limits->loss_ratio, QUALITY_LOSS);
	if (figures->present_flows < figures->expected_flows && judgement.light < LIGHT_RED)
		judgement = (struct judgement){LIGHT_AMBER, QUALITY_MISSING_FLOW};
	return judgement;
}

void
quality_steady(struct steady_light *light, struct judgement seen)
{
	// What was not known, or is not known any more, needs no proof.
	bool is_known = seen.light != LIGHT_GREY && light->shown.light != LIGHT_GREY;
	if (seen.light == light->shown.light || !is_known || seen.reason == QUALITY_SILENT) {
		light->shown = seen;
		light->looks = 0;
		return;
	}
	bool is_worse = seen.light > light->shown.light;
	if (light->looks == 0 || light->is_worse != is_worse) {
		light->looks = 0;
		light->is_worse = is_worse;
		light->pending = seen;
	}
	if (is_worse ? seen.light < light->pending.light : seen.light > light->pending.light)
		light->pending = seen;
	if (++light->looks < (is_worse ? QUALITY_WORSE_LOOKS : QUALITY_BETTER_LOOKS))
		return;
	light->shown = light->pending;
	light->looks = 0;
}

double
quality_rating(double delay_ms, double loss_ratio)
{
	double beyond_ms = delay_ms > 177.3 ? delay_ms - 177.3 : 0;
	double equipment = 30 * log(1 + 15 * loss_ratio);
	return 94.2 - 0.024 * delay_ms - 0.11 * beyond_ms - equipment;
}

double
quality_mos(double delay_ms, double loss_ratio)
{
	double r = quality_rating(delay_ms, loss_ratio);
	if (r <= 0)
		return 1;
	if (r >= 100)
		return 4.5;
	return 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r);
}

const char *
light_name(enum light light)
{
	static const char *const names[] = {"grey", "green", "amber", "red"};
	return names[light];
}

const char *
quality_reason_name(enum quality_reason reason)
{
	static const char *const names[] = {
		NULL, "round_trip", "jitter", "loss", "missing_flow", "silent"};
	return names[reason];
}
