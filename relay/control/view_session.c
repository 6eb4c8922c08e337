/* SPDX-License-Identifier: BSD-3-Clause */
// view_session.c - SESSION and LESSON: what is on, and what is planned, for operators.
#include <stdio.h>
#include <string.h>

#include "control/views.h"
#include "lessons/join_stats.h"

json_t *
view_time(struct wall_time time)
{
	char text[CIVIL_UTC_BYTES];
	time.ms -= time.ms % MS_IN_S; // whole seconds are enough for people
	civil_format_utc(time, text);
	return json_string(text);
}

json_t *
view_media_address(const char *const *media_addresses, enum ip_family family)
{
	const char *address = media_addresses[family];
	return *address ? json_string(address) : json_null();
}

json_t *
view_leg_address(const struct leg_stats *leg)
{
	if (!leg->is_up)
		return json_null();
	char text[IP_PORT_TEXT_BYTES];
	ip_port_to_text(&leg->remote, leg->remote_port_be, text);
	return json_string(text);
}

static json_t *
leg_view(const struct view *view, const struct session *session, const struct lesson_part *part,
	const struct presence *presence)
{
	const char *endpoint = part->endpoint->id;
	const struct presence_entry *entry = presence_find(presence, endpoint);
	const struct join *join = session_join_find(session, endpoint);
	struct leg_stats leg = {0};
	if (join)
		join_stats_leg(view->board, join, &leg);
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:o, s:I}", "endpoint", endpoint,
		"school", part->school->id, "school_name", part->school->name, "role",
		lesson_role_name(part->role), "connected", entry && entry->stream, "up", leg.is_up,
		"address", view_leg_address(&leg), "path_changes", (json_int_t)leg.path_changes);
	json_object_set_new(
		object, "rtt_ms", leg.rtt_us ? json_real(leg.rtt_us / 1000.0) : json_null());
	int64_t age_ns = view->mono.ns - leg.last_heard_ns;
	json_object_set_new(object, "last_heard_ms",
		leg.last_heard_ns ? json_integer(age_ns > 0 ? age_ns / NS_IN_MS : 0) : json_null());
	return object;
}

// By the clock that the lesson was planned with, so that it does not flicker.
static struct wall_time
closes_at(const struct scheduled_lesson *scheduled)
{
	int64_t grace_ns = mono_since_ns(scheduled->end_at, scheduled->bell_at);
	return (struct wall_time){scheduled->lesson.end.ms + grace_ns / NS_IN_MS};
}

json_t *
view_session(
	const struct view *view, const struct session *session, const struct presence *presence)
{
	const struct scheduled_lesson *scheduled = session->scheduled;
	const struct lesson *lesson = &scheduled->lesson;
	int64_t remaining_ns = mono_since_ns(scheduled->bell_at, view->mono);
	const char *profile = session->profile ? srtp_profile_name(session->profile) : NULL;
	json_t *object = json_pack("{s:s, s:s?, s:s, s:s, s:o, s:o, s:o, s:I, s:s?}", "id",
		lesson->id, "lesson", lesson->rule ? lesson->id : NULL, "title", lesson->title,
		"state", lesson_state_name(scheduled->state), "starts_at", view_time(lesson->start),
		"ends_at", view_time(lesson->end), "closes_at", view_time(closes_at(scheduled)),
		"remaining_s", (json_int_t)(remaining_ns > 0 ? remaining_ns / NS_IN_S : 0),
		"profile", profile);
	json_t *legs = json_array();
	for (size_t i = 0; i < lesson->part_count; i++)
		json_array_append_new(legs, leg_view(view, session, &lesson->parts[i], presence));
	json_object_set_new(object, "edited", json_boolean(scheduled->is_edited));
	json_object_set_new(object, "worker",
		TAILQ_EMPTY(&session->joins) ? json_null() : json_integer(session->worker));
	json_object_set_new(object, "legs", legs);
	return object;
}

json_t *
view_parts(const struct lesson *lesson)
{
	json_t *parts = json_array();
	for (size_t i = 0; i < lesson->part_count; i++) {
		const struct lesson_part *part = &lesson->parts[i];
		json_array_append_new(
			parts, json_pack("{s:s, s:s, s:s, s:s}", "school", part->school->id,
				       "school_name", part->school->name, "endpoint",
				       part->endpoint->id, "role", lesson_role_name(part->role)));
	}
	return parts;
}

json_t *
view_lesson(const struct board_lesson *board_lesson)
{
	const struct lesson *lesson = &board_lesson->lesson;
	const struct timetable_rule *rule = lesson->rule;
	char date[CIVIL_DATE_BYTES];
	civil_date_format(lesson->date, date);
	return json_pack("{s:s, s:s?, s:s?, s:o, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:o}",
		"id", lesson->id, "rule", rule ? rule->id : NULL, "pair",
		rule ? rule->pair->id : NULL, "period",
		rule && rule->period ? json_integer(rule->period) : json_null(), "date", date,
		"title", lesson->title, "subject", lesson->subject, "form",
		lesson_form_name(lesson->form), "starts_at", view_time(lesson->start), "ends_at",
		view_time(lesson->end), "opens_at", view_time(board_lesson->opens), "closes_at",
		view_time(board_lesson->closes), "state", lesson_state_name(board_lesson->state),
		"parts", view_parts(lesson));
}
