/* SPDX-License-Identifier: BSD-3-Clause */
// alarms.h - what somebody must see to before it spoils lessons: the machine's clock, make-up days
// without a mapping, a token that two machines use.
#ifndef CONTROL_ALARMS_H
#define CONTROL_ALARMS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "control/copied_tokens.h"
#include "timetable/timetable.h"

#define ALARMS_LOOK_S 60   // between two looks
#define ALARMS_DAYS_MAX 64 // make-up days told at once

struct alarms {
	bool (*clock_is_synchronised)(void);
	bool has_looked;
	struct mono_time look_at; // the next look
	bool is_synchronised;
	struct wall_time unsynchronised_since;
	// The unmapped days of the last look, so that each is told to the log once.
	struct civil_date days[ALARMS_DAYS_MAX];
	size_t day_count;
	struct copied_tokens copied; // no look finds these: whoever connects endpoints tells
};

// `clock_is_synchronised` is the platform's where it is NULL.
void alarms_init(struct alarms *alarms, bool (*clock_is_synchronised)(void));

// Looks where a minute has passed since the last look, and tells the log what is new or over.
void alarms_look(struct alarms *alarms, const struct timetable *timetable, struct wall_time wall,
	struct mono_time mono);

// Looks with the next alarms_look(): the timetable is another one.
void alarms_expire(struct alarms *alarms);

// The alarms of the last look, as relay/control/README.md says. New reference, or NULL where memory
// is lacking.
json_t *alarms_list(
	const struct alarms *alarms, const struct timetable *timetable, struct wall_time wall);

#endif
