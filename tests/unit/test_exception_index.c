/* SPDX-License-Identifier: BSD-3-Clause */
// test_exception_index.c - single lessons cancelled, moved, swapped and given another endpoint.
#include "timetable/exceptions.h"

#include "../support/plan_scene.h"

#define CALENDAR "date,kind,runs_as,note,school,bells\n2024-09-02,week1,,,,\n"
#define RULES "rule,pair,weekday,period,weeks,subject,governing_bell\n"

// Two pairs: on Tuesdays wuxi and houren; on Thursdays, in another period, three schools.
static const struct scene scene = {
	.rules = RULES
	"p,wuxi-houren,2,1,all,a,\nt,three,4,2,all,a,\n"
	"x,wuxi-houren,3,,all,a,16:00-16:30\nh,wuxi-houren,5,4;houren=5,all,a,houren\n",
	.calendar = CALENDAR "2024-11-06,off,,,,\n2024-11-12,off,,,wuxi,\n"
			     "2024-11-13,off,,,houren,\n2024-11-20,exam,,,jian,\n"};

#define MOST 8

static struct plan_exception items[MOST];

static struct plan_exceptions
list_of(size_t count)
{
	ck_assert_uint_le(count, MOST);
	return (struct plan_exceptions){items, count};
}

static struct plan_exception
cancel(const char *id)
{
	struct plan_exception exception = {.kind = PLAN_CANCEL};

	strcpy(exception.lesson_id, id);
	return exception;
}

static struct plan_exception
move(const char *id, const char *date, int period, const char *start, const char *end)
{
	struct plan_exception exception = {
		.kind = PLAN_MOVE, .to_date = fixture_date(date), .to_period = period};

	strcpy(exception.lesson_id, id);
	if (start != NULL) {
		ck_assert_int_eq(civil_time_parse(start, &exception.to_times.start_s), 0);
		ck_assert_int_eq(civil_time_parse(end, &exception.to_times.end_s), 0);
	}
	return exception;
}

static struct plan_exception
swap(const char *id, const char *other)
{
	struct plan_exception exception = {.kind = PLAN_SWAP};

	strcpy(exception.lesson_id, id);
	strcpy(exception.other_id, other);
	return exception;
}

static struct plan_exception
endpoint(const char *id, const char *school, const char *name)
{
	struct plan_exception exception = {.kind = PLAN_ENDPOINT};

	strcpy(exception.lesson_id, id);
	strcpy(exception.school, school);
	strcpy(exception.endpoint, name);
	return exception;
}

// What the first `count` items make of the dates; each must be one that can be carried out.
static void
check_plan(
	size_t count, const char *first, const char *last, const char *held, const char *cancelled)
{
	struct timetable *timetable = scene_make(&scene);
	struct plan_exceptions list = list_of(count);
	char reason[FILE_ERROR_REASON_BYTES] = "";

	for (size_t i = 0; i < count; i++)
		ck_assert_msg(plan_exception_check(timetable, &list, i, reason) == 0,
			"item %zu: %s", i, reason);
	scene_check(timetable, &list, first, last, held, cancelled);
	timetable_release(timetable);
}

START_TEST(a_cancelled_lesson_is_told_of_and_not_held)
{
	items[0] = cancel("p/2024-10-15");
	check_plan(1, "2024-10-15", "2024-10-17",
		"x/2024-10-16 16:00-16:30 wuxi-1+houren-1\n"
		"t/2024-10-17 09:20-10:05 wuxi-1+houren-1+jian-1",
		"p/2024-10-15 08:30-09:10 exception");
	check_plan(1, "2024-10-22", "2024-10-22", "p/2024-10-22 08:30-09:10 wuxi-1+houren-1", "");
}
END_TEST

START_TEST(a_moved_lesson_keeps_its_id)
{
	items[0] = move("p/2024-10-15", "2024-10-18", 3, NULL, NULL);
	check_plan(1, "2024-10-15", "2024-10-15", "", "");
	check_plan(1, "2024-10-18", "2024-10-18",
		"p/2024-10-15@2024-10-18 10:35-11:15 wuxi-1+houren-1\n"
		"h/2024-10-18 13:50-14:35 wuxi-1+houren-1",
		"");
	items[0] = move("p/2024-10-15", "2024-10-15", 0, "16:00", "16:20");
	check_plan(1, "2024-10-15", "2024-10-15", "p/2024-10-15 16:00-16:20 wuxi-1+houren-1", "");
	// Only to another day: its own period, by that day's bells (the 8th rings the old ones).
	items[0] = move("h/2024-10-18", "2024-10-08", 0, NULL, NULL);
	check_plan(1, "2024-10-08", "2024-10-08",
		"p/2024-10-08 08:30-09:10 wuxi-1+houren-1\n"
		"h/2024-10-18@2024-10-08 14:20-15:05 wuxi-1+houren-1",
		"");
	// And to a weekend, and back over the years.
	items[0] = move("x/2024-10-16", "2024-10-20", 0, NULL, NULL);
	items[1] = move("x/2024-10-23", "2024-10-27", 2, NULL, NULL);
	check_plan(2, "2024-10-20", "2024-10-20",
		"x/2024-10-16@2024-10-20 16:00-16:30 wuxi-1+houren-1", "");
	check_plan(2, "2024-10-27", "2024-10-27",
		"x/2024-10-23@2024-10-27 09:20-10:05 wuxi-1+houren-1", "");
}
END_TEST

START_TEST(a_moved_lesson_tells_its_new_period_and_its_old_week)
{
	struct timetable *timetable = scene_make(&scene);
	struct plan_exceptions list = list_of(2);
	struct lesson_list lessons;

	items[0] = move("h/2024-10-18", "2024-10-21", 2, NULL, NULL);
	items[1] = move("h/2024-10-25", "2024-10-21", 0, NULL, NULL);
	ck_assert_int_eq(timetable_expand(timetable, &list, fixture_date("2024-10-21"),
				 fixture_date("2024-10-21"), &lessons),
		0);
	ck_assert_uint_eq(lessons.count, 2);
	ck_assert_str_eq(lessons.lessons[0].id, "h/2024-10-18");
	ck_assert_uint_eq(lessons.lessons[0].term_week, 7);
	ck_assert_int_eq(lessons.lessons[0].parts[0].period, 2);
	ck_assert_int_eq(lessons.lessons[0].parts[1].period, 2);
	ck_assert_int_eq(lessons.lessons[1].parts[0].period, 4);
	ck_assert_int_eq(lessons.lessons[1].parts[1].period, 5);
	lesson_list_fini(&lessons);
	timetable_release(timetable);
}
END_TEST

START_TEST(two_lessons_swapped_take_each_other_s_place)
{
	items[0] = swap("p/2024-10-15", "t/2024-10-17");
	check_plan(1, "2024-10-15", "2024-10-17",
		"t/2024-10-17@2024-10-15 08:30-09:10 wuxi-1+houren-1+jian-1\n"
		"x/2024-10-16 16:00-16:30 wuxi-1+houren-1\n"
		"p/2024-10-15@2024-10-17 09:20-10:05 wuxi-1+houren-1",
		"");
	// With explicit times on one side, and each school's own period on the other.
	items[0] = swap("x/2024-10-16", "h/2024-10-18");
	check_plan(1, "2024-10-16", "2024-10-18",
		"h/2024-10-18@2024-10-16 16:00-16:30 wuxi-1+houren-1\n"
		"t/2024-10-17 09:20-10:05 wuxi-1+houren-1+jian-1\n"
		"x/2024-10-16@2024-10-18 13:20-14:00 wuxi-1+houren-1",
		"");
	// Where one of them is cancelled besides, the other goes all the same.
	items[0] = swap("p/2024-10-15", "t/2024-10-17");
	items[1] = cancel("t/2024-10-17");
	check_plan(2, "2024-10-15", "2024-10-17",
		"x/2024-10-16 16:00-16:30 wuxi-1+houren-1\n"
		"p/2024-10-15@2024-10-17 09:20-10:05 wuxi-1+houren-1",
		"t/2024-10-17@2024-10-15 08:30-09:10 exception");
}
END_TEST

START_TEST(another_endpoint_comes_for_one_lesson_only)
{
	items[0] = endpoint("p/2024-10-15", "wuxi", "wuxi-2");
	items[1] = move("p/2024-10-15", "2024-10-16", 1, NULL, NULL);
	check_plan(1, "2024-10-15", "2024-10-15", "p/2024-10-15 08:30-09:10 wuxi-2+houren-1", "");
	check_plan(1, "2024-10-22", "2024-10-22", "p/2024-10-22 08:30-09:10 wuxi-1+houren-1", "");
	check_plan(2, "2024-10-15", "2024-10-16",
		"p/2024-10-15@2024-10-16 08:30-09:10 wuxi-2+houren-1\n"
		"x/2024-10-16 16:00-16:30 wuxi-1+houren-1",
		"");
}
END_TEST

START_TEST(lessons_with_the_same_other_parts_share_them)
{
	struct timetable *timetable = scene_make(&scene);
	struct plan_exceptions list = list_of(1);
	const struct lesson_part *parts;
	struct lesson_list lessons;

	items[0] = endpoint("p/2024-10-15", "wuxi", "wuxi-2");
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(timetable_expand(timetable, &list, fixture_date("2024-10-15"),
					 fixture_date("2024-10-15"), &lessons),
			0);
		if (i > 0)
			ck_assert_ptr_eq(lessons.lessons[0].parts, parts);
		parts = lessons.lessons[0].parts;
		ck_assert_ptr_ne(parts, timetable->rules[0].parts);
		lesson_list_fini(&lessons);
	}
	timetable_release(timetable);
}
END_TEST

START_TEST(a_lesson_moved_from_the_lead_s_day_off_is_held)
{
	// wuxi is off on 12 November, houren on the 13th.
	check_plan(0, "2024-11-12", "2024-11-12", "", "p/2024-11-12 08:30-09:10 lead_off");
	items[0] = move("p/2024-11-12", "2024-11-14", 1, NULL, NULL);
	check_plan(1, "2024-11-12", "2024-11-14",
		"p/2024-11-12@2024-11-14 08:30-09:10 wuxi-1+houren-1\n"
		"t/2024-11-14 09:20-10:05 wuxi-1+houren-1+jian-1",
		"x/2024-11-13 16:00-16:30 assisted_off");
}
END_TEST

START_TEST(a_day_off_that_comes_later_cancels_what_was_moved_there)
{
	struct timetable *timetable = scene_make(&scene);
	struct plan_exceptions list = list_of(2);

	items[0] = move("p/2024-10-15", "2024-11-12", 3, NULL, NULL);
	items[1] = move("t/2024-10-17", "2024-11-20", 1, NULL, NULL);
	scene_check(timetable, &list, "2024-10-15", "2024-10-17",
		"x/2024-10-16 16:00-16:30 wuxi-1+houren-1", "");
	scene_check(timetable, &list, "2024-11-12", "2024-11-12", "",
		"p/2024-11-12 08:30-09:10 lead_off\n"
		"p/2024-10-15@2024-11-12 10:35-11:15 lead_off");
	scene_check(timetable, &list, "2024-11-20", "2024-11-20",
		"t/2024-10-17@2024-11-20 08:30-09:10 wuxi-1+houren-1\n"
		"x/2024-11-20 16:00-16:30 wuxi-1+houren-1",
		"");
	timetable_release(timetable);
}
END_TEST

// Each is checked as the last of the list; those before it can be carried out.
static void
check_refused(size_t count, const char *expected)
{
	struct timetable *timetable = scene_make(&scene);
	struct plan_exceptions list = list_of(count);
	char reason[FILE_ERROR_REASON_BYTES] = "";

	for (size_t i = 0; i + 1 < count; i++)
		ck_assert_msg(plan_exception_check(timetable, &list, i, reason) == 0, "%s", reason);
	ck_assert_msg(plan_exception_check(timetable, &list, count - 1, reason) == -EINVAL,
		"taken; expected: %s", expected);
	ck_assert_msg(strstr(reason, expected) != NULL, "'%s' is not '%s'", reason, expected);
	timetable_release(timetable);
}

START_TEST(what_is_not_in_the_plan_cannot_be_changed)
{
	items[0] = cancel("p");
	check_refused(1, "lesson 'p' is not of the form rule/YYYY-MM-DD");
	items[0] = cancel("p/2024-02-30");
	check_refused(1, "is not of the form");
	items[0] = cancel("q/2024-10-15");
	check_refused(1, "lesson 'q/2024-10-15': no rule of that name is in rules.csv");
	items[0] = cancel("p/2024-10-16");
	check_refused(1, "lesson 'p/2024-10-16' is not in the plan: rule 'p' (line 2) has none");
	items[0] = cancel("x/2024-11-06"); // a day off of the county
	check_refused(1, "is not in the plan");
	items[0] = swap("p/2024-10-15", "t/2024-10-18");
	check_refused(1, "lesson 't/2024-10-18' is not in the plan");
}
END_TEST

START_TEST(one_change_of_a_kind_is_enough)
{
	items[0] = cancel("p/2024-10-15");
	items[1] = cancel("p/2024-10-15");
	check_refused(2, "lesson 'p/2024-10-15' is cancelled already");
	items[1] = move("p/2024-10-15", "2024-10-16", 1, NULL, NULL);
	check_refused(2, "lesson 'p/2024-10-15' is cancelled already");
	items[0] = move("p/2024-10-15", "2024-10-18", 1, NULL, NULL);
	check_refused(2, "lesson 'p/2024-10-15' is moved already, to 2024-10-18");
	items[1] = swap("t/2024-10-17", "p/2024-10-15");
	check_refused(2, "lesson 'p/2024-10-15' is moved already, to 2024-10-18");
	items[0] = swap("p/2024-10-15", "t/2024-10-17");
	items[1] = move("t/2024-10-17", "2024-10-16", 1, NULL, NULL);
	check_refused(2, "lesson 't/2024-10-17' is swapped already, with 'p/2024-10-15'");
	items[0] = endpoint("p/2024-10-15", "wuxi", "wuxi-2");
	items[1] = endpoint("p/2024-10-15", "wuxi", "wuxi-2");
	check_refused(2, "has endpoint 'wuxi-2' for school 'wuxi' already");
}
END_TEST

START_TEST(a_place_that_is_none_is_refused)
{
	items[0] = move("p/2024-10-15", "2024-11-12", 1, NULL, NULL);
	check_refused(
		1, "2024-11-12 is a day without lessons for school 'wuxi' (calendar.csv line 4)");
	items[0] = move("p/2024-10-15", "2024-11-06", 1, NULL, NULL);
	check_refused(
		1, "2024-11-06 is a day without lessons for school 'wuxi' (calendar.csv line 3)");
	items[0] = move("p/2024-10-15", "2024-11-13", 1, NULL, NULL);
	check_refused(1, "for every assisted school of pair 'wuxi-houren'");
	items[0] = move("p/2024-10-15", "2024-10-16", 7, NULL, NULL);
	check_refused(1, "school 'wuxi' has no period 7 in its bells from 2024-10-09 on");
	items[0] = move("p/2024-10-15", "2024-04-30", 1, NULL, NULL);
	check_refused(1, "school 'wuxi' has no bells in force");
	items[0] = move("p/2024-10-15", "2024-10-16", 33, NULL, NULL);
	check_refused(1, "period 33 is not 1 to 32");
	items[0] = move("p/2024-10-15", "2024-10-15", 1, NULL, NULL);
	check_refused(1, "lesson 'p/2024-10-15' is there already");
	items[0] = move("p/2024-10-15", "2024-10-15", 0, "08:30", "09:10");
	check_refused(1, "lesson 'p/2024-10-15' is there already");
	items[0] = move("p/2024-10-15", "2024-10-16", 0, "09:10", "08:30");
	check_refused(1, "the end to move to is not after the start");
	items[0] = move("p/2024-10-15", "2024-10-16", 2, "08:30", "09:10");
	check_refused(1, "to a period or to times, not to both");
	items[0] = swap("p/2024-10-15", "p/2024-10-15");
	check_refused(1, "cannot be swapped with itself");
	items[0] = swap("t/2024-10-17", "p/2024-11-12");
	check_refused(1, "2024-11-12 is a day without lessons for school 'wuxi'");
}
END_TEST

START_TEST(an_endpoint_that_is_not_the_school_s_is_refused)
{
	items[0] = endpoint("p/2024-10-15", "wuxi", "wuxi-9");
	check_refused(1, "unknown endpoint 'wuxi-9'");
	items[0] = endpoint("p/2024-10-15", "wuxi", "houren-1");
	check_refused(1, "endpoint 'houren-1' is of school 'houren', not of 'wuxi'");
	items[0] = endpoint("p/2024-10-15", "wuxi", "wuxi-1");
	check_refused(1, "school 'wuxi' has endpoint 'wuxi-1' in the plan already");
	items[0] = endpoint("p/2024-10-15", "jian", "jian-1");
	check_refused(1, "school 'jian' does not take part in rule 'p' (line 2)");
}
END_TEST

START_TEST(what_cannot_be_carried_out_does_nothing)
{
	struct timetable *timetable = scene_make(&scene);
	struct plan_exceptions list = list_of(7);

	items[0] = cancel("gone/2024-10-15");
	items[1] = cancel("p/2024-10-16");
	items[2] = move("p/2024-10-15", "2024-10-16", 7, NULL, NULL);
	items[3] = swap("t/2024-10-17", "p/2024-10-15"); // p is moved already
	items[4] = endpoint("p/2024-10-15", "wuxi", "houren-1");
	items[5] = endpoint("p/2024-10-15", "jian", "jian-1");
	items[6] = cancel("");
	scene_check(timetable, &list, "2024-10-15", "2024-10-17",
		"p/2024-10-15 08:30-09:10 wuxi-1+houren-1\n"
		"x/2024-10-16 16:00-16:30 wuxi-1+houren-1\n"
		"t/2024-10-17 09:20-10:05 wuxi-1+houren-1+jian-1",
		"");
	timetable_release(timetable);
}
END_TEST

START_TEST(kinds_have_names_both_ways)
{
	enum plan_exception_kind kind;

	for (int i = PLAN_CANCEL; i <= PLAN_ENDPOINT; i++) {
		ck_assert_int_eq(
			plan_exception_kind_parse(
				plan_exception_kind_name((enum plan_exception_kind)i), &kind),
			0);
		ck_assert_int_eq(kind, i);
	}
	ck_assert_int_eq(plan_exception_kind_parse("moved", &kind), -EINVAL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("exception_index");
	TCase *tests = tcase_create("exception_index");

	tcase_add_test(tests, a_cancelled_lesson_is_told_of_and_not_held);
	tcase_add_test(tests, a_moved_lesson_keeps_its_id);
	tcase_add_test(tests, a_moved_lesson_tells_its_new_period_and_its_old_week);
	tcase_add_test(tests, two_lessons_swapped_take_each_other_s_place);
	tcase_add_test(tests, another_endpoint_comes_for_one_lesson_only);
	tcase_add_test(tests, lessons_with_the_same_other_parts_share_them);
	tcase_add_test(tests, a_lesson_moved_from_the_lead_s_day_off_is_held);
	tcase_add_test(tests, a_day_off_that_comes_later_cancels_what_was_moved_there);
	tcase_add_test(tests, what_is_not_in_the_plan_cannot_be_changed);
	tcase_add_test(tests, one_change_of_a_kind_is_enough);
	tcase_add_test(tests, a_place_that_is_none_is_refused);
	tcase_add_test(tests, an_endpoint_that_is_not_the_school_s_is_refused);
	tcase_add_test(tests, what_cannot_be_carried_out_does_nothing);
	tcase_add_test(tests, kinds_have_names_both_ways);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
