/* SPDX-License-Identifier: BSD-3-Clause */
// ended_ids.c - the lessons that have ended, so that no clock and no restart opens one again.
#include "lessons/ended_ids.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
ended_ids_init(struct ended_ids *ended)
{
	*ended = (struct ended_ids){.ids = calloc(ENDED_IDS_MAX, sizeof(*ended->ids))};
	return ended->ids == NULL ? -ENOMEM : 0;
}

void
ended_ids_fini(struct ended_ids *ended)
{
	free(ended->ids);
	*ended = (struct ended_ids){NULL, 0, 0};
}

const char *
ended_ids_get(const struct ended_ids *ended, size_t index)
{
	assert(index < ended->count);
	return ended->ids[(ended->first + index) % ENDED_IDS_MAX];
}

bool
ended_ids_has(const struct ended_ids *ended, const char *id)
{
	for (size_t i = 0; i < ended->count; i++) {
		if (strcmp(ended_ids_get(ended, i), id) == 0)
			return true;
	}
	return false;
}

bool
ended_ids_add(struct ended_ids *ended, const char *id)
{
	bool is_full = ended->count == ENDED_IDS_MAX;

	assert(strlen(id) < LESSON_ID_BYTES_MAX);
	if (ended_ids_has(ended, id))
		return false;
	if (is_full)
		ended->first = (ended->first + 1) % ENDED_IDS_MAX;
	else
		ended->count++;
	strcpy(ended->ids[(ended->first + ended->count - 1) % ENDED_IDS_MAX], id);
	return is_full;
}
