/* SPDX-License-Identifier: BSD-3-Clause */
// records.h - what the ledger of delivered lessons (台账) keeps: plain rows, each with its units.
//
// Rows are evidence: they are added and never changed. A correction is a new row that names the one
// it corrects. Texts are borrowed, UTF-8, never NULL ("" is: not known).
#ifndef LEDGER_RECORDS_H
#define LEDGER_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/messages.h"
#include "platform/units.h"

// One flow in one minute of a lesson. Figures are of that minute alone, never cumulative.
struct ledger_minute {
	const char *lesson; // its id
	const char *school; // who sends
	const char *endpoint;
	const char *to_school; // outbound: who receives; "" inbound
	enum stream_kind kind;
	bool is_outbound;        // as the receiver reports it; else measured by the relay
	struct wall_time minute; // its beginning, a full minute
	uint64_t packets;        // unique, authenticated (outbound: handed to the device)
	uint64_t bytes;          // IP length
	uint64_t expected;       // 0: not known
	uint64_t lost;
	uint32_t jitter_us;      // the minute's highest sample
	uint32_t longest_gap_us; // inbound
	uint32_t rtt_us;         // of the sender's (outbound: the receiver's) leg; 0: not known
	uint32_t media_s;        // seconds in which a packet was authenticated, 0..60
};

enum ledger_kind {
	LEDGER_LESSON,     // a lesson's record, one per assisted school
	LEDGER_MANUAL,     // entered by a person: what was held elsewhere
	LEDGER_CORRECTION, // takes the place of the row in `corrects`, which stays
	LEDGER_GAP,        // a stretch in which nothing could be written
	LEDGER_PRUNED,     // minute rows that were removed by age
};

enum ledger_verdict {
	LEDGER_NO_VERDICT, // of a gap, or of what is counted in days
	LEDGER_DELIVERED,
	LEDGER_PARTIAL,
	LEDGER_MISSED,
	LEDGER_CANCELLED,
	LEDGER_EXTRA, // held beside the plan; `live_minutes` tell how long
};

struct ledger_entry {
	int64_t number; // given by the ledger, from 1
	enum ledger_kind kind;
	struct wall_time written_at;
	const char *author; // "relay", a token's name, or "localhost"
	int64_t corrects;   // of a correction: the number of the row it replaces; else 0
	const char *lesson; // its id; "" for a manual row
	const char *date;   // "2026-11-23", county time
	const char *pair;   // id; "" for an ad-hoc lesson of schools that share no pair
	const char *rule;   // id; "" for an ad-hoc lesson
	const char *lead;   // school ids
	const char *assisted;
	const char *lead_name;
	const char *assisted_name;
	const char *scope; // county, city, province, external: how far the pair reaches
	const char *form;  // lesson_form's name; of a manual row also "visit", "working_day"
	const char *title;
	const char *subject;
	const char *class_name;
	const char *teacher;
	const char *assistant;                       // who helps in the far room
	int32_t headcount;                           // -1: not given
	struct wall_time planned_start, planned_end; // 0 for a manual row without times
	struct wall_time real_start, real_end;       // first and last live minute; 0: none
	uint32_t planned_minutes;
	uint32_t live_minutes;
	enum ledger_verdict verdict;
	const char *reason; // in words, for people: Chinese and English are made from its parts
};

const char *ledger_kind_name(enum ledger_kind kind);          // "lesson", "manual", ...
const char *ledger_verdict_name(enum ledger_verdict verdict); // "delivered", ...

#endif
