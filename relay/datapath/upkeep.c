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
// Between two stretches of a sweep: none is long enough to be felt.
#define SWEEP_NS (100 * NS_IN_US)
#define KEEPALIVE_NS NS_IN_S // the relay's own question on each path: round trip, NAT mapping
#define REPORT_NS (5 * NS_IN_S)

// Which of a table's slots are due, so that all of them are met once in `period_ns`, or later where
// they are many.
static struct slot_range
sweep_due(
	struct sweep *sweep, const struct slot_set *slots, int64_t period_ns, struct mono_time now)
{
	struct slot_range range = slots->range, none = {0, 0};
	int64_t elapsed_ns = mono_since_ns(now, sweep->last);
	if (elapsed_ns < SWEEP_NS || range.count == 0)
		return none;
	if (period_ns < SLOT_NS * (int64_t)range.count)
		period_ns = SLOT_NS * (int64_t)range.count;
	sweep->last = now;
	if (elapsed_ns >= period_ns) {
		sweep->next = 0;
		sweep->owed = 0;
		return range;
	}
	sweep->owed += elapsed_ns * range.count;
	uint32_t due = (uint32_t)(sweep->owed / period_ns);
	if (due > range.count - sweep->next)
		due = range.count - sweep->next;
	sweep->owed -= due * period_ns;
	struct slot_range stretch = {range.first + sweep->next, due};
	sweep->next = (sweep->next + due) % range.count;
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
		if (slot_set_covers(&tables->own_legs, message->leg.leg) &&
			tables->legs[message->leg.leg].is_used)
			publish_leg(worker, &tables->legs[message->leg.leg]);
		break;
	case MESSAGE_STREAM_ADD:
	case MESSAGE_STREAM_REMOVE:
		if (slot_set_covers(&tables->own_streams, message->stream.stream) &&
			tables->streams[message->stream.stream].is_used)
			publish_stream(worker, &tables->streams[message->stream.stream], now);
		break;
	case MESSAGE_OUTFLOW_ADD:
	case MESSAGE_OUTFLOW_REMOVE:
		if (slot_set_covers(&tables->own_outflows, message->outflow.outflow) &&
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
	const struct slot_set *used = &worker->tables.own_legs;
	uint32_t end = stretch.first + stretch.count;
	for (uint32_t i = stretch.first; slot_set_next(used, &i, end); i++)
		publish_leg(worker, &worker->tables.legs[i]);
}

static void
publish_streams(struct worker *worker, struct slot_range stretch, struct mono_time now)
{
	const struct slot_set *used = &worker->tables.own_streams;
	uint32_t end = stretch.first + stretch.count;
	for (uint32_t i = stretch.first; slot_set_next(used, &i, end); i++)
		publish_stream(worker, &worker->tables.streams[i], now);
}

static void
publish_outflows(struct worker *worker, struct slot_range stretch)
{
	const struct slot_set *used = &worker->tables.own_outflows;
	uint32_t end = stretch.first + stretch.count;
	for (uint32_t i = stretch.first; slot_set_next(used, &i, end); i++)
		publish_outflow(worker, &worker->tables.outflows[i]);
}

void
worker_publish(struct worker *worker, struct mono_time now)
{
	const struct tables *tables = &worker->tables;

	publish_legs(worker, tables->own_legs.range);
	publish_streams(worker, tables->own_streams.range, now);
	publish_outflows(worker, tables->own_outflows.range);
	stats_publish_worker(worker->settings.stats, worker->settings.number, &worker->stats);
}

void
upkeep(struct worker *worker, struct mono_time now)
{
	struct tables *tables = &worker->tables;
	struct slot_range legs = sweep_due(&worker->leg_sweep, &tables->own_legs, LEGS_NS, now);
	uint32_t end = legs.first + legs.count;
	for (uint32_t i = legs.first; slot_set_next(&tables->own_legs, &i, end); i++)
		leg_upkeep(worker, &tables->legs[i], now);
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
	struct sweep *sweeps = worker->publish_sweeps;

	publish_legs(worker, sweep_due(&sweeps[0], &tables->own_legs, PUBLISH_NS, now));
	publish_streams(worker, sweep_due(&sweeps[1], &tables->own_streams, PUBLISH_NS, now), now);
	publish_outflows(worker, sweep_due(&sweeps[2], &tables->own_outflows, PUBLISH_NS, now));
	if (mono_reached(now, worker->next_heartbeat)) {
		worker->next_heartbeat = mono_after_ns(now, UPKEEP_NS);
		stats_publish_worker(
			worker->settings.stats, worker->settings.number, &worker->stats);
	}
}
