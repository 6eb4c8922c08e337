/* SPDX-License-Identifier: BSD-3-Clause */
// scheduler_find.c - looks into the scheduler: what runs, who holds an endpoint, what comes next,
// what has ended.
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "lessons/scheduler_state.h"

const char *
lesson_state_name(enum lesson_state state)
{
	static const char *const names[] = {
		[LESSON_PLANNED] = "planned",
		[LESSON_OPEN] = "open",
		[LESSON_LIVE] = "live",
		[LESSON_GRACE] = "grace",
		[LESSON_ENDED] = "ended",
	};

	return names[state];
}

struct timetable *
scheduler_timetable(const struct scheduler *scheduler)
{
	return scheduler->timetable;
}

const struct scheduler_stats *
scheduler_stats(const struct scheduler *scheduler)
{
	return &scheduler->stats;
}

size_t
scheduler_running_count(const struct scheduler *scheduler)
{
	return scheduler->running_count;
}

const struct scheduled_lesson *
scheduler_running_get(const struct scheduler *scheduler, size_t index)
{
	assert(index < scheduler->running_count);
	return &scheduler->running[index]->public;
}

const struct scheduled_lesson *
scheduler_find(const struct scheduler *scheduler, const char *id)
{
	const struct running_lesson *running = scheduler_running_find(scheduler, id);

	return running == NULL ? NULL : &running->public;
}

static bool
has_endpoint(const struct lesson *lesson, const char *endpoint_id)
{
	for (size_t i = 0; i < lesson->part_count; i++) {
		if (strcmp(lesson->parts[i].endpoint->id, endpoint_id) == 0)
			return true;
	}
	return false;
}

const struct scheduled_lesson *
scheduler_holder(const struct scheduler *scheduler, const char *endpoint_id)
{
	const struct scheduled_lesson *first = NULL;

	for (size_t i = 0; i < scheduler->running_count; i++) {
		const struct scheduled_lesson *running = &scheduler->running[i]->public;

		if (!has_endpoint(&running->lesson, endpoint_id))
			continue;
		if (running->state != LESSON_OPEN)
			return running;
		if (first == NULL || running->live_at.ns < first->live_at.ns)
			first = running;
	}
	return first;
}

const struct lesson *
scheduler_next_lesson(
	const struct scheduler *scheduler, const char *endpoint_id, struct wall_time wall)
{
	for (size_t i = 0; i < scheduler->plan.count; i++) {
		const struct lesson *lesson = &scheduler->plan.lessons[i];
		const struct scheduled_lesson *running;

		if (lesson->end.ms <= wall.ms || !has_endpoint(lesson, endpoint_id))
			continue;
		running = scheduler_find(scheduler, lesson->id);
		if (running != NULL && running->state == LESSON_OPEN)
			return &running->lesson;
		if (running == NULL && !ended_ids_has(&scheduler->ended, lesson->id))
			return lesson;
	}
	return NULL;
}

size_t
scheduler_ended_count(const struct scheduler *scheduler)
{
	return scheduler->ended.count;
}

const char *
scheduler_ended_get(const struct scheduler *scheduler, size_t index)
{
	return ended_ids_get(&scheduler->ended, index);
}

int
scheduler_ended_add(struct scheduler *scheduler, const char *id)
{
	if (id[0] == '\0' || strlen(id) >= LESSON_ID_BYTES_MAX)
		return -EINVAL;
	if (ended_ids_add(&scheduler->ended, id))
		scheduler->stats.ended_forgotten++;
	return 0;
}
