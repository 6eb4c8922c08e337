/* SPDX-License-Identifier: BSD-3-Clause */
// rates.c - bit rate and loss of the last seconds, from counters that are looked at once a second.
#include "lessons/rates.h"

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
	rates->samples[rates->next] = *sample;
	rates->next = (rates->next + 1) % RATES_SAMPLES;
	if (rates->count < RATES_SAMPLES)
		rates->count++;
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

double
rates_kbit_s(const struct rates *rates)
{
	if (rates->count < 2)
		return 0;
	const struct rates_sample *last = sample_at(rates, 0);
	const struct rates_sample *first = window_start(rates, RATES_BITS_WINDOW_S, false);
	int64_t ns = mono_since_ns(last->at, first->at);
	if (ns <= 0 || last->bytes < first->bytes)
		return 0;
	return (double)(last->bytes - first->bytes) * 8 / 1000 / ((double)ns / NS_IN_S);
}

double
rates_loss_ratio(const struct rates *rates)
{
	if (rates->count < 2 || !sample_at(rates, 0)->has_loss)
		return 0;
	const struct rates_sample *last = sample_at(rates, 0);
	const struct rates_sample *first = window_start(rates, RATES_LOSS_WINDOW_S, true);
	int32_t expected = (int32_t)(last->expected - first->expected);
	int64_t lost = last->lost - first->lost;
	if (expected <= 0 || lost <= 0)
		return 0;
	return lost >= expected ? 1 : (double)lost / expected;
}
