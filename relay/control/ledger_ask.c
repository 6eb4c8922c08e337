// SPDX-License-Identifier: BSD-3-Clause
// ledger_ask.c - what a request asks the ledger for: which report, of when and of whom, in what
// form.
#include "control/ledger_ask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/clock.h"

#define LIST_ROWS 200 // where no limit is asked for
#define DAYS_MAX 800  // of a year's report and a list

static bool
is_asked(struct http_request *request, const char *name, const char **value_out)
{
	*value_out = http_request_query(request, name);
	return *value_out && **value_out;
}

static bool
date_take(struct http_request *request, const char *name, struct civil_date *date)
{
	const char *text;
	if (!is_asked(request, name, &text))
		return true;
	if (civil_date_parse(text, date) == 0 && date->days > CIVIL_DATE_MIN.days + DAYS_MAX &&
		date->days < CIVIL_DATE_MAX.days - DAYS_MAX)
		return true;
	http_respond_field(request, 400, name, "%s is not a day: write it as 2026-11-23", name);
	return false;
}

// "2026" and "2026-11" as their first days.
static bool
period_take(struct http_request *request, const char *name, const char *rest, const char *example,
	struct civil_date *date)
{
	const char *text;
	char whole[32];
	if (!is_asked(request, name, &text))
		return true;
	snprintf(whole, sizeof whole, "%.16s%s", text, rest);
	if (civil_date_parse(whole, date) == 0 && date->days > CIVIL_DATE_MIN.days + DAYS_MAX &&
		date->days < CIVIL_DATE_MAX.days - DAYS_MAX)
		return true;
	http_respond_field(request, 400, name, "%s is not written as %s", name, example);
	return false;
}

// The first day of the date's month or year, and of the next.
static void
period_make(struct civil_date date, bool is_year, struct report_question *out)
{
	char text[CIVIL_DATE_BYTES];
	int year, month;
	civil_date_format(date, text);
	year = atoi(text);
	month = is_year ? 1 : atoi(text + 5);
	civil_date_make(year, month, 1, &out->first);
	if (is_year)
		year++;
	else if (month++ == 12)
		year++, month = 1;
	civil_date_make(year, month, 1, &out->last);
	out->last = civil_date_add(out->last, -1);
}

static bool
span_take(struct http_request *request, struct report_question *out)
{
	if (!date_take(request, "from", &out->first) || !date_take(request, "until", &out->last))
		return false;
	const char *date;
	if (out->kind == REPORT_LIST && is_asked(request, "date", &date)) {
		if (!date_take(request, "date", &out->first))
			return false;
		out->last = out->first;
	}
	if (out->last.days < out->first.days) {
		http_respond_field(request, 400, "until", "until is before from");
		return false;
	}
	if (out->kind != REPORT_LIST && out->last.days - out->first.days >= DAYS_MAX) {
		http_respond_error(
			request, 400, "these are more than %d days: ask for fewer", DAYS_MAX);
		return false;
	}
	return true;
}

// Of which days.
static bool
days_take(struct http_request *request, struct report_question *out)
{
	struct civil_date date = out->today;
	out->first = CIVIL_DATE_MIN;
	out->last = CIVIL_DATE_MAX;
	if (out->kind == REPORT_LESSON)
		return true;
	if (out->kind == REPORT_LIST)
		return span_take(request, out);
	if (!date_take(request, "date", &date) ||
		!period_take(request, "month", "-01", "2026-11", &date) ||
		!period_take(request, "year", "-01-01", "2026", &date))
		return false;
	switch (out->kind) {
	case REPORT_DAY:
		out->first = out->last = date;
		return true;
	case REPORT_WEEK:
		out->first = civil_date_add(date, 1 - civil_weekday(date));
		out->last = civil_date_add(out->first, 6);
		return true;
	default:
		period_make(date, out->kind != REPORT_MONTH, out);
		// A school year, say.
		return out->kind == REPORT_MONTH || span_take(request, out);
	}
}

static bool
id_take(struct http_request *request, const char *name, char *out, size_t bytes)
{
	const char *text;
	if (!is_asked(request, name, &text))
		return true;
	if (strlen(text) < bytes) {
		snprintf(out, bytes, "%s", text);
		return true;
	}
	http_respond_field(request, 400, name, "%s is too long for an id", name);
	return false;
}

static bool
count_take(struct http_request *request, const char *name, int64_t most, int64_t *out)
{
	const char *text;
	char *end;
	if (!is_asked(request, name, &text))
		return true;
	int64_t number = strtoll(text, &end, 10);
	if (*end == '\0' && number >= 0 && number <= most) {
		*out = number;
		return true;
	}
	http_respond_field(
		request, 400, name, "%s is not a number from 0 to %lld", name, (long long)most);
	return false;
}

// Takes ".csv" or ".html" off.
static enum report_format
format_take(char *what)
{
	static const char *const endings[] = {".html", ".csv", ".json"};
	static const enum report_format formats[] = {REPORT_HTML, REPORT_CSV, REPORT_JSON};
	size_t bytes = strlen(what);
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		size_t ending = strlen(endings[i]);
		if (bytes <= ending || strcmp(what + bytes - ending, endings[i]) != 0)
			continue;
		what[bytes - ending] = '\0';
		return formats[i];
	}
	return REPORT_JSON;
}

static bool
kind_take(struct http_request *request, const char *what, struct report_question *out)
{
	static const char lesson[] = "lesson/";
	char name[HTTP_ID_BYTES_MAX + 1];
	snprintf(name, sizeof name, "%s", *what ? what : "list");
	out->format = format_take(name);
	if (strncmp(name, lesson, strlen(lesson)) == 0) {
		out->kind = REPORT_LESSON;
		if (strlen(name + strlen(lesson)) < sizeof out->lesson) {
			strcpy(out->lesson, name + strlen(lesson));
			return true;
		}
	}
	for (enum report_kind i = REPORT_LIST; i < REPORT_KIND_COUNT; i++) {
		if (i == REPORT_LESSON || strcmp(name, report_kind_name(i)) != 0)
			continue;
		out->kind = i;
		return true;
	}
	http_respond_error(request, 404,
		"the ledger tells day, week, month, year, heatmap and lesson/ID, each also with "
		".csv or .html");
	return false;
}

static struct report_limits
limits_of(const struct config_quality *quality)
{
	return (struct report_limits){
		.loss = {quality->loss_amber_percent / 100.0, quality->loss_red_percent / 100.0},
		.jitter_ms = {quality->jitter_amber_ms, quality->jitter_red_ms},
		.round_trip_ms = {quality->round_trip_amber_ms, quality->round_trip_red_ms},
		.silent_s = quality->silent_s,
	};
}

bool
ledger_ask_read(struct http_request *request, const char *what, const struct config *config,
	const struct timetable *timetable, struct report_question *out)
{
	int64_t limit = LIST_ROWS, all = 0;
	const char *language;
	*out = (struct report_question){.timetable = timetable,
		.today = civil_date_of(clock_wall()),
		.live_seconds = config->ledger.live_seconds,
		.limits = limits_of(&config->quality)};
	if (!kind_take(request, what, out) || !days_take(request, out) ||
		!id_take(request, "pair", out->pair, sizeof out->pair) ||
		!id_take(request, "school", out->school, sizeof out->school) ||
		!count_take(request, "after", INT64_MAX, &out->after) ||
		!count_take(request, "limit", REPORT_ROWS_MAX, &limit) ||
		!count_take(request, "all", 1, &all))
		return false;
	if (is_asked(request, "language", &language) &&
		language_parse(language, &out->language) != 0) {
		http_respond_field(request, 400, "language", "language is zh or en");
		return false;
	}
	out->is_all = all != 0;
	// A school sees its own rows only.
	if (request->role == TOKEN_ROLE_SCHOOL)
		snprintf(out->school, sizeof out->school, "%.*s", TIMETABLE_ID_BYTES_MAX - 1,
			request->school);
	if (out->kind == REPORT_LIST)
		out->limit = limit > 0 ? (unsigned)limit : 1;
	else
		out->after = 0;
	return true;
}

void
ledger_ask_refuse(struct http_request *request, int result, const char *what)
{
	if (result == -EFBIG)
		http_respond_error(request, 422, "this is more than %u MiB: ask for less",
			TEXT_BYTES_MAX >> 20);
	else if (result == -ENOSPC)
		http_respond_error(request, 507,
			"%s: the disk is full: free some space, then try again", what);
	else if (result == -ENOBUFS)
		http_respond_error(request, 503, "%s: too many ask at once; try again", what);
	else
		http_respond_error(request, 503, "%s: %s", what, strerror(-result));
}
