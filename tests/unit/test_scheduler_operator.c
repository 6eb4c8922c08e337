/* SPDX-License-Identifier: BSD-3-Clause */
// test_scheduler_operator.c - ad-hoc lessons, extensions and ends by an operator, and the day's
// board.
#include "../support/scheduler_world.h"

static const char *const pair[] = {"wuxi-1", "houren-1"};

START_TEST(a_lesson_ended_by_the_operator_stays_ended)
{
	world_start(ONE, "09:10");
	step();
	ck_assert_int_eq(scheduler_end(scheduler, "a/2024-10-09"), 0);
	ck_assert_int_eq(scheduler_end(scheduler, "a/2024-10-09"), -ENOENT);
	step();
	check_story("open a; live a; end a");
	pass(60);
	check_story("");
	ck_assert_int_eq(scheduler_end(scheduler, "a/2024-10-09"), -ENOENT);
	world_stop();
}
END_TEST

START_TEST(lessons_without_a_common_endpoint_run_side_by_side)
{
	static const char *const others[] = {"wuxi-2", "jian-1"};
	const struct scheduled_lesson *adhoc;

	world_start(ONE, "09:00");
	step();
	ck_assert_int_eq(scheduler_open_adhoc(scheduler, others, 2, 60, "", wall, mono, &adhoc), 0);
	pass(40 * 60 + 120);
	check_story("open a; live a; open adhoc; live adhoc; grace a; end a");
	ck_assert_int_eq(adhoc->state, LESSON_LIVE);
	world_stop();
}
END_TEST

START_TEST(a_check_gives_way_to_whatever_needs_its_endpoints)
{
	const struct scheduled_lesson *check, *adhoc;

	world_start(TWO, "08:00");
	ck_assert_int_eq(scheduler_open_check(scheduler, pair, 2, 1, "", wall, mono, &check), 0);
	ck_assert(scheduler_is_check(&check->lesson));
	ck_assert_int_eq(check->lesson.form, FORM_INSPECTION);
	step();
	ck_assert_int_eq(scheduler_open_adhoc(scheduler, pair, 2, 1, "", wall, mono, &adhoc), 0);
	ck_assert(!scheduler_is_check(&adhoc->lesson));
	step();
	check_story("open adhoc; live adhoc; open adhoc; end adhoc; live adhoc");
	ck_assert_int_eq(
		scheduler_open_check(scheduler, pair, 2, 1, "", wall, mono, &check), -EBUSY);
	world_stop();
}
END_TEST

START_TEST(an_extension_moves_the_bell_and_the_next_lesson_still_takes_over)
{
	const struct scheduled_lesson *a;

	world_start(TWO, "09:00");
	step();
	check_story("open a; live a");
	a = scheduler_find(scheduler, "a/2024-10-09");
	ck_assert_int_eq(scheduler_extend(scheduler, "a/2024-10-09", 5, mono), 0);
	ck_assert_int_eq(a->lesson.end.ms, fixture_wall("2024-10-09", "09:45").ms);
	ck_assert_int_eq(scheduler_extend(scheduler, "a/2024-10-09", 0, mono), -EINVAL);
	ck_assert_int_eq(scheduler_extend(scheduler, "b/2024-10-09", 5, mono), -ENOENT);
	pass(40 * 60);
	check_story("changed a; open b; end a; live b");
	world_stop();
}
END_TEST

START_TEST(an_extension_in_grace_makes_the_lesson_live_again)
{
	world_start(ONE, "09:00");
	step();
	pass(40 * 60 + 60);
	check_story("open a; live a; grace a");
	ck_assert_int_eq(scheduler_extend(scheduler, "a/2024-10-09", 5, mono), 0);
	step();
	check_story("changed a; live a");
	pass(299);
	check_story("");
	pass(1);
	check_story("grace a");
	pass(120);
	check_story("end a");
	world_stop();
}
END_TEST

START_TEST(an_ad_hoc_lesson_is_live_at_once_and_ends_by_itself)
{
	const struct scheduled_lesson *lesson;

	world_start(ONE, "16:15");
	ck_assert_int_eq(
		scheduler_open_adhoc(scheduler, pair, 2, 10, "检查", wall, mono, &lesson), 0);
	ck_assert_str_eq(lesson->lesson.id, "adhoc/2024-10-09T08:15:00Z-1");
	ck_assert_str_eq(lesson->lesson.title, "检查");
	ck_assert_int_eq(lesson->lesson.parts[0].role, LESSON_LEAD);
	ck_assert_str_eq(lesson->lesson.parts[1].endpoint->id, "houren-1");
	ck_assert_ptr_null(lesson->lesson.rule);
	step();
	check_story("open adhoc; live adhoc");
	pass(600);
	check_story("grace adhoc");
	pass(120);
	check_story("end adhoc");
	world_stop();
}
END_TEST

START_TEST(an_ad_hoc_lesson_is_refused_with_its_reason)
{
	static const char *const unknown[] = {"wuxi-1", "nowhere-1"};
	static const char *const twice[] = {"wuxi-1", "wuxi-1"};
	const struct scheduled_lesson *lesson;

	world_start(ONE, "09:10");
	step();
	ck_assert_int_eq(
		scheduler_open_adhoc(scheduler, pair, 2, 10, "", wall, mono, &lesson), -EBUSY);
	ck_assert_int_eq(
		scheduler_open_adhoc(scheduler, unknown, 2, 10, "", wall, mono, &lesson), -ENOENT);
	ck_assert_int_eq(
		scheduler_open_adhoc(scheduler, twice, 2, 10, "", wall, mono, &lesson), -EINVAL);
	ck_assert_int_eq(
		scheduler_open_adhoc(scheduler, pair, 1, 10, "", wall, mono, &lesson), -EINVAL);
	ck_assert_int_eq(
		scheduler_open_adhoc(scheduler, pair, 2, 0, "", wall, mono, &lesson), -EINVAL);
	ck_assert_uint_eq(scheduler_running_count(scheduler), 1);
	world_stop();
}
END_TEST

START_TEST(an_ad_hoc_lesson_runs_in_the_lead_in_until_the_bell)
{
	const struct scheduled_lesson *lesson;

	world_start(ONE, "08:58");
	step();
	check_story("open a");
	ck_assert_int_eq(scheduler_open_adhoc(scheduler, pair, 2, 10, "", wall, mono, &lesson), 0);
	step();
	check_story("open adhoc; live adhoc");
	ck_assert_ptr_eq(scheduler_holder(scheduler, "wuxi-1"), lesson);
	ck_assert_ptr_null(scheduler_holder(scheduler, "jian-1"));
	pass(120);
	check_story("end adhoc; live a");
	ck_assert_str_eq(scheduler_holder(scheduler, "wuxi-1")->lesson.id, "a/2024-10-09");
	world_stop();
}
END_TEST

START_TEST(an_ad_hoc_lesson_goes_on_after_a_restart)
{
	const char *id = "adhoc/2024-10-09T08:15:00Z-1";
	struct wall_time start, end;
	const struct scheduled_lesson *other;

	world_start(ONE, "16:20");
	start = fixture_wall("2024-10-09", "16:15");
	end = fixture_wall("2024-10-09", "16:25");
	ck_assert_int_eq(
		scheduler_restore_adhoc(scheduler, "a/1", pair, 2, 0, "", start, end, wall, mono),
		-EINVAL);
	ck_assert_int_eq(
		scheduler_restore_adhoc(scheduler, id, pair, 2, 0, "t", start, wall, wall, mono),
		-ETIME);
	ck_assert_int_eq(
		scheduler_restore_adhoc(scheduler, id, pair, 2, 0, "t", start, end, wall, mono), 0);
	ck_assert_int_eq(
		scheduler_restore_adhoc(scheduler, id, pair, 2, 0, "t", start, end, wall, mono),
		-EEXIST);
	ck_assert_int_eq(
		scheduler_open_adhoc(scheduler, pair, 2, 5, "", wall, mono, &other), -EBUSY);
	step();
	check_story("open adhoc; live adhoc");
	pass(300);
	check_story("grace adhoc");
	world_stop();
}
END_TEST

START_TEST(the_board_shows_the_day_with_what_runs)
{
	struct board_lesson *board;
	const struct scheduled_lesson *adhoc;
	static const char *const third[] = {"jian-1", "wuxi-2"};
	size_t count;

	world_start(TWO "c,wuxi-houren,3,1,x,08:00-08:40,\n", "09:10");
	step();
	ck_assert_int_eq(scheduler_open_adhoc(scheduler, third, 2, 5, "z", wall, mono, &adhoc), 0);
	ck_assert_int_eq(scheduler_extend(scheduler, "a/2024-10-09", 5, mono), 0);
	step();
	ck_assert_int_eq(
		scheduler_lessons_of(scheduler, fixture_date("2024-10-09"), wall, &board, &count),
		0);
	ck_assert_uint_eq(count, 4);
	ck_assert_str_eq(board[0].lesson.id, "c/2024-10-09");
	ck_assert_int_eq(board[0].state, LESSON_ENDED);
	ck_assert_int_eq(board[1].state, LESSON_LIVE);
	ck_assert_int_eq(board[1].closes.ms, fixture_wall("2024-10-09", "09:47").ms);
	ck_assert_str_eq(board[2].lesson.id, adhoc->lesson.id);
	ck_assert_int_eq(board[3].state, LESSON_PLANNED);
	ck_assert_int_eq(board[3].opens.ms, fixture_wall("2024-10-09", "09:37").ms);
	ck_assert_str_eq(lesson_state_name(board[3].state), "planned");
	free(board);
	ck_assert_str_eq(scheduler_next_lesson(scheduler, "wuxi-1", wall)->id, "b/2024-10-09");
	ck_assert_ptr_null(scheduler_next_lesson(scheduler, "jian-1", wall));
	pass(3600 + 600);
	ck_assert_str_eq(scheduler_next_lesson(scheduler, "wuxi-1", wall)->id, "c/2024-10-16");
	world_stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scheduler_operator");
	TCase *tests = tcase_create("scheduler_operator");

	tcase_add_test(tests, a_lesson_ended_by_the_operator_stays_ended);
	tcase_add_test(tests, lessons_without_a_common_endpoint_run_side_by_side);
	tcase_add_test(tests, a_check_gives_way_to_whatever_needs_its_endpoints);
	tcase_add_test(tests, an_extension_moves_the_bell_and_the_next_lesson_still_takes_over);
	tcase_add_test(tests, an_extension_in_grace_makes_the_lesson_live_again);
	tcase_add_test(tests, an_ad_hoc_lesson_is_live_at_once_and_ends_by_itself);
	tcase_add_test(tests, an_ad_hoc_lesson_is_refused_with_its_reason);
	tcase_add_test(tests, an_ad_hoc_lesson_runs_in_the_lead_in_until_the_bell);
	tcase_add_test(tests, an_ad_hoc_lesson_goes_on_after_a_restart);
	tcase_add_test(tests, the_board_shows_the_day_with_what_runs);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
