/* SPDX-License-Identifier: BSD-3-Clause */
// test_status.c - the status file's members, and its states from connecting to grace.
#include "classroom/status.h"

#include <check.h>

#include "../support/classroom_join.h"

static struct seat seat;
static struct join join;
static struct status status;
static struct mono_time now;

static bool
to_nobody(enum ip_family family, const uint8_t *bytes, size_t length, void *user)
{
	(void)family, (void)bytes, (void)length, (void)user;
	return true;
}

static void
to_no_player(uint16_t port, const uint8_t *bytes, size_t length, void *user)
{
	(void)port, (void)bytes, (void)length, (void)user;
}

static void
no_random(void *bytes, size_t length, void *user)
{
	(void)user;
	memset(bytes, 7, length);
}

static void
start(void)
{
	const struct seat_edges edges = {to_nobody, to_no_player, no_random, NULL};
	const struct srtp_engine *engine = srtp_engine_libsrtp2();
	ck_assert_ptr_nonnull(engine);
	now = (struct mono_time){9 * NS_IN_S};
	seat_init(&seat, engine, &edges, 6000);
	test_join_parse(test_join_json(TEST_PROFILE), &join);
	status = (struct status){.endpoint = "", .session = ""};
}

static void
stop(void)
{
	seat_fini(&seat);
}

static json_t *
read_status(void)
{
	char *text = status_text(&status, &seat, now);
	ck_assert_ptr_nonnull(text);
	json_t *root = json_loads(text, 0, NULL);
	ck_assert_msg(root != NULL, "%s", text);
	ck_assert_uint_eq(text[strlen(text) - 1], '\n');
	free(text);
	return root;
}

static const char *
text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

START_TEST(state_follows_connection_and_bells)
{
	ck_assert_str_eq(status_state(&status, &seat, now), "connecting");
	status.connected = true;
	ck_assert_str_eq(status_state(&status, &seat, now), "waiting");
	join.live_in_ms = 5000;
	ck_assert_int_eq(seat_join(&seat, &join, now), 0);
	ck_assert_str_eq(status_state(&status, &seat, now), "open");
	// A lesson goes on when the control connection does not.
	status.connected = false;
	now = mono_after_ns(now, 5 * NS_IN_S);
	ck_assert_str_eq(status_state(&status, &seat, now), "live");
	now = mono_after_ns(now, 2395 * NS_IN_S);
	ck_assert_str_eq(status_state(&status, &seat, now), "grace");
	now = mono_after_ns(now, 120 * NS_IN_S);
	ck_assert_str_eq(status_state(&status, &seat, now), "connecting");
}
END_TEST

START_TEST(what_is_not_known_yet_is_null)
{
	json_t *root = read_status();
	ck_assert_str_eq(text_of(root, "state"), "connecting");
	ck_assert(json_is_null(json_object_get(root, "endpoint")));
	ck_assert(json_is_null(json_object_get(root, "session")));
	ck_assert(json_is_null(json_object_get(root, "rtt_ms")));
	ck_assert(json_is_false(json_object_get(root, "path_up")));
	ck_assert_uint_eq(json_array_size(json_object_get(root, "send")), 0);
	ck_assert_uint_eq(json_array_size(json_object_get(root, "receive")), 0);
	json_decref(root);
}
END_TEST

START_TEST(members_are_those_of_the_contract)
{
	static const char *const send[] = {"kind", "ssrc", "packets", "frames", "bytes"};
	static const char *const receive[] = {
		"endpoint", "kind", "ssrc", "packets", "frames", "lost", "jitter_ms", "failed"};
	status = (struct status){true, "wuxi-1", "chinese-tue/2026-11-24", 3, 2};
	ck_assert_int_eq(seat_join(&seat, &join, now), 0);
	seat.uplinks[STREAM_TEACHER].totals.packets = 70;
	seat.uplinks[STREAM_TEACHER].totals.frames = 15;
	json_t *root = read_status();
	ck_assert_str_eq(text_of(root, "endpoint"), "wuxi-1");
	ck_assert_str_eq(text_of(root, "session"), "chinese-tue/2026-11-24");
	ck_assert_int_eq(json_integer_value(json_object_get(root, "joins")), 3);
	ck_assert_int_eq(json_integer_value(json_object_get(root, "reconnects")), 2);
	json_t *teacher = json_array_get(json_object_get(root, "send"), 1);
	for (size_t i = 0; i < sizeof send / sizeof send[0]; i++)
		ck_assert_ptr_nonnull(json_object_get(teacher, send[i]));
	ck_assert_str_eq(text_of(teacher, "kind"), "teacher");
	ck_assert_int_eq(json_integer_value(json_object_get(teacher, "ssrc")), 12);
	ck_assert_int_eq(json_integer_value(json_object_get(teacher, "packets")), 70);
	ck_assert_int_eq(json_integer_value(json_object_get(teacher, "frames")), 15);
	json_t *audio = json_array_get(json_object_get(root, "receive"), 0);
	for (size_t i = 0; i < sizeof receive / sizeof receive[0]; i++)
		ck_assert_ptr_nonnull(json_object_get(audio, receive[i]));
	ck_assert_str_eq(text_of(audio, "endpoint"), "houren-1");
	ck_assert_int_eq(json_integer_value(json_object_get(audio, "ssrc")), 21);
	json_decref(root);
}
END_TEST

START_TEST(counters_stay_after_leaving)
{
	ck_assert_int_eq(seat_join(&seat, &join, now), 0);
	seat.uplinks[STREAM_AUDIO].totals.packets = 5;
	roster_find(&seat.roster, 22)->downlink.totals.packets = 8;
	seat_leave(&seat);
	json_t *root = read_status();
	json_t *send = json_object_get(root, "send");
	json_t *receive = json_object_get(root, "receive");
	ck_assert_uint_eq(json_array_size(send), 1);
	ck_assert_uint_eq(json_array_size(receive), 2);
	ck_assert_int_eq(
		json_integer_value(json_object_get(json_array_get(receive, 1), "packets")), 8);
	json_decref(root);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("status");
	TCase *facts = tcase_create("facts");
	tcase_add_checked_fixture(facts, start, stop);
	tcase_add_test(facts, state_follows_connection_and_bells);
	tcase_add_test(facts, what_is_not_known_yet_is_null);
	tcase_add_test(facts, members_are_those_of_the_contract);
	tcase_add_test(facts, counters_stay_after_leaving);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
