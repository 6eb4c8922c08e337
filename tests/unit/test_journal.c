/* SPDX-License-Identifier: BSD-3-Clause */
// test_journal.c - what a restart finds of the lessons that ran, whatever the file looks like.
#include "control/journal.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../support/timetable_fixture.h"
#include "ledger/ledger_plan.h"
#include "platform/log.h"

static char directory[64];
static char path[96];
static struct timetable *timetable;
static struct scheduler *scheduler;
static struct ledger_plan *ledger;
static struct journal *journal;
static struct wall_time wall;
static struct mono_time mono;

static void
start(void)
{
	scheduler = scheduler_create(timetable);
	ledger = ledger_plan_open(directory);
	ck_assert_ptr_nonnull(ledger);
	journal = journal_create(directory, ledger);
	ck_assert_ptr_nonnull(scheduler);
	ck_assert_ptr_nonnull(journal);
	journal_restore(journal, scheduler, wall, mono);
}

static void
stop(void)
{
	journal_destroy(journal);
	ledger_plan_close(ledger);
	scheduler_destroy(scheduler);
}

static void
setup(void)
{
	log_start("test", LOG_LEVEL_ERROR);
	ck_assert_int_eq(civil_zone_set("Asia/Shanghai"), 0);
	snprintf(directory, sizeof directory, "/tmp/test_journal.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/sessions.json", directory);
	timetable = fixture_timetable(TIMETABLE_RULES,
		"rule,pair,weekday,period,weeks,subject,class,teacher,form,governing_bell,from,"
		"until,endpoints\nchinese-tue,wuxi-houren,2,2,all,语文,,,,lead,,,\n");
	wall = fixture_wall("2024-10-15", "09:30"); // in the lesson, which ends at 10:05
	mono.ns = 5000 * NS_IN_S;
	start();
}

static int
remove_one(const char *name, const struct stat *status, int what, struct FTW *where)
{
	(void)status, (void)what, (void)where;
	return remove(name);
}

static void
teardown(void)
{
	stop();
	timetable_release(timetable);
	nftw(directory, remove_one, 4, FTW_DEPTH | FTW_PHYS);
}

static void
after_s(int64_t seconds)
{
	wall.ms += seconds * MS_IN_S;
	mono.ns += seconds * NS_IN_S;
}

static void
step(void)
{
	struct scheduler_event events[16];
	size_t count;
	ck_assert_int_eq(scheduler_step(scheduler, wall, mono, events, 16, &count), 0);
}

static void
restart(void)
{
	ck_assert_int_eq(journal_save(journal, scheduler, wall), 0);
	stop();
	after_s(3);
	start();
	step();
}

static void
write_text(const char *text)
{
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static const struct scheduled_lesson *
adhoc(void)
{
	const char *const endpoints[] = {"jian-1", "wuxi-2"};
	const struct scheduled_lesson *lesson;
	ck_assert_int_eq(
		scheduler_open_adhoc(scheduler, endpoints, 2, 10, "备课", wall, mono, &lesson), 0);
	return lesson;
}

START_TEST(an_adhoc_lesson_comes_back_with_its_bells)
{
	const struct scheduled_lesson *before = adhoc();
	char id[LESSON_ID_BYTES_MAX];
	memcpy(id, before->lesson.id, sizeof id);
	int64_t end_ms = before->lesson.end.ms;
	restart();
	const struct scheduled_lesson *after = scheduler_find(scheduler, id);
	ck_assert_ptr_nonnull(after);
	ck_assert_int_eq(after->lesson.end.ms, end_ms);
	ck_assert_str_eq(after->lesson.title, "备课");
	ck_assert_str_eq(after->lesson.parts[0].endpoint->id, "jian-1");
}
END_TEST

START_TEST(an_adhoc_lesson_that_has_ended_stays_ended)
{
	char id[LESSON_ID_BYTES_MAX];
	memcpy(id, adhoc()->lesson.id, sizeof id);
	restart();
	ck_assert_ptr_nonnull(scheduler_find(scheduler, id));
	ck_assert_int_eq(scheduler_end(scheduler, id), 0);
	step();
	restart();
	ck_assert_ptr_null(scheduler_find(scheduler, id));
	// Also where the list of those that have ended is lost.
	ck_assert_int_eq(unlink(path), 0);
	stop();
	start();
	ck_assert_ptr_null(scheduler_find(scheduler, id));
}
END_TEST

START_TEST(an_adhoc_lesson_whose_classroom_is_gone_is_left_out)
{
	struct ledger_adhoc row = {.id = "adhoc/2024-10-15T01:00:00Z-1",
		.title = "",
		.start = {wall.ms - 1000},
		.end = {wall.ms + 60000},
		.endpoints = {"jian-1", "nobody-1"},
		.endpoint_count = 2};
	ck_assert_int_eq(ledger_plan_adhoc_sync(ledger, &row, 1, wall), 0);
	stop();
	start();
	step();
	ck_assert_ptr_null(scheduler_find(scheduler, row.id));
	ck_assert_ptr_nonnull(scheduler_find(scheduler, "chinese-tue/2024-10-15"));
}
END_TEST

START_TEST(a_lesson_that_the_operator_ended_stays_ended)
{
	step();
	ck_assert_ptr_nonnull(scheduler_find(scheduler, "chinese-tue/2024-10-15"));
	ck_assert_int_eq(scheduler_end(scheduler, "chinese-tue/2024-10-15"), 0);
	step();
	restart();
	ck_assert_ptr_null(scheduler_find(scheduler, "chinese-tue/2024-10-15"));
}
END_TEST

START_TEST(an_extended_lesson_is_extended_again)
{
	step();
	const struct scheduled_lesson *lesson = scheduler_find(scheduler, "chinese-tue/2024-10-15");
	int64_t planned_ms = lesson->lesson.end.ms;
	ck_assert_int_eq(scheduler_extend(scheduler, lesson->lesson.id, 7, mono), 0);
	step();
	restart();
	lesson = scheduler_find(scheduler, "chinese-tue/2024-10-15");
	ck_assert_int_eq(lesson->lesson.end.ms, planned_ms + 7 * 60000);
	restart();
	lesson = scheduler_find(scheduler, "chinese-tue/2024-10-15");
	ck_assert_int_eq(lesson->lesson.end.ms, planned_ms + 7 * 60000);
}
END_TEST

START_TEST(an_extension_outlives_a_restart_behind_the_planned_bell)
{
	step();
	ck_assert_int_eq(scheduler_extend(scheduler, "chinese-tue/2024-10-15", 20, mono), 0);
	step();
	after_s(40 * 60); // 10:10; the plan's bell was at 10:05
	step();
	restart();
	const struct scheduled_lesson *lesson = scheduler_find(scheduler, "chinese-tue/2024-10-15");
	ck_assert_ptr_nonnull(lesson);
	ck_assert_int_eq(lesson->state, LESSON_LIVE);
	ck_assert(lesson->is_edited);
}
END_TEST

START_TEST(a_lesson_that_was_cut_stays_cut)
{
	step();
	const struct scheduled_lesson *lesson = scheduler_find(scheduler, "chinese-tue/2024-10-15");
	int64_t planned_ms = lesson->lesson.end.ms;
	struct mono_time bell = mono_after_ns(lesson->bell_at, -600 * NS_IN_S);
	ck_assert_int_eq(scheduler_cut(scheduler, lesson->lesson.id, bell, mono), 0);
	step();
	restart();
	lesson = scheduler_find(scheduler, "chinese-tue/2024-10-15");
	ck_assert_int_eq(lesson->lesson.end.ms, planned_ms - 600 * MS_IN_S);
	after_s(1600); // beyond the earlier bell, within the plan's time
	stop();
	start();
	step();
	ck_assert_uint_eq(scheduler_running_count(scheduler), 0);
}
END_TEST

START_TEST(a_regrouped_lesson_comes_back_with_its_endpoints)
{
	static const char *const endpoints[] = {"wuxi-2", "houren-1", "jian-1"};
	step();
	ck_assert_int_eq(
		scheduler_regroup(scheduler, "chinese-tue/2024-10-15", endpoints, 3, 1, mono), 0);
	step();
	restart();
	const struct lesson *lesson = &scheduler_find(scheduler, "chinese-tue/2024-10-15")->lesson;
	ck_assert_uint_eq(lesson->part_count, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert_str_eq(lesson->parts[i].endpoint->id, endpoints[i]);
	ck_assert_int_eq(lesson->parts[0].role, LESSON_LEAD);
	ck_assert_int_eq(lesson->parts[1].role, LESSON_ASSIST);
	ck_assert_int_eq(lesson->parts[2].role, LESSON_LISTEN);
}
END_TEST

START_TEST(what_ended_needs_no_edit_any_more)
{
	step();
	ck_assert_int_eq(scheduler_extend(scheduler, "chinese-tue/2024-10-15", 7, mono), 0);
	ck_assert_uint_eq(scheduler_edit_count(scheduler), 1);
	ck_assert_int_eq(scheduler_end(scheduler, "chinese-tue/2024-10-15"), 0);
	step();
	ck_assert_uint_eq(scheduler_edit_count(scheduler), 0);
}
END_TEST

START_TEST(a_broken_file_is_set_aside)
{
	static const char *const texts[] = {"{\"adhoc\": [", "", "[]", "\xff"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		char aside[112];
		write_text(texts[i]);
		stop();
		start();
		snprintf(aside, sizeof aside, "%s.bad", path);
		ck_assert_int_eq(access(aside, F_OK), 0);
		ck_assert_int_ne(access(path, F_OK), 0);
		unlink(aside);
	}
	step();
	ck_assert_ptr_nonnull(scheduler_find(scheduler, "chinese-tue/2024-10-15"));
}
END_TEST

START_TEST(nonsense_in_the_file_is_passed_over)
{
	write_text("{\"ended\":[1,null,\"chinese-tue/"
		   "2024-10-15\"],\"edited\":{\"a\":\"b\",\"c\":{},\"x/"
		   "2024-10-15\":{\"ends_at_ms\":9,\"endpoints\":[\"nobody-1\",\"jian-1\"]},"
		   "\"y/2024-10-15\":{\"ends_at_ms\":9,\"listeners\":[\"jian-1\",\"wuxi-1\"]}}}");
	stop();
	start();
	step();
	ck_assert_uint_eq(scheduler_running_count(scheduler), 0);
}
END_TEST

START_TEST(the_file_is_written_only_when_something_has_changed)
{
	struct stat before, after;
	ck_assert_int_eq(journal_save(journal, scheduler, wall), 0);
	ck_assert_int_eq(stat(path, &before), 0);
	ck_assert_int_eq(journal_save(journal, scheduler, wall), 0);
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
	ck_assert_int_eq(before.st_mode & 0777, 0600);
	ck_assert_int_eq(scheduler_ended_add(scheduler, "chinese-tue/2024-10-08"), 0);
	ck_assert_int_eq(journal_save(journal, scheduler, wall), 0);
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_uint_ne(before.st_ino, after.st_ino);
}
END_TEST

START_TEST(a_folder_that_is_gone_is_an_error_until_it_is_back)
{
	char away[80];
	snprintf(away, sizeof away, "%s.away", directory);
	ck_assert_int_eq(rename(directory, away), 0);
	ck_assert_int_eq(scheduler_ended_add(scheduler, "chinese-tue/2024-10-08"), 0);
	ck_assert_int_eq(journal_save(journal, scheduler, wall), -ENOENT);
	ck_assert_int_eq(rename(away, directory), 0);
	ck_assert_int_eq(journal_save(journal, scheduler, wall), 0);
	ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

static Suite *
journal_suite(void)
{
	Suite *suite = suite_create("journal");
	TCase *tcase = tcase_create("journal");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, an_adhoc_lesson_comes_back_with_its_bells);
	tcase_add_test(tcase, an_adhoc_lesson_that_has_ended_stays_ended);
	tcase_add_test(tcase, an_adhoc_lesson_whose_classroom_is_gone_is_left_out);
	tcase_add_test(tcase, a_lesson_that_the_operator_ended_stays_ended);
	tcase_add_test(tcase, an_extended_lesson_is_extended_again);
	tcase_add_test(tcase, an_extension_outlives_a_restart_behind_the_planned_bell);
	tcase_add_test(tcase, a_lesson_that_was_cut_stays_cut);
	tcase_add_test(tcase, a_regrouped_lesson_comes_back_with_its_endpoints);
	tcase_add_test(tcase, what_ended_needs_no_edit_any_more);
	tcase_add_test(tcase, a_broken_file_is_set_aside);
	tcase_add_test(tcase, nonsense_in_the_file_is_passed_over);
	tcase_add_test(tcase, the_file_is_written_only_when_something_has_changed);
	tcase_add_test(tcase, a_folder_that_is_gone_is_an_error_until_it_is_back);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return fixture_run(journal_suite());
}
