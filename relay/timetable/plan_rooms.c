/* SPDX-License-Identifier: BSD-3-Clause */
// plan_rooms.c - rooms that are in two lessons at once, and rooms handed from one to the next.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/plan_internal.h"

// Two lessons of one endpoint that meet.
struct meeting {
	enum plan_kind kind;
	const struct lesson *earlier;
	const struct lesson *later;
	const struct timetable_endpoint *endpoint;
};

struct meetings {
	struct meeting *items;
	size_t count;
	size_t capacity;
};

static int
use_compare(const void *left, const void *right)
{
	const struct plan_use *a = left;
	const struct plan_use *b = right;

	if (a->endpoint != b->endpoint)
		return a->endpoint < b->endpoint ? -1 : 1;
	return (a->lesson > b->lesson) - (a->lesson < b->lesson);
}

static int
uses_make(struct plan_work *work)
{
	size_t count = 0;

	for (size_t i = 0; i < work->list.count; i++)
		count += work->list.lessons[i].part_count;
	work->uses = calloc(count + 1, sizeof(*work->uses));
	if (work->uses == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < work->list.count; i++) {
		const struct lesson *lesson = &work->list.lessons[i];

		if (!plan_is_ahead(work, lesson))
			continue;
		for (size_t part = 0; part < lesson->part_count; part++) {
			if (lesson->parts[part].endpoint == NULL)
				continue;
			work->uses[work->use_count++] =
				(struct plan_use){lesson->parts[part].endpoint, (uint32_t)i};
		}
	}
	// Lessons are by start, so their indexes put an endpoint's uses in that order too.
	qsort(work->uses, work->use_count, sizeof(*work->uses), use_compare);
	return 0;
}

static int
meeting_add(struct meetings *meetings, struct meeting meeting)
{
	if (meetings->count == meetings->capacity) {
		size_t wanted = meetings->capacity == 0 ? 64 : 2 * meetings->capacity;
		struct meeting *items = realloc(meetings->items, wanted * sizeof(*items));

		if (items == NULL)
			return -ENOMEM;
		meetings->items = items;
		meetings->capacity = wanted;
	}
	meetings->items[meetings->count++] = meeting;
	return 0;
}

// What meets the lesson of use `first`: those that open before its grace is over.
static int
meetings_of(struct plan_work *work, size_t first, struct meetings *meetings)
{
	const struct timetable_policies *policies = &work->timetable->policies;
	const struct plan_use *use = &work->uses[first];
	const struct lesson *earlier = &work->list.lessons[use->lesson];
	int64_t pause_ms = ((int64_t)policies->open_before_s + policies->grace_s) * MS_IN_S;
	int result = 0;

	for (size_t i = first + 1; i < work->use_count && result == 0; i++) {
		const struct lesson *later = &work->list.lessons[work->uses[i].lesson];
		bool is_live = later->start.ms < earlier->end.ms;

		if (work->uses[i].endpoint != use->endpoint ||
			later->start.ms >= earlier->end.ms + pause_ms)
			break;
		if (i - first > PLAN_OVERLAPS_MAX) {
			work->out->left_out++;
			break;
		}
		result = meeting_add(
			meetings, (struct meeting){is_live ? PLAN_ROOM_TWICE : PLAN_HANDOVER,
					  earlier, later, use->endpoint});
	}
	return result;
}

static int
rule_compare(const struct lesson *a, const struct lesson *b)
{
	// Rules lie in one array.
	return (a->rule > b->rule) - (a->rule < b->rule);
}

static bool
is_same_kind(const struct meeting *a, const struct meeting *b)
{
	return a->kind == b->kind && a->earlier->rule == b->earlier->rule &&
	       a->later->rule == b->later->rule;
}

static int
meeting_compare(const void *left, const void *right)
{
	const struct meeting *a = left;
	const struct meeting *b = right;
	int result;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	result = rule_compare(a->earlier, b->earlier);
	if (result == 0)
		result = rule_compare(a->later, b->later);
	if (result == 0)
		result = (a->earlier > b->earlier) - (a->earlier < b->earlier);
	if (result == 0)
		result = (a->later > b->later) - (a->later < b->later);
	return result != 0 ? result : (a->endpoint > b->endpoint) - (a->endpoint < b->endpoint);
}

static void
lesson_say(const struct plan_work *work, struct plan_finding *finding, const struct lesson *lesson)
{
	plan_say(finding, "%s (%s, ", lesson->rule->id, lesson->subject);
	plan_say_times(finding, plan_times_get(work, lesson));
	plan_say(finding, ")");
}

// One finding for what two rules do to each other, on however many dates and in however many rooms.
static void
meetings_tell(struct plan_work *work, const struct meeting *group, size_t count)
{
	struct plan_finding *finding = plan_finding_add(work, group->kind);
	const struct timetable_endpoint *endpoint = group->endpoint;
	size_t room_count = 0;

	finding->rules[0] = group->earlier->rule->id;
	finding->rules[1] = group->later->rule->id;
	finding->first = group->earlier->date;
	finding->last = group[count - 1].earlier->date;
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || group[i].earlier != group[i - 1].earlier)
			finding->count++;
		room_count += group[i].earlier == group->earlier && group[i].later == group->later;
	}
	plan_say(finding, "%s of %s", endpoint->id, endpoint->school->name);
	if (room_count > 1)
		plan_say(finding, " and %zu more", room_count - 1);
	plan_say(finding, group->kind == PLAN_ROOM_TWICE ? ": in two lessons at once, "
							 : ": little time between ");
	lesson_say(work, finding, group->earlier);
	plan_say(finding, " and ");
	lesson_say(work, finding, group->later);
	plan_say(finding, ", ");
	plan_say_dates(finding);
	if (group->kind == PLAN_HANDOVER)
		plan_say(finding, ": the later one goes live by its bell and ends the earlier "
				  "one's grace");
}

static void
meetings_group(struct plan_work *work, struct meetings *meetings)
{
	size_t start = 0;

	if (meetings->count == 0)
		return;
	qsort(meetings->items, meetings->count, sizeof(*meetings->items), meeting_compare);
	for (size_t i = 1; i <= meetings->count; i++) {
		if (i < meetings->count &&
			is_same_kind(&meetings->items[start], &meetings->items[i]))
			continue;
		meetings_tell(work, &meetings->items[start], i - start);
		start = i;
	}
}

int
plan_rooms_check(struct plan_work *work)
{
	struct meetings meetings = {NULL, 0, 0};
	int result = uses_make(work);

	for (size_t i = 0; i < work->use_count && result == 0; i++)
		result = meetings_of(work, i, &meetings);
	if (result == 0)
		meetings_group(work, &meetings);
	free(meetings.items);
	return result;
}
