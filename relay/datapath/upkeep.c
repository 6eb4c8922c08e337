/* SPDX-License-Identifier: BSD-3-Clause */
// upkeep.c - what time asks for: keepalives, reports, paths that went quiet, counters to publish.
#include "datapath/internal.h"

#define UPKEEP_NS (10 * NS_IN_MS)
// Every leg is looked after, and everything published, once in this time; where there are many, the
// time is longer, so that it costs a few hundredths of the core at most.
#define LEGS_NS (100 * NS_IN_MS)
#define PUBLISH_NS (200 * NS_IN_MS)
#define SLOT_NS (10 * NS_IN_US)
#define RECENT_GAP_SECONDS 2
#define SWEEP_NS NS_IN_MS    // between two stretches of a sweep: none is long enough to be felt
#define KEEPALIVE_NS NS_IN_S // the relay's own question on each path: round trip, NAT mapping
#define REPORT_NS (5 * NS_IN_S)

// Which of a range's slots are due, so that all of them are met once in `period_ns`, or later where
// they are many.
static struct slot_range
sweep_due(struct sweep *sweep, const struct slot_range *range, int64_t period_ns,
	struct mono_time now)
{
	struct slot_range none = {0, 0};
	uint32_t count = range->count;
	int64_t elapsed_ns = mono_since_ns(now, sweep->last);
	if (elapsed_ns < SWEEP_NS || count == 0)
		return none;
	if (period_ns < SLOT_NS * (int64_t)count)
		period_ns = SLOT_NS * (int64_t)count;
	sweep->last = now;
	if (elapsed_ns >= period_ns) {
		sweep->next = 0;
		return *range;
	}
	// At least one, so that the shortest table is swept too, only somewhat sooner.
	uint32_t due = (uint32_t)((int64_t)count * elapsed_ns / period_ns) + 1;
	if (due > count - sweep->next)
		due = count - sweep->next;
	struct slot_range stretch = {range->first + sweep->next, due};
	sweep->next = (sweep->next + due) % count;
	return stretch;
}

static void
leg_upkeep(struct worker *worker, struct leg *leg, struct mono_time now)
{
	if (!leg->path.is_up)
		return;
	if (now.ns - leg->stats.last_heard_ns > PATH_TIMEOUT_NS) {
		tables_clear_path(&worker->tables, leg);
		return;
	}
	if (mono_reached(now, leg->next_keepalive)) {
		leg->next_keepalive = mono_after_ns(now, KEEPALIVE_NS);
		latch_ask(worker, leg, &leg->path.tuple,
			transmit_next_hop(worker, &leg->path.tuple.remote, &leg->path.next_hop),
			now);
	}
	if (mono_reached(now, leg->next_report)) {
		leg->next_report = mono_after_ns(now, REPORT_NS);
		report_send(worker, leg, now);
	}
}

static void
publish_leg(struct worker *worker, struct leg *leg)
{
	leg->stats.is_up = leg->path.is_up;
	leg->stats.remote = leg->path.tuple.remote;
	leg->stats.remote_port_be = leg->path.tuple.remote_port_be;
	stats_publish_leg(worker->settings.stats, leg->slot, &leg->stats);
}

// Keeps the longest gap by the second.
static void
gap_note(struct stream *stream, struct mono_time now)
{
	struct gaps *gaps = &stream->gaps;
	int64_t second = now.ns / NS_IN_S;
	uint32_t gap_us = (uint32_t)(reception_gap_take(&stream->reception, now) / NS_IN_US);

	if (second - gaps->second >= GAP_SECONDS)
		*gaps = (struct gaps){.second = second};
	while (gaps->second < second)
		gaps->us[++gaps->second % GAP_SECONDS] = 0;
	if (gap_us > gaps->us[second % GAP_SECONDS])
		gaps->us[second % GAP_SECONDS] = gap_us;
}

// The longest gap of the last so many seconds, at most GAP_SECONDS; after gap_note().
static uint32_t
longest_gap_us(const struct stream *stream, int64_t seconds)
{
	const struct gaps *gaps = &stream->gaps;
	uint32_t longest_us = 0;

	for (int64_t i = 0; i < seconds && i <= gaps->second; i++) {
		uint32_t us = gaps->us[(gaps->second - i) % GAP_SECONDS];
		if (us > longest_us)
			longest_us = us;
	}
	return longest_us;
}

static void
publish_stream(struct worker *worker, struct stream *stream, struct mono_time now)
{
	struct reception *reception = &stream->reception;
	gap_note(stream, now);
	struct inflow_stats stats = {
		.ssrc = stream->ssrc,
		.roc = worker->settings.engine->context_roc(stream->context),
		.packets = reception->packets,
		.bytes = reception->bytes,
		.frames = reception->frames,
		.expected = reception_expected(reception),
		.lost = reception_lost(reception),
		.duplicates = reception->duplicates,
		.reordered = reception->reordered,
		.late = reception->late,
		.auth_failures = stream->auth_failures,
		.rtcp_packets = stream->rtcp_packets,
		.jitter_us = reception_jitter_us(reception),
		.longest_gap_us = longest_gap_us(stream, GAP_SECONDS),
		.recent_gap_us = longest_gap_us(stream, RECENT_GAP_SECONDS),
		.last_packet_ns = reception->started ? reception->last_arrival.ns : 0,
	};
	stats_publish_inflow(worker->settings.stats, stream->slot, &stats);
}

static void
publish_outflow(struct worker *worker, const struct outflow *outflow)
{
	stats_publish_outflow(worker->settings.stats, outflow->slot, &outflow->stats);
}

void
publish_named(struct worker *worker, const struct message *message, struct mono_time now)
{
	struct tables *tables = &worker->tables;

	switch (message->type) {
	case MESSAGE_LEG_ADD:
	case MESSAGE_LEG_GATE:
	case MESSAGE_LEG_REMOVE:
		if (range_has(&tables->own_legs, message->leg.leg) &&
			tables->legs[message->leg.leg].is_used)
			publish_leg(worker, &tables->legs[message->leg.leg]);
		break;
	case MESSAGE_STREAM_ADD:
	case MESSAGE_STREAM_REMOVE:
		if (range_has(&tables->own_streams, message->stream.stream) &&
			tables->streams[message->stream.stream].is_used)
			publish_stream(worker, &tables->streams[message->stream.stream], now);
		break;
	case MESSAGE_OUTFLOW_ADD:
	case MESSAGE_OUTFLOW_REMOVE:
		if (range_has(&tables->own_outflows, message->outflow.outflow) &&
			tables->outflows[message->outflow.outflow].is_used)
			publish_outflow(worker, &tables->outflows[message->outflow.outflow]);
		break;
	case MESSAGE_CAPTURE:
		break;
	}
}

static void
publish_legs(struct worker *worker, struct slot_range stretch)
{
	struct leg *legs = worker->tables.legs + stretch.first;
	for (uint32_t i = 0; i < stretch.count; i++) {
		if (legs[i].is_used)
			publish_leg(worker, &legs[i]);
	}
}

static void
publish_streams(struct worker *worker, struct slot_range stretch, struct mono_time now)
{
	struct stream *streams = worker->tables.streams + stretch.first;
	for (uint32_t i = 0; i < stretch.count; i++) {
		if (streams[i].is_used)
			publish_stream(worker, &streams[i], now);
	}
}

static void
publish_outflows(struct worker *worker, struct slot_range stretch)
{
	const struct outflow *outflows = worker->tables.outflows + stretch.first;
	for (uint32_t i = 0; i < stretch.count; i++) {
		if (outflows[i].is_used)
			publish_outflow(worker, &outflows[i]);
	}
}

void
worker_publish(struct worker *worker, struct mono_time now)
{
	publish_legs(worker, worker->tables.own_legs);
	publish_streams(worker, worker->tables.own_streams, now);
	publish_outflows(worker, worker->tables.own_outflows);
	stats_publish_worker(worker->settings.stats, worker->settings.number, &worker->stats);
}

void
upkeep(struct worker *worker, struct mono_time now)
{
	struct slot_range legs =
		sweep_due(&worker->leg_sweep, &worker->tables.own_legs, LEGS_NS, now);
	for (uint32_t i = legs.first; i < legs.first + legs.count; i++) {
		if (worker->tables.legs[i].is_used)
			leg_upkeep(worker, &worker->tables.legs[i], now);
	}
	if (fleet_worker_count(worker->fleet) > 1)
		neighbours_share(worker);
	if (!mono_reached(now, worker->next_upkeep))
		return;
	worker->next_upkeep = mono_after_ns(now, UPKEEP_NS);
	if (worker->settings.number == FLEET_SPEAKER) {
		arp_upkeep(worker, now);
		nd_upkeep(worker, now);
	}
}

void
publish(struct worker *worker, struct mono_time now)
{
	const struct tables *tables = &worker->tables;

	publish_legs(
		worker, sweep_due(&worker->publish_sweeps[0], &tables->own_legs, PUBLISH_NS, now));
	publish_streams(worker,
		sweep_due(&worker->publish_sweeps[1], &tables->own_streams, PUBLISH_NS, now), now);
	publish_outflows(worker,
		sweep_due(&worker->publish_sweeps[2], &tables->own_outflows, PUBLISH_NS, now));
	if (mono_reached(now, worker->next_heartbeat)) {
		worker->next_heartbeat = mono_after_ns(now, UPKEEP_NS);
		stats_publish_worker(
			worker->settings.stats, worker->settings.number, &worker->stats);
	}
}
