/* SPDX-License-Identifier: BSD-3-Clause */
// plan_check.h - what is wrong, or could be better, in a timetable that can be read.
#ifndef TIMETABLE_PLAN_CHECK_H
#define TIMETABLE_PLAN_CHECK_H

#include "timetable/timetable.h"

#define PLAN_FINDINGS_MAX 1000 // kept, the gravest first; what is beyond is counted
#define PLAN_TEXT_BYTES 512
#define PLAN_SLOTS_MAX 3           // proposed for a rule
#define PLAN_OVERLAPS_MAX 16       // lessons after a lesson in one room that are compared with it
#define PLAN_SHARED_MIN_PERCENT 80 // of the lead's period: below it other slots are looked for
#define PLAN_DAYS_AHEAD 365        // how far is looked, within the terms

enum plan_severity {
	PLAN_ERROR,   // lessons will fail
	PLAN_WARNING, // lessons will lack something
	PLAN_NOTE,    // may well be meant
	PLAN_SEVERITY_COUNT,
};

// kind, its name, its severity
#define PLAN_KINDS(X)                                                                              \
	X(PLAN_ROOM_TWICE, "room_twice", PLAN_ERROR)                                               \
	X(PLAN_NO_ENDPOINT, "no_endpoint", PLAN_ERROR)                                             \
	X(PLAN_NO_PROFILE, "no_profile", PLAN_ERROR)                                               \
	X(PLAN_CAPACITY, "capacity", PLAN_ERROR)                                                   \
	X(PLAN_NO_TERM, "no_term", PLAN_WARNING)                                                   \
	X(PLAN_UNMAPPED_DAY, "unmapped_day", PLAN_WARNING)                                         \
	X(PLAN_NO_PERIOD, "no_period", PLAN_WARNING)                                               \
	X(PLAN_FEW_MINUTES, "few_minutes", PLAN_WARNING)                                           \
	X(PLAN_UNDER_TARGET, "under_target", PLAN_WARNING)                                         \
	X(PLAN_NEVER, "never", PLAN_WARNING)                                                       \
	X(PLAN_OUT_OF_DATE, "out_of_date", PLAN_NOTE)                                              \
	X(PLAN_HANDOVER, "handover", PLAN_NOTE)

enum plan_kind {
#define PLAN_KIND_ENUM(kind, name, severity) kind,
	PLAN_KINDS(PLAN_KIND_ENUM)
#undef PLAN_KIND_ENUM
		PLAN_KIND_COUNT,
};

// One thing for a person to look at. Something that comes every week is one finding. The strings
// are the timetable's.
struct plan_finding {
	enum plan_kind kind;
	const char *rules[2];    // ids; NULL where there is none
	const char *pair;        // id or NULL
	struct civil_date first; // the first date it is so
	struct civil_date last;
	unsigned count;             // dates (of PLAN_UNDER_TARGET: weeks); 0 where it is of no date
	char text[PLAN_TEXT_BYTES]; // English, one sentence or two, without the file's name
};

// Minutes that a lead's period shares with an assisted school's: one row for each rule, assisted
// school and change of bells.
struct plan_shared {
	const struct timetable_rule *rule;
	const struct timetable_school *school;
	int lead_period;
	int school_period;
	struct bell_interval lead;
	struct bell_interval assisted;
	int lead_minutes;
	int shared_minutes;
	struct civil_date first; // the first lesson by these bells
	unsigned count;          // lessons
};

// The most that is open at once, lead-in and grace included.
struct plan_peak {
	struct wall_time at;
	unsigned legs; // endpoints, an endpoint once for each of its lessons
	struct wall_time lessons_at;
	unsigned lessons;
};

struct plan_question {
	const struct timetable *timetable;
	const struct plan_exceptions *exceptions; // NULL = none
	struct civil_date today; // days before it only count as occurrences of their rules
	unsigned legs_max;       // what the relay is configured for
	unsigned lessons_max;    // lessons open at once
};

struct plan_check {
	// The days looked at: from the first of the running (or next) term, without terms from
	// today, to the last day of a term in the PLAN_DAYS_AHEAD from today.
	struct civil_date first;
	struct civil_date last;
	size_t lesson_count;
	struct plan_peak peak;
	struct plan_finding *findings; // the gravest first, then by kind, date and rule
	size_t finding_count;
	size_t left_out; // findings beyond PLAN_FINDINGS_MAX
	size_t counts[PLAN_SEVERITY_COUNT];
	struct plan_shared *shared; // by rule, school, first date
	size_t shared_count;
};

// Checks a plan in the zone that civil_zone_set() set. Takes time n log n in the lessons of the
// days looked at. Returns 0 or -ENOMEM; freed with plan_check_fini().
int plan_check(const struct plan_question *question, struct plan_check *out);
void plan_check_fini(struct plan_check *check);

enum plan_severity plan_kind_severity(enum plan_kind kind);
const char *plan_kind_name(enum plan_kind kind);
const char *plan_severity_name(enum plan_severity severity); // "error", "warning", "note"

#endif
