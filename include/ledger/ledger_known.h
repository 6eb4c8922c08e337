/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_known.h - which lessons have their rows already, for a recorder that begins anew.
#ifndef LEDGER_LEDGER_KNOWN_H
#define LEDGER_LEDGER_KNOWN_H

#include "ledger/ledger.h"

// A lesson and the assisted school whose row there is; at the end once with both NULL, also where
// the rows cannot be read (then `result` is -errno).
typedef void (*ledger_known_fn)(
	void *context, const char *lesson, const char *assisted, int result);

// Asks for the lessons of a date ("2026-11-23") and after; `tell` is called from
// ledger_dispatch(). Errors as ledger_query().
int ledger_known_each(
	struct ledger *ledger, const char *since_date, ledger_known_fn tell, void *context);

#endif
