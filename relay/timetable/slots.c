/* SPDX-License-Identifier: BSD-3-Clause */
// slots.c - keeps the county's slot names with its timetable.
#include <errno.h>
#include <stdlib.h>

#include "timetable/readers.h"
#include "timetable/slot_names.h"

int
slots_read(
	struct timetable *timetable, const struct timetable_bytes *file, struct file_error *error)
{
	timetable->slots = calloc(1, sizeof(*timetable->slots));
	if (timetable->slots == NULL)
		return -ENOMEM;
	return slot_names_read(file, timetable->slots, error);
}
