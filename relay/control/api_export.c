/* SPDX-License-Identifier: BSD-3-Clause */
// api_export.c - the plan for other programs: calendar feeds, tables, weekly sheets to print.
#include <errno.h>
#include <string.h>

#include <openssl/crypto.h>

#include "control/parts.h"
#include "platform/clock.h"
#include "timetable/ics.h"
#include "timetable/lessons_csv.h"
#include "timetable/lessons_list.h"
#include "timetable/sheet.h"

#define FEED_SUFFIX ".ics"
#define FEED_OF_COUNTY "county"
#define TABLE_DAYS 7 // of lessons.csv where no end is asked for

// Answers with what was written, or with why it could not be, and frees it.
static void
respond(struct http_request *request, const char *content_type, struct text *text, int result)
{
	if (result == 0)
		result = text->result;
	if (result == -EFBIG)
		http_respond_error(request, 422, "this is more than %u MiB: ask for less",
			TEXT_BYTES_MAX >> 20);
	else if (result == -EINVAL)
		http_respond_error(request, 400, "these are more than %d days: ask for fewer",
			TIMETABLE_EXPAND_DAYS_MAX);
	else if (result)
		http_respond_error(request, 503, "out of memory; try again");
	else
		http_respond_bytes(request, 200, content_type, text->bytes, text->count);
	text_fini(text);
}

// Reads a query's date, or leaves *date where there is none. False where it has been refused.
static bool
take_date(struct http_request *request, const char *name, struct civil_date *date)
{
	const char *text = http_request_query(request, name);
	if (text == NULL || *text == '\0')
		return true;
	// What follows it must be dates too.
	if (civil_date_parse(text, date) == 0 &&
		date->days > CIVIL_DATE_MIN.days + TIMETABLE_EXPAND_DAYS_MAX &&
		date->days < CIVIL_DATE_MAX.days - TIMETABLE_EXPAND_DAYS_MAX)
		return true;
	http_respond_error(request, 400, "%s is not a day: write it as 2026-11-23", name);
	return false;
}

static bool
take_language(struct http_request *request, enum language *language)
{
	const char *text = http_request_query(request, "language");
	*language = LANGUAGE_CHINESE;
	if (text == NULL || *text == '\0' || language_parse(text, language) == 0)
		return true;
	http_respond_error(request, 400, "language is zh or en");
	return false;
}

// --- feeds

// Takes "TOKEN/SCHOOL.ics" or "TOKEN/county.ics" apart. Returns whether the token opens that feed;
// *school_out is NULL for the county's.
static bool
feed_find(const struct control *control, const char *address,
	const struct timetable_school **school_out)
{
	char text[TOKEN_TEXT_BYTES];
	char name[TIMETABLE_ID_BYTES_MAX];
	const char *slash = strchr(address, '/');
	size_t text_bytes = slash ? (size_t)(slash - address) : sizeof text;
	size_t name_bytes = slash ? strlen(slash + 1) : 0;
	const size_t suffix_bytes = strlen(FEED_SUFFIX);
	if (text_bytes >= sizeof text || name_bytes <= suffix_bytes ||
		name_bytes - suffix_bytes >= sizeof name ||
		strcmp(slash + 1 + name_bytes - suffix_bytes, FEED_SUFFIX) != 0)
		return false;
	memcpy(text, address, text_bytes);
	text[text_bytes] = '\0';
	memcpy(name, slash + 1, name_bytes - suffix_bytes);
	name[name_bytes - suffix_bytes] = '\0';
	const struct token *token = tokens_find(control->tokens, text);
	OPENSSL_cleanse(text, sizeof text);
	if (token == NULL || token->role != TOKEN_ROLE_FEED)
		return false;
	if (token->school[0] != '\0' && strcmp(token->school, name) != 0)
		return false;
	*school_out = timetable_school_find(scheduler_timetable(control->scheduler), name);
	return *school_out != NULL || strcmp(name, FEED_OF_COUNTY) == 0;
}

static unsigned
revision_of(void *ledger, const char *lesson_id)
{
	unsigned count;
	return ledger_plan_revision_get(ledger, lesson_id, &count) == 0 ? count : 0;
}

static void
feed_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	struct ics_feed feed = {
		.timetable = scheduler_timetable(control->scheduler),
		.exceptions = scheduler_exceptions(control->scheduler),
		.revision_of = revision_of,
		.context = control->ledger,
		.now = clock_wall(),
	};
	if (!feed_find(control, request->id, &feed.school)) {
		http_respond_unknown(request, "no token opens this feed");
		return;
	}
	if (!take_language(request, &feed.language))
		return;
	struct civil_date today = civil_date_of(feed.now);
	struct lesson_list list = {0};
	struct text text = {0};
	int result = lessons_list_make(feed.timetable, feed.exceptions,
		civil_date_add(today, -ICS_DAYS_BACK), civil_date_add(today, ICS_DAYS_AHEAD),
		&list);
	if (result == 0)
		ics_write(&feed, &list, &text);
	lesson_list_fini(&list);
	respond(request, "text/calendar; charset=utf-8", &text, result);
}

// --- tables and sheets

static void
lessons_csv_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	const struct plan_exceptions *exceptions = scheduler_exceptions(control->scheduler);
	struct civil_date from = civil_date_of(clock_wall());
	if (!take_date(request, "from", &from))
		return;
	struct civil_date until = civil_date_add(from, TABLE_DAYS - 1);
	if (!take_date(request, "until", &until))
		return;
	if (until.days < from.days) {
		http_respond_error(request, 400, "until is before from");
		return;
	}
	struct lesson_list list = {0};
	struct text text = {0};
	int result = lessons_list_make(
		scheduler_timetable(control->scheduler), exceptions, from, until, &list);
	if (result == 0)
		lessons_csv_write(&list, exceptions, &text);
	lesson_list_fini(&list);
	http_request_set_header(
		request, "Content-Disposition", "attachment; filename=\"lessons.csv\"");
	respond(request, "text/csv; charset=utf-8", &text, result);
}

static void
rules_csv_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	struct text text = {0};
	lessons_csv_write_rules(scheduler_timetable(control->scheduler), &text);
	http_request_set_header(
		request, "Content-Disposition", "attachment; filename=\"rules.csv\"");
	respond(request, "text/csv; charset=utf-8", &text, 0);
}

static void
sheet_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	struct lesson_list list = {0};
	struct text text = {0};
	struct sheet sheet = {
		.timetable = scheduler_timetable(control->scheduler),
		.exceptions = scheduler_exceptions(control->scheduler),
		.lessons = &list,
		.monday = civil_date_of(clock_wall()),
	};
	const struct timetable_school *school = NULL;
	const char *wanted = http_request_query(request, "school");
	if (request->role == TOKEN_ROLE_SCHOOL)
		wanted = request->school;
	if (wanted && *wanted) {
		school = timetable_school_find(sheet.timetable, wanted);
		if (school == NULL) {
			http_respond_error(request, 404,
				"there is no school %.64s: schools.csv lists them", wanted);
			return;
		}
	}
	if (!take_date(request, "week", &sheet.monday) || !take_language(request, &sheet.language))
		return;
	sheet.monday = sheet_monday(sheet.monday);
	int result = lessons_list_make(sheet.timetable, sheet.exceptions, sheet.monday,
		civil_date_add(sheet.monday, 6), &list);
	if (result == 0)
		sheet_write(&sheet, school, &text);
	lesson_list_fini(&list);
	respond(request, "text/html; charset=utf-8", &text, result);
}

int
api_export_route(struct control *control)
{
	const struct http_route routes[] = {
		// Open to all who know the address: it carries the token.
		{"GET", "/v1/feeds/*", TOKEN_ROLE_NONE, feed_get, control},
		{"GET", "/v1/lessons.csv", TOKEN_ROLE_OBSERVER, lessons_csv_get, control},
		{"GET", "/v1/rules.csv", TOKEN_ROLE_OBSERVER, rules_csv_get, control},
		{"GET", "/v1/sheet", TOKEN_ROLE_SCHOOL, sheet_get, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
