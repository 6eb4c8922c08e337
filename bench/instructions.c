/* SPDX-License-Identifier: BSD-3-Clause */
// instructions.c - the packet path's work for callgrind, which counts its instructions.
//
// Run by bench/instructions.py, with its counting off at start. The same keys, packets and times
// each time, so that the same code takes the same instructions, on any machine.
#include <sched.h>

#include <valgrind/callgrind.h>

#include "worker_rig.h"

#define BATCHES 8
#define POLL_NS (20 * NS_IN_US)

static const struct named_cell {
	const char *name;
	struct cell cell;
} cells[] = {
	{"200 bytes", {48, 200, 1, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD}},
	{"1200 bytes", {48, 1200, 1, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD}},
	{"1200 bytes, half forged", {48, 1200, 1, SRTP_AEAD_AES_128_GCM, false, MIX_FORGED}},
	{"1200 bytes, 16 receivers", {96, 1200, 16, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD}},
};

static void
run_batches(const struct cell *cell, uint32_t *next, struct mono_time *now, bool is_counted)
{
	for (unsigned batch = 0; batch < BATCHES; batch++) {
		inject_batch(cell, next);
		for (unsigned done = 0; done < BATCH_PACKETS; done += BURST_PACKETS_MAX) {
			if (is_counted)
				CALLGRIND_TOGGLE_COLLECT;
			worker_poll(worker, *now);
			if (is_counted)
				CALLGRIND_TOGGLE_COLLECT;
			*now = mono_after_ns(*now, POLL_NS);
			empty_output();
		}
	}
}

static void
count_cell(const struct named_cell *named)
{
	struct mono_time now = clock_mono();
	uint32_t next = 0;
	start_cell(&named->cell);
	run_batches(&named->cell, &next, &now, false);
	CALLGRIND_START_INSTRUMENTATION;
	run_batches(&named->cell, &next, &now, true);
	CALLGRIND_STOP_INSTRUMENTATION;
	CALLGRIND_DUMP_STATS_AT(named->name);
	stop_cell(&named->cell);
	printf("%s\t%d\n", named->name, BATCHES * BATCH_PACKETS);
}

// EAL pins its thread, though what is counted takes as long as it takes, also beside a neighbour.
static void
leave_core(void)
{
	cpu_set_t all;
	memset(&all, 0xff, sizeof all);
	if (sched_setaffinity(0, sizeof all, &all) != 0)
		fail("the thread cannot leave its core");
}

int
main(void)
{
	start_device();
	leave_core();
	engine = sealer = srtp_engine_ipsec_mb();
	if (!engine)
		fail("needs libipsec-mb on a processor with AVX2");
	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
		count_cell(&cells[i]);
	return EXIT_SUCCESS;
}
