/* SPDX-License-Identifier: BSD-3-Clause */
// classroom_join.h - JOINs for the classroom's tests: as JSON to bend, and as parsed structs.
#ifndef SUPPORT_CLASSROOM_JOIN_H
#define SUPPORT_CLASSROOM_JOIN_H

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "classroom/join.h"
#include "srtp/keys.h"

#define TEST_PROFILE SRTP_AEAD_AES_128_GCM

static inline json_t *
test_key(enum srtp_profile profile)
{
	struct srtp_keys keys;
	char text[SRTP_KEYS_TEXT_BYTES];
	ck_assert_int_eq(srtp_keys_generate(profile, &keys), 0);
	srtp_keys_to_text(&keys, text);
	return json_string(text);
}

static inline json_t *
test_send(const char *kind, unsigned ssrc, enum srtp_profile profile)
{
	bool audio = strcmp(kind, "audio") == 0;
	return json_pack("{s:s, s:I, s:i, s:i, s:s, s:s, s:o}", "kind", kind, "ssrc",
		(json_int_t)ssrc, "payload_type", audio ? 111 : 96, "clock_rate_hz",
		audio ? 48000 : 90000, "encoding", audio ? "opus/48000/2" : "H264/90000", "fmtp",
		audio ? "" : "packetization-mode=1", "key", test_key(profile));
}

static inline json_t *
test_receive(const char *endpoint, const char *kind, unsigned ssrc, enum srtp_profile profile)
{
	json_t *stream = test_send(kind, ssrc, profile);
	json_object_set_new(stream, "endpoint", json_string(endpoint));
	json_object_set_new(stream, "school", json_string("houren"));
	json_object_set_new(stream, "school_name", json_string("厚仁中心小学"));
	json_object_set_new(stream, "roc", json_integer(0));
	return stream;
}

// A JOIN that is live, sends audio and teacher, and receives houren-1's audio and teacher.
static inline json_t *
test_join_json(enum srtp_profile profile)
{
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:{s:s, s:i},"
		" s:{s:s, s:s, s:s, s:s}, s:s, s:{s:i, s:o}, s:{s:i, s:o}, s:[oo], s:[oo]}",
		"join", "9f01", "instance", "5202", "session", "chinese-tue/2026-11-24", "title",
		"语文", "state", "live", "live_in_ms", 0, "bell_in_ms", 2400000, "leave_in_ms",
		2520000, "media", "address", "198.18.0.2", "port", 5000, "stun", "username", "R:C",
		"password", "to-relay", "relay_username", "C:R", "relay_password", "to-endpoint",
		"profile", srtp_profile_name(profile), "report", "ssrc", 1, "key",
		test_key(profile), "relay", "ssrc", 2, "key", test_key(profile), "send",
		test_send("audio", 11, profile), test_send("teacher", 12, profile), "receive",
		test_receive("houren-1", "audio", 21, profile),
		test_receive("houren-1", "teacher", 22, profile));
}

// Parses the JSON and drops the reference.
static inline void
test_join_parse(json_t *json, struct join *out)
{
	char why[JOIN_WHY_BYTES] = "";
	char *text = json_dumps(json, 0);
	ck_assert_ptr_nonnull(text);
	ck_assert_msg(join_parse(text, strlen(text), out, why) == 0, "%s", why);
	free(text);
	json_decref(json);
}

#endif
