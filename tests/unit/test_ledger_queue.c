/* SPDX-License-Identifier: BSD-3-Clause */
// test_ledger_queue.c - what waits is copied, has a limit, and comes out in the order that it
// needs.
#include "ledger/ledger_queue.h"

#include <errno.h>

#include "../support/ledger_fixture.h"

static struct ledger_queue queue;
static struct ledger_items claimed;

static void
begin(void)
{
	ledger_queue_init(&queue);
}

static void
end(void)
{
	ledger_queue_fini(&queue);
}

static void
put_minutes(int index, size_t count)
{
	struct ledger_minute *rows = calloc(count, sizeof *rows);
	for (size_t i = 0; i < count; i++)
		rows[i] = a_minute(index);
	ck_assert_int_eq(ledger_queue_put(&queue, ledger_item_minutes(rows, count)), 0);
	free(rows);
}

static int
put_entry(const char *lesson)
{
	struct ledger_entry entry = an_entry(lesson);
	struct ledger_item *item = ledger_item_entry(&entry);
	int result = ledger_queue_put(&queue, item);
	if (result != 0)
		free(item);
	return result;
}

static void
written(void)
{
	ledger_queue_release(&queue, &claimed);
	while (!STAILQ_EMPTY(&claimed)) {
		struct ledger_item *item = STAILQ_FIRST(&claimed);
		STAILQ_REMOVE_HEAD(&claimed, link);
		free(item);
	}
}

START_TEST(a_row_is_a_copy_and_a_long_text_is_cut_between_characters)
{
	char text[LEDGER_TEXT_BYTES_MAX + 16];
	memset(text, 'a', sizeof text);
	memcpy(text + LEDGER_TEXT_BYTES_MAX - 1, "文", strlen("文"));
	text[sizeof text - 1] = '\0';
	struct ledger_entry entry = an_entry("lesson");
	entry.title = text;
	struct ledger_item *item = ledger_item_entry(&entry);
	text[0] = 'b';
	ck_assert_uint_eq(strlen(item->entry.title), LEDGER_TEXT_BYTES_MAX - 1);
	ck_assert_int_eq(item->entry.title[0], 'a');
	ck_assert_str_eq(item->entry.assisted_name, "厚仁中心小学");
	free(item);
}
END_TEST

START_TEST(the_oldest_minutes_make_room_and_are_counted_and_entries_stay)
{
	ck_assert_int_eq(put_entry("kept"), 0);
	put_minutes(1, 100);
	put_minutes(2, LEDGER_MINUTES_HELD_MAX - 100);
	ck_assert_uint_eq(queue.minutes_dropped, 0);
	put_minutes(3, 1);
	ck_assert_uint_eq(queue.minutes_dropped, 100);
	ck_assert_uint_eq(queue.minute_count, LEDGER_MINUTES_HELD_MAX - 99);
	ck_assert_uint_eq(queue.entry_count, 1);
	ledger_queue_claim(&queue, SIZE_MAX, &claimed);
	ck_assert_int_eq(STAILQ_FIRST(&claimed)->minutes[0].minute.ms, a_minute(2).minute.ms);
	written();
}
END_TEST

START_TEST(claimed_minutes_are_not_dropped_but_count)
{
	put_minutes(1, LEDGER_MINUTES_HELD_MAX);
	ledger_queue_claim(&queue, 1, &claimed);
	put_minutes(2, 1);
	ck_assert_uint_eq(queue.minutes_dropped, 1); // the new one: nothing older could go
	ck_assert_uint_eq(queue.minute_count, LEDGER_MINUTES_HELD_MAX);
	ledger_queue_return(&queue, &claimed);
	put_minutes(3, 1);
	ck_assert_uint_eq(queue.minutes_dropped, 1 + LEDGER_MINUTES_HELD_MAX);
	ck_assert_uint_eq(queue.minute_count, 1);
}
END_TEST

START_TEST(an_entry_stands_behind_the_minutes_before_it_also_after_a_failure)
{
	put_minutes(1, 10);
	put_minutes(2, 10);
	ck_assert_int_eq(put_entry("lesson"), 0);
	ledger_queue_claim(&queue, 10, &claimed); // one batch: the entry waits
	ck_assert_ptr_null(STAILQ_NEXT(STAILQ_FIRST(&claimed), link));
	ledger_queue_return(&queue, &claimed);
	ledger_queue_claim(&queue, 20, &claimed);
	struct ledger_item *item = STAILQ_FIRST(&claimed);
	ck_assert_int_eq(item->minutes[0].minute.ms, a_minute(1).minute.ms);
	item = STAILQ_NEXT(item, link);
	ck_assert_int_eq(item->minutes[0].minute.ms, a_minute(2).minute.ms);
	item = STAILQ_NEXT(item, link);
	ck_assert_str_eq(item->entry.lesson, "lesson");
	written();
	ck_assert_uint_eq(queue.minute_count, 0);
	ck_assert_uint_eq(queue.entry_count, 0);
}
END_TEST

START_TEST(entries_beyond_the_limit_are_refused_and_counted)
{
	for (int i = 0; i < LEDGER_ENTRIES_HELD_MAX; i++)
		ck_assert_int_eq(put_entry("lesson"), 0);
	ck_assert_int_eq(put_entry("one too many"), -ENOBUFS);
	ck_assert_uint_eq(queue.entries_refused, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ledger_queue");
	TCase *tests = tcase_create("queue");
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, a_row_is_a_copy_and_a_long_text_is_cut_between_characters);
	tcase_add_test(tests, the_oldest_minutes_make_room_and_are_counted_and_entries_stay);
	tcase_add_test(tests, claimed_minutes_are_not_dropped_but_count);
	tcase_add_test(tests, an_entry_stands_behind_the_minutes_before_it_also_after_a_failure);
	tcase_add_test(tests, entries_beyond_the_limit_are_refused_and_counted);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
