/* SPDX-License-Identifier: BSD-3-Clause */
// slot_names.h - slots.csv: which names in a school's bell notice are which numbered period.
#ifndef TIMETABLE_SLOT_NAMES_H
#define TIMETABLE_SLOT_NAMES_H

#include "timetable/timetable.h"

// What a county that has no slots.csv of its own begins with: the same table as conf/slots.csv.
extern const char slot_names_default[];

struct slot_name {
	const char *label; // without blanks
	int period;        // 1.., or 0: told to people only
};

struct slot_names {
	struct slot_name *names;
	size_t count;
	struct csv_table table; // what the labels point into
};

// Reads "label,period". Returns 0, -ENOMEM, or -EINVAL with *error: a label that is empty or there
// twice, a period that is no number from 1 to TIMETABLE_PERIOD_MAX.
int slot_names_read(
	const struct timetable_bytes *file, struct slot_names *out, struct file_error *error);
void slot_names_fini(struct slot_names *names);

// NULL where no slot has that label.
const struct slot_name *slot_names_find(const struct slot_names *names, const char *label);

#endif
