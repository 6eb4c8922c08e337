/* SPDX-License-Identifier: BSD-3-Clause */
// worker_rig.h - a worker between memory rings, with as many flows as wanted, and schools that seal
// packets for it.
#ifndef BENCH_WORKER_RIG_H
#define BENCH_WORKER_RIG_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>
#include <rte_ring.h>

#include "bare_ipsec_mb.h"
#include "datapath/internal.h"
#include "media/checksum.h"
#include "platform/clock.h"
#include "ring_device.h"

#define BATCH_PACKETS 512
#ifndef LEG_FLOWS // of a benchmark's own
#define LEG_FLOWS 4
#endif
#define MEDIA_PORT 5000
#define FIRST_PORT 10000
#define LEGS_A_SCHOOL 16 // behind one address, on so many ports
#define HEADERS_BYTES (ETHERNET_HEADER_BYTES + IPV4_HEADER_BYTES + UDP_HEADER_BYTES)

enum mix { MIX_GOOD, MIX_FORGED, MIX_REPLAYED, MIX_CHANGES };
static const char *const mix_names[] = {"good", "half forged", "replayed", "1000 changes/s"};

struct cell {
	uint32_t flows;
	uint32_t bytes; // of the RTP packet, header in, tag not
	uint32_t receivers;
	enum srtp_profile profile;
	bool is_libsrtp2;
	enum mix mix;
};

struct flow {
	struct srtp_context *inbound;  // the worker's
	struct srtp_context *outbound; // the school's
	uint32_t ssrc;
	uint32_t timestamp;
	uint16_t seq;
};

static uint32_t first_ssrc = 0x10000000u;
static uint32_t poll_above_pps;
static uint16_t ip_bytes_max = UINT16_MAX; // what the device takes
static bool sends_chains = true;
static bool legs_are_paired; // two send to each other; else each to those behind it
static struct fleet *fleet;
static struct worker *workers[WORKERS];
static struct worker *worker; // the owner
static struct stats *board;
static const struct srtp_engine *engine;
static const struct srtp_engine *sealer;
static struct flow *flows;
static struct srtp_context **relay_contexts;
static struct bare_stream *bare_streams;
static const struct mac relay_mac = {{0x02, 0, 198, 18, 0, 2}};

// Headers of a flow's packet: each leg has an address and port of its own.
static inline void
write_headers(uint8_t *at, uint32_t leg, uint16_t payload_bytes)
{
	uint32_t address = htonl(0xc6130000u + leg / LEGS_A_SCHOOL), relay = htonl(0xc6120002u);
	uint16_t ports[4] = {htons((uint16_t)(FIRST_PORT + leg % LEGS_A_SCHOOL)), htons(MEDIA_PORT),
		htons((uint16_t)(UDP_HEADER_BYTES + payload_bytes)), 0};
	uint8_t *ip = at + ETHERNET_HEADER_BYTES, *udp = ip + IPV4_HEADER_BYTES;
	uint16_t total = htons((uint16_t)(IPV4_HEADER_BYTES + UDP_HEADER_BYTES + payload_bytes));

	memcpy(at, &relay_mac, MAC_BYTES);
	memset(at + MAC_BYTES, 0x06, MAC_BYTES);
	at[12] = 0x08, at[13] = 0x00;
	memset(ip, 0, IPV4_HEADER_BYTES);
	ip[0] = 0x45, ip[8] = 61, ip[9] = IPPROTO_UDP;
	memcpy(ip + 2, &total, sizeof total);
	memcpy(ip + 12, &address, sizeof address);
	memcpy(ip + 16, &relay, sizeof relay);
	be16_t sum = checksum_internet(ip, IPV4_HEADER_BYTES);
	memcpy(ip + 10, &sum, sizeof sum);
	memcpy(udp, ports, sizeof ports);
	sum = htons(0x1234); // any: the tag tells, and the relay goes on from it
	memcpy(udp + 6, &sum, sizeof sum);
}

// The owner's slots begin here.
static inline uint32_t
first_leg(void)
{
	return worker->tables.own_legs.range.first;
}

static inline uint32_t
first_stream(void)
{
	return worker->tables.own_streams.range.first;
}

static inline uint32_t
first_outflow(void)
{
	return worker->tables.own_outflows.range.first;
}

static inline void
tell(struct message *message)
{
	worker_handle(worker, message, clock_mono());
	if (message->result != 0)
		fail("the worker refused a message");
}

static inline void
add_leg(const struct srtp_keys *keys, uint32_t leg)
{
	struct message message = {.type = MESSAGE_LEG_ADD,
		.leg = {.leg = first_leg() + leg, .relay_ssrc = 0x80000000u + leg, .live = true}};
	relay_contexts[leg] =
		engine->context_create(keys, message.leg.relay_ssrc, SRTP_OUTBOUND_RTCP, 0);
	message.leg.relay_context = relay_contexts[leg];
	leg_user(message.leg.relay_user, (uint8_t)owner, message.leg.leg, leg);
	strcpy(message.leg.endpoint_user, "school");
	strcpy(message.leg.relay_password, "relay");
	strcpy(message.leg.endpoint_password, "school");
	tell(&message);

	uint8_t bytes[HEADERS_BYTES + 64] = {0};
	struct leg *made = &worker->tables.legs[message.leg.leg];
	struct frame frame;
	struct mac next_hop;
	memset(&next_hop, 0x06, sizeof next_hop);
	write_headers(bytes, leg, 64);
	if (frame_parse(bytes, sizeof bytes, &frame) != DROP_NONE ||
		tables_set_path(&worker->tables, made, &frame.tuple, &next_hop) != 0)
		fail("a leg gets no path");
	made->stats.last_heard_ns = clock_mono().ns;
}

static inline void
add_stream(uint32_t f)
{
	struct flow *flow = &flows[f];
	struct message message = {.type = MESSAGE_STREAM_ADD,
		.stream = {.stream = first_stream() + f,
			.leg = first_leg() + f / LEG_FLOWS,
			.kind = STREAM_TEACHER,
			.ssrc = flow->ssrc,
			.clock_rate_hz = 90000,
			.dscp = 34,
			.context = flow->inbound}};
	tell(&message);
}

static inline void
make_flow(const struct srtp_keys *keys, uint32_t f)
{
	struct flow *flow = &flows[f];
	*flow = (struct flow){.ssrc = first_ssrc + f};
	flow->inbound = engine->context_create(keys, flow->ssrc, SRTP_INBOUND, 0);
	flow->outbound = sealer->context_create(keys, flow->ssrc, SRTP_OUTBOUND, 0);
	if (!flow->inbound || !flow->outbound ||
		!bare_stream_init(&bare_streams[f], keys, flow->ssrc))
		fail("no SRTP context");
	add_stream(f);
}

// The same in every process: a benchmark's keys are no secret.
static inline struct srtp_keys
keys_of(const struct cell *cell, uint32_t f)
{
	struct srtp_keys keys = {.profile = cell->profile};
	for (unsigned i = 0; i < sizeof keys.key; i++)
		keys.key[i] = (uint8_t)(f * 2654435761u >> i % 24 ^ i * 37);
	for (unsigned i = 0; i < sizeof keys.salt; i++)
		keys.salt[i] = (uint8_t)(f + 11 * i);
	return keys;
}

// The legs are pairs, or a circle.
static inline uint32_t
receiver_of(const struct cell *cell, uint32_t leg, uint32_t number)
{
	return legs_are_paired ? leg ^ 1 : (leg + 1 + number) % (cell->flows / LEG_FLOWS);
}

static inline void
add_outflows(const struct cell *cell, uint32_t f)
{
	for (uint32_t r = 0; r < cell->receivers; r++) {
		struct message message = {.type = MESSAGE_OUTFLOW_ADD,
			.outflow = {.outflow = first_outflow() + f * cell->receivers + r,
				.stream = first_stream() + f,
				.leg = first_leg() + receiver_of(cell, f / LEG_FLOWS, r)}};
		tell(&message);
	}
}

// A flow goes and comes again, as where a school rejoins.
static inline void
change_flow(const struct cell *cell, uint32_t f)
{
	for (uint32_t r = 0; r < cell->receivers; r++) {
		struct message message = {.type = MESSAGE_OUTFLOW_REMOVE,
			.outflow.outflow = first_outflow() + f * cell->receivers + r};
		tell(&message);
	}
	struct message message = {
		.type = MESSAGE_STREAM_REMOVE, .stream.stream = first_stream() + f};
	tell(&message);
	add_stream(f);
	add_outflows(cell, f);
}

static inline void
start_cell(const struct cell *cell)
{
	uint32_t legs = cell->flows / LEG_FLOWS;
	struct stats_limits limits = {.worker_count = worker_count,
		.leg_count = worker_count * legs,
		.stream_count = worker_count * cell->flows,
		.outflow_count = worker_count * cell->flows * cell->receivers};
	board = stats_create(&limits);
	fleet = fleet_create(&limits);
	struct worker_settings settings = {.port_id = port_id,
		.pool = pool,
		.mac = relay_mac,
		.ip_bytes_max = ip_bytes_max,
		.sends_chains = sends_chains,
		.networks[IP_V4] = {ip_from_v4(htonl(0xc6120002u)), IP_MAPPED_BITS + 24, {{0}}},
		.vlan_id = VLAN_NONE,
		.media_port = MEDIA_PORT,
		.poll_above_pps = poll_above_pps,
		.engine = engine,
		.stats = board};
	settings.queue_count = (uint16_t)worker_count;
	settings.fleet = fleet;
	for (uint32_t i = 0; board && fleet && i < worker_count; i++) {
		settings.number = (uint8_t)i;
		workers[i] = worker_create(&settings);
		if (!workers[i])
			fail("no memory for a worker");
	}
	worker = workers[owner];
	flows = calloc(cell->flows, sizeof *flows);
	relay_contexts = calloc(legs, sizeof *relay_contexts);
	bare_streams = aligned_alloc(64, cell->flows * sizeof *bare_streams);
	if (!worker || !flows || !relay_contexts || !bare_streams)
		fail("no memory for the worker");
	for (uint32_t f = 0; f < cell->flows; f++) {
		struct srtp_keys keys = keys_of(cell, f);
		if (f % LEG_FLOWS == 0)
			add_leg(&keys, f / LEG_FLOWS);
		make_flow(&keys, f);
	}
	for (uint32_t f = 0; f < cell->flows; f++)
		add_outflows(cell, f);
	// With many flows all this takes so long that the first paths would have gone quiet.
	for (uint32_t leg = 0; leg < legs; leg++)
		worker->tables.legs[first_leg() + leg].stats.last_heard_ns = clock_mono().ns;
}

static inline void
stop_cell(const struct cell *cell)
{
	for (uint32_t i = 0; i < worker_count; i++)
		worker_destroy(workers[i]);
	fleet_destroy(fleet);
	stats_destroy(board);
	for (uint32_t f = 0; f < cell->flows; f++) {
		engine->context_destroy(flows[f].inbound);
		sealer->context_destroy(flows[f].outbound);
	}
	for (uint32_t leg = 0; leg < cell->flows / LEG_FLOWS; leg++)
		engine->context_destroy(relay_contexts[leg]);
	free(flows);
	free(relay_contexts);
	free(bare_streams);
}

static inline void
write_rtp(const struct cell *cell, struct flow *flow, uint8_t *at)
{
	memset(at, 0x5a, cell->bytes);
	at[0] = 0x80, at[1] = 96;
	at[2] = (uint8_t)(flow->seq >> 8), at[3] = (uint8_t)flow->seq;
	put_be32(at + 4, flow->timestamp);
	put_be32(at + 8, flow->ssrc);
	flow->seq++;
	flow->timestamp += 3000;
}

static inline uint16_t
frame_bytes(const struct cell *cell)
{
	return (uint16_t)(HEADERS_BYTES + cell->bytes + srtp_profile_tag_bytes(cell->profile));
}

// One packet of flow f as its school would send it.
static inline void
build_frame(const struct cell *cell, uint32_t f, uint8_t *at)
{
	uint16_t payload = (uint16_t)(frame_bytes(cell) - HEADERS_BYTES);
	struct flow *flow = &flows[f];
	write_headers(at, f / LEG_FLOWS, payload);
	if (cell->mix == MIX_REPLAYED && flow->seq > 0)
		flow->seq--; // what the worker has had
	write_rtp(cell, flow, at + HEADERS_BYTES);
	struct srtp_job job = {.context = flow->outbound,
		.packet = at + HEADERS_BYTES,
		.bytes = cell->bytes,
		.capacity = payload};
	sealer->protect_rtp(&job, 1);
	if (job.verdict != SRTP_OK && cell->mix != MIX_REPLAYED)
		fail("a packet cannot be sealed");
}

static inline void
inject(const struct cell *cell, uint32_t f, bool is_forged)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
	if (!mbuf)
		fail("no buffer");
	uint8_t *at = (uint8_t *)rte_pktmbuf_append(mbuf, frame_bytes(cell));
	build_frame(cell, f, at);
	if (is_forged)
		at[frame_bytes(cell) - 1] ^= 1;
	if (rte_ring_enqueue(to_worker, mbuf) != 0)
		fail("the ring is full");
}

static inline void
inject_batch(const struct cell *cell, uint32_t *next)
{
	for (unsigned i = 0; i < BATCH_PACKETS; i++) {
		// Every flow has good ones and forged ones.
		bool is_forged = cell->mix == MIX_FORGED && (i + i / cell->flows) % 2;
		inject(cell, *next, is_forged);
		*next = (*next + 1) % cell->flows;
	}
}

static inline unsigned
empty_output(void)
{
	struct rte_mbuf *mbufs[256];
	unsigned count, all = 0;
	while ((count = rte_ring_dequeue_burst(from_worker, (void **)mbufs, 256, NULL)) > 0) {
		rte_pktmbuf_free_bulk(mbufs, count);
		all += count;
	}
	return all;
}

#endif
