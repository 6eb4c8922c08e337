/* SPDX-License-Identifier: BSD-3-Clause */
// api_events.c - what people who watch are told: the lessons that are on, changes of the plan, who
// comes and goes, alarms.
#include <string.h>

#include "control/live.h"
#include "control/parts.h"
#include "platform/clock.h"

static json_t *
hello_view(const struct control *control, const struct http_request *request)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s?}", "instance", control->instance, "version",
		control->edges.version, "role", token_role_name(request->role), "name",
		request->name, "school", *request->school ? request->school : NULL);
}

static void
events_get(struct http_request *request, void *user)
{
	struct control *control = user;
	listeners_open(control->listeners, request, hello_view(control, request));
}

struct presence_told {
	const struct timetable_endpoint *endpoint;
	const char *id;
	bool is_connected;
};

static json_t *
presence_view(const void *context, const char *school)
{
	const struct presence_told *told = context;
	if (school && (!told->endpoint || strcmp(told->endpoint->school->id, school)))
		return NULL;
	return json_pack("{s:s, s:b}", "endpoint", told->id, "connected", told->is_connected);
}

void
api_events_presence(struct control *control, const char *endpoint_id, bool is_connected)
{
	const struct timetable *timetable = scheduler_timetable(control->scheduler);
	const struct presence_told told = {
		.endpoint = timetable_endpoint_find(timetable, endpoint_id),
		.id = endpoint_id,
		.is_connected = is_connected,
	};
	listeners_tell(control->listeners, "presence", presence_view, &told);
}

static json_t *
nothing_view(const void *context, const char *school)
{
	(void)context, (void)school;
	return json_object();
}

static json_t *
alarm_view(const void *context, const char *school)
{
	return school ? NULL : json_incref((json_t *)context);
}

static bool
has_alarm(json_t *array, json_t *alarm)
{
	size_t index;
	json_t *other;
	json_array_foreach(array, index, other)
	{
		if (json_equal(other, alarm))
			return true;
	}
	return false;
}

// Those that were not there a second ago.
static void
tell_alarms(struct control *control, struct wall_time now)
{
	size_t index;
	json_t *alarm;
	json_t *alarms =
		alarms_list(&control->alarms, scheduler_timetable(control->scheduler), now);
	json_array_foreach(alarms, index, alarm)
	{
		if (!has_alarm(control->alarms_told, alarm))
			listeners_tell(control->listeners, "alarm", alarm_view, alarm);
	}
	json_decref(control->alarms_told);
	control->alarms_told = alarms;
}

static json_t *
live_view(const void *context, const char *school)
{
	return view_live(context, school);
}

void
api_events_second(struct control *control)
{
	struct wall_time now = clock_wall();
	struct civil_date today = civil_date_of(now);
	listeners_look(control->listeners, control->server);
	if (listeners_count(control->listeners) > 0) {
		listeners_tell(control->listeners, "live", live_view, control);
		if (control->lessons_changed || today.days != control->lessons_date.days)
			listeners_tell(control->listeners, "lessons", nothing_view, NULL);
		tell_alarms(control, now);
	}
	control->lessons_changed = false;
	control->lessons_date = today;
}

int
api_events_route(struct control *control)
{
	const struct http_route routes[] = {
		{"GET", "/v1/events", TOKEN_ROLE_SCHOOL, events_get, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
