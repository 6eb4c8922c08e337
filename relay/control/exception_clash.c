/* SPDX-License-Identifier: BSD-3-Clause */
// exception_clash.c - whether lessons get into each other's way where exceptions put them.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control/exception_edit.h"

#define DATES_MAX 16 // on which a lesson may be held: its own, and those it was moved or swapped to

struct dates {
	struct civil_date list[DATES_MAX];
	size_t count;
};

static void
dates_add(struct dates *dates, struct civil_date date)
{
	for (size_t i = 0; i < dates->count; i++) {
		if (dates->list[i].days == date.days)
			return;
	}
	if (dates->count < DATES_MAX)
		dates->list[dates->count++] = date;
}

static void
dates_add_planned(struct dates *dates, const char *id)
{
	const char *slash = strrchr(id, '/');
	struct civil_date date;
	if (slash && civil_date_parse(slash + 1, &date) == 0)
		dates_add(dates, date);
}

// Where a lesson can be: where it is planned, and where an exception that names it puts it.
static struct dates
dates_of(const struct plan_exceptions *exceptions, const char *id)
{
	struct dates dates = {.count = 0};
	dates_add_planned(&dates, id);
	for (size_t i = 0; i < exceptions->count; i++) {
		const struct plan_exception *exception = &exceptions->items[i];
		if (exception->kind == PLAN_MOVE && !strcmp(exception->lesson_id, id))
			dates_add(&dates, exception->to_date);
		if (exception->kind == PLAN_SWAP && !strcmp(exception->lesson_id, id))
			dates_add_planned(&dates, exception->other_id);
		if (exception->kind == PLAN_SWAP && !strcmp(exception->other_id, id))
			dates_add_planned(&dates, exception->lesson_id);
	}
	return dates;
}

// The lessons of the day on which the lesson is held, and it among them; to be freed. 0, -ENOENT or
// -ENOMEM.
static int
day_of(struct timetable *timetable, const struct plan_exceptions *exceptions, const char *id,
	struct lesson_list *day, const struct lesson **lesson_out)
{
	struct dates dates = dates_of(exceptions, id);
	for (size_t i = 0; i < dates.count; i++) {
		if (timetable_expand(timetable, exceptions, dates.list[i], dates.list[i], day) != 0)
			return -ENOMEM;
		for (size_t j = 0; j < day->count; j++) {
			if (strcmp(day->lessons[j].id, id) == 0) {
				*lesson_out = &day->lessons[j];
				return 0;
			}
		}
		lesson_list_fini(day);
	}
	return -ENOENT;
}

int
exception_lesson_find(struct timetable *timetable, const struct plan_exceptions *exceptions,
	const char *id, struct lesson *out)
{
	struct lesson_list day;
	const struct lesson *lesson;
	int result = day_of(timetable, exceptions, id, &day, &lesson);
	if (result != 0)
		return result;
	*out = *lesson;
	lesson_list_fini(&day);
	return 0;
}

static bool
has_profile(const struct timetable_endpoint *endpoint, uint16_t profile)
{
	for (size_t i = 0; i < endpoint->profile_count; i++) {
		if (endpoint->profiles[i] == profile)
			return true;
	}
	return false;
}

static bool
all_have_profile(const struct lesson *lesson, uint16_t profile)
{
	for (size_t i = 0; i < lesson->part_count; i++) {
		if (!has_profile(lesson->parts[i].endpoint, profile))
			return false;
	}
	return true;
}

int
exception_profile_check(struct timetable *timetable, const struct plan_exceptions *exceptions,
	const char *id, char reason[EXCEPTION_REASON_BYTES])
{
	struct lesson lesson;
	int result = exception_lesson_find(timetable, exceptions, id, &lesson);
	if (result != 0)
		return result == -ENOENT ? 0 : result;
	const struct timetable_endpoint *lead = lesson.parts[0].endpoint;
	for (size_t i = 0; i < lead->profile_count; i++) {
		if (all_have_profile(&lesson, lead->profiles[i]))
			return 0;
	}
	size_t used = (size_t)snprintf(reason, EXCEPTION_REASON_BYTES,
		"lesson '%s' could not be heard: no SRTP profile is common to", id);
	for (size_t i = 0; i < lesson.part_count && used < EXCEPTION_REASON_BYTES; i++)
		used += (size_t)snprintf(reason + used, EXCEPTION_REASON_BYTES - used, " '%s'",
			lesson.parts[i].endpoint->id);
	return -EINVAL;
}

static const char *
shared_endpoint(const struct lesson *a, const struct lesson *b)
{
	for (size_t i = 0; i < a->part_count; i++) {
		for (size_t j = 0; j < b->part_count; j++) {
			if (a->parts[i].endpoint == b->parts[j].endpoint)
				return a->parts[i].endpoint->id;
		}
	}
	return NULL;
}

static void
clash_tell(const struct lesson *lesson, const struct lesson *other, const char *endpoint,
	char reason[EXCEPTION_REASON_BYTES])
{
	char from[CIVIL_UTC_BYTES], other_from[CIVIL_UTC_BYTES];
	civil_format_utc(lesson->start, from);
	civil_format_utc(other->start, other_from);
	snprintf(reason, EXCEPTION_REASON_BYTES,
		"endpoint '%s' would be in two lessons at once: '%s' at %s (line %u of the rules) "
		"and '%s' at %s (line %u)",
		endpoint, lesson->id, from, lesson->rule->line, other->id, other_from,
		other->rule->line);
}

int
exception_clash_check(struct timetable *timetable, const struct plan_exceptions *exceptions,
	const char *id, char reason[EXCEPTION_REASON_BYTES])
{
	struct lesson_list day;
	const struct lesson *lesson;
	int result = day_of(timetable, exceptions, id, &day, &lesson);
	if (result != 0)
		return result == -ENOENT ? 0 : result; // what is not held is in nobody's way
	for (size_t i = 0; i < day.count && result == 0; i++) {
		const struct lesson *other = &day.lessons[i];
		bool is_at_once =
			other->start.ms < lesson->end.ms && lesson->start.ms < other->end.ms;
		const char *endpoint = other == lesson ? NULL : shared_endpoint(lesson, other);
		if (!is_at_once || !endpoint)
			continue;
		clash_tell(lesson, other, endpoint, reason);
		result = -EINVAL;
	}
	lesson_list_fini(&day);
	return result;
}
