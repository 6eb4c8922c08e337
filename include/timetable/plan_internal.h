/* SPDX-License-Identifier: BSD-3-Clause */
// plan_internal.h - inside the plan check: what its files share.
#ifndef TIMETABLE_PLAN_INTERNAL_H
#define TIMETABLE_PLAN_INTERNAL_H

#include "timetable/plan_check.h"

// An endpoint's place in a lesson.
struct plan_use {
	const struct timetable_endpoint *endpoint;
	uint32_t lesson; // index in the list
};

// When an endpoint is taken on a weekday by a rule, in any week.
struct plan_busy {
	const struct timetable_endpoint *endpoint;
	const struct timetable_rule *rule;
	int weekday;
	struct bell_interval times;
};

struct plan_work {
	const struct plan_question *question;
	const struct timetable *timetable;
	struct plan_check *out;
	bool is_termless;            // there are terms, but none ahead
	struct lesson_list list;     // by start
	struct wall_time *midnights; // of the days looked at and the one after
	struct plan_use *uses;       // by endpoint, then start; from today on
	size_t use_count;
	struct plan_busy *busy; // by endpoint, weekday, start
	size_t busy_count;
	size_t kind_counts[PLAN_KIND_COUNT];
	size_t finding_capacity;
	bool is_out_of_memory;
	struct plan_finding spare; // what is not kept is written here
};

// A finding to be filled in; never NULL. Beyond PLAN_FINDINGS_MAX of a kind it is counted only.
struct plan_finding *plan_finding_add(struct plan_work *work, enum plan_kind kind);
bool plan_finding_is_kept(const struct plan_work *work, const struct plan_finding *finding);

// Adds to the finding's text; what does not fit is cut between characters.
void plan_say(struct plan_finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
// "on 2026-09-01", "on 2026-09-01 and 3 more dates until 2026-09-29".
void plan_say_dates(struct plan_finding *finding);
// "09:20-10:05"; seconds only where they are not 0.
void plan_say_times(struct plan_finding *finding, struct bell_interval times);

// When a lesson is, in seconds since midnight.
struct bell_interval plan_times_get(const struct plan_work *work, const struct lesson *lesson);

bool plan_is_ahead(const struct plan_work *work, const struct lesson *lesson);

// Chooses the days to look at and expands them. plan_days.c
int plan_days_expand(struct plan_work *work);

// Each looks for its kinds of findings. 0 or -ENOMEM.
int plan_days_check(struct plan_work *work);     // plan_days.c
int plan_rooms_check(struct plan_work *work);    // plan_rooms.c; makes `uses`
int plan_capacity_check(struct plan_work *work); // plan_capacity.c
int plan_minutes_check(struct plan_work *work);  // plan_minutes.c; needs `busy`
int plan_weeks_check(struct plan_work *work);    // plan_weeks.c
int plan_rules_check(struct plan_work *work);    // plan_rules.c

// Makes `busy` of `uses`. 0 or -ENOMEM. plan_slots.c
int plan_busy_make(struct plan_work *work);

// When a school's period is on a date, for a rule's audience; as bell_period_get(). plan_minutes.c
int plan_period_get(const struct plan_work *work, const struct timetable_rule *rule,
	const struct timetable_school *school, struct civil_date date, int period,
	struct bell_interval *out);

// Proposes slots for the rule of a row that shares too little, on the finding's end. plan_slots.c
void plan_slots_propose(
	const struct plan_work *work, const struct plan_shared *row, struct plan_finding *finding);

#endif
