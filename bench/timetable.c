/* SPDX-License-Identifier: BSD-3-Clause */
// timetable.c - what a year's lessons of the example county cost, and a plan check of 2000 schools.
//
// Run in the project's folder: the county is conf/county/. The large one is made here: 1000 pairs
// with four lessons a week, two terms, bells five minutes apart; in every tenth pair one lesson
// shares half its minutes, and every fiftieth needs a room twice, so that findings are paid for
// too.
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "figures.h"
#include "timetable/plan_check.h"

#define COUNTY "conf/county/"
#define COUNTY_FIRST "2026-08-31"
#define COUNTY_DAYS 365
#define SCHOOL_COUNT 2000
#define NS_IN_MILLISECOND 1e6

struct figure {
	const char *name;
	const char *parameters;
	double target_ms; // 0 = none
};

static void
fail(const char *what)
{
	fprintf(stderr, "bench/timetable: %s\n", what);
	exit(EXIT_FAILURE);
}

static void
file_read(const char *name, struct timetable_bytes *out)
{
	char path[128];
	char *bytes = malloc(CSV_TABLE_FILE_BYTES_MAX);
	snprintf(path, sizeof path, COUNTY "%s", name);
	FILE *file = fopen(path, "r");
	if (!file || !bytes)
		fail("cannot read " COUNTY ": run it in the project's folder");
	out->file = name;
	out->bytes = bytes;
	out->count = fread(bytes, 1, CSV_TABLE_FILE_BYTES_MAX, file);
	fclose(file);
}

static struct timetable *
create(const struct timetable_bytes files[TIMETABLE_FILE_COUNT])
{
	const struct timetable_policies policies = {
		.county = "bench", .zone = "Asia/Shanghai", .open_before_s = 180, .grace_s = 120};
	struct file_error error = {"", 0, ""};
	struct timetable *timetable;
	if (timetable_create(&policies, files, &timetable, &error)) {
		fprintf(stderr, "%s:%u: %s\n", error.file, error.line, error.reason);
		fail("a timetable that cannot be read");
	}
	return timetable;
}

static void
files_free(struct timetable_bytes files[TIMETABLE_FILE_COUNT])
{
	for (int i = 0; i < TIMETABLE_FILE_COUNT; i++)
		free((void *)files[i].bytes);
}

static void
county_read(struct timetable_bytes files[TIMETABLE_FILE_COUNT])
{
	static const char *const names[TIMETABLE_FILE_COUNT] = {"schools.csv", "endpoints.csv",
		"bells.csv", "pairs.csv", "rules.csv", "calendar.csv", "slots.csv"};
	for (int i = 0; i < TIMETABLE_FILE_COUNT; i++)
		file_read(names[i], &files[i]);
}

// Schools with even numbers lead, those with odd ones ring five minutes later in the morning and
// twenty earlier in the afternoon.
static void
write_schools(FILE *schools, FILE *endpoints, FILE *bells)
{
	static const int starts[] = {510, 560, 635, 800, 850, 905}; // minutes of the day
	fputs("school,name\n", schools);
	fputs("endpoint,school,streams\n", endpoints);
	fputs("school,effective_from,period,start,end\n", bells);
	for (int i = 0; i < SCHOOL_COUNT; i++) {
		fprintf(schools, "s%d,school %d\n", i, i);
		fprintf(endpoints, "e%d,s%d,audio=opus;teacher=h264\n", i, i);
		for (int period = 1; period <= 6; period++) {
			int start = starts[period - 1];
			if (i % 2 == 1)
				start += period <= 3 ? 5 : -20;
			fprintf(bells, "s%d,2026-05-01,%d,%02d:%02d,%02d:%02d\n", i, period,
				start / 60, start % 60, (start + 40) / 60, (start + 40) % 60);
		}
	}
}

static void
write_plan(FILE *pairs, FILE *rules, FILE *calendar)
{
	fputs("pair,lead,assisted\n", pairs);
	fputs("rule,pair,weekday,period,weeks,subject\n", rules);
	for (int i = 0; i < SCHOOL_COUNT / 2; i++) {
		fprintf(pairs, "p%d,s%d,s%d\n", i, 2 * i, 2 * i + 1);
		for (int lesson = 0; lesson < 4; lesson++) {
			int period = i % 10 == 0 && lesson == 0 ? 4 : 1 + (i + lesson) % 3;
			fprintf(rules, "r%d-%d,p%d,%d,%d,all,maths\n", i, lesson, i,
				1 + (i + lesson) % 5, period);
			if (i % 50 == 0 && lesson == 1)
				fprintf(rules, "r%d-odd,p%d,%d,%d,odd,music\n", i, i,
					1 + (i + lesson) % 5, period);
		}
	}
	fputs("date,kind,runs_as,note\n2026-08-31,week1,,\n2026-10-01,off,,\n2026-10-02,off,,\n"
	      "2026-10-10,work,2026-10-02,\n2027-01-29,end,,\n2027-02-22,week1,,\n"
	      "2027-06-30,end,,\n",
		calendar);
}

static void
large_write(struct timetable_bytes files[TIMETABLE_FILE_COUNT])
{
	FILE *texts[TIMETABLE_CALENDAR + 1];
	char *bytes[TIMETABLE_CALENDAR + 1];
	memset(files, 0, TIMETABLE_FILE_COUNT * sizeof *files);
	for (int i = 0; i <= TIMETABLE_CALENDAR; i++) {
		texts[i] = open_memstream(&bytes[i], &files[i].count);
		if (!texts[i])
			fail("out of memory");
	}
	write_schools(texts[TIMETABLE_SCHOOLS], texts[TIMETABLE_ENDPOINTS], texts[TIMETABLE_BELLS]);
	write_plan(texts[TIMETABLE_PAIRS], texts[TIMETABLE_RULES], texts[TIMETABLE_CALENDAR]);
	for (int i = 0; i <= TIMETABLE_CALENDAR; i++) {
		if (fclose(texts[i]) != 0)
			fail("out of memory");
		files[i].file = "large";
		files[i].bytes = bytes[i];
	}
}

static struct civil_date
date_of(const char *text)
{
	struct civil_date date;
	if (civil_date_parse(text, &date))
		fail("a date that is none");
	return date;
}

// Each returns how much it made, so that a round without work shows.
static size_t
run_expand(const struct timetable *timetable)
{
	struct civil_date first = date_of(COUNTY_FIRST);
	struct lesson_list list;
	if (timetable_expand(timetable, NULL, first, civil_date_add(first, COUNTY_DAYS - 1), &list))
		fail("out of memory");
	size_t count = list.count;
	lesson_list_fini(&list);
	return count;
}

static size_t
run_check(const struct timetable *timetable)
{
	const struct plan_question question = {.timetable = timetable,
		.today = date_of(COUNTY_FIRST),
		.legs_max = 16384,
		.lessons_max = 1024};
	struct plan_check check;
	if (plan_check(&question, &check))
		fail("out of memory");
	size_t count = check.lesson_count;
	if (check.finding_count == 0)
		fail("a check that finds nothing");
	plan_check_fini(&check);
	return count;
}

static size_t
run_read(const struct timetable *timetable)
{
	struct timetable_bytes files[TIMETABLE_FILE_COUNT];
	(void)timetable;
	large_write(files);
	struct timetable *made = create(files);
	size_t count = made->rule_count;
	timetable_release(made);
	files_free(files);
	return count;
}

static void
report(const struct figure *figure, double *ms, uint32_t count, FILE *results)
{
	uint32_t low = low_rank(count);
	qsort(ms, count, sizeof *ms, compare_doubles);
	double median = ms[count / 2];
	printf("%-14s %-44s %9.1f %9.1f %9.1f", figure->name, figure->parameters, median, ms[low],
		ms[count - 1 - low]);
	fprintf(results, "%s\t%s\t%.2f\t%.2f\t%.2f\tms", figure->name, figure->parameters, median,
		ms[low], ms[count - 1 - low]);
	if (figure->target_ms > 0) {
		printf(" %9.0f %7.3f\n", figure->target_ms, median / figure->target_ms);
		fprintf(results, "\t%.1f\t%.4f\n", figure->target_ms, median / figure->target_ms);
	} else {
		printf(" %9s %7s\n", "-", "-");
		fputs("\t\t\n", results);
	}
	fflush(stdout);
}

static void
measure(const struct figure *figure, size_t (*run)(const struct timetable *),
	const struct timetable *timetable, uint32_t round_count, FILE *results)
{
	double ms[ROUNDS_MAX];
	// The first round, in which caches and allocators warm up, is not kept.
	for (uint32_t round = 0; round <= round_count; round++) {
		double start = now_ns();
		size_t made = run(timetable);
		if (round > 0)
			ms[round - 1] = (now_ns() - start) / NS_IN_MILLISECOND;
		if (made == 0)
			fail("a round that made nothing");
	}
	report(figure, ms, round_count, results);
}

int
main(int argc, char **argv)
{
	static const struct figure figures[] = {
		{"expand_year", "schools=24+4 conf/county", 100},
		{"check_county", "schools=24+4 conf/county", 0},
		{"read_large", "schools=2000 pairs=1000 rules=4020", 0},
		{"check_large", "schools=2000 pairs=1000 rules=4020", 2000},
	};
	bool is_quick = argc == 3 && strcmp(argv[1], "--quick") == 0;
	uint32_t round_count = is_quick ? QUICK_ROUNDS : ROUNDS_MAX;
	struct timetable_bytes files[TIMETABLE_FILE_COUNT];
	if (argc != 2 && !is_quick)
		fail("usage: timetable [--quick] RESULTS.tsv");
	FILE *results = fopen(argv[argc - 1], "a"); // beside what bench/engine wrote
	if (!results)
		fail("cannot write the results");
	if (civil_zone_set("Asia/Shanghai"))
		fail("out of memory");
	fprintf(results, "# timetable: value: median of %u rounds; reference: the target\n",
		round_count);
	printf("\nmilliseconds, median of %u rounds\n%-14s %-44s %9s %9s %9s %9s %7s\n",
		round_count, "timetable", "of", "median", "low", "high", "target", "ratio");

	county_read(files);
	struct timetable *timetable = create(files);
	files_free(files);
	measure(&figures[0], run_expand, timetable, round_count, results);
	measure(&figures[1], run_check, timetable, round_count, results);
	timetable_release(timetable);

	measure(&figures[2], run_read, NULL, round_count, results);
	large_write(files);
	timetable = create(files);
	files_free(files);
	measure(&figures[3], run_check, timetable, round_count, results);
	timetable_release(timetable);
	if (fclose(results) != 0)
		fail("cannot write the results");
	return EXIT_SUCCESS;
}
