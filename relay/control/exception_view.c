/* SPDX-License-Identifier: BSD-3-Clause */
// exception_view.c - one-day changes as JSON.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control/exception_edit.h"

#define FORMS                                                                                      \
	"write {\"kind\":\"cancel\",\"lesson\":ID}, {\"kind\":\"move\",\"lesson\":ID,\"to_date\":" \
	"\"2026-11-25\",\"to_period\":3} or with \"to_times\":\"10:00-10:40\", "                   \
	"{\"kind\":\"swap\",\"lesson\":ID,\"with\":ID}, or {\"kind\":\"endpoint\",\"lesson\":ID,"  \
	"\"school\":ID,\"endpoint\":ID}"

static int
copy_id(char *out, size_t bytes, const char *id)
{
	int length = snprintf(out, bytes, "%s", id);
	return length > 0 && (size_t)length < bytes ? 0 : -EINVAL;
}

// "10:00-10:40", with seconds or without.
static int
times_parse(const char *text, struct bell_interval *out)
{
	char start[16], end[16];
	int used = 0;
	if (sscanf(text, "%15[0-9:]-%15[0-9:]%n", start, end, &used) != 2 || text[used] ||
		civil_time_parse(start, &out->start_s) || civil_time_parse(end, &out->end_s))
		return -EINVAL;
	return 0;
}

static int
move_read(json_t *body, struct plan_exception *out)
{
	const char *kind, *lesson, *date, *times = NULL;
	int period = 0;
	if (json_unpack(body, "{s:s, s:s, s:s, s?i, s?s !}", "kind", &kind, "lesson", &lesson,
		    "to_date", &date, "to_period", &period, "to_times", &times) ||
		civil_date_parse(date, &out->to_date) || (period == 0) == (times == NULL) ||
		(times && times_parse(times, &out->to_times)))
		return -EINVAL;
	out->to_period = period;
	return 0;
}

static int
members_read(json_t *body, struct plan_exception *out)
{
	const char *kind, *lesson, *other = "", *school = "", *endpoint = "";
	switch (out->kind) {
	case PLAN_CANCEL:
		return json_unpack(body, "{s:s, s:s !}", "kind", &kind, "lesson", &lesson) ? -EINVAL
											   : 0;
	case PLAN_MOVE:
		return move_read(body, out);
	case PLAN_SWAP:
		if (json_unpack(body, "{s:s, s:s, s:s !}", "kind", &kind, "lesson", &lesson, "with",
			    &other))
			return -EINVAL;
		return copy_id(out->other_id, sizeof out->other_id, other);
	case PLAN_ENDPOINT:
		if (json_unpack(body, "{s:s, s:s, s:s, s:s !}", "kind", &kind, "lesson", &lesson,
			    "school", &school, "endpoint", &endpoint) ||
			copy_id(out->school, sizeof out->school, school))
			return -EINVAL;
		return copy_id(out->endpoint, sizeof out->endpoint, endpoint);
	}
	return -EINVAL;
}

int
exception_read(json_t *body, struct plan_exception *out, char reason[EXCEPTION_REASON_BYTES])
{
	const char *kind, *lesson;
	*out = (struct plan_exception){0};
	if (json_unpack(body, "{s:s, s:s}", "kind", &kind, "lesson", &lesson) ||
		plan_exception_kind_parse(kind, &out->kind) ||
		copy_id(out->lesson_id, sizeof out->lesson_id, lesson) || members_read(body, out)) {
		snprintf(
			reason, EXCEPTION_REASON_BYTES, "no exception can be made of this: " FORMS);
		return -EINVAL;
	}
	return 0;
}

static json_t *
time_view(int32_t second_of_day)
{
	return json_sprintf("%02d:%02d:%02d", (int)(second_of_day / 3600),
		(int)(second_of_day / 60 % 60), (int)(second_of_day % 60));
}

static void
move_view(json_t *object, const struct plan_exception *exception)
{
	char date[CIVIL_DATE_BYTES];
	civil_date_format(exception->to_date, date);
	json_object_set_new(object, "to_date", json_string(date));
	if (exception->to_period > 0) {
		json_object_set_new(object, "to_period", json_integer(exception->to_period));
		return;
	}
	json_t *start = time_view(exception->to_times.start_s);
	json_t *end = time_view(exception->to_times.end_s);
	json_object_set_new(object, "to_times",
		json_sprintf("%s-%s", json_string_value(start), json_string_value(end)));
	json_decref(start);
	json_decref(end);
}

json_t *
exception_view(const struct plan_exception *exception)
{
	json_t *object = json_pack("{s:s, s:s}", "kind", plan_exception_kind_name(exception->kind),
		"lesson", exception->lesson_id);
	if (exception->kind == PLAN_MOVE)
		move_view(object, exception);
	if (exception->kind == PLAN_SWAP)
		json_object_set_new(object, "with", json_string(exception->other_id));
	if (exception->kind == PLAN_ENDPOINT) {
		json_object_set_new(object, "school", json_string(exception->school));
		json_object_set_new(object, "endpoint", json_string(exception->endpoint));
	}
	return object;
}
