/* SPDX-License-Identifier: BSD-3-Clause */
// api_lessons.c - the timetable: lessons of a day, endpoints, reload.
#include <stdlib.h>

#include "control/parts.h"
#include "control/school_scope.h"
#include "platform/clock.h"

static json_t *
cancelled_view(const struct lesson *lesson)
{
	char date[CIVIL_DATE_BYTES];
	civil_date_format(lesson->date, date);
	const struct timetable_rule *rule = lesson->rule;
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:o}", "id",
		lesson->id, "rule", rule->id, "pair", rule->pair->id, "date", date, "title",
		lesson->title, "subject", lesson->subject, "form", lesson_form_name(lesson->form),
		"starts_at", view_time(lesson->start), "ends_at", view_time(lesson->end), "reason",
		lesson_cancellation_name(lesson->cancellation), "parts", view_parts(lesson));
}

// What the plan has that day and is not held; NULL where memory is lacking. A lesson that opened
// before it was cancelled is held.
static json_t *
cancelled_of(const struct scheduler *scheduler, struct civil_date date)
{
	struct lesson_list list;
	if (timetable_expand_cancelled(scheduler_timetable(scheduler),
		    scheduler_exceptions(scheduler), date, date, &list))
		return NULL;
	json_t *array = json_array();
	for (size_t i = 0; i < list.count; i++)
		if (!scheduler_find(scheduler, list.lessons[i].id))
			json_array_append_new(array, cancelled_view(&list.lessons[i]));
	lesson_list_fini(&list);
	return array;
}

static void
lessons_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	struct wall_time now = clock_wall();
	struct civil_date date = civil_date_of(now);
	const char *wanted = http_request_query(request, "date");
	if (wanted && civil_date_parse(wanted, &date)) {
		http_respond_error(request, 400, "date is not a day: write it as 2026-11-23");
		return;
	}
	struct board_lesson *lessons;
	size_t count;
	json_t *cancelled = cancelled_of(control->scheduler, date);
	if (!cancelled || scheduler_lessons_of(control->scheduler, date, now, &lessons, &count)) {
		json_decref(cancelled);
		http_respond_error(request, 503, "out of memory; try again");
		return;
	}
	const char *school = request->role == TOKEN_ROLE_SCHOOL ? request->school : NULL;
	json_t *array = json_array();
	for (size_t i = 0; i < count; i++)
		if (!school || school_takes_part(&lessons[i].lesson, school))
			json_array_append_new(array, view_lesson(&lessons[i]));
	free(lessons);
	char text[CIVIL_DATE_BYTES];
	civil_date_format(date, text);
	http_respond_json(request, 200,
		json_pack(
			"{s:s, s:o, s:o}", "date", text, "lessons", array, "cancelled", cancelled));
}

static json_t *
endpoint_view(const struct control *control, const struct timetable_endpoint *endpoint,
	struct wall_time now)
{
	const struct presence_entry *entry = presence_find(control->presence, endpoint->id);
	bool is_connected = entry && entry->stream;
	const struct scheduled_lesson *holder = scheduler_holder(control->scheduler, endpoint->id);
	const struct lesson *next = scheduler_next_lesson(control->scheduler, endpoint->id, now);
	const struct check *check = checks_of_endpoint(control->checks, endpoint->id);
	json_t *streams = json_array();
	for (size_t i = 0; i < endpoint->stream_count; i++)
		json_array_append_new(
			streams, json_string(stream_kind_name(endpoint->streams[i].kind)));
	json_t *last_seen = entry ? view_time(is_connected ? now : entry->left_at) : json_null();
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:b, s:o, s:s?, s:s?, s:s?, "
			 "s:s?, s:o, s:o}",
		"id", endpoint->id, "school", endpoint->school->id, "school_name",
		endpoint->school->name, "contact", endpoint->school->contact, "phone",
		endpoint->school->phone, "room", endpoint->room, "streams", streams, "last_seen",
		last_seen, "connected", is_connected, "connected_since",
		is_connected ? view_time(entry->connected_since) : json_null(), "address",
		is_connected ? entry->address : NULL, "version",
		is_connected ? entry->version : NULL, "session", holder ? holder->lesson.id : NULL,
		"next_lesson", next ? next->id : NULL, "next_starts_at",
		next ? view_time(next->start) : json_null(), "check",
		check ? view_check_result(check, endpoint->id) : json_null());
}

static void
endpoints_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	const struct timetable *timetable = scheduler_timetable(control->scheduler);
	struct wall_time now = clock_wall();
	json_t *array = json_array();
	for (size_t i = 0; i < timetable->endpoint_count; i++)
		json_array_append_new(array, endpoint_view(control, &timetable->endpoints[i], now));
	http_respond_json(request, 200, json_pack("{s:o}", "endpoints", array));
}

static void
reload_post(struct http_request *request, void *user)
{
	control_reload(user, request);
}

int
api_lessons_route(struct control *control)
{
	const struct http_route routes[] = {
		{"GET", "/v1/lessons", TOKEN_ROLE_SCHOOL, lessons_get, control},
		{"GET", "/v1/endpoints", TOKEN_ROLE_OBSERVER, endpoints_get, control},
		{"POST", "/v1/reload", TOKEN_ROLE_OPERATOR, reload_post, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
