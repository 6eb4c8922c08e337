/* SPDX-License-Identifier: BSD-3-Clause */
// view_join.c - JOIN: all that an endpoint needs to take part in its session, keys among it.
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "control/views.h"
#include "lessons/check.h"
#include "lessons/join_stats.h"

static json_t *
key_text(const struct srtp_keys *keys)
{
	char text[SRTP_KEYS_TEXT_BYTES];
	srtp_keys_to_text(keys, text);
	json_t *value = json_string(text);
	OPENSSL_cleanse(text, sizeof text);
	return value;
}

static json_t *
ssrc_and_key(uint32_t ssrc, const struct srtp_keys *keys)
{
	return json_pack("{s:I, s:o}", "ssrc", (json_int_t)ssrc, "key", key_text(keys));
}

static json_t *
stream_view(const struct join_stream *stream)
{
	return json_pack("{s:s, s:I, s:i, s:I, s:s, s:s, s:o}", "kind",
		stream_kind_name(stream->kind), "ssrc", (json_int_t)stream->ssrc, "payload_type",
		stream->codec->payload_type, "clock_rate_hz",
		(json_int_t)stream->codec->clock_rate_hz, "encoding", stream->codec->encoding,
		"fmtp", stream->codec->fmtp, "key", key_text(&stream->keys));
}

static json_t *
send_view(const struct join *join)
{
	json_t *array = json_array();
	for (size_t i = 1; i < join->stream_count; i++)
		json_array_append_new(array, stream_view(&join->streams[i]));
	return array;
}

static json_t *
receive_view(const struct view *view, const struct join *join)
{
	json_t *array = json_array();
	for (const struct join_outflow *outflow = TAILQ_FIRST(&join->receives); outflow;
		outflow = TAILQ_NEXT(outflow, join_link)) {
		const struct join_stream *stream = outflow->stream;
		const struct lesson_part *part = stream->join->part;
		if (!part) // leaving: its session sends another update
			continue;
		struct inflow_stats figures;
		join_stats_inflow(view->board, stream, &figures);
		json_t *object = stream_view(stream);
		json_object_set_new(object, "endpoint", json_string(stream->join->endpoint));
		json_object_set_new(object, "school", json_string(part->school->id));
		json_object_set_new(object, "school_name", json_string(part->school->name));
		json_object_set_new(object, "roc", json_integer(figures.roc));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *
stun_view(const struct message_leg *leg)
{
	char username[2 * STUN_USER_BYTES_MAX], relay_username[2 * STUN_USER_BYTES_MAX];
	snprintf(username, sizeof username, "%s:%s", leg->relay_user, leg->endpoint_user);
	snprintf(relay_username, sizeof relay_username, "%s:%s", leg->endpoint_user,
		leg->relay_user);
	return json_pack("{s:s, s:s, s:s, s:s}", "username", username, "password",
		leg->relay_password, "relay_username", relay_username, "relay_password",
		leg->endpoint_password);
}

static json_int_t
ms_until(struct mono_time now, struct mono_time then)
{
	int64_t ms = mono_since_ns(then, now) / NS_IN_MS;
	return ms > 0 ? ms : 0;
}

// When a connection check's ladder begins, and its rungs.
static json_t *
check_view(const struct view *view, const struct scheduled_lesson *scheduled)
{
	struct mono_time begins = mono_after_ns(scheduled->live_at, CHECK_LEAD_MS * NS_IN_MS);
	json_t *rates = json_array();
	for (size_t i = 0; i < CHECK_RUNGS; i++)
		json_array_append_new(rates, json_integer(check_kbit_s[i]));
	return json_pack("{s:I, s:i, s:i, s:o}", "begins_in_ms",
		(json_int_t)(mono_since_ns(begins, view->mono) / NS_IN_MS), "rung_ms",
		CHECK_RUNG_MS, "pause_ms", CHECK_PAUSE_MS, "kbit_s", rates);
}

json_t *
view_join(const struct view *view, const struct join *join)
{
	const struct scheduled_lesson *scheduled = join->session->scheduled;
	const struct join_stream *report = &join->streams[0];
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s}", "join", join->id, "instance",
		view->instance, "session", scheduled->lesson.id, "title", scheduled->lesson.title,
		"state", lesson_state_name(scheduled->state));
	bool is_waiting = scheduled->state == LESSON_OPEN;
	json_object_set_new(object, "live_in_ms",
		json_integer(is_waiting ? ms_until(view->mono, scheduled->live_at) : 0));
	json_object_set_new(
		object, "bell_in_ms", json_integer(ms_until(view->mono, scheduled->bell_at)));
	json_object_set_new(
		object, "leave_in_ms", json_integer(ms_until(view->mono, scheduled->end_at)));
	json_object_set_new(object, "media",
		json_pack("{s:o, s:o, s:i}", "address",
			view_media_address(view->media_addresses, IP_V4), "address6",
			view_media_address(view->media_addresses, IP_V6), "port",
			view->media_port));
	json_object_set_new(object, "stun", stun_view(&join->leg));
	json_object_set_new(object, "profile", json_string(srtp_profile_name(join->profile)));
	json_object_set_new(object, "report", ssrc_and_key(report->ssrc, &report->keys));
	json_object_set_new(object, "relay", ssrc_and_key(join->leg.relay_ssrc, &join->relay_keys));
	json_object_set_new(object, "send", send_view(join));
	json_object_set_new(object, "receive", receive_view(view, join));
	if (scheduler_is_check(&scheduled->lesson))
		json_object_set_new(object, "check", check_view(view, scheduled));
	return object;
}
