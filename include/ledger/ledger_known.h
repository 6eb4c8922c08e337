/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_known.h - which rows there are already, for a recorder that begins anew.
#ifndef LEDGER_LEDGER_KNOWN_H
#define LEDGER_LEDGER_KNOWN_H

#include "ledger/ledger.h"

#define LEDGER_KNOWN_MINUTES 65536 // so many of the newest rows of minutes are told

// All called from ledger_dispatch().
struct ledger_known_edges {
	void (*entry)(void *context, const char *lesson, const char *assisted);
	// Of a row only what it is about: no figures.
	void (*minute)(void *context, const struct ledger_minute *row);
	void (*done)(void *context, int result); // at the end, also where they cannot be read
	void *context;
};

// Asks for the lessons of a date ("2026-11-23") and after, and for the newest minutes. Errors as
// ledger_query().
int ledger_known_each(
	struct ledger *ledger, const char *since_date, const struct ledger_known_edges *edges);

#endif
