/* SPDX-License-Identifier: BSD-3-Clause */
// holidays.h - a year's published days off and make-up working days, as rows of calendar.csv.
#ifndef TIMETABLE_HOLIDAYS_H
#define TIMETABLE_HOLIDAYS_H

#include <stdbool.h>

#include "timetable/text.h"
#include "timetable/timetable.h"

#define HOLIDAYS_MAX 2000

struct holiday {
	struct civil_date date;
	bool is_off;                         // else a make-up working day
	char name[TIMETABLE_TEXT_BYTES_MAX]; // "国庆节"
	unsigned line;                       // 0: not known
};

struct holidays {
	struct holiday *days; // by date
	size_t count;
};

// Reads UTF-8: JSON {"days":[{"name","date","isOffDay"}]} (what else it holds is passed over), or a
// CSV table of the columns name, date and isOffDay (true or false, 1 or 0, 休 or 班). Returns 0,
// -ENOMEM, or -EINVAL with *error: no such list, no such date, a date that is there twice.
int holidays_read(
	const struct timetable_bytes *file, struct holidays *out, struct file_error *error);
void holidays_fini(struct holidays *holidays);

struct holidays_merge {
	size_t added;
	size_t present; // the calendar had them; a make-up day keeps its mapping
};

// Appends the calendar.csv `before` (NULL or empty: none yet) with a row "off" or "work" for each
// day that it lacks; a make-up day stays without mapping until a person says which date's lessons
// it runs. Returns 0, -ENOMEM, or -EINVAL with *error: a day that one calls off and the other work.
int holidays_merge(const struct holidays *holidays, const struct timetable_bytes *before,
	struct text *out, struct holidays_merge *count_out, struct file_error *error);

#endif
