/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_write.c - what the minute rows of 24 schools cost, and how fast a ledger is verified.
//
// The county's 28 classrooms have four streams in and out each: 224 rows a minute, in 14 lessons.
// The cost is the processor time of the whole process, posting and writing, also the kernel's for
// the disk, as a share of one core over the minutes that the rows are of. The ledger lies beside
// the results, on a real disk.
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/resource.h>

#include "figures.h"
#include "ledger/ledger.h"
#include "ledger/ledger_verify.h"

#define LESSONS 14
#define ROWS_PER_LESSON 16
#define MINUTES 60 // of a round
#define ROWS (LESSONS * ROWS_PER_LESSON)
#define NS_IN_MINUTE 60e9
#define VERIFY_MINUTES 1000

static char folder[4096];

static void
fail(const char *what)
{
	fprintf(stderr, "bench/ledger_write: %s\n", what);
	exit(EXIT_FAILURE);
}

static double
processor_ns(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return 1e9 * (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       1e3 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void
settle(struct ledger *ledger)
{
	struct ledger_status status;
	do {
		usleep(1000);
		ledger_status_get(ledger, &status);
		if (status.is_failing)
			fail(status.why);
	} while (status.minutes_held > 0);
}

// One minute of every lesson, as the recorder posts it.
static void
post_minute(struct ledger *ledger, int minute)
{
	struct ledger_minute rows[ROWS_PER_LESSON];
	char lesson[64], lead[16], assisted[16];
	for (int i = 0; i < LESSONS; i++) {
		snprintf(lesson, sizeof lesson, "chinese-tue-%d/2026-11-%02d", i,
			1 + minute / 40 % 28);
		snprintf(lead, sizeof lead, "school-%d", 2 * i);
		snprintf(assisted, sizeof assisted, "school-%d", 2 * i + 1);
		for (int j = 0; j < ROWS_PER_LESSON; j++)
			rows[j] = (struct ledger_minute){.lesson = lesson,
				.school = j % 2 ? lead : assisted,
				.endpoint = j % 2 ? lead : assisted,
				.to_school = j < 8 ? "" : assisted,
				.kind = (enum stream_kind)(j / 2 % 4),
				.is_outbound = j >= 8,
				.minute = {INT64_C(1795147200000) + minute * INT64_C(60000)},
				.packets = 15000,
				.bytes = 15000000,
				.expected = 15003,
				.lost = 3,
				.jitter_us = 1800,
				.longest_gap_us = 42000,
				.rtt_us = 21000,
				.media_s = 60};
		if (ledger_post_minutes(ledger, rows, ROWS_PER_LESSON))
			fail("out of memory");
	}
}

static void
report(const char *name, const char *parameters, const char *unit, double *values, uint32_t count,
	double target, FILE *results)
{
	uint32_t low = low_rank(count);
	qsort(values, count, sizeof *values, compare_doubles);
	double median = values[count / 2];
	printf("%-14s %-44s %9.3f %9.3f %9.3f %9.2f  %s\n", name, parameters, median, values[low],
		values[count - 1 - low], target, unit);
	fprintf(results, "%s\t%s\t%.4f\t%.4f\t%.4f\t%s\t", name, parameters, median, values[low],
		values[count - 1 - low], unit);
	if (target > 0)
		fprintf(results, "%.1f\t%.4f\n", target, median / target);
	else
		fputs("\t\n", results);
}

static void
measure_writing(struct ledger *ledger, uint32_t round_count, FILE *results)
{
	double percents[ROUNDS_MAX] = {0};
	int minute = 0;
	for (uint32_t round = 0; round <= round_count; round++) {
		double start = processor_ns();
		for (int i = 0; i < MINUTES; i++) {
			post_minute(ledger, minute++);
			settle(ledger);
		}
		if (round > 0)
			percents[round - 1] =
				100 * (processor_ns() - start) / (MINUTES * NS_IN_MINUTE);
	}
	report("ledger_minutes", "schools=24 rows=224/min, a commit a minute", "% of a core",
		percents, round_count, 1, results);
}

static void
measure_verifying(struct ledger *ledger, uint32_t round_count, FILE *results)
{
	double rates[ROUNDS_MAX] = {0};
	char path[sizeof folder + 16], why[LEDGER_WHY_BYTES];
	struct ledger_verified verified;
	for (int i = 0; i < VERIFY_MINUTES; i++) {
		post_minute(ledger, i);
		if (i % 50 == 49)
			settle(ledger);
	}
	settle(ledger);
	snprintf(path, sizeof path, "%s/" LEDGER_FILE, folder);
	for (uint32_t round = 0; round <= round_count; round++) {
		double start = now_ns();
		if (ledger_verify_file(path, NULL, &verified, why, sizeof why) ||
			!ledger_verified_is_whole(&verified))
			fail("the ledger is not whole");
		double rows = (double)verified.chains[LEDGER_CHAIN_MINUTES].rows;
		if (round > 0)
			rates[round - 1] = rows / (now_ns() - start) * 1e3;
	}
	report("ledger_verify", "minute rows", "M rows/s", rates, round_count, 0, results);
}

static void
folder_remove(void)
{
	static const char *const names[] = {
		LEDGER_FILE, LEDGER_FILE "-wal", LEDGER_FILE "-shm", LEDGER_HEAD_FILE};
	char path[sizeof folder + 32];
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

int
main(int argc, char **argv)
{
	bool is_quick = argc == 3 && strcmp(argv[1], "--quick") == 0;
	uint32_t round_count = is_quick ? QUICK_ROUNDS : ROUNDS_MAX;
	if (argc != 2 && !is_quick)
		fail("usage: ledger_write [--quick] RESULTS.tsv");
	FILE *results = fopen(argv[argc - 1], "a"); // beside what the others wrote
	int length = snprintf(folder, sizeof folder, "%s.ledger.XXXXXX", argv[argc - 1]);
	if (!results || length < 0 || (size_t)length >= sizeof folder || !mkdtemp(folder))
		fail("cannot write the results");
	struct ledger *ledger = ledger_create(&(struct ledger_options){.state_directory = folder});
	if (!ledger)
		fail("out of memory");
	fprintf(results, "# ledger_write: value: median of %u rounds; reference: the target\n",
		round_count);
	printf("\nmedian of %u rounds\n%-14s %-44s %9s %9s %9s %9s\n", round_count, "ledger", "of",
		"median", "low", "high", "target");
	measure_writing(ledger, round_count, results);
	measure_verifying(ledger, round_count, results);
	ledger_destroy(ledger);
	folder_remove();
	if (fclose(results) != 0)
		fail("cannot write the results");
	return EXIT_SUCCESS;
}
