/* SPDX-License-Identifier: BSD-3-Clause */
// test_fleet.c - several workers: sessions of each, packets that land at another, in turns and on
// threads.
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "media/rtp.h"
#include "platform/clock.h"
#include "rig.h"

#define RING_PACKETS 1024 // between two workers, as fleet.c makes them
#define PAIRS_MAX 4
#define PACKETS 20000
#define UNDER_WAY_MAX 256 // less than any ring has room for
#define PATIENCE_S 60

static struct rig rig;
static struct rig_endpoint senders[PAIRS_MAX], receivers[PAIRS_MAX];

// Whom the endpoints that are added from now on belong to.
static void
turn_to_worker(uint32_t workers, uint16_t queues, uint32_t owner)
{
	rig_use_fleet(workers, queues, owner);
	rig.worker = rig.workers[owner];
}

// A pair of schools at each worker.
static void
start_pairs(uint32_t workers, uint16_t queues)
{
	rig_use_fleet(workers, queues, 0);
	rig_start(&rig, 0, VLAN_NONE);
	for (uint32_t i = 0; i < workers; i++) {
		turn_to_worker(workers, queues, i);
		rig_add_endpoint(&rig, &senders[i], 2 * i, SRTP_AEAD_AES_128_GCM, true);
		rig_add_endpoint(&rig, &receivers[i], 2 * i + 1, SRTP_AEAD_AES_128_GCM, true);
		rig_connect(&rig, 0, &senders[i], &receivers[i]);
		rig_prove_path(&rig, &senders[i]);
		rig_prove_path(&rig, &receivers[i]);
	}
}

static void
end_pairs(uint32_t workers, uint16_t queues)
{
	for (uint32_t i = 0; i < workers; i++) {
		turn_to_worker(workers, queues, i);
		rig_disconnect(&rig, 0);
		rig_remove_endpoint(&rig, &senders[i]);
		rig_remove_endpoint(&rig, &receivers[i]);
	}
	rig_stop(&rig);
}

// Whose copy it is, and that it is the next one of its sender's.
static uint32_t
check_copy(const struct rig_frame *frame, uint32_t workers, uint16_t *next_seqs)
{
	struct frame parsed;
	struct rtp_header header;
	const uint8_t *payload = rig_payload(frame, &parsed);
	ck_assert_int_eq(rtp_parse(payload, parsed.payload_bytes, &header), 0);
	uint32_t pair = ssrc_worker(header.ssrc);
	ck_assert_uint_lt(pair, workers);
	ck_assert_uint_eq(header.ssrc, senders[pair].ssrc);
	ck_assert_mem_eq(frame->bytes, &receivers[pair].mac, MAC_BYTES);
	ck_assert_uint_eq(header.seq, next_seqs[pair]);
	next_seqs[pair]++;
	return pair;
}

START_TEST(sessions_of_all_workers_flow_beside_each_other)
{
	static const uint16_t queues[] = {1, 2, 4};
	struct rig_frame frame;
	uint16_t next_seqs[PAIRS_MAX];
	unsigned copies = 0;

	start_pairs(4, queues[_i]);
	for (uint32_t i = 0; i < 4; i++)
		next_seqs[i] = senders[i].seq;
	for (unsigned n = 0; n < 400; n++) {
		rig_rtp(&rig, &senders[n % 4], 100, true, &frame);
		rig_inject(&rig, &frame);
		if (n % 16 != 15)
			continue;
		rig_turn(&rig, NS_IN_MS);
		for (; rig_take_copy(&rig, &frame); copies++)
			check_copy(&frame, 4, next_seqs);
	}
	ck_assert_uint_eq(copies, 400);
	struct worker_stats stats;
	rig_counters(&rig, &stats);
	ck_assert_uint_eq(stats.forwarded, 400);
	ck_assert_uint_gt(stats.handed_in, 100);
	end_pairs(4, queues[_i]);
}
END_TEST

START_TEST(a_full_ring_drops_what_came_last_by_name_and_keeps_the_order)
{
	struct rig_frame frame;
	struct worker_stats stats;
	uint16_t next_seqs[PAIRS_MAX];
	unsigned copies = 0;

	start_pairs(2, 1);
	next_seqs[1] = senders[1].seq;
	rig_counters(&rig, &stats);
	ck_assert_uint_eq(stats.drops[DROP_HANDOVER_FULL], 0);
	for (unsigned n = 0; n < RING_PACKETS + 100; n++) {
		rig_rtp(&rig, &senders[1], 100, true, &frame);
		rig_inject(&rig, &frame);
		worker_poll(rig.workers[0], rig.now); // the owner is busy elsewhere
	}
	while (rig_turn(&rig, 0) > 0) {
		for (; rig_take_copy(&rig, &frame); copies++)
			check_copy(&frame, 2, next_seqs);
	}
	ck_assert_uint_eq(copies, RING_PACKETS);
	rig_counters(&rig, &stats);
	ck_assert_uint_eq(stats.drops[DROP_HANDOVER_FULL], 100);
	end_pairs(2, 1);
}
END_TEST

START_TEST(whoever_names_another_worker_is_thrown_away_there)
{
	struct rig_frame frame, forged;
	struct worker_stats stats, before;

	start_pairs(2, 2);
	rig_counters(&rig, &before);
	rig_rtp(&rig, &senders[0], 100, true, &frame);
	for (unsigned worker = 1; worker < 256; worker++) {
		forged = frame;
		forged.bytes[ETHERNET_HEADER_BYTES + IPV4_HEADER_BYTES + UDP_HEADER_BYTES + 8] =
			(uint8_t)worker;
		rig_inject(&rig, &forged);
		rig_turn(&rig, 0);
	}
	ck_assert(!rig_take_copy(&rig, &forged));
	rig_counters(&rig, &stats);
	// The second worker knows nobody of that address; the first has no such SSRC.
	ck_assert_uint_eq(stats.drops[DROP_UNKNOWN_PATH] - before.drops[DROP_UNKNOWN_PATH], 1);
	ck_assert_uint_eq(stats.drops[DROP_UNKNOWN_SSRC] - before.drops[DROP_UNKNOWN_SSRC], 254);
	rig_inject(&rig, &frame); // none of it cost the true one anything
	rig_turn(&rig, 0);
	ck_assert(rig_take_copy(&rig, &frame));
	end_pairs(2, 2);
}
END_TEST

START_TEST(a_message_of_another_workers_slots_is_refused)
{
	start_pairs(2, 1);
	rig.worker = rig.workers[0];
	struct message leg = {.type = MESSAGE_LEG_REMOVE, .leg.leg = senders[1].leg};
	ck_assert_int_eq(rig_tell(&rig, &leg), -EINVAL);
	struct message gate = {.type = MESSAGE_LEG_GATE, .leg.leg = senders[1].leg};
	ck_assert_int_eq(rig_tell(&rig, &gate), -EINVAL);
	struct message stream = {
		.type = MESSAGE_STREAM_REMOVE, .stream.stream = 2 * senders[1].leg};
	ck_assert_int_eq(rig_tell(&rig, &stream), -EINVAL);
	struct message outflow = {.type = MESSAGE_OUTFLOW_ADD,
		.outflow = {.outflow = 1, .stream = 2 * senders[0].leg, .leg = receivers[1].leg}};
	ck_assert_int_eq(rig_tell(&rig, &outflow), -EINVAL);
	end_pairs(2, 1);
}
END_TEST

// Takes what came out; returns how many copies those were.
static unsigned
take_copies(uint32_t workers, uint16_t *next_seqs)
{
	struct rig_frame frame;
	unsigned copies = 0;
	for (; rig_take_copy(&rig, &frame); copies++)
		check_copy(&frame, workers, next_seqs);
	return copies;
}

// Workers on threads: every packet of every pair arrives once, in order, and every sum is exact.
START_TEST(on_threads_no_packet_is_lost_and_every_sum_is_exact)
{
	static const struct {
		uint32_t workers;
		uint16_t queues;
	} fleets[] = {{1, 1}, {2, 1}, {2, 2}, {4, 1}, {4, 2}, {4, 4}};
	uint32_t workers = fleets[_i].workers;
	struct rig_frame frame;
	struct worker_stats before, stats;
	uint16_t next_seqs[PAIRS_MAX];
	unsigned sent = 0, copies = 0;

	rig_use_real_time();
	start_pairs(workers, fleets[_i].queues);
	rig_counters(&rig, &before);
	for (uint32_t i = 0; i < workers; i++)
		next_seqs[i] = senders[i].seq;
	struct mono_time deadline = mono_after_ns(clock_mono(), PATIENCE_S * NS_IN_S);
	rig_run(&rig);
	while (copies < PACKETS && !mono_reached(clock_mono(), deadline)) {
		if (sent < PACKETS && sent - copies < UNDER_WAY_MAX) {
			rig_rtp(&rig, &senders[sent % workers], 100, true, &frame);
			rig_inject(&rig, &frame);
			sent++;
		}
		copies += take_copies(workers, next_seqs);
	}
	rig_halt(&rig);
	ck_assert_uint_eq(copies, PACKETS);
	rig_counters(&rig, &stats);
	ck_assert_uint_eq(stats.forwarded - before.forwarded, PACKETS);
	ck_assert_uint_eq(stats.frames_in - before.frames_in, PACKETS);
	ck_assert_uint_eq(stats.copies - before.copies, PACKETS);
	ck_assert_uint_eq(stats.drops[DROP_HANDOVER_FULL], 0);
	ck_assert_uint_eq(stats.drops[DROP_TX_FULL], 0);
	if (workers > fleets[_i].queues)
		ck_assert_uint_gt(stats.handed_in - before.handed_in, PACKETS / 4);
	end_pairs(workers, fleets[_i].queues);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("fleet");
	TCase *tests = tcase_create("workers");
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, sessions_of_all_workers_flow_beside_each_other, 0, 3);
	tcase_add_test(tests, a_full_ring_drops_what_came_last_by_name_and_keeps_the_order);
	tcase_add_test(tests, whoever_names_another_worker_is_thrown_away_there);
	tcase_add_test(tests, a_message_of_another_workers_slots_is_refused);
	tcase_add_loop_test(tests, on_threads_no_packet_is_lost_and_every_sum_is_exact, 0, 6);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_NOFORK); // EAL lives in this process
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
