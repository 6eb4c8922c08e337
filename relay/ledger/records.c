/* SPDX-License-Identifier: BSD-3-Clause */
// records.c - what the kinds and verdicts of the ledger are called.
#include "ledger/records.h"

#include <assert.h>
#include <stddef.h>

const char *
ledger_kind_name(enum ledger_kind kind)
{
	static const char *const names[] = {
		[LEDGER_LESSON] = "lesson",
		[LEDGER_MANUAL] = "manual",
		[LEDGER_CORRECTION] = "correction",
		[LEDGER_GAP] = "gap",
		[LEDGER_PRUNED] = "pruned",
	};
	assert((size_t)kind < sizeof names / sizeof *names);
	return names[kind];
}

const char *
ledger_verdict_name(enum ledger_verdict verdict)
{
	static const char *const names[] = {
		[LEDGER_NO_VERDICT] = "",
		[LEDGER_DELIVERED] = "delivered",
		[LEDGER_PARTIAL] = "partial",
		[LEDGER_MISSED] = "missed",
		[LEDGER_CANCELLED] = "cancelled",
		[LEDGER_EXTRA] = "extra",
	};
	assert((size_t)verdict < sizeof names / sizeof *names);
	return names[verdict];
}
