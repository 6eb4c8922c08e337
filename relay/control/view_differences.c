/* SPDX-License-Identifier: BSD-3-Clause */
// view_differences.c - which lessons that run finish by another plan than the present one.
#include "control/views.h"

static json_t *
names_view(unsigned differences)
{
	static const struct {
		enum lesson_difference bit;
		const char *name;
	} names[] = {
		{LESSON_DIFFERS_GONE, "gone"},
		{LESSON_DIFFERS_TIMES, "times"},
		{LESSON_DIFFERS_ENDPOINTS, "endpoints"},
		{LESSON_DIFFERS_SUBJECT, "subject"},
	};
	json_t *array = json_array();
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (differences & names[i].bit)
			json_array_append_new(array, json_string(names[i].name));
	return array;
}

json_t *
view_differences(const struct scheduler *scheduler)
{
	json_t *array = json_array();
	for (size_t i = 0; i < scheduler_running_count(scheduler); i++) {
		const struct scheduled_lesson *running = scheduler_running_get(scheduler, i);
		unsigned differences = scheduler_differences(scheduler, running);
		if (differences)
			json_array_append_new(array,
				json_pack("{s:s, s:s, s:s, s:o, s:b, s:o}", "session",
					running->lesson.id, "title", running->lesson.title, "state",
					lesson_state_name(running->state), "ends_at",
					view_time(running->lesson.end), "edited",
					running->is_edited, "differs", names_view(differences)));
	}
	return array;
}
