/* SPDX-License-Identifier: BSD-3-Clause */
// join.c - reads a JOIN's JSON: every type, every bound, and no key in a reason.
#include "classroom/join.h"

#include <arpa/inet.h>
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>
#include <openssl/crypto.h>

#define CLOCK_RATE_HZ_MAX 1000000
// Payload types whose marker bit would make the packet look like RTCP (RFC 5761, section 4).
#define PAYLOAD_TYPE_RTCP_FIRST 64
#define PAYLOAD_TYPE_RTCP_LAST 95
#define PAYLOAD_TYPE_MAX 127

// The object being read, its place for the reason, and the first fault.
struct reader {
	json_t *object;
	const char *place; // "send[1].", or ""
	char *why;
	bool failed;
};

static void
fail(struct reader *reader, const char *name, const char *reason)
{
	if (reader->failed)
		return;
	reader->failed = true;
	snprintf(reader->why, JOIN_WHY_BYTES, "%s%s %s", reader->place, name, reason);
}

enum text_rule {
	TEXT_PLAIN, // printable, may be empty
	TEXT_NAMED, // printable, not empty
	TEXT_ID,    // also fit for a file's name
};

// Control characters would forge lines in an SDP or a log.
static bool
text_is_fit(const char *text, enum text_rule rule)
{
	for (const char *c = text; *c; c++) {
		if (iscntrl((unsigned char)*c) || (rule == TEXT_ID && (*c == '/' || *c == ' ')))
			return false;
	}
	return rule == TEXT_PLAIN || (text[0] != '\0' && (rule != TEXT_ID || text[0] != '.'));
}

static void
take_text(struct reader *reader, const char *name, enum text_rule rule, char *out, size_t bytes)
{
	const json_t *value = json_object_get(reader->object, name);
	const char *text = json_string_value(value);
	if (!text)
		fail(reader, name, value ? "is not a text" : "is missing");
	else if (json_string_length(value) != strlen(text) || !text_is_fit(text, rule))
		fail(reader, name, "is empty or holds characters it may not");
	else if (strlen(text) >= bytes)
		fail(reader, name, "is too long");
	else
		strcpy(out, text);
}

static int64_t
take_number(struct reader *reader, const char *name, int64_t min, int64_t max)
{
	const json_t *value = json_object_get(reader->object, name);
	if (!json_is_integer(value)) {
		fail(reader, name, value ? "is not a whole number" : "is missing");
		return min;
	}
	int64_t number = json_integer_value(value);
	if (number < min || number > max) {
		fail(reader, name, "is out of bounds");
		return min;
	}
	return number;
}

static void
take_keys(struct reader *reader, const char *name, enum srtp_profile profile, struct srtp_keys *out)
{
	const json_t *value = json_object_get(reader->object, name);
	const char *text = json_string_value(value);
	if (!text)
		fail(reader, name, value ? "is not a text" : "is missing");
	else if (!reader->failed && srtp_keys_from_text(profile, text, out) != 0)
		fail(reader, name, "is not a base64 key of the profile's length");
}

// A reader of the object `name` inside `reader`'s; `place` stands before its members' names.
static struct reader
enter(struct reader *reader, const char *name, const char *place)
{
	json_t *value = json_object_get(reader->object, name);
	if (!json_is_object(value))
		fail(reader, name, value ? "is not an object" : "is missing");
	return (struct reader){value, place, reader->why, reader->failed};
}

static void
leave(struct reader *reader, const struct reader *inner)
{
	reader->failed = reader->failed || inner->failed;
}

static void
take_stun(struct reader *reader, struct join_stun *out)
{
	struct reader stun = enter(reader, "stun", "stun.");
	take_text(&stun, "username", TEXT_NAMED, out->username, sizeof out->username);
	take_text(&stun, "password", TEXT_NAMED, out->password, sizeof out->password);
	take_text(&stun, "relay_username", TEXT_NAMED, out->relay_username,
		sizeof out->relay_username);
	take_text(&stun, "relay_password", TEXT_NAMED, out->relay_password,
		sizeof out->relay_password);
	leave(reader, &stun);
}

// The relay's address of one family, or null. Returns whether there is one.
static bool
take_address(struct reader *media, const char *name, enum ip_family family, struct join *out)
{
	char address[IP_TEXT_BYTES] = "";
	const json_t *value = json_object_get(media->object, name);
	if (!value || json_is_null(value))
		return false;
	take_text(media, name, TEXT_NAMED, address, sizeof address);
	if (media->failed)
		return false;
	if (ip_from_text(address, &out->media[family]) != 0 ||
		ip_family(&out->media[family]) != family) {
		fail(media, name,
			family == IP_V4 ? "is not an IPv4 address" : "is not an IPv6 address");
		return false;
	}
	return true;
}

static void
take_media(struct reader *reader, struct join *out)
{
	struct reader media = enter(reader, "media", "media.");
	bool has_v4 = take_address(&media, "address", IP_V4, out);
	bool has_v6 = take_address(&media, "address6", IP_V6, out);
	if (!has_v4 && !has_v6 && !media.failed)
		fail(&media, "address", "is missing, and so is address6");
	out->media_port_be = htons((uint16_t)take_number(&media, "port", 1, UINT16_MAX));
	leave(reader, &media);
}

static void
take_channel(struct reader *reader, const char *name, const char *place, enum srtp_profile profile,
	struct join_channel *out)
{
	struct reader channel = enter(reader, name, place);
	out->ssrc = (uint32_t)take_number(&channel, "ssrc", 0, UINT32_MAX);
	take_keys(&channel, "key", profile, &out->keys);
	leave(reader, &channel);
}

static void
take_stream(
	struct reader *reader, enum srtp_profile profile, bool is_receive, struct join_stream *out)
{
	char kind[KIND_NAME_BYTES_MAX] = "";
	take_text(reader, "kind", TEXT_NAMED, kind, sizeof kind);
	if (!reader->failed && kind_find(kind, &out->kind) != 0)
		fail(reader, "kind", "is none of audio, teacher, students, slides");
	out->ssrc = (uint32_t)take_number(reader, "ssrc", 0, UINT32_MAX);
	out->payload_type = (uint8_t)take_number(reader, "payload_type", 0, PAYLOAD_TYPE_MAX);
	if (out->payload_type >= PAYLOAD_TYPE_RTCP_FIRST &&
		out->payload_type <= PAYLOAD_TYPE_RTCP_LAST)
		fail(reader, "payload_type", "collides with RTCP");
	out->clock_rate_hz = (uint32_t)take_number(reader, "clock_rate_hz", 1, CLOCK_RATE_HZ_MAX);
	take_text(reader, "encoding", TEXT_NAMED, out->encoding, sizeof out->encoding);
	take_text(reader, "fmtp", TEXT_PLAIN, out->fmtp, sizeof out->fmtp);
	take_keys(reader, "key", profile, &out->keys);
	if (!is_receive)
		return;
	take_text(reader, "endpoint", TEXT_ID, out->endpoint, sizeof out->endpoint);
	take_text(reader, "school_name", TEXT_PLAIN, out->school_name, sizeof out->school_name);
	out->roc = (uint32_t)take_number(reader, "roc", 0, UINT32_MAX);
}

// Reads the array `name` of streams. Returns their count.
static size_t
take_streams(struct reader *reader, const char *name, enum srtp_profile profile, bool is_receive,
	struct join_stream *out, size_t capacity)
{
	const json_t *array = json_object_get(reader->object, name);
	if (!json_is_array(array)) {
		fail(reader, name, array ? "is not an array" : "is missing");
		return 0;
	}
	size_t count = json_array_size(array);
	if (count > capacity) {
		fail(reader, name, "has more streams than this program takes");
		return 0;
	}
	for (size_t i = 0; i < count; i++) {
		char place[32];
		snprintf(place, sizeof place, "%s[%zu].", name, i);
		struct reader stream = {
			json_array_get(array, i), place, reader->why, reader->failed};
		take_stream(&stream, profile, is_receive, &out[i]);
		leave(reader, &stream);
	}
	return count;
}

static enum join_state
take_state(struct reader *reader)
{
	char name[16] = "";
	take_text(reader, "state", TEXT_NAMED, name, sizeof name);
	for (int state = JOIN_OPEN; state <= JOIN_GRACE; state++) {
		if (strcmp(name, join_state_name((enum join_state)state)) == 0)
			return (enum join_state)state;
	}
	fail(reader, "state", "is none of open, live, grace");
	return JOIN_OPEN;
}

static uint32_t
ssrc_at(const struct join *join, size_t i)
{
	if (i < 2)
		return i == 0 ? join->report.ssrc : join->relay.ssrc;
	i -= 2;
	return i < join->send_count ? join->send[i].ssrc : join->receive[i - join->send_count].ssrc;
}

// A lesson has none.
static void
take_check(struct reader *reader, struct probe_plan *out)
{
	if (!json_object_get(reader->object, "check"))
		return;
	struct reader check = enter(reader, "check", "check.");
	json_t *rates = json_object_get(check.object, "kbit_s");
	size_t count = json_array_size(rates);
	out->begins_in_ms =
		take_number(&check, "begins_in_ms", -JOIN_TIME_MS_MAX, PROBE_BEGIN_MS_MAX);
	out->rung_ms = (uint32_t)take_number(&check, "rung_ms", 1, PROBE_RUNG_MS_MAX);
	out->pause_ms =
		(uint32_t)take_number(&check, "pause_ms", PROBE_PAUSE_MS_MIN, PROBE_PAUSE_MS_MAX);
	if (count < 1 || count > PROBE_RUNGS_MAX)
		fail(&check, "kbit_s", "is no list of a few rates");
	for (size_t i = 0; i < count && !check.failed; i++) {
		json_int_t rate = json_integer_value(json_array_get(rates, i));
		if (rate < 1 || rate > PROBE_KBIT_S_MAX)
			fail(&check, "kbit_s", "is out of bounds");
		else
			out->kbit_s[out->rung_count++] = (uint32_t)rate;
	}
	leave(reader, &check);
}

static void
check_unique(struct reader *reader, const struct join *join)
{
	size_t count = 2 + join->send_count + join->receive_count;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (ssrc_at(join, i) == ssrc_at(join, j))
				fail(reader, "ssrc", "is given twice");
		}
	}
	for (size_t i = 0; i < join->send_count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (join->send[i].kind == join->send[j].kind)
				fail(reader, "send", "has a kind twice");
		}
	}
	for (size_t i = 0; i < join->receive_count; i++) {
		for (size_t j = 0; j < i; j++) {
			const struct join_stream *a = &join->receive[i], *b = &join->receive[j];
			if (a->kind == b->kind && strcmp(a->endpoint, b->endpoint) == 0)
				fail(reader, "receive", "has a kind of an endpoint twice");
		}
	}
}

static void
take_all(struct reader *reader, struct join *out)
{
	char profile[64] = "";
	take_text(reader, "join", TEXT_NAMED, out->id, sizeof out->id);
	take_text(reader, "instance", TEXT_NAMED, out->instance, sizeof out->instance);
	take_text(reader, "session", TEXT_NAMED, out->session, sizeof out->session);
	take_text(reader, "title", TEXT_PLAIN, out->title, sizeof out->title);
	out->state = take_state(reader);
	out->live_in_ms = take_number(reader, "live_in_ms", -JOIN_TIME_MS_MAX, JOIN_TIME_MS_MAX);
	out->bell_in_ms = take_number(reader, "bell_in_ms", -JOIN_TIME_MS_MAX, JOIN_TIME_MS_MAX);
	out->leave_in_ms = take_number(reader, "leave_in_ms", -JOIN_TIME_MS_MAX, JOIN_TIME_MS_MAX);
	if (!reader->failed &&
		(out->live_in_ms > out->bell_in_ms || out->bell_in_ms > out->leave_in_ms) &&
		out->live_in_ms > 0)
		fail(reader, "live_in_ms", "is not followed by bell_in_ms and leave_in_ms");
	take_media(reader, out);
	take_stun(reader, &out->stun);
	take_text(reader, "profile", TEXT_NAMED, profile, sizeof profile);
	out->profile = srtp_profile_find(profile);
	if (out->profile == 0) {
		fail(reader, "profile", "is not known to this program");
		return;
	}
	take_channel(reader, "report", "report.", out->profile, &out->report);
	take_channel(reader, "relay", "relay.", out->profile, &out->relay);
	out->send_count =
		take_streams(reader, "send", out->profile, false, out->send, JOIN_SEND_MAX);
	out->receive_count =
		take_streams(reader, "receive", out->profile, true, out->receive, JOIN_RECEIVE_MAX);
	take_check(reader, &out->check);
	check_unique(reader, out);
}

int
join_parse(const char *text, size_t length, struct join *out, char why[JOIN_WHY_BYTES])
{
	json_error_t error;
	memset(out, 0, sizeof *out);
	json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (!root) {
		// jansson's own text quotes what it stumbled over, which may be a key.
		snprintf(why, JOIN_WHY_BYTES, "is not JSON, at byte %d", error.position);
		return -EINVAL;
	}
	struct reader reader = {root, "", why, false};
	if (!json_is_object(root))
		fail(&reader, "the JOIN", "is not an object");
	else
		take_all(&reader, out);
	json_decref(root);
	if (reader.failed) {
		join_wipe(out);
		return -EINVAL;
	}
	return 0;
}

void
join_wipe(struct join *join)
{
	OPENSSL_cleanse(join, sizeof *join);
}

struct join_times
join_times_from(const struct join *join, struct mono_time now)
{
	return (struct join_times){
		.live = mono_after_ns(now, join->live_in_ms * NS_IN_MS),
		.bell = mono_after_ns(now, join->bell_in_ms * NS_IN_MS),
		.leave = mono_after_ns(now, join->leave_in_ms * NS_IN_MS),
	};
}

enum join_state
join_state_at(const struct join_times *times, struct mono_time now)
{
	if (mono_reached(now, times->leave))
		return JOIN_ENDED;
	if (mono_reached(now, times->bell))
		return JOIN_GRACE;
	return mono_reached(now, times->live) ? JOIN_LIVE : JOIN_OPEN;
}

const char *
join_state_name(enum join_state state)
{
	static const char *const names[] = {"open", "live", "grace", "ended"};
	assert(state <= JOIN_ENDED);
	return names[state];
}
