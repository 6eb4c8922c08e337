/* SPDX-License-Identifier: BSD-3-Clause */
// test_recorder.c - live lessons become minutes, verdicts and reasons; nothing is lost or told
// twice.
#include "../support/recorder_rig.h"

static struct rig rig;

static void
setup(void)
{
	rig_init(&rig);
}

static void
teardown(void)
{
	rig_fini(&rig);
}

static void
expect(const char *assisted, enum ledger_verdict verdict, uint32_t live, const char *reason)
{
	const struct rig_entry *entry = rig_entry_of(&rig, assisted);
	ck_assert_str_eq(entry->reason, reason);
	ck_assert_int_eq(entry->row.verdict, verdict);
	ck_assert_uint_eq(entry->row.live_minutes, live);
}

START_TEST(a_whole_lesson_is_delivered_with_its_bells)
{
	rig_run(&rig, false);
	rig_pass(&rig, 180, 0, 0);
	rig_plan(&rig);
	rig_pass(&rig, 42 * 60, WUXI | HOUREN, WUXI);
	rig_end(&rig, RECORDER_END_BELL);
	expect("houren", LEDGER_DELIVERED, 40, "");
	const struct ledger_entry *row = &rig.entries[0].row;
	ck_assert_uint_eq(rig.entry_count, 1);
	ck_assert_uint_eq(row->planned_minutes, 40);
	ck_assert_int_eq(row->planned_start.ms, RIG_START_MS);
	ck_assert_int_eq(row->planned_end.ms, RIG_START_MS + 40 * 60000);
	ck_assert_int_eq(row->real_start.ms, RIG_START_MS);
	ck_assert_int_eq(row->real_end.ms, RIG_START_MS + 40 * 60000);
	ck_assert_str_eq(rig.entries[0].lead, "wuxi");
	ck_assert_str_eq(rig.entries[0].pair, "p1");
	// Every packet is in one row: 42 minutes of two audio and one video flow.
	ck_assert_uint_eq(rig.minute_count, 42 * 3);
	ck_assert_uint_eq(rig_packets(&rig, 0), 42 * 60 * 80);
	ck_assert_uint_eq(rig_packets(&rig, 1), 42 * 60 * 50);
	for (size_t i = 0; i < rig.minute_count; i++) {
		ck_assert_uint_eq(rig.minutes[i].media_s, 60);
		ck_assert_int_eq((rig.minutes[i].minute.ms - RIG_START_MS) % 60000, 0);
	}
}
END_TEST

// live minutes of 40, verdict
static const struct {
	uint32_t live;
	enum ledger_verdict verdict;
} verdicts[] = {{40, LEDGER_DELIVERED}, {32, LEDGER_DELIVERED}, {31, LEDGER_PARTIAL},
	{1, LEDGER_PARTIAL}, {0, LEDGER_MISSED}};

START_TEST(the_verdict_counts_the_minutes_in_which_both_were_live)
{
	uint32_t live = verdicts[_i].live;
	char reason[REASON_BYTES] = "";
	rig_run(&rig, false);
	rig_pass(&rig, 180, 0, 0);
	rig_pass(&rig, (40 - live) * 60, WUXI, WUXI);
	rig_pass(&rig, live * 60, WUXI | HOUREN, WUXI);
	rig_end(&rig, RECORDER_END_BELL);
	if (verdicts[_i].verdict != LEDGER_DELIVERED)
		snprintf(reason, sizeof reason, "live(%u|40); ", live);
	if (live < 40)
		snprintf(reason + strlen(reason), 64, "absent(厚仁|%u)", 40 - live);
	expect("houren", verdicts[_i].verdict, live, reason);
}
END_TEST

START_TEST(a_minute_needs_fifty_seconds_of_audio_of_both)
{
	rig_run(&rig, false);
	rig_pass(&rig, 180, 0, 0);
	for (unsigned minute = 0; minute < 40; minute++) {
		unsigned seconds = minute < 20 ? 50 : 49;
		rig_pass(&rig, seconds, WUXI | HOUREN, WUXI | HOUREN);
		rig_pass(&rig, 60 - seconds, WUXI, WUXI | HOUREN);
	}
	rig_end(&rig, RECORDER_END_BELL);
	expect("houren", LEDGER_PARTIAL, 20, "live(20|40); no_audio(厚仁|20)");
}
END_TEST

START_TEST(each_assisted_school_has_a_verdict_of_its_own)
{
	rig.lesson.part_count = 4;
	rig_run(&rig, false);
	rig_pass(&rig, 180, 0, 0);
	rig_pass(&rig, 40 * 60, WUXI | HOUREN, 0);
	rig_end(&rig, RECORDER_END_BELL);
	ck_assert_uint_eq(rig.entry_count, 2); // who listens has no row
	expect("houren", LEDGER_DELIVERED, 40, "");
	expect("jian", LEDGER_MISSED, 0, "live(0|40); absent(吉安|40)");
	ck_assert_str_eq(rig_entry_of(&rig, "houren")->row.scope, "county");
	ck_assert_str_eq(rig_entry_of(&rig, "jian")->row.scope, "city");
}
END_TEST

START_TEST(the_leads_absence_is_told_as_its_own)
{
	rig_run(&rig, false);
	rig_pass(&rig, 180 + 600, HOUREN, 0);
	rig_pass(&rig, 30 * 60, HOUREN | WUXI, 0);
	rig_end(&rig, RECORDER_END_BELL);
	expect("houren", LEDGER_PARTIAL, 30, "live(30|40); absent(巫溪|10)");
	ck_assert_int_eq(rig.entries[0].row.real_start.ms, RIG_START_MS + 600000);
}
END_TEST

START_TEST(the_grace_has_rows_but_makes_no_minute_live)
{
	rig_run(&rig, false);
	rig_pass(&rig, 180 + 39 * 60, WUXI, 0);
	rig_pass(&rig, 3 * 60, WUXI | HOUREN, 0);
	rig_end(&rig, RECORDER_END_BELL);
	expect("houren", LEDGER_PARTIAL, 1, "live(1|40); absent(厚仁|39)");
	ck_assert_uint_eq(rig_packets(&rig, 1), 3 * 60 * 50);
}
END_TEST

START_TEST(an_operators_changes_are_told)
{
	rig_run(&rig, false);
	rig_pass(&rig, 180 + 600, WUXI | HOUREN, 0);
	rig.lesson.end.ms += 5 * 60000;
	rig.bell = mono_after_ns(rig.bell, 5 * 60 * NS_IN_S);
	rig_run(&rig, true);
	rig_pass(&rig, 35 * 60, WUXI | HOUREN, 0);
	rig_end(&rig, RECORDER_END_BELL);
	expect("houren", LEDGER_DELIVERED, 45, "extended(5)");
	ck_assert_uint_eq(rig.entries[0].row.planned_minutes, 40);
}
END_TEST

START_TEST(a_lesson_that_is_ended_says_by_whom_and_when)
{
	rig_run(&rig, false);
	rig_pass(&rig, 180 + 600, WUXI | HOUREN, 0);
	rig_end(&rig, RECORDER_END_OPERATOR);
	expect("houren", LEDGER_PARTIAL, 10, "live(10|40); ended(09:30)");
}
END_TEST

START_TEST(a_cut_lesson_says_so)
{
	rig_run(&rig, false);
	rig_pass(&rig, 180 + 600, WUXI | HOUREN, 0);
	rig.lesson.end.ms -= 10 * 60000;
	rig.bell = mono_after_ns(rig.bell, -10 * 60 * NS_IN_S);
	rig_run(&rig, true);
	rig_pass(&rig, 20 * 60, WUXI | HOUREN, 0);
	rig_end(&rig, RECORDER_END_SUPERSEDED); // after its bell: as planned
	expect("houren", LEDGER_PARTIAL, 30, "live(30|40); cut(10)");
}
END_TEST

START_TEST(schools_that_come_and_go_count_while_they_are_in)
{
	struct lesson_part parts[2] = {rig.parts[0], rig.parts[2]};
	rig_run(&rig, false);
	rig_pass(&rig, 180 + 600, WUXI | HOUREN, 0);
	rig.lesson.parts = parts;
	rig_run(&rig, true);
	rig_pass(&rig, 30 * 60, WUXI | JIAN, 0);
	rig_end(&rig, RECORDER_END_BELL);
	expect("houren", LEDGER_PARTIAL, 10, "live(10|40); joined(吉安|09:30); left(厚仁|09:30)");
	expect("jian", LEDGER_EXTRA, 30, "joined(吉安|09:30); left(厚仁|09:30)");
}
END_TEST

START_TEST(an_adhoc_lesson_is_extra_and_finds_its_pair)
{
	rig.lesson.rule = NULL;
	snprintf(rig.lesson.id, sizeof rig.lesson.id, "adhoc/2026-11-22T01:20:00Z-1");
	rig_run(&rig, false);
	rig_pass(&rig, 180 + 40 * 60, WUXI | HOUREN, 0);
	rig_end(&rig, RECORDER_END_OPERATOR);
	expect("houren", LEDGER_EXTRA, 40, "");
	ck_assert_str_eq(rig.entries[0].pair, "p1");
	ck_assert_str_eq(rig.entries[0].row.rule, "");
}
END_TEST

START_TEST(a_cancelled_lesson_has_a_row_for_each_school_once)
{
	rig.lesson.cancellation = CANCELLED_EXCEPTION;
	rig.rule.part_count = rig.lesson.part_count = 3;
	rig_plan(&rig);
	rig_plan(&rig);
	ck_assert_uint_eq(rig.entry_count, 2);
	expect("houren", LEDGER_CANCELLED, 0, "exception()");
	expect("jian", LEDGER_CANCELLED, 0, "exception()");
	ck_assert_uint_eq(recorder_count(rig.recorder), 0);
}
END_TEST

START_TEST(a_school_that_is_off_is_cancelled_and_the_other_held)
{
	rig.rule.part_count = 3;
	rig_run(&rig, false);
	rig_pass(&rig, 180, 0, 0);
	rig_plan(&rig); // without jian, which the rule has
	expect("jian", LEDGER_CANCELLED, 0, "assisted_off(吉安)");
	rig_pass(&rig, 40 * 60, WUXI | HOUREN, 0);
	rig_end(&rig, RECORDER_END_BELL);
	expect("houren", LEDGER_DELIVERED, 40, "");
	ck_assert_uint_eq(rig.entry_count, 2);
}
END_TEST

START_TEST(a_step_of_the_wall_clock_neither_doubles_nor_skips_a_minute)
{
	rig_run(&rig, false);
	rig_pass(&rig, 180 + 600, WUXI | HOUREN, 0);
	rig.wall.ms += _i * 7 * 60000;
	rig_pass(&rig, 30 * 60, WUXI | HOUREN, 0);
	rig_end(&rig, RECORDER_END_BELL);
	expect("houren", LEDGER_DELIVERED, 40, "");
	ck_assert_uint_eq(rig.minute_count, 2 * 40);
	for (size_t i = 0; i < rig.minute_count; i++)
		ck_assert_int_eq(rig.minutes[i].minute.ms, RIG_START_MS + (int64_t)(i / 2) * 60000);
}
END_TEST

START_TEST(what_was_planned_while_the_relay_was_down_is_missed_for_that)
{
	// It was down from 09:10, and is up again at 10:05.
	rig.wall.ms = RIG_START_MS + 45 * 60000;
	recorder_started(rig.recorder, (struct wall_time){RIG_START_MS - 600000}, rig.wall);
	rig_plan(&rig);
	rig_pass(&rig, 5, 0, 0);
	expect("houren", LEDGER_MISSED, 0, "live(0|40); relay_down(09:20|10:00)");
}
END_TEST

START_TEST(a_lesson_that_was_never_opened_says_so)
{
	rig_pass(&rig, 180, 0, 0);
	rig_plan(&rig);
	rig_pass(&rig, 40 * 60 + 5, 0, 0);
	expect("houren", LEDGER_MISSED, 0, "live(0|40); never_opened()");
}
END_TEST

// The recorder is killed and begins anew with what it had saved a second before.
static void
restart(unsigned away_s)
{
	char *text = recorder_save(rig.recorder, rig.wall, rig.mono);
	recorder_destroy(rig.recorder);
	rig_recorder(&rig);
	rig.wall.ms += away_s * 1000;
	rig.mono.ns = rig.mono.ns % 7919 + 12 * NS_IN_S; // another boot
	rig.bell = mono_after_ns(rig.mono, (rig.lesson.end.ms - rig.wall.ms) * NS_IN_MS);
	ck_assert_int_eq(recorder_restore(rig.recorder, text, strlen(text), rig.wall, rig.mono), 0);
	free(text);
}

START_TEST(what_was_recorded_before_a_restart_counts)
{
	rig_run(&rig, false);
	rig_pass(&rig, 180, 0, 0);
	rig_pass(&rig, 10 * 60 + 30, WUXI | HOUREN, 0);
	restart(4 * 60);
	rig_run(&rig, false);
	rig_pass(&rig, 25 * 60 + 30, WUXI | HOUREN, 0);
	rig_end(&rig, RECORDER_END_BELL);
	expect("houren", LEDGER_DELIVERED, 35, "relay_down(09:30|09:34)");
	// 10 whole minutes, 30 s and 30 s of two broken ones, 25 whole ones.
	ck_assert_uint_eq(rig_packets(&rig, 0),
		(10 * 60 + 30 + 25 * 60 + 30) * 50 + 0 * 180); // none before the bell
}
END_TEST

START_TEST(a_short_restart_within_a_minute_adds_up_in_its_row)
{
	rig_run(&rig, false);
	rig_pass(&rig, 180 + 10 * 60 + 20, WUXI | HOUREN, 0);
	size_t before = rig.minute_count;
	restart(5);
	rig_run(&rig, false);
	rig_pass(&rig, 40, WUXI | HOUREN, 0);
	ck_assert_uint_eq(rig.minute_count, before + 2);
	ck_assert_uint_eq(rig.minutes[before].packets, 55 * 50);
	ck_assert_uint_eq(rig.minutes[before].media_s, 55);
	rig_pass(&rig, 29 * 60 - 5, WUXI | HOUREN, 0);
	rig_end(&rig, RECORDER_END_BELL);
	expect("houren", LEDGER_DELIVERED, 40, "relay_down(09:30|09:30)");
}
END_TEST

START_TEST(a_row_is_given_again_only_where_it_never_reached_the_disk)
{
	rig_run(&rig, false);
	rig_pass(&rig, 180 + 40 * 60, WUXI | HOUREN, 0);
	rig_end(&rig, RECORDER_END_BELL);
	ck_assert_uint_eq(rig.entry_count, 1);
	restart(1); // nobody said that it was written
	if (_i)
		recorder_known(rig.recorder, rig.lesson.id, "houren");
	rig_pass(&rig, 1, 0, 0);
	ck_assert_uint_eq(rig.entry_count, _i ? 1 : 2);
	recorder_written(rig.recorder);
	ck_assert_uint_eq(recorder_count(rig.recorder), 0);
	restart(1);
	rig_pass(&rig, 1, 0, 0);
	ck_assert_uint_eq(rig.entry_count, _i ? 1 : 2);
}
END_TEST

START_TEST(a_minutes_rows_are_given_again_where_they_never_reached_the_disk)
{
	rig_run(&rig, false);
	rig_pass(&rig, 180, 0, 0);
	rig_pass(&rig, 63, WUXI | HOUREN, 0);
	ck_assert_uint_eq(rig.minute_count, 2);
	if (_i == 2)
		recorder_written(rig.recorder);
	restart(1);
	const struct ledger_minute known = {.lesson = rig.lesson.id,
		.endpoint = "houren",
		.to_school = "",
		.kind = STREAM_AUDIO,
		.minute = {RIG_START_MS}};
	if (_i == 1)
		recorder_known_minute(rig.recorder, &known);
	rig_run(&rig, false);
	recorder_resume(rig.recorder);
	recorder_resume(rig.recorder);
	ck_assert_uint_eq(rig.minute_count, 2 + 2 - (size_t)_i);
	if (_i < 2) {
		ck_assert_str_eq(rig.minutes[2].school, "wuxi");
		ck_assert_uint_eq(rig.minutes[2].packets, rig.minutes[0].packets);
		ck_assert_uint_eq(rig.minutes[2].media_s, rig.minutes[0].media_s);
	}
}
END_TEST

START_TEST(a_state_that_is_broken_is_not_taken)
{
	static const char *const texts[] = {"", "{", "[]", "{\"version\":1}",
		"{\"version\":2,\"saved_at_ms\":1,\"lessons\":[]}",
		"{\"version\":1,\"saved_at_ms\":1,\"lessons\":[{\"id\":\"x\"}]}"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		ck_assert_int_eq(recorder_restore(rig.recorder, texts[i], strlen(texts[i]),
					 rig.wall, rig.mono),
			-EINVAL);
	// Nor one of which any byte is missing.
	rig_run(&rig, false);
	rig_pass(&rig, 200, WUXI, 0);
	char *text = recorder_save(rig.recorder, rig.wall, rig.mono);
	recorder_destroy(rig.recorder);
	rig_recorder(&rig);
	for (size_t bytes = 0; bytes < strlen(text); bytes += 13) {
		ck_assert_int_eq(
			recorder_restore(rig.recorder, text, bytes, rig.wall, rig.mono), -EINVAL);
		ck_assert_uint_eq(recorder_count(rig.recorder), 0);
	}
	free(text);
}
END_TEST

START_TEST(late_packets_make_good_what_seemed_lost)
{
	struct recorder_look look = {.lesson = rig.lesson.id,
		.school = "wuxi",
		.endpoint = "wuxi",
		.to_school = "",
		.kind = STREAM_AUDIO,
		.packets = 50,
		.lost = 3};
	rig_run(&rig, false);
	rig_pass(&rig, 180, 0, 0);
	look.at = mono_after_ns(rig.mono, 30 * NS_IN_S);
	recorder_look(rig.recorder, &look);
	look.at = mono_after_ns(rig.mono, 70 * NS_IN_S);
	look.lost = -2;
	recorder_look(rig.recorder, &look);
	look.at = mono_after_ns(rig.mono, 130 * NS_IN_S);
	look.lost = 3;
	recorder_look(rig.recorder, &look);
	look.at = mono_after_ns(rig.mono, 190 * NS_IN_S);
	recorder_look(rig.recorder, &look);
	ck_assert_uint_eq(rig.minute_count, 3);
	ck_assert_uint_eq(rig.minutes[0].lost, 3);
	ck_assert_uint_eq(rig.minutes[1].lost, 0);
	ck_assert_uint_eq(rig.minutes[2].lost, 1);
}
END_TEST

START_TEST(a_gap_counts_in_the_minute_in_which_it_was)
{
	struct recorder_look look = {.lesson = rig.lesson.id,
		.school = "wuxi",
		.endpoint = "wuxi",
		.to_school = "",
		.kind = STREAM_AUDIO,
		.packets = 50};
	rig_run(&rig, false);
	rig_pass(&rig, 180, 0, 0);
	// 800 ms at second 55, seen for 10 s; 100 ms at second 65.
	for (int second = 0; second < 125; second++) {
		look.at = mono_after_ns(rig.mono, second * NS_IN_S + NS_IN_S / 2);
		look.longest_gap_us = second >= 55 && second < 65   ? 800000
				      : second >= 65 && second < 75 ? 100000
								    : 20000;
		recorder_look(rig.recorder, &look);
	}
	ck_assert_uint_eq(rig.minute_count, 2);
	ck_assert_uint_eq(rig.minutes[0].longest_gap_us, 800000);
	ck_assert_uint_eq(rig.minutes[1].longest_gap_us, 100000);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("recorder");
	TCase *facts = tcase_create("facts");
	tcase_add_checked_fixture(facts, setup, teardown);
	tcase_add_test(facts, a_whole_lesson_is_delivered_with_its_bells);
	tcase_add_loop_test(facts, the_verdict_counts_the_minutes_in_which_both_were_live, 0,
		sizeof verdicts / sizeof *verdicts);
	tcase_add_test(facts, a_minute_needs_fifty_seconds_of_audio_of_both);
	tcase_add_test(facts, each_assisted_school_has_a_verdict_of_its_own);
	tcase_add_test(facts, the_leads_absence_is_told_as_its_own);
	tcase_add_test(facts, the_grace_has_rows_but_makes_no_minute_live);
	tcase_add_test(facts, an_operators_changes_are_told);
	tcase_add_test(facts, a_lesson_that_is_ended_says_by_whom_and_when);
	tcase_add_test(facts, a_cut_lesson_says_so);
	tcase_add_test(facts, schools_that_come_and_go_count_while_they_are_in);
	tcase_add_test(facts, an_adhoc_lesson_is_extra_and_finds_its_pair);
	tcase_add_test(facts, a_cancelled_lesson_has_a_row_for_each_school_once);
	tcase_add_test(facts, a_school_that_is_off_is_cancelled_and_the_other_held);
	tcase_add_loop_test(
		facts, a_step_of_the_wall_clock_neither_doubles_nor_skips_a_minute, -1, 2);
	tcase_add_test(facts, what_was_planned_while_the_relay_was_down_is_missed_for_that);
	tcase_add_test(facts, a_lesson_that_was_never_opened_says_so);
	tcase_add_test(facts, what_was_recorded_before_a_restart_counts);
	tcase_add_test(facts, a_short_restart_within_a_minute_adds_up_in_its_row);
	tcase_add_loop_test(facts, a_row_is_given_again_only_where_it_never_reached_the_disk, 0, 2);
	tcase_add_loop_test(
		facts, a_minutes_rows_are_given_again_where_they_never_reached_the_disk, 0, 3);
	tcase_add_test(facts, a_state_that_is_broken_is_not_taken);
	tcase_add_test(facts, late_packets_make_good_what_seemed_lost);
	tcase_add_test(facts, a_gap_counts_in_the_minute_in_which_it_was);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
