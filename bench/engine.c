/* SPDX-License-Identifier: BSD-3-Clause */
// engine.c - what the SRTP engine costs a packet, beside bare libsrtp2 calls on the same packets.
//
// Each burst is protected, verified and unprotected by the engine and by libsrtp2 in turn, each
// side with contexts and copies of its own, so that a change of the clock rate meets both. libsrtp2
// cannot verify without decrypting: there its side decrypts too.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <srtp2/srtp.h>

#include "figures.h"
#include "srtp/engine.h"

#define BURST_PACKETS 32
#define ROUND_PACKETS 6400
#define SLOT_BYTES 1536
#define STREAMS_MAX 100
#define QUICK_ROUND_PACKETS 1600
#define SSRC_FIRST 0x10000000u
#define WINDOW_PACKETS 1024

enum operation { PROTECT, VERIFY, UNPROTECT, OPERATION_COUNT };
enum side { ENGINE_SIDE, BARE_SIDE, SIDE_COUNT };

static const char *const operation_names[] = {"protect_rtp", "verify_rtp", "unprotect_rtp"};

struct cell {
	enum srtp_profile profile;
	uint32_t bytes; // of the RTP packet, header in, tag not
	uint32_t stream_count;
	uint32_t round_count;
	uint32_t round_packets;
};

// One SSRC with what each operation needs of it.
struct stream {
	uint32_t ssrc;
	uint16_t seq;
	struct srtp_context *engine[OPERATION_COUNT];
	srtp_t bare[OPERATION_COUNT];
};

// One burst's packets for one operation and side.
struct buffers {
	_Alignas(64) uint8_t packets[BURST_PACKETS][SLOT_BYTES];
	int lengths[BURST_PACKETS];
};

struct timings {
	double ns[OPERATION_COUNT][SIDE_COUNT][ROUNDS_MAX]; // a packet
};

static const struct srtp_engine *engine;
static struct stream streams[STREAMS_MAX];
static struct buffers buffers[OPERATION_COUNT][SIDE_COUNT];

static void
fail(const char *what)
{
	fprintf(stderr, "bench/engine: %s\n", what);
	exit(EXIT_FAILURE);
}

static srtp_t
create_bare(const struct srtp_keys *keys, uint32_t ssrc)
{
	uint8_t secret[SRTP_MASTER_KEY_BYTES_MAX + SRTP_MASTER_SALT_BYTES_MAX];
	size_t key_bytes = srtp_profile_key_bytes(keys->profile);
	memcpy(secret, keys->key, key_bytes);
	memcpy(secret + key_bytes, keys->salt, srtp_profile_salt_bytes(keys->profile));
	srtp_policy_t policy = {
		.ssrc = {.type = ssrc_specific, .value = ssrc},
		.key = secret,
		.window_size = WINDOW_PACKETS,
	};
	if (keys->profile == SRTP_AEAD_AES_128_GCM) {
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
	} else {
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
	}
	srtp_t session;
	if (srtp_create(&session, &policy) != srtp_err_status_ok)
		fail("libsrtp2 makes no session");
	return session;
}

static void
start_streams(const struct cell *cell)
{
	for (uint32_t s = 0; s < cell->stream_count; s++) {
		struct srtp_keys keys;
		if (srtp_keys_generate(cell->profile, &keys) != 0)
			fail("no randomness for keys");
		streams[s].ssrc = SSRC_FIRST + s;
		streams[s].seq = 0;
		for (int o = 0; o < OPERATION_COUNT; o++) {
			enum srtp_direction direction = o == PROTECT ? SRTP_OUTBOUND : SRTP_INBOUND;
			streams[s].engine[o] =
				engine->context_create(&keys, streams[s].ssrc, direction, 0);
			if (!streams[s].engine[o])
				fail("the engine makes no context");
			streams[s].bare[o] = create_bare(&keys, streams[s].ssrc);
		}
		srtp_keys_wipe(&keys);
	}
}

static void
stop_streams(const struct cell *cell)
{
	for (uint32_t s = 0; s < cell->stream_count; s++) {
		for (int o = 0; o < OPERATION_COUNT; o++) {
			engine->context_destroy(streams[s].engine[o]);
			srtp_dealloc(streams[s].bare[o]);
		}
	}
}

// The next plain packet of the stream, for both sides.
static void
write_packet(const struct cell *cell, struct stream *stream, uint32_t slot)
{
	uint8_t *packet = buffers[PROTECT][ENGINE_SIDE].packets[slot];
	memset(packet, (int)stream->seq & 0xff, cell->bytes);
	packet[0] = 0x80;
	packet[1] = 96;
	packet[2] = (uint8_t)(stream->seq >> 8);
	packet[3] = (uint8_t)stream->seq;
	for (int i = 0; i < 4; i++)
		packet[8 + i] = (uint8_t)(stream->ssrc >> (24 - 8 * i));
	stream->seq++;
	memcpy(buffers[PROTECT][BARE_SIDE].packets[slot], packet, cell->bytes);
	buffers[PROTECT][ENGINE_SIDE].lengths[slot] = (int)cell->bytes;
	buffers[PROTECT][BARE_SIDE].lengths[slot] = (int)cell->bytes;
}

static double
run_engine(enum operation operation, struct stream **burst)
{
	struct buffers *b = &buffers[operation][ENGINE_SIDE];
	struct srtp_job jobs[BURST_PACKETS];
	for (uint32_t i = 0; i < BURST_PACKETS; i++)
		jobs[i] = (struct srtp_job){.context = burst[i]->engine[operation],
			.packet = b->packets[i],
			.bytes = (uint32_t)b->lengths[i],
			.capacity = SLOT_BYTES};
	double start = now_ns();
	switch (operation) {
	case PROTECT:
		engine->protect_rtp(jobs, BURST_PACKETS);
		break;
	case VERIFY:
		engine->verify_rtp(jobs, BURST_PACKETS);
		break;
	default:
		engine->unprotect_rtp(jobs, BURST_PACKETS);
		break;
	}
	double spent = now_ns() - start;
	for (uint32_t i = 0; i < BURST_PACKETS; i++) {
		if (jobs[i].verdict != SRTP_OK)
			fail("the engine refused a packet");
		b->lengths[i] = (int)jobs[i].bytes;
	}
	return spent;
}

static double
run_bare(enum operation operation, struct stream **burst)
{
	struct buffers *b = &buffers[operation][BARE_SIDE];
	srtp_t sessions[BURST_PACKETS];
	srtp_err_status_t status[BURST_PACKETS];
	for (uint32_t i = 0; i < BURST_PACKETS; i++)
		sessions[i] = burst[i]->bare[operation];
	double start = now_ns();
	for (uint32_t i = 0; i < BURST_PACKETS; i++) {
		if (operation == PROTECT)
			status[i] = srtp_protect(sessions[i], b->packets[i], &b->lengths[i]);
		else
			status[i] = srtp_unprotect(sessions[i], b->packets[i], &b->lengths[i]);
	}
	double spent = now_ns() - start;
	for (uint32_t i = 0; i < BURST_PACKETS; i++) {
		if (status[i] != srtp_err_status_ok)
			fail("libsrtp2 refused a packet");
	}
	return spent;
}

// Both sides must have made the same bytes: else they did not do the same work.
static void
compare_sides(enum operation operation)
{
	const struct buffers *a = &buffers[operation][ENGINE_SIDE];
	const struct buffers *b = &buffers[operation][BARE_SIDE];
	for (uint32_t i = 0; i < BURST_PACKETS; i++) {
		if (a->lengths[i] != b->lengths[i] ||
			memcmp(a->packets[i], b->packets[i], (size_t)a->lengths[i]) != 0)
			fail("the engine and libsrtp2 made different packets");
	}
}

// Adds the burst's nanoseconds to `spent`. The side that goes first changes from burst to burst.
static void
run_burst(const struct cell *cell, uint32_t number, double spent[OPERATION_COUNT][SIDE_COUNT])
{
	struct stream *burst[BURST_PACKETS];
	for (uint32_t i = 0; i < BURST_PACKETS; i++) {
		burst[i] = &streams[(number * BURST_PACKETS + i) % cell->stream_count];
		write_packet(cell, burst[i], i);
	}
	for (enum operation o = PROTECT; o < OPERATION_COUNT; o++) {
		for (int turn = 0; turn < SIDE_COUNT; turn++) {
			enum side side = (number + (uint32_t)turn) % SIDE_COUNT;
			if (side == ENGINE_SIDE)
				spent[o][side] += run_engine(o, burst);
			else
				spent[o][side] += run_bare(o, burst);
		}
		if (o != VERIFY) // which leaves the engine's packets sealed
			compare_sides(o);
		if (o == PROTECT) {
			for (int side = 0; side < SIDE_COUNT; side++) {
				buffers[VERIFY][side] = buffers[PROTECT][BARE_SIDE];
				buffers[UNPROTECT][side] = buffers[PROTECT][BARE_SIDE];
			}
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
		for (uint32_t i = 0; i < cell->round_packets; i += BURST_PACKETS)
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
report_cell(const struct cell *cell, struct timings *timings, FILE *results)
{
	uint32_t n = cell->round_count, low = low_rank(n);
	const char *profile = srtp_profile_name(cell->profile);
	for (int o = 0; o < OPERATION_COUNT; o++) {
		double *engine_ns = timings->ns[o][ENGINE_SIDE],
		       *bare_ns = timings->ns[o][BARE_SIDE];
		double ratios[ROUNDS_MAX] = {0};
		for (uint32_t i = 0; i < n; i++)
			ratios[i] = engine_ns[i] / bare_ns[i];
		qsort(ratios, n, sizeof *ratios, compare_doubles);
		qsort(engine_ns, n, sizeof *engine_ns, compare_doubles);
		qsort(bare_ns, n, sizeof *bare_ns, compare_doubles);
		printf("%-8s %-14s %-24s %5u %7u %9.0f %9.0f %9.0f %9.0f %7.3f\n", engine->name,
			operation_names[o], profile, cell->bytes, cell->stream_count,
			engine_ns[n / 2], engine_ns[low], engine_ns[n - 1 - low], bare_ns[n / 2],
			ratios[n / 2]);
		fprintf(results,
			"%s\tengine=%s profile=%s bytes=%u streams=%u burst=%d\t%.1f\t%.1f\t%.1f\t"
			"ns/packet\t%.1f\t%.4f\n",
			operation_names[o], engine->name, profile, cell->bytes, cell->stream_count,
			BURST_PACKETS, engine_ns[n / 2], engine_ns[low], engine_ns[n - 1 - low],
			bare_ns[n / 2], ratios[n / 2]);
	}
	fflush(stdout);
}

static void
read_cpu_model(char *model, size_t size)
{
	snprintf(model, size, "unknown processor");
	FILE *file = fopen("/proc/cpuinfo", "r");
	if (!file)
		return;
	char line[256];
	while (fgets(line, sizeof line, file)) {
		char *colon = strchr(line, ':');
		if (colon && strncmp(line, "model name", 10) == 0) {
			line[strcspn(line, "\n")] = 0;
			snprintf(model, size, "%s", colon + 2);
			break;
		}
	}
	fclose(file);
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
		"# %s, %ld cores, %s %s, gcc %s, %s; value: median of %u rounds, low and high: "
		"numbers %u "
		"and %u of them; reference: median of bare libsrtp2; ratio: median of the rounds' "
		"own\n",
		model, sysconf(_SC_NPROCESSORS_ONLN), system.sysname, system.release, __VERSION__,
		srtp_get_version_string(), round_count, low, round_count + 1 - low);
	fputs("name\tparameters\tvalue\tlow\thigh\tunit\treference\tratio\n", results);
	printf("%s, %ld cores; nanoseconds a packet, median of %u rounds\n", model,
		sysconf(_SC_NPROCESSORS_ONLN), round_count);
	printf("%-8s %-14s %-24s %5s %7s %9s %9s %9s %9s %7s\n", "engine", "operation", "profile",
		"bytes", "streams", "engine", "low", "high", "libsrtp2", "ratio");
}

static void
run_engine_cells(struct cell cell, FILE *results)
{
	static const enum srtp_profile profiles[] = {
		SRTP_AES_CM_128_HMAC_SHA1_80, SRTP_AEAD_AES_128_GCM};
	static const uint32_t sizes[] = {200, 1200};
	static const uint32_t stream_counts[] = {1, STREAMS_MAX};

	for (int i = 0; i < 8; i++) {
		struct timings timings;
		cell.profile = profiles[i / 4];
		cell.bytes = sizes[i / 2 % 2];
		cell.stream_count = stream_counts[i % 2];
		run_cell(&cell, &timings);
		report_cell(&cell, &timings, results);
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
	struct cell cell = {.round_count = is_quick ? QUICK_ROUNDS : ROUNDS_MAX,
		.round_packets = is_quick ? QUICK_ROUND_PACKETS : ROUND_PACKETS};
	write_head(results, cell.round_count);
	engine = srtp_engine_libsrtp2();
	if (!engine)
		fail("libsrtp2 does not start");
	run_engine_cells(cell, results);
	engine = srtp_engine_ipsec_mb();
	if (engine)
		run_engine_cells(cell, results);
	else
		printf("ipsec-mb: this processor has no AVX2\n");
	if (fclose(results) != 0)
		fail("cannot write the results");
	return EXIT_SUCCESS;
}
