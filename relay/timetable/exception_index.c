/* SPDX-License-Identifier: BSD-3-Clause */
// exception_index.c - finds what the exceptions make of one planned lesson.
#include "timetable/exception_index.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
lesson_id_resolve(const struct timetable *timetable, const char *id,
	const struct timetable_rule **rule_out, struct civil_date *planned_out,
	char reason[FILE_ERROR_REASON_BYTES])
{
	const char *slash = strrchr(id, '/');
	char name[LESSON_ID_BYTES_MAX];

	if (slash == NULL || civil_date_parse(slash + 1, planned_out) != 0) {
		snprintf(reason, FILE_ERROR_REASON_BYTES,
			"lesson '%s' is not of the form rule/YYYY-MM-DD", id);
		return -EINVAL;
	}
	memcpy(name, id, (size_t)(slash - id));
	name[slash - id] = '\0';
	*rule_out = timetable_rule_find(timetable, name);
	if (*rule_out == NULL) {
		snprintf(reason, FILE_ERROR_REASON_BYTES,
			"lesson '%s': no rule of that name is in %s", id,
			timetable->files[TIMETABLE_RULES]);
		return -EINVAL;
	}
	if (!planned_lesson_get(timetable, *rule_out, *planned_out).is_planned) {
		snprintf(reason, FILE_ERROR_REASON_BYTES,
			"lesson '%s' is not in the plan: rule '%s' (line %u) has none that day", id,
			name, (*rule_out)->line);
		return -EINVAL;
	}
	return 0;
}

static int
ref_compare(const void *left, const void *right)
{
	const struct exception_ref *a = left;
	const struct exception_ref *b = right;

	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	if (a->planned.days != b->planned.days)
		return a->planned.days < b->planned.days ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

static void
exception_add(struct exception_index *index, const struct timetable *timetable,
	const struct plan_exception *exception, size_t at)
{
	struct exception_ref ref = {.at = at, .exception = exception};
	char reason[FILE_ERROR_REASON_BYTES];

	if (lesson_id_resolve(timetable, exception->lesson_id, &ref.rule, &ref.planned, reason))
		return;
	if (exception->kind == PLAN_SWAP) {
		struct exception_ref other = {.at = at,
			.exception = exception,
			.other_rule = ref.rule,
			.other_planned = ref.planned};

		if (lesson_id_resolve(
			    timetable, exception->other_id, &other.rule, &other.planned, reason))
			return;
		ref.other_rule = other.rule;
		ref.other_planned = other.planned;
		index->refs[index->count++] = other;
	}
	index->refs[index->count++] = ref;
}

int
exception_index_init(struct exception_index *index, const struct timetable *timetable,
	const struct plan_exceptions *exceptions)
{
	*index = (struct exception_index){NULL, 0};
	if (exceptions == NULL || exceptions->count == 0)
		return 0;
	index->refs = calloc(2 * exceptions->count, sizeof(*index->refs));
	if (index->refs == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < exceptions->count; i++)
		exception_add(index, timetable, &exceptions->items[i], i);
	qsort(index->refs, index->count, sizeof(*index->refs), ref_compare);
	return 0;
}

void
exception_index_fini(struct exception_index *index)
{
	free(index->refs);
	*index = (struct exception_index){NULL, 0};
}

// The lesson's refs, first to last.
static size_t
refs_find(const struct exception_index *index, const struct timetable_rule *rule,
	struct civil_date planned, const struct exception_ref **first_out)
{
	const struct exception_ref key = {.rule = rule, .planned = planned, .at = 0};
	size_t low = 0; // refs before it are before the key
	size_t high = index->count;
	size_t count = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ref_compare(&index->refs[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*first_out = index->count > 0 ? index->refs + low : NULL;
	while (low + count < index->count && index->refs[low + count].rule == rule &&
		index->refs[low + count].planned.days == planned.days)
		count++;
	return count;
}

// The first that puts the lesson elsewhere, or NULL.
static const struct exception_ref *
placing_find(const struct exception_index *index, const struct timetable_rule *rule,
	struct civil_date planned)
{
	const struct exception_ref *refs;
	size_t count = refs_find(index, rule, planned, &refs);

	for (size_t i = 0; i < count; i++) {
		if (refs[i].exception->kind == PLAN_MOVE || refs[i].exception->kind == PLAN_SWAP)
			return &refs[i];
	}
	return NULL;
}

// A swap holds only for both lessons at once.
static bool
swap_holds(const struct exception_index *index, const struct timetable *timetable,
	const struct exception_ref *ref)
{
	const struct exception_ref *other =
		placing_find(index, ref->other_rule, ref->other_planned);
	const struct lesson_slot slot = {.as = ref->rule};
	char reason[FILE_ERROR_REASON_BYTES];
	struct bell_interval times;
	int result;

	if (other == NULL || other->exception != ref->exception || other == ref)
		return false;
	result = rule_times(timetable, ref->other_rule, &slot, ref->planned, &times, reason);
	return result == 0 || result == -ERANGE;
}

struct lesson_change
lesson_change_get(const struct exception_index *index, const struct timetable *timetable,
	const struct timetable_rule *rule, struct civil_date planned)
{
	struct lesson_change change = {.date = planned};
	const struct exception_ref *placing;
	struct lesson_slot slot = {.as = rule};
	char reason[FILE_ERROR_REASON_BYTES];
	struct civil_date date;
	struct bell_interval times;
	int result;

	change.count = refs_find(index, rule, planned, &change.refs);
	for (size_t i = 0; i < change.count; i++)
		change.is_cancelled |= change.refs[i].exception->kind == PLAN_CANCEL;
	placing = change.count == 0 ? NULL : placing_find(index, rule, planned);
	if (placing == NULL)
		return change;
	if (placing->exception->kind == PLAN_SWAP) {
		slot.as = placing->other_rule;
		date = placing->other_planned;
		if (!swap_holds(index, timetable, placing))
			return change;
	} else {
		slot.period = placing->exception->to_period;
		slot.times = placing->exception->to_times;
		date = placing->exception->to_date;
	}
	// A day with shorter bells cancels it there; bells that do not make a lesson leave it.
	result = rule_times(timetable, rule, &slot, date, &times, reason);
	if (result != 0 && result != -ERANGE)
		return change;
	change.is_moved = true;
	change.date = date;
	change.slot = slot;
	return change;
}
