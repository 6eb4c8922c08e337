/* SPDX-License-Identifier: BSD-3-Clause */
// parts_store.c - keeps the parts of lessons that differ from their rule's as long as the
// timetable lives.
#include <stdlib.h>
#include <string.h>

#include "timetable/readers.h"

struct kept_parts {
	struct kept_parts *next;
	size_t count;
	struct lesson_part parts[];
};

struct parts_store {
	struct kept_parts *first;
};

struct parts_store *
parts_store_create(void)
{
	return calloc(1, sizeof(struct parts_store));
}

static bool
parts_are_equal(const struct lesson_part *a, const struct lesson_part *b, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (a[i].school != b[i].school || a[i].endpoint != b[i].endpoint ||
			a[i].role != b[i].role || a[i].period != b[i].period)
			return false;
	}
	return true;
}

const struct lesson_part *
parts_store_take(struct parts_store *store, const struct lesson_part *parts, size_t count)
{
	struct kept_parts *kept;

	for (kept = store->first; kept != NULL; kept = kept->next) {
		if (kept->count == count && parts_are_equal(kept->parts, parts, count))
			return kept->parts;
	}
	kept = malloc(sizeof(*kept) + count * sizeof(*parts));
	if (kept == NULL)
		return NULL;
	kept->next = store->first;
	kept->count = count;
	memcpy(kept->parts, parts, count * sizeof(*parts));
	store->first = kept;
	return kept->parts;
}

void
parts_store_destroy(struct parts_store *store)
{
	while (store != NULL && store->first != NULL) {
		struct kept_parts *next = store->first->next;

		free(store->first);
		store->first = next;
	}
	free(store);
}
