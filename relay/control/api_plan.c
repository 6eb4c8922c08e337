/* SPDX-License-Identifier: BSD-3-Clause */
// api_plan.c - what is wrong, or could be better, in the timetable that is in force.
#include "control/parts.h"
#include "platform/clock.h"
#include "timetable/plan_check.h"

static json_t *
date_view(struct civil_date date)
{
	char text[CIVIL_DATE_BYTES];
	civil_date_format(date, text);
	return json_string(text);
}

static json_t *
finding_view(const struct plan_finding *finding)
{
	json_t *rules = json_array();
	for (size_t i = 0; i < 2 && finding->rules[i]; i++)
		json_array_append_new(rules, json_string(finding->rules[i]));
	bool has_dates = finding->count > 0;
	return json_pack("{s:s, s:s, s:o, s:s?, s:o, s:o, s:I, s:s}", "severity",
		plan_severity_name(plan_kind_severity(finding->kind)), "kind",
		plan_kind_name(finding->kind), "rules", rules, "pair", finding->pair, "first",
		has_dates ? date_view(finding->first) : json_null(), "last",
		has_dates ? date_view(finding->last) : json_null(), "count",
		(json_int_t)finding->count, "text", finding->text);
}

static json_t *
shared_view(const struct plan_shared *row)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:o, s:I}", "rule", row->rule->id,
		"school", row->school->id, "school_name", row->school->name, "lead_period",
		row->lead_period, "school_period", row->school_period, "lead_minutes",
		row->lead_minutes, "shared_minutes", row->shared_minutes, "first",
		date_view(row->first), "lessons", (json_int_t)row->count);
}

static json_t *
counts_view(const struct plan_check *check)
{
	json_t *counts = json_object();
	for (enum plan_severity i = PLAN_ERROR; i < PLAN_SEVERITY_COUNT; i++)
		json_object_set_new(
			counts, plan_severity_name(i), json_integer((json_int_t)check->counts[i]));
	return counts;
}

static json_t *
peak_view(const struct plan_peak *peak, const struct plan_question *question)
{
	return json_pack("{s:o, s:I, s:I, s:I, s:I}", "at",
		peak->legs > 0 ? view_time(peak->at) : json_null(), "legs", (json_int_t)peak->legs,
		"legs_max", (json_int_t)question->legs_max, "lessons", (json_int_t)peak->lessons,
		"lessons_max", (json_int_t)question->lessons_max);
}

static json_t *
check_view(const struct plan_check *check, const struct plan_question *question)
{
	json_t *findings = json_array();
	json_t *shared = json_array();
	for (size_t i = 0; i < check->finding_count; i++)
		json_array_append_new(findings, finding_view(&check->findings[i]));
	for (size_t i = 0; i < check->shared_count; i++)
		json_array_append_new(shared, shared_view(&check->shared[i]));
	bool is_clean = check->counts[PLAN_ERROR] + check->counts[PLAN_WARNING] == 0;
	return json_pack("{s:b, s:o, s:o, s:I, s:o, s:o, s:o, s:I, s:o}", "clean", is_clean,
		"first", date_view(check->first), "last", date_view(check->last), "lessons",
		(json_int_t)check->lesson_count, "peak", peak_view(&check->peak, question),
		"counts", counts_view(check), "findings", findings, "left_out",
		(json_int_t)check->left_out, "shared", shared);
}

static void
check_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	struct plan_question question = {
		.timetable = scheduler_timetable(control->scheduler),
		.exceptions = scheduler_exceptions(control->scheduler),
		.today = civil_date_of(clock_wall()),
		.legs_max = control->config->legs_max,
		.lessons_max = SCHEDULER_RUNNING_MAX,
	};
	const char *wanted = http_request_query(request, "date");
	if (wanted && civil_date_parse(wanted, &question.today)) {
		http_respond_error(request, 400, "date is not a day: write it as 2026-11-23");
		return;
	}
	struct plan_check check;
	if (plan_check(&question, &check)) {
		http_respond_error(request, 503, "out of memory; try again");
		return;
	}
	http_respond_json(request, 200, check_view(&check, &question));
	plan_check_fini(&check);
}

int
api_plan_route(struct control *control)
{
	const struct http_route routes[] = {
		{"GET", "/v1/plan/check", TOKEN_ROLE_OBSERVER, check_get, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
