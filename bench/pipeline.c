/* SPDX-License-Identifier: BSD-3-Clause */
// pipeline.c - what each stage of the packet path costs: real SRTP through the real worker, between
// memory rings.
//
// A batch of packets is sealed and put into the receive ring, untimed; then the worker takes it,
// burst by burst. In one batch it runs as a whole: that is the figure for a packet. In the next the
// cycles of the time stamp counter are summed for each stage, less what reading the counter takes
// itself. Then libipsec-mb's own calls verify as many packets, as the reference.
#include <rte_cycles.h>

#include "figures.h"
#include "worker_rig.h"

#define STAGES_MAX 16
#define ROUND_BATCHES 160
#define QUICK_ROUND_BATCHES 40
#define CHANGES_S 1000
#define MARK_TRIES 10000
#define MARKS_IN_A_ROW 64

static struct bare_burst bare_burst;
static uint8_t bare_packets[BARE_BURST_PACKETS][SRTP_PACKET_BYTES_MAX];
static int64_t mark_cycles; // of one mark; taken off each stage's

struct cycles {
	double whole[ROUNDS_MAX];
	double bare[ROUNDS_MAX];
	double stages[STAGES_MAX][ROUNDS_MAX]; // of part_name()
};

// What a mark takes where nothing lies between two: of many in a row, in the quickest try.
static int64_t
measure_mark(void)
{
	uint64_t least = UINT64_MAX;
	for (unsigned i = 0; i < MARK_TRIES; i++) {
		uint64_t start = rte_rdtsc();
		for (unsigned k = 1; k < MARKS_IN_A_ROW; k++)
			rte_rdtsc();
		uint64_t spent = rte_rdtsc() - start;
		if (spent < least)
			least = spent;
	}
	return (int64_t)(least / MARKS_IN_A_ROW);
}

// One turn of the worker as worker_poll() makes it, with a mark behind each part. Returns how many
// parts there are.
static unsigned
poll_marked(int64_t spent[STAGES_MAX])
{
	struct burst *burst = &worker->burst;
	unsigned part = 0;
	burst->now = clock_mono();
	uint64_t at = rte_rdtsc(), then;
#define MARK(call)                                                                                 \
	do {                                                                                       \
		call;                                                                              \
		then = rte_rdtsc();                                                                \
		spent[part++] += (int64_t)(then - at) - mark_cycles;                               \
		at = then;                                                                         \
	} while (0)
	MARK(receive(worker, burst));
	for (const struct stage *stage = pipeline; stage->name; stage++)
		MARK(stage->run(worker, burst));
	MARK(upkeep(worker, burst->now));
	MARK(transmit(worker));
	MARK(publish(worker, burst->now));
#undef MARK
	return part;
}

static unsigned
stage_count(void)
{
	unsigned count = 0;
	while (pipeline[count].name)
		count++;
	return count;
}

static unsigned
part_count(void)
{
	return stage_count() + 4;
}

static const char *
part_name(unsigned part)
{
	static const char *const behind[] = {"upkeep", "transmit", "publish"};
	if (part == 0)
		return "receive";
	return part <= stage_count() ? pipeline[part - 1].name : behind[part - 1 - stage_count()];
}

// libipsec-mb's own verification of as many packets, of the flows in turn.
static double
bare_cycles(const struct cell *cell, uint32_t first)
{
	uint64_t spent = 0;
	for (unsigned done = 0; done < BATCH_PACKETS; done += BARE_BURST_PACKETS) {
		for (unsigned i = 0; i < BARE_BURST_PACKETS; i++)
			bare_prepare(&bare_burst, i,
				&bare_streams[(first + done + i) % cell->flows], bare_packets[i],
				cell->bytes);
		uint64_t start = rte_rdtsc();
		if (!bare_run(&bare_burst, BARE_VERIFY))
			fail("libipsec-mb refuses a burst");
		spent += rte_rdtsc() - start;
	}
	return (double)spent / BATCH_PACKETS;
}

// The changes of flows that are due for so many cycles of work.
static uint64_t
make_changes(const struct cell *cell, uint64_t spent)
{
	static uint64_t owed;
	static uint32_t next;
	uint64_t start = rte_rdtsc();
	if (cell->mix != MIX_CHANGES)
		return 0;
	owed += spent;
	for (; owed > rte_get_tsc_hz() / CHANGES_S; owed -= rte_get_tsc_hz() / CHANGES_S)
		change_flow(cell, next++ % cell->flows);
	return rte_rdtsc() - start;
}

// Cycles a packet of a batch, whole.
static double
run_whole(const struct cell *cell, uint32_t *next)
{
	inject_batch(cell, next);
	uint64_t spent = 0;
	unsigned copies = 0;
	for (unsigned done = 0; done < BATCH_PACKETS; done += BURST_PACKETS_MAX) {
		struct mono_time now = clock_mono();
		uint64_t start = rte_rdtsc();
		worker_poll(worker, now);
		spent += rte_rdtsc() - start;
		copies += empty_output(); // as a device gives its buffers back
	}
	spent += make_changes(cell, spent);
	if (cell->mix == MIX_GOOD && copies < BATCH_PACKETS * cell->receivers)
		fail("packets were lost");
	return (double)spent / BATCH_PACKETS;
}

static void
run_marked(const struct cell *cell, uint32_t *next, int64_t spent[STAGES_MAX])
{
	inject_batch(cell, next);
	for (unsigned done = 0; done < BATCH_PACKETS; done += BURST_PACKETS_MAX) {
		poll_marked(spent);
		empty_output();
	}
}

static void
run_cell(const struct cell *cell, uint32_t rounds, uint32_t batches, struct cycles *cycles)
{
	uint32_t next = 0;
	// Every flow is met before the first round that counts.
	for (uint32_t done = 0; done < cell->flows + batches * BATCH_PACKETS; done += BATCH_PACKETS)
		run_whole(cell, &next);
	for (uint32_t round = 0; round < rounds; round++) {
		int64_t spent[STAGES_MAX] = {0};
		double whole = 0, bare = 0;
		for (uint32_t i = 0; i < batches; i++) {
			whole += run_whole(cell, &next);
			run_marked(cell, &next, spent);
			bare += bare_cycles(cell, next);
		}
		cycles->whole[round] = whole / batches;
		cycles->bare[round] = bare / batches;
		for (unsigned p = 0; p < part_count(); p++)
			cycles->stages[p][round] = (double)spent[p] / batches / BATCH_PACKETS;
	}
}

static void
result(FILE *results, const char *name, const char *parameters, const double *values,
	uint32_t count, const double *reference)
{
	double sorted[ROUNDS_MAX], ratios[ROUNDS_MAX];
	uint32_t low = low_rank(count);
	memcpy(sorted, values, count * sizeof *values);
	qsort(sorted, count, sizeof *sorted, compare_doubles);
	fprintf(results, "%s\t%s\t%.1f\t%.1f\t%.1f\tcycles/packet", name, parameters,
		sorted[count / 2], sorted[low], sorted[count - 1 - low]);
	for (uint32_t i = 0; reference && i < count; i++)
		ratios[i] = values[i] / reference[i];
	if (reference)
		fprintf(results, "\t%.1f\t%.4f\n", median_of(reference, count),
			median_of(ratios, count));
	else
		fputs("\t\t\n", results);
}

// What is neither I/O nor crypto nor, under 1:N, the making of copies is the pipeline's own.
static bool
is_own(const char *part)
{
	return strcmp(part, "receive") != 0 && strcmp(part, "transmit") != 0 &&
	       strcmp(part, "authenticate") != 0;
}

static void
report(const struct cell *cell, const struct cycles *cycles, uint32_t rounds, FILE *results)
{
	char parameters[160];
	double own[ROUNDS_MAX] = {0};
	snprintf(parameters, sizeof parameters,
		"engine=%s profile=%s flows=%u bytes=%u receivers=%u mix=%s", engine->name,
		srtp_profile_name(cell->profile), cell->flows, cell->bytes, cell->receivers,
		mix_names[cell->mix]);
	for (unsigned p = 0; p < part_count(); p++) {
		char name[64];
		snprintf(name, sizeof name, "stage_%s", part_name(p));
		result(results, name, parameters, cycles->stages[p], rounds, NULL);
		for (uint32_t i = 0; is_own(part_name(p)) && i < rounds; i++)
			own[i] += cycles->stages[p][i];
	}
	result(results, "pipeline_own", parameters, own, rounds, NULL);
	result(results, "pipeline_packet", parameters, cycles->whole, rounds, cycles->bare);

	double packet = median_of(cycles->whole, rounds);
	printf("%-8s %-24s %-14s %6u %5u %3u %7.0f %6.2f %6.0f %6.0f |", engine->name,
		srtp_profile_name(cell->profile), mix_names[cell->mix], cell->flows, cell->bytes,
		cell->receivers, packet, (double)rte_get_tsc_hz() / packet / 1e6,
		median_of(cycles->bare, rounds), median_of(own, rounds));
	for (unsigned p = 0; p < part_count(); p++)
		printf(" %.*s %.0f", 4, part_name(p), median_of(cycles->stages[p], rounds));
	putchar('\n');
	fflush(stdout);
}

static void
run_and_report(const struct cell *cell, bool is_quick, FILE *results)
{
	struct cycles cycles;
	uint32_t rounds = is_quick ? QUICK_ROUNDS : ROUNDS_MAX;
	engine = cell->is_libsrtp2 ? srtp_engine_libsrtp2() : srtp_engine_ipsec_mb();
	start_cell(cell);
	run_cell(cell, rounds, is_quick ? QUICK_ROUND_BATCHES : ROUND_BATCHES, &cycles);
	stop_cell(cell);
	report(cell, &cycles, rounds, results);
}

// The whole grid at 1:1; of the rest samples.
static const struct cell cells[] = {
	{48, 200, 1, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD},
	{48, 1200, 1, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD},
	{48, 1200, 1, SRTP_AES_CM_128_HMAC_SHA1_80, false, MIX_GOOD},
	{100000, 1200, 1, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD},
	{96, 1200, 16, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD},
	{48, 1200, 1, SRTP_AEAD_AES_128_GCM, false, MIX_FORGED},
	// Those above are what --quick runs.
	{48, 200, 1, SRTP_AES_CM_128_HMAC_SHA1_80, false, MIX_GOOD},
	{1000, 200, 1, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD},
	{1000, 1200, 1, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD},
	{1000, 200, 1, SRTP_AES_CM_128_HMAC_SHA1_80, false, MIX_GOOD},
	{1000, 1200, 1, SRTP_AES_CM_128_HMAC_SHA1_80, false, MIX_GOOD},
	{10000, 200, 1, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD},
	{10000, 1200, 1, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD},
	{10000, 200, 1, SRTP_AES_CM_128_HMAC_SHA1_80, false, MIX_GOOD},
	{10000, 1200, 1, SRTP_AES_CM_128_HMAC_SHA1_80, false, MIX_GOOD},
	{100000, 200, 1, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD},
	{100000, 200, 1, SRTP_AES_CM_128_HMAC_SHA1_80, false, MIX_GOOD},
	{100000, 1200, 1, SRTP_AES_CM_128_HMAC_SHA1_80, false, MIX_GOOD},
	{96, 200, 4, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD},
	{96, 1200, 4, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD},
	{96, 200, 16, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD},
	{96, 1200, 16, SRTP_AES_CM_128_HMAC_SHA1_80, false, MIX_GOOD},
	{10000, 1200, 4, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD},
	{10000, 1200, 16, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD},
	{48, 200, 1, SRTP_AEAD_AES_128_GCM, true, MIX_GOOD},
	{48, 1200, 1, SRTP_AEAD_AES_128_GCM, true, MIX_GOOD},
	{48, 1200, 1, SRTP_AES_CM_128_HMAC_SHA1_80, true, MIX_GOOD},
	{1000, 1200, 1, SRTP_AES_CM_128_HMAC_SHA1_80, true, MIX_GOOD},
	{48, 1200, 1, SRTP_AES_CM_128_HMAC_SHA1_80, false, MIX_FORGED},
	{48, 1200, 1, SRTP_AEAD_AES_128_GCM, false, MIX_REPLAYED},
	{1000, 1200, 1, SRTP_AEAD_AES_128_GCM, false, MIX_CHANGES},
};
#define QUICK_CELLS 6

int
main(int argc, char **argv)
{
	bool is_quick = argc == 3 && strcmp(argv[1], "--quick") == 0;
	if (argc != 2 && !is_quick)
		fail("usage: pipeline [--quick] RESULTS.tsv");
	FILE *results = fopen(argv[argc - 1], "a"); // beside what bench/engine wrote
	if (!results)
		fail("cannot write the results");
	start_device();
	sealer = srtp_engine_ipsec_mb();
	if (!sealer)
		fail("needs libipsec-mb on a processor with AVX2");
	mark_cycles = measure_mark();
	fprintf(results,
		"# pipeline: cycles of the time stamp counter, %.3f GHz, %llu taken off for each "
		"stage and burst; reference: bare libipsec-mb verification of the same packets\n",
		(double)rte_get_tsc_hz() / 1e9, (unsigned long long)mark_cycles);
	printf("\ncycles a packet (time stamp counter, %.2f GHz); own: without receive, transmit "
	       "and "
	       "authenticate\n%-8s %-24s %-14s %6s %5s %3s %7s %6s %6s %6s | stages\n",
		(double)rte_get_tsc_hz() / 1e9, "engine", "profile", "packets", "flows", "bytes",
		"1:N", "cycles", "Mpps", "bare", "own");
	size_t count = is_quick ? QUICK_CELLS : sizeof cells / sizeof cells[0];
	for (size_t i = 0; i < count; i++)
		run_and_report(&cells[i], is_quick, results);
	if (fclose(results) != 0)
		fail("cannot write the results");
	return EXIT_SUCCESS;
}
