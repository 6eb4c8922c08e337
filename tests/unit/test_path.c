/* SPDX-License-Identifier: BSD-3-Clause */
// test_path.c - the path to the relay on a virtual clock: start, challenge, loss, return,
// forgeries.
#include "classroom/path.h"

#include <arpa/inet.h>
#include <check.h>
#include <string.h>

#define RTT_NS (8 * NS_IN_MS)

static const struct join_stun stun = {.username = "R:C",
	.password = "to-relay",
	.relay_username = "C:R",
	.relay_password = "to-endpoint"};

static const bool only_v4[IP_FAMILIES] = {[IP_V4] = true};

static struct path path;
static struct mono_time now;
static struct hmac_sha1_key password;
static struct hmac_sha1_key relay_password;
static uint8_t bytes[STUN_MESSAGE_BYTES_MAX];
static uint8_t last_transaction[STUN_TRANSACTION_BYTES];
static uint8_t counter;
static struct ip_address relay_v4;

static void
start(void)
{
	now = (struct mono_time){77 * NS_IN_S};
	relay_v4 = ip_from_v4(htonl(0xc6120002));
	counter = 0;
	path_init(&path, &stun, only_v4, now);
	hmac_sha1_key_init(&password, "to-relay", 8);
	hmac_sha1_key_init(&relay_password, "to-endpoint", 11);
}

static void
stop(void)
{
	path_fini(&path);
	hmac_sha1_key_fini(&password);
	hmac_sha1_key_fini(&relay_password);
}

static void
pass_ms(int64_t ms)
{
	now = mono_after_ns(now, ms * NS_IN_MS);
}

static size_t
poll_path(void)
{
	memset(last_transaction, ++counter, sizeof last_transaction);
	return path_poll(&path, now, last_transaction, bytes, sizeof bytes);
}

// The relay answers a request that carried `transaction`.
static size_t
succeed(const uint8_t *transaction, const struct hmac_sha1_key *key)
{
	uint8_t success[STUN_MESSAGE_BYTES_MAX], answer[STUN_MESSAGE_BYTES_MAX];
	struct ip_address own = ip_from_v4(htonl(0xc6120102));
	int length =
		stun_write_success(success, sizeof success, transaction, &own, htons(40000), key);
	ck_assert_int_gt(length, 0);
	return path_receive(
		&path, success, (size_t)length, &relay_v4, htons(5000), now, answer, sizeof answer);
}

static void
bring_up(void)
{
	ck_assert_uint_gt(poll_path(), 0);
	now = mono_after_ns(now, RTT_NS);
	ck_assert_uint_eq(succeed(last_transaction, &password), 0);
	ck_assert(path_is_up(&path, now));
}

// The relay's own request. Returns the bytes of the answer in `bytes`.
static size_t
challenge(const char *username, const struct hmac_sha1_key *key)
{
	static const uint8_t transaction[STUN_TRANSACTION_BYTES] = "relay-asks-1";
	uint8_t request[STUN_MESSAGE_BYTES_MAX];
	int length = stun_write_request(request, sizeof request, transaction, username, key);
	ck_assert_int_gt(length, 0);
	return path_receive(
		&path, request, (size_t)length, &relay_v4, htons(5000), now, bytes, sizeof bytes);
}

START_TEST(first_request_is_due_at_once_with_our_name_and_password)
{
	size_t length = poll_path();
	struct stun_message message;
	ck_assert_int_eq(stun_parse(bytes, length, &message), 0);
	ck_assert_int_eq(message.type, STUN_BINDING_REQUEST);
	ck_assert_mem_eq(message.username, "R:C", 3);
	ck_assert_mem_eq(message.transaction, last_transaction, STUN_TRANSACTION_BYTES);
	ck_assert(message.has_fingerprint);
	ck_assert(stun_verify(bytes, &message, &password));
	ck_assert(!path_is_up(&path, now));
}
END_TEST

START_TEST(requests_come_every_200_ms_until_up_then_every_second)
{
	for (int i = 0; i < 4; i++) {
		ck_assert_uint_gt(poll_path(), 0);
		pass_ms(199);
		ck_assert_uint_eq(poll_path(), 0);
		pass_ms(1);
	}
	bring_up();
	int requests = 0;
	for (int ms = 0; ms < 10000; ms++) {
		pass_ms(1);
		if (poll_path() > 0) {
			requests++;
			succeed(last_transaction, &password);
		}
	}
	ck_assert_int_eq(requests, 10);
}
END_TEST

START_TEST(success_tells_the_round_trip_time)
{
	bring_up();
	ck_assert_int_eq(path.rtt_ns, RTT_NS);
}
END_TEST

START_TEST(challenge_is_answered_and_the_next_request_follows_at_once)
{
	ck_assert_uint_gt(poll_path(), 0);
	pass_ms(30);
	size_t length = challenge("C:R", &relay_password);
	struct stun_message message;
	ck_assert_int_eq(stun_parse(bytes, length, &message), 0);
	ck_assert_int_eq(message.type, STUN_BINDING_SUCCESS);
	ck_assert_mem_eq(message.transaction, "relay-asks-1", STUN_TRANSACTION_BYTES);
	ck_assert(stun_verify(bytes, &message, &relay_password));
	ck_assert(message.has_mapped);
	ck_assert(ip_equals(&message.mapped, &relay_v4));
	ck_assert_uint_eq(message.mapped_port_be, htons(5000));
	ck_assert_uint_gt(poll_path(), 0);
}
END_TEST

START_TEST(being_challenged_does_not_bring_the_path_up)
{
	poll_path();
	ck_assert_uint_gt(challenge("C:R", &relay_password), 0);
	ck_assert(!path_is_up(&path, now));
}
END_TEST

START_TEST(replayed_challenges_do_not_make_a_flood)
{
	int requests = 0;
	for (int i = 0; i < 1000; i++) {
		challenge("C:R", &relay_password);
		requests += poll_path() > 0;
		pass_ms(1);
	}
	ck_assert_int_le(requests, 50);
}
END_TEST

START_TEST(forged_challenges_are_not_answered)
{
	ck_assert_uint_eq(challenge("C:R", &password), 0);
	ck_assert_uint_eq(challenge("C:X", &relay_password), 0);
	ck_assert_uint_eq(challenge("C:RR", &relay_password), 0);
	// Our own request, sent back to us.
	size_t length = poll_path();
	uint8_t answer[STUN_MESSAGE_BYTES_MAX];
	ck_assert_uint_eq(path_receive(&path, bytes, length, &relay_v4, htons(5000), now, answer,
				  sizeof answer),
		0);
	ck_assert_uint_eq(path.refused, 4);
}
END_TEST

START_TEST(forged_or_unasked_successes_do_not_bring_the_path_up)
{
	static const uint8_t other[STUN_TRANSACTION_BYTES] = "never-asked!";
	poll_path();
	succeed(last_transaction, &relay_password);
	succeed(other, &password);
	ck_assert(!path_is_up(&path, now));
	ck_assert_uint_eq(path.refused, 2);
	// The true answer still counts.
	succeed(last_transaction, &password);
	ck_assert(path_is_up(&path, now));
}
END_TEST

START_TEST(replayed_success_does_not_keep_the_path_up)
{
	uint8_t old[STUN_TRANSACTION_BYTES];
	bring_up();
	memcpy(old, last_transaction, sizeof old);
	pass_ms(4000);
	succeed(old, &password);
	pass_ms(1000);
	ck_assert(!path_is_up(&path, now));
}
END_TEST

START_TEST(path_is_down_after_five_silent_seconds_and_lost_ten_later)
{
	bring_up();
	pass_ms(4999);
	ck_assert(path_is_up(&path, now));
	pass_ms(1);
	ck_assert(!path_is_up(&path, now));
	pass_ms(9999);
	ck_assert(!path_is_lost(&path, now));
	pass_ms(1);
	ck_assert(path_is_lost(&path, now));
}
END_TEST

START_TEST(path_that_never_came_up_is_lost_after_ten_seconds)
{
	pass_ms(9999);
	ck_assert(!path_is_lost(&path, now));
	pass_ms(1);
	ck_assert(path_is_lost(&path, now));
	bring_up();
	ck_assert(!path_is_lost(&path, now));
}
END_TEST

START_TEST(link_that_returns_is_noticed_within_300_ms)
{
	bring_up();
	for (int ms = 0; ms < 30000; ms++) {
		pass_ms(1);
		poll_path();
	}
	ck_assert(!path_is_up(&path, now));
	int ms = 0;
	for (; ms < 3000 && !path_is_up(&path, now); ms++) {
		pass_ms(1);
		if (poll_path() > 0)
			succeed(last_transaction, &password);
	}
	ck_assert_int_le(ms, 300);
}
END_TEST

START_TEST(garbage_is_refused_without_an_answer)
{
	uint8_t answer[STUN_MESSAGE_BYTES_MAX];
	size_t length = poll_path();
	for (size_t cut = 0; cut < length; cut++)
		ck_assert_uint_eq(
			path_receive(&path, bytes, cut, &relay_v4, 0, now, answer, sizeof answer),
			0);
	ck_assert_uint_eq(path.refused, length);
}
END_TEST

// A relay of both families: which is asked, and which answers.
static size_t
answer_from(enum ip_family family, const uint8_t *transaction)
{
	struct ip_address relay_v6, own = ip_from_v4(htonl(0xc6120102));
	uint8_t success[STUN_MESSAGE_BYTES_MAX], answer[STUN_MESSAGE_BYTES_MAX];
	ip_from_text("fd00:198:18::2", &relay_v6);
	int length = stun_write_success(
		success, sizeof success, transaction, &own, htons(40000), &password);
	return path_receive(&path, success, (size_t)length, family == IP_V4 ? &relay_v4 : &relay_v6,
		htons(5000), now, answer, sizeof answer);
}

static void
restart_with_both(void)
{
	static const bool both[IP_FAMILIES] = {true, true};
	path_fini(&path);
	path_init(&path, &stun, both, now);
}

START_TEST(both_families_are_asked_in_turns_ipv6_first)
{
	restart_with_both();
	for (int i = 0; i < 6; i++) {
		ck_assert_uint_gt(poll_path(), 0);
		ck_assert_int_eq(path.asking, i % 2 ? IP_V4 : IP_V6);
		pass_ms(200);
	}
}
END_TEST

START_TEST(the_family_that_answers_is_kept_though_the_other_answers_later)
{
	uint8_t first[STUN_TRANSACTION_BYTES];
	restart_with_both();
	poll_path();
	memcpy(first, last_transaction, sizeof first);
	pass_ms(200);
	poll_path();
	pass_ms(20);
	answer_from(IP_V4, last_transaction);
	ck_assert_int_eq(path.family, IP_V4);
	pass_ms(30);
	answer_from(IP_V6, first);
	ck_assert_int_eq(path.family, IP_V4);
	for (int ms = 0; ms < 5000; ms++) {
		pass_ms(1);
		if (poll_path() > 0) {
			ck_assert_int_eq(path.asking, IP_V4);
			answer_from(IP_V4, last_transaction);
		}
	}
	ck_assert_uint_eq(path.refused, 0);
}
END_TEST

START_TEST(an_answer_from_the_family_that_was_not_asked_counts_for_nothing)
{
	restart_with_both();
	poll_path();
	answer_from(IP_V4, last_transaction);
	ck_assert(!path_is_up(&path, now));
	ck_assert_uint_eq(path.refused, 1);
}
END_TEST

START_TEST(only_the_family_in_use_answers_the_relays_questions)
{
	restart_with_both();
	poll_path();
	answer_from(IP_V6, last_transaction);
	ck_assert_int_eq(path.family, IP_V6);
	ck_assert_uint_eq(challenge("C:R", &relay_password), 0); // by IPv4
	pass_ms(2000);
	ck_assert_uint_gt(challenge("C:R", &relay_password), 0);
}
END_TEST

START_TEST(a_family_that_falls_silent_gives_way_to_the_other)
{
	restart_with_both();
	poll_path();
	answer_from(IP_V6, last_transaction);
	int ms = 0;
	for (; ms < 5000 && path.family == IP_V6; ms++) {
		pass_ms(1);
		if (poll_path() > 0 && path.asking == IP_V4)
			answer_from(IP_V4, last_transaction);
	}
	ck_assert_int_ge(ms, 2000);
	ck_assert_int_le(ms, 3000);
	ck_assert(path_is_up(&path, now));
}
END_TEST

START_TEST(a_family_without_a_route_costs_no_time)
{
	restart_with_both();
	poll_path();
	ck_assert(path_unsent(&path, now));
	ck_assert_uint_gt(poll_path(), 0);
	ck_assert_int_eq(path.asking, IP_V4);
	// Where neither has one, the next turn comes with the next interval.
	ck_assert(!path_unsent(&path, now));
	ck_assert_uint_eq(poll_path(), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("path");
	TCase *facts = tcase_create("facts");
	tcase_add_checked_fixture(facts, start, stop);
	tcase_add_test(facts, first_request_is_due_at_once_with_our_name_and_password);
	tcase_add_test(facts, requests_come_every_200_ms_until_up_then_every_second);
	tcase_add_test(facts, success_tells_the_round_trip_time);
	tcase_add_test(facts, challenge_is_answered_and_the_next_request_follows_at_once);
	tcase_add_test(facts, being_challenged_does_not_bring_the_path_up);
	tcase_add_test(facts, replayed_challenges_do_not_make_a_flood);
	tcase_add_test(facts, forged_challenges_are_not_answered);
	tcase_add_test(facts, forged_or_unasked_successes_do_not_bring_the_path_up);
	tcase_add_test(facts, replayed_success_does_not_keep_the_path_up);
	tcase_add_test(facts, path_is_down_after_five_silent_seconds_and_lost_ten_later);
	tcase_add_test(facts, path_that_never_came_up_is_lost_after_ten_seconds);
	tcase_add_test(facts, link_that_returns_is_noticed_within_300_ms);
	tcase_add_test(facts, garbage_is_refused_without_an_answer);
	tcase_add_test(facts, both_families_are_asked_in_turns_ipv6_first);
	tcase_add_test(facts, the_family_that_answers_is_kept_though_the_other_answers_later);
	tcase_add_test(facts, an_answer_from_the_family_that_was_not_asked_counts_for_nothing);
	tcase_add_test(facts, only_the_family_in_use_answers_the_relays_questions);
	tcase_add_test(facts, a_family_that_falls_silent_gives_way_to_the_other);
	tcase_add_test(facts, a_family_without_a_route_costs_no_time);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
