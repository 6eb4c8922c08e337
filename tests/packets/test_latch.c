/* SPDX-License-Identifier: BSD-3-Clause */
// test_latch.c - a path is proved, kept, moved by proof, and by nothing else.
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "media/stun.h"
#include "rig.h"

static struct rig rig;
static struct rig_endpoint a;

static void
setup(void)
{
	rig_start(&rig, 0, VLAN_NONE);
	rig_add_endpoint(&rig, &a, 0, SRTP_AEAD_AES_128_GCM, true);
}

static void
teardown(void)
{
	struct worker_stats stats;
	rig_counters(&rig, &stats);
	rig_remove_endpoint(&rig, &a);
	rig_stop(&rig);
}

static uint64_t
drops(enum drop_reason reason)
{
	struct worker_stats stats;
	rig_counters(&rig, &stats);
	return stats.drops[reason];
}

static struct leg_stats
leg_stats(void)
{
	struct leg_stats stats;
	worker_publish(rig.worker, rig.now);
	stats_read_leg(rig.stats, a.leg, &stats);
	return stats;
}

static void
inject_and_turn(const struct rig_frame *frame)
{
	rig_inject(&rig, frame);
	rig_turn(&rig, NS_IN_MS);
}

START_TEST(a_request_is_answered_with_its_own_address)
{
	struct rig_frame frame;
	struct frame parsed;
	struct stun_message message;
	bool answered = false;

	rig_stun_request(&a, 7, &frame);
	inject_and_turn(&frame);
	while (rig_take(&rig, &frame)) {
		const uint8_t *payload = rig_payload(&frame, &parsed);
		ck_assert_int_eq(stun_parse(payload, parsed.payload_bytes, &message), 0);
		if (message.type != STUN_BINDING_SUCCESS)
			continue;
		ck_assert(stun_verify(payload, &message, &a.relay_key));
		ck_assert_uint_eq(message.transaction[0], 7);
		ck_assert_uint_eq(ntohl(ip_v4_be(&message.mapped)), a.ip);
		ck_assert_uint_eq(ntohs(message.mapped_port_be), a.port);
		answered = true;
	}
	ck_assert(answered);
	// Asking alone proves nothing yet.
	ck_assert(!leg_stats().is_up);
}
END_TEST

START_TEST(answering_the_relays_question_proves_the_path)
{
	rig_prove_path(&rig, &a);
	ck_assert_uint_eq(leg_stats().path_changes, 1);
	// One millisecond passed on the virtual clock between question and answer.
	ck_assert_uint_eq(leg_stats().rtt_us, 1000);
}
END_TEST

START_TEST(a_rebound_nat_moves_the_path_by_proof)
{
	rig_prove_path(&rig, &a);
	a.port = 51234;
	rig_prove_path(&rig, &a);
	ck_assert_uint_eq(leg_stats().path_changes, 2);
	ck_assert_uint_eq(ntohs(leg_stats().remote_port_be), 51234);
}
END_TEST

START_TEST(a_request_sent_again_from_elsewhere_is_neither_answered_nor_moves_the_leg)
{
	struct rig_frame request, frame;
	rig_prove_path(&rig, &a);
	rig_stun_request(&a, 99, &request);
	inject_and_turn(&request);
	rig_discard_output(&rig);

	// The attacker has the request's bytes, and an address of its own.
	struct rig_endpoint attacker = a;
	struct frame parsed;
	attacker.ip = RIG_IP(198, 18, 66, 6);
	const uint8_t *payload = rig_payload(&request, &parsed);
	rig_datagram(&attacker, payload, parsed.payload_bytes, &frame);
	inject_and_turn(&frame);
	ck_assert_uint_eq(rig_discard_output(&rig), 0);
	ck_assert_uint_eq(drops(DROP_STUN_REPLAYED), 1);
	struct leg_stats stats = leg_stats();
	ck_assert_uint_eq(ntohl(ip_v4_be(&stats.remote)), a.ip);
}
END_TEST

START_TEST(an_answer_from_another_address_than_was_asked_proves_nothing)
{
	struct rig_frame frame, answer;
	struct rig_endpoint attacker = a;
	bool asked = false;

	attacker.ip = RIG_IP(198, 18, 66, 6);
	rig_stun_request(&a, 5, &frame);
	inject_and_turn(&frame);
	while (rig_take(&rig, &frame)) {
		if (!rig_answer(&attacker, &frame, &answer))
			continue;
		asked = true;
		inject_and_turn(&answer);
	}
	ck_assert(asked);
	ck_assert_uint_eq(drops(DROP_STUN_STALE), 1);
	ck_assert(!leg_stats().is_up);
}
END_TEST

START_TEST(a_late_answer_proves_nothing)
{
	struct rig_frame frame, answer;
	bool asked = false;

	rig_stun_request(&a, 5, &frame);
	inject_and_turn(&frame);
	while (rig_take(&rig, &frame))
		asked |= rig_answer(&a, &frame, &answer);
	ck_assert(asked);
	rig_turn(&rig, 4 * NS_IN_S);
	inject_and_turn(&answer);
	ck_assert_uint_eq(drops(DROP_STUN_STALE), 1);
	ck_assert(!leg_stats().is_up);
}
END_TEST

START_TEST(the_relays_own_question_sent_back_is_no_proof)
{
	struct rig_frame frame, reflected;
	struct frame parsed;

	rig_stun_request(&a, 5, &frame);
	inject_and_turn(&frame);
	unsigned reflected_count = 0;
	while (rig_take(&rig, &frame)) {
		const uint8_t *payload = rig_payload(&frame, &parsed);
		rig_datagram(&a, payload, parsed.payload_bytes, &reflected);
		rig_inject(&rig, &reflected);
		reflected_count++;
	}
	ck_assert_uint_eq(reflected_count, 2);
	rig_turn(&rig, NS_IN_MS);
	ck_assert_uint_eq(rig_discard_output(&rig), 0);
	ck_assert(!leg_stats().is_up);
	// The question has a user name that is nobody's here; the answer answers no question.
	ck_assert_uint_eq(drops(DROP_STUN_UNKNOWN_USER), 1);
	ck_assert_uint_eq(drops(DROP_STUN_STALE), 1);
}
END_TEST

START_TEST(forged_requests_are_not_answered)
{
	struct rig_frame frame;
	struct frame parsed;
	rig_stun_request(&a, 5, &frame);
	rig_payload(&frame, &parsed);
	for (unsigned bit = 0; bit < 8u * parsed.payload_bytes; bit++) {
		struct rig_frame damaged = frame;
		damaged.bytes[parsed.payload_offset + bit / 8] ^= (uint8_t)(1u << bit % 8);
		inject_and_turn(&damaged);
		ck_assert_msg(rig_discard_output(&rig) == 0, "bit %u", bit);
	}
	struct rig_endpoint stranger = a;
	hmac_sha1_key_init(&stranger.relay_key, "guess", 5);
	rig_stun_request(&stranger, 6, &frame);
	inject_and_turn(&frame);
	ck_assert_uint_eq(rig_discard_output(&rig), 0);
	ck_assert_uint_eq(drops(DROP_STUN_INTEGRITY), 1);
}
END_TEST

START_TEST(requests_off_the_path_are_answered_so_often_and_no_more)
{
	struct rig_frame frame;
	rig_prove_path(&rig, &a);
	struct rig_endpoint elsewhere = a;
	elsewhere.port = 9;
	for (uint8_t i = 0; i < 100; i++) {
		rig_stun_request(&elsewhere, (uint8_t)(100 + i), &frame);
		rig_inject(&rig, &frame);
		rig_turn(&rig, 0);
	}
	ck_assert_uint_ge(drops(DROP_STUN_RATE), 60);
	// On its path the endpoint is answered all the same.
	rig_discard_output(&rig);
	rig_stun_request(&a, 77, &frame);
	inject_and_turn(&frame);
	ck_assert_uint_ge(rig_discard_output(&rig), 1);
}
END_TEST

START_TEST(a_quiet_path_goes_down_and_can_be_proved_again)
{
	rig_prove_path(&rig, &a);
	for (int i = 0; i < 20; i++)
		rig_turn(&rig, NS_IN_S);
	ck_assert(!leg_stats().is_up);
	rig_discard_output(&rig);
	rig_prove_path(&rig, &a);
}
END_TEST

START_TEST(answered_keepalives_keep_the_path_up)
{
	struct rig_frame frame, answer;
	rig_prove_path(&rig, &a);
	for (int i = 0; i < 600; i++) {
		rig_turn(&rig, 100 * NS_IN_MS);
		while (rig_take(&rig, &frame)) {
			if (rig_answer(&a, &frame, &answer))
				rig_inject(&rig, &answer);
		}
	}
	ck_assert(leg_stats().is_up);
	ck_assert_uint_eq(leg_stats().path_changes, 1);
	rig_turn(&rig, 0);
	rig_discard_output(&rig);
}
END_TEST

START_TEST(a_new_join_on_the_same_address_takes_the_path_over)
{
	struct rig_endpoint next;
	struct leg_stats stats;
	rig_prove_path(&rig, &a);
	rig_add_endpoint(&rig, &next, 1, SRTP_AEAD_AES_128_GCM, true);
	next.ip = a.ip;
	next.port = a.port;
	next.mac = a.mac;
	rig_prove_path(&rig, &next);
	stats_read_leg(rig.stats, next.leg, &stats);
	ck_assert(stats.is_up);
	ck_assert(!leg_stats().is_up);
	rig_remove_endpoint(&rig, &next);
}
END_TEST

// Moves on to the next question of the relay's, at most three seconds away, and leaves the answer.
static void
answer_next_question(struct rig_frame *answer)
{
	struct rig_frame frame;
	bool asked = false;
	for (int i = 0; i < 30 && !asked; i++) {
		rig_turn(&rig, 100 * NS_IN_MS);
		while (rig_take(&rig, &frame))
			asked |= rig_answer(&a, &frame, answer);
	}
	ck_assert(asked);
}

START_TEST(an_answer_sent_again_moves_no_leg_back)
{
	struct rig_frame answer;
	rig_prove_path(&rig, &a);
	uint16_t old_port = a.port;
	answer_next_question(&answer);
	inject_and_turn(&answer);
	a.port = 51234;
	rig_prove_path(&rig, &a);

	// The attacker sends the old address's answer again, in its name.
	inject_and_turn(&answer);
	ck_assert_uint_eq(drops(DROP_STUN_STALE), 1);
	ck_assert_uint_ne(ntohs(leg_stats().remote_port_be), old_port);
	ck_assert_uint_eq(leg_stats().path_changes, 2);
}
END_TEST

START_TEST(an_answer_sent_again_keeps_no_path_up)
{
	struct rig_frame answer;
	rig_prove_path(&rig, &a);
	answer_next_question(&answer);
	inject_and_turn(&answer);
	int64_t heard_ns = leg_stats().last_heard_ns;
	rig_turn(&rig, NS_IN_S);
	inject_and_turn(&answer);
	ck_assert_uint_eq(drops(DROP_STUN_STALE), 1);
	ck_assert_int_eq(leg_stats().last_heard_ns, heard_ns);
}
END_TEST

START_TEST(an_answer_of_another_turn_of_the_clock_proves_nothing)
{
	struct rig_frame answer;
	rig_prove_path(&rig, &a);
	answer_next_question(&answer);
	// The transaction's 24 bits of time are the same again after 2^24 tenths of a millisecond.
	rig_turn(&rig, (INT64_C(1) << 24) * 100 * NS_IN_US);
	ck_assert(!leg_stats().is_up);
	rig_discard_output(&rig);
	rig_inject(&rig, &answer);
	rig_turn(&rig, 0);
	ck_assert_uint_eq(drops(DROP_STUN_STALE), 1);
	ck_assert(!leg_stats().is_up);
}
END_TEST

START_TEST(requests_sent_again_keep_no_path_up)
{
	struct rig_frame request;
	rig_prove_path(&rig, &a);
	rig_stun_request(&a, 99, &request);
	inject_and_turn(&request);
	for (int i = 0; i < 20; i++) {
		rig_inject(&rig, &request);
		rig_turn(&rig, NS_IN_S);
		rig_discard_output(&rig);
	}
	ck_assert(!leg_stats().is_up);
}
END_TEST

START_TEST(requests_sent_again_on_the_path_make_no_other_forgotten)
{
	struct rig_frame old, request, frame;
	struct frame parsed;
	rig_prove_path(&rig, &a);
	rig_stun_request(&a, 98, &old);
	inject_and_turn(&old);
	rig_stun_request(&a, 99, &request);
	for (int i = 0; i < 3000; i++) {
		rig_inject(&rig, &request);
		rig_turn(&rig, 0);
		rig_discard_output(&rig);
	}
	struct rig_endpoint attacker = a;
	attacker.ip = RIG_IP(198, 18, 66, 6);
	const uint8_t *payload = rig_payload(&old, &parsed);
	rig_datagram(&attacker, payload, parsed.payload_bytes, &frame);
	inject_and_turn(&frame);
	ck_assert_uint_eq(rig_discard_output(&rig), 0);
	ck_assert_uint_eq(drops(DROP_STUN_REPLAYED), 1);
}
END_TEST

START_TEST(a_router_with_another_mac_address_is_learnt_by_the_next_request)
{
	struct rig_frame frame, answer;
	bool asked = false;
	rig_prove_path(&rig, &a);
	// The spare router takes over: same addresses, another source of frames.
	a.mac.bytes[MAC_BYTES - 1] ^= 0x55;
	rig_stun_request(&a, 120, &frame);
	inject_and_turn(&frame);
	while (rig_take(&rig, &frame)) {
		if (memcmp(frame.bytes, &a.mac, MAC_BYTES) != 0 || !rig_answer(&a, &frame, &answer))
			continue;
		asked = true;
		inject_and_turn(&answer);
	}
	ck_assert_msg(asked, "the relay does not ask by way of the new router");
	// From now on what the relay sends goes there.
	rig_discard_output(&rig);
	answer_next_question(&answer);
	ck_assert_uint_eq(leg_stats().path_changes, 1);
	rig_turn(&rig, 2 * NS_IN_S);
	ck_assert(rig_take(&rig, &frame));
	ck_assert_mem_eq(frame.bytes, &a.mac, MAC_BYTES);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("latch");
	TCase *tests = tcase_create("paths");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_request_is_answered_with_its_own_address);
	tcase_add_test(tests, answering_the_relays_question_proves_the_path);
	tcase_add_test(tests, a_rebound_nat_moves_the_path_by_proof);
	tcase_add_test(
		tests, a_request_sent_again_from_elsewhere_is_neither_answered_nor_moves_the_leg);
	tcase_add_test(tests, an_answer_from_another_address_than_was_asked_proves_nothing);
	tcase_add_test(tests, a_late_answer_proves_nothing);
	tcase_add_test(tests, the_relays_own_question_sent_back_is_no_proof);
	tcase_add_test(tests, forged_requests_are_not_answered);
	tcase_add_test(tests, requests_off_the_path_are_answered_so_often_and_no_more);
	tcase_add_test(tests, a_quiet_path_goes_down_and_can_be_proved_again);
	tcase_add_test(tests, answered_keepalives_keep_the_path_up);
	tcase_add_test(tests, a_new_join_on_the_same_address_takes_the_path_over);
	tcase_add_test(tests, an_answer_sent_again_moves_no_leg_back);
	tcase_add_test(tests, an_answer_sent_again_keeps_no_path_up);
	tcase_add_test(tests, an_answer_of_another_turn_of_the_clock_proves_nothing);
	tcase_add_test(tests, requests_sent_again_keep_no_path_up);
	tcase_add_test(tests, requests_sent_again_on_the_path_make_no_other_forgotten);
	tcase_add_test(tests, a_router_with_another_mac_address_is_learnt_by_the_next_request);
	suite_add_tcase(suite, tests);
	return suite;
}

int
main(void)
{
	return rig_run_in_fleets(make_suite);
}
