/* SPDX-License-Identifier: BSD-3-Clause */
// handover.c - what it costs to hand a packet from the worker that received it to its owner on
// another core.
//
// A batch of real SRTP comes by the owner's queue and is timed there; the next comes by the other
// worker's queue: what that one spends on it is timed, and what the owner then spends. The
// hand-over costs what both spend beyond the first. Each worker runs on its own core, one at a
// time.
#include <rte_cycles.h>
#include <rte_launch.h>

#include "figures.h"
#include "worker_rig.h"

#define RECEIVER 0
#define OWNER 1
#define OWNER_LCORE 1
#define ROUND_BATCHES 100
#define QUICK_ROUND_BATCHES 20

struct cycles {
	double direct[ROUNDS_MAX];
	double given[ROUNDS_MAX];
	double taken[ROUNDS_MAX];
	double handover[ROUNDS_MAX];
};

static const struct cell cells[] = {
	{48, 200, 1, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD},
	{48, 1200, 1, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD},
};

// Cycles that the worker spends until it has nothing more to do; its output is thrown away untimed.
static double
drain(struct worker *one)
{
	uint64_t spent = 0;
	unsigned count;
	do {
		struct mono_time now = clock_mono();
		uint64_t start = rte_rdtsc();
		count = worker_poll(one, now);
		if (count > 0)
			spent += rte_rdtsc() - start;
		empty_output();
	} while (count > 0);
	return (double)spent / BATCH_PACKETS;
}

static int
drain_owner(void *result)
{
	*(double *)result = drain(workers[OWNER]);
	return 0;
}

static double
drain_on_its_core(void)
{
	double spent = 0;
	if (rte_eal_remote_launch(drain_owner, &spent, OWNER_LCORE) != 0)
		fail("the owner's lcore is busy");
	rte_eal_wait_lcore(OWNER_LCORE);
	return spent;
}

static void
run_round(const struct cell *cell, uint32_t *next, uint32_t batches, uint32_t round,
	struct cycles *cycles)
{
	double direct = 0, given = 0, taken = 0;
	for (uint32_t i = 0; i < batches; i++) {
		to_worker = to_queues[OWNER];
		inject_batch(cell, next);
		direct += drain_on_its_core();
		to_worker = to_queues[RECEIVER];
		inject_batch(cell, next);
		given += drain(workers[RECEIVER]);
		taken += drain_on_its_core();
	}
	cycles->direct[round] = direct / batches;
	cycles->given[round] = given / batches;
	cycles->taken[round] = taken / batches;
	cycles->handover[round] = (given + taken - direct) / batches;
}

// Sorts the values.
static void
result(FILE *results, const char *name, const struct cell *cell, double *values, uint32_t rounds,
	double direct)
{
	uint32_t low = low_rank(rounds);
	qsort(values, rounds, sizeof *values, compare_doubles);
	double middle = values[rounds / 2];
	fprintf(results,
		"%s\tprofile=%s flows=%u bytes=%u\t%.1f\t%.1f\t%.1f\tcycles/packet\t%.1f\t%.4f\n",
		name, srtp_profile_name(cell->profile), cell->flows, cell->bytes, middle,
		values[low], values[rounds - 1 - low], direct, middle / direct);
}

static void
run_and_report(const struct cell *cell, bool is_quick, FILE *results)
{
	struct cycles cycles;
	uint32_t rounds = is_quick ? QUICK_ROUNDS : ROUNDS_MAX, next = 0;
	uint32_t batches = is_quick ? QUICK_ROUND_BATCHES : ROUND_BATCHES;

	start_cell(cell);
	run_round(cell, &next, batches, 0, &cycles); // warms up; the next one overwrites it
	for (uint32_t round = 0; round < rounds; round++)
		run_round(cell, &next, batches, round, &cycles);
	struct worker_stats stats;
	worker_publish(workers[OWNER], clock_mono());
	stats_read_worker(board, OWNER, &stats);
	if (stats.handed_in == 0 || stats.forwarded != stats.frames_in + stats.handed_in)
		fail("packets were lost");
	stop_cell(cell);

	double direct = median_of(cycles.direct, rounds);
	result(results, "handover", cell, cycles.handover, rounds, direct);
	result(results, "handover_given", cell, cycles.given, rounds, direct);
	result(results, "handover_taken", cell, cycles.taken, rounds, direct);
	printf("%5u %10.0f %10.0f %10.0f %10.0f\n", cell->bytes, direct,
		median_of(cycles.given, rounds), median_of(cycles.taken, rounds),
		median_of(cycles.handover, rounds));
}

int
main(int argc, char **argv)
{
	bool is_quick = argc == 3 && strcmp(argv[1], "--quick") == 0;
	if (argc != 2 && !is_quick)
		fail("usage: handover [--quick] RESULTS.tsv");
	FILE *results = fopen(argv[argc - 1], "a");
	if (!results)
		fail("cannot write the results");
	worker_count = WORKERS;
	owner = OWNER;
	first_ssrc = ssrc_of_worker(OWNER, 0);
	eal_lcores = "0,1";
	start_device();
	engine = sealer = srtp_engine_ipsec_mb();
	if (!engine)
		fail("needs libipsec-mb on a processor with AVX2");
	fputs("# handover: cycles of the time stamp counter; reference: the packet that comes to "
	      "its owner directly\n",
		results);
	printf("\ncycles a packet, GCM, 48 flows, two workers on two cores\n%5s %10s %10s %10s "
	       "%10s\n",
		"bytes", "direct", "given", "taken", "hand-over");
	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
		run_and_report(&cells[i], is_quick, results);
	return fclose(results) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
