/* SPDX-License-Identifier: BSD-3-Clause */
// test_planned.c - a school year of 24 schools against the oracle in Python: terms, weeks,
// make-up days, schools that are off, bells of every kind, and a hundred single changes.
#include "../support/year_golden.h"

static struct year_lesson golden[YEAR_LESSONS_MAX];
static struct plan_exception items[YEAR_EXCEPTIONS_MAX];

static void
parts_print(const struct lesson *lesson, char *text, size_t bytes)
{
	size_t count = 0;

	text[0] = '\0';
	for (size_t i = 0; i < lesson->part_count && lesson->cancellation == LESSON_HELD; i++)
		count += (size_t)snprintf(text + count, bytes - count, "%s%s:%d", i == 0 ? "" : " ",
			lesson->parts[i].endpoint->id, lesson->parts[i].period);
	ck_assert_uint_lt(count, bytes);
}

static void
check_lesson(const struct lesson *lesson, const struct year_lesson *expected)
{
	char parts[sizeof(expected->parts)];

	parts_print(lesson, parts, sizeof(parts));
	ck_assert_str_eq(lesson->id, expected->id);
	ck_assert_msg(lesson->start.ms == expected->start_s * 1000, "%s begins %+lld s off",
		lesson->id, (long long)lesson->start.ms / 1000 - expected->start_s);
	ck_assert_msg(lesson->end.ms == expected->end_s * 1000, "%s ends %+lld s off", lesson->id,
		(long long)lesson->end.ms / 1000 - expected->end_s);
	ck_assert_msg(lesson->end.ms > lesson->start.ms, "%s", lesson->id);
	ck_assert_msg(lesson->term_week == expected->term_week, "%s: week %u", lesson->id,
		lesson->term_week);
	ck_assert_msg(strcmp(lesson_cancellation_name(lesson->cancellation), expected->state) == 0,
		"%s is %s", lesson->id, lesson_cancellation_name(lesson->cancellation));
	ck_assert_msg(strcmp(parts, expected->parts) == 0, "%s: %s and not %s", lesson->id, parts,
		expected->parts);
}

START_TEST(the_year_of_24_schools_agrees_with_the_oracle)
{
	struct timetable *timetable = year_timetable();
	struct plan_exceptions exceptions = {items, year_exceptions(items)};
	size_t count = year_golden_read(golden);
	struct lesson_list held, cancelled;
	size_t held_at = 0, cancelled_at = 0;

	ck_assert_uint_eq(timetable->school_count, 24);
	ck_assert_int_eq(timetable_expand(timetable, &exceptions, fixture_date(YEAR_FIRST),
				 fixture_date(YEAR_LAST), &held),
		0);
	ck_assert_int_eq(timetable_expand_cancelled(timetable, &exceptions,
				 fixture_date(YEAR_FIRST), fixture_date(YEAR_LAST), &cancelled),
		0);
	for (size_t i = 0; i < count; i++) {
		bool is_held = strcmp(golden[i].state, "held") == 0;
		struct lesson_list *list = is_held ? &held : &cancelled;
		size_t *at = is_held ? &held_at : &cancelled_at;

		ck_assert_msg(*at < list->count, "%s is missing", golden[i].id);
		check_lesson(&list->lessons[(*at)++], &golden[i]);
	}
	ck_assert_uint_eq(held.count, held_at);
	ck_assert_uint_eq(cancelled.count, cancelled_at);
	lesson_list_fini(&held);
	lesson_list_fini(&cancelled);
	timetable_release(timetable);
}
END_TEST

START_TEST(a_year_day_by_day_is_the_year_at_once)
{
	struct timetable *timetable = year_timetable();
	struct plan_exceptions exceptions = {items, year_exceptions(items)};
	struct civil_date date = fixture_date(YEAR_FIRST);
	struct lesson_list year;
	size_t at = 0;

	ck_assert_int_eq(
		timetable_expand(timetable, &exceptions, date, fixture_date(YEAR_LAST), &year), 0);
	for (; date.days <= fixture_date(YEAR_LAST).days; date.days++) {
		struct lesson_list day;

		ck_assert_int_eq(timetable_expand(timetable, &exceptions, date, date, &day), 0);
		for (size_t i = 0; i < day.count; i++, at++) {
			ck_assert_uint_lt(at, year.count);
			ck_assert_str_eq(day.lessons[i].id, year.lessons[at].id);
			ck_assert_int_eq(day.lessons[i].date.days, date.days);
			ck_assert_ptr_eq(day.lessons[i].parts, year.lessons[at].parts);
		}
		lesson_list_fini(&day);
	}
	ck_assert_uint_eq(at, year.count);
	lesson_list_fini(&year);
	timetable_release(timetable);
}
END_TEST

START_TEST(the_year_s_exceptions_are_refused_only_on_days_without_lessons)
{
	struct timetable *timetable = year_timetable();
	struct plan_exceptions exceptions = {items, year_exceptions(items)};
	size_t refused = 0;

	for (size_t i = 0; i < exceptions.count; i++) {
		char reason[FILE_ERROR_REASON_BYTES] = "";

		if (plan_exception_check(timetable, &exceptions, i, reason) == 0)
			continue;
		ck_assert_msg(strstr(reason, "is a day without lessons for") != NULL,
			"line %zu: %s", i + 2, reason);
		refused++;
	}
	ck_assert_uint_gt(refused, 0);
	ck_assert_uint_lt(refused, exceptions.count / 4);
	timetable_release(timetable);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("planned");
	TCase *tests = tcase_create("planned");

	tcase_add_test(tests, the_year_of_24_schools_agrees_with_the_oracle);
	tcase_add_test(tests, a_year_day_by_day_is_the_year_at_once);
	tcase_add_test(tests, the_year_s_exceptions_are_refused_only_on_days_without_lessons);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
