/* SPDX-License-Identifier: BSD-3-Clause */
// test_join.c - JOINs: what a good one gives, and that every missing or wrong member is named.
#include "classroom/join.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <stdio.h>

#include "../support/classroom_join.h"

static struct join join;
static char why[JOIN_WHY_BYTES];

static int
parse(json_t *json)
{
	char *text = json_dumps(json, 0);
	int result = join_parse(text, strlen(text), &join, why);
	free(text);
	return result;
}

START_TEST(good_join_is_taken_over_whole)
{
	test_join_parse(test_join_json(TEST_PROFILE), &join);
	ck_assert_str_eq(join.id, "9f01");
	ck_assert_str_eq(join.instance, "5202");
	ck_assert_str_eq(join.title, "语文");
	ck_assert_int_eq(join.state, JOIN_LIVE);
	ck_assert_int_eq(join.bell_in_ms, 2400000);
	ck_assert_uint_eq(ip_v4_be(&join.media[IP_V4]), inet_addr("198.18.0.2"));
	ck_assert(!ip_is_set(&join.media[IP_V6]));
	ck_assert_uint_eq(join.media_port_be, htons(5000));
	ck_assert_str_eq(join.stun.relay_password, "to-endpoint");
	ck_assert_uint_eq(join.report.ssrc, 1);
	ck_assert_uint_eq(join.relay.ssrc, 2);
	ck_assert_uint_eq(join.send_count, 2);
	ck_assert_int_eq(join.send[1].kind, STREAM_TEACHER);
	ck_assert_uint_eq(join.send[1].payload_type, 96);
	ck_assert_str_eq(join.send[1].fmtp, "packetization-mode=1");
	ck_assert_uint_eq(join.receive_count, 2);
	ck_assert_str_eq(join.receive[0].endpoint, "houren-1");
	ck_assert_str_eq(join.receive[0].school_name, "厚仁中心小学");
	ck_assert_uint_eq(join.receive[0].clock_rate_hz, 48000);
}
END_TEST

START_TEST(keys_are_those_of_the_text)
{
	json_t *json = test_join_json(SRTP_AES_CM_128_HMAC_SHA1_80);
	char *sent = strdup(json_string_value(
		json_object_get(json_array_get(json_object_get(json, "receive"), 1), "key")));
	test_join_parse(json, &join);
	char text[SRTP_KEYS_TEXT_BYTES];
	srtp_keys_to_text(&join.receive[1].keys, text);
	ck_assert_str_eq(text, sent);
	free(sent);
}
END_TEST

START_TEST(wiped_join_holds_nothing)
{
	test_join_parse(test_join_json(TEST_PROFILE), &join);
	join_wipe(&join);
	const uint8_t *bytes = (const uint8_t *)&join;
	for (size_t i = 0; i < sizeof join; i++)
		ck_assert_uint_eq(bytes[i], 0);
}
END_TEST

START_TEST(unknown_members_are_ignored)
{
	json_t *json = test_join_json(TEST_PROFILE);
	json_object_set_new(json, "weather", json_string("fine"));
	ck_assert_int_eq(parse(json), 0);
	json_decref(json);
}
END_TEST

// Takes every member away in turn, and gives every member a value of each wrong type.
static void
bend_members(json_t *root, json_t *object, const char *ignored)
{
	static const char *const wrong[] = {"null", "true", "[]", "{}", "-8", "1.5", "\"\\n\""};
	const char *copy;
	json_t *value;
	json_t *members = json_copy(object);
	json_object_foreach(members, copy, value)
	{
		if (strcmp(copy, ignored) == 0)
			continue;
		json_object_del(object, copy);
		ck_assert_msg(parse(root) == -EINVAL, "taken without %s", copy);
		ck_assert_msg(strstr(why, copy) && strstr(why, "missing"), "%s: %s", copy, why);
		for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
			json_t *bad = json_loads(wrong[i], JSON_DECODE_ANY, NULL);
			bool fits = (json_is_array(bad) && json_is_array(value)) ||
				    (json_is_integer(bad) && strstr(copy, "_in_ms"));
			json_object_set_new(object, copy, bad);
			ck_assert_msg(
				fits || parse(root) == -EINVAL, "%s taken as %s", copy, wrong[i]);
			ck_assert_msg(fits || strstr(why, copy), "%s: %s", copy, why);
		}
		json_object_set(object, copy, value);
		ck_assert_msg(parse(root) == 0, "%s: %s", copy, why);
	}
	json_decref(members);
}

START_TEST(every_member_must_be_there_and_of_its_type)
{
	json_t *json = test_join_json(TEST_PROFILE);
	bend_members(json, json, "");
	bend_members(json, json_object_get(json, "media"), "");
	bend_members(json, json_object_get(json, "stun"), "");
	bend_members(json, json_object_get(json, "report"), "");
	bend_members(json, json_object_get(json, "relay"), "");
	bend_members(json, json_array_get(json_object_get(json, "send"), 1), "");
	// The school's id is not used here.
	bend_members(json, json_array_get(json_object_get(json, "receive"), 0), "school");
	json_decref(json);
}
END_TEST

// One member of one object, and a value out of its bounds.
struct bend {
	const char *object; // "", or a member, or an array whose first stream is meant
	const char *name;
	const char *value;
	const char *reason;
};

static const struct bend bends[] = {
	{"", "state", "\"ended\"", "state"},
	{"", "state", "\"planned\"", "state"},
	{"", "profile", "\"NULL_SHA1\"", "profile"},
	{"", "live_in_ms", "604800001", "live_in_ms"},
	{"", "live_in_ms", "2400001", "live_in_ms"},
	{"media", "address", "\"relay\"", "media.address"},
	{"media", "address", "\"::1\"", "media.address is not an IPv4"},
	{"media", "address", "null", "media.address is missing, and so is address6"},
	{"media", "address6", "\"198.18.0.2\"", "media.address6 is not an IPv6"},
	{"media", "address6", "\"::ffff:198.18.0.2\"", "media.address6 is not an IPv6"},
	{"media", "address6", "7", "media.address6 is not a text"},
	{"media", "port", "0", "media.port"},
	{"media", "port", "65536", "media.port"},
	{"report", "ssrc", "4294967296", "report.ssrc"},
	{"report", "ssrc", "2", "ssrc is given twice"},
	{"report", "key", "\"AAAA\"", "report.key"},
	{"send", "ssrc", "21", "ssrc is given twice"},
	{"send", "kind", "\"teacher\"", "send has a kind twice"},
	{"send", "kind", "\"smell\"", "send[0].kind"},
	{"send", "payload_type", "128", "send[0].payload_type"},
	{"send", "payload_type", "72", "send[0].payload_type"},
	{"send", "clock_rate_hz", "0", "send[0].clock_rate_hz"},
	{"send", "key", "\"not base64 at all\"", "send[0].key"},
	{"send", "encoding", "\"opus\\r\\nm=video\"", "send[0].encoding"},
	{"receive", "endpoint", "\"../../etc/cron.d/x\"", "receive[0].endpoint"},
	{"receive", "endpoint", "\".hidden\"", "receive[0].endpoint"},
	{"receive", "school_name", "\"a\\r\\nb\"", "receive[0].school_name"},
	{"receive", "kind", "\"teacher\"", "receive has a kind of an endpoint twice"},
	{"receive", "roc", "4294967296", "receive[0].roc"},
};

START_TEST(value_out_of_bounds_is_refused_by_name)
{
	const struct bend *bend = &bends[_i];
	json_t *json = test_join_json(TEST_PROFILE);
	json_t *object = bend->object[0] ? json_object_get(json, bend->object) : json;
	if (json_is_array(object))
		object = json_array_get(object, 0);
	json_object_set_new(object, bend->name, json_loads(bend->value, JSON_DECODE_ANY, NULL));
	ck_assert_msg(parse(json) == -EINVAL, "%s.%s = %s was taken", bend->object, bend->name,
		bend->value);
	ck_assert_msg(strstr(why, bend->reason), "%s", why);
	json_decref(json);
}
END_TEST

START_TEST(reasons_never_hold_a_key)
{
	json_t *json = test_join_json(TEST_PROFILE);
	json_t *report = json_object_get(json, "report");
	json_object_set_new(report, "key", json_string("c2VjcmV0c2VjcmV0"));
	ck_assert_int_eq(parse(json), -EINVAL);
	ck_assert_ptr_null(strstr(why, "c2Vj"));
	json_decref(json);
	const char *broken = "{\"report\": {\"key\": \"c2VjcmV0c2VjcmV0\" \"c2VjcmV0\"";
	ck_assert_int_eq(join_parse(broken, strlen(broken), &join, why), -EINVAL);
	ck_assert_ptr_null(strstr(why, "c2Vj"));
}
END_TEST

START_TEST(more_streams_than_there_is_room_for_are_refused)
{
	json_t *json = test_join_json(TEST_PROFILE);
	json_t *receive = json_object_get(json, "receive");
	json_array_clear(receive);
	for (unsigned i = 0; i <= JOIN_RECEIVE_MAX; i++) {
		char endpoint[16];
		snprintf(endpoint, sizeof endpoint, "e%u", i);
		json_array_append_new(
			receive, test_receive(endpoint, "audio", 100 + i, TEST_PROFILE));
		ck_assert_int_eq(parse(json), i < JOIN_RECEIVE_MAX ? 0 : -EINVAL);
	}
	json_decref(json);
}
END_TEST

START_TEST(every_truncation_of_the_text_is_refused)
{
	json_t *json = test_join_json(TEST_PROFILE);
	char *text = json_dumps(json, 0);
	for (size_t length = 0; length < strlen(text); length++)
		ck_assert_int_eq(join_parse(text, length, &join, why), -EINVAL);
	free(text);
	json_decref(json);
}
END_TEST

static json_t *
check_json(int begins_in_ms, int rung_ms, int pause_ms, const char *rates)
{
	json_t *json = test_join_json(TEST_PROFILE);
	json_object_set_new(json, "check",
		json_pack("{s:i, s:i, s:i, s:o}", "begins_in_ms", begins_in_ms, "rung_ms", rung_ms,
			"pause_ms", pause_ms, "kbit_s", json_loads(rates, 0, NULL)));
	return json;
}

START_TEST(a_lesson_has_no_check_and_a_check_has_its_ladder)
{
	test_join_parse(test_join_json(TEST_PROFILE), &join);
	ck_assert_uint_eq(join.check.rung_count, 0);
	test_join_parse(check_json(-200, 2000, 1000, "[500,8000]"), &join);
	ck_assert_uint_eq(join.check.rung_count, 2);
	ck_assert_uint_eq(join.check.kbit_s[1], 8000);
	ck_assert_uint_eq(join.check.rung_ms, 2000);
	ck_assert_uint_eq(join.check.pause_ms, 1000);
	ck_assert_int_eq(join.check.begins_in_ms, -200);
}
END_TEST

START_TEST(a_check_that_would_flood_the_line_is_refused)
{
	json_t *wrong[] = {check_json(0, 2000, 1000, "[20001]"), check_json(0, 2000, 1000, "[0]"),
		check_json(0, 2000, 1000, "[]"), check_json(0, 2000, 1000, "[\"500\"]"),
		check_json(0, 2000, 1000, "[1,1,1,1,1,1,1,1,1]"),
		check_json(0, 5001, 1000, "[500]"), check_json(0, 2000, 499, "[500]"),
		check_json(60001, 2000, 1000, "[500]")};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		ck_assert_int_eq(parse(wrong[i]), -EINVAL);
		ck_assert_int_eq(strncmp(why, "check.", 6), 0);
		json_decref(wrong[i]);
	}
}
END_TEST

START_TEST(bells_ring_by_the_own_clock)
{
	json_t *json = test_join_json(TEST_PROFILE);
	json_object_set_new(json, "state", json_string("open"));
	json_object_set_new(json, "live_in_ms", json_integer(42000));
	test_join_parse(json, &join);
	struct mono_time now = {1000 * NS_IN_S};
	struct join_times times = join_times_from(&join, now);
	ck_assert_int_eq(join_state_at(&times, now), JOIN_OPEN);
	ck_assert_int_eq(join_state_at(&times, mono_after_ns(now, 42 * NS_IN_S - 1)), JOIN_OPEN);
	ck_assert_int_eq(join_state_at(&times, mono_after_ns(now, 42 * NS_IN_S)), JOIN_LIVE);
	ck_assert_int_eq(join_state_at(&times, mono_after_ns(now, 2400 * NS_IN_S)), JOIN_GRACE);
	ck_assert_int_eq(join_state_at(&times, mono_after_ns(now, 2520 * NS_IN_S)), JOIN_ENDED);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("join");
	TCase *facts = tcase_create("facts");
	tcase_set_timeout(facts, 60);
	tcase_add_test(facts, good_join_is_taken_over_whole);
	tcase_add_test(facts, keys_are_those_of_the_text);
	tcase_add_test(facts, wiped_join_holds_nothing);
	tcase_add_test(facts, unknown_members_are_ignored);
	tcase_add_test(facts, every_member_must_be_there_and_of_its_type);
	tcase_add_loop_test(facts, value_out_of_bounds_is_refused_by_name, 0,
		(int)(sizeof bends / sizeof bends[0]));
	tcase_add_test(facts, reasons_never_hold_a_key);
	tcase_add_test(facts, more_streams_than_there_is_room_for_are_refused);
	tcase_add_test(facts, every_truncation_of_the_text_is_refused);
	tcase_add_test(facts, a_lesson_has_no_check_and_a_check_has_its_ladder);
	tcase_add_test(facts, a_check_that_would_flood_the_line_is_refused);
	tcase_add_test(facts, bells_ring_by_the_own_clock);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
