/* SPDX-License-Identifier: BSD-3-Clause */
// test_tables.c - legs by 5-tuple, among so many that they get in each other's way, against a plain
// list of who has which.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../support/bytes.h"
#include "datapath/tables.h"
#include "rig.h"

#define WORKERS 2
#define LEGS 3000 // of the second worker, whom the tests look at
#define TUPLES (2 * LEGS)
#define ROUNDS 3000
#define BURST 32

static struct rig rig; // for its EAL
static struct store store;
static struct tables tables;
static struct tuple tuples[TUPLES];
static struct leg *owners[TUPLES]; // the plain list
static uint64_t seed;

// Of either family, and no two alike.
static struct tuple
make_tuple(uint16_t number)
{
	uint8_t bytes[16];
	struct tuple tuple = {.local_port_be = 5000};
	random_fill(&seed, bytes, sizeof bytes);
	bytes[0] = 0xfd;
	if (number % 2) {
		tuple.remote = ip_from_v6(bytes);
		tuple.local = rig_ip6(2);
	} else {
		tuple.remote = ip_from_v4(0x0012c6 | (uint32_t)bytes[15] << 24);
		tuple.local = ip_from_v4(0x020012c6);
	}
	tuple.remote_port_be = number;
	return tuple;
}

static void
setup(void)
{
	struct stats_limits limits = {
		.worker_count = WORKERS, .leg_count = WORKERS * LEGS, .stream_count = WORKERS};
	limits.outflow_count = WORKERS;
	seed = 0x7ab1e5;
	rig_start(&rig, 0, VLAN_NONE);
	ck_assert_int_eq(store_init(&store, &limits), 0);
	ck_assert_int_eq(tables_init(&tables, &store, 1), 0);
	for (uint32_t i = 0; i < LEGS; i++)
		store.legs[LEGS + i].slot = LEGS + i;
	for (uint16_t i = 0; i < TUPLES; i++)
		tuples[i] = make_tuple(i);
	memset(owners, 0, sizeof owners);
}

static void
teardown(void)
{
	tables_fini(&tables);
	store_fini(&store);
	rig_stop(&rig);
}

static struct leg *
any_leg(void)
{
	return &store.legs[LEGS + random_next(&seed) % LEGS];
}

static void
forget(const struct leg *leg)
{
	for (unsigned i = 0; i < TUPLES; i++) {
		if (owners[i] == leg)
			owners[i] = NULL;
	}
}

// Gives a leg any tuple, perhaps another's, or takes its path away.
static void
change_one(void)
{
	static const struct mac next_hop = {{2, 0, 0, 0, 0, 1}};
	struct leg *leg = any_leg();
	unsigned tuple = random_next(&seed) % TUPLES;

	forget(leg);
	if (random_next(&seed) % 8 == 0) {
		tables_clear_path(&tables, leg);
		return;
	}
	ck_assert_int_eq(tables_set_path(&tables, leg, &tuples[tuple], &next_hop), 0);
	owners[tuple] = leg;
}

START_TEST(each_tuple_leads_to_the_leg_that_proved_it_last)
{
	unsigned found = 0, missing = 0;

	for (unsigned i = 0; i < 2 * LEGS; i++)
		change_one();
	for (unsigned round = 0; round < ROUNDS; round++) {
		const struct tuple *asked[BURST];
		struct leg *legs[BURST];
		unsigned numbers[BURST];
		for (unsigned i = 0; i < BURST; i++) {
			numbers[i] = random_next(&seed) % TUPLES;
			asked[i] = &tuples[numbers[i]];
		}
		tables_find_legs(&tables, asked, BURST, legs);
		for (unsigned i = 0; i < BURST; i++) {
			ck_assert_ptr_eq(legs[i], owners[numbers[i]]);
			found += legs[i] != NULL;
			missing += legs[i] == NULL;
		}
		change_one();
	}
	ck_assert_uint_gt(found, ROUNDS * BURST / 4);
	ck_assert_uint_gt(missing, ROUNDS * BURST / 4);
}
END_TEST

START_TEST(all_of_a_tuple_counts)
{
	static const struct mac next_hop = {{2, 0, 0, 0, 0, 1}};
	struct leg *leg = any_leg();
	ck_assert_int_eq(tables_set_path(&tables, leg, &tuples[0], &next_hop), 0);
	ck_assert_ptr_eq(tables_find_leg(&tables, &tuples[0]), leg);
	for (unsigned i = 0; i < sizeof(struct tuple); i++) {
		struct tuple other = tuples[0];
		((uint8_t *)&other)[i] ^= 1;
		ck_assert_ptr_null(tables_find_leg(&tables, &other));
		ck_assert(!tuple_equals(&other, &tuples[0]));
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tables");
	TCase *tests = tcase_create("legs by tuple");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, each_tuple_leads_to_the_leg_that_proved_it_last);
	tcase_add_test(tests, all_of_a_tuple_counts);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_NOFORK); // EAL lives in this process
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
