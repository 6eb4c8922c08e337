/* SPDX-License-Identifier: BSD-3-Clause */
// test_recorder_lessons.c - a school year of 24 schools gives exactly the oracle's rows.
#include <stdint.h>

#include "../support/year_golden.h"
#include "ledger/recorder.h"
#include "timetable/lessons_list.h"

#define ROWS_MAX 4000
#define LIVE_S 50

struct verdict_row {
	char lesson[LESSON_ID_BYTES_MAX];
	char school[TIMETABLE_ID_BYTES_MAX];
	char verdict[16];
	unsigned planned_minutes;
	unsigned live_minutes;
};

static struct verdict_row golden[ROWS_MAX], found[ROWS_MAX];
static size_t golden_count, found_count;
static uint64_t packets_sent, packets_in_rows;

static int
by_name(const void *a, const void *b)
{
	const struct verdict_row *x = a, *y = b;
	int order = strcmp(x->lesson, y->lesson);
	return order ? order : strcmp(x->school, y->school);
}

static void
golden_read(void)
{
	FILE *file = fopen(YEAR_FOLDER "/verdicts.csv", "r");
	char line[256];
	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
	for (; fgets(line, sizeof line, file); golden_count++) {
		struct verdict_row *row = &golden[golden_count];
		char *rest = line;
		ck_assert_uint_lt(golden_count, ROWS_MAX);
		year_copy(row->lesson, sizeof row->lesson, year_field(&rest));
		year_copy(row->school, sizeof row->school, year_field(&rest));
		year_copy(row->verdict, sizeof row->verdict, year_field(&rest));
		row->planned_minutes = (unsigned)strtoul(year_field(&rest), NULL, 10);
		row->live_minutes = (unsigned)strtoul(year_field(&rest), NULL, 10);
	}
	fclose(file);
	qsort(golden, golden_count, sizeof *golden, by_name);
}

static void
minute_given(void *context, const struct ledger_minute *row)
{
	(void)context;
	packets_in_rows += row->packets;
}

static void
entry_given(void *context, const struct ledger_entry *entry)
{
	struct verdict_row *row = &found[found_count++];
	(void)context;
	ck_assert_uint_lt(found_count, ROWS_MAX);
	year_copy(row->lesson, sizeof row->lesson, entry->lesson);
	year_copy(row->school, sizeof row->school, entry->assisted);
	year_copy(row->verdict, sizeof row->verdict, ledger_verdict_name(entry->verdict));
	row->planned_minutes = entry->planned_minutes;
	row->live_minutes = entry->live_minutes;
}

// As make_verdicts_golden.py has it.
static unsigned
heard_s(const char *lesson, const char *school, unsigned minute, unsigned minutes)
{
	char text[LESSON_ID_BYTES_MAX + TIMETABLE_ID_BYTES_MAX];
	uint32_t chance = 2166136261;
	snprintf(text, sizeof text, "%s|%s", lesson, school);
	for (const char *at = text; *at; at++)
		chance = (chance ^ (uint8_t)*at) * 16777619;
	unsigned some = chance / 8 % (minutes + 1);
	switch (chance % 8) {
	case 0:
		return minute < some ? 0 : 60;
	case 1:
		return minute < some ? LIVE_S - 1 : LIVE_S;
	case 2:
		return minute < some ? 60 : 0;
	default:
		return 60;
	}
}

static void
minute_pass(struct recorder *recorder, const struct lesson *lesson, struct mono_time base,
	unsigned minute, unsigned minutes)
{
	for (size_t i = 0; i < lesson->part_count; i++) {
		const char *school = lesson->parts[i].school->id;
		unsigned seconds = heard_s(lesson->id, school, minute, minutes);
		const struct recorder_look look = {
			.lesson = lesson->id,
			.school = school,
			.endpoint = lesson->parts[i].endpoint->id,
			.to_school = "",
			.kind = STREAM_AUDIO,
			.at = mono_after_ns(base, (minute * 60LL + 30) * NS_IN_S),
			.packets = seconds * 50,
			.media_ns = seconds * NS_IN_S,
		};
		packets_sent += look.packets;
		recorder_look(recorder, &look);
	}
}

// The relay's clock is some other one than the world's.
static struct mono_time
mono_of(struct wall_time wall)
{
	return (struct mono_time){(wall.ms - 1700000000000) * NS_IN_MS};
}

static void
lesson_pass(struct recorder *recorder, struct timetable *timetable, const struct lesson *lesson)
{
	struct mono_time start = mono_of(lesson->start), end = mono_of(lesson->end);
	unsigned minutes = (unsigned)((lesson->end.ms - lesson->start.ms + 59999) / 60000);
	if (lesson->cancellation == LESSON_HELD) {
		struct wall_time open = {lesson->start.ms - 180000};
		ck_assert_int_eq(
			recorder_run(recorder, timetable, lesson, false, end, open, mono_of(open)),
			0);
	}
	ck_assert_int_eq(recorder_plan(recorder, timetable, lesson, lesson->start, start), 0);
	if (lesson->cancellation != LESSON_HELD)
		return;
	for (unsigned minute = 0; minute < minutes; minute++)
		minute_pass(recorder, lesson, start, minute, minutes);
	recorder_end(recorder, lesson->id, RECORDER_END_BELL, end);
	recorder_step(recorder, (struct wall_time){lesson->end.ms + 10000},
		mono_after_ns(end, 10 * NS_IN_S));
	recorder_written(recorder);
}

START_TEST(a_year_of_24_schools_gives_exactly_the_oracles_rows)
{
	const struct recorder_settings settings = {LIVE_S, 80, 1};
	const struct recorder_edges edges = {minute_given, entry_given, NULL};
	struct recorder *recorder = recorder_create(&settings, &edges);
	struct plan_exception items[YEAR_EXCEPTIONS_MAX];
	const struct plan_exceptions exceptions = {items, year_exceptions(items)};
	struct timetable *timetable = year_timetable();
	struct lesson_list list;
	golden_read();
	ck_assert_int_eq(lessons_list_make(timetable, &exceptions, fixture_date(YEAR_FIRST),
				 fixture_date(YEAR_LAST), &list),
		0);
	for (size_t i = 0; i < list.count; i++)
		lesson_pass(recorder, timetable, &list.lessons[i]);
	ck_assert_uint_eq(recorder_count(recorder), 0);
	ck_assert_uint_eq(recorder_overflows(recorder), 0);
	ck_assert_uint_eq(packets_in_rows, packets_sent);
	qsort(found, found_count, sizeof *found, by_name);
	for (size_t i = 0; i < golden_count && i < found_count; i++) {
		ck_assert_str_eq(found[i].lesson, golden[i].lesson);
		ck_assert_str_eq(found[i].school, golden[i].school);
		ck_assert_msg(!strcmp(found[i].verdict, golden[i].verdict) &&
				      found[i].planned_minutes == golden[i].planned_minutes &&
				      found[i].live_minutes == golden[i].live_minutes,
			"%s for %s: %s, %u of %u live, not %s, %u of %u", found[i].lesson,
			found[i].school, found[i].verdict, found[i].live_minutes,
			found[i].planned_minutes, golden[i].verdict, golden[i].live_minutes,
			golden[i].planned_minutes);
	}
	ck_assert_uint_eq(found_count, golden_count);
	lesson_list_fini(&list);
	recorder_destroy(recorder);
	timetable_release(timetable);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("recorder_lessons");
	TCase *facts = tcase_create("facts");
	tcase_add_test(facts, a_year_of_24_schools_gives_exactly_the_oracles_rows);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
