/* SPDX-License-Identifier: BSD-3-Clause */
// lessons_list.h - held and cancelled lessons of some dates as one list, which all exports show.
#ifndef TIMETABLE_LESSONS_LIST_H
#define TIMETABLE_LESSONS_LIST_H

#include <stdbool.h>

#include "timetable/exceptions.h"
#include "timetable/timetable.h"

// The lessons that are held on the dates `first` to `last` and those that are cancelled, by start,
// then id. Returns as timetable_expand(), and is freed as its list.
int lessons_list_make(const struct timetable *timetable, const struct plan_exceptions *exceptions,
	struct civil_date first, struct civil_date last, struct lesson_list *out);

// How many of the exceptions (NULL: none) name the lesson.
unsigned lesson_change_count(const struct plan_exceptions *exceptions, const struct lesson *lesson);
// Whether it is held at another time than planned.
bool lesson_is_moved(const struct plan_exceptions *exceptions, const struct lesson *lesson);

// A school's part in a lesson; where it is off that day, what the rule planned for it. NULL: it has
// none in either. *is_held_out says whether the lesson is held with the school.
const struct lesson_part *lesson_part_of(
	const struct lesson *lesson, const struct timetable_school *school, bool *is_held_out);

#endif
