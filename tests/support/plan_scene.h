/* SPDX-License-Identifier: BSD-3-Clause */
// plan_scene.h - a small plan with a calendar, and short ways to ask what it holds on a date.
#ifndef TESTS_PLAN_SCENE_H
#define TESTS_PLAN_SCENE_H

#include "timetable/exceptions.h"
#include "timetable_fixture.h"

#define SCENE_LESSONS_BYTES 4096

// What scene_make() takes the place of; NULL = the county's file, or none where it is optional.
struct scene {
	const char *schools;
	const char *bells;
	const char *pairs;
	const char *rules;
	const char *calendar;
};

static inline int
scene_try(const struct scene *scene, struct timetable **out, struct file_error *error)
{
	const char *texts[TIMETABLE_FILE_COUNT] = {[TIMETABLE_SCHOOLS] = scene->schools,
		[TIMETABLE_BELLS] = scene->bells,
		[TIMETABLE_PAIRS] = scene->pairs,
		[TIMETABLE_RULES] = scene->rules,
		[TIMETABLE_CALENDAR] = scene->calendar};

	civil_zone_set("Asia/Shanghai");
	return fixture_create(texts, out, error);
}

static inline struct timetable *
scene_make(const struct scene *scene)
{
	struct file_error error = {"", 0, ""};
	struct timetable *timetable;

	ck_assert_msg(scene_try(scene, &timetable, &error) == 0, "%s:%u: %s", error.file,
		error.line, error.reason);
	return timetable;
}

// That it is refused, where and why.
static inline void
scene_refuse(const struct scene *scene, const char *file, unsigned line, const char *reason)
{
	struct file_error error = {"", 0, ""};
	struct timetable *timetable;

	ck_assert_msg(scene_try(scene, &timetable, &error) == -EINVAL, "taken: %s", reason);
	ck_assert_str_eq(error.file, file);
	ck_assert_msg(strstr(error.reason, reason) != NULL, "line %u: '%s' and not '%s'",
		error.line, error.reason, reason);
	ck_assert_msg(error.line == line, "line %u: %s", error.line, error.reason);
}

static inline void
scene_clock(struct wall_time wall, char text[16])
{
	int32_t second = civil_second_of(wall);

	if (second % 60 != 0)
		snprintf(text, 16, "%02d:%02d:%02d", second / 3600, second / 60 % 60, second % 60);
	else
		snprintf(text, 16, "%02d:%02d", second / 3600, second / 60 % 60);
}

// "r/2024-10-08@2024-10-09 09:20-10:05 wuxi-1+houren-1": the id, the date where it is another than
// the planned one, the times, and the endpoints; of a cancelled one why. Lessons by "\n".
static inline void
scene_print(const struct lesson_list *list, char text[SCENE_LESSONS_BYTES])
{
	size_t count = 0;

	text[0] = '\0';
	for (size_t i = 0; i < list->count; i++) {
		const struct lesson *lesson = &list->lessons[i];
		char date[CIVIL_DATE_BYTES + 1] = "";
		char start[16], end[16];

		if (lesson->date.days != lesson->planned.days) {
			date[0] = '@';
			civil_date_format(lesson->date, date + 1);
		}
		scene_clock(lesson->start, start);
		scene_clock(lesson->end, end);
		count += (size_t)snprintf(text + count, SCENE_LESSONS_BYTES - count,
			"%s%s%s %s-%s ", i == 0 ? "" : "\n", lesson->id, date, start, end);
		if (lesson->cancellation != LESSON_HELD) {
			count += (size_t)snprintf(text + count, SCENE_LESSONS_BYTES - count, "%s",
				lesson_cancellation_name(lesson->cancellation));
			continue;
		}
		for (size_t j = 0; j < lesson->part_count; j++)
			count += (size_t)snprintf(text + count, SCENE_LESSONS_BYTES - count, "%s%s",
				j == 0 ? "" : "+", lesson->parts[j].endpoint->id);
	}
	ck_assert_uint_lt(count, SCENE_LESSONS_BYTES);
}

// What is held, and what is cancelled, from one date to another.
static inline void
scene_check(const struct timetable *timetable, const struct plan_exceptions *exceptions,
	const char *first, const char *last, const char *held, const char *cancelled)
{
	char text[SCENE_LESSONS_BYTES];
	struct lesson_list list;

	ck_assert_int_eq(timetable_expand(timetable, exceptions, fixture_date(first),
				 fixture_date(last), &list),
		0);
	scene_print(&list, text);
	lesson_list_fini(&list);
	ck_assert_str_eq(text, held);
	ck_assert_int_eq(timetable_expand_cancelled(timetable, exceptions, fixture_date(first),
				 fixture_date(last), &list),
		0);
	scene_print(&list, text);
	lesson_list_fini(&list);
	ck_assert_str_eq(text, cancelled);
}

#endif
