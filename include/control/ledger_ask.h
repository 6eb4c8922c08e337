/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_ask.h - inside the ledger's API: what a request asks for, and what it enters.
#ifndef CONTROL_LEDGER_ASK_H
#define CONTROL_LEDGER_ASK_H

#include "control/parts.h"
#include "ledger/manual.h"
#include "ledger/report.h"

// The question of "day.csv", "lesson/ID.html", "heatmap", ... with the request's parameters; "" is
// the list. Returns false where the request has been refused.
bool ledger_ask_read(struct http_request *request, const char *what, const struct config *config,
	const struct timetable *timetable, struct report_question *out);

// Answers why the ledger could not be asked, or written.
void ledger_ask_refuse(struct http_request *request, int result, const char *what);

// Handlers of api_ledger_enter.c, among the routes of api_ledger.c.
void api_ledger_enter(struct http_request *request, void *control);
void api_ledger_correct(struct http_request *request, void *control);
void api_ledger_import(struct http_request *request, void *control);

#endif
