// SPDX-License-Identifier: BSD-3-Clause
// api_ledger.c - the ledger's reports: rows, days, weeks, months, years, lessons.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "control/ledger_ask.h"

// A request that waits for the ledger's reader.
struct asked {
	struct http_request *request;
	struct timetable *timetable; // a reference
	struct report_question question;
	struct text out;
};

static int
on_reader(struct sqlite3 *database, void *context)
{
	struct asked *asked = context;
	return report_answer(database, &asked->question, &asked->out);
}

static void
asked_free(struct asked *asked)
{
	timetable_release(asked->timetable);
	text_fini(&asked->out);
	free(asked);
}

// What a browser calls the file.
static void
name_set(struct http_request *request, const struct report_question *question)
{
	char date[CIVIL_DATE_BYTES], header[96];
	if (question->format != REPORT_CSV)
		return;
	civil_date_format(question->kind == REPORT_LIST || question->kind == REPORT_LESSON
				  ? question->today
				  : question->first,
		date);
	snprintf(header, sizeof header, "attachment; filename=\"ledger-%s-%s.csv\"",
		report_kind_name(question->kind), date);
	http_request_set_header(request, "Content-Disposition", header);
}

static void
on_answer(void *context, int result)
{
	struct asked *asked = context;
	struct http_request *request = asked->request;
	if (result == -ESRCH) {
		http_respond_error(
			request, 404, "the ledger has no lesson %s", asked->question.lesson);
	} else if (result) {
		ledger_ask_refuse(request, result, "the ledger cannot be read");
	} else {
		name_set(request, &asked->question);
		http_respond_bytes(request, 200, report_content_type(asked->question.format),
			asked->out.bytes, asked->out.count);
	}
	asked_free(asked);
}

static void
ledger_get(struct http_request *request, void *user)
{
	struct control *control = user;
	struct asked *asked = calloc(1, sizeof *asked);
	if (!asked) {
		http_respond_error(request, 503, "out of memory; try again");
		return;
	}
	asked->request = request;
	asked->timetable = timetable_acquire(scheduler_timetable(control->scheduler));
	if (!ledger_ask_read(request, request->id ? request->id : "", control->config,
		    asked->timetable, &asked->question)) {
		asked_free(asked);
		return;
	}
	int result = ledger_query(control->lesson_ledger, on_reader, asked, on_answer);
	if (result) {
		asked_free(asked);
		ledger_ask_refuse(request, result, "the ledger cannot be read");
	}
}

int
api_ledger_route(struct control *control)
{
	const struct http_route import = {
		"POST", "/v1/ledger/import", TOKEN_ROLE_OPERATOR, api_ledger_import, control};
	const struct http_route routes[] = {
		{"GET", "/v1/ledger", TOKEN_ROLE_SCHOOL, ledger_get, control},
		{"POST", "/v1/ledger/entries", TOKEN_ROLE_OPERATOR, api_ledger_enter, control},
		{"POST", "/v1/ledger/entries/:id/correct", TOKEN_ROLE_OPERATOR, api_ledger_correct,
			control},
		{"GET", "/v1/ledger/*", TOKEN_ROLE_SCHOOL, ledger_get, control},
		{0},
	};
	int result = http_server_route_text(control->server, &import, "text/csv");
	return result ? result : http_server_route(control->server, routes);
}
