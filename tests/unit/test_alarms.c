/* SPDX-License-Identifier: BSD-3-Clause */
// test_alarms.c - the clock that nobody keeps and the make-up day that nobody mapped are told once,
// and as long as they last.
#include "control/alarms.h"

#include "../support/timetable_fixture.h"
#include "platform/log.h"

#define CALENDAR "date,kind,runs_as\n2024-09-02,week1,\n"

static bool is_kept;
static unsigned looks;
static struct timetable *timetable;
static struct alarms alarms;
static struct wall_time wall;
static struct mono_time mono;

static bool
clock_fake(void)
{
	looks++;
	return is_kept;
}

static void
setup(void)
{
	log_start("test", LOG_LEVEL_ERROR);
	ck_assert_int_eq(civil_zone_set("Asia/Shanghai"), 0);
	timetable = fixture_timetable(
		TIMETABLE_CALENDAR, CALENDAR "2024-10-12,work,\n2024-12-28,work,\n");
	wall = fixture_wall("2024-10-01", "09:00");
	mono.ns = 5000 * NS_IN_S;
	is_kept = true;
	looks = 0;
	alarms_init(&alarms, clock_fake);
}

static void
teardown(void)
{
	timetable_release(timetable);
}

static void
pass(int64_t seconds)
{
	wall.ms += seconds * MS_IN_S;
	mono.ns += seconds * NS_IN_S;
	alarms_look(&alarms, timetable, wall, mono);
}

static const char *
field(json_t *list, size_t index, const char *key)
{
	return json_string_value(json_object_get(json_array_get(list, index), key));
}

START_TEST(the_clock_is_looked_at_once_a_minute)
{
	pass(0);
	for (int i = 0; i < 180; i++)
		pass(1);
	ck_assert_uint_eq(looks, 4);
}
END_TEST

START_TEST(a_clock_that_nobody_keeps_is_an_alarm_until_somebody_does)
{
	pass(0);
	json_t *list = alarms_list(&alarms, timetable, wall);
	ck_assert_uint_eq(json_array_size(list), 1); // the make-up day
	json_decref(list);
	is_kept = false;
	pass(60);
	pass(60);
	list = alarms_list(&alarms, timetable, wall);
	ck_assert_uint_eq(json_array_size(list), 2);
	ck_assert_str_eq(field(list, 0, "kind"), "clock_unsynchronised");
	ck_assert_str_eq(field(list, 0, "since"), "2024-10-01T01:01:00Z");
	ck_assert_ptr_nonnull(strstr(field(list, 0, "text"), "NTP"));
	json_decref(list);
	is_kept = true;
	pass(60);
	list = alarms_list(&alarms, timetable, wall);
	ck_assert_uint_eq(json_array_size(list), 1);
	json_decref(list);
}
END_TEST

START_TEST(an_unmapped_make_up_day_is_an_alarm_from_two_weeks_before)
{
	pass(0);
	json_t *list = alarms_list(&alarms, timetable, wall);
	ck_assert_uint_eq(json_array_size(list), 1);
	ck_assert_str_eq(field(list, 0, "kind"), "unmapped_make_up_day");
	ck_assert_str_eq(field(list, 0, "date"), "2024-10-12");
	ck_assert_uint_eq(alarms.day_count, 1);
	json_decref(list);
	pass(12 * CIVIL_DAY_S); // it has passed; the next is far
	list = alarms_list(&alarms, timetable, wall);
	ck_assert_uint_eq(json_array_size(list), 0);
	ck_assert_uint_eq(alarms.day_count, 0);
	json_decref(list);
}
END_TEST

START_TEST(another_timetable_is_looked_at_at_once)
{
	pass(0);
	ck_assert_uint_eq(alarms.day_count, 1);
	timetable_release(timetable);
	timetable = fixture_timetable(TIMETABLE_CALENDAR, CALENDAR "2024-10-12,work,2024-10-04\n");
	alarms_expire(&alarms);
	pass(1);
	ck_assert_uint_eq(alarms.day_count, 0);
}
END_TEST

static Suite *
alarms_suite(void)
{
	Suite *suite = suite_create("alarms");
	TCase *tcase = tcase_create("alarms");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, the_clock_is_looked_at_once_a_minute);
	tcase_add_test(tcase, a_clock_that_nobody_keeps_is_an_alarm_until_somebody_does);
	tcase_add_test(tcase, an_unmapped_make_up_day_is_an_alarm_from_two_weeks_before);
	tcase_add_test(tcase, another_timetable_is_looked_at_at_once);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return fixture_run(alarms_suite());
}
