/* SPDX-License-Identifier: BSD-3-Clause */
// ended_ids.h - the lessons that have ended, so that no clock and no restart opens one again.
#ifndef LESSONS_ENDED_IDS_H
#define LESSONS_ENDED_IDS_H

#include <stdbool.h>
#include <stddef.h>

#include "timetable/timetable.h"

#define ENDED_IDS_MAX 4096

// A ring: the oldest id gives way.
struct ended_ids {
	char (*ids)[LESSON_ID_BYTES_MAX];
	size_t first;
	size_t count;
};

int ended_ids_init(struct ended_ids *ended); // 0 or -ENOMEM
void ended_ids_fini(struct ended_ids *ended);

bool ended_ids_has(const struct ended_ids *ended, const char *id);
// Returns whether an older id was forgotten for it. One that is known changes nothing.
bool ended_ids_add(struct ended_ids *ended, const char *id);
const char *ended_ids_get(const struct ended_ids *ended, size_t index); // 0 is the oldest

#endif
