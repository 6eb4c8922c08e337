// SPDX-License-Identifier: BSD-3-Clause
// ledger.c - what reports cost on a year's ledger of 2000 schools.
//
// The ledger is made once, in the folder of the results, and kept there: 1000 pairs with four
// lessons a week for 40 weeks, all rows chained as the relay writes them, and as many minute rows
// as asked for. A round opens no file anew: its pages are the system's to keep.
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "figures.h"
#include "ledger/ledger_chain.h"
#include "ledger/ledger_schema.h"
#include "ledger/report.h"

#define PAIR_COUNT 1000
#define WEEK_COUNT 40
#define WEEK_LESSONS 4
#define LESSON_COUNT (PAIR_COUNT * WEEK_COUNT * WEEK_LESSONS)
#define MINUTES_FULL 10000000
#define MINUTES_QUICK 1000000
#define FIRST_MONDAY "2026-02-23"
#define COMMIT_LESSONS 2000
#define NS_IN_MILLISECOND 1e6
#define TARGET_MS 1000

struct books {
	sqlite3 *database;
	sqlite3_stmt *entry, *minute;
	struct ledger_chain *chain;
	struct ledger_head head;
};

struct names {
	char pair[16], rule[24], lead[16], assisted[16], lesson[48], date[CIVIL_DATE_BYTES];
};

static struct timetable *timetable;

static void
fail(const char *what)
{
	fprintf(stderr, "bench/ledger: %s\n", what);
	exit(EXIT_FAILURE);
}

static struct civil_date
date_of(const char *text)
{
	struct civil_date date;
	if (civil_date_parse(text, &date))
		fail("a date that is none");
	return date;
}

// --- the county

static void
tables_write(FILE *const texts[TIMETABLE_FILE_COUNT])
{
	fputs("school,name\n", texts[TIMETABLE_SCHOOLS]);
	fputs("endpoint,school,room,streams\n", texts[TIMETABLE_ENDPOINTS]);
	fputs("school,effective_from,period,start,end\n", texts[TIMETABLE_BELLS]);
	fputs("pair,lead,assisted\n", texts[TIMETABLE_PAIRS]);
	fputs("rule,pair,weekday,period,subject\n", texts[TIMETABLE_RULES]);
	for (int i = 0; i < 2 * PAIR_COUNT; i++) {
		fprintf(texts[TIMETABLE_SCHOOLS], "s%d,第%d小学\n", i, i);
		fprintf(texts[TIMETABLE_ENDPOINTS], "e%d,s%d,,audio=opus\n", i, i);
		fprintf(texts[TIMETABLE_BELLS], "s%d,2026-01-01,1,09:00,09:45\n", i);
	}
	for (int i = 0; i < PAIR_COUNT; i++) {
		fprintf(texts[TIMETABLE_PAIRS], "p%d,s%d,s%d\n", i, 2 * i, 2 * i + 1);
		fprintf(texts[TIMETABLE_RULES], "r%d,p%d,1,1,语文\n", i, i);
	}
}

static void
county_make(void)
{
	const struct timetable_policies policies = {.county = "bench",
		.zone = "Asia/Shanghai",
		.plan_synchronous = LESSON_COUNT,
		.monthly_visits = 1,
		.monthly_working_days = 3};
	struct timetable_bytes files[TIMETABLE_FILE_COUNT] = {{NULL, NULL, 0}};
	FILE *texts[TIMETABLE_FILE_COUNT] = {NULL};
	char *bytes[TIMETABLE_FILE_COUNT] = {NULL};
	struct file_error error = {"", 0, ""};
	for (int i = 0; i < TIMETABLE_FILE_REQUIRED_COUNT; i++) {
		texts[i] = open_memstream(&bytes[i], &files[i].count);
		if (!texts[i])
			fail("out of memory");
	}
	tables_write(texts);
	for (int i = 0; i < TIMETABLE_FILE_REQUIRED_COUNT; i++) {
		if (fclose(texts[i]) != 0)
			fail("out of memory");
		files[i].file = "bench";
		files[i].bytes = bytes[i];
	}
	if (timetable_create(&policies, files, &timetable, &error))
		fail(error.reason);
	for (int i = 0; i < TIMETABLE_FILE_REQUIRED_COUNT; i++)
		free(bytes[i]);
}

// --- its ledger

static sqlite3_stmt *
insert_prepare(sqlite3 *database, const char *table, int columns)
{
	char text[256];
	sqlite3_stmt *statement;
	int used = snprintf(text, sizeof text, "INSERT INTO %s VALUES (?1", table);
	for (int i = 2; i <= columns; i++)
		used += snprintf(text + used, sizeof text - (size_t)used, ", ?%d", i);
	snprintf(text + used, sizeof text - (size_t)used, ")");
	if (sqlite3_prepare_v2(database, text, -1, &statement, NULL) != SQLITE_OK)
		fail(sqlite3_errmsg(database));
	return statement;
}

static void
insert(struct books *books, sqlite3_stmt *statement, const struct ledger_value *values,
	size_t count, uint8_t hash[LEDGER_HASH_BYTES])
{
	if (ledger_chain_add(books->chain, values, count, hash) != 0 ||
		ledger_values_bind(statement, values, count, hash) != SQLITE_OK ||
		sqlite3_step(statement) != SQLITE_DONE)
		fail(sqlite3_errmsg(books->database));
	sqlite3_reset(statement);
}

static void
minutes_write(struct books *books, const struct names *names, struct wall_time start, int count)
{
	struct ledger_value values[LEDGER_MINUTE_COLUMNS - 1];
	for (int i = 0; i < count; i++) {
		const struct ledger_minute row = {.lesson = names->lesson,
			.school = i % 2 ? names->assisted : names->lead,
			.endpoint = i % 2 ? "e1" : "e0",
			.to_school = "",
			.minute = {start.ms + i / 2 * 60 * MS_IN_S},
			.packets = 3000,
			.bytes = 600000,
			.expected = 3001,
			.lost = 1,
			.jitter_us = 1500,
			.longest_gap_us = 40000,
			.rtt_us = 12000,
			.media_s = 60};
		ledger_minute_values(&row, ++books->head.minute_number, values);
		insert(books, books->minute, values, LEDGER_MINUTE_COLUMNS - 1,
			books->head.minute_hash);
	}
}

static void
lesson_write(struct books *books, int pair, struct civil_date date, int index, int minutes)
{
	struct names names;
	struct ledger_value values[LEDGER_ENTRY_COLUMNS - 1];
	struct wall_time start = civil_to_wall(date, 9 * 3600);
	bool is_missed = (pair + index) % 50 == 0;
	civil_date_format(date, names.date);
	snprintf(names.pair, sizeof names.pair, "p%d", pair);
	snprintf(names.rule, sizeof names.rule, "r%d-%d", pair, index % WEEK_LESSONS);
	snprintf(names.lead, sizeof names.lead, "s%d", 2 * pair);
	snprintf(names.assisted, sizeof names.assisted, "s%d", 2 * pair + 1);
	snprintf(names.lesson, sizeof names.lesson, "%s/%s", names.rule, names.date);
	minutes_write(books, &names, start, minutes);
	const struct ledger_entry entry = {.kind = LEDGER_LESSON,
		.written_at = {start.ms + 50 * 60 * MS_IN_S},
		.author = "relay",
		.lesson = names.lesson,
		.date = names.date,
		.pair = names.pair,
		.rule = names.rule,
		.lead = names.lead,
		.assisted = names.assisted,
		.lead_name = "第一小学",
		.assisted_name = "第二小学",
		.scope = "county",
		.form = "synchronous",
		.title = "语文",
		.subject = "语文",
		.class_name = "三1班",
		.teacher = "王老师",
		.assistant = "",
		.headcount = 60,
		.planned_start = start,
		.planned_end = {start.ms + 45 * 60 * MS_IN_S},
		.real_start = start,
		.real_end = {start.ms + 45 * 60 * MS_IN_S},
		.planned_minutes = 45,
		.live_minutes = is_missed ? 0 : 45,
		.verdict = is_missed ? LEDGER_MISSED : LEDGER_DELIVERED,
		.reason = "live(45|45)"};
	ledger_entry_values(&entry, ++books->head.entry_number, &books->head, values);
	insert(books, books->entry, values, LEDGER_ENTRY_COLUMNS - 1, books->head.entry_hash);
}

static void
exec(struct books *books, const char *text)
{
	if (sqlite3_exec(books->database, text, NULL, NULL, NULL) != SQLITE_OK)
		fail(sqlite3_errmsg(books->database));
}

// In the order of days, as a year writes them; the index of the minutes at the end, since it is
// made faster so.
static void
rows_write(struct books *books, int minutes_each)
{
	struct civil_date monday = date_of(FIRST_MONDAY);
	int written = 0;
	exec(books, "PRAGMA synchronous = OFF; DROP INDEX minutes_by_lesson; BEGIN");
	for (int index = 0; index < WEEK_COUNT * WEEK_LESSONS; index++) {
		struct civil_date date =
			civil_date_add(monday, index / WEEK_LESSONS * 7 + index % WEEK_LESSONS);
		for (int pair = 0; pair < PAIR_COUNT; pair++) {
			lesson_write(books, pair, date, index, minutes_each);
			if (++written % COMMIT_LESSONS == 0)
				exec(books, "COMMIT; BEGIN");
		}
	}
	exec(books, "COMMIT; CREATE INDEX minutes_by_lesson ON minutes (lesson);"
		    "PRAGMA wal_checkpoint(TRUNCATE)");
}

static void
ledger_make(const char *path, int minutes)
{
	char making[512], why[LEDGER_WHY_BYTES];
	struct books books = {.chain = ledger_chain_create()};
	double start = now_ns();
	snprintf(making, sizeof making, "%s.making", path);
	unlink(making);
	if (!books.chain ||
		ledger_schema_open_writer(making, &books.database, why, sizeof why) != SQLITE_OK)
		fail("cannot make the ledger");
	books.entry = insert_prepare(books.database, "entries", LEDGER_ENTRY_COLUMNS);
	books.minute = insert_prepare(books.database, "minutes", LEDGER_MINUTE_COLUMNS);
	rows_write(&books, minutes / LESSON_COUNT);
	sqlite3_finalize(books.entry);
	sqlite3_finalize(books.minute);
	sqlite3_close(books.database);
	ledger_chain_destroy(books.chain);
	if (rename(making, path) != 0)
		fail("cannot name the ledger");
	printf("made %s in %.0f s\n", path, (now_ns() - start) / 1e9);
}

// --- the figures

static double
answer_ms(sqlite3 *database, const struct report_question *question)
{
	struct text out = {0};
	double start = now_ns();
	if (report_answer(database, question, &out) != 0 || out.count == 0)
		fail("a report that says nothing");
	double ms = (now_ns() - start) / NS_IN_MILLISECOND;
	text_fini(&out);
	return ms;
}

static void
measure(sqlite3 *database, const char *name, const char *parameters, double target_ms,
	const struct report_question *question, uint32_t rounds, FILE *results)
{
	double ms[ROUNDS_MAX] = {0};
	double first_ms = answer_ms(database, question);
	for (uint32_t i = 0; i < rounds; i++)
		ms[i] = answer_ms(database, question);
	qsort(ms, rounds, sizeof *ms, compare_doubles);
	uint32_t low = low_rank(rounds);
	printf("%-14s %-44s %9.1f %9.1f %9.1f %9.1f\n", name, parameters, ms[rounds / 2], ms[low],
		ms[rounds - 1 - low], first_ms);
	fprintf(results, "%s\t%s\t%.2f\t%.2f\t%.2f\tms", name, parameters, ms[rounds / 2], ms[low],
		ms[rounds - 1 - low]);
	if (target_ms > 0)
		fprintf(results, "\t%.1f\t%.4f\n", target_ms, ms[rounds / 2] / target_ms);
	else
		fputs("\t\t\n", results);
	fflush(stdout);
}

static void
measure_all(sqlite3 *database, const char *size, uint32_t rounds, FILE *results)
{
	struct report_question question = {.kind = REPORT_YEAR,
		.format = REPORT_HTML,
		.timetable = timetable,
		.first = date_of("2026-01-01"),
		.last = date_of("2026-12-31"),
		.today = date_of("2026-12-31"),
		.live_seconds = 50,
		.limits = {.loss = {0.01, 0.05},
			.jitter_ms = {30, 50},
			.round_trip_ms = {150, 300},
			.silent_s = 3},
		.pair = "p500"};
	measure(database, "pair_year", size, TARGET_MS, &question, rounds, results);
	question.pair[0] = '\0';
	measure(database, "county_year", size, 0, &question, rounds, results);
	question.kind = REPORT_HEATMAP;
	question.format = REPORT_JSON;
	measure(database, "heatmap_year", size, 0, &question, rounds, results);
	question.kind = REPORT_WEEK;
	question.first = date_of("2026-06-01");
	question.last = date_of("2026-06-07");
	measure(database, "county_week", size, 0, &question, rounds, results);
	question.kind = REPORT_DAY;
	question.last = question.first;
	measure(database, "county_day", size, 0, &question, rounds, results);
	question.kind = REPORT_LESSON;
	question.format = REPORT_HTML;
	snprintf(question.lesson, sizeof question.lesson, "r500-0/2026-06-01");
	measure(database, "lesson_sheet", size, 0, &question, rounds, results);
}

int
main(int argc, char **argv)
{
	bool is_quick = argc == 3 && strcmp(argv[1], "--quick") == 0;
	int minutes = is_quick ? MINUTES_QUICK : MINUTES_FULL;
	char path[400], size[64], why[LEDGER_WHY_BYTES];
	sqlite3 *database;
	if (argc != 2 && !is_quick)
		fail("usage: ledger [--quick] RESULTS.tsv");
	FILE *results = fopen(argv[argc - 1], "a");
	if (!results || civil_zone_set("Asia/Shanghai"))
		fail("cannot write the results");
	const char *slash = strrchr(argv[argc - 1], '/');
	snprintf(path, sizeof path, "%.*sledger-%d-%d.db",
		slash ? (int)(slash - argv[argc - 1] + 1) : 0, argv[argc - 1], LEDGER_SCHEMA,
		minutes);
	snprintf(size, sizeof size, "schools=%d lessons=%d minutes=%d", 2 * PAIR_COUNT,
		LESSON_COUNT, minutes / LESSON_COUNT * LESSON_COUNT);
	county_make();
	if (access(path, R_OK) != 0)
		ledger_make(path, minutes);
	if (ledger_schema_open_reader(path, &database, why, sizeof why) != SQLITE_OK)
		fail(why);
	uint32_t rounds = is_quick ? QUICK_ROUNDS : ROUNDS_MAX;
	fprintf(results, "# ledger: value: median of %u rounds; reference: the target\n", rounds);
	printf("\nmilliseconds, median of %u rounds; target of a pair's year: %d\n"
	       "%-14s %-44s %9s %9s %9s %9s\n",
		rounds, TARGET_MS, "ledger", "of", "median", "low", "high", "first");
	measure_all(database, size, rounds, results);
	sqlite3_close(database);
	timetable_release(timetable);
	return fclose(results) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
