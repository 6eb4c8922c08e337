// SPDX-License-Identifier: BSD-3-Clause
// api_checks.c - connection checks: begun by an operator, told of as JSON and as a page to print.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "control/checks.h"
#include "control/parts.h"
#include "control/school_scope.h"
#include "platform/clock.h"
#include "platform/log.h"

#define PAGE ".html"

static void
checks_get_all(struct http_request *request, void *user)
{
	const struct control *control = user;
	json_t *array = json_array();
	for (size_t i = 0; i < checks_count(control->checks); i++)
		json_array_append_new(
			array, view_check(checks_get(control->checks, i), clock_mono()));
	http_respond_json(request, 200, json_pack("{s:o}", "checks", array));
}

static void
page_send(const struct control *control, struct http_request *request, const struct check *check)
{
	const char *tag = http_request_query(request, "language");
	enum language language = LANGUAGE_CHINESE;
	struct text out = {0};
	if (tag && language_parse(tag, &language)) {
		http_respond_field(request, 400, "language", "zh or en");
		return;
	}
	check_page(check, language, scheduler_timetable(control->scheduler)->policies.county, &out);
	if (out.result)
		http_respond_error(request, 503, "out of memory; try again");
	else
		http_respond_bytes(request, 200, "text/html; charset=utf-8", out.bytes, out.count);
	text_fini(&out);
}

static void
check_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	char id[LESSON_ID_BYTES_MAX];
	size_t bytes = strlen(request->id);
	bool is_page = bytes > strlen(PAGE) && !strcmp(request->id + bytes - strlen(PAGE), PAGE);
	snprintf(id, sizeof id, "%.*s", (int)(bytes - (is_page ? strlen(PAGE) : 0)), request->id);
	const struct check *check = checks_find(control->checks, id);
	if (!check)
		http_respond_error(request, 404,
			"no such check is known: GET /v1/checks lists the last %d since the start",
			CHECKS_MAX);
	else if (is_page)
		page_send(control, request, check);
	else
		http_respond_json(request, 200, view_check(check, clock_mono()));
}

// --- beginning one

// Why the school cannot be checked now, or "" where it can. All its rooms share one line.
static void
refusal(const struct control *control, const struct timetable_school *school,
	char why[HTTP_ERROR_BYTES])
{
	const struct timetable *timetable = scheduler_timetable(control->scheduler);
	struct wall_time now = clock_wall();
	int64_t until_ms = now.ms + CHECK_MS + CHECK_MARGIN_MS;
	*why = '\0';
	if (!school_device(control, school))
		snprintf(why, HTTP_ERROR_BYTES, "%s has no device in endpoints.csv", school->name);
	for (size_t i = 0; i < scheduler_running_count(control->scheduler); i++) {
		const struct lesson *lesson = &scheduler_running_get(control->scheduler, i)->lesson;
		if (school_takes_part(lesson, school->id))
			snprintf(why, HTTP_ERROR_BYTES,
				"%s is in %s (%s): check its connection when that is over",
				school->name, lesson->title, lesson->id);
	}
	for (size_t i = 0; i < timetable->endpoint_count; i++) {
		const struct timetable_endpoint *endpoint = &timetable->endpoints[i];
		const struct lesson *next =
			endpoint->school == school
				? scheduler_next_lesson(control->scheduler, endpoint->id, now)
				: NULL;
		if (next && next->start.ms - timetable->policies.open_before_s * MS_IN_S < until_ms)
			snprintf(why, HTTP_ERROR_BYTES,
				"%s of %s opens within %" PRId64
				" s: check the connection after it",
				next->title, school->name,
				(int64_t)(CHECK_MS + CHECK_MARGIN_MS) / MS_IN_S);
	}
}

static bool
is_partner(const struct control *control, const struct timetable_pair *pair,
	const struct timetable_school *school, const struct timetable_school *other)
{
	char why[HTTP_ERROR_BYTES];
	bool has_school = pair->lead == school, has_other = pair->lead == other;
	for (size_t i = 0; i < pair->assisted_count; i++) {
		has_school |= pair->assisted[i] == school;
		has_other |= pair->assisted[i] == other;
	}
	const char *device = school_device(control, other);
	const struct presence_entry *entry =
		device ? presence_find(control->presence, device) : NULL;
	if (!has_school || !has_other || school == other || !entry || !entry->stream)
		return false;
	refusal(control, other, why);
	return !*why;
}

// A school that shares lessons with it, is connected and free; or NULL.
static const struct timetable_school *
partner_find(const struct control *control, const struct timetable_school *school)
{
	const struct timetable *timetable = scheduler_timetable(control->scheduler);
	for (size_t i = 0; i < timetable->pair_count; i++) {
		const struct timetable_pair *pair = &timetable->pairs[i];
		if (is_partner(control, pair, school, pair->lead))
			return pair->lead;
		for (size_t j = 0; j < pair->assisted_count; j++)
			if (is_partner(control, pair, school, pair->assisted[j]))
				return pair->assisted[j];
	}
	return NULL;
}

// Reads the body; the second school is NULL where it is not named. Answers where that fails.
static bool
schools_read(const struct control *control, struct http_request *request,
	const struct timetable_school *schools[CHECK_SCHOOLS])
{
	const struct timetable *timetable = scheduler_timetable(control->scheduler);
	const json_t *list = json_object_get(request->body, "schools");
	size_t count = json_array_size(list);
	schools[1] = NULL;
	if (count < 1 || count > CHECK_SCHOOLS) {
		http_respond_field(request, 400, "schools",
			"the body must be {\"schools\":[\"wuxi\",\"houren\"]}, or name one school");
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		const char *id = json_string_value(json_array_get(list, i));
		schools[i] = id ? timetable_school_find(timetable, id) : NULL;
		if (!schools[i] || (i > 0 && schools[i] == schools[0])) {
			http_respond_field(request, 422, "schools",
				"name one or two different schools of schools.csv by their ids");
			return false;
		}
	}
	return true;
}

static void
begin_failed(struct http_request *request, int result)
{
	if (result == -EBUSY)
		http_respond_error(request, 409,
			"another check is running: wait for it, it takes %" PRId64 " s at most",
			(int64_t)CHECK_MS / MS_IN_S + 1);
	else if (result == -EPROTONOSUPPORT)
		http_respond_error(request, 409,
			"the schools' devices have no SRTP profile in common: see profiles in "
			"endpoints.csv");
	else
		http_respond_error(request, 503, "cannot be begun: %s", strerror(-result));
}

static void
checks_post(struct http_request *request, void *user)
{
	struct control *control = user;
	const struct timetable_school *schools[CHECK_SCHOOLS];
	const struct check *check;
	char why[HTTP_ERROR_BYTES];
	if (!schools_read(control, request, schools))
		return;
	if (checks_count(control->checks) > 0 &&
		checks_get(control->checks, 0)->state == CHECK_RUNNING) {
		begin_failed(request, -EBUSY);
		return;
	}
	bool is_chosen = !schools[1];
	for (size_t i = 0; i < (is_chosen ? 1 : CHECK_SCHOOLS); i++) {
		refusal(control, schools[i], why);
		if (*why) {
			http_respond_error(request, 409, "%s", why);
			return;
		}
	}
	if (is_chosen)
		schools[1] = partner_find(control, schools[0]);
	if (!schools[1]) {
		http_respond_error(request, 409,
			"no partner school of %s is connected and free: name another school, since "
			"a check needs two",
			schools[0]->name);
		return;
	}
	const char *const endpoints[CHECK_SCHOOLS] = {
		school_device(control, schools[0]), school_device(control, schools[1])};
	int result = checks_begin(control, schools, endpoints, request->name, is_chosen, &check);
	if (result) {
		begin_failed(request, result);
		return;
	}
	log_info("%s: begun by %s", check_id(check), request->name);
	http_respond_json(request, 201, view_check(check, clock_mono()));
}

int
api_checks_route(struct control *control)
{
	const struct http_route routes[] = {
		{"GET", "/v1/checks", TOKEN_ROLE_OBSERVER, checks_get_all, control},
		{"POST", "/v1/checks", TOKEN_ROLE_OPERATOR, checks_post, control},
		{"GET", "/v1/checks/:id", TOKEN_ROLE_OBSERVER, check_get, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
