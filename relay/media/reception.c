/* SPDX-License-Identifier: BSD-3-Clause */
// reception.c - what the receiver of one RTP stream knows of it (RFC 3550, sections 6.4.1, A.1,
// A.3, A.8).
#include "media/reception.h"

#include <assert.h>
#include <string.h>

#define US_PER_S 1000000
#define DLSR_TICKS_PER_S 65536
#define JITTER_SCALE 16
#define CUMULATIVE_LOST_MAX 0x7fffff

// `ns` in ticks of `rate_hz` a second. Seconds and the rest apart, so that years of uptime do not
// overflow.
static uint64_t
ticks_of_ns(int64_t ns, uint32_t rate_hz)
{
	uint64_t seconds = (uint64_t)ns / NS_IN_S;
	uint64_t rest_ns = (uint64_t)ns % NS_IN_S;

	return seconds * rate_hz + rest_ns * rate_hz / NS_IN_S;
}

void
reception_init(struct reception *r, uint32_t clock_rate_hz)
{
	assert(clock_rate_hz > 0);
	memset(r, 0, sizeof(*r));
	r->clock_rate_hz = clock_rate_hz;
}

// A.8. Transit is modulo 2^32 like the time stamp, so a wrap of either leaves the difference right.
static void
update_jitter(struct reception *r, uint32_t timestamp, struct mono_time now)
{
	// A packet of the frame before may come behind the first of the next: it is no first one.
	if (r->started && (timestamp == r->frame_timestamps[0] ||
				  (r->frame_count > 1 && timestamp == r->frame_timestamps[1])))
		return;
	uint32_t transit = (uint32_t)ticks_of_ns(now.ns, r->clock_rate_hz) - timestamp;
	int64_t difference = (int32_t)(transit - (uint32_t)r->transit_ticks);
	r->frame_timestamps[1] = r->frame_timestamps[0];
	r->frame_timestamps[0] = timestamp;
	r->frame_count++;
	r->transit_ticks = transit;
	if (!r->started)
		return;
	uint64_t jitter = r->jitter_q4;
	jitter += (uint64_t)(difference < 0 ? -difference : difference);
	jitter -= ((uint64_t)r->jitter_q4 + JITTER_SCALE / 2) / JITTER_SCALE;
	// Time stamps that jump by hours must not make the figure wrap to a good one.
	r->jitter_q4 = jitter > UINT32_MAX ? UINT32_MAX : (uint32_t)jitter;
}

static void
update_gap(struct reception *r, struct mono_time now)
{
	int64_t gap_ns = mono_since_ns(now, r->last_arrival);

	if (r->started && gap_ns > r->longest_gap_ns)
		r->longest_gap_ns = gap_ns;
	r->last_arrival = now;
}

void
reception_update(struct reception *r, uint64_t index, uint32_t timestamp, bool marker,
	uint32_t ip_bytes, struct mono_time now)
{
	assert(now.ns >= 0);
	update_jitter(r, timestamp, now);
	update_gap(r, now);
	if (!r->started) {
		r->started = true;
		r->base_index = index;
		r->highest_index = index;
	} else if (index > r->highest_index) {
		r->highest_index = index;
	} else {
		r->reordered++;
		// The stream began earlier than its first arrival: expected must count this one
		// too.
		if (index < r->base_index)
			r->base_index = index;
	}
	r->packets++;
	r->frames += marker;
	r->bytes += ip_bytes;
}

void
reception_duplicate(struct reception *r)
{
	r->duplicates++;
}

void
reception_late(struct reception *r)
{
	r->late++;
}

void
reception_sender_report(struct reception *r, uint64_t ntp, struct mono_time now)
{
	r->last_sr = (uint32_t)(ntp >> 16);
	r->last_sr_arrival = now;
}

uint64_t
reception_expected(const struct reception *r)
{
	return r->started ? r->highest_index - r->base_index + 1 : 0;
}

uint64_t
reception_lost(const struct reception *r)
{
	uint64_t expected = reception_expected(r);

	// A receiver that renews its SRTP context forgets what came before, and may take a packet
	// twice.
	return expected > r->packets ? expected - r->packets : 0;
}

uint32_t
reception_jitter_us(const struct reception *r)
{
	uint64_t scale = (uint64_t)JITTER_SCALE * r->clock_rate_hz;
	uint64_t jitter_us = ((uint64_t)r->jitter_q4 * US_PER_S + scale / 2) / scale;

	return jitter_us > UINT32_MAX ? UINT32_MAX : (uint32_t)jitter_us;
}

int64_t
reception_gap_take(struct reception *r, struct mono_time now)
{
	int64_t longest_ns = r->longest_gap_ns;
	int64_t open_ns = mono_since_ns(now, r->last_arrival);

	r->longest_gap_ns = 0;
	return r->started && open_ns > longest_ns ? open_ns : longest_ns;
}

// A.3: the loss of the interval, of 256. Reordered packets of the interval before can make it
// negative.
static uint8_t
take_fraction_lost(struct reception *r)
{
	uint64_t total = reception_expected(r);
	uint64_t expected = total - r->reported_expected;
	uint64_t received = r->packets - r->reported_packets;

	r->reported_expected = total;
	r->reported_packets = r->packets;
	if (expected <= received)
		return 0;
	// More is expected only when a packet arrives, so of an interval never all is lost.
	assert(received > 0);
	return (uint8_t)(((expected - received) << 8) / expected);
}

bool
reception_report_block(
	struct reception *r, uint32_t ssrc, struct mono_time now, struct rtcp_report_block *out)
{
	uint64_t lost = reception_lost(r);

	if (!r->started)
		return false;
	memset(out, 0, sizeof(*out));
	out->ssrc = ssrc;
	out->fraction_lost = take_fraction_lost(r);
	out->cumulative_lost = lost > CUMULATIVE_LOST_MAX ? CUMULATIVE_LOST_MAX : (int32_t)lost;
	out->highest_seq = (uint32_t)r->highest_index;
	out->jitter = r->jitter_q4 / JITTER_SCALE;
	out->last_sr = r->last_sr;
	if (r->last_sr != 0) {
		uint64_t delay =
			ticks_of_ns(mono_since_ns(now, r->last_sr_arrival), DLSR_TICKS_PER_S);

		out->delay_since_last_sr = delay > UINT32_MAX ? UINT32_MAX : (uint32_t)delay;
	}
	return true;
}
