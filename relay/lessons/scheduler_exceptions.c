/* SPDX-License-Identifier: BSD-3-Clause */
// scheduler_exceptions.c - the one-day changes that the scheduler plans with.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lessons/scheduler_state.h"

int
scheduler_set_exceptions(struct scheduler *scheduler, const struct plan_exceptions *exceptions)
{
	struct plan_exception *items = calloc(exceptions->count + 1, sizeof(*items));

	if (items == NULL)
		return -ENOMEM;
	if (exceptions->count > 0)
		memcpy(items, exceptions->items, exceptions->count * sizeof(*items));
	free((void *)scheduler->exceptions.items);
	scheduler->exceptions.items = items;
	scheduler->exceptions.count = exceptions->count;
	lesson_list_fini(&scheduler->plan);
	scheduler->has_plan = false;
	scheduler->plan_number++;
	return 0;
}

const struct plan_exceptions *
scheduler_exceptions(const struct scheduler *scheduler)
{
	return &scheduler->exceptions;
}
