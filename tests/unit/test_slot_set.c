/* SPDX-License-Identifier: BSD-3-Clause */
// test_slot_set.c - what a walk over the slots in use meets.
#include "datapath/slot_set.h"

#include <check.h>
#include <stdlib.h>

#define FIRST 1000
#define COUNT 200

static struct slot_set set;

static void
setup(void)
{
	ck_assert_int_eq(slot_set_init(&set, (struct slot_range){FIRST, COUNT}), 0);
}

static void
teardown(void)
{
	slot_set_fini(&set);
}

START_TEST(nothing_is_in_use_at_first)
{
	uint32_t slot = FIRST;
	ck_assert(!slot_set_next(&set, &slot, FIRST + COUNT));
}
END_TEST

START_TEST(a_walk_meets_what_is_in_use_in_order)
{
	// Both ends of the range and of its words.
	static const uint32_t used[] = {FIRST, FIRST + 63, FIRST + 64, FIRST + 191, FIRST + 199};
	unsigned met = 0;

	for (unsigned i = 5; i-- > 0;)
		slot_set_add(&set, used[i]);
	for (uint32_t slot = FIRST; slot_set_next(&set, &slot, FIRST + COUNT); slot++) {
		ck_assert_uint_lt(met, 5);
		ck_assert_uint_eq(slot, used[met++]);
	}
	ck_assert_uint_eq(met, 5);
}
END_TEST

START_TEST(a_walk_ends_before_its_end)
{
	slot_set_add(&set, FIRST + 70);
	uint32_t slot = FIRST;
	ck_assert(!slot_set_next(&set, &slot, FIRST + 70));
	slot = FIRST + 10;
	ck_assert(slot_set_next(&set, &slot, FIRST + 71));
	ck_assert_uint_eq(slot, FIRST + 70);
	slot = FIRST + 71;
	ck_assert(!slot_set_next(&set, &slot, FIRST + COUNT));
}
END_TEST

START_TEST(what_was_removed_is_not_met)
{
	slot_set_add(&set, FIRST + 5);
	slot_set_add(&set, FIRST + 6);
	slot_set_remove(&set, FIRST + 5);
	uint32_t slot = FIRST;
	ck_assert(slot_set_next(&set, &slot, FIRST + COUNT));
	ck_assert_uint_eq(slot, FIRST + 6);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("slot_set");
	TCase *tests = tcase_create("slot_set");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, nothing_is_in_use_at_first);
	tcase_add_test(tests, a_walk_meets_what_is_in_use_in_order);
	tcase_add_test(tests, a_walk_ends_before_its_end);
	tcase_add_test(tests, what_was_removed_is_not_met);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
