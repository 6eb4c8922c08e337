/* SPDX-License-Identifier: BSD-3-Clause */
// engine.c - what the SRTP engines cost a packet, beside the bare calls of libipsec-mb on the same
// packets.
//
// Each 32 packets are protected, verified and unprotected by both engines and by the bare calls in
// turn, each side with keys and copies of its own, so that a change of the clock rate meets all.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <srtp2/srtp.h>

#include "bare_ipsec_mb.h"
#include "figures.h"
#include "srtp/engine.h"

#define ROUND_PACKETS 6400
#define SLOT_BYTES 1536
#define STREAMS_MAX 1000
#define QUICK_ROUND_PACKETS 1600
#define QUICK_PROFILES 2
#define SSRC_FIRST 0x10000000u

#define OPERATION_COUNT 3
enum side { IPSEC_MB, LIBSRTP2, BARE, SIDE_COUNT };

static const char *const operation_names[] = {"protect_rtp", "verify_rtp", "unprotect_rtp"};

struct cell {
	enum srtp_profile profile;
	uint32_t bytes; // of the RTP packet, header in, tag not
	uint32_t stream_count;
	uint32_t burst_packets; // handed over at a time
	uint32_t round_count;
	uint32_t round_packets;
};

// One SSRC with what each operation needs of it.
struct stream {
	struct srtp_keys keys; // while the contexts are made
	uint16_t seq;
	struct srtp_context *contexts[OPERATION_COUNT][BARE]; // of the two engines
	struct bare_stream bare[OPERATION_COUNT];
};

// One burst's packets for one operation and side.
struct buffers {
	_Alignas(64) uint8_t packets[BARE_BURST_PACKETS][SLOT_BYTES];
	uint32_t lengths[BARE_BURST_PACKETS];
};

struct timings {
	double ns[OPERATION_COUNT][SIDE_COUNT][ROUNDS_MAX]; // a packet
};

static const struct srtp_engine *engines[BARE];
static struct stream streams[STREAMS_MAX];
static struct buffers buffers[OPERATION_COUNT][SIDE_COUNT];
static struct bare_burst bare_burst;

static void
fail(const char *what)
{
	fprintf(stderr, "bench/engine: %s\n", what);
	exit(EXIT_FAILURE);
}

// One side's contexts for one operation lie together, as those of the streams of one direction do
// in the relay.
static void
create_contexts(const struct cell *cell, enum bare_operation operation, enum side side)
{
	enum srtp_direction direction = operation == BARE_PROTECT ? SRTP_OUTBOUND : SRTP_INBOUND;
	for (uint32_t s = 0; s < cell->stream_count; s++) {
		struct stream *stream = &streams[s];
		stream->contexts[operation][side] =
			engines[side]->context_create(&stream->keys, SSRC_FIRST + s, direction, 0);
		if (!stream->contexts[operation][side])
			fail("an engine makes no context");
	}
}

static void
start_streams(const struct cell *cell)
{
	for (uint32_t s = 0; s < cell->stream_count; s++) {
		struct stream *stream = &streams[s];
		if (srtp_keys_generate(cell->profile, &stream->keys) != 0)
			fail("no randomness for keys");
		stream->seq = 0;
		for (int o = 0; o < OPERATION_COUNT; o++) {
			if (!bare_stream_init(&stream->bare[o], &stream->keys, SSRC_FIRST + s))
				fail("the keys cannot be derived");
		}
	}
	for (int i = 0; i < OPERATION_COUNT * BARE; i++)
		create_contexts(cell, i % OPERATION_COUNT, i / OPERATION_COUNT);
	for (uint32_t s = 0; s < cell->stream_count; s++)
		srtp_keys_wipe(&streams[s].keys);
}

static void
stop_streams(const struct cell *cell)
{
	for (uint32_t s = 0; s < cell->stream_count; s++) {
		for (int i = 0; i < OPERATION_COUNT * BARE; i++)
			engines[i % BARE]->context_destroy(streams[s].contexts[i / BARE][i % BARE]);
	}
}

// The next plain packet of the stream, for all sides.
static void
write_packet(const struct cell *cell, struct stream *stream, uint32_t slot)
{
	uint8_t *packet = buffers[BARE_PROTECT][IPSEC_MB].packets[slot];
	memset(packet, (int)stream->seq & 0xff, cell->bytes);
	packet[0] = 0x80;
	packet[1] = 96;
	packet[2] = (uint8_t)(stream->seq >> 8);
	packet[3] = (uint8_t)stream->seq;
	put_be32(packet + 8, stream->bare[BARE_PROTECT].ssrc);
	stream->seq++;
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct buffers *b = &buffers[BARE_PROTECT][side];
		memmove(b->packets[slot], packet, cell->bytes);
		b->lengths[slot] = cell->bytes;
	}
}

static double
run_engine(const struct cell *cell, enum bare_operation operation, enum side side,
	struct stream **burst)
{
	struct buffers *b = &buffers[operation][side];
	struct srtp_job jobs[BARE_BURST_PACKETS];
	const struct srtp_engine *engine = engines[side];
	void (*const operations[])(struct srtp_job *, size_t) = {
		engine->protect_rtp, engine->verify_rtp, engine->unprotect_rtp};
	for (uint32_t i = 0; i < BARE_BURST_PACKETS; i++)
		jobs[i] = (struct srtp_job){.context = burst[i]->contexts[operation][side],
			.packet = b->packets[i],
			.bytes = b->lengths[i],
			.capacity = SLOT_BYTES};
	double start = now_ns();
	for (uint32_t i = 0; i < BARE_BURST_PACKETS; i += cell->burst_packets) {
		uint32_t rest = BARE_BURST_PACKETS - i;
		operations[operation](
			jobs + i, rest < cell->burst_packets ? rest : cell->burst_packets);
	}
	double spent = now_ns() - start;
	for (uint32_t i = 0; i < BARE_BURST_PACKETS; i++) {
		if (jobs[i].verdict != SRTP_OK)
			fail("an engine refused a packet");
		b->lengths[i] = jobs[i].bytes;
	}
	return spent;
}

// The packets must come out as the engine's, tag and all: else it was not the same work.
static double
run_bare(const struct cell *cell, enum bare_operation operation, struct stream **burst)
{
	struct buffers *b = &buffers[operation][BARE];
	size_t tag_bytes = srtp_profile_tag_bytes(cell->profile);
	const struct buffers *sealed = &buffers[BARE_PROTECT][IPSEC_MB];
	for (uint32_t i = 0; i < BARE_BURST_PACKETS; i++) {
		bare_prepare(
			&bare_burst, i, &burst[i]->bare[operation], b->packets[i], cell->bytes);
		if (!burst[i]->bare[operation].is_gcm)
			memset(b->packets[i] + cell->bytes, 0, ROC_BYTES);
	}
	double start = now_ns();
	bool is_done = bare_run_by(&bare_burst, operation, cell->burst_packets);
	double spent = now_ns() - start;
	for (uint32_t i = 0; i < BARE_BURST_PACKETS; i++) {
		if (!is_done || memcmp(bare_burst.tags[i], sealed->packets[i] + cell->bytes,
					tag_bytes) != 0)
			fail("libipsec-mb made another tag");
		b->lengths[i] = cell->bytes;
	}
	return spent;
}

static void
compare_sides(const struct cell *cell, enum bare_operation operation)
{
	for (uint32_t i = 0; i < BARE_BURST_PACKETS; i++) {
		const uint8_t *packet = buffers[operation][IPSEC_MB].packets[i];
		for (int side = LIBSRTP2; side < SIDE_COUNT; side++) {
			if (memcmp(buffers[operation][side].packets[i], packet, cell->bytes) != 0)
				fail("the sides made different packets");
		}
	}
}

// Adds the burst's nanoseconds to `spent`. Protection goes first: its tags are what the bare calls
// are held to. Behind it, the side that goes first changes from burst to burst.
static void
run_burst(const struct cell *cell, uint32_t number, double spent[OPERATION_COUNT][SIDE_COUNT])
{
	struct stream *burst[BARE_BURST_PACKETS];
	for (uint32_t i = 0; i < BARE_BURST_PACKETS; i++) {
		burst[i] = &streams[(number * BARE_BURST_PACKETS + i) % cell->stream_count];
		write_packet(cell, burst[i], i);
	}
	for (enum bare_operation o = BARE_PROTECT; o <= BARE_UNPROTECT; o++) {
		for (uint32_t turn = 0; turn < SIDE_COUNT; turn++) {
			uint32_t first = o == BARE_PROTECT ? 0 : number;
			enum side side = (first + turn) % SIDE_COUNT;
			spent[o][side] += side == BARE ? run_bare(cell, o, burst)
						       : run_engine(cell, o, side, burst);
		}
		compare_sides(cell, o);
		for (int side = 0; o == BARE_PROTECT && side < SIDE_COUNT; side++) {
			buffers[BARE_VERIFY][side] = buffers[BARE_PROTECT][IPSEC_MB];
			buffers[BARE_UNPROTECT][side] = buffers[BARE_PROTECT][IPSEC_MB];
		}
	}
}

static void
run_cell(const struct cell *cell, struct timings *timings)
{
	start_streams(cell);
	uint32_t number = 0;
	// The first round, in which caches and allocators warm up, is not kept.
	for (uint32_t round = 0; round <= cell->round_count; round++) {
		double spent[OPERATION_COUNT][SIDE_COUNT] = {{0}};
		for (uint32_t i = 0; i < cell->round_packets; i += BARE_BURST_PACKETS)
			run_burst(cell, number++, spent);
		if (round == 0)
			continue;
		for (int o = 0; o < OPERATION_COUNT; o++) {
			for (int side = 0; side < SIDE_COUNT; side++)
				timings->ns[o][side][round - 1] =
					spent[o][side] / cell->round_packets;
		}
	}
	stop_streams(cell);
}

static void
report_engine(const struct cell *cell, enum bare_operation operation, enum side side,
	const struct timings *timings, FILE *results)
{
	uint32_t n = cell->round_count, low = low_rank(n);
	double ns[ROUNDS_MAX] = {0}, bare_ns[ROUNDS_MAX] = {0}, ratios[ROUNDS_MAX] = {0};
	for (uint32_t i = 0; i < n; i++) {
		ns[i] = timings->ns[operation][side][i];
		bare_ns[i] = timings->ns[operation][BARE][i];
		ratios[i] = ns[i] / bare_ns[i];
	}
	qsort(ns, n, sizeof *ns, compare_doubles);
	qsort(bare_ns, n, sizeof *bare_ns, compare_doubles);
	qsort(ratios, n, sizeof *ratios, compare_doubles);
	const char *profile = srtp_profile_name(cell->profile);
	printf("%-8s %-14s %-24s %5u %7u %5u %9.0f %9.0f %9.0f %9.0f %7.2f\n", engines[side]->name,
		operation_names[operation], profile, cell->bytes, cell->stream_count,
		cell->burst_packets, ns[n / 2], ns[low], ns[n - 1 - low], bare_ns[n / 2],
		ratios[n / 2]);
	fprintf(results,
		"%s\tengine=%s profile=%s bytes=%u streams=%u burst=%u\t%.1f\t%.1f\t%.1f\tns/packet"
		"\t%.1f\t%.4f\n",
		operation_names[operation], engines[side]->name, profile, cell->bytes,
		cell->stream_count, cell->burst_packets, ns[n / 2], ns[low], ns[n - 1 - low],
		bare_ns[n / 2], ratios[n / 2]);
}

static void
write_head(FILE *results, uint32_t round_count)
{
	char model[128];
	struct utsname system;
	read_cpu_model(model, sizeof model);
	uname(&system);
	uint32_t low = low_rank(round_count) + 1;
	fprintf(results,
		"# %s, %ld cores, %s %s, gcc %s, %s, ipsec-mb %s; value: median of %u rounds, low "
		"and high: numbers %u and %u of them; ratio: median of the rounds' own\n",
		model, sysconf(_SC_NPROCESSORS_ONLN), system.sysname, system.release, __VERSION__,
		srtp_get_version_string(), imb_get_version_str(), round_count, low,
		round_count + 1 - low);
	fputs("name\tparameters\tvalue\tlow\thigh\tunit\treference\tratio\n", results);
	printf("%s, %ld cores; nanoseconds a packet, median of %u rounds; bare: libipsec-mb's own "
	       "calls\n",
		model, sysconf(_SC_NPROCESSORS_ONLN), round_count);
	printf("%-8s %-14s %-24s %5s %7s %5s %9s %9s %9s %9s %7s\n", "engine", "operation",
		"profile", "bytes", "streams", "burst", "engine", "low", "high", "bare", "ratio");
}

static void
run_and_report(const struct cell *cell, FILE *results)
{
	struct timings timings;
	run_cell(cell, &timings);
	for (int o = 0; o < OPERATION_COUNT; o++) {
		for (enum side side = IPSEC_MB; side < BARE; side++)
			report_engine(cell, o, side, &timings, results);
	}
	fflush(stdout);
}

// The whole grid in full bursts.
static void
run_grid(struct cell cell, bool is_quick, FILE *results)
{
	static const enum srtp_profile profiles[] = {SRTP_AEAD_AES_128_GCM,
		SRTP_AES_CM_128_HMAC_SHA1_80, // these two are what --quick runs
		SRTP_AEAD_AES_256_GCM, SRTP_AES_CM_128_HMAC_SHA1_32, SRTP_AES_256_CM_HMAC_SHA1_80};
	static const uint32_t sizes[] = {200, 1200};
	static const uint32_t stream_counts[] = {1, STREAMS_MAX};

	unsigned count = is_quick ? QUICK_PROFILES : sizeof profiles / sizeof profiles[0];
	for (unsigned i = 0; i < 4 * count; i++) {
		cell.profile = profiles[i / 4];
		cell.bytes = sizes[i / 2 % 2];
		cell.stream_count = stream_counts[i % 2];
		run_and_report(&cell, results);
	}
}

// Smaller bursts, sampled, of which each `step`th: what a quiet relay sees.
static void
run_small_bursts(struct cell cell, unsigned step, FILE *results)
{
	static const enum srtp_profile profiles[] = {
		SRTP_AEAD_AES_128_GCM, SRTP_AES_CM_128_HMAC_SHA1_80};
	static const uint32_t bursts[] = {1, 2, 3, 4, 8, 16};

	cell.stream_count = 1;
	cell.bytes = 200;
	for (unsigned i = 0; i < sizeof bursts / sizeof bursts[0]; i += step) {
		cell.burst_packets = bursts[i];
		for (unsigned k = 0; k < sizeof profiles / sizeof profiles[0]; k++) {
			cell.profile = profiles[k];
			run_and_report(&cell, results);
		}
	}
}

int
main(int argc, char **argv)
{
	bool is_quick = argc == 3 && strcmp(argv[1], "--quick") == 0;
	if (argc != 2 && !is_quick)
		fail("usage: engine [--quick] RESULTS.tsv");
	FILE *results = fopen(argv[argc - 1], "w");
	if (!results)
		fail("cannot write the results");
	struct cell cell = {.burst_packets = BARE_BURST_PACKETS,
		.round_count = is_quick ? QUICK_ROUNDS : ROUNDS_MAX,
		.round_packets = is_quick ? QUICK_ROUND_PACKETS : ROUND_PACKETS};
	engines[LIBSRTP2] = srtp_engine_libsrtp2();
	engines[IPSEC_MB] = srtp_engine_ipsec_mb();
	if (!engines[LIBSRTP2] || !engines[IPSEC_MB])
		fail("needs libsrtp2, and libipsec-mb on a processor with AVX2");
	write_head(results, cell.round_count);
	run_grid(cell, is_quick, results);
	run_small_bursts(cell, is_quick ? 3 : 1, results);
	if (fclose(results) != 0)
		fail("cannot write the results");
	return EXIT_SUCCESS;
}
