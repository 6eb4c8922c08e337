/* SPDX-License-Identifier: BSD-3-Clause */
// api_audit.c - who changed what, and when.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/parts.h"

#define ROWS_DEFAULT 50

static void
append(void *context, const struct ledger_audit *row)
{
	json_t *array = context;
	json_array_append_new(
		array, json_pack("{s:I, s:o, s:s, s:s, s:s, s:s}", "number",
			       (json_int_t)row->number, "at", view_time(row->at), "who", row->who,
			       "what", row->what, "before", row->before, "after", row->after));
}

static void
audit_get(struct http_request *request, void *user)
{
	struct control *control = user;
	const char *wanted = http_request_query(request, "limit");
	char *end = NULL;
	long limit = wanted ? strtol(wanted, &end, 10) : ROWS_DEFAULT;
	if ((wanted && (end == wanted || *end)) || limit < 1 || limit > LEDGER_AUDIT_ROWS_MAX) {
		http_respond_error(
			request, 400, "limit must be a number from 1 to %d", LEDGER_AUDIT_ROWS_MAX);
		return;
	}
	json_t *array = json_array();
	int result = ledger_plan_audit_each(control->ledger, (size_t)limit, append, array);
	if (result) {
		json_decref(array);
		http_respond_error(request, 503, "the audit log cannot be read: %s: %s",
			strerror(-result), ledger_plan_reason(control->ledger));
		return;
	}
	http_respond_json(request, 200, json_pack("{s:o}", "audit", array));
}

int
api_audit_route(struct control *control)
{
	const struct http_route routes[] = {
		{"GET", "/v1/audit", TOKEN_ROLE_OBSERVER, audit_get, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
