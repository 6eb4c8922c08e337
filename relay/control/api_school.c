/* SPDX-License-Identifier: BSD-3-Clause */
// api_school.c - the little that a school may ask for: five more minutes, a call to its partner.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control/exception_edit.h"
#include "control/parts.h"
#include "control/school_scope.h"
#include "platform/clock.h"
#include "platform/log.h"

#define CALL_MINUTES 30
#define CALL_MINUTES_MIN 2 // less before the next lesson is no call
#define CALL_TITLE "备课"
#define MS_IN_MINUTE (60 * MS_IN_S)

bool
school_takes_part(const struct lesson *lesson, const char *school)
{
	for (size_t i = 0; i < lesson->part_count; i++)
		if (strcmp(lesson->parts[i].school->id, school) == 0)
			return true;
	return false;
}

// How late the closing bell may ring: by the plan, or for a call by its opening.
static struct wall_time
latest_end(const struct control *control, const struct lesson *running)
{
	struct lesson planned;
	int64_t ms = running->start.ms + CALL_MINUTES * MS_IN_MINUTE;
	if (running->rule &&
		exception_lesson_find(scheduler_timetable(control->scheduler),
			scheduler_exceptions(control->scheduler), running->id, &planned) == 0)
		ms = planned.end.ms;
	return (struct wall_time){ms + SCHOOL_EXTEND_MINUTES_MAX * MS_IN_MINUTE};
}

// The first lesson that needs the endpoint after this one, or NULL.
static const struct lesson *
following(const struct control *control, const char *endpoint, const char *id, struct wall_time now)
{
	const struct lesson *next = scheduler_next_lesson(control->scheduler, endpoint, now);
	return next && strcmp(next->id, id) ? next : NULL;
}

bool
school_may_extend(const struct control *control, struct http_request *request, unsigned minutes)
{
	const struct scheduled_lesson *running = scheduler_find(control->scheduler, request->id);
	struct wall_time now = clock_wall();
	if (!running || !school_takes_part(&running->lesson, request->school)) {
		http_respond_error(request, 403, "this is no lesson of your school that is on");
		return false;
	}
	const struct lesson *lesson = &running->lesson;
	int64_t bell_ms = lesson->end.ms > now.ms ? lesson->end.ms : now.ms;
	int64_t end_ms = bell_ms + minutes * MS_IN_MINUTE;
	if (minutes != SCHOOL_EXTEND_MINUTES) {
		http_respond_field(request, 403, "minutes",
			"a school adds %d minutes at a time: ask the county's operators for others",
			SCHOOL_EXTEND_MINUTES);
		return false;
	}
	if (end_ms > latest_end(control, lesson).ms) {
		http_respond_error(request, 409,
			"a school adds %d minutes to a lesson at most: ask the county's operators "
			"for more",
			SCHOOL_EXTEND_MINUTES_MAX);
		return false;
	}
	for (size_t i = 0; i < lesson->part_count; i++) {
		const struct lesson *next =
			following(control, lesson->parts[i].endpoint->id, lesson->id, now);
		if (!next || next->start.ms >= end_ms)
			continue;
		char start[CIVIL_UTC_BYTES];
		civil_format_utc(next->start, start);
		http_respond_error(request, 409,
			"the next lesson of %s, %s, begins at %s: ask the county's operators",
			lesson->parts[i].school->name, next->title, start);
		return false;
	}
	return true;
}

static bool
pair_has(const struct timetable_pair *pair, const struct timetable_school *school)
{
	bool has = pair->lead == school;
	for (size_t i = 0; i < pair->assisted_count; i++)
		has |= pair->assisted[i] == school;
	return has;
}

static bool
are_paired(const struct timetable *timetable, const struct timetable_school *one,
	const struct timetable_school *other)
{
	for (size_t i = 0; i < timetable->pair_count; i++)
		if (one != other && pair_has(&timetable->pairs[i], one) &&
			pair_has(&timetable->pairs[i], other))
			return true;
	return false;
}

const char *
school_device(const struct control *control, const struct timetable_school *school)
{
	const struct timetable *timetable = scheduler_timetable(control->scheduler);
	const char *first = NULL;
	for (size_t i = 0; i < timetable->endpoint_count; i++) {
		const struct timetable_endpoint *endpoint = &timetable->endpoints[i];
		if (endpoint->school != school)
			continue;
		const struct presence_entry *entry = presence_find(control->presence, endpoint->id);
		if (entry && entry->stream)
			return endpoint->id;
		first = first ? first : endpoint->id;
	}
	return first;
}

// How long a call may last until a lesson of one of them opens.
static unsigned
minutes_left(const struct control *control, const char *const endpoints[2])
{
	const struct timetable *timetable = scheduler_timetable(control->scheduler);
	struct wall_time now = clock_wall();
	int64_t minutes = CALL_MINUTES;
	for (size_t i = 0; i < 2; i++) {
		const struct lesson *next =
			scheduler_next_lesson(control->scheduler, endpoints[i], now);
		if (!next)
			continue;
		int64_t ms = next->start.ms - now.ms - timetable->policies.open_before_s * MS_IN_S;
		int64_t left = ms > 0 ? ms / MS_IN_MINUTE : 0;
		minutes = left < minutes ? left : minutes;
	}
	return (unsigned)minutes;
}

static void
call_open(struct control *control, struct http_request *request, const char *const endpoints[2])
{
	unsigned minutes = minutes_left(control, endpoints);
	if (minutes < CALL_MINUTES_MIN) {
		http_respond_error(
			request, 409, "a lesson of one of you opens soon: call after it");
		return;
	}
	const struct scheduled_lesson *scheduled;
	int result = scheduler_open_call(control->scheduler, endpoints, 2, minutes, CALL_TITLE,
		clock_wall(), clock_mono(), &scheduled);
	if (result) {
		http_respond_error(request, result == -EBUSY ? 409 : 503, "%s",
			result == -EBUSY ? "one of you is in a lesson that is live: call after it"
					 : strerror(-result));
		return;
	}
	char id[LESSON_ID_BYTES_MAX];
	memcpy(id, scheduled->lesson.id, sizeof id);
	log_info("session %s: opened by %s", id, request->name);
	control_audit_session(control, request->name, id, "opened", "");
	control_step(control);
	const struct session *session = sessions_find(control->sessions, id);
	struct view view = control_view(control);
	http_respond_json(
		request, 201, session ? view_session(&view, session, control->presence) : NULL);
}

static void
calls_post(struct http_request *request, void *user)
{
	struct control *control = user;
	const struct timetable *timetable = scheduler_timetable(control->scheduler);
	const char *wanted;
	if (json_unpack(request->body, "{s:s}", "school", &wanted)) {
		http_respond_field(request, 400, "school", "the body must be {\"school\":\"...\"}");
		return;
	}
	if (!*request->school) {
		http_respond_error(request, 403,
			"this is for a school's token: POST /v1/sessions opens any session");
		return;
	}
	const struct timetable_school *own = timetable_school_find(timetable, request->school);
	const struct timetable_school *other = timetable_school_find(timetable, wanted);
	if (!own || !other || !are_paired(timetable, own, other)) {
		http_respond_field(request, 403, "school",
			"your school is not paired with this one: pairs.csv lists the pairs");
		return;
	}
	const char *const endpoints[2] = {
		school_device(control, own), school_device(control, other)};
	if (!endpoints[0] || !endpoints[1])
		http_respond_error(request, 409, "one of you has no device in endpoints.csv");
	else
		call_open(control, request, endpoints);
}

int
api_school_route(struct control *control)
{
	const struct http_route routes[] = {
		{"POST", "/v1/calls", TOKEN_ROLE_SCHOOL, calls_post, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
