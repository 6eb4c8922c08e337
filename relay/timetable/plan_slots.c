/* SPDX-License-Identifier: BSD-3-Clause */
// plan_slots.c - other periods of the same weekday in which schools share more, all rooms free.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/plan_internal.h"

// Periods for a rule: the lead's, and each assisted school's that shares most with it.
struct slot {
	int lead_period;
	int periods[TIMETABLE_PARTS_MAX]; // by part
	int lead_minutes;
	int shared_minutes;         // the least of the assisted schools'
	struct bell_interval times; // of all of them together
};

static int
busy_compare(const void *left, const void *right)
{
	const struct plan_busy *a = left;
	const struct plan_busy *b = right;

	if (a->endpoint != b->endpoint)
		return a->endpoint < b->endpoint ? -1 : 1;
	if (a->weekday != b->weekday)
		return a->weekday < b->weekday ? -1 : 1;
	if (a->times.start_s != b->times.start_s)
		return a->times.start_s < b->times.start_s ? -1 : 1;
	if (a->times.end_s != b->times.end_s)
		return a->times.end_s < b->times.end_s ? -1 : 1;
	return (a->rule > b->rule) - (a->rule < b->rule);
}

// Only what comes by the weekly plan: a lesson moved there takes the place for a day.
int
plan_busy_make(struct plan_work *work)
{
	size_t count = 0;

	work->busy = calloc(work->use_count + 1, sizeof(*work->busy));
	if (work->busy == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < work->use_count; i++) {
		const struct lesson *lesson = &work->list.lessons[work->uses[i].lesson];

		if (lesson->date.days == lesson->planned.days)
			work->busy[count++] = (struct plan_busy){work->uses[i].endpoint,
				lesson->rule, lesson->rule->weekday, plan_times_get(work, lesson)};
	}
	qsort(work->busy, count, sizeof(*work->busy), busy_compare);
	for (size_t i = 0; i < count; i++) {
		if (work->busy_count > 0 &&
			busy_compare(&work->busy[work->busy_count - 1], &work->busy[i]) == 0)
			continue;
		work->busy[work->busy_count++] = work->busy[i];
	}
	return 0;
}

static bool
is_free(const struct plan_work *work, const struct timetable_rule *rule,
	const struct timetable_endpoint *endpoint, struct bell_interval times)
{
	const struct plan_busy key = {.endpoint = endpoint, .weekday = rule->weekday};
	size_t low = 0;
	size_t high = work->busy_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (busy_compare(&work->busy[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < work->busy_count; low++) {
		const struct plan_busy *busy = &work->busy[low];

		if (busy->endpoint != endpoint || busy->weekday != rule->weekday ||
			busy->times.start_s >= times.end_s)
			break;
		if (busy->rule != rule && busy->times.end_s > times.start_s)
			return false;
	}
	return true;
}

static void
times_widen(struct bell_interval *times, struct bell_interval other)
{
	if (other.start_s < times->start_s)
		times->start_s = other.start_s;
	if (other.end_s > times->end_s)
		times->end_s = other.end_s;
}

// The period of an assisted school that shares most with the lead's. Returns the minutes.
static int
best_period(const struct plan_work *work, const struct plan_shared *row,
	const struct timetable_school *school, struct bell_interval lead, struct slot *slot,
	size_t part)
{
	struct bell_interval best = {0, 0};
	struct bell_interval times;
	int most = 0;

	for (int period = 1; period <= TIMETABLE_PERIOD_MAX; period++) {
		int minutes;

		if (plan_period_get(work, row->rule, school, row->first, period, &times) != 0)
			continue;
		minutes = bell_overlap_minutes(lead, times);
		if (minutes <= most)
			continue;
		most = minutes;
		best = times;
		slot->periods[part] = period;
	}
	if (most > 0)
		times_widen(&slot->times, best);
	return most;
}

// Whether the lead's period makes a slot that is better than the row.
static bool
slot_make(
	const struct plan_work *work, const struct plan_shared *row, int period, struct slot *slot)
{
	const struct timetable_rule *rule = row->rule;
	struct bell_interval lead;

	if (plan_period_get(work, rule, rule->parts[0].school, row->first, period, &lead) != 0)
		return false;
	*slot = (struct slot){.lead_period = period, .times = lead};
	slot->lead_minutes = slot->shared_minutes = bell_overlap_minutes(lead, lead);
	for (size_t i = 1; i < rule->part_count; i++) {
		int minutes;

		if (rule->parts[i].role != LESSON_ASSIST)
			continue;
		minutes = best_period(work, row, rule->parts[i].school, lead, slot, i);
		if (minutes < slot->shared_minutes)
			slot->shared_minutes = minutes;
	}
	if (slot->shared_minutes <= row->shared_minutes)
		return false;
	for (size_t i = 0; i < rule->part_count; i++) {
		if (rule->parts[i].endpoint != NULL &&
			!is_free(work, rule, rule->parts[i].endpoint, slot->times))
			return false;
	}
	return true;
}

// Keeps the best, of equals the earlier. Returns how many there are now.
static size_t
slot_keep(struct slot slots[PLAN_SLOTS_MAX], size_t count, const struct slot *slot)
{
	size_t place = count;

	while (place > 0 && slots[place - 1].shared_minutes < slot->shared_minutes)
		place--;
	if (place == PLAN_SLOTS_MAX)
		return count;
	if (count == PLAN_SLOTS_MAX)
		count--;
	memmove(&slots[place + 1], &slots[place], (count - place) * sizeof(*slots));
	slots[place] = *slot;
	return count + 1;
}

static void
slot_say(const struct plan_shared *row, const struct slot *slot, struct plan_finding *finding)
{
	plan_say(finding, "period %d", slot->lead_period);
	for (size_t i = 1; i < row->rule->part_count; i++) {
		if (slot->periods[i] != 0)
			plan_say(finding, " with %d of %s", slot->periods[i],
				row->rule->parts[i].school->name);
	}
	plan_say(finding, " (%d of %d)", slot->shared_minutes, slot->lead_minutes);
}

void
plan_slots_propose(
	const struct plan_work *work, const struct plan_shared *row, struct plan_finding *finding)
{
	struct slot slots[PLAN_SLOTS_MAX];
	struct slot slot;
	size_t count = 0;

	for (int period = 1; period <= TIMETABLE_PERIOD_MAX; period++) {
		if (slot_make(work, row, period, &slot))
			count = slot_keep(slots, count, &slot);
	}
	if (count == 0) {
		plan_say(finding, "; no other period of that weekday is better and free");
		return;
	}
	plan_say(finding, "; better that weekday, and free: ");
	for (size_t i = 0; i < count; i++) {
		plan_say(finding, "%s", i == 0 ? "" : ", ");
		slot_say(row, &slots[i], finding);
	}
}
