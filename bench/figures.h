/* SPDX-License-Identifier: BSD-3-Clause */
// figures.h - what every benchmark does with its rounds: the clock, medians and their intervals,
// the machine's name.
#ifndef BENCH_FIGURES_H
#define BENCH_FIGURES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS_MAX 9
#define QUICK_ROUNDS 5

static inline double
now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static inline double
median_of(const double *values, uint32_t count)
{
	double sorted[ROUNDS_MAX];
	memcpy(sorted, values, count * sizeof *values);
	qsort(sorted, count, sizeof *sorted, compare_doubles);
	return sorted[count / 2];
}

// Ranks of the interval's ends: of 9 rounds the 2nd and 8th, which hold the median with 96 %; of 5
// the 1st and 5th, with 94 %.
static inline uint32_t
low_rank(uint32_t round_count)
{
	return round_count == ROUNDS_MAX ? 1 : 0;
}

static inline void
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

#endif
