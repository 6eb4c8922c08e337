/* SPDX-License-Identifier: BSD-3-Clause */
// ics.h - dated lessons as an iCalendar feed (RFC 5545), of a school or of the county.
#ifndef TIMETABLE_ICS_H
#define TIMETABLE_ICS_H

#include <stddef.h>

#include "timetable/exceptions.h"
#include "timetable/text.h"
#include "timetable/timetable.h"
#include "timetable/words.h"

#define ICS_LINE_BYTES_MAX 75 // without the line's end (section 3.1)
#define ICS_DAYS_BACK 30      // what a feed holds
#define ICS_DAYS_AHEAD 180
// Behind a lesson's id in its UID: the same when the county or its relay is named otherwise.
#define ICS_UID_SUFFIX "@county-classroom-relay"

typedef unsigned (*ics_revision_fn)(void *context, const char *lesson_id);

struct ics_feed {
	const struct timetable *timetable;
	const struct timetable_school *school;    // NULL: the county's, of all lessons
	const struct plan_exceptions *exceptions; // NULL: none
	// How often a lesson has been revised, also by taking a change back; NULL: nobody knows.
	ics_revision_fn revision_of;
	void *context;
	enum language language;
	struct wall_time now; // each event's DTSTAMP
};

// Writes the calendar of the list's lessons. A school's holds those whose parts or rule name the
// school; one that is held without the school is cancelled for it. A lesson keeps its UID when it
// moves, and its SEQUENCE counts its revisions, at least
// the exceptions that name it.
void ics_write(const struct ics_feed *feed, const struct lesson_list *list, struct text *out);

// Writes one content line, folded between characters (section 3.1), with its CRLF.
void ics_write_line(const char *line, size_t count, struct text *out);

// Writes text as a TEXT value (section 3.3.11): escaped, line ends as "\n", other control
// characters but tabs left out.
void ics_write_text(const char *value, struct text *out);

#endif
