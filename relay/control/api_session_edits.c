/* SPDX-License-Identifier: BSD-3-Clause */
// api_session_edits.c - a session that runs: its closing bell moved, its endpoints others.
#include <errno.h>
#include <string.h>

#include "control/parts.h"
#include "control/school_scope.h"
#include "lessons/seats.h"
#include "platform/clock.h"
#include "platform/log.h"

// What was asked is done: the session as it is now.
static void
edited(struct control *control, struct http_request *request, const char *what, const char *before)
{
	control->is_journal_due = true;
	control_audit_session(control, request->name, request->id, what, before);
	control_step(control);
	const struct session *session = sessions_find(control->sessions, request->id);
	if (!session) {
		http_respond_error(request, 409, "the session has ended");
		return;
	}
	struct view view = control_view(control);
	http_respond_json(request, 200, view_session(&view, session, control->presence));
}

static void
edit_failed(struct http_request *request, int result)
{
	switch (result) {
	case -ENOENT:
		http_respond_error(request, 404,
			"no session %s is open: GET /v1/sessions lists those that are",
			request->id);
		return;
	case -ENODEV:
		http_respond_error(request, 422,
			"an endpoint is not in the timetable: GET /v1/endpoints lists them");
		return;
	case -EBUSY:
		http_respond_error(
			request, 409, "an endpoint's other lesson is live: end that session first");
		return;
	default:
		http_respond_error(request, 503, "cannot be done: %s", strerror(-result));
	}
}

void
api_session_extend(struct http_request *request, void *user)
{
	struct control *control = user;
	json_int_t minutes;
	if (json_unpack(request->body, "{s:I}", "minutes", &minutes) || minutes < 1 ||
		minutes > SCHEDULER_MINUTES_MAX) {
		http_respond_error(request, 422,
			"the body must be {\"minutes\":5}, with 1 to %d minutes",
			SCHEDULER_MINUTES_MAX);
		return;
	}
	if (request->role == TOKEN_ROLE_SCHOOL &&
		!school_may_extend(control, request, (unsigned)minutes))
		return;
	char before[CONTROL_LESSON_TEXT_BYTES];
	control_lesson_text(control, request->id, before);
	int result =
		scheduler_extend(control->scheduler, request->id, (unsigned)minutes, clock_mono());
	if (result) {
		edit_failed(request, result);
		return;
	}
	log_info("session %s: extended by %d minutes by %s", request->id, (int)minutes,
		request->name);
	edited(control, request, "extended", before);
}

// The moment that the body names for the closing bell: so many minutes before the bell as it is, or
// so many from now. False where it names neither.
static bool
cut_body(json_t *body, const struct scheduled_lesson *scheduled, struct mono_time now,
	struct mono_time *bell_at)
{
	json_int_t earlier = 0, left = -1;
	if (json_unpack(body, "{s?I, s?I}", "minutes", &earlier, "end_in_minutes", &left) ||
		(earlier > 0) == (left >= 0) || earlier < 0 || earlier > SCHEDULER_MINUTES_MAX ||
		left > SCHEDULER_MINUTES_MAX)
		return false;
	*bell_at = left >= 0 ? mono_after_ns(now, left * 60 * NS_IN_S)
			     : mono_after_ns(scheduled->bell_at, -earlier * 60 * NS_IN_S);
	return true;
}

void
api_session_cut(struct http_request *request, void *user)
{
	struct control *control = user;
	const struct scheduled_lesson *scheduled = scheduler_find(control->scheduler, request->id);
	struct mono_time now = clock_mono(), bell_at;
	if (!scheduled) {
		edit_failed(request, -ENOENT);
		return;
	}
	if (!cut_body(request->body, scheduled, now, &bell_at)) {
		http_respond_error(request, 422,
			"the body must be {\"minutes\":5}, so much earlier than now planned, or "
			"{\"end_in_minutes\":0}, so long from now; up to %d minutes",
			SCHEDULER_MINUTES_MAX);
		return;
	}
	char before[CONTROL_LESSON_TEXT_BYTES];
	control_lesson_text(control, request->id, before);
	int result = scheduler_cut(control->scheduler, request->id, bell_at, now);
	if (result == -EALREADY)
		http_respond_error(request, 409, "the closing bell has rung: end the session");
	else if (result == -EINVAL)
		http_respond_error(request, 422,
			"that is no earlier closing bell after the opening bell: extend the "
			"session, or end it");
	else if (result)
		edit_failed(request, result);
	if (result)
		return;
	log_info("session %s: cut by %s", request->id, request->name);
	edited(control, request, "cut", before);
}

// Who takes part from now on: who speaks, the first leading, then who listens.
struct group {
	const char *ids[TIMETABLE_PARTS_MAX];
	size_t count;
	size_t listener_count;
	json_t *was; // who took part when the operator looked, or NULL; borrowed
};

static bool
ids_read(json_t *array, struct group *group)
{
	size_t index;
	json_t *value;
	json_array_foreach(array, index, value)
	{
		if (!json_is_string(value) || group->count == TIMETABLE_PARTS_MAX)
			return false;
		group->ids[group->count++] = json_string_value(value);
	}
	return true;
}

static bool
group_body(json_t *body, struct group *group)
{
	json_t *speakers, *listeners = NULL;
	*group = (struct group){.count = 0};
	if (json_unpack(body, "{s:o, s?o, s?o !}", "endpoints", &speakers, "listeners", &listeners,
		    "was", &group->was) ||
		!ids_read(speakers, group) || !ids_read(listeners, group))
		return false;
	group->listener_count = json_array_size(listeners);
	return true;
}

// Two operators at once: the second one's wish is of a session that is not there any more.
static bool
is_as_it_was(const struct lesson *lesson, json_t *was)
{
	if (!was)
		return true;
	if (json_array_size(was) != lesson->part_count)
		return false;
	for (size_t i = 0; i < lesson->part_count; i++) {
		const char *id = json_string_value(json_array_get(was, i));
		if (!id || strcmp(id, lesson->parts[i].endpoint->id))
			return false;
	}
	return true;
}

// A newcomer without the session's profile could not be heard unless all others got new keys.
// Returns its id, or NULL.
static const char *
stranger_find(
	const struct control *control, const struct session *session, const struct group *group)
{
	const struct timetable *timetable = scheduler_timetable(control->scheduler);
	for (size_t i = 0; i < group->count; i++) {
		const struct timetable_endpoint *endpoint =
			timetable_endpoint_find(timetable, group->ids[i]);
		if (endpoint && !lesson_part_find(&session->scheduled->lesson, group->ids[i]) &&
			!session_accepts(session, endpoint))
			return group->ids[i];
	}
	return NULL;
}

void
api_session_regroup(struct http_request *request, void *user)
{
	struct control *control = user;
	const struct session *session = sessions_find(control->sessions, request->id);
	struct group group;
	if (!session) {
		edit_failed(request, -ENOENT);
		return;
	}
	if (!group_body(request->body, &group)) {
		http_respond_error(request, 400,
			"the body must be {\"endpoints\":[\"a\",\"b\"],\"listeners\":[],"
			"\"was\":[]}; listeners and was may be left out");
		return;
	}
	if (!is_as_it_was(&session->scheduled->lesson, group.was)) {
		http_respond_error(
			request, 409, "others take part by now: look again, and ask again");
		return;
	}
	const char *stranger = stranger_find(control, session, &group);
	if (stranger) {
		http_respond_error(request, 422, "%s does not support the session's profile %s",
			stranger, srtp_profile_name(session->profile));
		return;
	}
	char before[CONTROL_LESSON_TEXT_BYTES];
	control_lesson_text(control, request->id, before);
	int result = scheduler_regroup(control->scheduler, request->id, group.ids, group.count,
		group.listener_count, clock_mono());
	if (result == -EINVAL)
		http_respond_error(request, 422,
			"name 2 to %d different endpoints, one of them not listening",
			TIMETABLE_PARTS_MAX);
	else if (result)
		edit_failed(request, result);
	if (result)
		return;
	log_info("session %s: regrouped by %s: %zu endpoints", request->id, request->name,
		group.count);
	edited(control, request, "regrouped", before);
}
