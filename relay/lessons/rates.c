/* SPDX-License-Identifier: BSD-3-Clause */
// rates.c - what a flow did in the last seconds and in the lesson, from counters that are looked at
// once a second.
#include "lessons/rates.h"

#define US_IN_MS 1000.0

// A timer that fires some milliseconds early must not shorten a window by a whole look.
#define WINDOW_SLACK_NS (NS_IN_S / 2)

void
rates_init(struct rates *rates)
{
	*rates = (struct rates){0};
}

void
rates_add(struct rates *rates, const struct rates_sample *sample)
{
	if (rates->base.at.ns == 0)
		rates->base.at = sample->at;
	rates->samples[rates->next] = *sample;
	rates->next = (rates->next + 1) % RATES_SAMPLES;
	if (rates->count < RATES_SAMPLES)
		rates->count++;
	if (sample->longest_gap_us > rates->longest_gap_us)
		rates->longest_gap_us = sample->longest_gap_us;
	// What a receiver expected before its first report is not known.
	if (sample->has_loss && !rates->has_base) {
		rates->has_base = true;
		rates->base.has_loss = true;
		rates->base.expected = sample->expected;
		rates->base.lost = sample->lost;
		rates->base.sent = sample->sent;
	}
}

// The look `age` looks before the last one; age < count.
static const struct rates_sample *
sample_at(const struct rates *rates, uint32_t age)
{
	return &rates->samples[(rates->next + RATES_SAMPLES - 1 - age) % RATES_SAMPLES];
}

// The oldest look within the window, or the last look itself where there is no other.
static const struct rates_sample *
window_start(const struct rates *rates, int64_t window_s, bool needs_loss)
{
	const struct rates_sample *last = sample_at(rates, 0);
	const struct rates_sample *start = last;
	for (uint32_t age = 1; age < rates->count; age++) {
		const struct rates_sample *sample = sample_at(rates, age);
		if (needs_loss && !sample->has_loss)
			break;
		// Where the loop was held up, the look before the last is as near as it gets.
		if (age > 1 &&
			mono_since_ns(last->at, sample->at) > window_s * NS_IN_S + WINDOW_SLACK_NS)
			break;
		start = sample;
	}
	return start;
}

void
rates_begin(struct rates *rates)
{
	if (rates->count == 0)
		return;
	rates->base = *sample_at(rates, 0);
	rates->has_base = rates->base.has_loss;
	rates->longest_gap_us = 0;
}

static void
difference(
	const struct rates_sample *first, const struct rates_sample *last, struct rates_window *out)
{
	int64_t ns = mono_since_ns(last->at, first->at);
	*out = (struct rates_window){
		.seconds = (double)ns / NS_IN_S,
		.packets = last->packets - first->packets,
	};
	if (ns > 0 && last->bytes >= first->bytes)
		out->kbit_s = (double)(last->bytes - first->bytes) * 8 / 1000 / out->seconds;
}

static void
losses(const struct rates_sample *first, const struct rates_sample *last, struct rates_window *out)
{
	int32_t expected = (int32_t)(last->expected - first->expected);
	out->has_loss = last->has_loss && first->has_loss;
	if (!out->has_loss)
		return;
	out->expected = expected > 0 ? (uint32_t)expected : 0;
	out->missing = last->lost - first->lost;
	if (expected > 0 && out->missing > 0)
		out->loss_ratio =
			out->missing >= expected ? 1 : (double)out->missing / out->expected;
	out->sent = last->sent - first->sent;
	out->duplicates = last->duplicates - first->duplicates;
	out->reordered = last->reordered - first->reordered;
	out->late = last->late - first->late;
}

bool
rates_window(const struct rates *rates, int64_t window_s, struct rates_window *out)
{
	uint64_t jitter_us = 0;
	uint32_t gap_us = 0, looks = 0;
	*out = (struct rates_window){0};
	if (rates->count < 2)
		return false;
	const struct rates_sample *last = sample_at(rates, 0);
	const struct rates_sample *first = window_start(rates, window_s, false);
	difference(first, last, out);
	losses(window_start(rates, window_s, true), last, out);
	for (const struct rates_sample *sample; (sample = sample_at(rates, looks)) != first;) {
		jitter_us += sample->jitter_us;
		if (sample->longest_gap_us > gap_us)
			gap_us = sample->longest_gap_us;
		looks++;
	}
	out->jitter_ms = looks ? (double)jitter_us / looks / US_IN_MS : 0;
	out->longest_gap_ms = gap_us / US_IN_MS;
	return true;
}

bool
rates_lesson(const struct rates *rates, struct rates_window *out)
{
	*out = (struct rates_window){0};
	if (rates->count == 0)
		return false;
	const struct rates_sample *last = sample_at(rates, 0);
	difference(&rates->base, last, out);
	losses(&rates->base, last, out);
	out->jitter_ms = last->jitter_us / US_IN_MS;
	out->longest_gap_ms = rates->longest_gap_us / US_IN_MS;
	return true;
}

bool
rates_packets_moved(const struct rates *rates, uint32_t from_age, uint32_t to_age)
{
	return rates->count > from_age &&
	       sample_at(rates, to_age)->packets != sample_at(rates, from_age)->packets;
}

bool
rates_reports_moved(const struct rates *rates, uint32_t from_age, uint32_t to_age)
{
	if (rates->count <= to_age || !sample_at(rates, to_age)->has_loss)
		return false;
	// A first report is a move, too.
	return rates->count <= from_age || !sample_at(rates, from_age)->has_loss ||
	       sample_at(rates, to_age)->expected != sample_at(rates, from_age)->expected;
}

double
rates_kbit_s(const struct rates *rates)
{
	struct rates_window window;
	return rates_window(rates, RATES_BITS_WINDOW_S, &window) ? window.kbit_s : 0;
}

double
rates_loss_ratio(const struct rates *rates)
{
	struct rates_window window;
	return rates_window(rates, RATES_LOSS_WINDOW_S, &window) ? window.loss_ratio : 0;
}
