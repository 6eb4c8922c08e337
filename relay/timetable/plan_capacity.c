/* SPDX-License-Identifier: BSD-3-Clause */
// plan_capacity.c - the moment at which most is open at once, against what the relay has room for.
#include <errno.h>
#include <stdlib.h>

#include "timetable/plan_internal.h"

struct closing {
	int64_t at_ms;
	unsigned legs;
};

static int
closing_compare(const void *left, const void *right)
{
	const struct closing *a = left;
	const struct closing *b = right;

	return (a->at_ms > b->at_ms) - (a->at_ms < b->at_ms);
}

static unsigned
legs_of(const struct lesson *lesson)
{
	unsigned count = 0;

	for (size_t i = 0; i < lesson->part_count; i++)
		count += lesson->parts[i].endpoint != NULL;
	return count;
}

// Lessons come by start, so they open in that order too. What closes at a moment makes room for
// what opens then.
static void
peak_find(const struct plan_work *work, const struct closing *closings, struct plan_peak *peak)
{
	const struct timetable_policies *policies = &work->timetable->policies;
	unsigned lessons = 0;
	unsigned legs = 0;
	size_t closed = 0;

	for (size_t i = 0; i < work->list.count; i++) {
		const struct lesson *lesson = &work->list.lessons[i];
		int64_t opens_ms = lesson->start.ms - policies->open_before_s * MS_IN_S;

		if (!plan_is_ahead(work, lesson))
			continue;
		for (; closings[closed].at_ms <= opens_ms; closed++) {
			legs -= closings[closed].legs;
			lessons--;
		}
		legs += legs_of(lesson);
		lessons++;
		if (legs > peak->legs)
			peak->at.ms = opens_ms;
		if (lessons > peak->lessons)
			peak->lessons_at.ms = opens_ms;
		peak->legs = legs > peak->legs ? legs : peak->legs;
		peak->lessons = lessons > peak->lessons ? lessons : peak->lessons;
	}
}

static void
peak_tell(struct plan_work *work, const struct plan_peak *peak)
{
	const struct plan_question *question = work->question;
	bool is_legs = peak->legs > question->legs_max;
	struct wall_time at = is_legs ? peak->at : peak->lessons_at;
	int32_t second = civil_second_of(at);
	struct plan_finding *finding;

	if (!is_legs && peak->lessons <= question->lessons_max)
		return;
	finding = plan_finding_add(work, PLAN_CAPACITY);
	finding->first = finding->last = civil_date_of(at);
	finding->count = 1;
	if (is_legs)
		plan_say(finding,
			"%u endpoints at once, but the relay has room for %u (legs in "
			"relay.conf): ",
			peak->legs, question->legs_max);
	else
		plan_say(finding,
			"%u lessons at once, but the relay has room for %u: ", peak->lessons,
			question->lessons_max);
	plan_say_dates(finding);
	plan_say(finding, " at %02d:%02d", second / 3600, second / 60 % 60);
}

int
plan_capacity_check(struct plan_work *work)
{
	int64_t grace_ms = work->timetable->policies.grace_s * MS_IN_S;
	struct closing *closings = calloc(work->list.count + 1, sizeof(*closings));
	size_t count = 0;

	if (closings == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < work->list.count; i++) {
		const struct lesson *lesson = &work->list.lessons[i];

		if (plan_is_ahead(work, lesson))
			closings[count++] =
				(struct closing){lesson->end.ms + grace_ms, legs_of(lesson)};
	}
	qsort(closings, count, sizeof(*closings), closing_compare);
	closings[count].at_ms = INT64_MAX; // what opens last is never passed
	peak_find(work, closings, &work->out->peak);
	free(closings);
	if (work->out->peak.lessons > 0)
		peak_tell(work, &work->out->peak);
	return 0;
}
