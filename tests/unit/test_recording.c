/* SPDX-License-Identifier: BSD-3-Clause */
// test_recording.c - a clock that is wrong at a start neither doubles the ledger's rows nor makes
// some up.
#include "control/recording.h"

#include "../support/ledger_fixture.h"
#include "../support/timetable_fixture.h"

#define WAIT_MS 20000
#define SETTLED_S 60

static struct timetable *timetable;
static struct scheduler *scheduler;
static struct ledger *ledger;
static struct recording_desk *desk;
static struct config config;
static struct wall_time wall;
static struct mono_time mono;

// Until the ledger has said which rows there are.
static void
start(const char *date, const char *time)
{
	wall = fixture_wall(date, time);
	mono.ns += 1000 * NS_IN_S;
	scheduler = scheduler_create(timetable);
	ledger = ledger_create(&(struct ledger_options){.state_directory = folder});
	ck_assert(scheduler && ledger);
	desk = recording_create(&config, ledger, scheduler, wall, mono);
	ck_assert_ptr_nonnull(desk);
	struct pollfd event = {.fd = ledger_event_fd(ledger), .events = POLLIN};
	ck_assert_int_eq(poll(&event, 1, WAIT_MS), 1);
	ledger_dispatch(ledger);
}

static void
stop(void)
{
	recording_destroy(desk, wall, mono);
	ledger_destroy(ledger);
	scheduler_destroy(scheduler);
}

static void
pass(int64_t seconds)
{
	for (int64_t i = 0; i < seconds; i++) {
		wall.ms += MS_IN_S;
		mono.ns += NS_IN_S;
		recording_step(desk, wall, mono);
	}
}

static void
set_clock(const char *date, const char *time)
{
	wall = fixture_wall(date, time);
	pass(SETTLED_S);
}

static void
setup(void)
{
	folder_make();
	ck_assert_int_eq(civil_zone_set("Asia/Shanghai"), 0);
	timetable = fixture_timetable(TIMETABLE_RULES,
		"rule,pair,weekday,period,weeks,subject,class,teacher,form,governing_bell,from,"
		"until,endpoints\nchinese-tue,wuxi-houren,2,2,all,语文,,,,lead,,,\n");
	config.ledger = (struct config_ledger){
		.live_seconds = 50, .delivered_percent = 80, .partial_minutes = 1};
	snprintf(config.state_directory, sizeof config.state_directory, "%s", folder);
}

static void
teardown(void)
{
	timetable_release(timetable);
	folder_end();
}

static int64_t
lessons(void)
{
	return outside_number(ledger_path, "SELECT count(*) FROM entries WHERE kind = 'lesson'");
}

// Nobody opens the lesson from 09:20 to 10:05: it is missed.
static void
hold_none(void)
{
	start("2024-10-15", "09:19");
	pass(50 * 60);
	stop();
	ck_assert_int_eq(lessons(), 1);
}

START_TEST(a_lesson_that_is_missed_has_one_row_however_often_the_relay_starts)
{
	hold_none();
	start("2024-10-15", "10:30");
	pass(SETTLED_S);
	stop();
	ck_assert_int_eq(lessons(), 1);
}
END_TEST

START_TEST(a_clock_that_begins_in_1970_and_is_set_tells_of_the_outage_alone)
{
	hold_none();
	start("1970-01-02", "00:00");
	pass(SETTLED_S);
	set_clock("2024-10-15", "12:00");
	stop();
	ck_assert_int_eq(lessons(), 1);
	start("1970-01-02", "00:00");
	pass(SETTLED_S);
	set_clock("2024-10-22", "12:00"); // a lesson later
	stop();
	ck_assert_int_eq(lessons(), 2);
}
END_TEST

START_TEST(a_first_start_in_1970_makes_up_no_past)
{
	start("1970-01-02", "00:00");
	pass(SETTLED_S);
	set_clock("2024-10-15", "12:00");
	stop();
	ck_assert_int_eq(lessons(), 0);
}
END_TEST

START_TEST(a_clock_that_ran_ahead_and_is_set_back_skips_no_lesson)
{
	start("2024-10-15", "09:00");
	pass(SETTLED_S);
	set_clock("2024-10-20", "09:00");
	set_clock("2024-10-15", "09:05");
	stop();
	int64_t before = lessons();
	start("2024-10-15", "09:10");
	set_clock("2024-10-22", "12:00");
	stop();
	ck_assert_int_eq(before, 0); // none has rung yet
	ck_assert_int_eq(lessons(), 2);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("recording");
	TCase *tests = tcase_create("recording");
	log_start("test", LOG_LEVEL_ERROR);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_lesson_that_is_missed_has_one_row_however_often_the_relay_starts);
	tcase_add_test(tests, a_clock_that_begins_in_1970_and_is_set_tells_of_the_outage_alone);
	tcase_add_test(tests, a_first_start_in_1970_makes_up_no_past);
	tcase_add_test(tests, a_clock_that_ran_ahead_and_is_set_back_skips_no_lesson);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
