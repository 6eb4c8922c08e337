/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_view.c - how the ledger of lessons is, as JSON: its state, its alarms, what was found in
// it.
#include "control/ledger_view.h"

#include <stdio.h>
#include <string.h>

#include "control/views.h"
#include "ledger/ledger_head.h"

#define TEXT_BYTES 512

static json_t *
head_view(int64_t number, const uint8_t hash[LEDGER_HASH_BYTES])
{
	char text[LEDGER_HASH_TEXT_BYTES];
	ledger_hash_format(hash, text);
	return json_pack("{s:I, s:s}", "number", (json_int_t)number, "hash", text);
}

json_t *
ledger_view(const struct ledger_status *status)
{
	json_t *object = json_pack("{s:s, s:b, s:s, s:o, s:I, s:I, s:I}", "file", LEDGER_FILE,
		"failing", status->is_failing, "why", status->why, "failing_since",
		status->is_failing ? view_time(status->failing_since) : json_null(), "busy_ms",
		(json_int_t)status->busy_ms, "minutes_held", (json_int_t)status->minutes_held,
		"entries_held", (json_int_t)status->entries_held);
	const struct {
		const char *name;
		uint64_t value;
	} counts[] = {
		{"minutes_written", status->minutes_written},
		{"entries_written", status->entries_written},
		{"minutes_dropped", status->minutes_dropped},
		{"entries_refused", status->entries_refused},
		{"minutes_pruned", status->minutes_pruned},
		{"commits", status->commits},
		{"failures", status->failures},
		{"gaps", status->gaps},
	};
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		json_object_set_new(
			object, counts[i].name, json_integer((json_int_t)counts[i].value));
	json_object_set_new(object, "set_aside",
		*status->set_aside ? json_string(status->set_aside) : json_null());
	json_object_set_new(object, "head",
		json_pack("{s:o, s:o}", "entries",
			head_view(status->head.entry_number, status->head.entry_hash), "minutes",
			head_view(status->head.minute_number, status->head.minute_hash)));
	return object;
}

static void
alarm_add(json_t *list, const char *kind, json_t *since, const char *text)
{
	json_array_append_new(
		list, json_pack("{s:s, s:o, s:s}", "kind", kind, "since", since, "text", text));
}

void
ledger_alarms(json_t *list, const struct ledger_status *status)
{
	char text[TEXT_BYTES];
	if (status->is_failing) {
		snprintf(text, sizeof text,
			"the ledger of lessons cannot be written (%s): lessons go on, and %zu "
			"minute rows and %zu records wait in memory; make room on the disk of the "
			"state directory, or see to the disk",
			status->why, status->minutes_held, status->entries_held);
		alarm_add(list, "ledger_failing", view_time(status->failing_since), text);
	}
	if (status->busy_ms > LEDGER_STALLED_MS) {
		snprintf(text, sizeof text,
			"the disk of the state directory has not answered the ledger for %lld s: "
			"lessons go on, and rows wait in memory; see to the disk",
			(long long)(status->busy_ms / MS_IN_S));
		alarm_add(list, "ledger_stalled", json_null(), text);
	}
	if (*status->set_aside) {
		snprintf(text, sizeof text,
			"the ledger of lessons was damaged and a new one begun: keep %s of the "
			"state directory, it holds the rows until then; `relayctl restore` puts a "
			"backup in place",
			status->set_aside);
		alarm_add(list, "ledger_set_aside", json_null(), text);
	}
	if (status->minutes_dropped > 0) {
		snprintf(text, sizeof text,
			"%llu minute rows of the ledger were dropped since the relay started: the "
			"disk failed for longer than memory holds them; the records of the lessons "
			"are complete",
			(unsigned long long)status->minutes_dropped);
		alarm_add(list, "ledger_dropped", json_null(), text);
	}
}

json_t *
ledger_verified_view(const struct ledger_verified *verified)
{
	json_t *object = json_object();
	for (enum ledger_chain_name i = 0; i < LEDGER_CHAIN_COUNT; i++) {
		const struct ledger_finding *finding = &verified->chains[i];
		json_object_set_new(object, ledger_chain_table(i),
			json_pack("{s:b, s:I, s:o, s:s}", "whole", finding->is_whole, "rows",
				(json_int_t)finding->rows, "number",
				finding->is_whole ? json_null()
						  : json_integer((json_int_t)finding->number),
				"text", finding->what));
	}
	return object;
}
